"""The tables of signs that are written alike, and the spelling of the models, which is made of them."""

from __future__ import annotations

import unicodedata
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import folding
from embeddings.text import NORMALISATION, normalise

# Latin, Hebrew and Arabic with its forms, punctuation: blocks in which Unicode changes nothing any more.
BLOCKS = [
    (0x0000, 0x0250), (0x0590, 0x061C), (0x061E, 0x0700), (0x2000, 0x2070),
    (0xD800, 0xE000), (0xFB1D, 0xFBB2), (0xFBD3, 0xFD3E), (0xFE70, 0xFF5F),
]  # fmt: skip
TABLES = ("DIGITS", "PERSIAN", "MARKS", "INVISIBLE", "POINTS", "QUOTES")


@pytest.mark.parametrize("name", TABLES)
@given(st.text())
def test_folding_twice_changes_nothing_more(name: str, text: str) -> None:
    table = getattr(folding, name)
    assert text.translate(table).translate(table) == text.translate(table)


@given(st.characters(categories=["Nd"]))
def test_a_digit_is_folded_to_its_own_value(digit: str) -> None:
    folded = digit.translate(folding.DIGITS)
    assert unicodedata.digit(folded) == unicodedata.digit(digit)


def test_the_models_read_the_spelling_that_they_were_trained_on() -> None:
    signs = [chr(code) for first, end in BLOCKS for code in range(first, end)]
    spelt = "\n".join(normalise(f"b{sign}d ש{sign}לום کتاب{sign}م") for sign in signs)
    assert NORMALISATION == 1
    # Another digest is another spelling: raise NORMALISATION and train the models again.
    assert sha256(spelt.encode()).hexdigest()[:16] == "a3adfbc247c42eaa"
