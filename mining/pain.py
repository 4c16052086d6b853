"""How much a theme hurts: volume first, weighed by how negative, effortful and final it is, and by whether it grows.

    pain = V x (0.5 + 0.5 N) x (1 + 0.5 E) x (1 + C) x 2^(G / 4)

V, the volume: the geometric mean of unique feedback items (re-posts and pasted texts taken once) and of people (known
authors, and an item of an unknown author as a person). N, negativity: the share of mentions that are negative, a mixed
one counting half. E and C: the shares of feedback items that tell of high effort and of leaving. G, growth: the binary
logarithm of how many times as often it is said as before, (now + 10) / (expected + 10), within -1 and 1. The published
reasons are in docs/pain-score.md. A delight is scored by V and G alone.

The weights are a decision, not a measurement: no signal by itself can do more than double what volume says, and growth
moves it by a fifth at most; all of them together make 8.5 times the volume at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, sqrt
from typing import Any

from mining.statistics import Interval, wilson

SMALL = 5
"""Below so many unique items a theme is ranked behind all others, and said to be small."""

_NEGATIVE, _EFFORT, _CHURN, _GROWTH = 0.5, 0.5, 1.0, 0.25
# Items added to both sides of a growth, so that one item after none is no explosion.
_STEADY = 10


@dataclass(frozen=True, slots=True)
class Heed:
    """What is counted of a theme: numbers of mentions, feedback items and people.

    ``before`` is how many unique items would be expected from an earlier time of the same theme, None where there is
    no earlier time to compare with. ``high_effort`` and ``churn`` are numbers of feedback items.
    """

    mentions: int
    feedback: int
    unique: int
    authors: int
    anonymous: int = 0
    negative: int = 0
    mixed: int = 0
    high_effort: int = 0
    churn: int = 0
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A score and the parts that it is made of; every part can be counted again from the rows."""

    value: float
    volume: float
    unique: int
    people: int
    negativity: float
    effort: float
    churn: float
    growth: float
    small: bool

    def as_json(self) -> dict[str, Any]:
        """The score and its parts, rounded to four digits."""
        parts = ("volume", "negativity", "effort", "churn", "growth")
        return {
            "score": round(self.value, 4),
            **{part: round(getattr(self, part), 4) for part in parts},
            "unique": self.unique,
            "people": self.people,
            "small": self.small,
        }

    @property
    def rank(self) -> tuple[bool, float, int]:
        """What themes are sorted by, the largest pain first; the theme's id decides between equals."""
        return self.small, -round(self.value, 6), -self.unique


def score(heed: Heed, side: str = "pain") -> Score:
    """The pain of a theme; for the side ``praise`` its weight among delights."""
    # A text pasted by forty accounts is one item, and counts for one person.
    people = min(heed.authors + heed.anonymous, heed.unique)
    volume = sqrt(heed.unique * people)
    negativity = _share(heed.negative + 0.5 * heed.mixed, heed.mentions)
    effort, churn = _share(heed.high_effort, heed.feedback), _share(heed.churn, heed.feedback)
    growth = 0.0
    if heed.before is not None:
        growth = max(-1.0, min(1.0, log2((heed.unique + _STEADY) / (heed.before + _STEADY))))
    value = volume * 2 ** (_GROWTH * growth)
    if side == "pain":
        value *= (1 - _NEGATIVE + _NEGATIVE * negativity) * (1 + _EFFORT * effort) * (1 + _CHURN * churn)
    return Score(value, volume, heed.unique, people, negativity, effort, churn, growth, heed.unique < SMALL)


def _share(count: float, of: int) -> float:
    return count / of if of else 0.0


def share_of(part: int, whole: int) -> tuple[float, Interval]:
    """A share, 0 to 1, and its 95 % Wilson interval."""
    return _share(part, whole), wilson(part, whole)


def ranked(scored: Sequence[tuple[str, Score]]) -> list[tuple[str, Score]]:
    """Ids and scores, the largest first, small ones behind all others, equals by id."""
    return sorted(scored, key=lambda one: (*one[1].rank, one[0]))
