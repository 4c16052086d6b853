"""Closer: one row of the last answer, or the rows behind it, by channel, stage, language and time, with quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant import periods
from assistant.answer import Answer, Row
from assistant.planners import slices

if TYPE_CHECKING:
    from assistant.desk import Desk

_QUOTES = 5
_BY = ("channel", "stage", "feedback_language", "product")
_MOST = 4
_SAID = 20


def plan(desk: Desk) -> Answer:
    """Look closer at what the question selects."""
    question, words, filters = desk.question, desk.words, desk.filters
    if "previous" in question.clarify:
        return desk.clarify("previous")
    if "rank" in question.clarify:
        return desk.clarify("rank")
    chosen = desk.select(filters)
    if not len(chosen):
        return desk.nothing(filters)
    rows: list[Row] = []
    for dimension in _BY:
        parts = [one for one in slices.by(desk, filters, dimension) if len(desk.select(one.filters))]
        if len(parts) > 1:
            group = words.say("groups.by", dimension=words.dimensions((dimension,)))
            rows += [_row(desk, one, group) for one in parts[:_MOST]]
    if question.window:
        group = words.say("groups.over_time")
        steps = slices.steps(desk, question.window, periods.grain(question.window))
        if len(steps) <= _SAID:
            rows += [_row(desk, slices.of_time(desk, step, desk.base), group) for step in steps]
    counts = chosen.counts()
    theme = desk.themes.get(filters.theme[0]) if len(filters.theme) == 1 else None
    headline = words.say(
        "headline.drilldown",
        title=theme.name(words.language) if theme else words.scope(question).strip(" ()") or words.say("everything"),
        count=words.number(counts.feedback),
        authors=words.number(counts.authors),
        net=words.measure(desk.net(filters)),
        window=words.timed(question),
    )
    order = np.lexsort((chosen.mention, -chosen.said_at)) if question.want == "evidence" else None
    quotes = desk.quotes(chosen, _QUOTES, order)
    return desk.answered(
        headline, rows, counted=filters, whole=desk.whole, quotes=quotes, more=(desk.cell("net", desk.net(filters)),),
        chart=desk.chart("bars", "feedback") if rows else None,
    )  # fmt: skip


def _row(desk: Desk, one: slices.Slice, group: str) -> Row:
    return Row(one.id, one.title, (desk.cell("feedback", desk.figure(one.filters)),), group=group)
