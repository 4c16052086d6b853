"""The contract of an answer: no figure without its query, no quote that nobody said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Figure, Quote, distinct
from mining.reading import Heard


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
