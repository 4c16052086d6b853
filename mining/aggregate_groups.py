"""The groups that mentions fall into by several dimensions at once, and what is counted of each, in a few sorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mining.facts import Facts
from mining.facts_frame import begins
from mining.facts_groups import NAME_KINDS, group_of, numbered
from mining.facts_made import Array
from mining.facts_masks import lacking
from mining.filters import Filters

# Up to so many possible groups a table tells which there are; beyond that they are sorted.
_MOST_POSSIBLE = 5_000_000
Values = Sequence[str | None]
_FEELINGS = ("positive", "negative")
_OF_FEEDBACK = ("author_number", "first_number", "rating")


@dataclass(frozen=True, eq=False)
class Grouped:
    """Mentions, each in as many groups as it has values: ``rows`` are their places, ``group`` the group of each.

    ``spread``: some mention may be in several, or in none.
    ``codes`` are, of each group, the place of its period and then of its value in every dimension of ``values``.
    """

    rows: Array
    group: Array
    codes: tuple[Array, ...]
    values: tuple[tuple[str, Values], ...]
    spread: bool = False

    def __len__(self) -> int:
        return len(self.codes[0])

    @cached_property
    def mentions(self) -> Array:
        """How many mentions each group has."""
        return np.bincount(self.group, minlength=len(self))

    def feedback(self, facts: Facts) -> Array:
        """How much feedback each group has."""
        return np.bincount(self.pairs(facts) >> 32, minlength=len(self))

    def pairs(self, facts: Facts) -> Array:
        """Each group and feedback that has a mention in it, once: the group in the upper half."""
        if not hasattr(self, "_pairs"):
            numbers = facts._column("feedback_number")
            numbers = numbers[self.rows] if self.spread else numbers
            object.__setattr__(self, "_pairs", _distinct(self.group, numbers))
        pairs: Array = self._pairs  # type: ignore[attr-defined]  # set above
        return pairs


def grouped(facts: Facts, dimensions: Sequence[str], filters: Filters, periods: Array) -> Grouped:
    """The groups of some mentions; where ``filters`` ask for some names, only of these names."""
    rows = np.arange(len(facts))
    columns, values, spread = [periods], list[tuple[str, Values]](), False
    for name in dimensions:
        if name in NAME_KINDS:
            told, places, codes = _names(facts, name, filters)
            rows, columns = _spread(rows, columns, places, codes, len(facts))
            spread = True
        else:
            told, numbers = _numbered(facts, name)
            columns.append(numbers[rows] if spread else numbers)
        values.append((name, told))
    sizes = [int(periods.max(initial=0)) + 1, *(len(told) for _, told in values)]
    group, codes_of = _numbers(columns, sizes)
    return Grouped(rows, group, codes_of, tuple(values), spread)


def _numbered(facts: Facts, name: str) -> tuple[Values, Array]:
    if name.startswith("segment."):
        key = name.removeprefix("segment.")
        return numbered(facts, "segment", lambda code: facts.frame.codes.parsed(code).get(key))
    return numbered(facts, name, facts.value_of)


def _names(facts: Facts, kind: str, filters: Filters) -> tuple[Values, Array, Array]:
    """The names of a kind, and each mention that holds one with the place of the name, by mention."""
    asked = getattr(filters, kind)
    found = [(value, places) for value, places in group_of(facts, kind) if value is not None]
    found = [(value, places) for value, places in found if not asked or value in asked]
    told: list[str | None] = [value for value, _ in found]
    parts = [places for _, places in found]
    if not asked:
        told.append(None)
        parts.append(np.flatnonzero(lacking(facts, kind)))
    places = np.concatenate([*parts, np.empty(0, np.int64)]).astype(np.int64)
    codes = np.repeat(np.arange(len(parts), dtype=np.int64), [len(part) for part in parts])
    order = np.argsort(places, kind="stable")
    return told, places[order], codes[order]


def _spread(rows: Array, columns: Sequence[Array], places: Array, codes: Array, size: int) -> tuple[Array, list[Array]]:
    """Rows and their columns, each row as often as it has codes, and a column of these."""
    many = np.bincount(places, minlength=size)
    first = np.cumsum(many) - many
    times = many[rows]
    ends = np.cumsum(times)
    of_row = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first[rows] - ends + times, times)
    return np.repeat(rows, times), [*(np.repeat(column, times) for column in columns), codes[of_row]]


def _numbers(columns: Sequence[Array], sizes: Sequence[int]) -> tuple[Array, tuple[Array, ...]]:
    """A number without gaps for each combination that there is, and what each combination is made of."""
    combined, possible = columns[0].astype(np.int64), max(sizes[0], 1)
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        combined *= size
        combined += column
        possible *= max(size, 1)
    if possible <= _MOST_POSSIBLE:
        there = np.zeros(possible, bool)
        there[combined] = True
        found = np.flatnonzero(there)
        group = (np.cumsum(there) - 1)[combined]
    else:
        found, group = np.unique(combined, return_inverse=True)
    codes = []
    rest = found
    for size in reversed(sizes):
        codes.append(rest % max(size, 1))
        rest = rest // max(size, 1)
    return group.astype(np.int64), tuple(reversed(codes))


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Counts of each group by name, and the sum of the ratings, 0 to 1, of the feedback that has one."""

    counts: Mapping[str, Array]
    ratings: Array


def measured(facts: Facts, parts: Grouped) -> Measured:
    """Everything that is counted of groups."""
    pairs, groups = parts.pairs(facts), len(parts)
    group, feedback = pairs >> 32, (pairs & 0xFFFFFFFF) - 1
    authors, firsts, ratings = (facts.frame.of_feedback(name)[feedback] for name in _OF_FEEDBACK)
    rated = np.flatnonzero(~np.isnan(ratings))
    known = np.flatnonzero(authors)
    counts = {
        "feedback": np.bincount(group, minlength=groups),
        "mentions": parts.mentions,
        "authors": _each(_distinct(group[known], authors[known]), groups),
        "unique": _each(_distinct(group, firsts), groups),
        "rated": np.bincount(group[rated], minlength=groups),
        **_feelings(facts, parts, groups),
    }
    return Measured(counts, np.bincount(group[rated], weights=ratings[rated], minlength=groups))


def measured_whole(facts: Facts) -> Measured:
    """The same of all mentions in one group, which takes no sorting."""
    counts = facts.counts()
    numbers = facts._column("feedback_number")
    ratings = facts.frame.of_feedback("rating")[numbers[begins(numbers)] - 1]
    rated = ratings[~np.isnan(ratings)]
    sentiment = facts.column("sentiment")
    codes = {feeling: facts.frame.codes.of("sentiment", feeling) for feeling in _FEELINGS}
    told = {
        "feedback": counts.feedback,
        "mentions": counts.mentions,
        "authors": counts.authors,
        "unique": counts.unique,
        "rated": len(rated),
        **{feeling: 0 if code is None else np.count_nonzero(sentiment == code) for feeling, code in codes.items()},
    }
    return Measured({name: np.array([count]) for name, count in told.items()}, np.array([rated.sum()]))


def _feelings(facts: Facts, parts: Grouped, groups: int) -> dict[str, Array]:
    table = np.zeros(facts.frame.codes.size, np.int64)
    for place, feeling in enumerate(_FEELINGS, start=1):
        if (code := facts.frame.codes.of("sentiment", feeling)) is not None:
            table[code] = place
    told = table[facts.column("sentiment")]
    told = told[parts.rows] if parts.spread else told
    counts = np.bincount(parts.group * (len(_FEELINGS) + 1) + told, minlength=groups * (len(_FEELINGS) + 1))
    by_group = counts.reshape(groups, len(_FEELINGS) + 1)
    return {feeling: by_group[:, place] for place, feeling in enumerate(_FEELINGS, start=1)}


def _distinct(group: Array, numbers: Array) -> Array:
    """Each pair once: the group in the upper half."""
    pairs = (group << 32) | numbers.astype(np.int64)
    pairs.sort()
    distinct: Array = pairs[begins(pairs)]
    return distinct


def _each(pairs: Array, groups: int) -> Array:
    return np.bincount(pairs >> 32, minlength=groups)
