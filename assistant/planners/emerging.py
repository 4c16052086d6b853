"""What is new: themes that were not said before, or rise beyond chance; an empty answer is an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from assistant.answer import Answer, Row
from assistant.measures import Cell
from assistant.planners.ranking import side_of
from mining import emerging
from mining.emerging import Rise
from mining.facts import Facts

if TYPE_CHECKING:
    from assistant.desk import Desk

_WEEKS = 8
_LEAST = 3
_QUOTES = 2


def plan(desk: Desk) -> Answer:
    """Tell what is new or rising in the window, against the weeks before."""
    question, words = desk.question, desk.words
    window = question.window
    if window is None:
        return desk.clarify("time")
    until = window.last + timedelta(days=1)
    days = window.days
    before = replace(window, first=window.first - timedelta(days=7 * max(_WEEKS, -(-days // 7) * 2)))
    history = desk.select(desk.within(desk.base, before))
    if not len(desk.select(desk.filters)):
        return desk.nothing(desk.filters)
    counts, totals = _daily(desk, history), _totals(desk, history)
    weeks = (window.first - before.first).days // 7
    frame = {"scope": words.scope(question), "window": words.timed(question), "weeks": words.number(weeks)}
    if not emerging.enough(totals, until, days, weeks):
        return desk.answered(words.say("headline.emerging_early", **frame), counted=desk.filters, whole=desk.whole)
    rises = emerging.emerging(counts, totals, until, days, weeks, least=_LEAST)
    sides = {"pain", "praise"} if question.sentiment is None else {side_of(desk)}
    kept = [rise for rise in rises if desk.themes[rise.theme].side in sides and rise.theme not in desk.hidden]
    kept = sorted(kept, key=lambda rise: (not rise.new, rise.q_value, rise.theme))[: question.lines]
    made = (_row(desk, rise, rank) for rank, rise in enumerate(kept, start=1))
    # A text pasted on two days counts on both of them, and once in the window.
    rows = tuple(row for row in made if row.figure("unique").value >= _LEAST)
    tested = words.number(len(counts))
    if rows:
        headline = words.say(
            "headline.emerging", title=rows[0].title, count=words.number(rows[0].figure("unique").value), **frame
        )
    else:
        headline = words.say("headline.emerging_none", tested=tested, **frame)
    said = (words.say("emerging_support", least=words.number(_LEAST), tested=tested, weeks=words.number(weeks)),)
    return desk.answered(
        headline, rows, counted=desk.filters, whole=desk.whole, said=said,
        chart=desk.chart("pairs", "unique", beside="usual") if rows else None,
    )  # fmt: skip


def _daily(desk: Desk, history: Facts) -> dict[str, dict[date, int]]:
    """Unique items by theme and day."""
    found = {}
    for theme, chosen in history.by("theme").items():
        if theme in desk.themes:
            found[str(theme)] = _totals(desk, chosen)
    return found


def _totals(desk: Desk, chosen: Facts) -> dict[date, int]:
    """Unique items by day."""
    days = chosen.days(desk.question.zone)
    pairs = np.unique(np.stack([days.astype(np.uint64), chosen.first]), axis=1) if len(chosen) else np.zeros((2, 0))
    ordinals, counts = np.unique(pairs[0], return_counts=True)
    return {date.fromordinal(int(day)): int(count) for day, count in zip(ordinals, counts, strict=True)}


def _row(desk: Desk, rise: Rise, rank: int) -> Row:
    words, theme = desk.words, desk.themes[rise.theme]
    told = replace(desk.filters, theme=(rise.theme,))
    chosen = desk.select(told)
    counts = chosen.counts()
    expected = words.decimal(rise.expected)
    mark = (
        words.say("marks.new")
        if rise.new
        else words.say("marks.rising", times=words.decimal(rise.ratio), usual=expected)
    )
    marks = [mark]
    if rise.first_seen_in_window:
        marks.append(words.say("marks.first_seen", day=words.date(rise.first_seen_in_window)))
    return Row(
        theme.id, theme.name(words.language), _cells(desk, counts, told), rank=rank, titles=theme.names,
        marks=tuple(marks), quotes=desk.quotes(chosen, _QUOTES),
    )  # fmt: skip


def _cells(desk: Desk, counts: object, told: object) -> tuple[Cell, ...]:
    return tuple(desk.cell(unit, desk.of(counts, told, unit)) for unit in ("unique", "feedback", "authors"))  # type: ignore[arg-type]
