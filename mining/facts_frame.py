"""Days of :mod:`mining.facts` put together: columns over all of them, made when they are first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

import numpy as np

from mining.facts_codes import Codes
from mining.facts_made import COLUMNS, DAY_US, Array, Chunk
from mining.facts_marks import EPOCH

_HOUR_US = 3_600_000_000
_STEP = 6
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Frame:
    """Some days, in order, and what their numbers stand for. What is made once is kept for all who select from it."""

    def __init__(self, chunks: Sequence[Chunk], codes: Codes) -> None:
        self.chunks = list(chunks)
        self.codes = codes
        self.starts = np.cumsum([0, *map(len, self.chunks)])
        self._columns: dict[str, Array] = {}
        self._days: dict[tzinfo, Array] = {}

    def __len__(self) -> int:
        return int(self.starts[-1])

    def column(self, name: str) -> Array:
        """One of :data:`mining.facts_made.COLUMNS`, or ``NAME_number``: see :meth:`_numbers`."""
        if name not in self._columns:
            if name in COLUMNS:
                columns = [chunk.column(name) for chunk in self.chunks]
                made = np.concatenate(columns) if columns else np.empty(0, COLUMNS[name])
            else:
                made = self._numbers(name.removesuffix("_number"))
            made.setflags(write=False)
            self._columns[name] = made
        return self._columns[name]

    def _numbers(self, name: str) -> Array:
        """Numbers without gaps in the place of hashes: 0 of none, feedback in the order of the rows."""
        if name == "feedback":
            # Mentions of one feedback stand together.
            return np.cumsum(begins(self.column(name)), dtype=np.int32)
        feedback = self.column("feedback_number")
        hashes = self.column(name)[begins(feedback)]
        there = np.flatnonzero(hashes)
        order = there[np.argsort(hashes[there])]
        numbers = np.zeros(len(hashes), np.int32)
        numbers[order] = np.cumsum(begins(hashes[order]), dtype=np.int32)
        of_rows: Array = numbers[feedback - 1]
        return of_rows

    def of_feedback(self, name: str) -> Array:
        """A column by feedback, in the order of their numbers, for what is the same in all mentions of one."""
        key = f"{name} of feedback"
        if key not in self._columns:
            made = self.column(name)[begins(self.column("feedback_number"))]
            made.setflags(write=False)
            self._columns[key] = made
        return self._columns[key]

    def days(self, zone: tzinfo) -> Array:
        """The local day of each row, as :meth:`datetime.date.toordinal` counts."""
        if zone not in self._days:
            offsets = [self._offsets(chunk, zone) for chunk in self.chunks]
            local = self.column("said_at") + (np.concatenate(offsets) if offsets else 0)
            self._days[zone] = (local // DAY_US + EPOCH).astype(np.int32)
        return self._days[zone]

    def _offsets(self, chunk: Chunk, zone: tzinfo) -> Array:
        """Microseconds from UTC for each row of a day, on which clocks may be changed."""
        hours = range(0, 24 + _STEP, _STEP)
        begin = chunk.day * 24
        steps = [(begin + hour) * _HOUR_US for hour in hours]
        offsets = [_offset(at, zone) for at in steps]
        if len(set(offsets)) == 1:
            return np.full(len(chunk), offsets[0], np.int64)
        turns = [_turn(*pair, zone) for pair in pairwise(steps)]
        place = np.searchsorted([at for at in turns if at is not None], chunk.column("said_at"), side="right")
        told = [offsets[0], *(offset for at, offset in zip(turns, offsets[1:], strict=True) if at is not None)]
        return np.array(told, np.int64)[place]


def begins(column: Array) -> Array:
    """True where a number is another one than that before it."""
    begins = np.ones(len(column), bool)
    begins[1:] = column[1:] != column[:-1]
    return begins


def _offset(at: int, zone: tzinfo) -> int:
    offset = (_START + timedelta(microseconds=at)).astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)


def _turn(begin: int, end: int, zone: tzinfo) -> int | None:
    """The first microsecond of another offset than at the beginning, None where it stays."""
    before = _offset(begin, zone)
    if _offset(end, zone) == before:
        return None
    while end - begin > 1:
        middle = (begin + end) // 2
        if _offset(middle, zone) == before:
            begin = middle
        else:
            end = middle
    return end
