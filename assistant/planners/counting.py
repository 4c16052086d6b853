"""How many: feedback, mentions and people, each exactly; and which of several has the most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answer import Answer, Row
from assistant.measures import Cell
from assistant.planners import slices
from mining.filters import Filters

if TYPE_CHECKING:
    from assistant.desk import Desk

_KEYS = {"distinct_authors": "authors", "mentions": "mentions"}
_QUOTES = 3
_MOST_ROWS = 40


def plan(desk: Desk) -> Answer:
    """Count."""
    question, words, filters = desk.question, desk.words, desk.filters
    chosen = desk.select(filters)
    if not len(chosen) and desk.first_said is None:
        return desk.nothing(filters)
    cells = _cells(desk, filters)
    first = _KEYS.get(question.metric or "", "feedback")
    told = {cell.key: words.measure(cell.measure) for cell in cells}
    frame = {"scope": words.scope(question), "window": words.timed(question), **told}
    if question.group_by:
        return _grouped(desk, filters, first, cells)
    headline = words.say(f"headline.count_{first}", **frame)
    notes = [words.say("authors_note")] if first == "authors" else []
    quotes = desk.quotes(chosen, _QUOTES) if len(chosen) else ()
    return desk.answered(
        headline, counted=filters, whole=desk.whole, more=cells, quotes=quotes, notes=notes, chart=None
    )


def _cells(desk: Desk, filters: Filters) -> tuple[Cell, ...]:
    counts = desk.select(filters).counts()
    return tuple(
        desk.cell(unit, desk.of(counts, filters, unit)) for unit in ("feedback", "authors", "mentions", "unique")
    )


def _grouped(desk: Desk, filters: Filters, first: str, cells: tuple[Cell, ...]) -> Answer:
    question, words = desk.question, desk.words
    dimension = question.group_by[0]
    parts = slices.by(desk, filters, dimension)
    rows = [Row(part.id, part.title, _cells(desk, part.filters)) for part in parts[:_MOST_ROWS]]
    if not rows:
        return desk.nothing(filters)
    most = max(rows, key=lambda row: row.figure(first).value)
    headline = words.say(
        "headline.count_by",
        dimension=words.dimensions((dimension,)),
        title=most.title,
        count=words.number(most.figure(first).value),
        total=words.measure(next(cell.measure for cell in cells if cell.key == first)),
        unit=words.say(f"units.{first}"),
        scope=words.scope(question),
        window=words.timed(question),
    )
    notes = [words.say("overlap_note")] if dimension in ("stage", "touchpoint", "theme", "product", "platform") else []
    return desk.answered(
        headline, rows, counted=filters, whole=desk.whole, more=cells, notes=notes,
        chart=desk.chart("lines" if dimension in slices.TIMES else "bars", first),
    )  # fmt: skip
