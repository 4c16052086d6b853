"""The company's own names in what was said: its products, competitors and platforms, by any of their aliases.

A catalogue is data of the company's (``[catalog.*]`` of ``overheard.toml``). Aliases and texts are cut into words, each
word is brought to one spelling (:func:`mining.language.normalise`), and spaCy's PhraseMatcher finds the aliases among
the words, with what Hebrew, Persian and English write onto a name. Offsets are those of the text as it was said, so
that what matched can be quoted. spaCy takes seconds to import: it is, when the first text is looked through.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from connectors.errors import ConfigError
from connectors.folding import INVISIBLE, POINTS
from mining import name_words
from mining.name_words import ZWNJ, Word, ahead, beginnings, behind, endings, may_begin, may_end

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher
    from spacy.vocab import Vocab

RULES = 1
"""Raised when the same catalogue finds other names in the same text."""

_DROPPED = {sign: None for sign in {**POINTS, **INVISIBLE}}

KINDS = ("product", "competitor", "platform")

# Letters that an alias needs for anything to be written onto it, or for its letter case not to matter.
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Name:
    """A name found in a text: its kind, its canonical form, and where: ``text[start:end]`` is what was said."""

    kind: str
    name: str
    start: int
    end: int

    def as_json(self, text: str) -> dict[str, str | int]:
        """The name, and the words of ``text`` that say it."""
        said = text[self.start : self.end]
        return {"kind": self.kind, "name": self.name, "text": said, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class _Variant:
    """A way to write a name: how many folded letters stand before and behind it, and its exact form if it is short."""

    kind: str
    name: str
    length: int
    before: int = 0
    after: int = 0
    exact: str | None = None


def is_short(alias: str) -> bool:
    """Whether an alias is so short that only a whole word in the same letter case is it."""
    return sum(map(str.isalnum, alias)) <= _SHORT


def checked(entries: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """A catalogue, kind -> canonical name -> all ways to write it, the canonical one first.

    Raises:
        ConfigError: an alias without a letter or digit, or one that stands for two names.
    """
    owner: dict[tuple[str, ...], tuple[str, str]] = {}
    made: dict[str, dict[str, tuple[str, ...]]] = {}
    for kind, names in entries.items():
        for name, more in names.items():
            place = f"catalog.{kind}s.{name}"
            aliases = tuple(dict.fromkeys((name, *more)))
            for alias in aliases:
                if not any(map(str.isalnum, alias)):
                    hint = "an alias needs a letter or a digit"
                    raise ConfigError(f"{place}: {alias!r} can be found nowhere", hint=hint)
                other = owner.setdefault(name_words.spelling(alias), (place, name))
                if other != (place, name):
                    hint = "each alias belongs to one name; take it out of one of the two"
                    raise ConfigError(f"{place}: {alias!r} also stands for {other[0]}", hint=hint)
            made.setdefault(kind, {})[name] = aliases
    return made


@dataclass(frozen=True)
class Catalogue:
    """A company's names, kind -> canonical name -> aliases; :func:`checked` makes sure that none stands for two."""

    entries: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.entries.values())

    @cached_property
    def version(self) -> str:
        """Of the rules and of every alias; it changes whenever a name may be found elsewhere. "" without names."""
        if not self:
            return ""
        told = json.dumps(checked(self.entries), sort_keys=True, ensure_ascii=False)
        return f"names@{RULES}.{hashlib.blake2b(told.encode(), digest_size=6).hexdigest()}"

    def find(self, texts: Sequence[str]) -> list[list[Name]]:
        """The names in each text, in the order of the text; of those that overlap the one with the longest alias."""
        return [self._names(text) for text in texts] if self else [[] for _ in texts]

    def _names(self, text: str) -> list[Name]:
        found: dict[tuple[_Variant, int, int], None] = {}
        # A half-space parts words or not, as the writer of text and alias had it: both are tried.
        for joined in (False, True) if ZWNJ in text else (False,):
            for variant, start, end in self._matches(text, name_words.words(text, joined=joined)):
                found[variant, start, end] = None
        best = sorted(found, key=lambda one: (-one[0].length, one[0].before + one[0].after, one[1], one[0].kind))
        chosen: list[Name] = []
        taken = bytearray(len(text))
        for variant, start, end in best:
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                chosen.append(Name(variant.kind, variant.name, start, end))
        return sorted(chosen, key=lambda name: name.start)

    def _matches(self, text: str, words: Sequence[Word]) -> Iterator[tuple[_Variant, int, int]]:
        known = self._built.known
        if known.isdisjoint(word.fold for word in words):
            return
        from spacy.tokens import Doc

        # Words of no alias are all one word to the matcher: spaCy would keep every string that it has seen.
        doc = Doc(self._built.vocab, words=[word.fold if word.fold in known else "\ufffd" for word in words])
        for key, first, last in self._built.matcher(doc):
            variant = self._built.variants[int(self._built.vocab.strings[key])]
            if place := _placed(text, words[first], words[last - 1], variant):
                yield variant, *place

    @cached_property
    def _built(self) -> _Built:
        return _Built(list(self._variants()))

    def _variants(self) -> Iterator[tuple[tuple[str, ...], _Variant]]:
        """The folded words of every way to write every alias."""
        for kind, names in checked(self.entries).items():
            for name, aliases in names.items():
                for alias in aliases:
                    spellings = {name_words.spelling(alias, joined=joined) for joined in (False, True)}
                    for words in sorted(spellings):
                        yield from _written(words, kind, name, _exactly(alias) if is_short(alias) else None)


class _Built:
    """spaCy's matcher and what it needs."""

    def __init__(self, variants: Sequence[tuple[tuple[str, ...], _Variant]]) -> None:
        from mining.mention_rules.tokens import without_torch

        with without_torch():
            import spacy
            from spacy.matcher import PhraseMatcher
            from spacy.tokens import Doc
        # More than one language and none of its rules: words are cut here, as folding needs them.
        self.vocab: Vocab = spacy.blank("xx").vocab
        self.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # missing from the stubs
        self.matcher: PhraseMatcher = PhraseMatcher(self.vocab)
        self.variants = [variant for _, variant in variants]
        self.known = frozenset(word for words, _ in variants for word in words)
        for place, (words, _) in enumerate(variants):
            self.matcher.add(str(place), [Doc(self.vocab, words=list(words))])


def _written(
    words: tuple[str, ...], kind: str, name: str, exact: str | None
) -> Iterator[tuple[tuple[str, ...], _Variant]]:
    """A name as it is, and with what the languages write onto its first and its last word."""
    length = sum(map(len, words))
    yield words, _Variant(kind, name, length, exact=exact)
    if exact is not None:
        return
    for before in beginnings(words[0]):
        yield (before + words[0], *words[1:]), _Variant(kind, name, length, before=len(before))
    for after in endings(words[-1]):
        yield (*words[:-1], words[-1] + after), _Variant(kind, name, length, after=len(after))


def _exactly(text: str) -> str:
    """One spelling that keeps the letter case."""
    return unicodedata.normalize("NFKC", text).translate(_DROPPED).strip()


def _placed(text: str, first: Word, last: Word, variant: _Variant) -> tuple[int, int] | None:
    """Where the name itself stands, without what is written onto it; None where it is part of another word."""
    start, end = first.start, last.end
    if variant.exact is not None and _exactly(text[start:end]) != variant.exact:
        return None
    if not may_begin(text, start, whole=variant.exact is not None):
        return None
    if not may_end(text, end, whole=variant.exact is not None):
        return None
    if variant.before:
        start = behind(text, first, variant.before)
    if variant.after:
        end = ahead(text, last, variant.after)
    return start, end
