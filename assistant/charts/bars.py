"""Rows as bars beneath each other, one or two to a row, under the headings of their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from assistant.answer import Answer, Chart, Row
from assistant.charts import paper
from assistant.charts.letters import as_asked, clean, cut, longest, width, wrapped
from assistant.charts.paper import Key, Side, Style
from assistant.charts.scales import Axis, Unit, Words, axis, drawn, is_empty, label_of, measured, unit_in

_WIDTH = 420
_ROOM = 260
"""The most that a title beside its bar may take; it is wrapped then."""
_LINES = 2
_GAP = 10
# Pixels of a row with a title of one line and of two, and of its bar or each of its two bars.
_STEPS = {1: 32, 2: 46}
_THICK, _THIN = 20, 15
_HEADING = paper.TEXT + 1
# Room for a number beyond a bar on both sides, in parts of the axis, where bars go both ways.
_BEYOND = 0.14
_SOLID: Style = {"fill": paper.DARK}
_OPEN: Style = {"fill": paper.LIGHT, "stroke": paper.DARK, "strokeWidth": 1, "strokeDash": paper.DASHED}


@dataclass(frozen=True, slots=True)
class _Plot:
    """What the layers of one chart have in common.

    ``places`` are headings and rows from top to bottom, ``titles`` each row's in lines, ``step`` the pixels of each.
    """

    words: Words
    unit: Unit
    axis: Axis
    side: Side
    places: Sequence[str | Row]
    keys: Sequence[str]
    titles: Mapping[int, Sequence[str]]

    @property
    def step(self) -> int:
        """Pixels of a row."""
        return _STEPS[max(len(lines) for lines in self.titles.values())] + (6 if len(self.keys) > 1 else 0)

    @property
    def room(self) -> float:
        """Pixels that titles and headings take."""
        titles = longest((line for lines in self.titles.values() for line in lines), paper.TEXT)
        headings = longest((place for place in self.places if isinstance(place, str)), _HEADING)
        return min(_ROOM, max(titles, headings))

    @property
    def rows(self) -> list[tuple[int, Row]]:
        """The rows and their places."""
        return [(place, row) for place, row in enumerate(self.places) if isinstance(row, Row)]

    @property
    def x(self) -> alt.X:
        """Along the bars."""
        low, high = self.axis.low, self.axis.high
        both = _BEYOND * (high - low) if low < 0 else 0
        ends = alt.Scale(domain=[low - both, high + both], nice=False, zero=False, reverse=self.side.to_left)
        return alt.X("value:Q", scale=ends, axis=paper.labelled(self.axis, self.words, self.unit, ticks=False,
                                                                domain=False))  # fmt: skip

    @property
    def y(self) -> alt.Y:
        """From row to row."""
        thick = _THICK if len(self.keys) == 1 else _THIN * len(self.keys)
        gap = 1 - thick / self.step
        scale = alt.Scale(domain=list(range(len(self.places))), paddingInner=gap, paddingOuter=gap / 2)
        return alt.Y("place:O", scale=scale, axis=None)

    def encoded(self, chart: alt.Chart, **channels: Any) -> alt.Chart:
        """A layer in which things stand at the ends of bars."""
        if len(self.keys) > 1:
            channels["yOffset"] = alt.YOffset("side:O", scale=alt.Scale(domain=list(range(len(self.keys)))))
        encoded: alt.Chart = chart.encode(x=self.x, y=self.y, **channels)
        return encoded


def specification(answer: Answer, chart: Chart, words: Words) -> dict[str, Any] | None:
    """The chart of an answer's rows, None where there is nothing to draw."""
    unit = unit_in(answer.rows, chart.key)
    if unit is None:
        return None
    keys = [key for key in (chart.key, chart.beside) if key and _drawn(answer.rows, key, unit)]
    values = [drawn(measured(row, key), unit) for row in answer.rows for key in keys]
    if is_empty(values, unit):
        return None
    places = _places(answer.rows)
    titles = {place: _title(row, words) for place, row in enumerate(places) if isinstance(row, Row)}
    side = Side.of(words.language, _WIDTH)
    return _laid_out(_Plot(words, unit, axis(values, unit), side, places, keys, titles), answer)


def _drawn(rows: Sequence[Row], key: str, unit: Unit) -> bool:
    """Whether any row has such a measure that can stand on this axis."""
    return any(drawn(measured(row, key), unit) is not None for row in rows)


def _places(rows: Sequence[Row]) -> list[str | Row]:
    """Rows under the headings of their groups, both in the order in which they come."""
    groups: dict[str | None, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return [place for group, members in groups.items() for place in ([group] if group else []) + members]


def _laid_out(plot: _Plot, answer: Answer) -> dict[str, Any]:
    keys = _legend(plot, answer.rows)
    layers = [
        *_bars(plot), _zero(plot), *_numbers(plot), _titles(plot), *_headings(plot),
        *paper.legend(keys, plot.words, plot.side),
    ]  # fmt: skip
    whole = alt.layer(*layers, width=_WIDTH, height=plot.step * len(plot.places))
    label = "" if keys else label_of(answer.rows, plot.keys[0])
    return paper.entitled(whole, answer, plot.words, label, _WIDTH + _GAP + plot.room)


def _title(row: Row, words: Words) -> list[str]:
    """A row's title in lines, with its rank before and the word for few behind it, whatever its own direction."""
    rank = f"{words.wording.number(row.rank)}. " if row.rank else ""
    few = f" ({words.wording.say('small')})" if row.small else ""
    room = _ROOM - width(rank + few, paper.TEXT)
    lines = wrapped(row.title, words.language, paper.TEXT, room, _LINES)
    lines[0] = rank + lines[0]
    lines[-1] += few
    return [as_asked(line, words.language) for line in lines]


def _legend(plot: _Plot, rows: Sequence[Row]) -> list[Key]:
    if len(plot.keys) < 2:
        return []
    styles = ({"shape": "square", "size": 150, "stroke": paper.DARK, **style} for style in (_SOLID, _OPEN))
    return [Key(style, label_of(rows, key)) for style, key in zip(styles, plot.keys, strict=True)]


def _zero(plot: _Plot) -> alt.Chart:
    line: alt.Chart = paper.rows_of([{"value": 0}]).mark_rule(color=paper.INK, aria=False).encode(x=plot.x)
    return line


def _bars(plot: _Plot) -> list[alt.Chart]:
    """Bars, dark or light with a dashed edge: the second of two, and what is too little to rank by."""
    solid: list[dict[str, Any]] = []
    light: list[dict[str, Any]] = []
    for place, row in plot.rows:
        for side, key in enumerate(plot.keys):
            bar = _bar(plot, place, row, side, key)
            if bar["value"] is not None:
                (light if side or (row.small and len(plot.keys) == 1) else solid).append(bar)
    return [
        plot.encoded(
            paper.rows_of(bars).mark_bar(**style),
            tooltip=alt.Tooltip("note:N"), description=alt.Description("note:N"),
        )
        for bars, style in ((solid, _SOLID), (light, _OPEN)) if bars
    ]  # fmt: skip


def _bar(plot: _Plot, place: int, row: Row, side: int, key: str) -> dict[str, Any]:
    measure = measured(row, key)
    value = drawn(measure, plot.unit)
    return {
        "place": place, "side": side, "id": clean(row.id), "key": key, "value": value,
        "number": plot.words.number(value, plot.unit),
        "note": paper.note(row, label_of([row], key), measure, plot.unit, plot.words),
    }  # fmt: skip


def _numbers(plot: _Plot) -> list[alt.Chart]:
    """The numbers beyond the ends of the bars: to the right of those that grow to the right."""
    ends: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for place, row in plot.rows:
        for side, key in enumerate(plot.keys):
            value = drawn(measured(row, key), plot.unit)
            to_right = ((value or 0) >= 0) != plot.side.to_left
            number = plot.words.number(value, plot.unit)
            ends[to_right].append({"place": place, "side": side, "value": value or 0, "number": number})
    size = paper.SMALL if len(plot.keys) == 1 else paper.SMALL - 1
    return [
        plot.encoded(
            paper.rows_of(numbers).mark_text(
                align="left" if to_right else "right", dx=5 if to_right else -5, baseline="middle", fontSize=size,
                aria=False,
            ),
            text=alt.Text("number:N"),
        )
        for to_right, numbers in ends.items() if numbers
    ]  # fmt: skip


def _titles(plot: _Plot) -> alt.Chart:
    """The rows' titles where reading begins, each block of lines in the middle of its row."""
    values = [{"place": place, "lines": list(lines)} for place, lines in plot.titles.items()]
    up = alt.expr(f"-{paper.LINE / 2} * (length(datum.lines) - 1)")
    mark = paper.rows_of(values).mark_text(align=plot.side.end, baseline="middle", dy=up, aria=False)
    titles: alt.Chart = mark.encode(x=paper.x_at(plot.side.at(-_GAP)), y=plot.y, text=alt.Text("lines:N"))
    return titles


def _headings(plot: _Plot) -> list[alt.Chart]:
    """The headings of groups, at the outer edge of the rows' titles."""
    values = [
        {"place": place, "heading": cut(text, plot.words.language, _HEADING, _ROOM)}
        for place, text in enumerate(plot.places) if isinstance(text, str)
    ]  # fmt: skip
    if not values:
        return []
    mark = paper.rows_of(values).mark_text(
        align=plot.side.begin,
        baseline="middle",
        dy=6,
        fontWeight="bold",
        fontSize=_HEADING,
        aria=False,
    )
    return [mark.encode(x=paper.x_at(plot.side.at(-_GAP - plot.room)), y=plot.y, text=alt.Text("heading:N"))]
