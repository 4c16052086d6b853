"""The figures themselves: pure functions of what was right and what was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 5
"""A value with fewer rows counts in no macro-F1: its F1 would be luck."""
BINS = 10

Said = Sequence[tuple[str, str]]
"""(right value, value given), one per row."""


@dataclass(frozen=True, slots=True)
class Class:
    """One value of a task. Precision, recall and F1 are 0 to 1, and 0 where nothing was asked or given.

    ``rows`` are those labelled so by people, ``given`` those that the model gave it to.
    """

    value: str
    rows: int
    given: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many rows are ``right`` and were taken for ``given``."""

    right: str
    given: str
    rows: int


def accuracy(said: Said) -> float:
    """Share of right answers, 0 to 1; of no rows 0."""
    return _share(sum(right == given for right, given in said), len(said))


def classes(said: Said) -> list[Class]:
    """Every value that is right or given anywhere, the commonest first."""
    asked, given = Counter(right for right, _ in said), Counter(given for _, given in said)
    hits = Counter(right for right, given in said if right == given)
    values = sorted(asked.keys() | given.keys(), key=lambda value: (-asked[value], value))
    return [
        Class(
            value=value,
            rows=asked[value],
            given=given[value],
            precision=_share(hits[value], given[value]),
            recall=_share(hits[value], asked[value]),
            f1=_share(2 * hits[value], asked[value] + given[value]),
        )
        for value in values
    ]


def macro_f1(said: Said) -> float | None:
    """Mean F1 over the values with at least 5 rows, 0 to 1; None where there is no such value."""
    counted = [one.f1 for one in classes(said) if one.rows >= FEWEST]
    return sum(counted) / len(counted) if counted else None


def majority(said: Said) -> list[tuple[str, str]]:
    """The same rows as somebody answers them who always gives the commonest value; of equals the first by name."""
    counts = Counter(right for right, _ in said)
    commonest = min(counts, key=lambda value: (-counts[value], value), default="")
    return [(right, commonest) for right, _ in said]


def kappa(said: Said) -> float | None:
    """Agreement beyond chance, -1 to 1 (Cohen, 1960); None where chance alone would agree always, and of no rows."""
    asked, given = Counter(right for right, _ in said), Counter(given for _, given in said)
    chance = _share(sum(asked[value] * given[value] for value in asked), len(said) ** 2)
    return (accuracy(said) - chance) / (1 - chance) if said and chance < 1 else None


def calibration_error(hits: Sequence[bool], scores: Sequence[float]) -> float:
    """Expected calibration error: how far scores lie from the share that is right, 0 (best) to 1.

    Mean over 10 bins of equal width of |share right - mean score|, weighted by the rows in each; a bin includes its
    upper edge (Guo et al., 2017, arXiv:1706.04599). Of no rows 0.
    """
    bins: dict[int, list[tuple[bool, float]]] = {}
    for hit, score in zip(hits, scores, strict=True):
        # The bins are (0, 0.1], (0.1, 0.2] …; a score of 0 lies in the first.
        place = next(number for number in range(1, BINS + 1) if score <= number / BINS or number == BINS)
        bins.setdefault(place, []).append((hit, score))
    apart = [abs(sum(hit for hit, _ in rows) - sum(score for _, score in rows)) for rows in bins.values()]
    return _share(sum(apart), len(hits))


def confusions(said: Said, most: int = 5) -> list[Confusion]:
    """What was taken for what, the commonest pairs first."""
    counts = Counter((right, given) for right, given in said if right != given)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Confusion(right, given, rows) for (right, given), rows in ordered[:most]]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
