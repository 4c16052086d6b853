"""Pictures of charts: PNG and SVG without browser, network, or fonts of the machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import vl_convert

from assistant.charts import render
from assistant.charts.letters import width
from connectors.errors import ConfigError
from tests import charted
from tests.charted import LANGUAGES, drawn, spoilt

EVERY = dict(charted.every_chart())
NAMES = [f"{kind}-{language}" for language in LANGUAGES for kind in ("pairs-share", "lines-share", "grouped")]


@cache
def picture(name: str, ending: str, folder: Path) -> bytes:
    """A chart drawn into a file."""
    path = folder / f"{name}{ending}"
    render(drawn(EVERY[name]), path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("charts")


def lines_of(png: bytes) -> tuple[int, list[bytes]]:
    """The width of a PNG with four bytes a pixel, and its lines as they are packed, each with a byte before it."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    across, down = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert png[24:26] == b"\x08\x06"
    packed, place = b"", 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + size]
        place += size + 12
    whole, step = zlib.decompress(packed), 4 * across + 1
    assert len(whole) == step * down
    return across, [whole[start : start + step] for start in range(0, len(whole), step)]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_not_blank(name: str, folder: Path) -> None:
    across, lines = lines_of(picture(name, ".png", folder))
    assert 800 < across < 1700
    assert sum(len(set(line[1:])) > 2 for line in lines) > len(lines) / 2


@pytest.mark.parametrize("name", NAMES)
def test_the_same_answer_gives_the_same_bytes(name: str, folder: Path, tmp_path: Path) -> None:
    first = picture(name, ".svg", folder)
    for again in (tmp_path / "one.svg", tmp_path / "two.SVG"):
        render(drawn(EVERY[name]), again)
        assert again.read_bytes() == first


def texts(svg: bytes) -> list[tuple[float, str, str]]:
    """Where each text of an SVG stands from left to right, its anchor and itself."""

    def walk(node: ElementTree.Element, left: float) -> list[tuple[float, str, str]]:
        moved = re.match(r"translate\((-?[\d.]+)", node.get("transform", ""))
        left += float(moved[1]) if moved else 0
        own = [(left, node.get("text-anchor", "start"), "".join(node.itertext()))] if node.tag.endswith("text") else []
        return own + [found for child in node for found in walk(child, left)]

    return walk(ElementTree.fromstring(svg), 0.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bars_grow_from_where_the_language_begins(language: str, folder: Path) -> None:
    placed = {
        charted.plain(text): (left, anchor)
        for left, anchor, text in texts(picture(f"bars-figure-{language}", ".svg", folder))
    }
    number = "۱٬۲۴۰" if language == "fa" else "1,240"
    first = "۱" if language == "fa" else "1"
    title, end = placed[f"{first}. {charted.TITLES[language][0]}"], placed[number]
    assert (title[0] < end[0]) == (language == "en")
    assert (title[1], end[1]) == (("end", "start") if language == "en" else ("start", "end"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_run_from_left_to_right_in_the_picture(language: str, folder: Path) -> None:
    placed = texts(picture(f"lines-share-{language}", ".svg", folder))
    months = [
        left for month in charted.MONTHS[language] for left, _, text in placed if charted.plain(text).startswith(month)
    ]
    assert len(months) == 6
    assert months == sorted(months)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mark", ["bars", "pairs", "lines"])
def test_words_that_mean_harm_are_only_words(language: str, mark: str, tmp_path: Path) -> None:
    spec = drawn(spoilt(language, mark))
    for ending in (".svg", ".png", ".json"):
        render(spec, tmp_path / f"chart{ending}")
    tree = ElementTree.fromstring((tmp_path / "chart.svg").read_bytes())
    tags = {node.tag.partition("}")[2] for node in tree.iter()}
    assert tags <= {"svg", "g", "rect", "path", "text", "tspan", "line", "defs", "clipPath", "circle"}
    assert float(tree.get("width", "0")) < 900, "nothing sticks out"
    across, _ = lines_of((tmp_path / "chart.png").read_bytes())
    assert across < 1800


# --- files ------------------------------------------------------------------------------------------------------------


def test_json_is_the_specification_itself(tmp_path: Path) -> None:
    spec = drawn(EVERY["grouped-he"])
    render(spec, tmp_path / "chart.json")
    assert json.loads((tmp_path / "chart.json").read_text(encoding="utf-8")) == spec


@pytest.mark.parametrize("name", ["chart", "chart.pdf", "chart.png.txt", ".png"])
def test_another_ending_is_said_with_those_that_there_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(name)) as caught:
        render({}, tmp_path / name)
    assert all(ending in caught.value.hint for ending in (".png", ".svg", ".json"))


@pytest.mark.parametrize("name", ["missing/chart.json", "folder.json", f"{'x' * 300}.json", "nul\0.json"])
def test_a_file_that_cannot_be_written_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(ConfigError) as caught:
        render({"mark": "bar"}, tmp_path / name)
    assert caught.value.hint


@pytest.mark.parametrize("reach", [
    {"data": {"url": "https://example.com/a.json"}}, {"layer": [{"data": {"url": "file:///etc/hostname"}}]},
    {"encoding": {"url": {"field": "a"}}}, {"encoding": {"href": {"value": "https://example.com"}}},
])  # fmt: skip
@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_chart_reaches_for_nothing_else(reach: dict[str, Any], ending: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="reaches"):
        render({"mark": "bar", **reach}, tmp_path / f"chart{ending}")
    assert not list(tmp_path.iterdir())


# --- letters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pairs-share-he", "lines-share-fa", "grouped-fa", "grouped-en"])
def test_a_machine_without_fonts_draws_all_but_the_same_picture(name: str, folder: Path, tmp_path: Path) -> None:
    spec, fonts, empty, chart = (tmp_path / part for part in ("spec.json", "fonts.conf", "empty", "chart.png"))
    empty.mkdir()
    render(drawn(EVERY[name]), spec)
    fonts.write_text(f"<?xml version='1.0'?><fontconfig><dir>{empty}</dir></fontconfig>", encoding="utf-8")
    code = (
        "import json, sys; from pathlib import Path; from assistant.charts import render;"
        "render(json.loads(Path(sys.argv[1]).read_text(encoding='utf-8')), Path(sys.argv[2]))"
    )
    environment = {"FONTCONFIG_FILE": str(fonts), "HOME": str(empty), "PATH": ""}
    subprocess.run([sys.executable, "-c", code, str(spec), str(chart)], env=environment, check=True)
    # A machine may have another version of the font that comes with vl-convert: letters differ by a hair, and a missing
    # letter's empty box or a lost label would show in the size of the picture or of what is drawn.
    bare, here = chart.read_bytes(), picture(name, ".png", folder)
    (bare_width, bare_lines), (width_here, lines_here) = lines_of(bare), lines_of(here)
    assert bare_width == pytest.approx(width_here, rel=0.01)
    assert len(bare_lines) == pytest.approx(len(lines_here), rel=0.01)
    assert len(bare) == pytest.approx(len(here), rel=0.06)


def measured(text: str, language: str, size: int = 100) -> float:
    """The width of a text as vl-convert draws it, in parts of the font's size."""
    font = "Vazirmatn" if language == "fa" else "Liberation Sans"
    mark = {"type": "text", "align": "left", "x": 0, "font": font, "fontSize": size}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json", "padding": 0, "width": 1, "height": 1,
        "view": {"stroke": None}, "data": {"values": [{"text": text}]}, "mark": mark,
        "encoding": {"text": {"field": "text", "type": "nominal"}},
    }  # fmt: skip
    drawn_ = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    found = re.search(r'viewBox="0 0 ([\d.]+)', drawn_)
    assert found
    return float(found[1]) / size


def test_persian_letters_are_there_and_join(folder: Path) -> None:
    picture("grouped-fa", ".png", folder)
    apart = sum(measured(letter, "fa") for letter in "سفارش")
    assert measured("سفارش", "fa") < 0.9 * apart
    assert measured("پ", "fa") != measured("ر", "fa"), "boxes for letters that are missing are of one width"
    assert measured("م", "fa") != measured("ا", "fa")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_theme_is_wider_than_it_was_taken_for(language: str, folder: Path) -> None:
    picture("grouped-fa", ".png", folder)
    names = [
        title
        for path in sorted(Path(str(files("mining"))).glob("theme_data/catalogue/*.toml"))
        for title in re.findall(rf'\b{language} = "([^"]+)"', path.read_text(encoding="utf-8"))
    ][::7]  # fmt: skip
    assert len(names) > 5
    for name in names:
        assert measured(name, language, 20) * 13 <= width(name, 13) + 1


def test_the_font_comes_with_its_licence() -> None:
    fonts = files("assistant") / "fonts"
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text(encoding="utf-8")
    shipped = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert {"*.ttf", "*.txt"} <= set(shipped["tool"]["setuptools"]["package-data"]["*"])
