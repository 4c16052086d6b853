"""The terminal's answer: every word of a quote, each direction of writing kept apart, and golden files to look at."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Status
from assistant.directions import apart, harmless
from assistant.measures import Figure
from assistant.renderers import base, terminal
from assistant.wording import wording
from tests.answers import QUESTIONS, TODAY, answered, every_answer, quotes, shapes, unanswered
from tests.golden import golden

OPEN, CLOSE = "\u2068", "\u2069"
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


@pytest.mark.parametrize("language", QUESTIONS)
def test_an_answer_looks_as_it_did(language: str) -> None:
    golden(f"answered_{language}", terminal.plugin(answered(language), TODAY))


@pytest.mark.parametrize("language", QUESTIONS)
@pytest.mark.parametrize("shape", ["trend", "compare", "why", "clarify"])
def test_answers_of_other_shapes_look_as_they_did(shape: str, language: str) -> None:
    golden(f"{shape}_{language}", terminal.plugin(shapes(language)[shape], TODAY))


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_question_not_understood_is_answered_as_it_was(language: str) -> None:
    golden(f"unread_{language}", terminal.plugin(unanswered(language, Status.OUT_OF_SCOPE)))


def test_rendering_changes_nothing_and_gives_the_same_again() -> None:
    for answer in every_answer():
        before = copy.deepcopy(answer.as_json())
        assert terminal.plugin(answer) == terminal.plugin(answer)
        assert answer.as_json() == before


# --- quotes -----------------------------------------------------------------------------------------------------------


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


def test_a_quote_with_one_short_word_before_a_long_one_is_not_cut_down_to_the_short_one() -> None:
    assert f"“oh {'x' * 277} …”" in terminal.plugin(answered("en", quotes("oh " + "x" * 5000)))


def test_the_language_of_a_quote_is_named_where_it_is_not_the_asker_s() -> None:
    english, hebrew = terminal.plugin(answered("en")), terminal.plugin(answered("he"))
    assert f"(Hebrew, {OPEN}קופה{CLOSE}, 4 Nov 2026" in english
    assert f"(Persian, {OPEN}shop{CLOSE}, 5 Nov 2026" in english
    assert f"({OPEN}shop{CLOSE}, 3 Nov 2026)" in english
    assert f"(אנגלית, {OPEN}shop{CLOSE}, 3 בנובמבר 2026)" in hebrew
    assert f"({OPEN}קופה{CLOSE}, 4 בנובמבר 2026" in hebrew


def test_a_quote_is_dated_where_the_asker_is() -> None:
    [quote] = quotes("Late.")
    late = replace(quote, mention=replace(quote.mention, said_at=quote.mention.said_at.replace(hour=23)))
    answer = answered("en", (late,))
    there = replace(answer, question=replace(answer.question, zone=ZoneInfo("Asia/Jerusalem")))
    assert "“Late.”⁩ (⁨shop⁩, 3 Nov 2026)" in terminal.plugin(answer)
    assert "“Late.”⁩ (⁨shop⁩, 4 Nov 2026)" in terminal.plugin(there)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://x.example/a b", "https://x.example/\x1b[2J", "https://x.example/" + "a" * 600],
)
def test_only_what_is_a_link_is_shown_as_one(url: str) -> None:
    [quote] = quotes("Late.")
    shown = terminal.plugin(answered("en", (replace(quote, mention=replace(quote.mention, url=url)),)))
    assert "“Late.”⁩ (⁨shop⁩, 3 Nov 2026)" in shown


# --- directions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", QUESTIONS)
def test_isolates_are_closed_on_the_line_where_they_are_opened(language: str) -> None:
    for answer in (*shapes(language).values(), answered(language, quotes("a \u2069 b \u202e c", "\u2067 d\n\u2068e"))):
        for line in terminal.plugin(answer, TODAY).split("\n"):
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


@pytest.mark.parametrize("language", ["he", "fa"])
def test_no_latin_letter_of_a_right_to_left_answer_stands_outside_an_isolate_but_in_ids(language: str) -> None:
    for answer in shapes(language).values():
        shown = re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", terminal.plugin(answer, TODAY))
        assert not re.search("[A-Za-z]", re.sub(r"\[q\w+\]", "", shown))


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "Fine as it is.", "Fine as it is."),
        ("en", "Late: קופה, shop, סניף תל אביב 2.", "Late: ⁨קופה⁩, shop, ⁨סניף תל אביב⁩ 2."),
        ("he", "על Acme Pro, Globex ו-WhatsApp", "על ⁨Acme Pro⁩, ⁨Globex⁩ ו-⁨WhatsApp⁩"),
        ("he", "מאז v4.2. גם 1,200 ב-A1,5!", "מאז ⁨v4.2⁩. גם 1,200 ב-⁨A1,5⁩!"),
        ("fa", "از «Acme» و “نام”", "از «⁨Acme⁩» و ⁨“نام”⁩"),
        ("he", "כבר ⁨+8⁩ ו⁨Acme⁩", "כבר ⁨+8⁩ ו⁨Acme⁩"),
        ("he", "⁩חצי⁨ של\u202e בידוד\n  שבור", "חצי של בידוד שבור"),
    ],
)
def test_foreign_words_of_a_sentence_stand_apart(language: str, text: str, shown: str) -> None:
    assert base.sentence(text, wording(language)) == shown


@given(st.text(max_size=80), st.sampled_from(tuple(QUESTIONS)))
def test_a_sentence_apart_stays_so(text: str, language: str) -> None:
    once = base.sentence(text, wording(language))
    assert base.sentence(once, wording(language)) == once
    assert harmless(once).replace(" ", "") == harmless(text).replace(" ", "")


def test_every_line_of_a_right_to_left_answer_begins_in_its_own_direction() -> None:
    for language in ("he", "fa"):
        for answer in shapes(language).values():
            for line in terminal.plugin(answer, TODAY).split("\n"):
                outside = re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", line)
                first = re.search(r"[A-Za-z\u0590-\u06ef\u200f]", outside)
                assert not line or (first and first[0] >= "\u0590"), line


def test_words_that_begin_with_a_foreign_name_still_run_from_the_right() -> None:
    [quote] = quotes("Acme Pro לא עובד")
    hebrew = replace(quote, mention=replace(quote.mention, language="he"))
    assert f"{OPEN}\u200f“Acme Pro לא עובד”{CLOSE}" in terminal.plugin(answered("en", (hebrew,)))
    assert f"{OPEN}“Acme Pro לא עובד”{CLOSE}" in terminal.plugin(answered("en", (quote,)))


@given(st.text(max_size=60))
def test_text_apart_is_balanced_and_whole(text: str) -> None:
    shown = apart(text)
    assert (shown[0], shown[-1]) == (OPEN, CLOSE)
    assert not re.search(f"[{OPEN}{CLOSE}\u202a-\u202e\n\x1b]", shown[1:-1])
    assert harmless(shown[1:-1]) == harmless(text)


def test_nothing_that_customers_write_can_act_on_the_terminal() -> None:
    shown = terminal.plugin(answered("en", quotes("\x1b[31mred\x1b]0;title\x07 \x9b2J \x00 end\r\nnext")))
    assert "“[31mred]0;title 2J end next”" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


# --- figures ----------------------------------------------------------------------------------------------------------


def test_figures_stand_beside_their_queries_in_the_digits_of_the_language() -> None:
    persian = terminal.plugin(answered("fa"))
    assert "۲۴" in persian
    assert "[q000000000001]" in persian
    without_ids = re.sub(r"\[q[^]]+\]|overheard \w+|" + f"{OPEN}[^{CLOSE}]*{CLOSE}", "", persian)
    assert not re.search("[0-9]", without_ids)
    for language in QUESTIONS:
        shown = terminal.plugin(answered(language))
        for query in (
            "q000000000001",
            "q000000000002",
            "qcounted00000",
            "qdenominator0",
            "qunnamed00000",
            "qsolicited000",
        ):
            assert f"[{query}]" in shown


def test_the_way_to_the_rows_is_told_where_there_are_figures() -> None:
    assert "overheard show QUERY" in terminal.plugin(answered("en"))
    assert "overheard show QUERY" not in terminal.plugin(unanswered("en", Status.NO_DATA, "empty"))


def test_sources_are_told_by_their_age_where_today_is_known() -> None:
    answer = answered("en")
    assert "⁨shop⁩ yesterday, ⁨קופה⁩ 3 days ago" in terminal.plugin(answer, TODAY)
    assert "⁨shop⁩ 21 Nov 2026, ⁨קופה⁩ 19 Nov 2026" in terminal.plugin(answer)
    assert "⁨shop⁩ 21 Nov 2026, ⁨קופה⁩ today" in terminal.plugin(answer, date(2026, 11, 19))


def test_nothing_is_said_of_what_there_is_nothing_of() -> None:
    none = Figure(0, "feedback", "q1")
    shown = terminal.plugin(replace(answered("en"), unnamed=none, solicited=none))
    assert "not named above" not in shown
    assert "asked for" not in shown


def test_the_choices_of_a_clarifying_question_are_numbered() -> None:
    assert "  1. top pain points about delivery\n  2. what do people say" in terminal.plugin(shapes("en")["clarify"])
    assert "  ۱. " in terminal.plugin(shapes("fa")["clarify"])


def test_a_group_s_heading_stands_once_above_its_rows() -> None:
    lines = terminal.plugin(shapes("en")["groups"]).split("\n")
    places = [place for place, line in enumerate(lines) if line in (apart("before"), apart("after"))]
    assert [lines[place] for place in places] == [apart("before"), apart("after")]
    assert all(lines[place + 1].startswith("1. ") for place in places)
