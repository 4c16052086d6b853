"""Words that are a slip away from a word of ours: "chekout" is read as "checkout", and the answer says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from assistant import names
from mining.language import normalise
from mining.taxonomy import Taxonomy
from mining.themes.catalogue import catalogue

# Short words are too near to each other: "stage" and "stale" differ by one letter.
_LONG_ENOUGH = 5
# One letter of seven missing, doubled or swapped with its neighbour; "shipping" and "shopping" are kept apart by data.
_NEAR = 0.84
# Where the words come from that may be meant.
_TABLES = ("intents", "feelings", "metrics", "channels", "languages")
_CUES = ("pain", "praise", "why", "drop", "rise", "compare", "trend_strong", "quotes", "share", "count", "churn", "new")
# A pattern that is a plain word, whatever ending it may have.
_PLAIN = re.compile(r"(\w[\w']*)(s\?|\[ds\]\?)?")


def mended(unknown: Iterable[str], language: str, taxonomy: Taxonomy) -> dict[str, str]:
    """The words that are near to one of ours, each with the word that is meant."""
    ours = _vocabulary(language, taxonomy)
    # Words that make a topic are ours too, and none is a slip of another word.
    known = {*ours, *names.lexicon(language)["topics"]["soft"].split(), *_said(language)}
    found = {}
    for word in (word for word in unknown if names.bare(word, language).isdisjoint(known)):
        # Longest first: what is written onto a word counts as part of it where that is nearer.
        for bare in sorted(names.bare(word, language), key=len, reverse=True):
            near = get_close_matches(bare, ours, n=1, cutoff=_NEAR) if len(bare) >= _LONG_ENOUGH else []
            if near:
                found[word] = near[0]
                break
    return found


@lru_cache(maxsize=4)
def _said(language: str) -> frozenset[str]:
    """Words that customers say of the themes that ship: they are spelt as they are meant."""
    themes = catalogue().values()
    said = [text for theme in themes for text in (theme.name(language), *theme.examples.get(language, ()))]
    return frozenset(word for text in said for word in names.WORD.findall(normalise(text)))


@lru_cache(maxsize=16)
def _vocabulary(language: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    words = names.lexicon(language)
    tables: list[Mapping[str, list[str]]] = [words[name] for name in _TABLES]
    tables.append({cue: words["cues"][cue] for cue in _CUES if cue in words["cues"]})
    tables.append({name: said for name, said in words["groups"].items() if isinstance(said, list)})
    patterns = [pattern for table in tables for group in table.values() for pattern in group]
    patterns += words["stage_words"]
    plain = {found[1] for pattern in patterns if (found := _PLAIN.fullmatch(pattern))}
    plural = {f"{found[1]}s" for pattern in patterns if (found := _PLAIN.fullmatch(pattern)) and found[2]}
    named = {
        part
        for task in ("stage", "touchpoint")
        for category in taxonomy.categories(task).values()
        for said in (category.name(language), *category.aliases.get(language, ()))
        for part in normalise(said).split()
    }
    months = {name for table in ("months", "jalali_months") for ns in words["time"].get(table, ()) for name in ns}
    return tuple(sorted(word for word in plain | plural | named | months if len(word) >= _LONG_ENOUGH))
