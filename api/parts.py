"""What the routes share: the workspace, who is let in, cursors, the clock, and whom to tell of new feedback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.cursors import Cursors
from api.security import Door

if TYPE_CHECKING:
    from assistant.wiring import Workspace


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Parts:
    """Made once for a server. ``nudge`` tells the worker that something was handed in; alone, it waits for the next
    run that writes."""

    where: Workspace
    clock: Callable[[], datetime] = _now
    nudge: Callable[[], object] = lambda: None
    door: Door = field(init=False)
    cursors: Cursors = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door(lambda: self.where.store, self.clock)
        self.cursors = Cursors(lambda: self.where.key)
