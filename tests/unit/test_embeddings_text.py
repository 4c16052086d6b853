"""The spelling that the models read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text import normalise, normalise_all

ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("", ""),
        ("GREAT Phone", "great phone"),
        ("soooo sloooow", "soo sloow"),
        ("10000 times", "10000 times"),
        ("בְּרֵאשִׁית", "ב_ ראשית"),
        ("והשירות", "ו_ ה_ שירות"),
        ("שהזמנתי", "ש_ ה_ זמנתי"),
        ("הוא", "הוא"),
        ("خیلییییی", "خیلی"),
        ("كيفية", "کیفیه"),
        ("۱۲۳ ٤٥", "123 45"),
        ("نمی‌خواهم", "نمی_ خواهم"),
        ("نمیخواهم", "نمی_ خواهم"),
        ("کتاب‌ها", "کتاب _ها"),
        ("کتابها", "کتاب _ها"),
        ("بزرگ‌ترین", "بزرگ _ترین"),
        ("a\u200fb\u202ac", "abc"),
        ("ﬁne", "fine"),
        ("bad\ud83d", "bad\ufffd"),
    ],
)
def test_many_spellings_become_one(said: str, read: str) -> None:
    assert normalise(said) == read


@given(ANY_TEXT)
def test_whatever_is_said_can_be_written_as_utf8(text: str) -> None:
    normalise(text).encode("utf-8")


@given(st.lists(ANY_TEXT))
def test_order_and_length_are_kept(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise(text) for text in texts]


@given(st.text("abc אבג דהו ۰۱۲ یکه!", max_size=40))
def test_case_and_bidi_marks_change_nothing(text: str) -> None:
    assert normalise("\u200f" + text.upper() + "\u200e") == normalise(text)


def test_a_mention_costs_microseconds() -> None:
    texts = ["The app crashed twice", "המשלוח הגיע באיחור של שבוע", "بسته‌بندی خیلی بد بود"] * 2_000
    start = time.perf_counter()
    normalise_all(texts)
    assert (time.perf_counter() - start) / len(texts) < 100e-6
