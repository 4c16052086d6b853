"""Searches that heed agents' words too: facts hold customers' alone, so these are read from SQL, one by one.

The ranking is the same. It takes a time that grows with the selection, so one that is too large is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from connectors.errors import ConfigError
from mining import reading, search_ranking, search_vectors
from mining.facts_groups import NAME_KINDS
from mining.facts_marks import day_of
from mining.reading import Heard, Query
from mining.search import Hit, Order, Results, Search
from mining.search_facets import counted
from mining.search_marks import highlights
from mining.search_pages import Page
from mining.search_postings import Vocabulary, WordBlock, words_of
from mining.search_vectors import VectorBlock
from mining.search_words import Term
from mining.taxonomy import TASKS
from mining.themes.space import space_of

if TYPE_CHECKING:
    from mining.searching import Searcher

MOST_READ = 20_000
"""Mentions of a selection at most."""
_SEGMENT = "segment."


def search(
    searcher: Searcher, asked: Search, terms: Sequence[Term], page: Page | None, by: str, dimensions: Sequence[str]
) -> Results:
    """A page of hits among all speakers' mentions, or another speaker's.

    Raises:
        ConfigError: too many mentions are selected, or a facet that only customers' words are counted by.
    """
    if any(name.startswith(_SEGMENT) for name in dimensions):
        raise ConfigError("segments are counted for customers' words alone", hint="leave agents' words out")
    heard = reading.heard(searcher.store, Query(asked.filters), limit=MOST_READ + 1)
    if len(heard) > MOST_READ:
        raise ConfigError(
            f"more than {MOST_READ:,} mentions are selected, too many to search with agents' words among them",
            hint="narrow the selection, by time for example, or leave agents' words out",
        )
    ranks, weights = _ranks(searcher, asked, terms, page, by, heard)
    ranked = ((_place(one, rank), one) for one, rank in zip(heard, ranks, strict=True) if rank is not None)
    hits = sorted(ranked, key=_key)
    told = [one for _, one in hits]
    facets = {name: counted(_values(one, name) for one in told) for name in dimensions}
    behind = [hit for hit in hits if page is None or hit[0] > _of_page(page)]
    shown = tuple(
        Hit(one, search_ranking.score(-place[0], asked), highlights(one.text, terms))
        for place, one in behind[: asked.limit]
    )
    following = None
    if len(behind) > asked.limit:
        (rank, day, _, mention_id), _ = behind[asked.limit - 1]
        following = Page(-rank, -day, mention_id, weights, by).token(asked)
    return Results(shown, len(hits), len({one.feedback_id for one in told}), facets, following)


_Place = tuple[int, int, str, str]


def _key(hit: tuple[_Place, Heard]) -> _Place:
    return hit[0]


def _place(mention: Heard, rank: int) -> _Place:
    return -rank, -day_of(mention.said_at), mention.feedback_id, mention.mention_id


def _of_page(page: Page) -> _Place:
    return -page.rank, -page.day, page.mention_id.rpartition("#")[0], page.mention_id


def _ranks(
    searcher: Searcher, asked: Search, terms: Sequence[Term], page: Page | None, by: str, heard: Sequence[Heard]
) -> tuple[list[int | None], tuple[int, ...]]:
    """What each mention is ranked by, None where it is no hit; and what the terms weigh."""
    times = [int(one.said_at.timestamp() * 1_000_000) for one in heard]
    if not asked.words.strip():
        return list(times), ()
    vocabulary = Vocabulary()
    words = WordBlock([words_of(vocabulary, "".join(f"{one.text.lower()}\0" for one in heard))], vocabulary)
    said = [words.said(term) for term in terms]
    weights = tuple(page.weights) if page else ()
    weights = weights or tuple(search_ranking.weight(int(np.count_nonzero(one)), len(heard)) for one in said)
    cosines = _cosines(searcher, asked, heard) if by else np.full(len(heard), np.nan)
    hits = search_ranking.is_hit(asked, terms, said, cosines)
    share = search_ranking.share(terms, said, weights, words.lengths)
    ranks = search_ranking.ranks(asked.mode, cosines, share, words.lengths)
    told = times if asked.order is Order.NEWEST else ranks.tolist()
    return [rank if hit else None for rank, hit in zip(told, hits.tolist(), strict=True)], weights


def _cosines(searcher: Searcher, asked: Search, heard: Sequence[Heard]) -> NDArray[np.float64]:
    """Agents' mentions have no vectors in SQL, so theirs are made anew."""
    if not heard:
        return np.empty(0)
    embedder, by = searcher.embedder, searcher.made_by
    [held] = search_vectors.kept(searcher.store, [[one.mention_id for one in heard]], by)
    lacking = np.flatnonzero(held.reach == 0)
    numbers = space_of(embedder).kept(embedder.encode([heard[place].text for place in lacking.tolist()]))
    made = dict(zip((heard[place].mention_id for place in lacking.tolist()), numbers, strict=True))
    vectors = search_vectors.filled(held, [one.mention_id for one in heard], made)
    return VectorBlock([vectors]).cosines(search_vectors.asked(embedder, asked.words), np.arange(len(heard)))


def _values(mention: Heard, name: str) -> Iterable[str | None]:
    """What a mention has of a dimension; names as filters go by them."""
    if name in TASKS:
        return [mention.labels.get(name)]
    if name not in NAME_KINDS:
        value: str | None = getattr(mention, name)
        return [value]
    held = {one.name for one in mention.names if one.kind == name}
    if name == "product" and mention.product:
        held.add(mention.product)
    return held or [None]
