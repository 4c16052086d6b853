"""What the pain score needs of every theme of a selection of :mod:`mining.facts`, counted in a few sorts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np

from mining.facts_frame import begins
from mining.facts_groups import numbered
from mining.facts_made import Array
from mining.pain import Heed

if TYPE_CHECKING:
    from mining.facts import Facts


def heeds(
    facts: Facts, before: Facts | None, known: Collection[str] | None
) -> Iterator[tuple[str | None, Heed, Array]]:
    """Each theme with what is counted of it and the places of its rows in order."""
    if not len(facts):
        return
    themes, group = numbered(facts, "theme", lambda code: _known(facts.value_of(code), known))
    order = np.argsort(group, kind="stable")
    counted = _Counted(facts, group, order, len(themes))
    expected = None if before is None else uniques(before)
    ends = np.cumsum(counted.mentions)
    for place, theme in enumerate(themes):
        told = {name: int(counts[place]) for name, counts in counted.numbers().items()}
        earlier = None if expected is None else expected.get(theme, 0.0)
        heed = Heed(**told, before=earlier)
        yield theme, heed, order[ends[place] - counted.mentions[place] : ends[place]]


def _known(theme: str | None, known: Collection[str] | None) -> str | None:
    return theme if known is None or theme in known else None


class _Counted:
    """Numbers by group: rows are sorted by group once, in which those of one feedback stay together."""

    def __init__(self, facts: Facts, group: Array, order: Array, groups: int) -> None:
        self._facts, self._order, self._groups = facts, order, groups
        self._group = group[order].astype(np.int64)
        self._said = facts._column("feedback_number")[order]
        self.mentions = np.bincount(group, minlength=groups)

    def numbers(self) -> dict[str, Array]:
        """Everything of :class:`mining.pain.Heed` but growth, made once."""
        if not hasattr(self, "_numbers"):
            self._numbers = self._count()
        numbers: dict[str, Array] = self._numbers
        return numbers

    def _count(self) -> dict[str, Array]:
        facts, heads = self._facts, self._feedback(np.ones(len(self._group), bool))
        group, rows = self._group[heads], self._order[heads]
        authors, firsts = (facts._column(f"{name}_number")[rows] for name in ("author", "first"))
        nobody = authors == 0
        sentiment, effort = facts.column("sentiment"), facts.column("effort")
        return {
            "mentions": self.mentions,
            "feedback": self._by_group(group),
            "unique": self._distinct(group, firsts),
            "authors": self._distinct(group[~nobody], authors[~nobody]),
            "anonymous": self._distinct(group[nobody], firsts[nobody]),
            "negative": self._by_group(self._group[self._is(sentiment, "sentiment", "negative")]),
            "mixed": self._by_group(self._group[self._is(sentiment, "sentiment", "mixed")]),
            "high_effort": self._by_group(self._group[self._feedback(self._is(effort, "effort", "high"))]),
            "churn": self._by_group(group[facts.churning[rows]]),
        }

    def _is(self, column: Array, kind: str, value: str) -> Array:
        code = self._facts.frame.codes.of(kind, value)
        told: Array = np.zeros(len(column), bool) if code is None else column[self._order] == code
        return told

    def _feedback(self, mask: Array) -> Array:
        """The first row of each group and feedback among those of the mask."""
        rows = np.flatnonzero(mask)
        group, said = self._group[rows], self._said[rows]
        heads: Array = rows[begins(group) | begins(said)]
        return heads

    def _by_group(self, group: Array) -> Array:
        return np.bincount(group, minlength=self._groups)

    def _distinct(self, group: Array, numbers: Array) -> Array:
        """How many different numbers each group has."""
        pairs = np.sort((group << 32) | numbers.astype(np.int64))
        return self._by_group(pairs[begins(pairs)] >> 32)


def uniques(facts: Facts, known: Collection[str] | None = None) -> dict[str | None, float]:
    """Unique items by theme; themes that are not among the ``known`` ones, where these are given, count as none."""
    if not len(facts):
        return {}
    themes, group = numbered(facts, "theme", lambda code: _known(facts.value_of(code), known))
    firsts = facts._column("first_number").astype(np.int64)
    pairs = np.sort((group.astype(np.int64) << 32) | firsts)
    counts = np.bincount(pairs[begins(pairs)] >> 32, minlength=len(themes))
    return dict(zip(themes, counts.astype(float).tolist(), strict=True))
