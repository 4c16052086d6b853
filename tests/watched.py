"""Watches made up for tests, work that only notes what it did, and what every database must do for runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Lock, Thread
from typing import Any

from assistant.scheduler import Made, Scheduler, key_of
from mining import watches
from mining.store import Store
from mining.watches import Watch

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
WATCH = Watch(
    "w1", "answer", "me", "#cx", "top pain points last week", {"v": 1}, "0 9 * * MON", "UTC", "en",
    MONDAY - timedelta(days=3),
)  # fmt: skip


def watch(name: str = "w1", **given: Any) -> Watch:
    """A watch on Mondays at nine, made the Friday before."""
    return replace(WATCH, id=name, **given)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Noting:
    """Work that sends into a list; ``fails`` is what sending raises, one after the other (None: nothing).

    ``says`` is what :meth:`sent` answers where the list does not hold it: an exception is raised.
    """

    delivered: list[str] = field(default_factory=list)
    fails: list[Exception | None] = field(default_factory=list)
    made: list[tuple[str, datetime, bool]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    nothing: bool = False
    says: Exception | None = None
    lock: Lock = field(default_factory=Lock)

    def make(self, due: Watch, due_at: datetime, *, late: bool) -> Made | None:
        with self.lock:
            self.made.append((due.id, due_at, late))
        return None if self.nothing else Made(due.text, "2026-11-15")

    def send(self, due: Watch, made: Made, key: str) -> str:
        with self.lock:
            error = self.fails.pop(0) if self.fails else None
            if error is not None:
                raise error
            self.delivered.append(key)
        return "C0123456/1.2"

    def sent(self, due: Watch, key: str, since: datetime) -> str | None:
        if self.says:
            raise self.says
        return "C0123456/1.2" if key in self.delivered else None

    def tell(self, due: Watch, why: str) -> None:
        self.told.append((due.id, why))


def ticked(scheduler: Scheduler, now: datetime | None = None) -> None:
    """One tick, and everything that it began done."""
    for one in scheduler.tick(now):
        one.result(30)


def keys(name: str, *dues: datetime) -> list[str]:
    return [key_of(name, due_at) for due_at in dues]


class WatchesBehaviour:
    """What every database does for watches and runs; a fixture ``store`` is to be given."""

    def test_a_watch_comes_back_as_it_was_kept(self, store: Store) -> None:
        kept = watch(
            spec={"v": 1, "ask": {"question": {"text": "אחרי"}}}, language="he", text="כאבים", zone="Asia/Tehran"
        )
        watches.put(store, kept)
        assert watches.get(store, "w1") == kept
        assert watches.get(store, "w2") is None

    def test_watches_are_listed_by_person_and_place_oldest_first(self, store: Store) -> None:
        for name, by, to in (("b", "me", "#cx"), ("a", "you", "#cx"), ("c", "me", "#ops")):
            watches.put(store, watch(name, by=by, to=to))
        watches.put(store, watch("z", made_at=MONDAY - timedelta(days=9)))
        assert [one.id for one in watches.listed(store)] == ["z", "a", "b", "c"]
        assert [one.id for one in watches.listed(store, by="me", to="#cx")] == ["z", "b"]

    def test_a_watch_that_ended_is_listed_only_where_ended_ones_are(self, store: Store) -> None:
        watches.put(store, watch())
        assert watches.end(store, "w1", MONDAY)
        assert not watches.end(store, "none", MONDAY)
        assert watches.listed(store) == []
        assert [one.ended_at for one in watches.listed(store, ended=True)] == [MONDAY]

    def test_a_watch_is_muted_and_speaks_again(self, store: Store) -> None:
        watches.put(store, watch())
        assert watches.mute(store, "w1", MONDAY)
        assert watches.listed(store)[0].muted_until == MONDAY
        assert watches.mute(store, "w1", None)
        assert watches.listed(store)[0].muted_until is None
        assert not watches.mute(store, "none", None)

    def test_a_run_is_claimed_once(self, store: Store) -> None:
        assert watches.claim(store, "w1", MONDAY, "first", MONDAY)
        assert not watches.claim(store, "w1", MONDAY, "second", MONDAY)
        assert watches.claim(store, "w1", MONDAY + timedelta(days=7), "second", MONDAY)

    def test_of_many_who_claim_a_run_at_once_one_gets_it(self, store: Store) -> None:
        at_once, got = Barrier(8), []

        def claim(name: str) -> None:
            at_once.wait()
            got.extend([name] if watches.claim(store, "w1", MONDAY, name, MONDAY) else [])

        threads = [Thread(target=claim, args=(str(number),)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(got) == 1
        [run] = watches.history(store, "w1")
        assert run.claimed_by == got[0]

    def test_a_run_left_in_the_middle_is_taken_over_by_one(self, store: Store) -> None:
        watches.claim(store, "w1", MONDAY, "dead", MONDAY)
        [left] = watches.unfinished(store, MONDAY + timedelta(minutes=1))
        assert watches.unfinished(store, MONDAY) == []
        assert watches.take_over(store, left, "first", MONDAY + timedelta(hours=1))
        assert not watches.take_over(store, left, "second", MONDAY + timedelta(hours=1))
        assert [run.claimed_by for run in watches.unfinished(store)] == ["first"]

    def test_a_run_that_is_renewed_cannot_be_taken_over_as_it_was_seen(self, store: Store) -> None:
        watches.claim(store, "w1", MONDAY, "alive", MONDAY)
        [seen] = watches.unfinished(store)
        watches.renew(store, "alive", MONDAY + timedelta(minutes=5))
        assert not watches.take_over(store, seen, "other", MONDAY + timedelta(minutes=5))

    def test_only_whoever_has_a_run_notes_how_far_it_has_come(self, store: Store) -> None:
        watches.claim(store, "w1", MONDAY, "me", MONDAY)
        assert watches.mark(store, "w1", MONDAY, "me", "sending")
        assert not watches.mark(store, "w1", MONDAY, "you", "sending too")
        assert watches.unfinished(store)[0].note == "sending"
        watches.done(store, "w1", MONDAY, "sent", MONDAY, "C1/2")
        assert not watches.mark(store, "w1", MONDAY, "me", "again")
        [run] = watches.history(store, "w1", outcome="sent")
        assert (run.done_at, run.outcome, run.note) == (MONDAY, "sent", "C1/2")

    def test_the_last_time_due_leaves_out_what_a_wrong_clock_claimed(self, store: Store) -> None:
        for name, due_at in (("w1", MONDAY), ("w1", MONDAY + timedelta(days=700)), ("w2", MONDAY - timedelta(days=7))):
            watches.claim(store, name, due_at, "me", MONDAY)
        told = watches.last_due(store, MONDAY + timedelta(days=1))
        assert told == {"w1": MONDAY, "w2": MONDAY - timedelta(days=7)}

    def test_the_history_shows_the_latest_runs_first(self, store: Store) -> None:
        for days in range(4):
            watches.claim(store, "w1", MONDAY + timedelta(days=days), "me", MONDAY)
        watches.done(store, "w1", MONDAY, "failed", MONDAY)
        assert [run.due_at.day for run in watches.history(store, "w1", limit=2)] == [19, 18]
        assert [run.due_at for run in watches.history(store, "w1", outcome="failed")] == [MONDAY]

    def test_two_schedulers_do_each_run_once(self, store: Store) -> None:
        for number in range(20):
            watches.put(store, watch(f"w{number}", to=f"#c{number % 3}"))
        work = Noting()
        both = [Scheduler(store, work, lambda: MONDAY, f"p{number}", workers=2) for number in range(2)]
        begun = [one for scheduler in both for one in scheduler.tick(MONDAY)]
        for one in begun:
            one.result(60)
        assert sorted(work.delivered) == sorted(key for number in range(20) for key in keys(f"w{number}", MONDAY))
        assert watches.unfinished(store) == []
        for scheduler in both:
            scheduler.stop()
