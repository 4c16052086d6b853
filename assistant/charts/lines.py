"""Rows as points over time; one panel to a group, all on the same axis.

Time runs from left to right in all three languages: so do most graphs in Hebrew and in Persian, whatever
the direction of the words. The upright axis stands where reading begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import altair as alt

from assistant.answer import Answer, Chart, Row
from assistant.charts import paper
from assistant.charts.letters import clean, cut, wrapped
from assistant.charts.paper import Key, Side, Style
from assistant.charts.scales import Axis, Unit, Words, axis, base_of, drawn, is_empty, label_of, measured, unit_in
from assistant.measures import Share

_WIDTH = 640
_TALL, _LOW = 260, 130
"""Pixels of one panel, and of each of several."""
_LINES = 3
# Up to so many points each bears its number.
_NUMBERED = 12
_LINE: Style = {"color": paper.DARK, "strokeWidth": 2}
_FULL: Style = {"shape": "circle", "filled": True, "fill": paper.DARK, "stroke": paper.DARK, "strokeWidth": 1.5}
_DASHED: Style = {**_LINE, "strokeDash": paper.DASHED}
_HOLLOW: Style = {**_FULL, "fill": paper.PAPER}
_SWATCH: Style = {"shape": "square", "filled": True, "fill": paper.BAND, "stroke": paper.BAND}


@dataclass(frozen=True, slots=True)
class _Point:
    """One period of a panel; ``value`` is None where nothing was measured, ``running`` where the period runs on."""

    at: int
    row: Row
    value: float | None
    ends: tuple[float, float] | None
    running: bool


@dataclass(frozen=True, slots=True)
class _Plot:
    """What all panels have in common."""

    words: Words
    unit: Unit
    key: str
    axis: Axis
    side: Side
    height: float


def specification(answer: Answer, chart: Chart, words: Words) -> dict[str, Any] | None:
    """The chart of an answer's rows as time goes on, None where there is nothing to draw."""
    unit = unit_in(answer.rows, chart.key)
    if unit is None:
        return None
    panels = _panels(answer, chart.key, unit, words)
    points = [point for panel in panels.values() for point in panel]
    if is_empty([point.value for point in points], unit):
        return None
    reach = [point.value for point in points] + [end for point in points for end in point.ends or ()]
    plot = _Plot(words, unit, chart.key, axis(reach, unit), Side.of(words.language, _WIDTH),
                 _TALL if len(panels) == 1 else _LOW)  # fmt: skip
    return _laid_out(plot, panels, answer)


def _panels(answer: Answer, key: str, unit: Unit, words: Words) -> dict[str | None, list[_Point]]:
    """Points by group, in the order of the rows."""
    groups: dict[str | None, list[Row]] = {}
    for row in answer.rows:
        groups.setdefault(row.group, []).append(row)
    not_over = words.wording.say("partial_window")
    runs_on = bool(answer.window and answer.window.partial)
    return {
        group: [
            _point(place, row, key, unit, not_over in row.marks or (runs_on and row is rows[-1]))
            for place, row in enumerate(rows)
        ]
        for group, rows in groups.items()
    }


def _point(place: int, row: Row, key: str, unit: Unit, running: bool) -> _Point:
    measure = measured(row, key)
    value = drawn(measure, unit)
    ends = measure.interval if isinstance(measure, Share) and value is not None else None
    return _Point(place, row, value, ends, running)


def _laid_out(plot: _Plot, panels: dict[str | None, list[_Point]], answer: Answer) -> dict[str, Any]:
    points = [point for panel in panels.values() for point in panel if point.value is not None]
    keys = _legend(plot.words, points)
    drawn_panels = []
    for place, (group, panel) in enumerate(panels.items()):
        above = paper.legend(keys, plot.words, plot.side) if not place else []
        layers = alt.layer(*_layers(plot, panel), *above, width=_WIDTH, height=plot.height)
        if len(panels) > 1:
            layers.title = _heading(plot, group)
        drawn_panels.append(layers)
    whole = drawn_panels[0] if len(drawn_panels) == 1 else alt.vconcat(*drawn_panels, spacing=24)
    return paper.entitled(whole, answer, plot.words, label_of(answer.rows, plot.key), _WIDTH)


def _heading(plot: _Plot, group: str | None) -> alt.TitleParams:
    return alt.TitleParams(
        text=cut(group or "", plot.words.language, paper.TEXT + 1, _WIDTH), fontSize=paper.TEXT + 1,
        anchor="end" if plot.side.to_left else "start", frame="group", offset=10,
    )  # fmt: skip


def _legend(words: Words, points: Sequence[_Point]) -> list[Key]:
    """Only of what is drawn: the interval and the period that runs on."""
    keys = []
    if any(point.ends for point in points):
        keys.append(Key({**_SWATCH, "size": 180}, words.say("interval")))
    if any(point.running for point in points):
        keys.append(Key({**_HOLLOW, "size": 70}, words.wording.say("partial_window")))
    return keys


def _layers(plot: _Plot, points: Sequence[_Point]) -> list[alt.Chart]:
    """From the back to the front: zero, band, line, points, numbers, and the periods' names beneath."""
    measured_ = [point for point in points if point.value is not None]
    return [
        _zero(plot), *_band(plot, points), *_line(plot, points), *_dots(plot, points, measured_),
        *_numbers(plot, points, measured_), *_periods(plot, points),
    ]  # fmt: skip


def _x(points: Sequence[_Point]) -> alt.X:
    places = [point.at for point in points]
    shown = alt.Axis(values=_named(points), labels=False, title=None, grid=False, domain=False)
    return alt.X("at:O", scale=alt.Scale(type="point", domain=places, padding=0.5), axis=shown)


def _y(plot: _Plot, field: str = "value") -> alt.Y:
    ends = alt.Scale(domain=[plot.axis.low, plot.axis.high], nice=False, zero=False)
    return alt.Y(f"{field}:Q", scale=ends, axis=paper.labelled(plot.axis, plot.words, plot.unit, orient=plot.side.axis,
                                                               ticks=False, domain=False))  # fmt: skip


def _zero(plot: _Plot) -> alt.Chart:
    line: alt.Chart = paper.rows_of([{"value": 0}]).mark_rule(color=paper.INK, aria=False).encode(y=_y(plot))
    return line


def _runs(points: Sequence[_Point]) -> list[list[_Point]]:
    """Points next to each other that have a value: a line does not cross what was not measured."""
    runs = groupby(points, key=lambda point: point.value is not None)
    return [list(run) for there, run in runs if there]


def _band(plot: _Plot, points: Sequence[_Point]) -> list[alt.Chart]:
    """The interval: a band along each run, and a bar where a point stands alone."""
    kinds: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for place, run in enumerate(_runs(points)):
        for point in run:
            if point.ends:
                low, high = (round(end, 6) for end in point.ends)
                kinds[len(run) == 1].append({"run": place, "at": point.at, "low": low, "high": high})
    channels: dict[str, Any] = {
        "x": _x(points),
        "y": _y(plot, "low"),
        "y2": alt.Y2("high:Q"),
        "detail": alt.Detail("run:N"),
    }
    band, alone = (paper.rows_of(kinds[kind]) for kind in (False, True))
    marks = {
        False: band.mark_area(color=paper.BAND, opacity=1, aria=False),
        True: alone.mark_rule(color=paper.BAND, strokeWidth=8, aria=False),
    }
    return [mark.encode(**channels) for kind, mark in marks.items() if kinds[kind]]


def _line(plot: _Plot, points: Sequence[_Point]) -> list[alt.Chart]:
    """A line through each run; what leads to a period that is not over is dashed."""
    steps: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for run in _runs(points):
        for pair in pairwise(run):
            values = [{"step": pair[0].at, "at": point.at, "value": point.value} for point in pair]
            steps[any(point.running for point in pair)] += values
    return [
        paper.rows_of(values).mark_line(aria=False, **(_DASHED if open_end else _LINE)).encode(
            x=_x(points), y=_y(plot), detail=alt.Detail("step:N")
        )
        for open_end, values in steps.items() if values
    ]  # fmt: skip


def _dots(plot: _Plot, points: Sequence[_Point], there: Sequence[_Point]) -> list[alt.Chart]:
    """A dot for each period, hollow where it is not over."""
    kinds: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for point in there:
        measure = measured(point.row, plot.key)
        told = paper.note(point.row, label_of([point.row], plot.key), measure, plot.unit, plot.words)
        value = {"at": point.at, "id": clean(point.row.id), "key": plot.key, "value": point.value, "note": told}
        kinds[point.running].append(value)
    size = 60 if len(points) <= 4 * _NUMBERED else 20
    return [
        paper.rows_of(values).mark_point(**(_HOLLOW if hollow else _FULL), size=size, opacity=1).encode(
            x=_x(points), y=_y(plot), tooltip=alt.Tooltip("note:N"), description=alt.Description("note:N")
        )
        for hollow, values in kinds.items() if values
    ]  # fmt: skip


def _numbers(plot: _Plot, points: Sequence[_Point], there: Sequence[_Point]) -> list[alt.Chart]:
    """Numbers at the points, where there is room for all of them; else at the last."""
    sides: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for place, point in enumerate(there):
        if len(points) <= _NUMBERED or point is there[-1]:
            number = plot.words.number(point.value, plot.unit)
            sides[_above(plot, there, place)].append({"at": point.at, "value": point.value, "number": number})
    return [
        paper.rows_of(values).mark_text(
            dy=-12 if above else 12, baseline="bottom" if above else "top", fontSize=paper.SMALL, aria=False
        ).encode(x=_x(points), y=_y(plot), text=alt.Text("number:N"))
        for above, values in sides.items() if values
    ]  # fmt: skip


def _above(plot: _Plot, there: Sequence[_Point], place: int) -> bool:
    """Whether a number goes above its point: where the line runs below, or where the bottom is near."""
    around = [point.value or 0 for point in (*there[max(0, place - 1) : place], *there[place + 1 : place + 2])]
    value = there[place].value or 0
    low = value - plot.axis.low < 0.15 * (plot.axis.high - plot.axis.low)
    return low or not around or value >= sum(around) / len(around)


def _lines_of(point: _Point, plot: _Plot, room: float) -> list[str]:
    """A period's name, and of how many its measure was taken."""
    language = plot.words.language
    base = base_of(measured(point.row, plot.key))
    under = wrapped(plot.words.base(base), language, paper.SMALL, room, 1) if base else []
    return wrapped(point.row.title, language, paper.SMALL, room, _LINES) + under


def _stride(points: Sequence[_Point]) -> int:
    """Every how many periods there is room for a name."""
    step = _WIDTH / len(points)
    return max(1, round(72 / step + 0.49))


def _named(points: Sequence[_Point]) -> list[int]:
    """The periods that are named: every so many, the last for certain."""
    return [point.at for point in points[::-1][:: _stride(points)]][::-1]


def _periods(plot: _Plot, points: Sequence[_Point]) -> list[alt.Chart]:
    room = _WIDTH / len(points) * _stride(points) - 8
    named = set(_named(points))
    values = [{"at": point.at, "lines": _lines_of(point, plot, room)} for point in points if point.at in named]
    mark = paper.rows_of(values).mark_text(baseline="top", align="center", fontSize=paper.SMALL, aria=False)
    return [mark.encode(x=_x(points), y=paper.y_at(plot.height + 10), text=alt.Text("lines:N"))]
