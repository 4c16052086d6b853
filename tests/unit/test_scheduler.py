"""The scheduler: what is due is done once, whatever crashes, fails, or becomes of the clock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.scheduler import (
    FAILURES,
    LEASE,
    LIMIT,
    PAUSED,
    RETRIES,
    Gone,
    NotYet,
    Scheduler,
    Uncertain,
    is_paused,
    process_name,
)  # fmt: skip
from assistant.watches import due
from connectors.errors import Unreachable
from mining import watches
from mining.store import Store
from tests.fakes import fresh_store
from tests.watched import MONDAY, Clock, Noting, keys, ticked, watch

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def work() -> Noting:
    return Noting()


@pytest.fixture
def scheduler(sqlite: Store, work: Noting, clock: Clock) -> Iterator[Scheduler]:
    made = Scheduler(sqlite, work, clock, "me", workers=2)
    yield made
    made.stop()


def outcomes(store: Store, name: str = "w1") -> list[str | None]:
    return [run.outcome for run in watches.history(store, name)]


# --- due ------------------------------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once_however_often_one_looks(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    watches.put(sqlite, watch())
    clock.now = MONDAY - MINUTE
    ticked(scheduler)
    assert work.delivered == []
    for minutes in (0, 1, 1, 60, 60 * 24 * 6):
        clock.now = MONDAY + minutes * MINUTE
        ticked(scheduler)
    assert work.delivered == keys("w1", MONDAY)
    [run] = watches.history(sqlite, "w1")
    assert (run.outcome, run.note, run.claimed_by) == ("sent", "2026-11-15 C0123456/1.2", "me")


def test_what_was_missed_is_caught_up_once_and_says_that_it_is_late(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    watches.put(sqlite, watch(schedule="0 9 * * *"))
    clock.now = MONDAY + 3 * DAY + HOUR
    ticked(scheduler)
    assert work.made == [("w1", MONDAY + 3 * DAY, True)]
    clock.now = MONDAY + 4 * DAY
    ticked(scheduler)
    assert work.made[1:] == [("w1", MONDAY + 4 * DAY, False)]


def test_what_was_due_longer_ago_than_a_week_is_not_caught_up(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    watches.put(sqlite, watch(schedule="0 9 1 * *", made_at=MONDAY - 60 * DAY))
    ticked(scheduler)
    assert work.delivered == []
    clock.now = datetime(2026, 12, 1, 9, tzinfo=UTC) + LIMIT - MINUTE
    ticked(scheduler)
    assert work.delivered == keys("w1", datetime(2026, 12, 1, 9, tzinfo=UTC))


def test_a_watch_is_not_due_for_times_before_it_was_made(sqlite: Store, scheduler: Scheduler, work: Noting) -> None:
    watches.put(sqlite, watch(made_at=MONDAY + MINUTE))
    ticked(scheduler, MONDAY + HOUR)
    assert work.delivered == []


def test_what_ended_or_belongs_to_digests_is_never_due(sqlite: Store, scheduler: Scheduler, work: Noting) -> None:
    watches.put(sqlite, watch("ended", ended_at=MONDAY - HOUR))
    watches.put(sqlite, watch("section", kind="section", schedule=""))
    ticked(scheduler)
    assert work.made == []


def test_a_muted_watch_is_silent_and_does_not_catch_up_what_it_was_silent_about(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    watches.put(sqlite, watch(muted_until=MONDAY + DAY))
    ticked(scheduler)
    clock.now = MONDAY + 2 * DAY
    ticked(scheduler)
    assert work.made == []
    assert outcomes(sqlite) == ["muted"]
    clock.now = MONDAY + WEEK
    ticked(scheduler)
    assert outcomes(sqlite) == ["sent", "muted"]


def test_an_alert_that_has_nothing_to_say_is_quiet(sqlite: Store, scheduler: Scheduler, work: Noting) -> None:
    work.nothing = True
    watches.put(sqlite, watch())
    ticked(scheduler)
    assert (work.delivered, outcomes(sqlite)) == ([], ["quiet"])


def test_a_clock_set_back_repeats_nothing_and_set_forward_loses_nothing_after(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    watches.put(sqlite, watch(schedule="0 9 * * *"))
    for now in (MONDAY, MONDAY - 2 * DAY, MONDAY, MONDAY + 400 * DAY, MONDAY + DAY, MONDAY + 2 * DAY):
        clock.now = now
        ticked(scheduler)
    assert len(work.delivered) == len(set(work.delivered))
    wanted = keys("w1", MONDAY, MONDAY + 400 * DAY, MONDAY + DAY, MONDAY + 2 * DAY)
    assert set(wanted) <= set(work.delivered)


# --- failures -------------------------------------------------------------------------------------------------------


def test_what_fails_stops_no_other(
    sqlite: Store, work: Noting, clock: Clock, scheduler: Scheduler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    work.fails = [ValueError("a bug")]
    for name in ("a", "b", "c"):
        watches.put(sqlite, watch(name))
    ticked(scheduler)
    assert len(work.delivered) == 2
    assert sorted(outcome for name in "abc" for outcome in outcomes(sqlite, name) if outcome) == [
        "failed", "sent", "sent",
    ]  # fmt: skip


@pytest.mark.parametrize("error", [NotYet("refused"), Unreachable("no answer")])
def test_what_cannot_be_reached_is_tried_again(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock, error: Exception
) -> None:
    work.fails = [error, error]
    watches.put(sqlite, watch())
    for wait in (timedelta(), *RETRIES[:2]):
        clock.now += wait
        ticked(scheduler)
    assert work.delivered == keys("w1", MONDAY)
    assert outcomes(sqlite) == ["sent"]


def test_what_was_sent_though_nobody_answered_is_not_sent_again(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    work.fails = [Unreachable("no answer")]
    watches.put(sqlite, watch())
    ticked(scheduler)
    work.delivered += keys("w1", MONDAY)
    clock.now += RETRIES[0]
    ticked(scheduler)
    assert work.delivered == keys("w1", MONDAY)
    assert outcomes(sqlite) == ["sent"]


def test_what_cannot_be_reached_for_long_has_failed(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    work.fails = [NotYet("refused")] * 9
    watches.put(sqlite, watch())
    for wait in (timedelta(), *RETRIES, HOUR):
        clock.now += wait
        ticked(scheduler)
    assert outcomes(sqlite) == ["failed"]


def test_a_watch_that_failed_five_times_is_paused_and_its_owner_told_once(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    work.fails = [ValueError("a bug")] * 20
    watches.put(sqlite, watch(schedule="0 9 * * *"))
    for days in range(FAILURES + 3):
        clock.now = MONDAY + days * DAY
        ticked(scheduler)
    kept = watches.get(sqlite, "w1")
    assert kept is not None
    assert is_paused(kept)
    assert work.told == [("w1", "failing")]
    assert outcomes(sqlite)[3:] == ["failed"] * FAILURES


def test_a_watch_whose_channel_is_gone_is_paused_at_once(
    sqlite: Store, scheduler: Scheduler, work: Noting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    work.fails = [Gone("channel_not_found")]
    watches.put(sqlite, watch())
    ticked(scheduler)
    kept = watches.get(sqlite, "w1")
    assert kept is not None
    assert kept.muted_until == PAUSED
    assert work.told == [("w1", "gone")]


def test_what_may_have_been_sent_is_uncertain_and_the_log_says_so(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    work.fails = [Uncertain("hung up")]
    watches.put(sqlite, watch())
    ticked(scheduler)
    clock.now += HOUR
    ticked(scheduler)
    assert (work.delivered, outcomes(sqlite)) == ([], ["uncertain"])
    assert "not sent again" in caplog.text


def test_a_schedule_that_cannot_be_read_stops_no_other(
    sqlite: Store, scheduler: Scheduler, work: Noting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    watches.put(sqlite, watch("a", schedule="0 9 * * NEVER"))
    watches.put(sqlite, watch("b", zone="Nowhere/City"))
    watches.put(sqlite, watch("c"))
    ticked(scheduler)
    assert work.delivered == keys("c", MONDAY)


# --- crashes --------------------------------------------------------------------------------------------------------


def left(store: Store, note: str, by: str = "elsewhere:1:dead") -> None:
    watches.put(store, watch())
    watches.claim(store, "w1", MONDAY, by, MONDAY)
    if note:
        watches.mark(store, "w1", MONDAY, by, note)


def test_a_run_that_a_crash_left_before_sending_is_done(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    left(sqlite, "")
    clock.now = MONDAY + LEASE
    ticked(scheduler)
    assert work.delivered == []
    clock.now = MONDAY + LEASE + MINUTE
    ticked(scheduler)
    assert (work.delivered, outcomes(sqlite)) == (keys("w1", MONDAY), ["sent"])


def test_a_run_that_a_crash_left_after_sending_is_only_noted(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    left(sqlite, "sending 2026-11-15")
    work.delivered += keys("w1", MONDAY)
    clock.now = MONDAY + HOUR
    ticked(scheduler)
    assert work.made == []
    [run] = watches.history(sqlite, "w1")
    assert (run.outcome, run.note) == ("sent", "2026-11-15 C0123456/1.2 found afterwards")


def test_a_run_that_a_crash_left_while_sending_is_sent_if_it_certainly_was_not(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    left(sqlite, "sending")
    clock.now = MONDAY + HOUR
    ticked(scheduler)
    assert (work.delivered, outcomes(sqlite)) == (keys("w1", MONDAY), ["sent"])


def test_a_run_of_which_nobody_can_tell_is_not_sent_again(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    left(sqlite, "sending")
    work.says = Uncertain("cannot be read")
    clock.now = MONDAY + HOUR
    ticked(scheduler)
    assert (work.delivered, outcomes(sqlite)) == ([], ["uncertain"])
    assert "w1" in caplog.text


def test_a_run_left_in_the_middle_gives_way_to_the_next_one(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    left(sqlite, "")
    clock.now = MONDAY + WEEK
    ticked(scheduler)
    assert work.delivered == keys("w1", MONDAY + WEEK)
    assert outcomes(sqlite) == ["sent", "missed"]


def test_a_process_of_this_host_that_is_gone_need_not_be_waited_for(
    sqlite: Store, scheduler: Scheduler, work: Noting, clock: Clock
) -> None:
    host = process_name().partition(":")[0]
    left(sqlite, "", f"{host}:999999999:gone")
    ticked(scheduler)
    assert work.delivered == keys("w1", MONDAY)


def test_a_process_that_is_still_at_it_is_left_alone(sqlite: Store, scheduler: Scheduler, work: Noting) -> None:
    left(sqlite, "", process_name())
    ticked(scheduler, MONDAY + MINUTE)
    assert work.made == []


# --- rules ----------------------------------------------------------------------------------------------------------


class Inline(Scheduler):
    """A scheduler that does what is due in the thread that asks, so that a crash is seen there."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given, workers=0)

    def tick(self, now: datetime | None = None) -> list[Any]:
        begun = super().tick(now)
        for task in list(self._tasks.values()):
            if task.not_before is None:
                self._do(task)
        return begun


SCHEDULES = ("0 9 * * *", "0 * * * *", "30 2 * * MON", "0 9 1 * *")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60 * 24 * 9), min_size=1, max_size=8), st.sampled_from(SCHEDULES))
def test_whenever_one_looks_the_latest_time_since_is_due(gaps: list[int], line: str) -> None:
    with fresh_store() as store:
        kept = watch(schedule=line, zone="Europe/London")
        watches.put(store, kept)
        work, clock = Noting(), Clock(kept.made_at)
        scheduler = Inline(store, work, clock, "me")
        wanted, before = [], kept.made_at
        for gap in gaps:
            clock.now += gap * MINUTE
            scheduler.tick()
            wanted += due.between(line, "Europe/London", max(before, clock.now - LIMIT), clock.now)[-1:]
            before = clock.now
    assert [due_at for _, due_at, _ in work.made] == wanted


class Crash(BaseException):
    """A process is killed here."""


class Crashing(Noting):
    """Work shared by processes that are killed at given steps: 0 before making, 1 before sending, 2 after it."""

    def __init__(self) -> None:
        super().__init__()
        self.crashes: list[int | None] = []

    def make(self, due: Any, due_at: datetime, *, late: bool) -> Any:
        self.step = self.crashes.pop(0) if self.crashes else None
        if self.step == 0:
            raise Crash
        return super().make(due, due_at, late=late)

    def send(self, due: Any, made: Any, key: str) -> str:
        if self.step == 1:
            raise Crash
        place = super().send(due, made, key)
        if self.step == 2:
            raise Crash
        return place


STEPS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 60 * 30), st.sampled_from([None, None, 0, 1, 2])),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_two_processes_that_crash_anywhere_send_everything_at_most_once(
    steps: list[tuple[str, int, int | None]],
) -> None:
    with fresh_store() as store:
        _crash_and_go_on(store, steps)


def _crash_and_go_on(store: Store, steps: list[tuple[str, int, int | None]]) -> None:
    schedules = {"w1": "0 9 * * *", "w2": "0 * * * *"}
    for name, line in schedules.items():
        watches.put(store, watch(name, schedule=line))
    work, clock = Crashing(), Clock(MONDAY)
    processes: dict[str, Scheduler] = {}
    for life, (name, minutes, crash) in enumerate(steps):
        clock.now += minutes * MINUTE
        process = processes.setdefault(name, Inline(store, work, clock, f"elsewhere:{name}:{life}"))
        work.crashes = [crash]
        try:
            process.tick()
        except Crash:
            processes.pop(name)
        work.crashes = []
    clock.now += LEASE + MINUTE
    last = Inline(store, work, clock, "elsewhere:last:0")
    last.tick()
    assert len(work.delivered) == len(set(work.delivered)), "sent twice"
    assert watches.unfinished(store) == []
    for name, line in schedules.items():
        latest = due.between(line, "UTC", MONDAY - DAY, clock.now)[-1]
        assert keys(name, latest)[0] in work.delivered, "lost"
