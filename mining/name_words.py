"""The words of a text in one spelling, with their places; and what three languages write onto a name.

Hebrew writes prepositions onto the beginning of a name, Persian endings behind it, English an s; blanks, dashes and
half-spaces stand between the parts of a name as everybody likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from connectors.folding import INVISIBLE, POINTS
from mining.language import normalise

ZWNJ = "\u200c"
_HEBREW = r"[\u05d0-\u05ea\ufb1d-\ufb4f]"
_ARABIC = (
    r"[\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"
)
_OTHER = r"(?:(?![\u05d0-\u05ea\ufb1d-\ufb4f\u0620-\u064a\u066e-\u06d3\u06d5\ufb50-\ufefc])[^\W_])"
# Signs on and between letters that folding drops, or joins with the letter.
_MARKS = "".join(re.escape(chr(sign)) for sign in sorted({**POINTS, **INVISIBLE})) + "\u0300-\u036f"
_QUOTES = "'\"׳״’‘`´“”„"
_DASHES = r"\-_\u05be\u2010-\u2015\u2212"

HEBREW_PREFIXES = tuple(
    dict.fromkeys(
        one + two + three
        for one in ("", "ו")
        for two in ("", "ש", "כש", "מש", "לכש")
        for three in ("", "ב", "ל", "מ", "כ", "ה", "מה", "של")
        if one + two + three
    )
)
"""What Hebrew writes onto the beginning of a name: and, that, when, in, to, from, like, the, and their joinings."""

PERSIAN_ENDINGS = frozenset(
    "ها های هایی هایم هایت هایش هایمان هایتان هایشان ی ای ام ات اش مان تان شان اند است هم رو".split()  # noqa: SIM905  # twenty quoted words of right-to-left script in a row are shown out of order
)
"""What Persian may write behind a name after a half-space."""

_PERSIAN_PLURALS = ("ها", "های")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign: folded, and where it stands."""

    fold: str
    start: int
    end: int


def _word(letter: str, marks: str) -> str:
    """Letters of one alphabet with marks on them, and a quote between two of them as in צה"ל or don't."""
    return rf"{letter}(?:[{marks}]*+(?:[{_QUOTES}][{marks}]*+)?{letter})*+[{marks}]*+"


def _pattern(marks: str) -> re.Pattern[str]:
    words = (_word(letter, marks) for letter in (_HEBREW, _ARABIC, _OTHER))
    return re.compile("|".join((*words, rf"[^\s{_DASHES}{marks}{ZWNJ}]")))


_PARTED, _JOINED = _pattern(_MARKS), _pattern(_MARKS + ZWNJ)
_fold = lru_cache(maxsize=50_000)(normalise)


def words(text: str, *, joined: bool) -> list[Word]:
    """The words and signs of a text, folded; blanks, dashes and, unless ``joined``, half-spaces part them."""
    found = (_JOINED if joined else _PARTED).finditer(text)
    made = ((_fold(one[0].replace(ZWNJ, "")), one) for one in found)
    return [Word(fold, *one.span()) for fold, one in made if fold]


def spelling(text: str, *, joined: bool = False) -> tuple[str, ...]:
    """The words of a text alone."""
    return tuple(word.fold for word in words(text, joined=joined))


def may_begin(text: str, start: int, *, whole: bool) -> bool:
    """Whether a name may begin here: not behind a half-space within a word; ``whole``: not within any word."""
    before = text[max(0, start - 2) : start]
    if before.endswith(ZWNJ):
        return not before[0].isalnum()
    return not (whole and re.search(r"\w\Z", before))


def may_end(text: str, end: int, *, whole: bool) -> bool:
    """Whether a name may end here: a half-space must have an ending behind it; ``whole``: nothing is behind it."""
    following = text[end : end + 1]
    if following != ZWNJ:
        return not (whole and re.match(r"\w", following))
    ending = _PARTED.match(text, end + 1)
    return ending is None or (not whole and _fold(ending[0]) in PERSIAN_ENDINGS)


def behind(text: str, word: Word, letters: int) -> int:
    """Where a word goes on after so many folded letters, points and marks on them included."""
    rest = word.fold[letters:]
    starts = range(word.end - 1, word.start, -1)
    return next((start for start in starts if normalise(text[start : word.end], "") == rest), word.start)


def ahead(text: str, word: Word, letters: int) -> int:
    """Where a word ends without its last so many folded letters."""
    core = word.fold[:-letters]
    ends = range(word.end - 1, word.start, -1)
    end = next((end for end in ends if normalise(text[word.start : end], "") == core), word.end)
    return word.start + len(text[word.start : end].rstrip(ZWNJ))


def beginnings(word: str) -> tuple[str, ...]:
    """What may be written onto a folded word, by its first letter."""
    return HEBREW_PREFIXES if re.match(_HEBREW, word) else ()


def endings(word: str) -> tuple[str, ...]:
    """What may be written straight behind a folded word, by its last letter."""
    if re.fullmatch(_ARABIC, word[-1]):
        return _PERSIAN_PLURALS
    if word[-1].isascii() and word[-1].isalnum():
        return ("s", "'s", "es") if word.endswith(("s", "x", "z", "ch", "sh")) else ("s", "'s")
    return ()


# --- patterns, for those who have no need of spaCy ------------------------------------------------------------------


def spoken(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern, over folded text, of some words with what the three languages write onto them."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(_spoken, words), key=len, reverse=True))})(?!\w)")


def _spoken(word: str) -> str:
    both = dict.fromkeys((normalise(word), normalise(word, zwnj="")))
    whole = "|".join(re.escape(one).replace(r"\ ", "[ -]").replace(r"\-", "[ -]") for one in both)
    folded = next(iter(both))
    before = rf"(?:(?:{'|'.join(HEBREW_PREFIXES)})-?)?" if re.match(_HEBREW, folded) else ""
    after = ""
    if re.fullmatch(_ARABIC, folded[-1:]):
        after = rf"(?: ?(?:{'|'.join(sorted(PERSIAN_ENDINGS, key=len, reverse=True))}))?"
    elif folded[-1:].isascii() and folded[-1:].isalnum():
        after = "(?:'?s|es)?"
    return f"{before}(?:{whole}){after}"
