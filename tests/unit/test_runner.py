"""Reading sources: whatever is killed, refused or torn, nothing is lost, nothing doubled, and it is remembered why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from connectors.base import Connector, Page, Reject, Window
from connectors.errors import AuthFailed, Busy, ConfigError, OverheardError, RateLimited, Unreachable
from mining import locks, pulling, runner, schema, sweeps
from mining.pulling import Limits, pull
from mining.runner import Job
from mining.store import Pull, Store, Stored
from mining.sweeps import KEPT, Kind, Outcome
from tests.fakes import KEY, Listed, fresh_store, said
from tests.store_behaviour import rows
from tests.swept import Killed, LiveReading, Mortal, Reading, Ticking, Vendor

SHOP = Pull("shop|", "shop", {})
ALL = Limits(rejects=1.0)


# --- 200 crashes and what comes after -------------------------------------------------------------------------------

happenings = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.just(0)),
        st.tuples(st.just("tear"), st.just(0)),
        st.tuples(st.just("edit"), st.integers(0, 30)),
        st.tuples(st.just("delete"), st.integers(0, 30)),
    ),
    max_size=12,
)
# How a run ends: by itself, killed at a transaction before or after it was committed, or refused at a page.
fates = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["before", "after"]), st.integers(1, 14)),
    st.tuples(st.sampled_from(["limited", "unreachable", "bug"]), st.integers(0, 4)),
)
stories = st.lists(st.tuples(happenings, fates), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def memory() -> Iterator[Store]:
    with fresh_store() as store:
        yield store


def emptied(store: Store) -> Store:
    with store.transaction() as connection:
        for table in (*schema.metadata.sorted_tables, *schema.later.sorted_tables):
            connection.execute(delete(table))
    return store


def befall(store: Store, connector: Reading, fate: Any, clock: Ticking) -> None:
    """One run and its end."""
    kind, at = fate or ("", 0)
    troubles = {"limited": RateLimited("wait", retry_after=60), "unreachable": Unreachable("gone"), "bug": KeyError()}
    connector.troubles = {at: troubles[kind]} if kind in troubles else {}
    there = Mortal(store, at, after=kind == "after") if kind in ("before", "after") else store
    with suppress(Killed, OverheardError, KeyError):
        pull(there, connector, SHOP, KEY, clock=clock, limits=ALL)
    connector.troubles = {}


def content(store: Store) -> list[Any]:
    kept = [rows(store, table) for table in (schema.feedback, schema.tombstones, schema.pulls)]
    return [
        *([replace_time(row) for row in table] for table in kept),
        [row.where for row in rows(store, schema.rejects)],
    ]


def replace_time(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in ("finished_at", "deleted_at")}


@given(story=stories, size=st.integers(1, 5), lookback=st.integers(0, 4), live=st.booleans())
@settings(max_examples=200)
def test_whatever_ends_the_runs_nothing_is_lost_and_nothing_doubled(
    memory: Store, story: list[Any], size: int, lookback: int, live: bool
) -> None:
    store, vendor, clock = emptied(memory), Vendor(), Ticking()
    connector = (LiveReading if live else Reading)(vendor, size, lookback)
    for happened, fate in story:
        for what, which in happened:
            getattr(vendor, what)(*([which] if what in ("edit", "delete") else []))
        befall(store, connector, fate, clock)
    # What was begun is ended, and what has happened since is read as well.
    for _ in range(2):
        pull(store, connector, SHOP, KEY, clock=clock, limits=ALL)
    assert {row.id: row.text for row in rows(store, schema.feedback)} == vendor.alive
    assert [row.where for row in rows(store, schema.rejects)] == sorted(f"posts:{number}" for number in vendor.torn)
    gone = {f"shop:{number}" for number, text in vendor.texts.items() if text is None}
    assert {row.id for row in rows(store, schema.tombstones)} == gone
    before = content(store)
    again = pull(store, connector, SHOP, KEY, clock=clock, limits=ALL)
    assert (again.stored.new, again.stored.changed, again.stored.deleted) == (0, 0, 0)
    assert content(store) == before
    assert all(sweep.outcome for sweep in sweeps.history(store, "shop"))


# --- what is remembered ---------------------------------------------------------------------------------------------


@pytest.fixture
def store(sqlite: Store) -> Store:
    return sqlite


@pytest.fixture
def vendor() -> Vendor:
    made = Vendor()
    for _ in range(7):
        made.write()
    return made


def last(store: Store) -> sweeps.Sweep:
    return sweeps.history(store, "shop", limit=1)[0]


def test_a_run_is_remembered_with_its_counts(store: Store, vendor: Vendor) -> None:
    vendor.tear()
    clock = Ticking()
    pulled = pull(store, LiveReading(vendor), SHOP, KEY, clock=clock)
    assert pulled.sweep == last(store)
    assert (pulled.sweep.seen, pulled.sweep.pages, pulled.sweep.stored) == (8, 3, Stored(new=7, rejected=1))
    assert (pulled.sweep.outcome, pulled.sweep.started_at, pulled.sweep.says) == (Outcome.COMPLETE, clock.at, "")


def test_what_is_known_to_be_missing_makes_a_run_partial(store: Store) -> None:
    class Ceiling(Listed):
        def pull(self, cursor: Any, window: Window) -> Iterator[Page]:
            for page in super().pull(cursor, window):
                yield replace(page, partial="the vendor shows 1,000 items and no more")

    assert pull(store, Ceiling([said("1")], [said("2")]), SHOP, KEY).sweep.outcome is Outcome.PARTIAL
    assert last(store).says == "the vendor shows 1,000 items and no more"


def test_a_source_that_asks_to_wait_is_left_alone_until_then(store: Store, vendor: Vendor) -> None:
    clock, refused = Ticking(), RateLimited("Posts asks to wait", "do", retry_after=900)
    jobs = [Job("shop", lambda: (LiveReading(vendor, troubles={1: refused}), SHOP))]
    [report] = runner.run(store, jobs, KEY, clock=clock)
    assert report.error is refused
    assert (last(store).outcome, last(store).next_attempt_at) == (Outcome.WAITING, clock.at + timedelta(minutes=15))
    assert last(store).stored == Stored(new=3)
    well = [Job("shop", lambda: (LiveReading(vendor), SHOP))]
    [report] = runner.run(store, well, KEY, clock=clock)
    assert "not to be asked before" in report.skipped
    [report] = runner.run(store, well, KEY, clock=clock, now=True)
    assert report.pulled
    assert report.pulled.stored == Stored(new=4)
    [report] = runner.run(store, well, KEY, clock=clock)
    assert not report.skipped


def test_who_cannot_be_reached_is_left_alone_for_longer_each_time(store: Store, vendor: Vendor) -> None:
    clock = Ticking()
    waits = []
    for _ in range(12):
        with pytest.raises(Unreachable):
            pull(store, LiveReading(vendor, troubles={0: Unreachable("nobody answers")}), SHOP, KEY, clock=clock)
        until = last(store).next_attempt_at
        assert until
        waits.append(until - clock.at)
    assert waits[0] <= timedelta(minutes=1)
    assert waits[5] > waits[1]
    assert timedelta(hours=3) <= waits[-1] <= timedelta(hours=6)
    pull(store, LiveReading(vendor), SHOP, KEY, clock=clock)
    assert (last(store).attempt, last(store).next_attempt_at) == (0, None)


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_the_patience_with_a_source_has_its_bounds(attempt: int, chance: float) -> None:
    whole = pulling.patience(attempt, lambda: 0.0)
    assert whole / 2 <= pulling.patience(attempt, lambda: chance) <= whole <= pulling.LONGEST_RETRY
    assert whole >= pulling.FIRST_RETRY


@pytest.mark.parametrize("error", [AuthFailed("refused (401)", "set X"), ConfigError("no subreddit", "name one")])
def test_a_refusal_is_remembered_in_words(store: Store, vendor: Vendor, error: OverheardError) -> None:
    with pytest.raises(type(error)):
        pull(store, LiveReading(vendor, troubles={1: error}), SHOP, KEY)
    assert (last(store).outcome, last(store).says, last(store).hint) == (Outcome.FAILED, error.message, error.hint)
    assert last(store).next_attempt_at is None


def test_of_an_error_of_the_program_only_its_kind_is_kept_and_logged(
    store: Store, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    bug = ValueError("token=sk-secret and a customer's words")
    [report] = runner.run(store, [Job("shop", lambda: (LiveReading(vendor, troubles={1: bug}), SHOP))], KEY)
    assert report.error is bug
    assert last(store).says == "an error of the program: ValueError"
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text
    assert "words" not in caplog.text


def test_settings_that_are_refused_are_a_failed_run_too(store: Store) -> None:
    def build() -> tuple[Connector, Pull]:
        raise ConfigError("the settings are wrong", "known settings: path")

    [report] = runner.run(store, [Job("shop", build)], KEY)
    assert isinstance(report.error, ConfigError)
    assert (last(store).outcome, last(store).says) == (Outcome.FAILED, "the settings are wrong")


def test_a_killed_run_is_told_as_such_by_the_next(store: Store, vendor: Vendor) -> None:
    with pytest.raises(Killed):
        pull(Mortal(store, 6, after=True), LiveReading(vendor), SHOP, KEY)
    assert (last(store).outcome, last(store).ended_at) == (None, None)
    pull(store, LiveReading(vendor), SHOP, KEY)
    [_, killed] = sweeps.history(store, "shop")
    assert (killed.outcome, killed.says) == (Outcome.STOPPED, sweeps.LEFT)


def test_old_runs_are_forgotten(store: Store) -> None:
    for _ in range(KEPT + 5):
        pull(store, Listed(), SHOP, KEY)
    pull(store, Listed(), Pull("other|", "other", {}), KEY)
    assert len(sweeps.history(store, "shop", limit=1_000)) == KEPT
    assert len(sweeps.history(store, "other")) == 1


# --- side by side ---------------------------------------------------------------------------------------------------


def named(name: str, connector: Connector) -> Job:
    return Job(name, lambda: (connector, Pull(f"{name}|", name, {})))


def test_one_that_fails_never_stops_the_others(store: Store) -> None:
    def of(name: str) -> Listed:
        return Listed([said("1", source=name)], [said("2", source=name)], name=name)

    def refused() -> tuple[Connector, Pull]:
        raise AuthFailed("refused")

    torn = LiveReading(Vendor([0], {0: "x"}), troubles={0: KeyError("bug")})
    jobs = [named("a", of("a")), Job("b", refused), named("c", of("c")), named("d", torn), named("e", of("e"))]
    reports = {report.source: report for report in runner.run(store, jobs, KEY)}
    assert {name for name, report in reports.items() if report.error} == {"b", "d"}
    assert [row.id for row in rows(store, schema.feedback)] == ["a:1", "a:2", "c:1", "c:2", "e:1", "e:2"]


def test_a_source_that_is_being_read_is_left_to_whoever_reads_it(store: Store, vendor: Vendor) -> None:
    with locks.reading(store, "shop"):
        with pytest.raises(Busy, match="another run is reading 'shop'"):
            pull(store, LiveReading(vendor), SHOP, KEY)
        jobs = [named("shop", LiveReading(vendor)), named("other", Listed([said("1", source="other")]))]
        reports = {report.source: report for report in runner.run(store, jobs, KEY)}
    assert "another run" in reports["shop"].skipped
    assert reports["other"].pulled
    assert sweeps.history(store, "shop") == []
    assert pull(store, LiveReading(vendor), SHOP, KEY).stored.new == 7


class Hanging(LiveReading):
    """Its second page never comes."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__(vendor)
        self.over = Event()

    def pull(self, cursor: Any, window: Window) -> Iterator[Page]:
        for page in super().pull(cursor, window):
            yield page
            self.over.wait(60)


def test_a_run_that_is_told_to_stop_does_not_wait_for_the_network(store: Store, vendor: Vendor) -> None:
    source, stop, stored = Hanging(vendor), Event(), Event()
    reports: list[runner.Report] = []

    def read() -> None:
        jobs = [named("shop", source)]
        reports.extend(runner.run(store, jobs, KEY, stop=stop, on_progress=lambda _name, _step: stored.set()))

    reading = Thread(target=read)
    reading.start()
    assert stored.wait(30)
    stop.set()
    reading.join(30)
    assert not reading.is_alive()
    source.over.set()
    assert reports[0].error is None
    assert last(store).outcome is Outcome.STOPPED
    assert last(store).stored == Stored(new=3)
    assert pull(store, LiveReading(vendor), SHOP, KEY).stored == Stored(new=4)


def test_a_limit_ends_a_run_between_pages_and_the_next_goes_on(store: Store, vendor: Vendor) -> None:
    first = pull(store, LiveReading(vendor), SHOP, KEY, limits=Limits(items=4))
    assert (first.stored.new, first.sweep.outcome) == (6, Outcome.STOPPED)
    assert pull(store, LiveReading(vendor), SHOP, KEY).stored == Stored(new=1)


# --- when hardly anything can be read -------------------------------------------------------------------------------


def bad(many: int) -> list[Reject]:
    return [Reject(f"a:{number}", "no text") for number in range(many)]


def test_a_live_source_that_hardly_can_be_read_stops_before_it_passes_over_more(store: Store) -> None:
    vendor = Vendor()
    for number in range(60):
        vendor.write() if number < 10 else vendor.tear()
    with pytest.raises(OverheardError, match="20 of the 30 records of this run could not be read"):
        pull(store, LiveReading(vendor, size=5), SHOP, KEY)
    assert last(store).outcome is Outcome.FAILED
    assert store.cursor(SHOP.key)["after"] == 25, "the page that told is kept, and read again"
    assert len(store.rejects("shop")) == 20
    # Once somebody mends the connector, it goes on from that page; what lay before it waits among the rejects.
    vendor.torn.clear()
    pull(store, LiveReading(vendor, size=5), SHOP, KEY)
    assert last(store).outcome is Outcome.COMPLETE
    assert store.count_feedback() == 10 + 35
    assert len(store.rejects("shop")) == 15


def test_few_rejects_or_a_wider_limit_alarm_nobody(store: Store) -> None:
    vendor = Vendor()
    for number in range(40):
        vendor.tear() if number % 2 else vendor.write()
    assert pull(store, LiveReading(vendor), SHOP, KEY).sweep.outcome is Outcome.COMPLETE
    for _ in range(30):
        vendor.tear()
    assert pull(store, LiveReading(vendor), SHOP, KEY, limits=ALL).sweep.outcome is Outcome.COMPLETE


def test_files_are_read_to_their_end_and_it_is_said_how_little_could_be_read(store: Store) -> None:
    pulled = pull(store, Listed([said("1"), *bad(30)], [said("2")]), SHOP, KEY, kind=Kind.FILES)
    assert pulled.stored == Stored(new=2, rejected=30)
    assert (pulled.sweep.outcome, pulled.sweep.says) == (
        Outcome.PARTIAL,
        "30 of the 32 records of this run could not be read",
    )


# --- known items ----------------------------------------------------------------------------------------------------


def live(vendor: Vendor, **more: Any) -> Job:
    source = LiveReading(vendor, **more)
    return Job("shop", lambda: (source, SHOP), recheck_days=7, recheck_items=5)


def test_edits_and_deletions_reach_us_by_asking_for_known_items_again(store: Store, vendor: Vendor) -> None:
    pull(store, LiveReading(vendor), SHOP, KEY)
    vendor.texts[6], vendor.texts[5] = "Edited, and the stream does not say so.", None
    clock = Ticking(datetime(2026, 11, 9, 12, tzinfo=UTC))
    [report] = runner.run(store, [live(vendor)], KEY, clock=clock)
    assert report.rechecked is None, "they were fetched six days ago"
    clock.at += timedelta(days=5)
    [report] = runner.run(store, [live(vendor)], KEY, clock=clock)
    assert report.rechecked
    assert report.rechecked.stored == Stored(changed=1, unchanged=3, deleted=1), "the newest first, five in a run"
    assert report.rechecked.sweep.kind is Kind.RECHECK
    assert {row.feedback_id for row in rows(store, schema.rechecks)} == {"shop:6", "shop:4", "shop:3", "shop:2"}
    [report] = runner.run(store, [live(vendor)], KEY, clock=clock)
    assert report.rechecked
    assert report.rechecked.stored == Stored(unchanged=2)
    [report] = runner.run(store, [live(vendor)], KEY, clock=clock)
    assert report.rechecked is None
    assert {row.id: row.text for row in rows(store, schema.feedback)} == vendor.alive


def test_what_goes_wrong_with_asking_again_leaves_the_sweep_before_it_as_it_was(store: Store, vendor: Vendor) -> None:
    refused = RateLimited("wait", retry_after=60)
    [report] = runner.run(store, [live(vendor, troubles={-1: refused})], KEY, clock=Ticking())
    assert report.pulled
    assert report.error is refused
    [again, before] = sweeps.history(store, "shop")
    assert (before.kind, before.outcome) == (Kind.LIVE, Outcome.COMPLETE)
    assert (again.kind, again.outcome) == (Kind.RECHECK, Outcome.WAITING)
    assert rows(store, schema.rechecks) == []


# --- the past -------------------------------------------------------------------------------------------------------

JANUARY, MARCH = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


def test_a_backfill_has_a_cursor_of_its_own_and_can_be_gone_on_with(store: Store, vendor: Vendor) -> None:
    pull(store, LiveReading(vendor), SHOP, KEY)
    before = store.cursor(SHOP.key)
    source = LiveReading(vendor, troubles={1: Unreachable("gone")})
    job = Job("shop", lambda: (source, SHOP), Kind.BACKFILL, Window(JANUARY, MARCH))
    [report] = runner.run(store, [job], KEY, now=True)
    assert isinstance(report.error, Unreachable)
    source.troubles = {}
    [report] = runner.run(store, [job], KEY, now=True)
    assert report.pulled
    assert (report.pulled.pages, report.pulled.sweep.kind) == (2, Kind.BACKFILL), "the first page was stored before"
    assert source.windows == [Window(JANUARY, MARCH)] * 2
    assert store.cursor(SHOP.key) == before


def test_a_backfill_without_an_end_goes_to_where_it_was_to_go_when_it_began(store: Store, vendor: Vendor) -> None:
    clock = Ticking()
    source = LiveReading(vendor, troubles={1: Unreachable("gone")})
    job = Job("shop", lambda: (source, SHOP), Kind.BACKFILL, Window(JANUARY))
    list(runner.run(store, [job], KEY, clock=clock))
    begun, source.troubles = clock.at, {}
    clock.at += timedelta(days=1)
    [report] = runner.run(store, [job], KEY, clock=clock)
    assert report.pulled
    assert report.pulled.pages == 2
    [report] = runner.run(store, [job], KEY, clock=clock)
    assert report.pulled
    assert report.pulled.pages == 3, "that one was at its end: this is another"
    assert source.windows == [Window(JANUARY, begun)] * 2 + [Window(JANUARY, clock.at)]


def test_a_time_that_a_wrong_clock_named_holds_nobody_up(store: Store, vendor: Vendor) -> None:
    clock = Ticking(datetime(2040, 1, 1, tzinfo=UTC))
    refused = RateLimited("wait", retry_after=60)
    list(runner.run(store, [Job("shop", lambda: (LiveReading(vendor, troubles={0: refused}), SHOP))], KEY, clock=clock))
    assert runner.waits_until(store, "shop", clock.at) is not None
    assert runner.waits_until(store, "shop", Ticking().at) is None


# --- when it is due -------------------------------------------------------------------------------------------------


def test_when_a_source_is_due(store: Store, vendor: Vendor) -> None:
    clock, hour = Ticking(), timedelta(hours=1)
    assert runner.due_at(None, None, hour) is None
    pull(store, LiveReading(vendor), SHOP, KEY, clock=clock)
    first = last(store)
    assert runner.due_at(first, first, hour) == clock.at + hour
    waiting = replace(first, next_attempt_at=clock.at + timedelta(minutes=5))
    assert runner.due_at(waiting, first, hour) == waiting.next_attempt_at
    assert runner.due_at(replace(first, ended_at=None), replace(first, ended_at=None), hour) is None
