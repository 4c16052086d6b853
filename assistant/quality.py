"""What people said of answers, week by week, and the questions whose answers they did not like, to be asked again.

A judged answer is kept as its meaning and the queries behind its figures: ``overheard show`` lists their rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from assistant import kept
from assistant.slack.reasons import REASONS, parted
from mining import answered
from mining.answered import Verdict
from mining.store import Store
from mining.taxonomy import Taxonomy

_DAYS = 7


@dataclass(frozen=True, slots=True)
class Week:
    """What was said from Monday, ``first``, to Sunday; ``reasons`` counts those given for bad answers, by key."""

    first: date
    good: int = 0
    bad: int = 0
    people: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """The share of good answers, 0 to 1; None where nothing was said."""
        said = self.good + self.bad
        return self.good / said if said else None

    def as_json(self) -> dict[str, Any]:
        """Every count by its name."""
        share = None if self.share is None else round(self.share, 4)
        counts = {"good": self.good, "bad": self.bad, "share_good": share, "people": self.people}
        return {"from": self.first.isoformat(), **counts, "reasons": dict(self.reasons)}


@dataclass(frozen=True, slots=True)
class Disliked:
    """An answer that somebody did not like. ``question`` is its meaning as ``overheard ask --parse-only`` prints it.

    The question is None where the answer is not kept, or this version cannot read what is.
    """

    answer_id: str
    at: datetime
    reason: str
    own_words: str
    text: str | None
    status: str | None
    question: Mapping[str, Any] | None
    figures: Sequence[Mapping[str, Any]]

    @property
    def filters(self) -> dict[str, Any]:
        """The conditions of the question that were set."""
        found = (self.question or {}).get("filters") or {}
        return {name: value for name, value in found.items() if value}

    def as_json(self) -> dict[str, Any]:
        """Every field by its name."""
        return {
            "answer_id": self.answer_id, "at": self.at.isoformat(), "reason": self.reason or None,
            "own_words": self.own_words or None, "text": self.text, "status": self.status,
            "question": dict(self.question) if self.question else None,
            "figures": [dict(one) for one in self.figures],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quality:
    """Some weeks, the oldest first, and the disliked answers in them, the latest first."""

    weeks: tuple[Week, ...]
    disliked: tuple[Disliked, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape of ``overheard quality --json``."""
        return {"weeks": [one.as_json() for one in self.weeks], "disliked": [one.as_json() for one in self.disliked]}


def quality(store: Store, taxonomy: Taxonomy, now: datetime, zone: tzinfo, weeks: int) -> Quality:
    """What was said in this week and those before it, so many in all; weeks begin on Monday in a zone.

    Raises:
        ValueError: no week.
    """
    if weeks < 1:
        raise ValueError(f"{weeks} weeks")
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    firsts = [monday - timedelta(days=_DAYS * back) for back in reversed(range(weeks))]
    since = datetime.combine(firsts[0], time(), zone).astimezone(UTC)
    until = datetime.combine(monday + timedelta(days=_DAYS), time(), zone).astimezone(UTC)
    said = answered.verdicts_between(store, since, until)
    by_week: dict[date, list[Verdict]] = {first: [] for first in firsts}
    for one in said:
        day = one.at.astimezone(zone).date()
        by_week[day - timedelta(days=day.weekday())].append(one)
    disliked = [_disliked(one, taxonomy) for one in reversed(said) if not one.good]
    return Quality(tuple(_week(first, some) for first, some in by_week.items()), tuple(disliked))


def _week(first: date, said: Sequence[Verdict]) -> Week:
    bad = [one for one in said if not one.good]
    given = Counter(key for one in bad if (key := parted(one.reason)[0]))
    reasons = {key: given[key] for key in REASONS if given[key]}
    return Week(first, len(said) - len(bad), len(bad), len({one.by for one in said}), reasons)


def _disliked(one: Verdict, taxonomy: Taxonomy) -> Disliked:
    key, own = parted(one.reason)
    found = one.answered
    held = kept.from_json(found.spec, taxonomy) if found else None
    figures = found.spec.get("figures") if found else None
    return Disliked(
        one.answer_id, one.at, key, own, found.text if found else None, found.status if found else None,
        held.question.as_json() if held else None, figures if isinstance(figures, list) else (),
    )  # fmt: skip
