"""A selection in slices: by stage, channel, product, month, each with the filters that select it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant import periods
from assistant.meaning import US, narrowed
from assistant.periods import Window
from mining.filters import Filters
from mining.language import name as language_name

if TYPE_CHECKING:
    from assistant.desk import Desk

TIMES = ("day", "week", "month", "quarter", "year")
# Dimensions whose filter or column is called otherwise.
_FIELDS = {"feedback_language": "language"}
_SEGMENTS = {"region": "region", "segment": "plan"}


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a selection; ``id`` names it for follow-ups ("stage:purchase", "time:2026-10-01/2026-10-31")."""

    id: str
    title: str
    filters: Filters
    window: Window | None = None


def by(desk: Desk, filters: Filters, dimension: str, window: Window | None = None) -> list[Slice]:
    """Slices by a dimension: stages and times all of them in their order, others that occur, the largest first."""
    window = window or desk.question.window
    if dimension in TIMES:
        return [of_time(desk, step, filters) for step in steps(desk, window, dimension)] if window else []
    if dimension == "stage":
        values = [value for value in desk.question.taxonomy.values("stage") if value != "none"]
        return [of_value(desk, "stage", value, filters) for value in values]
    found = desk.select(filters).by(column(dimension))
    sized = sorted(
        ((facts.counts().feedback, value) for value, facts in found.items() if value is not None and value != "none"),
        key=lambda one: (-one[0], one[1]),
    )
    return [of_value(desk, dimension, value, filters) for _, value in sized]


def steps(desk: Desk, window: Window, grain: str) -> list[Window]:
    """The days, weeks, months of a window in the asker's calendar; "all time" begins with the first remark."""
    start = desk.first_said
    if start is not None and window.first.year < 1971:
        window = replace(window, first=max(window.first, start.astimezone(desk.question.zone).date()))
    return periods.steps(window, grain, clock(desk))


def clock(desk: Desk) -> periods.Clock:
    """The asker's clock."""
    from assistant.names import lexicon

    language = desk.question.language
    calendar = lexicon(language)["time"].get("calendar", "gregorian")
    return periods.Clock.of(desk.asker.today, language, desk.asker.week_start, calendar)


def column(dimension: str) -> str:
    """What :meth:`mining.facts.Facts.by` calls a dimension."""
    if dimension in _SEGMENTS:
        return f"segment.{_SEGMENTS[dimension]}"
    return _FIELDS.get(dimension, dimension)


def of_value(desk: Desk, dimension: str, value: str, filters: Filters) -> Slice:
    """The slice of one value of a dimension."""
    title = named(desk, dimension, value)
    if dimension == "competitor" and value == US:
        return Slice(
            f"{dimension}:{value}", title, replace(filters, not_competitor=tuple(sorted(desk.asker.competitors)))
        )
    if dimension in _SEGMENTS:
        key = _SEGMENTS[dimension]
        id_ = f"region:{value}" if key == "region" else f"segment.{key}:{value}"
        return Slice(id_, title, replace(filters, segment={**filters.segment, key: value}))
    if dimension == "theme":
        return Slice(value, title, replace(filters, theme=(value,)))
    field = _FIELDS.get(dimension, dimension)
    return Slice(f"{dimension}:{value}", title, narrowed(filters, **{field: (value,)}))


def of_time(desk: Desk, window: Window, filters: Filters) -> Slice:
    """The slice of a time."""
    id_ = f"time:{window.first.isoformat()}/{window.last.isoformat()}"
    return Slice(id_, desk.words.dates(window), desk.within(filters, window), window)


def named(desk: Desk, dimension: str, value: str) -> str:
    """What a value is called in the asker's language."""
    words, taxonomy = desk.words, desk.question.taxonomy
    if dimension in ("stage", "touchpoint", "intent", "sentiment"):
        name = taxonomy.name(dimension, value, words.language)
        return words.say("stage", name=name) if dimension == "stage" else name
    if dimension == "channel":
        return words.channel(value)
    if dimension == "feedback_language":
        return language_name(value, words.language)
    if dimension == "competitor" and value == US:
        return words.say("us")
    if dimension == "platform":
        return words.platform(value)
    if dimension == "theme":
        theme = desk.themes.get(value)
        return theme.name(words.language) if theme else value
    return value
