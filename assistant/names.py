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

from mining.language import normalise
from mining.name_words import spoken
from mining.names import is_short
from mining.taxonomy import Taxonomy


@cache
def lexicon(language: str) -> Mapping[str, Any]:
    """The words of one language; its patterns are written for folded text."""
    folder = files("assistant") / "lexicon"
    parts = [f"{language}.toml", f"time_{language}.toml"]
    return {
        name: table
        for part in parts
        for name, table in tomllib.loads((folder / part).read_text(encoding="utf-8")).items()
    }


def pattern(words: str) -> re.Pattern[str]:
    """Whole words only."""
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def any_of(patterns: Iterable[str], words: Mapping[str, Any]) -> str:
    """One of some patterns, longest first, with what the language writes onto a word."""
    before, after = words["affixes"]
    return f"{before}(?:{'|'.join(sorted(patterns, key=len, reverse=True))}){after}"


def take(text: str, patterns: Iterable[str], words: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether any pattern stands in the text, and the text without it."""
    found = pattern(any_of(patterns, words))
    return bool(found.search(text)), found.sub(" ", text)


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
    names = [name for task in ("stage", "touchpoint") for name in _of_task(task, language, words, taxonomy)]
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


def values(text: str, language: str, taxonomy: Taxonomy) -> tuple[dict[str, tuple[str, ...]], str]:
    """Filter values named in the text. One alias may name several values ("before purchase"); all are meant."""
    found: dict[str, list[str]] = {}
    taken = _taken(text, language, taxonomy)
    for _, name in taken:
        if name.value not in found.setdefault(name.field, []):
            found[name.field].append(name.value)
    order = {value: place for task in ("stage", "touchpoint") for place, value in enumerate(taxonomy.values(task))}
    sorted_ = {field: tuple(sorted(found[field], key=lambda value: (order.get(value, 0), value))) for field in found}
    return sorted_, _without(text, (span for span, _ in taken))


def without_compounds(text: str, language: str, taxonomy: Taxonomy) -> str:
    """The text without names of several words, in which a word means what it would not mean alone."""
    return _without(
        text, (span for span, _ in _taken(text, language, taxonomy) if re.search(r"\w[ -]\w", text[slice(*span)]))
    )


def _taken(text: str, language: str, taxonomy: Taxonomy) -> list[tuple[tuple[int, int], _Name]]:
    """The names in a text and where each stands; of those that overlap the longest."""
    matches = [(match.span(), name) for name in _names(language, taxonomy) for match in name.pattern.finditer(text)]
    matches.sort(key=lambda found: (found[0][0] - found[0][1], found[0], found[1].field, found[1].value))
    taken: dict[tuple[int, int], str] = {}
    chosen = []
    for span, name in matches:
        if taken.get(span, name.field) == name.field and not any(_crosses(span, other) for other in taken):
            taken[span] = name.field
            chosen.append((span, name))
    return chosen


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _crosses(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and span[0] < other[1] and other[0] < span[1]


def catalogue(
    text: str, called: Mapping[str, Mapping[str, Iterable[str]]], language: str, asked: str
) -> tuple[dict[str, tuple[str, ...]], str]:
    """Names of the catalogue said in the folded text, by any of their aliases: filter -> names, and the text without.

    ``asked`` is the question as it was written: an alias of a letter or two is meant in its own letter case only.
    """
    found: dict[str, set[str]] = {field: set() for field in called}
    aliases = [
        (alias, field, name)
        for field, names in called.items()
        for name, more in names.items()
        for alias in (name, *more)
    ]
    for alias, field, name in sorted(aliases, key=lambda one: -len(one[0])):
        if is_short(alias) and not pattern(re.escape(alias)).search(asked):
            continue
        there, text = take(text, _written(alias), lexicon(language))
        if not there:
            there, text = _spoken(text, alias)
        if there:
            found[field].add(name)
    return {field: tuple(sorted(names)) for field, names in found.items()}, text


def _written(alias: str) -> list[str]:
    """An alias with and without its half-spaces, its parts joined by a blank or a dash."""
    spelt = dict.fromkeys((normalise(alias), normalise(alias, zwnj="")))
    return [re.escape(one).replace(r"\ ", "[ -]").replace(r"\-", "[ -]") for one in spelt]


def _spoken(text: str, alias: str) -> tuple[bool, str]:
    """The same for an alias of another language than the question's, with what its own language writes onto it."""
    found = spoken([alias])
    return (True, found.sub(" ", text)) if not is_short(alias) and found.search(text) else (False, text)


def unknown(text: str, language: str) -> list[str]:
    """Words that are left, without those that carry no condition."""
    ignored = _ignored(language)
    left = re.findall(r"\d+(?:[-/.:]\d+)+|\w[\w'\"]*", text)
    return [word for word in left if ignored.isdisjoint(bare(word, language))]


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
