"""Sentences of answers: complete in every language, numbers and dates as people write them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import Asker, Kind, parse
from assistant.wording import wording
from tests.answers import windows

LANGUAGES = ("en", "he", "fa")
ASKER = Asker(date(2026, 11, 22), products={"Acme Pro": ()})


def table(folder: str, language: str) -> dict[str, Any]:
    return tomllib.loads((files("assistant") / folder / f"{language}.toml").read_text(encoding="utf-8"))


def leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", ["he", "fa"])
def test_every_sentence_is_there_in_every_language_with_the_same_blanks(language: str) -> None:
    english, other = dict(leaves(table("phrasing", "en"))), dict(leaves(table("phrasing", language)))
    assert set(english) == set(other) - {"calendar"}
    for key, template in english.items():
        if isinstance(template, str):
            assert fields(template) == fields(other[key]), key


@pytest.mark.parametrize("language", ["he", "fa"])
def test_the_words_of_questions_are_of_the_same_kinds_in_every_language(language: str) -> None:
    english, other = table("lexicon", "en"), table("lexicon", language)
    for part in ("kinds", "intents", "later", "groups", "channels", "languages", "numbers"):
        assert set(english[part]) == set(other[part]), part
    assert set(english["time"]["units"]) == set(other["time"]["units"])
    assert len(other["time"]["months"]) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_of_a_lexicon_can_be_compiled(language: str) -> None:
    words = table("lexicon", language)
    for key, value in leaves({name: words[name] for name in ("kinds", "later", "groups", "channels", "languages")}):
        for pattern in [value] if isinstance(value, str) else value:
            assert re.compile(pattern), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_are_questions_that_are_read_to_the_last_word(language: str) -> None:
    for kind, questions in table("phrasing", language)["examples"].items():
        for text in questions:
            question = parse(text, ASKER)
            assert (question.kind, question.language, question.left) == (Kind(kind), language, ()), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_just_asked_is_not_proposed_again(language: str) -> None:
    first = wording(language).examples(apart_from=parse("", ASKER))[0]
    again = wording(language).examples(apart_from=parse(first, ASKER))
    assert first not in again
    assert len(again) == 3


@given(st.integers(0, 10**9))
def test_persian_numbers_have_persian_digits_and_the_others_plain_ones(number: int) -> None:
    assert wording("en").number(number) == wording("he").number(number) == str(number)
    persian = wording("fa").number(number)
    assert not re.search("[0-9]", persian)
    assert int(persian) == number


def test_a_share_is_a_whole_percentage_with_the_sign_of_the_language() -> None:
    assert [wording(language).percent(0.126) for language in LANGUAGES] == ["13%", "13%", "۱۳٪"]


def test_dates_are_written_as_people_write_them() -> None:
    shown = [wording(language).date(date(2026, 11, 22)) for language in LANGUAGES]
    assert shown == ["22 Nov 2026", "22 בנובמבר 2026", "۱ آذر ۱۴۰۵"]
    assert wording("fa").date(date(2026, 3, 20)) == "۲۹ اسفند ۱۴۰۴"
    assert wording("fa").date(date(2026, 3, 21)) == "۱ فروردین ۱۴۰۵"


def test_a_window_says_what_is_special_about_it() -> None:
    assert [wording("en").window(window) for window in windows()] == [
        "23 Oct 2026 to 21 Nov 2026",
        "23 Oct 2026",
        "23 Oct 2026 to 21 Nov 2026 (the last 30 days, since no time was named)",
        "23 Oct 2026 to 21 Nov 2026 (not over yet)",
        "23 Oct 2026 to 21 Nov 2026 (not begun yet)",
        "up to 21 Nov 2026",
    ]
    persian = [wording("fa").window(window) for window in windows()]
    assert persian[0] == "۱ آبان ۱۴۰۵ تا ۳۰ آبان ۱۴۰۵"
    assert not any(re.search("[0-9]", shown) for shown in persian)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("top pain points", ""),
        ("complaints of Hebrew speakers about delivery in calls", " (delivery, complaint, calls, in Hebrew)"),
        ("pain points in the purchase stage with Acme Pro", " (purchase stage, Acme Pro)"),
        ("תלונות על משלוחים בביקורות", " (משלוח, תלונה, ביקורות)"),
        ("شکایت از ارسال در مرحله خرید", " (مرحلهٔ خرید، ارسال و تحویل، شکایت)"),
    ],
)
def test_the_conditions_of_a_question_are_said_in_its_language(text: str, scope: str) -> None:
    question = parse(text, ASKER)
    assert wording(question.language).scope(question) == scope
