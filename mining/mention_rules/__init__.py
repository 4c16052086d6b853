"""What a word does to the cutting of a text, in three languages at once: their scripts keep them apart.

The words are data, one TOML file per language. ``roles(word)`` answers with bits, plain integers, so that a rule is
one fast ``&``.
"""

from __future__ import annotations

import tomllib
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any


class Role(IntEnum):
    """What a word can do; a word may do several things, so these are bits."""

    CONTRAST = 1
    WEAK_CONTRAST = 2
    CONCESSION = 4
    CONJUNCTION = 8
    NEGATION = 16
    NEGATION_AFTER = 32
    POSITIVE = 64
    NEGATIVE = 128
    OPENING = 256
    CLOSING = 512
    STARTER = 1024
    ABBREVIATION = 2048
    ABBREVIATION_MAY_END = 4096
    NO_CONTRAST_AFTER = 8192
    NO_CONTRAST_BEFORE = 16384
    LONG_CUT = 32768
    DEPENDENT = 65536
    WITH_VAV = 131072
    OPENS_PHRASE = 262144
    PROBLEM = 524288
    STRONG_CONTRAST = 1048576


_LANGUAGES = ("en", "he", "fa")
_ROLES = {
    "contrast": Role.CONTRAST,
    "strong_contrast": Role.STRONG_CONTRAST,
    "weak_contrast": Role.WEAK_CONTRAST,
    "concession": Role.CONCESSION,
    "conjunction": Role.CONJUNCTION,
    "negation": Role.NEGATION,
    "negation_after": Role.NEGATION_AFTER,
    "opening": Role.OPENING,
    "closing": Role.CLOSING,
    "starters": Role.STARTER,
    "abbreviations": Role.ABBREVIATION,
    "abbreviations_that_may_end": Role.ABBREVIATION_MAY_END,
    "not_contrast_after": Role.NO_CONTRAST_AFTER,
    "not_contrast_before": Role.NO_CONTRAST_BEFORE,
    "long_cut": Role.LONG_CUT,
    "dependent": Role.DEPENDENT,
    "positive": Role.POSITIVE,
    "negative": Role.NEGATIVE,
    "problem": Role.PROBLEM,
}
VERDICT = Role.POSITIVE | Role.NEGATIVE
OPINION = VERDICT | Role.PROBLEM
# Half-spaces and bidi marks go, Arabic keyboards' letters become Persian, curly apostrophes straight.
_SPELLING: dict[int, str | None] = {
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x0640)),
    **{ord(letter): one for letter, one in zip("يىكةأإۀ’‘׳״”“", "ییکهااه''" + '\'"""', strict=True)},
}
_HEBREW_PARTICLES = "והשבלכמ"
_PERSIAN_ENDINGS = ("ترین", "تره", "تر", "ست", "های", "ها", "اند", "ند", "ین", "ی", "ه", "ن", "م")


def _read() -> tuple[dict[str, int], dict[str, int]]:
    words: dict[str, int] = {}
    for language in _LANGUAGES:
        source = files("mining.mention_rules").joinpath(f"{language}.toml").read_text(encoding="utf-8")
        for name, entry in _entries(tomllib.loads(source)):
            for word in entry.split():
                key = spelt(word)
                words[key] = words.get(key, 0) | _ROLES[name]
    phrases = {word.replace("_", " "): roles for word, roles in words.items() if "_" in word}
    singles = {word: roles for word, roles in words.items() if "_" not in word}
    for phrase in phrases:
        opening = phrase.split(" ")[0]
        singles[opening] = singles.get(opening, 0) | Role.OPENS_PHRASE
    return singles, phrases


def _entries(data: dict[str, Any]) -> list[tuple[str, str]]:
    """(role's name, words) of one language's file, the opinion words among them."""
    return [*((name, entry) for name, entry in data.items() if name != "opinion"), *data["opinion"].items()]


@lru_cache(maxsize=65_536)
def spelt(word: str) -> str:
    """The word as the lists spell it."""
    return word.lower() if word.isascii() else word.lower().translate(_SPELLING)


_WORDS, PHRASES = _read()
"""Roles of single words, and of two or three words that act as one ("עם זאת")."""


@lru_cache(maxsize=65_536)
def roles(word: str) -> int:
    """Bits of :class:`Role`; Hebrew particles and Persian endings are taken off where the word is not listed itself.

    What is found that way is an opinion or nothing: "והשירות" is no conjunction, "خوبه" is as good as "خوب".
    """
    key = spelt(word)
    found = _WORDS.get(key)
    if found is not None or not key or key.isascii():
        return found or 0
    if "א" <= key[0] <= "ת":
        return _without_particles(key) | (Role.WITH_VAV if key[0] == "ו" and len(key) > 3 else 0)
    for ending in _PERSIAN_ENDINGS:
        stem = key.removesuffix(ending)
        if stem != key and len(stem) >= 2 and stem in _WORDS:
            return _WORDS[stem] & OPINION
    return 0


def _without_particles(word: str) -> int:
    for length in (1, 2):
        if len(word) >= length + 3 and all(letter in _HEBREW_PARTICLES for letter in word[:length]):
            found = _WORDS.get(word[length:], 0) & OPINION
            if found:
                return found
    return 0
