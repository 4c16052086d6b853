"""What was handed in over HTTP on its way in: stored by the one run that writes, then understood like anything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.working import understand_missing
from mining import jobs

if TYPE_CHECKING:
    from assistant.wiring import Workspace


def step(
    where: Workspace,
    go_on: Callable[[], None],
    understand: Callable[[Workspace, Callable[[], None]], bool] | None = None,
) -> bool:
    """A look of :class:`api.working.Upkeep`: store what waits, and understand what is missing.

    Raises:
        Busy: another run is writing to the workspace.
    """
    stored = False
    if jobs.waiting(where.store):
        with where.writing():
            stored = bool(jobs.take_in(where.store, lambda: datetime.now(UTC)))
        go_on()
    return (understand or understand_missing)(where, go_on) or stored
