"""The groups that mentions of :mod:`mining.facts` fall into: the places of each value, found in one sort."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from connectors.errors import ConfigError
from mining.facts_codes import Codes
from mining.facts_made import CODED, TASKS, Array

if TYPE_CHECKING:
    from mining.facts import Facts

NAME_KINDS = ("product", "competitor", "platform")
_PLAIN = (*TASKS, "theme", "channel", "source", "language")
_SEGMENT = "segment."


def group_of(facts: Facts, dimension: str) -> Iterator[tuple[str | None, Array]]:
    """Each value of a dimension with the places of its rows, in order; None is last.

    Raises:
        ConfigError: an unknown dimension.
    """
    if dimension in NAME_KINDS:
        return _named(facts, dimension)
    if dimension in _PLAIN:
        return _grouped(*numbered(facts, dimension, facts.value_of))
    if dimension.startswith(_SEGMENT):
        key = dimension.removeprefix(_SEGMENT)
        return _grouped(*numbered(facts, "segment", lambda code: facts.frame.codes.parsed(code).get(key)))
    known = ", ".join((*_PLAIN, *NAME_KINDS, f"{_SEGMENT}KEY"))
    raise ConfigError(f"cannot count by {dimension!r}", hint=f"known: {known}")


def numbered(facts: Facts, column: str, value_of: Callable[[int], str | None]) -> tuple[list[str | None], Array]:
    """The values of a column in order, None last, and for each row the place of its value among them."""
    codes = facts.column(column)
    there = present(codes, facts.frame.codes)
    told = {code: value_of(code) if code else None for code in there}
    values = sorted(set(told.values()), key=lambda value: (value is None, value or ""))
    place = {value: number for number, value in enumerate(values)}
    table = np.zeros(facts.frame.codes.size, np.uint16 if len(values) < 1 << 16 else np.uint32)
    for code, value in told.items():
        table[code] = place[value]
    return values, table[codes]


def present(column: Array, codes: Codes) -> list[int]:
    """The numbers that a column holds, in order."""
    there = np.zeros(codes.size, bool)
    there[column] = True
    found: list[int] = np.flatnonzero(there).tolist()
    return found


def _grouped(values: list[str | None], numbers: Array) -> Iterator[tuple[str | None, Array]]:
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(values)))
    begin = 0
    for value, end in zip(values, ends.tolist(), strict=True):
        yield value, order[begin:end]
        begin = end


def _named(facts: Facts, kind: str) -> Iterator[tuple[str | None, Array]]:
    """A mention that holds two names is in two groups; what its feedback is about counts as if it held it."""
    codes = facts.frame.codes
    names, product = facts.column("names"), facts.column("product")
    holding = _holding(present(names, codes), facts, kind)
    values = set(holding)
    if kind == "product":
        values |= {str(facts.value_of(code)) for code in present(product, codes) if code}
    in_none = np.ones(len(facts), bool)
    for value in sorted(values):
        table = np.zeros(codes.size, bool)
        table[holding.get(value, [])] = True
        mask = table[names]
        if about := codes.of("product", value):
            mask |= product == about
        in_none &= ~mask
        yield value, np.flatnonzero(mask)
    if in_none.any():
        yield None, np.flatnonzero(in_none)


def _holding(sets: list[int], facts: Facts, kind: str) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for code in filter(None, sets):
        for of, name in facts.frame.codes.parsed(code):
            if of == kind:
                found.setdefault(name, []).append(code)
    return found


assert set(_PLAIN) <= set(CODED)  # noqa: S101  # both are written here
