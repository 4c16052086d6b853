"""Jobs in few threads: in order within a lane, side by side between lanes, and no faster than a lane's pace."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

log = logging.getLogger(__name__)


class Later(Exception):
    """Raised by a job that has to be done again after ``seconds``: it keeps its place, and its lane waits with it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Lane:
    """Jobs that wait, whether one of them runs, and the time (of a monotonic clock) before which none begins."""

    jobs: deque[tuple[Callable[[], Any], Future[Any]]] = field(default_factory=deque)
    busy: bool = False
    not_before: float = 0.0


class Lanes:
    """A pool of ``workers`` threads. Between the beginnings of two jobs of a lane lie at least ``pace_s`` seconds.

    A lane that was idle begins at once. Jobs of different lanes are taken up in the order in which they may begin.
    """

    def __init__(self, workers: int, name: str, pace_s: float = 0.0) -> None:
        self._pace = pace_s
        self._lanes: dict[str, _Lane] = {}
        self._turn = Condition()
        self._closed = False
        self._threads = [Thread(target=self._work, name=f"{name}-{place}", daemon=True) for place in range(workers)]
        for thread in self._threads:
            thread.start()

    def put(self, lane: str, job: Callable[[], Any]) -> Future[Any]:
        """Do a job when its lane gets to it. The future can be cancelled until the job begins.

        Raises:
            RuntimeError: the pool was closed.
        """
        done: Future[Any] = Future()
        with self._turn:
            if self._closed:
                raise RuntimeError("closed: no jobs are taken any more")
            self._lanes.setdefault(lane, _Lane()).jobs.append((job, done))
            self._turn.notify()
        return done

    @property
    def waiting(self) -> int:
        """How many jobs have not begun."""
        with self._turn:
            return sum(len(lane.jobs) for lane in self._lanes.values())

    def close(self, seconds: float = 5.0) -> None:
        """Take no more jobs, drop those that have not begun, and give those that run so long to end."""
        with self._turn:
            self._closed = True
            for lane in self._lanes.values():
                for _, done in lane.jobs:
                    done.cancel()
                lane.jobs.clear()
            self._turn.notify_all()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            lane, job, done = taken
            wait = self._do(job, done) if done.running() or done.set_running_or_notify_cancel() else None
            with self._turn:
                lane.busy = False
                if wait is not None:
                    lane.jobs.appendleft((job, done))
                    lane.not_before = time.monotonic() + wait
                self._turn.notify_all()

    def _do(self, job: Callable[[], Any], done: Future[Any]) -> float | None:
        """Run a job; returns in how many seconds it wants to be run again."""
        try:
            done.set_result(job())
        except Later as later:
            return later.seconds
        except BaseException as error:
            # Whoever asked for the job gets it from the future.
            done.set_exception(error)
        return None

    def _take(self) -> tuple[_Lane, Callable[[], Any], Future[Any]] | None:
        """The next job that may begin; None at the end."""
        with self._turn:
            while not self._closed:
                now = time.monotonic()
                self._tidy(now)
                free = [lane for lane in self._lanes.values() if lane.jobs and not lane.busy]
                first = min(free, key=lambda lane: lane.not_before, default=None)
                if first is not None and first.not_before <= now:
                    first.busy = True
                    first.not_before = now + self._pace
                    return first, *first.jobs.popleft()
                self._turn.wait(None if first is None else first.not_before - now)
        return None

    def _tidy(self, now: float) -> None:
        """Forget lanes that are empty and have nothing to wait for."""
        gone = [
            name for name, lane in self._lanes.items() if not lane.jobs and not lane.busy and lane.not_before <= now
        ]
        for name in gone:
            del self._lanes[name]
