"""Quotes: literal, masked, of different people, newest first among the surest, with where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.answer import Answer

if TYPE_CHECKING:
    from assistant.desk import Desk


def plan(desk: Desk) -> Answer:
    """Quote."""
    question, words, filters = desk.question, desk.words, desk.filters
    chosen = desk.select(filters)
    if not len(chosen):
        return desk.nothing(filters)
    order = np.lexsort((chosen.mention, -chosen.said_at))
    if filters.theme and len(filters.theme) > 1:
        # The nearest themes first would hide the others: the surest remarks of all of them.
        order = np.lexsort((chosen.mention, -chosen.theme_score))
    quotes = desk.quotes(chosen, question.lines + question.offset, order)[question.offset :]
    counts = chosen.counts()
    headline = words.say(
        "headline.quotes",
        shown=words.number(len(quotes)),
        count=words.number(counts.feedback),
        scope=words.scope(question),
        window=words.timed(question),
    )
    notes = []
    if len(quotes) < question.lines:
        notes.append(words.say("fewer_quotes", shown=words.number(len(quotes)), asked=words.number(question.lines)))
    return desk.answered(headline, counted=filters, whole=desk.whole, quotes=quotes, notes=notes)
