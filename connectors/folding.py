"""One sign for those that people and keyboards write alike, as tables for ``str.translate``, joined with ``|``.

What is read, compared and shown to the models is folded with these; what is stored and quoted never is. The models'
own spelling (:mod:`embeddings.text`) is made of them too: a change here is a change of every model.
"""

from __future__ import annotations

from collections.abc import Iterable

Table = dict[int, str | None]


def dropped(*ranges: tuple[int, int]) -> Table:
    """A table that drops every sign from the first to the last of each range."""
    return {code: None for first, last in ranges for code in range(first, last + 1)}


def same(forms: Iterable[tuple[str, str]]) -> Table:
    """A table that writes one sign for each of several, given as (the one, all the others)."""
    return {ord(sign): one for one, others in forms for sign in others}


DIGITS: Table = {zero + digit: str(digit) for zero in (0x0660, 0x06F0, 0xFF10) for digit in range(10)}
"""Arabic, Persian and full-width digits as 0-9."""

PERSIAN = same([("ی", "يىې"), ("ک", "كڪ")])
"""An Arabic keyboard types ي and ك where Persian has ی and ک."""

MARKS = dropped((0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069), (0xFEFF, 0xFEFF))
"""Marks of direction and of byte order: what right-to-left editors leave, invisible and in the way of comparing."""

INVISIBLE = MARKS | dropped(
    (0x00AD, 0x00AD),  # soft hyphen
    (0x200B, 0x200B),  # zero width space
    (0x200D, 0x200D),  # joiner
    (0x2060, 0x2069),
    (0xFE00, 0xFE0F),  # variation selectors
)
"""All that is not seen; but for the non-joiner, the half space of Persian, which parts words."""

POINTS = dropped(
    (0x0591, 0x05BD),  # Hebrew accents and points
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x0640, 0x0640),  # tatweel
    (0x064B, 0x065F),  # Arabic vowel signs
    (0x0670, 0x0670),
)
"""Signs on and between letters that hardly anybody writes."""

QUOTES = same([("'", "׳´`’‘"), ('"', "״“”„"), ("-", "־–—")])
"""Quotes and dashes as plain keyboards have them."""
