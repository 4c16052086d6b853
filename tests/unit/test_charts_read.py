"""How charts read: from the side of the language, in harmless lines, and in grey."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import altair
import pytest
from altair.utils.schemapi import validate_jsonschema
from hypothesis import given
from hypothesis import strategies as st

from assistant.charts import paper
from assistant.charts.letters import clean, directed, width, wrapped
from tests.charted import HOSTILE, LANGUAGES, axes, drawn, every_chart, layers_of, plain, spoilt, strings_at

EVERY = dict(every_chart())


@cache
def chart(name: str) -> dict[str, Any]:
    """The specification of one of them."""
    return drawn(EVERY[name])


# --- directions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "to_left"), [("en", False), ("he", True), ("fa", True)])
def test_charts_begin_where_the_language_does(language: str, to_left: bool) -> None:
    side, other = ("right", "left") if to_left else ("left", "right")
    bars, lines = chart(f"bars-figure-{language}"), chart(f"lines-share-{language}")
    assert {x["scale"]["reverse"] for x in axes(bars, "x")} == {to_left}
    [titles] = [layer for layer in layers_of(bars) if "lines" in layer["rows"][0]]
    assert titles["mark"]["align"] == other, "titles end at their bars"
    assert (titles["encoding"]["x"]["value"] > bars["width"]) == to_left
    assert {y["axis"]["orient"] for y in axes(lines, "y")} == {side}
    for spec in (bars, lines):
        assert spec["title"]["anchor"] == ("end" if to_left else "start")


@pytest.mark.parametrize("language", LANGUAGES)
def test_time_runs_from_left_to_right(language: str) -> None:
    spec = chart(f"lines-share-{language}")
    for x in axes(spec, "x"):
        assert x["scale"]["domain"] == [0, 1, 2, 3, 4, 5]
        assert not x["scale"].get("reverse")


def test_each_line_keeps_its_direction() -> None:
    assert directed("Acme Pro!", "he")[0] == "\u2066"
    assert directed("Acme Pro נשבר", "he")[0] == "\u2067"
    assert directed("12", "fa")[0] == "\u2067"
    assert directed("12", "en")[0] == "\u2066"
    assert directed("נשבר", "en")[0] == "\u2067"


# --- words ------------------------------------------------------------------------------------------------------------


@given(
    st.text(max_size=400) | st.sampled_from(HOSTILE),
    st.sampled_from(LANGUAGES),
    st.integers(40, 300),
    st.integers(1, 3),
)
def test_words_go_into_their_room_in_balanced_harmless_lines(text: str, language: str, room: int, most: int) -> None:
    lines = wrapped(text, language, 13, room, most)
    assert 1 <= len(lines) <= most
    for line in lines:
        assert width(line, 13) <= room
        inner = line[1:-1]
        assert line[0] in "\u2066\u2067"
        assert line[-1] == "\u2069"
        assert not re.search("[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", inner)
    whole = "".join(plain(line) for line in lines)
    if whole.endswith("…"):
        whole = whole[:-1]
    assert clean(text).replace(" ", "").startswith(whole.replace(" ", "").rstrip("…"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mark", ["bars", "pairs", "lines"])
def test_nobodys_words_become_part_of_an_expression(language: str, mark: str) -> None:
    spec = drawn(spoilt(language, mark))
    validate_jsonschema(spec, altair.load_schema())
    expressions = set(strings_at(spec, {"expr", "labelExpr", "signal"}))
    assert expressions
    for text in expressions:
        assert not re.search(r"script|alert|signal|evil|x{3}|W{3}", text)
    assert len(json.dumps(spec)) < 60_000


# --- greyscale --------------------------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 reckons it from their lightness: 1 to 21."""

    def lightness(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((lightness(one), lightness(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_what_is_told_apart_differs_in_lightness_and_in_its_edge() -> None:
    assert contrast(paper.DARK, paper.LIGHT) >= 4.5
    assert contrast(paper.DARK, paper.BAND) >= 4.5, "a line on its band"
    assert min(contrast(paper.DARK, paper.PAPER), contrast(paper.INK, paper.BAND)) >= 7
    styles = [layer["mark"] for layer in chart("pairs-share-en")["layer"] if layer["mark"]["type"] == "bar"]
    solid, light = styles
    assert (solid["fill"], light["fill"]) == (paper.DARK, paper.LIGHT)
    assert "strokeDash" not in solid
    assert light["strokeDash"]
    assert light["stroke"] == paper.DARK


def test_only_those_colours_are_used() -> None:
    known = {paper.INK, paper.DARK, paper.LIGHT, paper.BAND, paper.GRID, paper.PAPER}
    for name in ("pairs-share-he", "lines-share-fa", "grouped-en", "panels-en"):
        spec = json.dumps(chart(name))
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", spec)) <= known
