"""What holds of the times of every text: nothing that is written makes the reading of times fail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import dates
from assistant.date_grammar import LAYERS, grammar
from assistant.date_pieces import PIECES
from assistant.date_ranges import LEANING, PARTS, RANGES
from assistant.date_rules import NAMED
from assistant.names import lexicon
from mining.language import normalise
from tests.named_times import EVENTS, LANGUAGES, clock, named
from tests.unit.test_dates import SAID

DAYS = st.dates(date(1990, 1, 1), date(2095, 12, 31))
_TIMES = [word for _, said in SAID for word in normalise(said).split()]
_JOINING = """since until before after between and the of to vs first half last week month price increase 4.2 release
מאז עד לפני אחרי בין לעומת של שבוע חודש העלאת המחיר שעבר
از تا قبل بعد بین و نسبت به هفته ماه سال افزایش قیمت گذشته اول"""
_WORDS = [*_TIMES, *_JOINING.split()]


def held(found: list[dates.Found], text: str, today: date) -> None:
    """What is true of the times of any text."""
    ends = 0
    for one in found:
        assert ends <= one.start < one.end <= len(text)
        ends = one.end
        for window in (one.window, *one.parts):
            assert window is None or window.first <= window.last
            assert window is None or window.future == (window.first > today)
            assert window is None or window.future or window.last <= today


@settings(deadline=None)
@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_can_be_read(text: str, language: str) -> None:
    words = lexicon(language)
    held(dates.times(text, words["time"], words["numbers"]["words"], clock(language)), text, clock(language).today)
    assert isinstance(dates.unread(text, words["time"]), list)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(_WORDS), max_size=12), st.sampled_from(LANGUAGES), DAYS)
def test_words_of_time_in_any_order_can_be_read(words: list[str], language: str, today: date) -> None:
    text = " ".join(words)
    held(named(text, language, clock(language, today)), text, today)


@settings(deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES), DAYS)
def test_whatever_a_pattern_matches_can_be_read(data: st.DataObject, language: str, today: date) -> None:
    words = lexicon(language)
    rules = grammar(words["time"], words["numbers"]["words"], EVENTS).layers["rules"]
    text = data.draw(st.from_regex(data.draw(st.sampled_from(rules)).pattern))
    at = clock(language, today)
    held(dates.times(text, words["time"], words["numbers"]["words"], at), text, today)


def test_signs_that_stand_for_times_are_not_taken_from_the_text() -> None:
    assert named("since \U000f0000 and \U000f0001", "en") == []


def test_a_long_text_is_read_in_a_moment() -> None:
    text = "last week of october and monday " * 300
    assert len(named(text, "en")) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_a_lexicon_has_its_function(language: str) -> None:
    table: dict[str, Any] = lexicon(language)["time"]
    named_rules = {row[1] for layer in {*LAYERS} for row in table[layer]}
    known = {*NAMED, *PIECES, *RANGES}
    assert named_rules <= known
    assert {*PARTS, *LEANING} <= known


def test_each_time_is_the_same_wherever_it_stands() -> None:
    for language, said in SAID:
        alone, within = named(said, language), named(f"( {said} )", language)
        assert [one.window for one in alone] == [one.window for one in within], said


@given(DAYS)
def test_the_days_of_one_week_are_named_by_their_weekdays(today: date) -> None:
    for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"):
        [latest], [last] = (named(f"{before} {name}", "en", clock("en", today)) for before in ("on", "last"))
        assert latest.window
        assert last.window
        assert latest.window.first.strftime("%A").lower() == name
        assert today - timedelta(days=6) <= latest.window.first <= today
        assert today - timedelta(days=7) <= last.window.first < today
