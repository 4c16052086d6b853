"""The words of questions: lexicons that are data, and the names of stages, touchpoints, channels, languages, products.

Names come from the taxonomy, from ``lexicon/*.toml`` and from the company's catalogue. What is found is taken out of
the text, longest names first, so that what is left was not understood.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from assistant.slate import Slate, Span
from mining.language import normalise
from mining.name_words import spoken
from mining.names import is_short
from mining.taxonomy import Taxonomy


@cache
def lexicon(language: str) -> Mapping[str, Any]:
    """The words of one language; its patterns are written for folded text."""
    tables: dict[str, Any] = {}
    for part in (f"{language}.toml", f"time_{language}.toml"):
        tables |= data(part)
    return tables


@cache
def data(name: str) -> Mapping[str, Any]:
    """One file of the lexicon."""
    path = files("assistant") / "lexicon" / name
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def pattern(words: str) -> re.Pattern[str]:
    """Whole words only."""
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def any_of(patterns: Iterable[str], words: Mapping[str, Any]) -> str:
    """One of some patterns, longest first, with what the language writes onto a word."""
    before, after = words["affixes"]
    return f"{before}(?:{'|'.join(sorted(patterns, key=len, reverse=True))}){after}"


@lru_cache(maxsize=4096)
def _said(patterns: tuple[str, ...], language: str) -> re.Pattern[str]:
    return pattern(any_of(patterns, lexicon(language)))


def says(text: str, patterns: Iterable[str], language: str) -> list[Span]:
    """Where any of some patterns of a lexicon stand in a text."""
    return [found.span() for found in _said(tuple(patterns), language).finditer(text)]


@dataclass(frozen=True, slots=True)
class _Name:
    """A way to name a value of a filter, as a pattern."""

    pattern: re.Pattern[str]
    field: str
    value: str


@lru_cache(maxsize=16)
def _names(language: str, taxonomy: Taxonomy) -> tuple[_Name, ...]:
    """Every way to name a stage, touchpoint, channel or language in one language."""
    words = lexicon(language)
    names = [name for task in ("stage", "touchpoint", "effort") for name in _of_task(task, language, words, taxonomy)]
    for field, table in (("channel", words["channels"]), ("language", words["languages"])):
        names += [_Name(pattern(any_of([said], words)), field, value) for value in table for said in table[value]]
    return tuple(names)


def _of_task(task: str, language: str, words: Mapping[str, Any], taxonomy: Taxonomy) -> Iterable[_Name]:
    before, _ = words["affixes"]
    marker = "|".join(words["stage_words"])
    for value, category in taxonomy.categories(task).items():
        if value == "none":
            continue
        beside = category.beside.get(language, ())
        for said in {category.name(language), *category.aliases.get(language, ()), *beside}:
            whole = any_of([re.escape(normalise(said)).replace(r"\ ", "[ -]")], words)
            if said not in beside:
                yield _Name(pattern(whole), task, value)
            if task == "stage":
                yield _Name(pattern(f"{before}(?:{marker})[ -]{whole}|{whole}[ -](?:{marker})"), task, value)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a filter that the text names, and where."""

    field: str
    value: str
    span: Span


def values(text: str, language: str, taxonomy: Taxonomy) -> list[Value]:
    """Filter values named in the text. One alias may name several values ("before purchase"); all are meant.

    Of those that overlap the longest is meant.
    """
    matches = [(match.span(), name) for name in _names(language, taxonomy) for match in name.pattern.finditer(text)]
    matches.sort(key=lambda found: (found[0][0] - found[0][1], found[0], found[1].field, found[1].value))
    taken: dict[Span, str] = {}
    chosen = []
    for span, name in matches:
        if taken.get(span, name.field) == name.field and not any(_crosses(span, other) for other in taken):
            taken[span] = name.field
            chosen.append(Value(name.field, name.value, span))
    return chosen


# Stands for the letters of a word that means nothing by itself, and is a letter that nobody writes.
_LETTER = "\u16de"


def without_compounds(text: str, language: str, taxonomy: Taxonomy) -> str:
    """The text with the letters of names of several words hidden: a word in them means what it would not mean alone."""
    for one in values(text, language, taxonomy):
        start, end = one.span
        if one.field in ("stage", "touchpoint") and re.search(r"\w[ -]\w", text[start:end]):
            text = text[:start] + re.sub(r"\w", _LETTER, text[start:end]) + text[end:]
    return text


def _crosses(span: Span, other: Span) -> bool:
    return span != other and span[0] < other[1] and other[0] < span[1]


def catalogue(
    slate: Slate, called: Mapping[str, Mapping[str, Iterable[str]]], language: str, asked: str
) -> list[Value]:
    """Names of the catalogue said, by any of their aliases, in the order of the text; they are taken from the slate.

    ``asked`` is the question as it was written: an alias of a letter or two is meant in its own letter case only.
    """
    aliases = [
        (alias, field, name)
        for field, names in called.items()
        for name, more in names.items()
        for alias in (name, *more)
    ]
    found: list[Value] = []
    for alias, field, name in sorted(aliases, key=lambda one: -len(one[0])):
        if is_short(alias) and not pattern(re.escape(alias)).search(asked):
            continue
        whole = pattern(any_of(_written(alias), lexicon(language)))
        matches = slate.find_all(whole, field)
        if not matches and not is_short(alias):
            # An alias of another language than the question's, with what its own language writes onto it.
            matches = slate.find_all(spoken([alias]), field)
        found += [Value(field, name, match.span()) for match in matches]
    return sorted(found, key=lambda one: one.span)


def _written(alias: str) -> list[str]:
    """An alias with and without its half-spaces, its parts joined by a blank or a dash."""
    spelt = dict.fromkeys((normalise(alias), normalise(alias, zwnj="")))
    return [re.escape(one).replace(r"\ ", "[ -]").replace(r"\-", "[ -]") for one in spelt]


WORD = re.compile(r"\d+(?:[-/.:]\d+)+|\w[\w'\"]*")


def is_small(word: str, language: str) -> bool:
    """Whether a word carries no condition."""
    return not _ignored(language).isdisjoint(bare(word, language))


def bare(word: str, language: str) -> set[str]:
    """A word with and without what the language writes onto its beginning."""
    before = lexicon(language)["affixes"][0]
    said = word.strip("'\"")
    return {said, *(said[cut:] for cut in (1, 2, 3) if cut + 1 < len(said) and re.fullmatch(before, said[:cut]))}


@cache
def _ignored(language: str) -> frozenset[str]:
    words = lexicon(language)
    return frozenset(normalise(words["ignore"]).split()) | {normalise(word) for word in words["stage_words"]}


def ignorable(language: str) -> str:
    """A pattern of the words that carry no condition."""
    return any_of(map(re.escape, _ignored(language)), lexicon(language))
