"""Which mentions of a selection are hits, and what each is ranked by: a whole number that its own row alone decides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mining.facts import Facts
from mining.facts_frame import Frame
from mining.facts_made import COLUMNS, Array
from mining.search import Mode, Order, Search
from mining.search_held import Segment
from mining.search_postings import WordBlock
from mining.search_vectors import Asked, Scores, VectorBlock
from mining.search_words import Term

UNIT = 1_000_000
"""A score of 1 as a rank."""
WORDS = 0.15
"""What words said add to a cosine, at most; chosen, as the two below, on half of ``benchmarks/retrieval.jsonl``."""
FULL = 0.15
"""What a mention adds that says as much as :data:`FULL_WORDS` or more: a scrap resembles much and tells little."""
FULL_WORDS = 12
# How soon a word said again adds nothing, and how much a long text counts against it: a mention is a sentence or two.
_AGAIN, _LENGTH, _USUAL = 0.4, 0.5, 16.0


@dataclass(frozen=True, eq=False)
class Corpus:
    """All customers' mentions as they are at one moment: the facts, what they say and what they mean.

    ``meanings`` are there where a search by meaning asked for them.
    """

    facts: Facts
    words: Sequence[Segment[WordBlock]]
    meanings: Sequence[Segment[VectorBlock]] = ()

    @property
    def frame(self) -> Frame:
        """The days that all rows are of."""
        return self.facts.frame

    @cached_property
    def lengths(self) -> Array:
        """How many words each mention has."""
        lengths = np.zeros(len(self.frame), np.int32)
        for part in self.words:
            lengths[part.start : part.end] = part.block.lengths[part.begin : part.begin + part.end - part.start]
        return lengths

    def make_ready(self) -> None:
        """Make now what the first search would have to wait for."""
        for name in (*COLUMNS, "feedback_number", "author_number", "first_number"):
            self.frame.column(name)
        _ = self.lengths

    def said(self, term: Term) -> Array:
        """How often each mention says a term."""
        told = np.zeros(len(self.frame), np.float32)
        blocks: dict[int, Array] = {}
        for part in self.words:
            if (of_block := blocks.get(id(part.block))) is None:
                of_block = blocks[id(part.block)] = part.block.said(term)
            told[part.start : part.end] = of_block[part.begin : part.begin + part.end - part.start]
        return told

    def cosines(self, asked: Asked, rows: Array) -> Scores:
        """The cosine of some mentions, given in order, NaN where there is none."""
        found = np.full(len(rows), np.nan)
        for part in self.meanings:
            begin, end = np.searchsorted(rows, (part.start, part.end)).tolist()
            if end > begin:
                found[begin:end] = part.block.cosines(asked, rows[begin:end] - (part.start - part.begin))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The hits, in the order of the frame's rows, and what each is ranked by; ``weights`` are those of the terms."""

    rows: Array
    ranks: NDArray[np.int64]
    weights: tuple[int, ...]


def ranked(
    corpus: Corpus, chosen: Facts, asked: Search, terms: Sequence[Term], meaning: Asked | None, pinned: Sequence[int]
) -> Ranked:
    """The hits among some mentions; ``pinned`` are the weights that an earlier page told, none at the first."""
    rows = np.arange(len(corpus.frame))[chosen.rows]
    if not asked.words.strip():
        return Ranked(rows, corpus.frame.column("said_at")[rows], ())
    told = [corpus.said(term) for term in terms]
    weights = tuple(pinned) or tuple(weight(int(np.count_nonzero(one)), len(corpus.frame)) for one in told)
    said = [one[rows] for one in told]
    cosines = corpus.cosines(meaning, rows) if meaning is not None else np.full(len(rows), np.nan)
    hits = np.flatnonzero(is_hit(asked, terms, said, cosines))
    rows = rows[hits]
    if asked.order is Order.NEWEST:
        return Ranked(rows, corpus.frame.column("said_at")[rows], weights)
    lengths = corpus.lengths[rows]
    words = share(terms, [one[hits] for one in said], weights, lengths)
    return Ranked(rows, ranks(asked.mode, cosines[hits], words, lengths), weights)


def weight(said_by: int, mentions: int) -> int:
    """How telling a word is that so many of all mentions say, in thousandths: the usual inverse document frequency."""
    return round(1_000 * math.log1p((mentions - said_by + 0.5) / (said_by + 0.5)))


def is_hit(asked: Search, terms: Sequence[Term], said: Sequence[Array], cosines: Scores) -> Array:
    """Which rows are hits: see :class:`mining.search.Search`."""
    all_said = np.full(len(cosines), any(term.needed for term in terms))
    banned = np.zeros(len(cosines), bool)
    for term, times in zip(terms, said, strict=True):
        if term.banned:
            banned |= times > 0
        elif term.needed:
            all_said &= times > 0
    near = cosines >= asked.near  # NaN is near nothing
    hits: Array = {Mode.KEYWORD: all_said, Mode.SEMANTIC: near, Mode.HYBRID: all_said | near}[asked.mode] & ~banned
    return hits


def share(terms: Sequence[Term], said: Sequence[Array], weights: Sequence[int], lengths: Array) -> Scores:
    """How much of what was asked for is said, 0 to 1: telling words count more than others, and long texts less."""
    total = sum(of for term, of in zip(terms, weights, strict=True) if not term.banned)
    told = np.zeros(len(lengths))
    long = _AGAIN * (1 - _LENGTH + _LENGTH * lengths / _USUAL)
    for term, times, of in zip(terms, said, weights, strict=True):
        if not term.banned and total:
            often = times.astype(np.float64)
            told += of / total * (often / (often + long))
    return told


def score(rank: int, asked: Search) -> float:
    """How well a hit of a rank fits; 0 where ranks are times, and nothing is compared."""
    return rank / UNIT if asked.words.strip() and asked.order is Order.BEST else 0.0


def ranks(mode: Mode, cosines: Scores, words: Scores, lengths: Array) -> NDArray[np.int64]:
    """Scores as whole numbers; ``words`` is the share that is said, ``lengths`` are the words of each mention."""
    scores = words if mode is Mode.KEYWORD else np.nan_to_num(cosines)
    if mode is Mode.HYBRID:
        scores = scores + WORDS * words + FULL / FULL_WORDS * np.minimum(lengths, FULL_WORDS)
    whole: NDArray[np.int64] = np.rint(scores * UNIT).astype(np.int64)
    return whole
