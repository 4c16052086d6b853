"""The contract of an answer: no figure without its query, no quote that nobody said."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, Quote, Row, Status, distinct
from assistant.measures import Cell, Figure, Mean, Net, Points, Share
from mining.reading import Heard
from tests.answers import asked, every_answer, figure, shapes


def heard(place: int = 0, text: str = "The parcel came late.", **more: object) -> Heard:
    given: dict[str, object] = {
        "mention_id": f"shop:{place}#0", "feedback_id": f"shop:{place}", "text": text, "language": "en",
        "speaker": "customer", "said_at": datetime(2026, 11, 2, 12, tzinfo=UTC), "source": "shop", "channel": "review",
        "author": f"author {place}", "url": None, "rating": None, "product": None,
    }  # fmt: skip
    return Heard(**{**given, **more})  # type: ignore[arg-type]  # the keys are those of Heard


def test_a_figure_without_a_query_is_refused() -> None:
    with pytest.raises(ValueError, match="without a query"):
        Figure(3, "feedback", "")
    assert Figure(3, "feedback", "q1").as_json() == {"value": 3, "unit": "feedback", "query": "q1"}


def test_a_count_below_zero_and_a_part_beyond_its_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Figure(-1, "feedback", "q1")
    with pytest.raises(ValueError, match="a part of 4 in a whole of 3"):
        Share(figure(4, "part"), figure(3, "whole"))


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_inside_its_interval(part: int, more: int) -> None:
    share = Share(figure(part, "part"), figure(part + more, "whole"))
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-12
    assert share.value <= high + 1e-12
    assert high <= 1


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_net_sentiment_is_what_is_good_less_what_is_bad(good: int, bad: int, neither: int) -> None:
    net = Net(figure(good, "good"), figure(bad, "bad"), figure(good + bad + neither, "all"))
    if net.value is None:
        assert good + bad + neither == 0
    else:
        assert net.value == pytest.approx(good / net.whole.value - bad / net.whole.value)
        assert -1 <= net.value <= 1


def test_a_measure_knows_all_counts_that_it_rests_on() -> None:
    net = Net(figure(3, "good"), figure(1, "bad"), figure(9, "all"))
    then = Mean(3.0, figure(5, "then"))
    assert list(Points(0.1, 0.05, 0.05, net, then).figures) == [*net.figures, *then.figures]
    assert [one.value for one in net.figures] == [3, 1, 9]


def test_a_row_gives_its_measures_by_key() -> None:
    row = Row(
        "r", "title", (Cell("feedback", "items", figure(3, "a")), Cell("rating", "rating", Mean(None, figure(0, "b"))))
    )
    assert row.figure().value == 3
    assert row["rating"] == Mean(None, figure(0, "b"))
    for key in ("share", "rating"):
        with pytest.raises(KeyError, match=key):
            row.figure(key)


def test_the_json_of_a_row_has_a_share_s_value_with_its_interval_and_counts_beside_it() -> None:
    shown = Row("r", "title", (Cell("share", "share", Share(figure(1, "a"), figure(3, "b"))),), rank=2).as_json()
    assert (shown["rank"], shown["share"]) == (2, 0.3333)
    assert (shown["share_part"]["value"], shown["share_of"]["value"]) == (1, 3)
    assert shown["share_interval"] == pytest.approx([0.0615, 0.7923], abs=1e-3)


def test_the_json_of_every_answer_has_the_same_keys_and_all_figures_and_quotes() -> None:
    keys = set(shapes("en")["ranking"].as_json())
    for answer in every_answer():
        told = json.loads(json.dumps(answer.as_json()))
        assert set(told) == keys
        assert told["status"] == answer.status.value
        assert [figure["query"] for figure in told["figures"]] == [figure.query for figure in answer.figures]
        assert [quote["text"] for quote in told["quotes"]] == [quote.text for quote in answer.every_quote]
        assert {cell.key for cell in answer.more} == set(told["more"])


def test_the_figures_of_an_answer_are_those_of_all_its_parts() -> None:
    rows = (Row("r", "title", (Cell("feedback", "items", figure(3, "row")),)),)
    more = (Cell("authors", "authors", figure(2, "more")),)
    answer = Answer(
        Status.ANSWERED, asked("en"), "So.", rows=rows, counted=figure(9, "counted"), denominator=figure(10, "all"),
        unnamed=figure(1, "unnamed"), solicited=figure(0, "solicited"), more=more,
    )  # fmt: skip
    assert sorted(one.value for one in answer.figures) == [0, 1, 2, 3, 9, 10]
    assert answer.window == asked("en").window


@given(st.text(max_size=40), st.text(max_size=20))
def test_a_quote_that_its_mention_does_not_hold_is_refused(said: str, quoted: str) -> None:
    if quoted and quoted in said:
        assert Quote(quoted, heard(text=said)).as_json()["text"] == quoted
    else:
        with pytest.raises(ValueError, match="does not hold"):
            Quote(quoted, heard(text=said))


def test_quotes_do_not_repeat_a_person_a_text_or_an_item() -> None:
    rows = [
        heard(0),
        heard(1, "  the PARCEL came late. "),
        heard(2, "Never came.", author="author 0"),
        heard(3, "It was lost.", feedback_id="shop:0"),
        heard(4, "Three weeks late."),
    ]
    assert [quote.mention.mention_id for quote in distinct(rows, 5)] == ["shop:0#0", "shop:4#0"]


def test_people_without_a_name_are_told_apart_by_what_they_wrote() -> None:
    rows = [heard(0, author=None), heard(1, "Lost.", author=None)]
    assert len(distinct(rows, 5)) == 2


def test_each_language_has_a_quote_before_any_has_two() -> None:
    rows = [heard(0), heard(1, "Lost."), heard(2, "אבד.", language="he"), heard(3, "گم شد.", language="fa")]
    assert [quote.mention.language for quote in distinct(rows, 3)] == ["en", "he", "fa"]
    assert [quote.mention.language for quote in distinct(rows, 4)] == ["en", "he", "fa", "en"]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["en", "he"])), max_size=12))
def test_no_more_quotes_than_wanted_and_all_of_them_given(rows: list[tuple[int, int, str]]) -> None:
    mentions = [
        heard(place, f"text {text}", author=f"author {author}", language=language)
        for place, (author, text, language) in enumerate(rows)
    ]
    quotes = distinct(mentions, 3)
    assert len(quotes) <= 3
    assert bool(quotes) == bool(mentions)
    assert all(quote.mention in mentions for quote in quotes)
    assert len({quote.mention.author for quote in quotes}) == len(quotes)
