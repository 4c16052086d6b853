"""What a scheduler has done: made, sent, found again; and the ways in which sending may fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connectors.errors import OverheardError
from mining.watches import Watch


class Gone(OverheardError):
    """A place that takes nothing any more until a person does something about it."""


class Uncertain(OverheardError):
    """Nobody can tell whether something was sent: it is not sent again."""


class NotYet(OverheardError):
    """Certainly not sent; it can be tried again later."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is to be sent; ``note`` goes into the run's note (the day that an alert tells)."""

    content: Any
    note: str = ""


class Work(Protocol):
    """What the scheduler does. Any exception is a failure of this one run."""

    def make(self, watch: Watch, due_at: datetime, *, late: bool) -> Made | None:
        """What is to be sent, None where nothing is. Sends nothing."""

    def send(self, watch: Watch, made: Made, key: str) -> str:
        """Send it under a key by which it can be found again; returns where it stands, for the note.

        Raises:
            Gone: the place takes nothing any more.
            Uncertain: it may have been sent, and nobody can tell.
            NotYet: it was not sent, and may be later.
            RateLimited: and Unreachable: not now; :meth:`sent` tells whether it was sent after all.
        """

    def sent(self, watch: Watch, key: str, since: datetime) -> str | None:
        """Where something stands that may have been sent since a time; None where it certainly was not.

        Raises:
            Uncertain: nobody can tell.
        """

    def tell(self, watch: Watch, why: str) -> None:
        """Tell a watch's owner that it is paused: ``failing`` or ``gone``."""
