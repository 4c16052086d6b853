"""The same conditions asked about in another way: a ranking as quotes, a count as a trend, a trend's why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from assistant import periods
from assistant.meaning import DEFAULT_N, IMPLIED, LISTED, TIMED, US, Kind, Question
from assistant.periods import Clock, Window

# What a dimension is called in groups, comparisons and rows -> the condition of `Filters` that selects its values.
FIELDS: Mapping[str, str] = {
    "stage": "stage",
    "touchpoint": "touchpoint",
    "channel": "channel",
    "source": "source",
    "product": "product",
    "competitor": "competitor",
    "platform": "platform",
    "intent": "intent",
    "effort": "effort",
    "language": "language",
    "feedback_language": "language",
}
RANKINGS: Mapping[str | None, Kind] = {"negative": Kind.TOP_PAIN_POINTS, "positive": Kind.TOP_PRAISE}
"""The kind that ranks what was said with a feeling."""

# Intents that nobody has together with the feeling that a kind implies.
_OPPOSED: Mapping[str, frozenset[str]] = {
    "negative": frozenset({"praise"}),
    "positive": frozenset({"complaint", "churn"}),
}
GROUPED = frozenset(
    {Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE, Kind.COUNT, Kind.SHARE, Kind.TREND, Kind.CHURN_RISK, Kind.EMERGING}
)
_COUNTED = ("count", "distinct_authors", "mentions")
# Questions whose own answer gives the reasons: they stay, and are asked for more of them.
_GIVE_REASONS = frozenset({Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE, Kind.CHURN_RISK, Kind.EMERGING, Kind.WHY_CHANGE})


def as_kind(question: Question, kind: Kind) -> Question:
    """The same conditions as a question of another kind, with what that kind needs and nothing that it cannot use."""
    if kind is question.kind:
        return question
    told = question if kind is Kind.COMPARE else uncompared(question, whole=kind is Kind.TREND)
    told = _felt(told, kind)
    needed: dict[str, Any] = {
        "metric": _metric(told, kind),
        "n": _lines(told, kind),
        "group_by": _groups(told, kind),
        "grain": periods.grain(told.window) if kind is Kind.TREND and told.window else None,
        "privacy": "mask_people" if kind is Kind.CHURN_RISK else None,
        "window": told.window if kind in TIMED else None,
        "baseline": None,
        "premise": None,
    }
    if kind is Kind.WHY_CHANGE:
        needed |= {"window": told.window, "premise": "change"}
        needed |= dict(zip(("window", "baseline"), _times(question), strict=True))
    return replace(told, kind=kind, want=None, offset=0, clarify=(), **needed)


def _felt(question: Question, kind: Kind) -> Question:
    """With the feeling that fits the kind, and without intents of the opposite one."""
    if kind is Kind.CHURN_RISK:
        question = selecting(question, intent=("churn",))
    if kind is Kind.JOURNEY_OVERVIEW or (kind is Kind.CHURN_RISK and question.sentiment == "positive"):
        return replace(question, sentiment=None)
    return _without_opposed(replace(question, sentiment=IMPLIED[kind])) if kind in IMPLIED else question


def felt(question: Question, sentiment: str | None) -> Question:
    """The question about what was said with a feeling; a ranking of the other side becomes one of this side."""
    if question.kind in RANKINGS.values() and sentiment in RANKINGS:
        question = replace(as_kind(question, RANKINGS[sentiment]), want=question.want)
    return _without_opposed(replace(question, sentiment=sentiment))


def _without_opposed(question: Question) -> Question:
    opposed = _OPPOSED.get(question.sentiment or "", frozenset())
    opposed |= {"praise"} if question.kind is Kind.TOP_PRAISE else frozenset()
    return selecting(question, intent=tuple(intent for intent in question.scope.intent if intent not in opposed))


def agreeing(question: Question) -> Question:
    """The question with the feeling that its intent has, where that is the opposite of the one asked about."""
    said = question.scope.intent
    if not said or not _OPPOSED.get(question.sentiment or "", frozenset()).issuperset(said):
        return question
    return selecting(felt(question, "positive" if question.sentiment == "negative" else "negative"), intent=said)


def settled(question: Question) -> Question:
    """The question without intents that a ranking needs not or cannot have: praise has a ranking of its own."""
    return _without_opposed(question) if question.kind in RANKINGS.values() else question


def _metric(question: Question, kind: Kind) -> str | None:
    said = question.metric
    if kind is Kind.COUNT:
        return said if said in _COUNTED else "count"
    if kind is Kind.SHARE:
        return said if said and said.endswith("share") else "share"
    if kind in (Kind.TREND, Kind.WHY_CHANGE):
        if said and said not in _COUNTED and said != "share":
            return said
        return "count" if said or question.sentiment or question.scope.intent else "net_sentiment"
    return None


def _lines(question: Question, kind: Kind) -> int | None:
    if kind is Kind.COMPARE:
        return question.n if question.sentiment else None
    if kind not in LISTED:
        return None
    # A number of themes is no number of quotes.
    same = question.kind in LISTED and Kind.QUOTES not in (kind, question.kind)
    return question.n if same else DEFAULT_N


def _groups(question: Question, kind: Kind) -> tuple[str, ...]:
    if kind is Kind.JOURNEY_OVERVIEW:
        return ("stage",)
    return question.group_by if kind in GROUPED and question.kind is not Kind.JOURNEY_OVERVIEW else ()


def uncompared(question: Question, *, whole: bool = False) -> Question:
    """A comparison as one question about all that was compared, any other question as it is.

    Of times the latest is meant, or with ``whole`` all from the first to the last. Where no condition selects what was
    compared (two topics, "us"), ``compare`` stays and says it.
    """
    if not question.compare:
        return question
    compare = question.compare
    if compare.windows:
        latest = max(compare.windows, key=lambda window: window.last)
        first = min(window.first for window in compare.windows)
        meant = replace(latest, first=first, expr=None, unit=None, count=1, event=None) if whole else latest
        return replace(question, compare=None, window=meant)
    field = FIELDS.get(compare.dim)
    if not field or US in compare.values:
        return question
    return replace(selecting(question, **{field: compare.values}), compare=None, group_by=(compare.dim,))


def selecting(question: Question, **conditions: Any) -> Question:
    """The question with some conditions of its scope set anew."""
    return replace(question, scope=replace(question.scope, **conditions))


# --- what is wanted of an answer ------------------------------------------------------------------------------------


def wanted(question: Question, want: str, themes: tuple[str, ...] = ()) -> Question:
    """The question that asks for quotes, evidence, a trend or the reasons of what was asked.

    ``themes`` are those that the answer listed: the evidence is what was said of them. What no other question asks for
    is left to the answer, as ``want``.
    """
    return WANTS[want](question, themes) if want in WANTS else replace(question, want=want)


def _quotes(question: Question, _themes: tuple[str, ...]) -> Question:
    return replace(as_kind(question, Kind.QUOTES), want="quotes")


def _evidence(question: Question, themes: tuple[str, ...]) -> Question:
    of_rows = selecting(question, theme=themes) if themes and not question.scope.theme else question
    return replace(as_kind(of_rows, Kind.QUOTES), want="evidence")


def _trend(question: Question, _themes: tuple[str, ...]) -> Question:
    return as_kind(question, Kind.TREND)


def _why(question: Question, _themes: tuple[str, ...]) -> Question:
    return replace(_reasons(question), want="why")


def _reasons(question: Question) -> Question:
    """The question whose answer gives the reasons."""
    compare = question.compare
    one_theme = question.kind in (Kind.DRILLDOWN, Kind.QUOTES) and len(question.scope.theme) == 1
    if question.kind is Kind.TREND or one_theme or (compare and compare.windows):
        return as_kind(question, Kind.WHY_CHANGE)
    if question.kind in _GIVE_REASONS:
        return question
    if compare:
        return replace(question, sentiment=question.sentiment or "negative", n=question.n or DEFAULT_N, metric=None)
    praised = "praise" in question.scope.intent and question.sentiment != "negative"
    glad = question.sentiment == "positive" or question.metric == "positive_share" or praised
    return as_kind(question, RANKINGS["positive" if glad else "negative"])


WANTS: Mapping[str, Callable[[Question, tuple[str, ...]], Question]] = {
    "quotes": _quotes,
    "evidence": _evidence,
    "trend": _trend,
    "why": _why,
}


# --- times set side by side -----------------------------------------------------------------------------------------


def before(window: Window) -> Window:
    """The period before, see :func:`assistant.periods.before`."""
    return periods.before(window, Clock(window.last, calendar=window.calendar))


def _times(question: Question) -> tuple[Window | None, Window | None]:
    """What to explain and what it changed from: the times compared, a trend's later and earlier half, else the window
    and the period before."""
    windows = question.compare.windows if question.compare else ()
    if len(windows) > 1:
        earlier, later = sorted(windows, key=lambda window: window.last)[-2:]
        return later, earlier
    window = question.window
    if window is None:
        return None, None
    days = window.days // 2
    if question.kind is not Kind.TREND or not days:
        return window, before(window)
    turn = window.last - timedelta(days=days)
    later = Window(turn + timedelta(days=1), window.last, calendar=window.calendar)
    return later, Window(turn - timedelta(days=days - 1), turn, calendar=window.calendar)
