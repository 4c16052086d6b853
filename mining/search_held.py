"""What is made of each day for searching, held while the day is as it was: a large block, and small ones beside it.

A day of :mod:`mining.facts` is made anew whenever something about its mentions changes; only such days are read again,
and when there are many of them the large block is put together anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mining.facts_frame import Frame
from mining.facts_made import Chunk

# Days beside the large block: each costs every search a little.
_MOST_BESIDE = 40

Day = TypeVar("Day")
Given = TypeVar("Given", covariant=True)


class Block(Protocol[Given]):
    """Some days side by side."""

    def __len__(self) -> int:
        """How many mentions it holds."""
        ...

    def day(self, place: int) -> Given:
        """One of the days."""
        ...


Held = TypeVar("Held", bound=Block)  # type: ignore[type-arg]  # of whatever days


@dataclass(frozen=True, slots=True)
class Segment(Generic[Held]):
    """Rows of a frame, from ``start`` to before ``end``, are those of a block from ``begin`` on."""

    start: int
    end: int
    block: Held
    begin: int


class Aligned(Generic[Day, Held]):
    """Blocks for the days of frames; one thread at a time may ask for them.

    Args:
        read: makes days, given as facts have them, in their order.
        join: makes a block of days.
    """

    def __init__(self, read: Callable[[Sequence[Chunk]], Sequence[Day]], join: Callable[[Sequence[Day]], Held]) -> None:
        self._read, self._join = read, join
        self._at: dict[tuple[int, int], tuple[Held, int, int]] = {}
        self._frame: Frame | None = None
        self._segments: list[Segment[Held]] = []

    def segments(self, frame: Frame) -> list[Segment[Held]]:
        """What holds the rows of a frame, in their order."""
        if frame is not self._frame:
            self._align(frame)
            self._segments = list(self._found(frame))
            self._frame = frame
        return self._segments

    def lacking(self, frame: Frame) -> list[Chunk]:
        """The days that will have to be read for a frame."""
        return [chunk for chunk in frame.chunks if (chunk.day, chunk.made) not in self._at]

    def _align(self, frame: Frame) -> None:
        wanted = {(chunk.day, chunk.made) for chunk in frame.chunks}
        self._at = {key: at for key, at in self._at.items() if key in wanted}
        missing = self.lacking(frame)
        if not missing:
            return
        new = dict(zip(((one.day, one.made) for one in missing), self._read(missing), strict=True))
        beside = len({id(block) for block, _, _ in self._at.values()})
        if beside and beside + len(missing) <= _MOST_BESIDE:
            for key, day in new.items():
                self._at[key] = (self._join([day]), 0, 0)
            return
        keys = [(chunk.day, chunk.made) for chunk in frame.chunks]
        days = [new[key] if key in new else self._at[key][0].day(self._at[key][1]) for key in keys]
        block, begin = self._join(days), 0
        for place, (key, chunk) in enumerate(zip(keys, frame.chunks, strict=True)):
            self._at[key] = (block, place, begin)
            begin += len(chunk)

    def _found(self, frame: Frame) -> list[Segment[Held]]:
        segments: list[Segment[Held]] = []
        for chunk, start in zip(frame.chunks, frame.starts.tolist(), strict=False):
            block, _, begin = self._at[chunk.day, chunk.made]
            last = segments[-1] if segments else None
            if last is not None and last.block is block and last.begin + last.end - last.start == begin:
                segments[-1] = Segment(last.start, start + len(chunk), block, last.begin)
            else:
                segments.append(Segment(start, start + len(chunk), block, begin))
        return segments
