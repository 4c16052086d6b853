"""Encodings of real life: which one a file is in, and what becomes of bytes that are in none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import encoding
from connectors.base import Page, Window
from connectors.record import Feedback
from connectors.sources.files import plugin

ENGLISH = "The parcel came late and nobody at the café’s desk knew – why. It cost 5€."
HEBREW = "החבילה הגיעה באיחור ואף אחד לא ידע למה. השירות היה איטי מאוד"
PERSIAN = "بسته دیر رسید و هیچ کس نمی دانست چرا. خدمات خیلی کند بود"
ARABIC_KEYBOARD = PERSIAN.replace("ی", "ي")  # cp1256 has no Persian yeh; Windows writes the Arabic one


def read(path: Path, **settings: Any) -> list[Page]:
    return list(plugin(name="shop", path=path, **settings).pull({}, Window()))


def texts(path: Path, **settings: Any) -> list[str]:
    return [item.text for page in read(path, **settings) for item in page.items if isinstance(item, Feedback)]


def table(words: str) -> str:
    return f"date,text,rating\n2026-11-02,{words},4\n2026-11-03,{words} 2,5\n"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (ENGLISH, "utf-8"),
        (HEBREW, "utf-8"),
        (PERSIAN, "utf-8-sig"),
        (HEBREW, "utf-16"),
        (PERSIAN, "utf-16-le"),
        (HEBREW, "utf-16-be"),
        (ENGLISH, "utf-16-le"),
        (ENGLISH, "cp1252"),
        (HEBREW, "cp1255"),
        (ARABIC_KEYBOARD, "cp1256"),
    ],
)
def test_words_survive_in_every_encoding_that_feedback_comes_in(tmp_path: Path, words: str, name: str) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(table(words).encode(name))
    assert texts(path) == [words, f"{words} 2"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("שירות מצוין", "cp1255"),
        ("خدمات عالي", "cp1256"),
        ("خيلي بد بود", "cp1256"),
        ("Très bon café", "cp1252"),
        ("déçu, à côté", "cp1252"),
        ("Größe fällt klein aus", "cp1252"),
        ("No se devolvió, señora", "cp1252"),
    ],
)
def test_two_words_are_enough_to_tell_the_code_pages_apart(words: str, name: str) -> None:
    assert encoding.guess([table(words).encode(name)]).name == name


def test_a_guessed_code_page_is_said(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(table(HEBREW).encode("cp1255"))
    assert any("encoding guessed: cp1255" in note for page in read(path) for note in page.notes)


def test_letters_that_come_after_a_megabyte_of_plain_english_still_decide(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    plain = "2026-11-02,It came and it works and that is all,4\n" * 30_000
    path.write_bytes(("date,text,rating\n" + plain + f"2026-11-03,{HEBREW},5\n").encode("cp1255"))
    assert texts(path)[-1] == HEBREW


def test_one_broken_letter_does_not_turn_utf8_into_a_code_page(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(table(HEBREW).encode() + b"2026-11-04,cut \xd7 here,3\n")
    assert texts(path)[-1] == "cut \ufffd here"
    assert any("broken letters" in note for page in read(path) for note in page.notes)


def test_a_replacement_sign_that_was_in_the_file_is_no_damage(tmp_path: Path) -> None:
    assert encoding.guess(["text\nwhat \ufffd was here\n".encode()]) == encoding.Guess("utf-8")


def test_an_old_file_whose_last_letter_could_begin_one_of_utf8_is_no_utf8() -> None:
    assert encoding.guess(["bon café".encode("cp1252")]).name == "cp1252"


def test_a_sample_that_ends_inside_a_letter_is_no_damage() -> None:
    assert encoding.guess([HEBREW.encode()[:-1]]) == encoding.Guess("utf-8")


def test_the_encoding_that_was_told_is_the_one_used(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes("text\nПосылка опоздала на неделю\n".encode("cp1251"))
    assert texts(path, encoding="cp1251") == ["Посылка опоздала на неделю"]


@given(st.text(alphabet="אבגדהוזחטיכלמנסעפצקרשתםןףץך", min_size=2, max_size=12), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_hebrew_words_in_cp1255_are_never_taken_for_arabic_or_french(word: str, times: int) -> None:
    assert encoding.guess([(f"text\n{' '.join([word] * times)} שלום עולם\n").encode("cp1255")]).name == "cp1255"


@given(st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقلمنهوي", min_size=2, max_size=12), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_arabic_letters_in_cp1256_are_never_taken_for_hebrew_or_french(word: str, times: int) -> None:
    assert encoding.guess([(f"text\n{' '.join([word] * times)} سلام دنيا\n").encode("cp1256")]).name == "cp1256"
