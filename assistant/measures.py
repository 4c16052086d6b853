"""What an answer measures: counts behind a query, and what is reckoned from such counts and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mining.pain import share_of


@dataclass(frozen=True, slots=True)
class Figure:
    """A count and the query that gives it again. ``unit``: feedback, unique, mentions or authors.

    Raises:
        ValueError: no query, or less than nothing.
    """

    value: int
    unit: str
    query: str

    def __post_init__(self) -> None:
        if not self.query:
            raise ValueError(f"a figure without a query: {self.value} {self.unit}")
        if self.value < 0:
            raise ValueError(f"a count below zero: {self.value} {self.unit}")

    @property
    def figures(self) -> Iterator[Figure]:
        """Itself."""
        yield self

    def as_json(self) -> dict[str, Any]:
        """Value, unit and query."""
        return {"value": self.value, "unit": self.unit, "query": self.query}


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both of one unit. ``value`` is 0 to 1, 0 where the whole is nothing.

    ``interval`` is the 95 % interval (Wilson).
    """

    part: Figure
    whole: Figure

    def __post_init__(self) -> None:
        if self.part.value > self.whole.value:
            raise ValueError(f"a part of {self.part.value} in a whole of {self.whole.value}")

    @property
    def value(self) -> float:
        """The share."""
        return share_of(self.part.value, self.whole.value)[0]

    @property
    def interval(self) -> tuple[float, float]:
        """From and to, both inside."""
        _, interval = share_of(self.part.value, self.whole.value)
        return interval.low, interval.high

    @property
    def figures(self) -> Iterator[Figure]:
        """Part and whole."""
        yield from (self.part, self.whole)

    def as_json(self) -> dict[str, Any]:
        """The share to 4 digits, its interval, and the counts."""
        return {
            "value": round(self.value, 4),
            "interval": [round(end, 4) for end in self.interval],
            "part": self.part.as_json(),
            "whole": self.whole.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Net:
    """Net sentiment: positive less negative mentions, of all; -1 to 1, None where nothing was said.

    A remark with both feelings, and one with none, counts in the whole alone. Source: the field's usual definition, per
    cent positive less per cent negative.
    """

    positive: Figure
    negative: Figure
    whole: Figure

    @property
    def value(self) -> float | None:
        """The net sentiment."""
        return (self.positive.value - self.negative.value) / self.whole.value if self.whole.value else None

    @property
    def figures(self) -> Iterator[Figure]:
        """Positive, negative and all mentions."""
        yield from (self.positive, self.negative, self.whole)

    def as_json(self) -> dict[str, Any]:
        """The value to 4 digits, and the counts."""
        parts = {name: getattr(self, name).as_json() for name in ("positive", "negative", "whole")}
        return {"value": None if self.value is None else round(self.value, 4), **parts}


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean rating, in stars of five, of the feedback that has one; None where none has."""

    value: float | None
    whole: Figure

    @property
    def figures(self) -> Iterator[Figure]:
        """The feedback that has a rating."""
        yield self.whole

    def as_json(self) -> dict[str, Any]:
        """The value to 4 digits, and of how many."""
        return {"value": None if self.value is None else round(self.value, 4), "whole": self.whole.as_json()}


@dataclass(frozen=True, slots=True)
class Points:
    """A part of a change, in points of what changed (a share of 0.02 is two percentage points).

    ``rate`` and ``mix`` add up to ``value``: the group itself changed, or it makes up more or less of the whole than
    before. ``before`` and ``after`` are the group's own measure.
    """

    value: float
    rate: float
    mix: float
    before: Measure
    after: Measure

    @property
    def figures(self) -> Iterator[Figure]:
        """Those of before and after."""
        yield from self.before.figures
        yield from self.after.figures

    def as_json(self) -> dict[str, Any]:
        """Points to 6 digits, and what they come from."""
        parts = {name: round(getattr(self, name), 6) for name in ("value", "rate", "mix")}
        return {**parts, "before": self.before.as_json(), "after": self.after.as_json()}


Measure = Figure | Share | Net | Mean | Points


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of a row: ``key`` is its name for programs, ``label`` what it is called in the asker's language."""

    key: str
    label: str
    measure: Measure
