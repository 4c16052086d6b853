"""Counts by several dimensions at once: they are what SQL counts, and each of them can be run again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from mining import facts, reading, replay
from mining.aggregate import DIMENSIONS, GRAINS, Aggregate, Group, aggregate
from mining.database import open_engine
from mining.filters import Filters
from mining.reading import Query
from mining.store import Store
from tests import exact_store
from tests.fakes import NOON, keep, said

ZONE = ZoneInfo("Asia/Jerusalem")
SINGLE = ("stage", "touchpoint", "intent", "sentiment", "effort", "theme", "channel", "source", "language")
EVERY = (*DIMENSIONS, "segment.plan")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exact_store.made(tmp_path_factory.mktemp("exact") / "overheard.db")


@pytest.fixture(scope="module")
def varied(path: Path) -> Iterator[Store]:
    store = Store(open_engine(f"sqlite:///{path}")).open()
    yield store
    store.close()


@pytest.fixture(scope="module")
def held(path: Path, varied: Store) -> Iterator[sqlite3.Connection]:
    with closing(exact_store.opened(path)) as connection:
        yield connection


def often(examples: int) -> settings:
    health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, max_examples=examples, derandomize=True, suppress_health_check=health)


def run_again(store: Store, group: Group) -> None:
    """Every figure of a row, counted once more from its query by SQL."""
    rows = reading.heard(store, group.query)
    assert reading.counts(rows) == group.counts
    for part in (group.positive, group.negative):
        if part is not None:
            assert reading.counts(reading.heard(store, part.query)).mentions == part.value
    rated = reading.counts(reading.heard(store, group.rated.query)).feedback
    assert rated == group.rated.value
    stars = {row.feedback_id: row.rating for row in rows if row.rating is not None}
    if stars:
        assert group.mean_rating == pytest.approx(1 + 4 * sum(stars.values()) / len(stars))
    else:
        assert group.mean_rating is None


@often(20)
@given(lot=st.integers(0, 10**6), by=st.lists(st.sampled_from(SINGLE), max_size=3, unique=True))
def test_groups_are_those_of_sql(varied: Store, lot: int, by: list[str]) -> None:
    filters = exact_store.scope(Random(lot), [])
    table = aggregate(varied, Aggregate(filters, tuple(by), limit=10_000))
    # SQL leaves out mentions without a label of a task.
    told = [group for group in table.groups if all(group.values[name] is not None for name in by if name != "theme")]
    wanted = reading.by(varied, filters, by) if by else []
    if by:
        mine = {tuple(one.values[name] for name in by): one.counts for one in told}
        theirs = {tuple(row[name] for name in by): row for row in wanted}
        assert mine.keys() == theirs.keys()
        for key, counts in mine.items():
            for unit in ("feedback", "mentions", "authors"):
                assert counts.of(unit) == theirs[key][unit]
    assert table.whole.counts.of("mentions") == reading.total(varied, filters).mentions


@often(20)
@given(
    lot=st.integers(0, 10**6),
    by=st.lists(st.sampled_from(EVERY), max_size=3, unique=True),
    grain=st.sampled_from((None, *GRAINS)),
    week_start=st.integers(0, 6),
)
def test_every_figure_can_be_run_again(
    varied: Store, lot: int, by: list[str], grain: str | None, week_start: int
) -> None:
    draw = Random(lot)
    asked = Aggregate(exact_store.scope(draw, []), tuple(by), grain, ZONE, week_start, limit=10_000)
    table = aggregate(varied, asked)
    assert len(table.groups) == table.count
    run_again(varied, table.whole)
    for group in draw.sample(table.groups, min(len(table.groups), 4)):
        assert group.counts.mentions or not (by or grain)
        run_again(varied, group)


@often(15)
@given(
    lot=st.integers(0, 10**6),
    by=st.lists(st.sampled_from(SINGLE), max_size=2, unique=True),
    grain=st.sampled_from((None, *GRAINS)),
)
def test_groups_of_one_value_each_add_up_to_the_whole(
    varied: Store, lot: int, by: list[str], grain: str | None
) -> None:
    table = aggregate(varied, Aggregate(exact_store.scope(Random(lot), []), tuple(by), grain, ZONE, limit=10_000))
    assert sum(group.counts.mentions for group in table.groups) == table.whole.counts.mentions
    assert all(0 <= group.share <= 1 for group in table.groups)
    if table.whole.positive is not None and "sentiment" not in by:
        assert sum(group.positive.value for group in table.groups if group.positive) == table.whole.positive.value


@often(15)
@given(lot=st.integers(0, 10**6))
def test_the_whole_is_what_other_sql_counts(varied: Store, held: sqlite3.Connection, lot: int) -> None:
    filters = exact_store.scope(Random(lot), [])
    whole = aggregate(varied, Aggregate(filters)).whole
    spec = filters.spec()
    assert {unit: whole.counts.of(unit) for unit in exact_store.UNITS} == exact_store.counts(held, spec)
    wanted = exact_store.stars(held, spec)
    assert whole.mean_rating == (None if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize("dimension", [*(name for name in EVERY if name not in ("channel", "source", "language"))])
def test_being_without_something_means_the_same_in_sql_and_in_columns(varied: Store, dimension: str) -> None:
    filters = Filters(without=(dimension,))
    chosen = facts.select(varied, filters)
    rows = reading.heard(varied, Query(filters))
    assert chosen.counts() == reading.counts(rows)
    assert sorted(chosen.ids()) == sorted(row.mention_id for row in rows)
    assert Filters.from_spec(filters.spec()) == filters


def test_nobody_is_without_a_channel(varied: Store) -> None:
    for ask in (reading.total, facts.select):
        with pytest.raises(ConfigError, match="without 'channel'"):
            ask(varied, Filters(without=("channel",)))


def test_the_unit_of_a_share_is_feedback(sqlite: Store) -> None:
    keep(sqlite, said("a", "late"), said("b", "late"), said("c", "wet"), stage="purchase")
    keep(sqlite, said("d", "fine", product="Acme"), stage="loyalty", sentiment="positive")
    table = aggregate(sqlite, Aggregate(by=("stage", "product")))
    told = [(group.values, group.counts.feedback, group.share, group.net) for group in table.groups]
    assert told == [
        ({"stage": "purchase", "product": None}, 3, 0.75, -1.0),
        ({"stage": "loyalty", "product": "Acme"}, 1, 0.25, 1.0),
    ]
    assert table.whole.net == -0.5


def test_a_period_ends_where_the_selection_does(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{day}", said_at=NOON + timedelta(days=day)) for day in range(14)))
    filters = Filters(since=NOON + timedelta(days=1), until=NOON + timedelta(days=9))
    table = aggregate(sqlite, Aggregate(filters, grain="week", zone=ZONE, week_start=6))
    assert [(group.period, group.until, group.counts.feedback) for group in table.groups] == [
        (date(2026, 11, 8), date(2026, 11, 15), 3),
        (date(2026, 11, 1), date(2026, 11, 8), 5),
    ]
    last = table.groups[0].query.filters
    assert (last.since, last.until) == (datetime(2026, 11, 7, 22, tzinfo=UTC), filters.until)


def test_a_quarter_and_a_year_begin_on_their_first_day(sqlite: Store) -> None:
    keep(sqlite, said("a", said_at=datetime(2026, 5, 31, 22, tzinfo=UTC)))
    for grain, begin, end in (
        ("quarter", date(2026, 4, 1), date(2026, 7, 1)),
        ("year", date(2026, 1, 1), date(2027, 1, 1)),
        ("month", date(2026, 6, 1), date(2026, 7, 1)),
        ("day", date(2026, 6, 1), date(2026, 6, 2)),
    ):
        [group] = aggregate(sqlite, Aggregate(grain=grain, zone=ZONE)).groups
        assert (group.period, group.until) == (begin, end)


def test_where_names_are_asked_for_only_these_are_grouped_by(varied: Store) -> None:
    table = aggregate(varied, Aggregate(Filters(product=("Acme Pro", "Acme Go")), ("product",)))
    assert {group.values["product"] for group in table.groups} == {"Acme Pro", "Acme Go"}


def test_net_sentiment_is_not_told_of_one_sentiment(varied: Store) -> None:
    assert aggregate(varied, Aggregate(Filters(sentiment=("negative",)))).whole.net is None
    assert all(group.net is None for group in aggregate(varied, Aggregate(by=("sentiment",))).groups)


def test_the_most_frequent_come_first_and_the_rest_is_counted(varied: Store) -> None:
    table = aggregate(varied, Aggregate(by=("touchpoint",), limit=3))
    counts = [group.counts.feedback for group in table.groups]
    assert len(counts) == 3 < table.count
    assert counts == sorted(counts, reverse=True)


def test_nothing_selected_is_nothing_counted(varied: Store) -> None:
    table = aggregate(varied, Aggregate(Filters(source=("nobody",)), ("stage", "product"), "month", ZONE))
    assert (table.groups, table.count, table.whole.counts.mentions, table.whole.net) == ((), 0, 0, None)


@pytest.mark.parametrize(
    "wrong",
    [
        Aggregate(by=("colour",)),
        Aggregate(by=("stage", "stage")),
        Aggregate(by=("stage", "intent", "effort", "theme")),
        Aggregate(grain="hour"),
        Aggregate(limit=0),
        Aggregate(week_start=7),
        Aggregate(Filters(speaker=None)),
        Aggregate(by=("segment.",)),
    ],
    ids=["dimension", "twice", "four", "grain", "limit", "week", "speaker", "segment"],
)
def test_what_cannot_be_counted_is_said_in_words(sqlite: Store, wrong: Aggregate) -> None:
    with pytest.raises(ConfigError) as told:
        aggregate(sqlite, wrong)
    assert told.value.hint


@often(100)
@given(lot=st.integers(0, 10**6), value=st.integers(0, 10**9))
def test_a_query_carries_itself(lot: int, value: int) -> None:
    filters = replace(exact_store.scope(Random(lot), ["late_delivery"]), since=NOON)
    id_ = replay.packed(Query(filters), value, NOON)
    assert replay.unpacked(id_) == (Query(Filters.from_spec(filters.spec())), value, NOON)
    assert id_.isascii()
    assert len(id_) < 400


def test_a_carried_query_is_recalled_without_having_been_kept(sqlite: Store) -> None:
    keep(sqlite, said("a"))
    whole = aggregate(sqlite, Aggregate(Filters(channel=("review",)))).whole
    query, value, at = reading.recall(sqlite, replay.packed(whole.query, whole.counts.feedback, NOON))
    assert (query, value, at) == (whole.query, 1, NOON)


@pytest.mark.parametrize("id_", ["s", "s!!", "sAAAA", "s" + "A" * 30_000, "qnone"])
def test_a_query_that_cannot_be_read_is_refused(sqlite: Store, id_: str) -> None:
    with pytest.raises(ConfigError):
        reading.recall(sqlite, id_)
