"""What charts say: the rows' numbers, in the asker's digits, from the side where the asker reads."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from itertools import pairwise
from math import isclose
from typing import Any

import altair
import pytest
from altair.utils.schemapi import validate_jsonschema
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, Chart, Row
from assistant.charts import paper, specification
from assistant.charts.scales import Unit, Words, axis, unit_of
from assistant.measures import Cell, Mean, Measure, Net, Points
from tests import charted
from tests.charted import (
    LANGUAGES,
    MEASURES,
    axes,
    count,
    data_of,
    drawn,
    layers_of,
    net,
    plain,
    points,
    share,
    strings_at,
)

EVERY = dict(charted.every_chart())


@cache
def chart(name: str) -> dict[str, Any]:
    """The specification of one of them."""
    return drawn(EVERY[name])


def marks(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The bars or points of a chart."""
    return [value for value in data_of(spec) if "note" in value]


# --- what is drawn ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_a_chart_is_what_the_schema_of_vega_lite_allows(name: str) -> None:
    spec = chart(name)
    validate_jsonschema(spec, altair.load_schema())
    assert json.loads(json.dumps(spec)) == spec
    assert not list(strings_at(spec, {"url", "href"}))


def on_axis(measure: Measure) -> float | None:
    """Where a measure stands, reckoned anew: shares of one, all else of what people say."""
    if isinstance(measure, Net | Points):
        return None if measure.value is None else measure.value * 100
    whole = getattr(measure, "whole", None)
    return None if whole is not None and not whole.value else measure.value


@pytest.mark.parametrize("name", EVERY)
def test_the_numbers_of_a_chart_are_those_of_the_rows(name: str) -> None:
    whole = EVERY[name]
    assert whole.chart
    keys = [key for key in (whole.chart.key, whole.chart.beside) if key]
    wanted = sorted(
        (row.id, key, on_axis(row[key])) for row in whole.rows for key in keys if on_axis(row[key]) is not None
    )
    shown = sorted((value["id"], value["key"], value["value"]) for value in marks(chart(name)))
    assert [one[:2] for one in wanted] == [one[:2] for one in shown]
    for one, other in zip(wanted, shown, strict=True):
        assert isclose(one[2] or 0, other[2], abs_tol=1e-6)


@pytest.mark.parametrize(("name", "numbers"), [
    ("bars-figure-en", ["1,240", "370", "24", "19", "7", "0"]),
    ("bars-share-en", ["34%", "25%", "–", "30%", "0%", "44%"]),
    ("bars-net-fa", ["+۲۶", "−۹۳", "–", "۰", "−۱۰۰", "+۱۰۰"]),
    ("bars-mean-en", ["4.4", "3.0", "–", "1.2", "2.5", "5.0"]),
    ("bars-points-he", ["−3.1", "−1.2", "+0.4", "0.0", "+2.1", "+0.1"]),
    ("bars-figure-fa", ["۱٬۲۴۰", "۳۷۰", "۲۴", "۱۹", "۷", "۰"]),
    ("bars-share-fa", ["۳۴٪", "۲۵٪", "–", "۳۰٪", "۰٪", "۴۴٪"]),
])  # fmt: skip
def test_every_bar_ends_in_its_number_in_the_askers_digits(name: str, numbers: list[str]) -> None:
    at_ends = [value for value in data_of(chart(name)) if "number" in value and "note" not in value]
    in_order = sorted(at_ends, key=lambda value: value["place"])
    assert [plain(value["number"]) for value in in_order] == numbers


@pytest.mark.parametrize("language", LANGUAGES)
def test_axes_speak_the_askers_digits(language: str) -> None:
    spec = chart(f"lines-net-{language}")
    told = plain(axes(spec, "y")[0]["axis"]["labelExpr"])
    wanted = "−۱۰۰" if language == "fa" else "−100"
    assert f'"-100":"{wanted}"' in told
    assert axes(spec, "y")[0]["scale"]["domain"] == [-100, 100]


@pytest.mark.parametrize(("measures", "low", "high"), [
    ([count(0), count(7)], 0, 8), ([share(1, 3)], 0, 0.4), ([share(3, 3)], 0, 1), ([Mean(1.2, count(1))], 0, 5),
    ([net(1, 0, 9)], -100, 100), ([points(0.03), points(-0.011)], -2, 4),
])  # fmt: skip
def test_axes_hold_zero_and_end_on_round_numbers(measures: list[Measure], low: float, high: float) -> None:
    unit = unit_of(measures[0])
    shown = axis([on_axis(measure) for measure in measures], unit)
    assert (shown.low, shown.high) == (low, high)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.integers(0, 2))
def test_an_axis_holds_all_its_values_between_few_numbers_that_can_be_told_apart(
    values: list[float], digits: int
) -> None:
    unit = Unit(decimals=digits, signed=True)
    shown = axis(values, unit)
    slack = 1e-5 + 1e-6 * (shown.high - shown.low)
    assert shown.low <= min(0, *values) + slack
    assert shown.high >= max(0, *values) - slack
    assert 2 <= len(shown.ticks) <= 8
    said = Words("fa").ticks(shown, unit)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("whole", [
    charted.answer("en", [], Chart("bars", "key", "t")),
    charted.answer("en", [Row("a", "a")], None),
    charted.answer("en", [Row("a", "a")], Chart("bars", "key", "t")),
    charted.bars("en", [count(0), count(0)]),
    charted.bars("en", [share(0, 0), share(0, 0)]),
    charted.lines("en", [net(0, 0, 0)]),
    charted.lines("en", [count(0)] * 6),
])  # fmt: skip
def test_nothing_to_draw_is_no_chart(whole: Answer) -> None:
    assert specification(whole) is None


def test_what_is_known_to_be_none_is_drawn() -> None:
    assert marks(drawn(charted.bars("en", [share(0, 40), share(0, 3)])))
    assert marks(drawn(charted.bars("en", [net(3, 3, 9)])))


def test_an_unknown_mark_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="pie"):
        specification(charted.answer("en", [Row("a", "a")], Chart("pie", "key", "t")))


def test_a_second_measure_of_another_kind_does_not_go_on_the_same_axis() -> None:
    whole = charted.pairs("en", [count(4), count(3)], [share(1, 3), share(2, 3)])
    assert {value["key"] for value in marks(drawn(whole))} == {"key"}


def test_of_a_trend_the_counts_the_interval_and_the_running_month_are_shown() -> None:
    spec = chart("lines-share-en")
    values = data_of(spec)
    assert [plain(line) for line in [value["lines"] for value in values if "lines" in value][-1]] == [
        "Nov 2026",
        "items: 9",
    ]
    bands = [(value["at"], value["low"], value["high"]) for value in values if "low" in value]
    assert sorted(bands)[0] == (0, *(round(end, 6) for end in share(12, 35).interval))
    assert sorted(at for at, _, _ in bands) == [0, 1, 3, 4, 5], "no interval of nothing"
    [dashed] = [layer for layer in layers_of(spec) if "strokeDash" in layer["mark"]]
    assert [value["at"] for value in dashed["rows"]] == [4, 5]
    hollow = [layer for layer in layers_of(spec) if layer["mark"].get("fill") == paper.PAPER]
    assert [value["at"] for layer in hollow for value in layer["rows"] if "at" in value] == [5]


def test_a_line_does_not_cross_a_month_without_a_measure() -> None:
    spec = chart("lines-net-en")
    steps = [value for layer in layers_of(spec) if layer["mark"]["type"] == "line" for value in layer["rows"]]
    assert {value["at"] for value in steps} == {0, 1, 3, 4, 5}
    assert not any({one["at"], two["at"]} == {1, 3} for one, two in pairwise(steps) if one["step"] == two["step"])


def test_a_window_that_runs_on_makes_the_last_period_hollow() -> None:
    rows = charted.lines("en", MEASURES["figure"], running=False).rows
    chart = Chart("lines", "key", "t")
    over, running = (charted.answer("en", rows, chart, partial=partial) for partial in (False, True))
    assert paper.PAPER not in list(strings_at(drawn(over), {"fill"}))
    assert paper.PAPER in list(strings_at(drawn(running), {"fill"}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_stand_under_their_headings_in_order(language: str) -> None:
    spec = chart(f"grouped-{language}")
    headings = [(value["place"], plain(value["heading"])) for value in data_of(spec) if "heading" in value]
    assert headings == [(0, charted.WORDS[language]["groups"][0]), (4, charted.WORDS[language]["groups"][1])]
    assert sorted(value["place"] for value in data_of(spec) if "note" in value) == [1, 2, 3, 5, 6, 7]
    panels = chart(f"panels-{language}")["vconcat"]
    titles = tuple(plain(panel["title"]["text"]) for panel in panels)
    assert titles == charted.WORDS[language]["groups"]


def test_asking_without_a_chart_loads_no_drawing_library() -> None:
    code = "import assistant.charts, sys; print({'altair', 'vl_convert'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_cells_of_a_row_that_are_missing_leave_a_gap() -> None:
    rows = [Row("a", "a", (Cell("key", "items", count(3)),)), Row("b", "b")]
    whole = charted.answer("en", rows, Chart("bars", "key", "t"))
    assert [value["id"] for value in marks(drawn(whole))] == ["a"]
    assert "–" in [value.get("number") for value in data_of(drawn(whole)) if "note" not in value]
