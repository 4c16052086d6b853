"""Rules of masking that hold for any text."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mining.privacy import mask
from mining.privacy.checks import card, iban, iranian_code, israeli_id, luhn

FIXTURES = Path(__file__).parents[1] / "fixtures" / "privacy"
WRITTEN = [
    json.loads(line)["text"].replace("⟦", "").replace("⟧", "")
    for path in sorted(FIXTURES.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
_PIECES = """
050-1234567 0501234567 +972_50_123_4567 dana@example.com 4580_7515_3364_5048 304451669 ת.ז._ my_password_is_ hunter22
token= ? & https:// u:p@ [email] [ ] {{ }} [PII] one_two_three_four_ five_six_seven צפר אפס_חמש_ شماره_ ۰۹۱۲۱۲۳۴۵۶۷
\u200e \u200c _ IL820108000007745480372 order_ 12 - ( ) + . # a ב code_is_ 482913 " :
"""
PIECES = ["\n", *(piece.replace("_", " ") for piece in _PIECES.split())]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.text(max_size=80),
    st.text(alphabet="0123456789 -+().@abc۰۱۲אב[]\u200e", max_size=60),
    st.sampled_from(WRITTEN),
)


@settings(max_examples=400)
@given(TEXTS, st.sampled_from(["", "your password please?", "מה תעודת הזהות שלך?"]))
def test_masking_a_masked_text_changes_nothing(text: str, lead: str) -> None:
    once = mask(text, lead)
    assert mask(once.text, lead).text == once.text


@settings(max_examples=400)
@given(TEXTS)
def test_spans_are_sorted_disjoint_and_map_the_rest_unchanged(text: str) -> None:
    masked = mask(text)
    rebuilt, old, new = "", 0, 0
    for span in masked.spans:
        assert old <= span.start < span.end <= len(text)
        assert masked.text[new : span.new_start] == text[old : span.start]
        assert masked.text[span.new_start : span.new_end] == f"[{span.kind}]"
        rebuilt += text[old : span.start] + f"[{span.kind}]"
        old, new = span.end, span.new_end
    assert masked.text[new:] == text[old:]
    assert rebuilt + text[old:] == masked.text


@given(st.text(alphabet="abcdefgh אבגד سلام،.!?\n😀", max_size=200))
def test_letters_without_announcement_are_never_masked(text: str) -> None:
    assert mask(text).spans == ()


@given(st.text(alphabet="0123456789", min_size=12, max_size=18))
def test_exactly_one_last_digit_passes_luhn(digits: str) -> None:
    assert sum(luhn(digits + last) for last in "0123456789") == 1


@given(st.integers(0, 99_999_999))
def test_exactly_one_last_digit_makes_an_israeli_id(number: int) -> None:
    digits = f"{number:08}"
    if len(set(digits)) > 1:
        assert sum(israeli_id(digits + last) for last in "0123456789") == 1


@given(st.integers(1_000_000, 999_999_999))
def test_exactly_one_last_digit_makes_an_iranian_code(number: int) -> None:
    digits = f"{number:09}"
    if len(set(digits)) > 1:
        assert sum(iranian_code(digits + last) for last in "0123456789") == 1


def test_published_examples_of_check_digits_pass() -> None:
    assert card("4111111111111111")
    assert not card("4111111111111112")
    assert not card("1234567812345670")
    assert iban("GB29NWBK60161331926819")
    assert not iban("GB29NWBK60161331926818")
    assert not iban("GB29NWBK6016133192681")
