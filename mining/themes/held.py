"""The mentions that have a side, in memory while they are sorted: where each stands, and its vector in context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from embeddings.bag import unit
from mining.themes import table
from mining.themes.space import Floats, read
from mining.themes.table import Place

Rows = NDArray[np.int64]

# How much of what the same feedback says of the same feeling goes into a mention's vector: "And again." is about that.
_CONTEXT = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Remarks:
    """What is known of n mentions: vectors (n, width) in the space of themes, and of each side, touchpoint, text."""

    vectors: Floats
    sides: Sequence[str]
    touchpoints: Sequence[str | None]
    texts: Sequence[str]
    languages: Sequence[str] = ()
    # The vectors without what the same feedback says beside them, (n, width); told apart only where that matters.
    alone: Floats | None = None

    def __len__(self) -> int:
        return len(self.sides)


class Held:
    """All mentions that have a side, by id. ``found`` may be changed; :meth:`keep` writes what did change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.places: list[Place] = table.places(connection)
        self.found: list[str | None] = [place.found for place in self.places]
        self._scores: dict[int, tuple[float, float]] = {}
        self._of: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row, place in enumerate(self.places):
            self._of[place.feedback_id, place.side].append(row)

    def __len__(self) -> int:
        return len(self.places)

    def rows(self, side: str | None = None, *, known: bool | None = None) -> list[int]:
        """The rows of a side, of those that stood somewhere before, or of those that did not."""
        return [
            row for row, place in enumerate(self.places) if side in (None, place.side) and known in (None, place.known)
        ]

    def with_neighbours(self, rows: Iterable[int]) -> list[int]:
        """Some rows, and all rows of the same feedback that their vectors depend on."""
        keys = {(self.places[row].feedback_id, self.places[row].side) for row in rows}
        return sorted(row for key in keys for row in self._of[key])

    def parts(self, rows: Sequence[int], most: int) -> Iterator[list[int]]:
        """Some rows in parts of about so many; a feedback item's mentions stay together, one speaks for another."""
        part: list[int] = []
        for row in rows:
            if len(part) >= most and self.places[row].feedback_id != self.places[part[-1]].feedback_id:
                yield part
                part = []
            part.append(row)
        if part:
            yield part

    def remarks(self, rows: Sequence[int]) -> Remarks:
        """What is known of some rows, in their order; one without a vector has zeros."""
        wider = self.with_neighbours(rows)
        ids = [self.places[row].mention_id for row in wider]
        said, kept = table.texts(self._connection, ids), table.vectors(self._connection, ids)
        alone = np.zeros((len(wider), len(next(iter(kept.values()), b"\0"))), np.float32)
        there = [place for place, id_ in enumerate(ids) if id_ in kept]
        alone[there] = read([kept[ids[place]] for place in there]) if there else 0
        words = [len(said[id_][0].split()) for id_ in ids]
        vectors = self._in_context(wider, alone, words)
        place = {row: number for number, row in enumerate(wider)}
        chosen = [place[row] for row in rows]
        return Remarks(
            vectors[chosen],
            [self.places[row].side for row in rows],
            [self.places[row].touchpoint for row in rows],
            [said[ids[number]][0] for number in chosen],
            [said[ids[number]][1] for number in chosen],
            alone[chosen],
        )

    def _in_context(self, rows: Sequence[int], vectors: Floats, words: Sequence[int]) -> Floats:
        keys: dict[tuple[str, str], int] = {}
        of = np.array(
            [keys.setdefault((self.places[row].feedback_id, self.places[row].side), len(keys)) for row in rows],
            np.int64,
        )
        around = np.zeros((len(keys), vectors.shape[1]), np.float32)
        np.add.at(around, of, vectors * np.sqrt(np.array(words, np.float32))[:, None])
        return unit(vectors + np.float32(_CONTEXT) * unit(around)[of])

    def beside(self, row: int) -> list[int]:
        """The other mentions of the same feedback and side, the nearest in the text first, of two the one before."""
        place = self.places[row]
        others = [other for other in self._of[place.feedback_id, place.side] if other != row]
        at = _number(place.mention_id)
        return sorted(others, key=lambda other: (abs(_number(self.places[other].mention_id) - at), other > row))

    def place(self, row: int, theme: str | None, score: float, margin: float) -> None:
        """Say where a mention stands, how sure that is, and by how much before the next best."""
        self.found[row] = theme
        self._scores[row] = (round(score, 4), round(margin, 4))

    def keep(self, connection: Connection) -> None:
        """Write what changed: new rows as a whole, of the others the theme."""
        rows = [
            {
                "mention_id": self.places[row].mention_id,
                "side": self.places[row].side,
                "found": self.found[row],
                "score": score,
                "margin": margin,
            }
            for row, (score, margin) in sorted(self._scores.items())
        ]
        table.put(connection, rows)
        table.refound(
            connection,
            [
                (place.mention_id, self.found[row])
                for row, place in enumerate(self.places)
                if row not in self._scores and self.found[row] != place.found
            ],
        )


def _number(mention_id: str) -> int:
    """The how-manieth mention of its feedback it is."""
    return int(mention_id.rpartition("#")[2])
