"""What is missing gets understood beside whatever else a server does: one worker, one look at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

from connectors.errors import Busy, OverheardError

if TYPE_CHECKING:
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

EVERY_S = 300.0
"""So often it looks by itself: another process may have brought something in and been killed."""

BUSY_S = 2.0
"""While another run writes to the workspace, it is asked again after so long."""


FAILED_S = 60.0
"""After an error it is tried again after so long."""


REST_S = 30.0
"""After a look it rests for as long as that took, up to so long, however often it is nudged."""


class Stopped(Exception):
    """Raised by ``go_on`` between two steps of work when the server ends; what was stored stays."""


class Upkeep:
    """Labels, indexes and sorts what is not yet, in a thread of its own, under the workspace's lock.

    ``nudge`` may be called from any thread and returns at once. However many nudges come while it works, one more
    look follows them. ``step`` is what a look does; :func:`understand_missing` is the real one.
    """

    def __init__(
        self,
        where: Workspace,
        *,
        every_s: float = EVERY_S,
        busy_s: float = BUSY_S,
        step: Callable[[Workspace, Callable[[], None]], bool] | None = None,
    ) -> None:
        self._where = where
        self._every = every_s
        self._busy = busy_s
        self._step = step or understand_missing
        self._asked = 0
        self._done = 0
        self._ending = False
        self._changed = Condition()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, with a look at what earlier runs left."""
        self.nudge()
        self._thread = Thread(target=self._work, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Begin nothing more and end between two steps, waiting so long; the next process goes on from there."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(seconds)

    def nudge(self) -> int:
        """Ask it to look again; the number is what :meth:`is_done` and :meth:`wait` take."""
        with self._changed:
            self._asked += 1
            self._changed.notify_all()
            return self._asked

    def is_done(self, number: int) -> bool:
        """Whether all that was stored before that nudge has been understood."""
        with self._changed:
            return self._done >= number

    def wait(self, number: int, seconds: float) -> bool:
        """Wait so long at most until :meth:`is_done`; returns whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._done >= number or self._ending, seconds) and (
                self._done >= number
            )

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ending or self._asked > self._done, self._every)
                if self._ending:
                    return
                asked = self._asked
            begun = monotonic()
            again = self._look()
            with self._changed:
                if again is None:
                    self._done = asked
                    self._changed.notify_all()
                    # Those who ask questions have the machine for as long as it took.
                    again = min(monotonic() - begun, REST_S)
                self._changed.wait_for(lambda: self._ending, again)

    def _look(self) -> float | None:
        """One look; the seconds after which it has to be repeated, if it has to."""
        try:
            if self._step(self._where, self._go_on):
                self._where.look_again()
        except Stopped:
            return 0.0
        except Busy:
            return self._busy
        except OverheardError as error:
            # Nothing is lost by it: the same is still missing at the next look.
            log.error("what is missing could not be understood: %s", error.message)
        except Exception:
            log.exception("what is missing could not be understood")
        else:
            return None
        return FAILED_S

    def _go_on(self) -> None:
        if self._ending:
            raise Stopped


def understand_missing(where: Workspace, go_on: Callable[[], None] = lambda: None) -> bool:
    """Label, index and sort what is not yet; returns whether anything was done.

    ``go_on`` is called between steps and may raise :class:`Stopped`.

    Raises:
        Busy: another run is writing to the workspace; nothing was done.
    """
    from mining import facts_held, pipeline
    from mining.themes.update import update

    if not pipeline.is_behind(where.store, where.miner):
        return False
    with where.writing():
        with where.index_writer() as index:
            pipeline.understand(where.store, where.miner, lambda: index, lambda _: go_on())
        go_on()
        update(
            where.store,
            where.miner.embedder,
            brands=where.settings.catalog.every_name(),
            on_progress=lambda *_: go_on(),
        )
        facts_held.bring_up(where.store, lambda *_: go_on())
    return True
