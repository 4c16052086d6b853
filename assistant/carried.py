"""Conditions by name: those that a question says, one carried from a question to another, the one that a row means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from assistant import periods
from assistant.meaning import DEFAULT_N, FEELINGS, IMPLIED, LISTED, US, Kind, Question
from assistant.periods import Window
from assistant.turned import FIELDS, felt, selecting

# Names of `Question.changed` -> the fields of `Filters` and of `Question` that they stand for.
_SCOPE: Mapping[str, tuple[str, ...]] = {
    **{name: (field,) for name, field in FIELDS.items()},
    "competitor": ("competitor", "not_competitor"),
    "theme": ("theme",),
    "phrase": ("phrase",),
    "rating": ("rating_min", "rating_max"),
    "solicited": ("solicited",),
}
_OWN: Mapping[str, tuple[str, ...]] = {
    "theme": ("theme", "theme_name"),
    "time": ("window",),
    **{name: (name,) for name in ("sentiment", "compare", "group_by", "grain", "metric", "baseline", "premise", "n")},
}
_REGION = "region"
_SEGMENT = "segment"
CONDITIONS = (*(name for name in _SCOPE if name != "language"), _REGION, _SEGMENT)
"""The names of what selects feedback, without time and feeling."""

# The kinds that a follow-up is read as when it names none.
NO_KIND = frozenset({Kind.DRILLDOWN, Kind.AMBIGUOUS})
# What a kind measures where nothing is said of it.
_MEASURED: Mapping[Kind, str] = {
    Kind.COUNT: "count",
    Kind.SHARE: "share",
    Kind.TREND: "net_sentiment",
    Kind.WHY_CHANGE: "net_sentiment",
}
_TIMES = frozenset({"time", "day", "week", "month", "quarter", "year"})


def named(question: Question) -> tuple[str, ...]:
    """What a question says itself: ``changed``, or where that is empty all that is set and not implied by the kind."""
    if question.changed:
        return question.changed
    said = [name for name in (*CONDITIONS, *_OWN) if name != "time" and any(map(_is_set, _values(question, name)))]
    said = [name for name in said if name not in _implied(question)]
    said += ["time"] if question.window and not question.window.default else []
    said += [name for name in ("rank", "want") if _is_set(getattr(question, name))]
    said += [] if question.kind in NO_KIND else ["kind"]
    return tuple(dict.fromkeys(said))


def _implied(question: Question) -> set[str]:
    """What has the value that every question of the kind has where nothing is said."""
    kind, window = question.kind, question.window
    said_time = bool(window and not window.default)
    usual = {
        "n": kind in LISTED and question.n == DEFAULT_N,
        "sentiment": kind in IMPLIED and question.sentiment == IMPLIED[kind],
        "intent": kind is Kind.CHURN_RISK,
        "metric": question.metric == _MEASURED.get(kind),
        "group_by": kind is Kind.JOURNEY_OVERVIEW,
        "grain": kind is Kind.TREND and window is not None and question.grain == periods.grain(window),
        "baseline": kind is Kind.WHY_CHANGE and not said_time,
        "premise": question.premise == "change",
    }
    return {name for name, there in usual.items() if there}


def says_nothing(question: Question, name: str) -> bool:
    """Whether a condition that was named has no value: "all stages"."""
    return not any(map(_is_set, _values(question, name)))


def _values(question: Question, name: str) -> list[Any]:
    own = [getattr(question, field) for field in _OWN.get(name, ())]
    scope = [getattr(question.scope, field) for field in _SCOPE.get(name, ())]
    return own + scope + [question.scope.segment.get(key) for key in _keys(question, name)]


def _is_set(value: object) -> bool:
    return value not in (None, (), {})


def taken(into: Question, out_of: Question, name: str) -> Question:
    """A question with one condition as another question has it; a name of no condition changes nothing.

    ``segment`` stands for all segments that are said but the region, ``segment.plan`` for one of them.
    """
    own: dict[str, Any] = {field: getattr(out_of, field) for field in _OWN.get(name, ())}
    scope: dict[str, Any] = {field: getattr(out_of.scope, field) for field in _SCOPE.get(name, ())}
    if name == _REGION or name.partition(".")[0] == _SEGMENT:
        had, given = into.scope.segment, out_of.scope.segment
        keys = _keys(out_of, name) or _keys(into, name)
        kept = {key: value for key, value in had.items() if key not in keys}
        scope["segment"] = kept | {key: given[key] for key in keys if key in given}
    return replace(selecting(into, **scope), **own)


def _keys(question: Question, name: str) -> list[str]:
    """The keys of segments that a name stands for."""
    if name == _REGION:
        return [_REGION]
    if name == _SEGMENT:
        return [key for key in question.scope.segment if key != _REGION]
    return [name.removeprefix(f"{_SEGMENT}.")] if name.startswith(f"{_SEGMENT}.") else []


# --- rows -----------------------------------------------------------------------------------------------------------


def row_name(row_id: str) -> str | None:
    """The condition that a row stands for, by the row's id; None where it is none (a mention)."""
    prefix, colon, value = row_id.partition(":")
    if not colon:
        return "theme" if row_id else None
    if prefix in _TIMES:
        return "time" if _window(value) else None
    known = prefix in (*CONDITIONS, "language", "sentiment") or prefix.startswith(f"{_SEGMENT}.")
    return prefix if known and value and prefix != _SEGMENT else None


def narrowed(question: Question, row_id: str) -> Question | None:
    """The question about one row of its answer; None where the row stands for no condition.

    Ids are those of themes, or ``stage:purchase``, ``region:Germany``, ``segment.plan:free``,
    ``time:2026-10-01/2026-10-31``.
    """
    name, (_, colon, value) = row_name(row_id), row_id.partition(":")
    if name is None:
        return None
    if name == "time":
        return replace(question, window=_window(value))
    if name == "sentiment":
        return felt(question, value) if value in FEELINGS else None
    if name == "theme":
        return selecting(question, theme=(value if colon else row_id,))
    if name == "competitor" and value == US:
        others = tuple(one for one in question.compare.values if one != US) if question.compare else ()
        return selecting(question, competitor=(), not_competitor=others)
    if name == "competitor":
        return selecting(question, competitor=(value,), not_competitor=())
    if name in FIELDS:
        return selecting(question, **{FIELDS[name]: (value,)})
    key = name.removeprefix(f"{_SEGMENT}.")
    return selecting(question, segment={**question.scope.segment, key: value})


def _window(value: str) -> Window | None:
    try:
        first, last = map(date.fromisoformat, value.split("/"))
    except ValueError:
        return None
    return Window(first, last) if first <= last else None
