"""Several sources read side by side, each for itself: what one of them runs into never stops another."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event

from connectors.base import Connector, Live, Window
from connectors.clock import Clock, SystemClock
from connectors.errors import Busy, OverheardError
from mining import pulling, sweeps
from mining.pulling import Limits, Progress, Pulled
from mining.store import Pull, Store
from mining.sweeps import End, Kind, Outcome, Sweep

logger = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
"""So many sources are read at the same time: they wait for networks, not for us."""

# Clocks of machines may differ so much.
_DRIFT = timedelta(minutes=5)
_BACKFILL = "|backfill "


@dataclass(frozen=True, slots=True)
class Job:
    """A source to be read. ``build`` makes its connector, and may refuse its settings.

    After a live sweep that came to its end, items that were not seen for ``recheck_days`` are asked for again, so
    many in one run (0 for none).
    """

    source: str
    build: Callable[[], tuple[Connector, Pull]]
    kind: Kind = Kind.LIVE
    window: Window = field(default_factory=Window)
    limits: Limits = field(default_factory=Limits)
    recheck_days: float = 0
    recheck_items: int = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a job: what it brought, what known items said, the error that ended it, or why it was left out.

    ``error`` is an :class:`OverheardError`, or a bug, whose message may hold anything and is not for logs.
    """

    source: str
    pulled: Pulled | None = None
    rechecked: Pulled | None = None
    error: Exception | None = None
    skipped: str = ""

    @property
    def brought(self) -> bool:
        """Whether there is anything to be understood, or to be taken out of the index."""
        parts = [one.stored for one in (self.pulled, self.rechecked) if one]
        # What a run stored before it failed is not told apart: it may be much.
        return self.error is not None or any(part.new or part.changed or part.deleted for part in parts)


def run(
    store: Store,
    jobs: Sequence[Job],
    key: bytes,
    *,
    clock: Clock | None = None,
    now: bool = False,
    stop: Event | None = None,
    on_progress: Callable[[str, Progress], None] = lambda _source, _step: None,
) -> Iterator[Report]:
    """Do all jobs side by side; yields each report when it is there. ``now`` asks those as well that wish to wait.

    When the caller stops taking reports, or is interrupted, the others end between two pages.
    """
    stop, clock = stop or Event(), clock or SystemClock()

    def done(job: Job) -> Report:
        return _report(store, job, key, clock, stop, on_progress, now=now)

    if len(jobs) == 1:
        # In the caller's own thread, where Ctrl-C arrives.
        yield done(jobs[0])
        return
    with ThreadPoolExecutor(min(len(jobs), SIDE_BY_SIDE) or 1, thread_name_prefix="pull") as pool:
        try:
            for future in as_completed([pool.submit(done, job) for job in jobs]):
                yield future.result()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _report(
    store: Store,
    job: Job,
    key: bytes,
    clock: Clock,
    stop: Event,
    on_progress: Callable[[str, Progress], None],
    *,
    now: bool,
) -> Report:
    report = Report(job.source)
    try:
        if not now and (until := waits_until(store, job.source, clock.now())):
            return replace(
                report, skipped=f"not to be asked before {until:%Y-%m-%d %H:%M} UTC (--now asks all the same)"
            )
        connector, what = _built(store, job, clock)
        window, limits = job.window, replace(job.limits, stop=stop)
        if job.kind is Kind.BACKFILL:
            what, window = backfill(store, what, window, clock.now())

        def show(step: Progress) -> None:
            on_progress(job.source, step)

        pulled = pulling.pull(
            store, connector, what, key, window, show, kind=job.kind, clock=clock, limits=limits
        )  # fmt: skip
        report = replace(report, pulled=pulled)
        if ids := _to_recheck(store, job, connector, pulled.sweep, clock.now()):
            again = pulling.recheck(store, connector, what, key, ids, show, clock=clock, limits=limits)  # type: ignore[arg-type]  # only of live ones are there ids
            report = replace(report, rechecked=again)
    except Busy as error:
        return replace(report, skipped=error.message)
    except OverheardError as error:
        return replace(report, error=error)
    except Exception as error:
        # Its message may hold a customer's words or a key: the log says where it was, and the caller has the rest.
        places = "".join(traceback.format_tb(error.__traceback__))
        logger.error("%s: an error of the program: %s\n%s", job.source, type(error).__name__, places)
        return replace(report, error=error)
    return report


def _built(store: Store, job: Job, clock: Clock) -> tuple[Connector, Pull]:
    """The connector; that its settings were refused is remembered as a reading that failed."""
    try:
        return job.build()
    except OverheardError as error:
        note_failure(store, job, error, clock.now())
        raise


def note_failure(store: Store, job: Job, error: OverheardError, at: datetime) -> None:
    """Remember that a source could not even begin to be read."""
    what = Pull(f"{job.source}|", job.source, {})
    sweep = sweeps.begin(store, what, job.kind, job.window, at)
    sweeps.end(store, sweep, at, End(Outcome.FAILED, error.message, error.hint))


def _to_recheck(store: Store, job: Job, connector: Connector, sweep: Sweep, at: datetime) -> list[str]:
    if sweep.outcome not in (Outcome.COMPLETE, Outcome.PARTIAL) or job.kind is not Kind.LIVE:
        return []
    if not job.recheck_days or not job.recheck_items or not isinstance(connector, Live):
        return []
    return sweeps.to_recheck(store, job.source, at - timedelta(days=job.recheck_days), job.recheck_items)


# --- when, and from where -------------------------------------------------------------------------------------------


def waits_until(store: Store, source: str, at: datetime) -> datetime | None:
    """Until when a source must not be asked; None where it may be at once."""
    last = sweeps.history(store, source, limit=1)
    if not last or is_from_later(last[0], at):
        return None
    until = last[0].next_attempt_at
    return until if until and until > at else None


def is_from_later(sweep: Sweep | None, at: datetime) -> bool:
    """Whether a reading was noted by a clock that ran ahead: the times that it names mean nothing."""
    return sweep is not None and sweep.started_at > at + _DRIFT


def due_at(last: Sweep | None, live: Sweep | None, every: timedelta) -> datetime | None:
    """When a source is to be read next, by its last reading of any kind and its last live one; None for at once."""
    if last is not None and last.next_attempt_at is not None:
        return last.next_attempt_at
    # One that was killed is gone on with; whoever still runs holds the source's lock.
    return live.started_at + every if live is not None and live.ended_at is not None else None


def backfill(store: Store, what: Pull, window: Window, at: datetime) -> tuple[Pull, Window]:
    """How a stretch of the past is read: with a cursor of its own, the same for the same stretch.

    Without an end it goes up to now. One that was stopped is gone on with, up to where it was to go when it began.
    """
    since = window.since.isoformat() if window.since else "the beginning"
    if window.until is not None:
        return replace(what, key=f"{what.key}{_BACKFILL}{since} to {window.until.isoformat()}"), window
    stem = f"{what.key}{_BACKFILL}{since} to now, "
    for sweep in sweeps.history(store, what.source):
        if sweep.key.startswith(stem) and sweep.window.until is not None:
            if sweep.outcome in (Outcome.COMPLETE, Outcome.PARTIAL):
                break
            return replace(what, key=sweep.key), sweep.window
    return replace(what, key=f"{stem}{at.isoformat()}"), Window(window.since, at)
