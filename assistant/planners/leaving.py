"""Churn risk: how many say that they leave, and what the same feedback complains of. People stay masked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answer import Answer, Row
from assistant.planners import ranking

if TYPE_CHECKING:
    from assistant.desk import Desk

_SIGNALS = 3


def plan(desk: Desk) -> Answer:
    """Tell the signals of leaving and the reasons given beside them."""
    question, words = desk.question, desk.words
    signals = desk.filters
    chosen = desk.select(signals)
    if not len(chosen):
        return desk.nothing(signals)
    told = replace(signals, intent=(), leaving=True, sentiment=("negative", "mixed"))
    reasons = ranking.ranked(desk, told, "pain", question.lines)
    counts = chosen.counts()
    frame = {
        "count": words.number(counts.feedback),
        "authors": words.number(counts.authors),
        "scope": words.scope(replace(question, scope=replace(question.scope, intent=()))),
        "window": words.timed(question),
    }
    if reasons.rows:
        headline = words.say("headline.churn", title=reasons.rows[0].title, **frame)
    else:
        headline = words.say("headline.churn_no_reason", **frame)
    rows: tuple[Row, ...] = reasons.rows
    return desk.answered(
        headline, rows, counted=signals, whole=desk.within(replace(desk.scope, intent=())),
        quotes=desk.quotes(chosen, _SIGNALS), notes=(words.say("masked_note"), words.say("reasons_note")),
        chart=desk.chart("bars", "feedback") if rows else None,
    )  # fmt: skip
