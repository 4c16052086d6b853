"""Where a text says what was looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mining.name_words import Word, words
from mining.search import Highlight
from mining.search_words import Forms, Term, tokens_of


def highlights(text: str, terms: Sequence[Term]) -> tuple[Highlight, ...]:
    """The places of all words that say a needed term, in order; those that meet are one."""
    told = [term for term in terms if term.needed and not term.banned]
    places = sorted({place for joined in (False, True) for place in _places(_spelt(text, joined=joined), told)})
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(Highlight(start, end) for start, end in merged)


def _spelt(text: str, *, joined: bool) -> list[Word]:
    """The words of a text as searches spell them; one that is several to a search is marked as a whole."""
    spelt = ((word, tokens_of(word.fold)) for word in words(text, joined=joined))
    return [Word(fold, word.start, word.end) for word, folds in spelt for fold in folds]


def _places(said: Sequence[Word], terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    for term in terms:
        for word in said:
            if word.fold in term.forms:
                yield word.start, word.end
        for sequence in term.sequences:
            yield from _in_sequence(said, sequence)


def _in_sequence(said: Sequence[Word], sequence: Sequence[Forms]) -> Iterator[tuple[int, int]]:
    for at in range(len(said) - len(sequence) + 1):
        part = said[at : at + len(sequence)]
        if all(word.fold in forms for word, forms in zip(part, sequence, strict=True)):
            yield from ((word.start, word.end) for word in part)
