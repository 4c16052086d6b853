"""Sources are read when they are due, as long as a server runs, and what came is understood beside it."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from connectors.errors import OverheardError

if TYPE_CHECKING:
    from api.working import Upkeep
    from assistant.wiring import Workspace
    from mining.runner import Report

log = logging.getLogger(__name__)

EVERY_S = 20.0
"""So often it looks whether a source is due."""


class Pulling:
    """One process's part in reading the sources of a workspace. Who holds a source's lock reads it, so that two
    processes never read the same one at once; a source that fails is noted and tried again when it is due.
    """

    def __init__(
        self,
        where: Workspace,
        upkeep: Upkeep,
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._where = where
        self._upkeep = upkeep
        self._every = every_s
        self._running: set[str] = set()
        self._lock = Lock()
        self._end = Event()
        self._pool: ThreadPoolExecutor | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Look for what is due, now and then every few seconds, in a thread of its own."""
        self._thread = Thread(target=self._watch, name="pulling", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Begin nothing more; what is being read ends between two pages, and the next process goes on from there."""
        self._end.set()
        if self._thread:
            self._thread.join(seconds)
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _watch(self) -> None:
        while not self._end.is_set():
            try:
                self.tick()
            except OverheardError as error:
                log.error("which sources are due could not be looked for: %s", error.message)
            except Exception:  # the database may be away for a moment; the next look sees the same
                log.exception("which sources are due could not be looked for")
            self._end.wait(self._every)

    def tick(self) -> list[Future[None]]:
        """Begin to read every source that is due by now and that is not being read here; returns what was begun."""
        from assistant.sources import due
        from mining.runner import SIDE_BY_SIDE

        if not self._where.settings.sources:
            return []
        with self._lock:
            names = [name for name in due(self._where, self._where.clock.now()) if name not in self._running]
            self._running.update(names)
            if self._pool is None:
                self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="pull")
            pool = self._pool
        return [pool.submit(self._read, name) for name in names]

    def _read(self, name: str) -> None:
        from assistant.sources import job
        from mining import runner

        try:
            where = self._where
            for report in runner.run(where.store, [job(where, name)], where.key, clock=where.clock, stop=self._end):
                self._told(report)
        except Exception as error:  # the store is away: nothing could be noted, and the source is due as before
            log.error("%s could not be read: %s", name, type(error).__name__)
        finally:
            with self._lock:
                self._running.discard(name)

    def _told(self, report: Report) -> None:
        if isinstance(report.error, OverheardError):
            log.warning("%s: %s %s", report.source, report.error.message, report.error.hint)
        if report.brought:
            self._upkeep.nudge()
