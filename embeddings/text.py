"""Texts as the models read them: one spelling for what people spell in many ways.

``normalise`` is the same function in training and at run time. A change of its rules is a change of every model,
so they carry a version, ``NORMALISATION``, that is stored beside the weights. The tables of :mod:`connectors.folding`
are part of the rules.

- Unicode NFKC, lower case; Hebrew points, Arabic vowel signs, tatweel and bidi marks dropped; lone surrogates
  become U+FFFD, because tokenizers refuse them.
- Arabic yeh, kaf, alef and teh forms become the Persian letter; ZWNJ becomes a space; Persian and Arabic digits
  become ASCII.
- A letter written three times or more ("خیلییییی", "soooo") is kept once, in Latin script twice.
- Hebrew particles written onto the word (ו ש ה ב ל מ כ, and a second one after ו or ש) are cut off and marked where
  at least three letters remain. No dictionary: the cut is sometimes wrong, but always the same.
- Persian verb prefixes (می, نمی) and endings (ها, های, تر, ترین) are cut off and marked likewise.
"""

import re
import unicodedata
from collections.abc import Iterable

from connectors.folding import DIGITS, INVISIBLE, PERSIAN, POINTS, QUOTES, dropped, same

NORMALISATION = 1
"""Version of the rules above; weights made with another version do not fit."""

_TABLE = DIGITS | PERSIAN | POINTS | INVISIBLE | QUOTES
_TABLE |= dropped((0x0000, 0x0000), (0x0610, 0x061A), (0x06D6, 0x06DC))  # NUL, Arabic signs
_TABLE |= same([("ه", "ةۀە"), ("ا", "أإآٱ"), ("و", "ؤ"), ('"', "«»"), (" ", "\u200c")])
_TABLE |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

_LATIN_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_DRAWN_OUT = re.compile(r"([א-תء-ی])\1{2,}")
_HEBREW = re.compile(r"[א-ת]")
_HEBREW_PREFIX = re.compile(r"(?<![א-ת'\"])(?:([וש])([ושהבלמכ])|([ושהבלמכ]))(?=[א-ת]{3})")
_PERSIAN = re.compile(r"[ء-ی]")
_PERSIAN_PREFIX = re.compile(r"(?<![ء-ی])(ن?می)(?: (?=[ء-ی])|(?=[ء-ی]{3}))")
_PERSIAN_ENDING = re.compile(
    r"(?:(?<=[ء-ی]{2}) ?(ها|های|هایی)|(?<=[ء-ی]{2}) (تر|ترین)|(?<=[ء-ی]{3})(تر|ترین))(?![ء-ی])"
)


def normalise(text: str) -> str:
    """The spelling that the models know; "" stays "". Any str is taken, lone surrogates too."""
    if text.isascii():
        return _LATIN_DRAWN_OUT.sub(r"\1\1", text.lower())
    plain = unicodedata.normalize("NFKC", text).lower().translate(_TABLE)
    plain = _LATIN_DRAWN_OUT.sub(r"\1\1", _DRAWN_OUT.sub(r"\1", plain))
    if _HEBREW.search(plain):
        plain = _HEBREW_PREFIX.sub(_cut_hebrew, plain)
    if _PERSIAN.search(plain):
        plain = _PERSIAN_ENDING.sub(r" _\1\2\3", _PERSIAN_PREFIX.sub(r"\1_ ", plain))
    return plain


def normalise_all(texts: Iterable[str]) -> list[str]:
    """``normalise`` of every text, in order."""
    return [normalise(text) for text in texts]


def _cut_hebrew(match: re.Match[str]) -> str:
    first, second, only = match.groups()
    return f"{only}_ " if only else f"{first}_ {second}_ "
