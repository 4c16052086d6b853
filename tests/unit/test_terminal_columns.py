"""Rows of a terminal's answer that can be read down: columns, bars, and the queries of each."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.answer import Answer, Chart, Row, Status
from assistant.directions import apart
from assistant.meaning import Kind
from assistant.measures import Cell, Mean, Measure, Net
from assistant.renderers import base, terminal
from assistant.wording import wording
from tests.answers import QUESTIONS, answered, figure, shapes, share


def line_of(row: Row, shown: str) -> str:
    [line] = [line for line in shown.split("\n") if line.startswith(apart(row.title))]
    return line


def test_each_query_of_a_row_stands_there_once_that_of_its_feedback_first() -> None:
    for language in QUESTIONS:
        answer = shapes(language)["trend"]
        for row in answer.rows:
            line = line_of(row, terminal.plugin(answer))
            ids = re.findall(r"\[(q\w+)\]", line)
            assert ids[0] == row.figure().query
            assert sorted(ids) == sorted({figure.query for figure in row.figures})


def ends(line: str, words: str) -> int:
    """The column in which some words begin."""
    return cell_len(re.sub("[\u2068\u2069\u200f]", "", line.split(words)[0]))


@pytest.mark.parametrize("language", QUESTIONS)
@pytest.mark.parametrize("shape", ["trend", "volume", "compare", "overview"])
def test_rows_without_quotes_line_up(shape: str, language: str) -> None:
    answer = shapes(language)[shape]
    lines = [line_of(row, terminal.plugin(answer)) for row in answer.rows]
    for cell in answer.rows[0].cells:
        assert len({ends(line, f"{cell.label}: ") for line in lines}) == 1
    assert (
        len(
            {
                ends(line, "[q")
                for line, row in zip(lines, answer.rows, strict=True)
                if not base.marks(row, wording(language))
            }
        )
        == 1
    )


def trend(*measures: Measure) -> Answer:
    rows = tuple(
        Row(f"time:{place}", f"week {place}", (Cell("net", "net", measure),)) for place, measure in enumerate(measures)
    )
    question = replace(answered("en").question, kind=Kind.TREND)
    return Answer(Status.ANSWERED, question, "As it went.", rows=rows)


def blocks(answer: Answer) -> list[str]:
    shown = terminal.plugin(answer)
    return [line_of(row, shown) for row in answer.rows]


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30))
def test_a_longer_bar_stands_for_more_and_none_for_nothing(counts: list[int]) -> None:
    lengths = [line.count("█") for line in blocks(trend(*(figure(n, "x") for n in counts)))]
    for one, length in zip(counts, lengths, strict=True):
        assert (length == 0) == (one == 0)
        assert all(length <= other for more, other in zip(counts, lengths, strict=True) if more > one)
    assert max(lengths) == (20 if any(counts) else 0)


def test_the_bars_of_a_balance_grow_both_ways_from_an_axis() -> None:
    def net(positive: int, negative: int) -> Net:
        return Net(figure(positive, "p"), figure(negative, "n"), figure(40, "w"))

    nothing = Net(figure(0, "p"), figure(0, "n"), figure(0, "w"))
    good, bad, none = blocks(trend(net(20, 0), net(0, 10), nothing))
    assert "          │██████████  net: +50" in good
    assert "     █████│            net: −25" in bad
    assert "          │            net:   –" in none


def test_the_lowest_rating_has_no_bar_and_an_unknown_one_neither() -> None:
    lines = blocks(
        trend(
            Mean(5.0, figure(1, "a")), Mean(3.0, figure(1, "b")), Mean(1.0, figure(1, "c")), Mean(None, figure(0, "d"))
        )
    )
    assert [line.count("█") for line in lines] == [20, 10, 0, 0]


def test_the_bars_stand_for_the_measure_that_the_chart_names() -> None:
    def row(place: int, items: int, part: int) -> Row:
        cells = (Cell("feedback", "items", figure(items, "x")), Cell("share", "share", share(part, 40, "s")))
        return Row(f"time:{place}", f"week {place}", cells)

    rows = (row(1, 100, 5), row(2, 50, 20))
    plain = replace(trend(), rows=rows)
    assert [line.count("█") for line in blocks(plain)] == [20, 10]
    assert [line.count("█") for line in blocks(replace(plain, chart=Chart("lines", "share", "")))] == [5, 20]
    elsewhere = replace(plain, chart=Chart("lines", "rating", ""))
    assert [line.count("█") for line in blocks(elsewhere)] == [20, 10]


def test_wide_and_joined_letters_do_not_move_the_columns() -> None:
    titles = ("ab", "日本語", "שָׁלוֹם", "می‌رود", "😀")
    rows = tuple(Row(title, title, (Cell("feedback", "items", figure(3, title)),)) for title in titles)
    answer = replace(trend(), rows=rows, question=replace(trend().question, kind=Kind.COMPARE))
    assert len({ends(line_of(row, terminal.plugin(answer)), "items: ") for row in rows}) == 1


def test_rows_that_measure_different_things_are_not_pressed_into_columns() -> None:
    rows = (
        Row("a", "one", (Cell("feedback", "items", figure(3, "a")),)),
        Row("b", "two", (Cell("share", "share", share(1, 2, "b")),)),
        Row("c", "three"),
    )
    shown = terminal.plugin(replace(trend(), rows=rows))
    assert "⁨one⁩ - items: 3 [" in shown
    assert "⁨two⁩ - share: 50% (1 of 2) [" in shown
    assert "\n⁨three⁩\n" in shown + "\n"
