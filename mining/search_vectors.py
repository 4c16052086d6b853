"""The vectors that searches rank by: those that SQL keeps of every customer's mention, one byte a number.

They are what the index holds, brought to at most 256 numbers (:mod:`mining.themes.space`), and they come and go in the
transactions of their mentions: so whoever reads the database sees what another process wrote a moment ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from embeddings.base import Embedder
from mining import schema
from mining.database import slices
from mining.facts_made import Array
from mining.store import Store
from mining.themes.space import WIDTH, space_of

# Beyond so many, reading everything is quicker than asking by id.
_MOST_BY_ID = 100_000
# Rows that are multiplied at a time: they stay in the processor's cache.
_AT_ONCE = 1_024
# Sums of products stay below 2 to the 24th with mentions' numbers up to 127 and 256 of them.
_LONGEST = 508
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is looked for, as whole numbers, and the length of that vector; 0 where the words mean nothing."""

    numbers: NDArray[np.float32]
    length: float


def asked(embedder: Embedder, words: str) -> Asked:
    """The vector of some words, in the space of those that are kept."""
    [turned] = space_of(embedder).of(embedder.encode([words]))
    longest = float(np.abs(turned).max(initial=0.0))
    numbers = np.rint(turned * np.float32(_LONGEST / longest)) if longest > 0 else np.zeros_like(turned)
    return Asked(numbers.astype(np.float32), float(np.sqrt((numbers.astype(np.float64) ** 2).sum())))


def kept_by(embedder: Embedder) -> str:
    """What the vectors of a search must be made by."""
    return space_of(embedder).by


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Those of a day: ``numbers`` is (mentions, width), ``reach`` one over the length of each, 0 where none is."""

    numbers: NDArray[np.int8]
    reach: Scores

    def __len__(self) -> int:
        return len(self.reach)


def kept(store: Store, ids: Sequence[Sequence[str]], by: str) -> list[Vectors]:
    """The vectors of the mentions of some days, in the order of their ids; a mention may have none."""
    many = sum(map(len, ids))
    found = _few(store, [id_ for of_day in ids for id_ in of_day], by) if many <= _MOST_BY_ID else _all(store, by)
    width = len(next(iter(found.values()), b""))
    return [_made(of_day, found, width) for of_day in ids]


def _made(ids: Sequence[str], found: Mapping[str, bytes], width: int) -> Vectors:
    nothing = bytes(width)
    numbers = np.frombuffer(b"".join(found.get(id_, nothing) for id_ in ids), np.int8).reshape(len(ids), width)
    squares = (numbers.astype(np.float32) ** 2).sum(axis=1).astype(np.float64)
    # Whole numbers, so it is the same anywhere.
    return Vectors(numbers, np.where(squares > 0, 1.0 / np.sqrt(np.maximum(squares, 1.0)), 0.0))


def filled(vectors: Vectors, ids: Sequence[str], made: Mapping[str, bytes]) -> Vectors:
    """The same with other vectors where some were made for these ids."""
    held = {id_: row.tobytes() for id_, row, reach in zip(ids, vectors.numbers, vectors.reach, strict=True) if reach}
    found = {**held, **made}
    return _made(ids, found, len(next(iter(found.values()), b"")))


class VectorBlock:
    """The vectors of some days side by side. It does not change."""

    def __init__(self, days: Sequence[Vectors]) -> None:
        self._starts = np.cumsum([0, *map(len, days)])
        width = max((day.numbers.shape[1] for day in days), default=0)
        self._numbers = np.zeros((len(self), width), np.int8)
        self._reach = np.zeros(len(self), np.float64)
        for day, start in zip(days, self._starts.tolist(), strict=False):
            if day.numbers.shape[1] == width:
                self._numbers[start : start + len(day)] = day.numbers
                self._reach[start : start + len(day)] = day.reach

    def __len__(self) -> int:
        return int(self._starts[-1])

    def day(self, place: int) -> Vectors:
        """One of the days that it was made of."""
        rows = slice(int(self._starts[place]), int(self._starts[place + 1]))
        return Vectors(self._numbers[rows], self._reach[rows])

    def cosines(self, asked: Asked, rows: Array) -> Scores:
        """The cosine of some rows, NaN where there is none.

        The sums are of whole numbers below 2 to the 24th, so they are exact, whichever rows stand beside each other.
        """
        if self._numbers.shape[1] != len(asked.numbers) or not asked.length:
            return np.full(len(rows), np.nan)
        sums = np.empty(len(rows), np.float32)
        part = np.empty((min(_AT_ONCE, len(rows)), len(asked.numbers)), np.float32)
        for at in range(0, len(rows), _AT_ONCE):
            chosen = rows[at : at + _AT_ONCE]
            first, last = int(chosen[0]), int(chosen[-1])
            # Neighbours need not be gathered.
            numbers = self._numbers[first : last + 1] if last - first + 1 == len(chosen) else self._numbers[chosen]
            floats = part[: len(chosen)]
            np.copyto(floats, numbers)
            np.dot(floats, asked.numbers, out=sums[at : at + len(chosen)])
        reach = self._reach[rows]
        cosines: Scores = np.where(reach > 0, sums.astype(np.float64) * reach / asked.length, np.nan)
        return cosines


def _few(store: Store, ids: Sequence[str], by: str) -> Mapping[str, bytes]:
    held, found = schema.theme_vectors, dict[str, bytes]()
    with store.transaction() as connection:
        for part in slices(ids):
            wanted = select(held.c.mention_id, held.c.vector).where(held.c.mention_id.in_(part), held.c.by == by)
            found.update((id_, vector) for id_, vector in connection.execute(wanted))
    return found


def _all(store: Store, by: str) -> Mapping[str, bytes]:
    held = schema.theme_vectors
    with store.transaction() as connection:
        wanted = select(held.c.mention_id, held.c.vector).where(held.c.by == by)
        return {id_: vector for id_, vector in connection.execute(wanted)}


assert WIDTH * 127 * _LONGEST < 1 << 24  # noqa: S101  # what makes the sums exact
