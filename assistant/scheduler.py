"""Does what watches are due for: once each, whatever crashes, however many processes, whatever the clocks do.

The store is the truth: whoever inserts the row of a run does it (:mod:`mining.watches`). :meth:`Scheduler.tick` may be
called as often as one likes and by several processes: it finds what is due and what a crash left in the middle. Times
are those of :mod:`assistant.watches.due`.

A thread that waits wakes us, by the computer's monotonic clock: a scheduler that waits for a time of day stands still
for an hour when the clock is set back by one.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from uuid import uuid4

from assistant.slack.lanes import Lanes
from assistant.watches import due
from assistant.watches.work import Gone, Made, NotYet, Uncertain, Work
from connectors.errors import OverheardError, RateLimited, Unreachable
from mining import watches
from mining.store import Store
from mining.watches import Run, Watch

log = logging.getLogger(__name__)

LIMIT = timedelta(days=7)
"""What was due longer ago is not caught up."""

LATE_AFTER = timedelta(minutes=30)
"""What is sent so long after it was due says that it is late."""

LEASE = timedelta(minutes=10)
"""A run of a process that has not been heard of for so long is taken over: clocks must agree better than that."""

RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""A place that cannot be reached is tried again after these times."""

FAILURES = 5
"""A watch that failed so often in a row is paused."""

PAUSED = datetime(9999, 1, 1, tzinfo=UTC)
"""``muted_until`` of a watch that is paused until somebody resumes it."""

EVERY_S = 20.0
_SENDING = "sending"


def process_name() -> str:
    """A name for this process that no other has: its host, number and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def key_of(watch_id: str, due_at: datetime) -> str:
    """The key of a run: the same in every process and after every crash."""
    return f"{watch_id}@{due_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def is_paused(watch: Watch) -> bool:
    """Whether a watch waits for somebody to resume it."""
    return watch.muted_until is not None and watch.muted_until >= PAUSED


@dataclass(slots=True)
class _Task:
    """A run in this process. ``look``: it may have been sent already; ``not_before``: when it is tried again."""

    watch: Watch
    due_at: datetime
    mine: bool = False
    look: bool = False
    since: datetime | None = None
    attempt: int = 0
    not_before: datetime | None = None
    note: str = ""

    @property
    def id(self) -> tuple[str, datetime]:
        return self.watch.id, self.due_at


class Scheduler:
    """One process's part. ``clock`` gives aware times; ``workers`` runs go side by side, in order within a place."""

    def __init__(
        self, store: Store, work: Work, clock: Callable[[], datetime], name: str | None = None, *, workers: int = 4,
        every_s: float = EVERY_S,
    ) -> None:  # fmt: skip
        self.name = name or process_name()
        self._store = store
        self._work = work
        self._clock = clock
        self._lanes = Lanes(workers, "watches")
        self._every = every_s
        self._tasks: dict[tuple[str, datetime], _Task] = {}
        self._lock = Lock()
        self._end = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Look for what is due, now and then every few seconds, in a thread of its own."""
        self._thread = Thread(target=self._watch, name="scheduler", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Begin nothing more, and give what runs so long to end; the rest is found by the next process."""
        self._end.set()
        self._lanes.close(seconds)
        if self._thread:
            self._thread.join(seconds)

    def _watch(self) -> None:
        while not self._end.is_set():
            try:
                self.tick()
            except Exception:  # the database may be away for a moment; the next tick sees the same
                log.exception("what is due could not be looked for")
            self._end.wait(self._every)

    # --- what is due ------------------------------------------------------------------------------------------------

    def tick(self, now: datetime | None = None) -> list[Future[None]]:
        """Begin everything that is due by now and that nobody does; returns what was begun."""
        now = now or self._clock()
        with self._lock:
            if self._tasks:
                watches.renew(self._store, self.name, now)
            found = [*self._again(now), *self._left(now), *self._due(now)]
            for task in found:
                self._tasks[task.id] = task
        return [self._lanes.put(task.watch.to, lambda task=task: self._do(task)) for task in found]  # type: ignore[misc]

    def _again(self, now: datetime) -> list[_Task]:
        """Runs of ours whose time to be tried again has come."""
        waiting = [task for task in self._tasks.values() if task.not_before and task.not_before <= now]
        for task in waiting:
            task.not_before = None
        return waiting

    def _due(self, now: datetime) -> list[_Task]:
        """The latest time of each watch that nobody has taken."""
        last = watches.last_due(self._store, now)
        found = []
        for watch in watches.listed(self._store):
            after = max(last.get(watch.id, watch.made_at), watch.made_at, now - LIMIT)
            try:
                times = due.between(watch.schedule, watch.zone, after, now) if watch.schedule else []
            except (ValueError, KeyError, OSError):
                log.exception("watch %s: its schedule cannot be read", watch.id)
                continue
            if times and (watch.id, times[-1]) not in self._tasks:
                found.append(_Task(watch, times[-1]))
        return found

    def _left(self, now: datetime) -> list[_Task]:
        """Runs that a process began and will not end."""
        found = []
        for run in watches.unfinished(self._store):
            if (run.watch_id, run.due_at) in self._tasks or not self._is_left(run, now):
                continue
            watch = watches.get(self._store, run.watch_id)
            if watch is None or not watches.take_over(self._store, run, self.name, now):
                continue
            log.info("watch %s: its run of %s was left in the middle", run.watch_id, run.due_at.isoformat())
            mark, _, note = run.note.partition(" ")
            since = min(run.due_at, now)
            found.append(_Task(watch, run.due_at, mine=True, look=mark == _SENDING, since=since, note=note))
        return found

    def _is_left(self, run: Run, now: datetime) -> bool:
        if run.claimed_by == self.name or run.claimed_at < now - LEASE:
            return True
        host, _, rest = run.claimed_by.partition(":")
        number = rest.partition(":")[0]
        return host == socket.gethostname() and number.isdecimal() and not _is_alive(int(number))

    # --- one run ----------------------------------------------------------------------------------------------------

    def _do(self, task: _Task) -> None:
        """Do one run; whatever happens, it is noted and stops nobody else."""
        if self._end.is_set():
            return
        try:
            ended = self._claimed(task) and self._through(task)
        except Exception:
            # The database is away: the run stays claimed, and is found again as one left in the middle.
            log.exception("watch %s: its run of %s could not be noted", task.watch.id, task.due_at.isoformat())
            ended = True
        if ended is not None:
            with self._lock:
                self._tasks.pop(task.id, None)

    def _claimed(self, task: _Task) -> bool:
        """Whether this run is ours to do."""
        task.mine = task.mine or watches.claim(self._store, task.watch.id, task.due_at, self.name, self._clock())
        return task.mine

    def _through(self, task: _Task) -> bool | None:
        """Do a run that is ours; None where it is to be tried again."""
        watch = watches.get(self._store, task.watch.id) or task.watch
        now = self._clock()
        if task.look and (known := self._known(task)):
            return self._done(task, *known)
        if watch.ended_at is not None or self._is_over(task, now):
            return self._done(task, "missed")
        if watch.muted_until is not None and watch.muted_until > now:
            return self._done(task, "muted")
        try:
            made = self._work.make(watch, task.due_at, late=now - task.due_at > LATE_AFTER)
        except Exception as error:
            return self._failed(task, error)
        if made is None:
            return self._done(task, "quiet")
        # From here on a crash leaves it open whether it was sent.
        if not watches.mark(self._store, watch.id, task.due_at, self.name, f"{_SENDING} {made.note}"):
            return False
        task.look, task.since, task.note = True, task.since or now, made.note
        try:
            place = self._work.send(watch, made, key_of(watch.id, task.due_at))
        except Exception as error:
            return self._failed(task, error)
        return self._done(task, "sent", place)

    def _is_over(self, task: _Task, now: datetime) -> bool:
        """Whether the watch was due again since, or it is too long ago: only the latest is caught up."""
        if now - task.due_at > LIMIT:
            return True
        return task.look is False and bool(due.between(task.watch.schedule, task.watch.zone, task.due_at, now)[:1])

    def _known(self, task: _Task) -> tuple[str, str] | None:
        """What became of a run that may have been sent; None where it certainly was not."""
        try:
            place = self._work.sent(task.watch, key_of(task.watch.id, task.due_at), task.since or task.due_at)
        except Exception as error:
            log.warning(
                "watch %s: nobody can tell whether its run of %s was sent (%s); it is not sent again",
                task.watch.id, task.due_at.isoformat(), type(error).__name__,
            )  # fmt: skip
            return "uncertain", "left in the middle"
        return None if place is None else ("sent", f"{place} found afterwards")

    def _failed(self, task: _Task, error: Exception) -> bool | None:
        """Note a failure: try again later what cannot be reached now, and pause what fails again and again."""
        what = f"{type(error).__name__}: {error}" if isinstance(error, OverheardError) else type(error).__name__
        if isinstance(error, Uncertain):
            log.warning("watch %s: %s; it is not sent again", task.watch.id, error)
            return self._done(task, "uncertain", what)
        if isinstance(error, NotYet):
            task.look = False
            watches.mark(self._store, task.watch.id, task.due_at, self.name, "")
        if isinstance(error, NotYet | RateLimited | Unreachable) and task.attempt < len(RETRIES):
            task.not_before = self._clock() + RETRIES[task.attempt]
            task.attempt += 1
            log.info("watch %s: %s; again at %s", task.watch.id, type(error).__name__, task.not_before.isoformat())
            return None
        log.error("watch %s: its run of %s failed", task.watch.id, task.due_at.isoformat(), exc_info=error)
        self._done(task, "failed", what)
        recent = watches.history(self._store, task.watch.id, limit=FAILURES)
        again = len(recent) == FAILURES and all(run.outcome == "failed" for run in recent)
        if isinstance(error, Gone) or again:
            self._pause(task.watch, "gone" if isinstance(error, Gone) else "failing")
        return True

    def _pause(self, watch: Watch, why: str) -> None:
        watches.mute(self._store, watch.id, PAUSED)
        log.warning("watch %s is paused: %s", watch.id, why)
        try:
            self._work.tell(watch, why)
        except Exception:
            log.exception("the owner of watch %s could not be told", watch.id)

    def _done(self, task: _Task, outcome: str, note: str = "") -> bool:
        whole = f"{task.note} {note}".strip()
        watches.done(self._store, task.watch.id, task.due_at, outcome, self._clock(), whole)
        log.info("watch %s: run of %s: %s", task.watch.id, task.due_at.isoformat(), outcome)
        return True


def _is_alive(number: int) -> bool:
    """Whether there is a process of this number here."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


__all__ = [
    "FAILURES", "LATE_AFTER", "LEASE", "LIMIT", "PAUSED", "RETRIES", "Gone", "Made", "NotYet", "Scheduler", "Uncertain",
    "Work", "is_paused", "key_of", "process_name",
]  # fmt: skip
