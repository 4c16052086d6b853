"""Whether a reworded sentence says what the sentence said.

Meaning cannot be checked, so what carries facts is: numbers, names and negations are the same and in the same order;
words of more and less, good and bad, all and some, cause and certainty, people and items (``guarded.toml``) are there
as they were. The words between may change. What cannot be told is refused: our own sentence is always good enough.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from connectors.folding import DIGITS, INVISIBLE, MARKS, PERSIAN, POINTS, QUOTES
from mining.language import detect, normalise
from mining.name_words import spoken

_TIMES_AS_LONG = 2
# One new word for so many words of ours: with more of them a claim could be made that no list of words foresees.
_FOR_EACH_NEW = 4
# Forms of one word share this much.
_STEM = 3
_LANGUAGES = {"LATIN": "en", "HEBREW": "he", "ARABIC": "fa"}
_FOLD = DIGITS | PERSIAN | POINTS | INVISIBLE | QUOTES | {0x200C: " "}
# Punctuation that is free; any other sign must have been there, as often. Links, mentions and markup need others.
_FREE = frozenset(" .,;:!?()'-–—־׳״’\u200c،؛؟…\u0654\u064b\"%٪“”„«»")
_MARKS = re.compile(r"[\"«»‹›「」『』]|(?<!\w)['`´]")
_QUOTED = re.compile(r"\"[^\"]*\"|«[^«»]*»|(?<!\w)'[^']*'(?!\w)")
_WITHIN = re.compile(r"(?<=\w)[\"'](?=\w)")
_ISOLATED = re.compile("[\u2066-\u2068][^\u2069]*\u2069")
_ENDS = re.compile(r"[.!?؟…]+(?=[\s\"»')]|$)")
_DOMAIN = re.compile(r"[^\W\d_]\.[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NUMBER = re.compile(
    r"(?:(?P<letters>(?<!\w)[^\W\d_]+)-?|(?P<signs>(?<!\w)[-+±~<>≤≥≈=\u2212$€£₪﷼#№]+) ?)?"
    r"(?P<core>\d+(?:[.,٫٬:/'⁄-]\d+)*)(?P<tail>\w*(?: ?[%٪‰])?\+?)"
)
# What Hebrew writes onto a number and means nothing by; "about" is not among it.
_HEBREW_BEFORE = frozenset("ובלמהש")


def faithful(before: str, after: str, names: Collection[str] = ()) -> bool:
    """Whether ``after`` tells the facts of ``before``, and nothing that ``before`` does not.

    ``names`` are those that may be told apart: products, competitors, themes, stages, sources, months. They are found
    in either sentence; capitalised words of English and Latin words elsewhere are names without being listed.
    """
    if after == before:
        return True
    if not after.strip() or len(after) > _TIMES_AS_LONG * len(before) or not _signs_were_there(before, after):
        return False
    if _directions(before) != _directions(after):
        return False
    old, new = _folded(before), _folded(after)
    if _quotations(old) != _quotations(new) or len(_ENDS.findall(new)) > max(1, len(_ENDS.findall(old))):
        return False
    if set(_DOMAIN.findall(new)) - set(_DOMAIN.findall(old)):
        return False
    script = _script(old)
    if script is None or script != _script(new) or not _same_facts(old, new, script, names):
        return False
    return _language(before, script) == _language(after, script)


def _signs_were_there(before: str, after: str) -> bool:
    held = Counter(before)
    return all(
        sign in _FREE or unicodedata.category(sign) in ("Lu", "Ll", "Lo", "Nd") or count <= held[sign]
        for sign, count in Counter(after).items()
    )


def _directions(text: str) -> tuple[list[str], list[str]]:
    """What stands apart in a line that runs the other way, signed numbers above all, and the marks that part it."""
    return _ISOLATED.findall(text), [sign for sign in text if ord(sign) in MARKS]


def _folded(text: str) -> str:
    """One spelling, letter case kept; every decimal digit as 0-9."""
    plain = unicodedata.normalize("NFKC", text).translate(_FOLD)
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in plain)
    return " ".join("".join(digits).split())


def _lower(text: str) -> str:
    """Lower case of the same length, so that places stay."""
    return "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)


def _quotations(text: str) -> tuple[list[str], list[str]]:
    """What is quoted, and the marks; one between letters is a Hebrew abbreviation or an apostrophe."""
    plain = _WITHIN.sub("", text)
    return _QUOTED.findall(plain), _MARKS.findall(plain)


def _script(text: str) -> str | None:
    """The script of most letters, if it is one of ours."""
    scripts = Counter(_script_of(sign) for sign in text if sign.isalpha())
    most = scripts.most_common(1)
    return most[0][0] if most and most[0][0] in _LANGUAGES else None


@cache
def _script_of(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]


def _language(text: str, script: str) -> str:
    return detect(text, hint=_LANGUAGES[script])


# --- the facts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fact:
    """Something that a sentence tells and where. Of a ``loose`` one only that it is told counts."""

    start: int
    end: int
    key: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Guarded:
    key: str
    pattern: re.Pattern[str]


def _same_facts(old: str, new: str, script: str, names: Collection[str]) -> bool:
    ordinary = set(re.findall(r"(?<!\w)[a-z]+(?!\w)", f"{old} {new}")) | _small()
    wanted = _named_in((_lower(old), _lower(new)), names)
    told = [_facts(text, script, wanted, ordinary) for text in (old, new)]
    loose = [{fact.key for fact in facts if fact.loose} for facts in told]
    if loose[0] != loose[1]:
        return False
    both = {one for pair in _data()["opposites"] if loose[0].issuperset(pair) for one in pair}
    strict = [[fact.key for fact in facts if not fact.loose or fact.key in both] for facts in told]
    return strict[0] == strict[1] and _few_are_new(old, new, told[1])


def _few_are_new(old: str, new: str, facts: Iterable[_Fact]) -> bool:
    """Whether most words that tell no fact are small ones, or forms of words that were there."""
    held = [match[0] for match in _WORD.finditer(_lower(old))]
    covered = {place for fact in facts for place in range(fact.start, fact.end)}
    free = (match[0] for match in _WORD.finditer(_lower(new)) if match.start() not in covered)
    fresh = [word for word in free if word not in _small() and not any(_akin(word, one) for one in held)]
    return len(fresh) <= max(1, len(held) // _FOR_EACH_NEW)


def _akin(word: str, other: str) -> bool:
    """Whether one holds the other, as a form with an ending or with what Hebrew writes before it does."""
    return word == other or (min(len(word), len(other)) >= _STEM and (word in other or other in word))


def _facts(text: str, script: str, names: Mapping[str, re.Pattern[str]], ordinary: Collection[str]) -> list[_Fact]:
    """The facts in their order; where two overlap, names before numbers before guarded words before other words."""
    low = _lower(text)
    taken = bytearray(len(text))
    kept: list[_Fact] = []
    for found in (
        _names(low, names),
        (_Fact(*match.span(), _number(match)) for match in _NUMBER.finditer(low)),
        *_guarded_words(low),
        _foreign(text, script),
        _capitals(text, ordinary) if script == "LATIN" else (),
    ):
        for fact in sorted(found, key=lambda one: one.start - one.end):
            if not any(taken[fact.start : fact.end]):
                taken[fact.start : fact.end] = b"\1" * (fact.end - fact.start)
                kept.append(fact)
    return sorted(kept, key=lambda fact: fact.start)


def _named_in(texts: Iterable[str], names: Collection[str]) -> dict[str, re.Pattern[str]]:
    """Patterns of the names that can be in one of the texts; of most it is plain that they are not."""
    plain = [text.replace("-", " ") for text in texts]
    folded = {normalise(name).replace("-", " "): name for name in names}
    return {
        key: spoken([name])
        for key, name in folded.items()
        if key and any(part in text for text in plain for part in (key, normalise(name, zwnj="")))
    }


def _names(low: str, names: Mapping[str, re.Pattern[str]]) -> Iterator[_Fact]:
    for key, pattern in names.items():
        for match in pattern.finditer(low):
            yield _Fact(*match.span(), f"name {key}")


def _number(match: re.Match[str]) -> str:
    letters = match["letters"] or ""
    letters = "" if set(letters) <= _HEBREW_BEFORE else letters
    signs = (match["signs"] or "").replace("\u2212", "-")
    return f"number {letters}{signs}{match['core']}{match['tail'].replace(' ', '').replace('٪', '%')}"


def _guarded_words(low: str) -> Iterator[list[_Fact]]:
    """Number words, then the classes, then negations: the word for "not" of Persian is a mere first letter."""
    numbers, classes, negations = _patterns()
    yield [_Fact(*match.span(), f"number {match['said']}") for one in numbers for match in one.pattern.finditer(low)]
    yield [
        _Fact(*match.span(), one.key, loose=one.key != "us") for one in classes for match in one.pattern.finditer(low)
    ]
    yield [_Fact(*match.span(), "not") for one in negations for match in one.pattern.finditer(low)]


def _foreign(text: str, script: str) -> Iterator[_Fact]:
    """Words of another script than the sentence's, in whole or in part."""
    for match in _WORD.finditer(text):
        if any(_script_of(sign) != script for sign in match[0] if sign.isalpha()):
            yield _Fact(*match.span(), f"name {match[0]}")


def _capitals(text: str, ordinary: Collection[str]) -> Iterator[_Fact]:
    """English words that are names: capitalised, unless they begin a sentence and are known as ordinary words."""
    for match in _WORD.finditer(text):
        word = match[0]
        begins = not text[: match.start()].rstrip(" \"'(-") or bool(re.search(r"[.!?…]\W*$", text[: match.start()]))
        plain = begins and word[1:] == word[1:].lower() and word.lower() in ordinary
        if word != word.lower() and not plain:
            yield _Fact(*match.span(), f"name {word}")


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((files("assistant") / "llm" / "guarded.toml").read_text(encoding="utf-8"))


@cache
def _small() -> frozenset[str]:
    return frozenset(word for language in _LANGUAGES.values() for word in _folded(_data()[language]["small"]).split())


@cache
def _patterns() -> tuple[list[_Guarded], list[_Guarded], list[_Guarded]]:
    """The words of all languages: number words, classes, negations. Their scripts keep them apart."""
    numbers, classes, negations = [], [], []
    for language in _LANGUAGES.values():
        table = _data()[language]
        numbers.append(_any_of("number", table["numbers"], table["before"]))
        negations.append(_any_of("not", table["not"], table["before"]))
        classes += [_any_of(name, said, table["before"]) for name, said in table["classes"].items()]
    return numbers, classes, negations


def _any_of(key: str, patterns: Iterable[str], before: str) -> _Guarded:
    """Whole words; ``said`` is the word without what Hebrew writes onto it."""
    inside = "|".join(sorted(patterns, key=len, reverse=True))
    return _Guarded(key, re.compile(rf"(?<!\w){before}(?P<said>{inside})(?!\w)"))
