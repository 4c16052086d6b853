"""What is drawn of a measure: a number on an axis, and the same number in the asker's digits."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import ceil, floor, log10
from typing import Any

from assistant.answer import Row
from assistant.charts.letters import number_apart
from assistant.measures import Figure, Mean, Measure, Net, Points, Share
from assistant.wording import Wording, wording

_NOTHING = "–"
# Axes are cut into about so many parts.
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """How the numbers of a kind of measure are drawn and said.

    ``factor`` takes a measure's value to the axis. ``decimals`` and ``signed`` say how a number is told; ``percent``
    numbers are shares of 1, told as per cent. ``marks`` are the axis's numbers where they do not depend on the rows.
    """

    factor: float = 1
    decimals: int = 0
    signed: bool = False
    percent: bool = False
    marks: tuple[int, ...] = ()


_COUNT, _SHARE = Unit(), Unit(percent=True)
_NET = Unit(factor=100, signed=True, marks=(-100, -50, 0, 50, 100))
_STARS = Unit(decimals=1, marks=(0, 1, 2, 3, 4, 5))
# A change is told in points of what changed: percentage points of shares, stars of ratings.
_CHANGES: Mapping[type, Unit] = {
    Share: Unit(factor=100, decimals=1, signed=True),
    Net: Unit(factor=100, decimals=1, signed=True),
    Mean: Unit(decimals=1, signed=True),
    Figure: Unit(signed=True),
}
_UNITS: Mapping[type, Unit] = {Figure: _COUNT, Share: _SHARE, Net: _NET, Mean: _STARS}


def unit_of(measure: Measure) -> Unit:
    """The unit that a measure is drawn in."""
    if isinstance(measure, Points):
        return _CHANGES.get(type(measure.after), _CHANGES[Figure])
    return _UNITS[type(measure)]


def unit_in(rows: Iterable[Row], key: str) -> Unit | None:
    """The unit of the first of the rows that has the measure, None where none has."""
    return next((unit_of(found) for row in rows if (found := measured(row, key))), None)


def measured(row: Row, key: str) -> Measure | None:
    """A row's measure, None where it has none of that name."""
    return next((cell.measure for cell in row.cells if cell.key == key), None)


def label_of(rows: Iterable[Row], key: str) -> str:
    """What a measure is called, "" where no row has it."""
    return next((cell.label for row in rows for cell in row.cells if cell.key == key), "")


def drawn(measure: Measure | None, unit: Unit) -> float | None:
    """The measure's place on the axis, None where it has none: of nothing there is no share.

    A measure of another kind than the axis is not drawn either.
    """
    if measure is None or unit_of(measure) != unit:
        return None
    if isinstance(measure, Share) and not measure.whole.value:
        return None
    return None if measure.value is None else round(measure.value * unit.factor, 6)


def base_of(measure: Measure | None) -> Figure | None:
    """How many a measure was taken of, None where it is itself a count."""
    return measure.whole if isinstance(measure, Share | Net | Mean) else None


def is_empty(values: Sequence[float | None], unit: Unit) -> bool:
    """Whether there is nothing to see: no value at all, or counts of nothing."""
    there = [value for value in values if value is not None]
    return not there or (unit == _COUNT and not any(there))


@dataclass(frozen=True, slots=True)
class Axis:
    """From where to where an axis goes, and the numbers that stand at it."""

    low: float
    high: float
    ticks: tuple[float, ...]


def axis(values: Iterable[float | None], unit: Unit) -> Axis:
    """An axis on round numbers that holds zero and all values."""
    if unit.marks:
        return Axis(unit.marks[0], unit.marks[-1], unit.marks)
    there = [0.0, *(value for value in values if value is not None)]
    step = _step((max(there) - min(there)) / _PARTS, unit)
    first, last = floor(round(min(there) / step, 6)), ceil(round(max(there) / step, 6))
    ticks = tuple(_plain(place * step) for place in range(first, max(last, first + 1) + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def _step(rough: float, unit: Unit) -> float:
    """The round number next above: 1, 2, 2.5 or 5 times a power of ten, in steps that can be told."""
    least = 10.0**-unit.decimals * (0.01 if unit.percent else 1)
    power = 10.0 ** floor(log10(max(rough, least)))
    steps = (times * power for times in (1, 2, 2.5, 5, 10))
    return next(step for step in steps if step >= max(rough, least) - 1e-9 and _told(step, least))


def _told(step: float, least: float) -> bool:
    return abs(step / least - round(step / least)) < 1e-6


def _plain(value: float) -> float:
    """Without the dust of binary fractions, whole numbers whole: an axis finds its labels by such numbers."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


class Words:
    """What charts say in one language: numbers in its digits, and the few words of their own."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.wording: Wording = wording(language)
        self._table = _tables()[language]

    def number(self, value: float | None, unit: Unit) -> str:
        """A number of an axis as people write it, in one piece whatever stands around it."""
        if value is None:
            return _NOTHING
        if unit.percent:
            return number_apart(self.wording.percent(value))
        said = self.wording.signed if unit.signed else self.wording.decimal
        return number_apart(said(value, unit.decimals))

    def ticks(self, shown: Axis, unit: Unit) -> list[str]:
        """The numbers at an axis, without decimals where all are whole."""
        whole = all(tick == int(tick) for tick in shown.ticks)
        return [self.number(tick, replace(unit, decimals=0) if whole else unit) for tick in shown.ticks]

    def base(self, figure: Figure) -> str:
        """How many a number was taken of."""
        template: str = self._table["base"][figure.unit]
        return template.format(count=self.wording.number(figure.value))

    def say(self, key: str) -> str:
        """A word of the charts' own."""
        return str(self._table[key])


@cache
def _tables() -> Mapping[str, Any]:
    path = files("assistant.charts") / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
