"""The journey at a glance: for each stage how much was said, how people feel, what hurts and delights most, a quote."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant import periods
from assistant.answer import Answer, Quote, Row
from assistant.measures import Cell, Net
from assistant.planners import slices
from assistant.planners.slices import Slice
from mining.facts import scored

if TYPE_CHECKING:
    from assistant.desk import Desk

_SIDES = {"pain": ("negative", "mixed"), "praise": ("positive",)}


def plan(desk: Desk) -> Answer:
    """Overview."""
    question, words, filters = desk.question, desk.words, desk.filters
    if not len(desk.select(filters)):
        return desk.nothing(filters)
    parts = slices.by(desk, filters, "stage")
    rows = tuple(_row(desk, part) for part in parts)
    nets = [(row["net"], row) for row in rows]
    known = [(net.value, row) for net, row in nets if isinstance(net, Net) and net.value is not None]
    worst = min(known, key=lambda one: one[0] or 0.0, default=(None, None))[1]
    none = replace(filters, stage=("none",))
    headline = words.say(
        "headline.journey" if worst else "headline.journey_empty",
        title=worst.title if worst else "",
        net=words.measure(worst["net"]) if worst else "",
        scope=words.scope(question),
        window=words.timed(question),
    )
    return desk.answered(
        headline, rows, counted=filters, whole=None, more=(desk.cell("no_stage", desk.figure(none)),),
        notes=[words.say("overlap_note")], chart=desk.chart("bars", "net"),
    )  # fmt: skip


def _row(desk: Desk, part: Slice) -> Row:
    words = desk.words
    chosen = desk.select(part.filters)
    cells = [
        desk.cell("feedback", desk.of(chosen.counts(), part.filters)),
        desk.cell("net", desk.net(part.filters, chosen)),
    ]
    earlier = _before(desk, part)
    if earlier:
        cells.append(earlier)
    quotes: list[Quote] = []
    for side, feelings in _SIDES.items():
        told = replace(part.filters, sentiment=feelings)
        best = next(
            (
                one
                for one in scored(desk.select(told), side, known=desk.themes)
                if one.theme and one.theme not in desk.hidden
            ),
            None,
        )
        if best:
            title = desk.themes[str(best.theme)].name(words.language)
            figure = desk.of(best.counts, replace(told, theme=(str(best.theme),)))
            cells.append(Cell(f"top_{side}", words.say(f"cells.top_{side}", title=title), figure))
            quotes += desk.quotes(best.facts, 1) if side == "pain" else ()
    owner = desk.owner((part.id.partition(":")[2],))
    marks = (words.say("owner", name=owner),) if owner else ()
    return Row(part.id, part.title, tuple(cells), marks=marks, quotes=tuple(quotes))


def _before(desk: Desk, part: Slice) -> Cell | None:
    """The net sentiment of the period before, where something was collected then."""
    window = desk.question.window
    if window is None or window.first.year < 1971:
        return None
    earlier = periods.before(window, slices.clock(desk))
    filters = desk.within(replace(part.filters, since=None, until=None), earlier)
    if not len(desk.select(filters)):
        return None
    return desk.cell("net_before", desk.net(filters), window=desk.words.dates(earlier))
