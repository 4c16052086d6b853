"""What a question means: its kind, its conditions, and how the answer is wanted. Plain values, no reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from assistant.periods import Window
from mining.filters import Filters
from mining.taxonomy import Taxonomy, shipped

DEFAULT_N = 5
MAX_N = 50
# What a word for a feeling selects: what is said with two feelings counts for pain.
FEELINGS: Mapping[str, tuple[str, ...]] = {
    "negative": ("negative", "mixed"),
    "positive": ("positive",),
    "neutral": ("neutral",),
}
US = "us"
"""The company itself among things compared ("us vs Globex")."""


class Kind(StrEnum):
    """What is asked for."""

    TOP_PAIN_POINTS = "top_pain_points"
    TOP_PRAISE = "top_praise"
    COMPARE = "compare"
    TREND = "trend"
    WHY_CHANGE = "why_change"
    QUOTES = "quotes"
    DRILLDOWN = "drilldown"
    CHURN_RISK = "churn_risk"
    COUNT = "count"
    SHARE = "share"
    EMERGING = "emerging"
    JOURNEY_OVERVIEW = "journey_overview"
    AMBIGUOUS = "ambiguous"
    UNANSWERABLE = "unanswerable"
    OUT_OF_SCOPE = "out_of_scope"
    CHITCHAT = "chitchat"
    ACTION = "action"
    SUBSCRIBE = "subscribe"


# Kinds whose answer selects feedback: only these have a time, said or by default.
TIMED = frozenset(Kind) - {Kind.DRILLDOWN, Kind.OUT_OF_SCOPE, Kind.CHITCHAT, Kind.ACTION, Kind.SUBSCRIBE}
# The feeling and the intent that a kind implies where none is said.
IMPLIED: Mapping[Kind, str] = {Kind.TOP_PAIN_POINTS: "negative", Kind.TOP_PRAISE: "positive"}
# Kinds that list so many lines where no number is said.
LISTED = frozenset({Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE, Kind.QUOTES, Kind.EMERGING, Kind.CHURN_RISK})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: their day, zone, and the company's names: ``products`` and the like map each name to its aliases.

    ``taxonomy`` holds the values that may be asked for, under the names that the company gives them. ``events`` are
    days that a question may count from ("since the price increase"). ``sources`` are the names of sources, ``segments``
    the values that feedback carries by key (region, plan), ``owners`` who answers for a stage or touchpoint.
    """

    today: date
    zone: tzinfo = UTC
    week_start: str | None = None
    products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: Mapping[str, date] = field(default_factory=dict)
    competitors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    platforms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    taxonomy: Taxonomy = field(default_factory=shipped)


@dataclass(frozen=True, slots=True)
class Compare:
    """What is set side by side: values of a dimension, or windows where it is ``time``."""

    dim: str
    values: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Dimension and values; a time as dates."""
        return {"dim": self.dim, "values": [*self.values, *(window_json(window) for window in self.windows)]}


def window_json(window: Window) -> dict[str, Any]:
    """The stable shape of a time; dates inclusive."""
    return {
        "expr": window.expr,
        "from": window.first.isoformat(),
        "to": window.last.isoformat(),
        "default": window.default,
        "partial": window.partial,
        "future": window.future,
        "calendar": window.calendar,
        "week_start": window.week_start,
        "event": window.event,
    }


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its meaning.

    ``scope`` holds conditions without time and feeling; ``sentiment`` is negative, positive or neutral, said or implied
    by the kind; ``theme`` a topic in the asker's words, ``theme_name`` its English name where it has one. ``window`` is
    None where a kind needs no time. ``left`` are words not understood, ``read_as`` slips of the pen that were read as
    words of ours, ``unread_time`` words of a time not understood: it is asked back, never answered for another one.

    ``inherit`` says that this goes on from the question before; ``changed`` then names what is not inherited.
    ``offset`` lines of the ranking or quotes were shown before ("more"): ranks go on behind them.
    """

    text: str
    language: str
    kind: Kind
    scope: Filters
    window: Window | None
    zone: tzinfo = UTC
    sentiment: str | None = None
    theme: str | None = None
    theme_name: str | None = None
    n: int | None = None
    group_by: tuple[str, ...] = ()
    metric: str | None = None
    grain: str | None = None
    compare: Compare | None = None
    baseline: Window | None = None
    premise: str | None = None
    inherit: bool = False
    rank: int | None = None
    want: str | None = None
    offset: int = 0
    clarify: tuple[str, ...] = ()
    action: str | None = None
    schedule: Mapping[str, str] = field(default_factory=dict)
    privacy: str | None = None
    left: tuple[str, ...] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)
    unread_time: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    taxonomy: Taxonomy = field(default_factory=shipped)

    @property
    def lines(self) -> int:
        """How many lines of a ranking are shown."""
        return self.n or DEFAULT_N

    @property
    def filters(self) -> Filters:
        """All conditions: scope, feeling, and the window in the asker's zone."""
        return within(self.felt, self.window, self.zone)

    @property
    def felt(self) -> Filters:
        """Scope and feeling, without time."""
        return replace(self.scope, sentiment=FEELINGS[self.sentiment]) if self.sentiment else self.scope

    @property
    def timed(self) -> Filters:
        """Scope and window without the feeling and intent asked about: the denominator's conditions."""
        return within(replace(self.scope, intent=()), self.window, self.zone)

    def as_json(self) -> dict[str, Any]:
        """The stable shape of ``overheard ask --parse-only``; what was not said is null or empty."""
        scope = self.scope
        return {
            "kind": self.kind.value,
            "language": self.language,
            "filters": {
                "stage": list(scope.stage),
                "touchpoint": list(scope.touchpoint),
                "channel": list(scope.channel),
                "source": list(scope.source),
                "product": list(scope.product),
                "competitor": list(scope.competitor),
                "platform": list(scope.platform),
                "region": [scope.segment["region"]] if "region" in scope.segment else [],
                "feedback_language": list(scope.language),
                "intent": list(scope.intent),
                "sentiment": self.sentiment,
                "rating": stars(scope),
                "theme": self.theme_name or self.theme,
                "phrase": scope.phrase,
                "segment": {key: value for key, value in scope.segment.items() if key != "region"} or None,
            },
            "time": window_json(self.window) if self.window else None,
            "n": self.n,
            "group_by": list(self.group_by),
            "metric": self.metric,
            "grain": self.grain,
            "compare": self.compare.as_json() if self.compare else None,
            "baseline": window_json(self.baseline) if self.baseline else None,
            "premise": self.premise,
            "inherit": self.inherit,
            "rank": self.rank,
            "want": self.want,
            "offset": self.offset,
            "novelty": self.kind is Kind.EMERGING,
            "clarify": list(self.clarify),
            "action": self.action,
            "schedule": dict(self.schedule) or None,
            "privacy": self.privacy,
            "left": list(self.left),
            "read_as": dict(self.read_as),
        }


def within(filters: Filters, window: Window | None, zone: tzinfo) -> Filters:
    """Filters of a window of local days."""
    if window is None:
        return filters
    first = datetime.combine(window.first, time(), zone)
    end = datetime.combine(window.last + timedelta(days=1), time(), zone)
    return replace(filters, since=first.astimezone(UTC), until=end.astimezone(UTC))


# The store keeps ratings as 0 to 1; people speak of one to five stars.
_STARS = 4


def stars(filters: Filters) -> dict[str, int] | None:
    """A condition on ratings in stars of five, None where there is none."""
    bounds = {"gte": filters.rating_min, "lte": filters.rating_max}
    said = {name: round(1 + bound * _STARS) for name, bound in bounds.items() if bound is not None}
    return said or None


def from_stars(count: int) -> float:
    """Stars of five as the store keeps them, 0 to 1."""
    return (count - 1) / _STARS


def narrowed(filters: Filters, **conditions: Any) -> Filters:
    """The same filters with some conditions set; ``TypeError`` for one that there is not."""
    return replace(filters, **conditions)


def only(filters: Filters, name: str) -> Filters:
    """One condition alone, by its name in a question: feedback_language, region, rating, stage."""
    if name in ("region", "segment"):
        chosen = {key: value for key, value in filters.segment.items() if (key == "region") == (name == "region")}
        return Filters(segment=chosen)
    fields_ = {"feedback_language": ("language",), "rating": ("rating_min", "rating_max")}.get(name, (name,))
    known = {item.name for item in fields(filters)}
    return narrowed(Filters(), **{one: getattr(filters, one) for one in fields_ if one in known})
