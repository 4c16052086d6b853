"""The terminal's answer: every word of a quote, each direction of writing kept apart, and golden files to look at."""

from __future__ import annotations

import copy
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Status
from assistant.directions import apart, harmless
from assistant.renderers import terminal
from tests.answers import QUESTIONS, answered, every_answer, quotes, unanswered

GOLDEN = Path(__file__).parent.parent / "fixtures" / "golden"
OPEN, CLOSE = "\u2068", "\u2069"
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


def golden(name: str, shown: str) -> None:
    """Compare with a file of shared taste; OVERHEARD_GOLDEN=write writes it anew, to be looked at and committed."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("OVERHEARD_GOLDEN") == "write":
        path.write_text(shown + "\n", encoding="utf-8")
    assert shown + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", QUESTIONS)
def test_an_answer_looks_as_it_did(language: str) -> None:
    golden(f"answered_{language}", terminal.plugin(answered(language)))


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_question_not_understood_is_answered_as_it_was(language: str) -> None:
    golden(f"unread_{language}", terminal.plugin(unanswered(language, Status.OUT_OF_SCOPE)))


def test_rendering_changes_nothing_and_gives_the_same_again() -> None:
    for answer in every_answer():
        before = copy.deepcopy(answer.as_json())
        assert terminal.plugin(answer) == terminal.plugin(answer)
        assert answer.as_json() == before


@given(WORDS)
def test_no_letter_of_a_quote_is_lost_but_for_a_stated_shortening(text: str) -> None:
    shown = terminal.plugin(answered("en", quotes(text)))
    said = harmless(text)
    assert f"{OPEN}“{said}”{CLOSE}" in shown
    assert [c for c in said if not c.isspace()] == [c for c in text if not c.isspace() and harmless(c) == c]


@given(st.integers(1, 60), st.integers(1, 30))
def test_a_long_quote_is_cut_at_a_word_and_says_so(words: int, letters: int) -> None:
    text = " ".join(["ש" * letters] * words)
    shown = terminal.plugin(answered("he", quotes(text)))
    [quoted] = [part for part in re.findall(f"{OPEN}“([^”]*)”{CLOSE}", shown) if "ש" * letters in part][:1]
    if len(text) <= 280:
        assert quoted == text
    else:
        assert quoted.endswith(" …")
        assert text.startswith(quoted.removesuffix(" …") + " ")


@pytest.mark.parametrize("language", QUESTIONS)
def test_isolates_are_closed_on_the_line_where_they_are_opened(language: str) -> None:
    for answer in (answered(language), answered(language, quotes("a \u2069 b \u202e c", "\u2067 d\n\u2068e"))):
        for line in terminal.plugin(answer).split("\n"):
            assert line.count(OPEN) == line.count(CLOSE)
            assert not re.search(f"{OPEN}[^{CLOSE}]*{OPEN}", line)
            assert not re.search("[\u202a-\u202e\u2066\u2067]", line)


def test_words_of_either_direction_stand_in_isolates() -> None:
    for language in QUESTIONS:
        shown = terminal.plugin(answered(language))
        outside = re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", shown)
        for quote in quotes():
            assert quote.text not in outside
            assert harmless(quote.text) in shown
        assert f"{OPEN}קופה{CLOSE}" in shown
        assert f"{OPEN}“android”{CLOSE}" in shown


def test_nothing_that_customers_write_can_act_on_the_terminal() -> None:
    shown = terminal.plugin(answered("en", quotes("\x1b[31mred\x1b]0;title\x07 \x9b2J \x00 end\r\nnext")))
    assert "“[31mred]0;title 2J end next”" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


def test_figures_stand_beside_their_queries_in_the_digits_of_the_language() -> None:
    persian = terminal.plugin(answered("fa"))
    assert "۲۴" in persian
    assert "[q000000000001]" in persian
    without_ids = re.sub(r"\[q[^]]+\]|overheard \w+|" + f"{OPEN}[^{CLOSE}]*{CLOSE}", "", persian)
    assert not re.search("[0-9]", without_ids)
    for language in QUESTIONS:
        shown = terminal.plugin(answered(language))
        for query in ("q000000000001", "q000000000002", "qcounted00000 / qdenominator0", "qunnamed00000"):
            assert f"[{query}]" in shown


def test_every_line_of_a_right_to_left_answer_begins_in_its_own_direction() -> None:
    for language in ("he", "fa"):
        for line in terminal.plugin(answered(language)).split("\n"):
            outside = re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", line)
            letters = re.search(r"[A-Za-z\u0590-\u06ff]", outside)
            assert letters is None or letters[0] >= "\u0590", line


@given(st.text(max_size=60))
def test_text_apart_is_balanced_and_whole(text: str) -> None:
    shown = apart(text)
    assert (shown[0], shown[-1]) == (OPEN, CLOSE)
    assert not re.search(f"[{OPEN}{CLOSE}\u202a-\u202e\n\x1b]", shown[1:-1])
    assert harmless(shown[1:-1]) == harmless(text)
