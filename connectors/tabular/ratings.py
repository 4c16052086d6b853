"""Ratings of any scale as a share from 0 (worst) to 1 (best).

A scale runs from its lowest to its highest value, so on 1 to 5 stars three stars are 0.5 and one star is 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from connectors.tabular.cells import cell, fold, is_empty, words

_STARS = re.compile(r"[★⭐🌟☆✩✭½️\s]+")
_OF = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(?:/|out of|of|از|מתוך)\s*(\d+(?:[.,]\d+)?)")
_PLAIN = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(%|percent|stars?|points?|pts|כוכבים|כוכב|ستاره|امتیاز|درصد|אחוז|אחוזים)?")
_PERCENT = frozenset({"%", "percent", "درصد", "אחוז", "אחוזים"})
# Share of a column's ratings that must lie inside a scale: a slip of the finger is a reject, not another scale.
_COVERED = 0.99
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Scale:
    """From the worst to the best value."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Score:
    """A rating as written; ``high`` is the best value, where the cell itself says it (``4/5``, ``80%``, ``★★★☆☆``)."""

    value: float
    high: float | None = None
    low: float | None = None


def score(value: object) -> Score | None:
    """Read a cell; None where it says nothing.

    Raises:
        ValueError: it says something that is no rating.
    """
    text = cell(value)
    if len(text) > _LONGEST:
        raise ValueError("the rating cannot be read")
    return _read(text)


@lru_cache(maxsize=1024)
def _read(text: str) -> Score | None:
    if is_empty(text):
        return None
    folded = fold(text)
    # Folding would turn half a star into a fraction.
    found = _spelled(folded) or _drawn(text) or _counted(folded)
    if found is None:
        raise ValueError("the rating cannot be read")
    return found


def _spelled(text: str) -> Score | None:
    word = text.replace("_", " ").removesuffix(" stars").removesuffix(" star")
    if word in words()["five"]:
        return Score(words()["five"][word], 5, 1)
    if word in words()["two"] or word in ("true", "false"):
        return Score(words()["two"].get(word, float(word == "true")), 1, 0)
    return None


def _drawn(text: str) -> Score | None:
    if not _STARS.fullmatch(text):
        return None
    full = sum(text.count(sign) for sign in "★⭐🌟")
    empty = sum(text.count(sign) for sign in "☆✩✭")
    half = 0.5 * text.count("½")
    # Two and a half stars are drawn as five signs, one of them the half.
    return Score(full + half, max(5, full + empty + (1 if half else 0)), 0 if full + half < 1 else 1)


def _counted(text: str) -> Score | None:
    ratio = _OF.search(text)
    if ratio:
        return Score(_float(ratio[1]), _float(ratio[2]))
    plain = _PLAIN.fullmatch(text)
    if not plain:
        return None
    return Score(_float(plain[1]), 100, 0) if plain[2] in _PERCENT else Score(_float(plain[1]))


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def share(found: Score, scale: Scale | None) -> float:
    """A rating on its scale as 0..1; a cell that names its own best value is read on that one.

    Raises:
        ValueError: it lies outside the scale, or no scale is known.
    """
    if found.high is not None:
        low = found.low if found.low is not None else _lowest(found.high, found.value)
        scale = Scale(low, found.high)
    if scale is None:
        raise ValueError("the scale of the rating is not known; set rating_max")
    if not scale.low <= found.value <= scale.high or scale.low >= scale.high:
        raise ValueError(f"the rating {found.value:g} lies outside the scale {scale}")
    return (found.value - scale.low) / (scale.high - scale.low)


def _lowest(high: float, least: float) -> float:
    """Stars and marks out of ten begin at one, unless a lower one was given; percentages begin at nought."""
    return 1.0 if 1 < high <= 10 and least >= 1 else 0.0


def scale_up_to(high: float, least: float) -> Scale:
    """The scale that ends at ``high``, in a column whose lowest rating is ``least``."""
    return Scale(_lowest(high, least), high)


def guess_scale(counts: Mapping[float, int]) -> Scale | None:
    """The smallest usual scale that covers a column's values (value: how often); None where there is none.

    1..5, 1..10, 0..5, 0..10, 0..1, 0..100, and -1..1, -2..2, -5..5 for opinions around nought.
    """
    total = sum(counts.values())
    if not total:
        return None
    if min(counts) < 0:
        return _smallest([Scale(-bound, bound) for bound in (1, 2, 5, 10, 100)], counts, total)
    if max(counts) <= 1:
        # Ones alone are one-star reviews rather than full marks.
        return Scale(1, 5) if set(counts) == {1.0} else Scale(0, 1)
    found = _smallest([Scale(0, high) for high in (5, 10, 100)], counts, total)
    return found and scale_up_to(found.high, min(value for value in counts))


def _smallest(scales: list[Scale], counts: Mapping[float, int], total: int) -> Scale | None:
    for scale in scales:
        inside = sum(count for value, count in counts.items() if scale.low <= value <= scale.high)
        if inside >= _COVERED * total:
            return scale
    return None
