"""Questions made up for tests of conversations, and lots of them for rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta, timezone
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from assistant.meaning import TIMED, Compare, Kind, Question
from assistant.periods import Window
from mining.filters import Filters
from mining.taxonomy import Taxonomy

TODAY = date(2026, 11, 22)
LAST_30 = Window(date(2026, 10, 24), TODAY, default=True)
OCTOBER = Window(date(2026, 10, 1), date(2026, 10, 31), "October", unit="month")
SEPTEMBER = Window(date(2026, 9, 1), date(2026, 9, 30), "September", unit="month")
THIS_MONTH = Window(date(2026, 11, 1), TODAY, "this month", partial=True, unit="month")
HALF_YEAR = Window(date(2026, 6, 1), TODAY, "last 6 months", unit="month", count=6, rolling=True)


def asked(kind: Kind, text: str = "…", window: Window | None = LAST_30, **given: Any) -> Question:
    """A question of a kind; names of conditions go to its scope."""
    conditions = {name: given.pop(name) for name in list(given) if name in Filters.__slots__ and name != "sentiment"}
    own = {"theme": given.pop("topic")} if "topic" in given else {}
    return Question(text, "en", kind, Filters(**conditions), window, **own, **given)


PAINS = asked(Kind.TOP_PAIN_POINTS, "top pain points in purchase stage", stage=("purchase",), sentiment="negative", n=5)
TREND = asked(
    Kind.TREND, "How has sentiment about delivery changed over the last 6 months?", HALF_YEAR,
    touchpoint=("delivery",), metric="net_sentiment", grain="month",
)  # fmt: skip
IN_OCTOBER = asked(
    Kind.COUNT, "how many people complained about late delivery in October?", OCTOBER, topic="late delivery",
    intent=("complaint",), metric="distinct_authors",
)  # fmt: skip
BY_PLATFORM = asked(
    Kind.COMPARE, "compare pain points iOS vs Android reviews", channel=("review",), sentiment="negative", n=5,
    compare=Compare("platform", ("ios", "android")),
)  # fmt: skip
BY_TIME = asked(
    Kind.COMPARE, "October vs September", None, compare=Compare("time", windows=(OCTOBER, SEPTEMBER)),
    stage=("purchase",),
)  # fmt: skip
JOURNEY = asked(Kind.JOURNEY_OVERVIEW, "the journey in October", OCTOBER, group_by=("stage",))


def more(text: str, *changed: str, window: Window | None = None, **given: Any) -> Question:
    """A follow-up."""
    kind = given.pop("kind", Kind.DRILLDOWN)
    return replace(asked(kind, text, window, **given), inherit=True, changed=changed)


# --- lots -----------------------------------------------------------------------------------------------------------

_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))
WINDOWS = st.builds(
    lambda first, days, **more: Window(first, first + timedelta(days=days), **more),
    _DAYS,
    st.integers(0, 800),
    expr=st.none() | _WORDS,
    default=st.booleans(),
    partial=st.booleans(),
    calendar=st.sampled_from(["gregorian", "jalali"]),
    unit=st.sampled_from([None, "day", "week", "month", "event"]),
    rolling=st.booleans(),
    event=st.none() | _WORDS,
    week_start=st.sampled_from([None, "sunday"]),
)


def _some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sampled_from([(), *((value,) for value in values), *permutations(values, 2)])


SCOPES = st.builds(
    Filters,
    stage=_some("purchase", "experience", "none"),
    touchpoint=_some("delivery", "checkout"),
    channel=_some("call", "review"),
    platform=_some("ios", "android"),
    language=_some("he", "fa"),
    competitor=_some("Globex"),
    intent=st.sampled_from([(), ("complaint",), ("praise",)]),
    theme=_some("late_delivery", "card_declined"),
    phrase=st.none() | _WORDS,
    rating_min=st.sampled_from([None, 0.0, 0.25]),
    rating_max=st.sampled_from([None, 0.0, 1.0]),
    solicited=st.sampled_from([None, True, False]),
    segment=st.dictionaries(st.sampled_from(["plan", "region"]), _WORDS, max_size=2),
)
COMPARES = st.one_of(
    st.builds(
        Compare, st.sampled_from(["platform", "channel", "theme"]), st.sampled_from([("ios",), ("call", "late")])
    ),
    st.builds(Compare, st.just("time"), windows=st.tuples(WINDOWS) | st.tuples(WINDOWS, WINDOWS)),
)
ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Jerusalem"), timezone(timedelta(hours=-5, minutes=-30))])
_MEASURES = ["count", "share", "net_sentiment", "distinct_authors", "negative_share"]
# One of no values: it is printed with every question of a rule that fails.
SMALL = Taxonomy({})
_GIVEN = {
    "zone": ZONES,
    "taxonomy": st.just(SMALL),
    "sentiment": st.sampled_from([None, "negative", "positive", "neutral"]),
    "theme": st.none() | _WORDS,
    "n": st.none() | st.integers(1, 50),
    "group_by": _some("stage", "channel", "week"),
    "metric": st.sampled_from([None, *_MEASURES]),
    "grain": st.sampled_from([None, "day", "week", "month"]),
    "compare": st.none() | COMPARES,
    "baseline": st.none() | WINDOWS,
    "premise": st.sampled_from([None, "drop", "change"]),
}
_ALSO = {
    "inherit": st.booleans(),
    "rank": st.none() | st.integers(-1, 6),
    "want": st.sampled_from([None, "quotes", "why"]),
    "offset": st.integers(0, 20),
    "clarify": _some("kind"),
    "action": st.sampled_from([None, "export"]),
    "schedule": st.dictionaries(st.just("cron"), _WORDS, max_size=1),
    "privacy": st.sampled_from([None, "mask_people"]),
    "left": _some("xyzzy", "قزل"),
    "read_as": st.dictionaries(_WORDS, _WORDS, max_size=1),
    "unread_time": _some("nowruz"),
    "changed": _some("time", "channel"),
}
QUESTIONS = st.builds(
    Question, _WORDS, st.sampled_from(["en", "he", "fa"]), st.sampled_from(Kind), SCOPES, st.none() | WINDOWS,
    **_GIVEN, **_ALSO,
)  # fmt: skip


def sound(question: Question) -> Question:
    """What is compared stands in no condition, and only a comparison compares."""
    compare = question.compare
    if not compare or question.kind not in (Kind.COMPARE, Kind.DRILLDOWN):
        return replace(question, compare=None)
    if compare.dim == "time":
        return replace(question, window=None)
    cleared: dict[str, Any] = {"theme": (), "phrase": None} if compare.dim == "theme" else {compare.dim: ()}
    topic = None if compare.dim == "theme" else question.theme
    return replace(question, scope=replace(question.scope, **cleared), theme=topic)


_FOLLOWED = sorted((TIMED - {Kind.UNANSWERABLE}) | {Kind.DRILLDOWN})
ANSWERED = st.builds(Question, _WORDS, st.just("en"), st.sampled_from(_FOLLOWED), SCOPES, WINDOWS, **_GIVEN).map(sound)


def _following(question: Question, rank: int | None, want: str | None, kind: Kind) -> Question:
    # "Beside last month" is said alone: of what was asked about, not of a row or of its quotes.
    compare = question.compare if rank is None and want is None else None
    return sound(replace(question, inherit=True, rank=rank, want=want, kind=kind, compare=compare))


FOLLOW_UPS = st.builds(
    _following,
    st.builds(Question, _WORDS, st.just("he"), st.just(Kind.DRILLDOWN), SCOPES, st.none() | WINDOWS, **_GIVEN),
    st.sampled_from([None, None, None, 1, 2, -1, 9]),
    st.sampled_from([None, None, "quotes", "evidence", "trend", "why", "reset"]),
    st.sampled_from([Kind.DRILLDOWN] * 8 + sorted(TIMED - {Kind.COMPARE, Kind.AMBIGUOUS, Kind.UNANSWERABLE})),
)
EMPTY = Question("and?", "fa", Kind.DRILLDOWN, Filters(), None, inherit=True, taxonomy=SMALL)
