"""A clock that never waits: to sleep is to be later at once. It remembers how long it was asked to sleep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


class FakeClock:
    """A :class:`connectors.clock.Clock` of a test, shared by a source and by the vendor that it asks."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._lock = Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        """Be so much later, and nobody slept."""
        with self._lock:
            self._now += timedelta(seconds=seconds)


class RunningClock(FakeClock):
    """The computer's time, for a vendor that is asked by another process; sleeping takes no time here either."""

    def now(self) -> datetime:
        return datetime.now(UTC) + (self._now - START)
