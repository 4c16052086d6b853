"""Walking through time where only the first so many finds of a question can be seen: slices that are small enough.

Hacker News' search shows 1,000 hits of a question, whatever the page. So a stretch of time is cut until each slice
holds less: a slice that holds more is asked for again, shorter; one that holds little makes the next one longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar


class Counted(Protocol):
    """What an answer about a slice of time says: how many finds there are in all."""

    @property
    def total(self) -> int:
        """All of them, those that cannot be seen included."""
        ...


Answer = TypeVar("Answer", bound=Counted)

# A next slice is made so long that it should hold this share of the room, but never much longer than the last.
_SHARE = 0.8
_LONGER = 8.0


def slices(start: int, end: int, room: int, ask: Callable[[int, int], Answer]) -> Iterator[tuple[int, int, Answer]]:
    """Slices ``(start, stop, answer)`` of whole seconds, oldest first, without gap or overlap, from start to end.

    ``ask(start, stop)`` answers for ``start <= second < stop``. An answer whose total is above ``room`` is given only
    for a slice of one second, which cannot be cut any more.
    """
    at, width = start, end - start
    while at < end:
        stop = min(end, at + width)
        answer = ask(at, stop)
        if answer.total > room and stop - at > 1:
            width = max(1, min((stop - at) // 2, int((stop - at) * _SHARE * room / answer.total)))
            continue
        yield at, stop, answer
        longer = min(_LONGER, _SHARE * room / answer.total) if answer.total else _LONGER
        width = max(stop - at + 1 if longer > 1 else 1, int((stop - at) * longer))
        at = stop
