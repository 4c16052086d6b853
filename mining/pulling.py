"""Reading one source: one transaction a page, one run at a time, and what is remembered of each run.

:func:`pull` is the one way in. :mod:`mining.runner` reads several sources side by side with it.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event

from connectors.base import Connector, Live, Page, Reject, Window
from connectors.clock import Clock, SystemClock
from connectors.errors import OverheardError, RateLimited, Unreachable
from connectors.record import Feedback
from mining import locks, sweeps
from mining.ahead import ahead
from mining.privacy import mask_feedback, mask_reject
from mining.store import Pull, Store, Stored
from mining.sweeps import End, Kind, Outcome, Sweep

logger = logging.getLogger(__name__)

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)
"""Who cannot be reached is tried again after the first of these, then after twice as long each time, up to the last."""

LONGEST_WAIT = timedelta(days=31)
"""No source is left alone for longer than this, whatever it asks for."""

ALARMING = 20
"""Fewer rejects than this alarm nobody."""

_AT_ONCE = 100
# Of a run that says something else of each page, this much is told.
_SAID, _NOTES = 3, 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is. ``done`` of ``total`` counts feedback; a source that cannot say has ``total`` None."""

    stage: str
    done: float
    total: float | None
    items: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a run goes. ``items``: it ends between pages once it has seen so many; ``rejects``: a live source is
    stopped where more than this share of a run's records could not be read; ``stop``: it ends as soon as that is set.
    """

    items: int | None = None
    rejects: float = 0.5
    stop: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought: counts, what the person at the keyboard should know, each said once, and how it ended."""

    stored: Stored
    pages: int
    notes: tuple[str, ...]
    sweep: Sweep


class _Stopped(Exception):
    """Somebody wants this run to end; what was stored stays."""


class _Enough(Exception):
    """The run has seen as much as it may."""


def pull(
    store: Store,
    connector: Connector,
    what: Pull,
    key: bytes,
    window: Window | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    kind: Kind = Kind.LIVE,
    clock: Clock | None = None,
    limits: Limits | None = None,
) -> Pulled:
    """Read a source to its end, one transaction a page: items, rejects and cursor together.

    Personal data are masked with ``key`` before anything is stored. Raises what the connector raises, after noting it
    (:mod:`mining.sweeps`); the pages before it stay stored, and the next run goes on behind them.

    Raises:
        Busy: another run is reading this source.
        OverheardError: most records of a live source could not be read; its cursor has not moved over them.
    """
    window = window or Window()
    run = _Run(store, what, key, kind, window, clock or SystemClock(), limits or Limits(), on_progress)
    with run.noted():
        run.read(connector, window)
    return run.pulled()


def recheck(
    store: Store,
    connector: Live,
    what: Pull,
    key: bytes,
    native_ids: Sequence[str],
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    clock: Clock | None = None,
    limits: Limits | None = None,
) -> Pulled:
    """Read known items again, so that edits and deletions at the source reach us; no cursor moves.

    Raises:
        Busy: another run is reading this source; and as :func:`pull`.
    """
    run = _Run(store, what, key, Kind.RECHECK, Window(), clock or SystemClock(), limits or Limits(), on_progress)
    with run.noted():
        run.read_again(connector, native_ids)
    return run.pulled()


class _Run:
    """One reading of one source."""

    def __init__(
        self,
        store: Store,
        what: Pull,
        key: bytes,
        kind: Kind,
        window: Window,
        clock: Clock,
        limits: Limits,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._store = store
        self._what = what
        self._key = key
        self._kind = kind
        self._window = window
        self._clock = clock
        self._limits = limits
        self._on_progress = on_progress
        self._sweep = 0
        self._before = 0
        self._stored = Stored()
        self._pages = 0
        self._seen = 0
        self._notes: dict[str, None] = {}
        self._partial: dict[str, None] = {}

    def pulled(self) -> Pulled:
        """What was brought, after the end."""
        return Pulled(self._stored, self._pages, tuple(self._notes), sweeps.get(self._store, self._sweep))

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Hold the source, and remember the run and how it ended, whatever happens in the block."""
        source = self._what.source
        with locks.reading(self._store, source):
            last = sweeps.history(self._store, source, limit=1)
            self._before = last[0].attempt if last else 0
            self._sweep = sweeps.begin(self._store, self._what, self._kind, self._window, self._clock.now())
            try:
                yield
            except _Enough:
                self._end(End(Outcome.STOPPED, f"stopped after {self._seen} records, as it was told to"))
            except BaseException as error:
                self._end(self._how(error))
                if not isinstance(error, _Stopped):
                    raise
            else:
                says = "; ".join(list(self._partial)[:_SAID])
                self._end(End(Outcome.PARTIAL if says else Outcome.COMPLETE, says))

    def _end(self, how: End) -> None:
        sweeps.end(self._store, self._sweep, self._clock.now(), how)
        logger.info("%s: %s, %d pages, %s", self._what.source, self._stored, self._pages, how.outcome.value)

    def _how(self, error: BaseException) -> End:
        """How a run ended that something was raised in."""
        now = self._clock.now()
        if isinstance(error, _Stopped | KeyboardInterrupt | SystemExit | GeneratorExit):
            return End(Outcome.STOPPED, "stopped; the next run goes on from there", next_attempt_at=now)
        if isinstance(error, RateLimited):
            wait = min(max(timedelta(seconds=error.retry_after), timedelta(seconds=1)), LONGEST_WAIT)
            return End(Outcome.WAITING, error.message, error.hint, now + wait)
        if isinstance(error, Unreachable):
            attempt = self._before + 1
            return End(Outcome.FAILED, error.message, error.hint, now + patience(attempt), attempt)
        if isinstance(error, OverheardError):
            return End(Outcome.FAILED, error.message, error.hint)
        # What it says may hold anything: its kind is all that is kept.
        return End(Outcome.FAILED, f"an error of the program: {type(error).__name__}", "report it: this is a bug")

    # --- the pages --------------------------------------------------------------------------------------------------

    def read(self, connector: Connector, window: Window) -> None:
        """From where the last run stopped to the end."""
        cursor: Mapping[str, object] = self._store.cursor(self._what.key)
        live, begun = isinstance(connector, Live), dict(cursor)
        for page in self._taken(lambda: connector.pull(begun, window), live=live):
            self._take(page, cursor if live else None)
            cursor = page.cursor
        if not live and self._alarming():
            self._partial[self._misread()] = None
        self._store.finish_pull(self._what, self._clock.now())

    def read_again(self, connector: Live, native_ids: Sequence[str]) -> None:
        """Known items; those of which the source says nothing were asked for as well."""
        for start in range(0, len(native_ids), _AT_ONCE):
            part = native_ids[start : start + _AT_ONCE]
            for page in self._taken(lambda part=part: connector.recheck(part), live=True):  # type: ignore[misc]
                self._put(page, None)
                self._told(replace(page, done=(start + len(page.items)) / len(native_ids)))
            sweeps.rechecked(self._store, self._what.source, part, self._clock.now())

    def _taken(self, pages: Callable[[], Iterator[Page]], *, live: bool) -> Iterator[Page]:
        """The pages, of a live source one ahead: it is waited for while a page is stored."""
        if live:
            yield from ahead(pages, self._go_on)
            return
        for page in pages():
            yield page
            self._go_on()

    def _go_on(self) -> None:
        if self._limits.stop.is_set():
            raise _Stopped

    def _take(self, page: Page, before: Mapping[str, object] | None) -> None:
        """Store a page. ``before``, of a live source, is where it stays if the page says that nothing can be read."""
        rejected = sum(isinstance(item, Reject) for item in page.items)
        alarming = before is not None and self._alarming(len(page.items), rejected)
        self._put(page, before if alarming and before is not None else page.cursor)
        self._told(page)
        if alarming:
            raise OverheardError(
                f"{self._misread()}; it was stopped before it passed over more",
                hint=f"overheard rejects --source {self._what.source} says why; the limit is its setting reject_share",
            )
        if self._limits.items is not None and self._seen >= self._limits.items:
            raise _Enough

    def _alarming(self, more: int = 0, rejected: int = 0) -> bool:
        rejected += self._stored.rejected
        return rejected >= ALARMING and rejected > self._limits.rejects * (self._seen + more)

    def _misread(self) -> str:
        return f"{self._stored.rejected} of the {self._seen} records of this run could not be read"

    def _put(self, page: Page, cursor: Mapping[str, object] | None) -> None:
        items = [masked(item, self._key) for item in page.items]
        source, sweep = self._what.source, self._sweep
        if cursor is None:
            with self._store.transaction() as connection:
                stored = self._store.put(connection, source, items)
                sweeps.count(connection, sweep, len(items), stored)
        else:
            stored = self._store.put_page(
                self._what, items, cursor, lambda connection, done: sweeps.count(connection, sweep, len(items), done)
            )
        self._stored += stored
        self._seen += len(items)
        self._pages += 1

    def _told(self, page: Page) -> None:
        for note in page.notes:
            if len(self._notes) < _NOTES:
                self._notes[note] = None
        if page.partial and len(self._partial) < _NOTES:
            self._partial[page.partial] = None
        items = self._stored.new + self._stored.changed + self._stored.unchanged
        self._on_progress(Progress("pull", page.done or 0.0, 1.0 if page.done is not None else None, items))


def patience(attempt: int, chance: Callable[[], float] = random.random) -> timedelta:
    """How long to leave a source alone that could not be reached so often in a row.

    A random half of it is taken off, so that many who lost the same server do not come back at the same moment.
    """
    whole = min(FIRST_RETRY * (1 << min(attempt - 1, 20)), LONGEST_RETRY)
    return whole * (1 - chance() / 2)


def masked(item: Feedback | Reject, key: bytes) -> Feedback | Reject:
    """The item without what could tell who is meant."""
    return mask_reject(item, key) if isinstance(item, Reject) else mask_feedback(item, key)


def retry(store: Store, connector: Connector, source: str, key: bytes) -> Stored:
    """Read the rejects of a source again with today's settings; those that can be read now are stored."""
    rejects = [Reject(row["where"], row["reason"], row["raw"]) for row in store.rejects(source)]
    again = [masked(connector.retry(reject), key) for reject in rejects]
    # A record read after all may lie elsewhere now; its old place is settled all the same.
    placed = [
        replace(item, extra={**item.extra, "where": reject.where}) if isinstance(item, Feedback) else item
        for item, reject in zip(again, rejects, strict=True)
    ]
    with store.transaction() as connection:
        return store.put(connection, source, placed)
