"""What all charts share: colours, sizes, the side where reading begins, title, legend and notes on a mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
from altair.utils import schemapi

from assistant.answer import Answer, Row
from assistant.charts.letters import RIGHT_TO_LEFT, clean, cut, directed, wrapped
from assistant.charts.scales import Axis, Unit, Words, base_of, drawn
from assistant.measures import Measure, Share

# Tests hold every chart to Vega-Lite's schema. Altair would do so for each part of each chart, which took half of the
# time of an answer.
schemapi.disable_debug_mode()

# Told apart by lightness alone, so that a grey print says the same; tests hold the contrasts.
INK, DARK, LIGHT, BAND, GRID, PAPER = "#1a1a1a", "#1f4e79", "#cfe0f0", "#d3dae2", "#e4e4e4", "#ffffff"
# A second way to tell light things from dark ones: their edge is dashed.
DASHED = [5, 3]
TITLE, TEXT, SMALL = 17, 13, 12
LINE = 17
"""Pixels from one line of text to the next."""

Align = Literal["left", "right"]
# How a mark looks, as Vega-Lite names it.
Style = dict[str, Any]

# The first font of each list is always there: vl-convert brings the one, assistant/fonts the other.
_FONTS = {"fa": "Vazirmatn, Tahoma, sans-serif"}
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_TITLE_LINES = 3


@dataclass(frozen=True, slots=True)
class Side:
    """Where reading begins in a picture of some width: left or, for Hebrew and Persian, right."""

    to_left: bool
    width: float

    @classmethod
    def of(cls, language: str, width: float) -> Side:
        """The side of a language."""
        return cls(language in RIGHT_TO_LEFT, width)

    def at(self, inward: float) -> float:
        """The pixel so far from where reading begins, outside of the plot below zero."""
        return self.width - inward if self.to_left else inward

    @property
    def begin(self) -> Align:
        """The alignment of words that run on from a place in the reading direction."""
        return "right" if self.to_left else "left"

    @property
    def end(self) -> Align:
        """The alignment of words that end at a place."""
        return "left" if self.to_left else "right"

    @property
    def axis(self) -> Align:
        """The side on which an upright axis stands."""
        return "right" if self.to_left else "left"


def rows_of(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """A chart of some lines of data."""
    return alt.Chart(alt.InlineData(values=[dict(value) for value in values]))


def x_at(pixel: float) -> alt.XValue:
    """A place so far from the left. Of :func:`altair.value` Altair makes the same, and takes far longer."""
    return alt.XValue(pixel)  # type: ignore[no-untyped-call]  # altair gives it no types


def y_at(pixel: float) -> alt.YValue:
    """A place so far from the top, see :func:`x_at`."""
    return alt.YValue(pixel)  # type: ignore[no-untyped-call]  # altair gives it no types


def labelled(shown: Axis, words: Words, unit: Unit, **settings: Any) -> alt.Axis:
    """An axis whose numbers are in the asker's digits, wherever the chart is drawn."""
    numbers = words.ticks(shown, unit)
    # Only numbers of our own making become part of an expression, never anybody's words.
    table = ",".join(f'"{tick}":"{text}"' for tick, text in zip(shown.ticks, numbers, strict=True))
    return alt.Axis(values=list(shown.ticks), labelExpr=f"({{{table}}})[datum.value]", title=None, **settings)


def note(row: Row, label: str, measure: Measure | None, unit: Unit, words: Words) -> str:
    """What a mark says when it is pointed at or read aloud: title, measure, interval, and of how many."""
    language = words.language
    parts = [f"{clean(label)} {words.number(drawn(measure, unit), unit)}"]
    if isinstance(measure, Share) and measure.whole.value:
        low, high = (words.number(end, unit) for end in measure.interval)
        parts.append(f"{words.say('interval')} {words.wording.listed([low, high])}")
    base = base_of(measure)
    if base:
        parts.append(words.base(base))
    return directed(f"{directed(clean(row.title), language)}: {words.wording.listed(parts)}", language)


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a legend: a mark as it is drawn, and what it means."""

    mark: Style
    meaning: str


def legend(keys: Sequence[Key], words: Words, side: Side) -> list[alt.Chart]:
    """The lines of a legend above the plot, the sign first as that language reads.

    Vega puts the sign of its own legends left of the words, whatever the language.
    """
    layers = []
    for place, key in enumerate(keys):
        y = y_at(LINE * (place - len(keys)))
        text = cut(key.meaning, words.language, TEXT, side.width)
        one = rows_of([{"meaning": text}])
        layers += [
            one.mark_point(aria=False, opacity=1, **key.mark).encode(x=x_at(side.at(8)), y=y),
            one.mark_text(align=side.begin, baseline="middle", aria=False, fontSize=TEXT).encode(
                x=x_at(side.at(22)), y=y, text=alt.Text("meaning:N")
            ),
        ]
    return layers


def entitled(
    chart: alt.LayerChart | alt.FacetChart | alt.VConcatChart, answer: Answer, words: Words, measure: str, room: float
) -> dict[str, Any]:
    """The finished specification: with title, what is measured and when, in lines of ``room`` pixels."""
    language = words.language
    title = clean(answer.chart.title if answer.chart else "") or clean(answer.headline)
    told = [clean(measure)] if clean(measure) not in ("", title) else []
    if answer.window:
        told.append(words.wording.window(answer.window))
    head = alt.TitleParams(
        text=wrapped(title, language, TITLE, room, _TITLE_LINES),
        subtitle=[line for part in told for line in wrapped(part, language, TEXT, room)],
        anchor="end" if language in RIGHT_TO_LEFT else "start", frame="bounds", offset=16,
    )  # fmt: skip
    # The chart is made for this: ``properties`` and ``configure`` would copy all of it, and then once more.
    chart.title, chart.description, chart.background, chart.padding = head, title, PAPER, 16
    chart.config = alt.Config(**_config(language))
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def _config(language: str) -> dict[str, Any]:
    return {
        "font": _FONTS.get(language, _FONT),
        "view": alt.ViewConfig(stroke=None),
        "axis": alt.AxisConfig(
            gridColor=GRID, domainColor=INK, tickColor=INK, labelColor=INK, labelFontSize=SMALL, labelLimit=0,
            labelPadding=6, labelFlush=False,
        ),
        "text": alt.MarkConfig(color=INK, fontSize=TEXT, lineHeight=LINE),
        "title": alt.TitleConfig(
            color=INK, fontSize=TITLE, lineHeight=TITLE + 5, subtitleColor=INK, subtitleFontSize=TEXT,
            subtitleLineHeight=LINE, subtitlePadding=6,
        ),
    }  # fmt: skip
