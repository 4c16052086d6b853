"""What tests of searching need: a store whose mentions have vectors, and random ones, edits and deletions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.record import Feedback
from mining.filters import Filters
from mining.mention import VERSION
from mining.search import Hit, Mode, Results, Search, search
from mining.searching import Searcher
from mining.store import Pull, Store
from mining.themes.space import space_of
from mining.work import put_mined
from tests.fakes import HashingEmbedder, said, understood

EMBEDDER = HashingEmbedder("hashing@1", 256)
ANYBODY = Filters(speaker=None)
NEAR = 0.3


def searcher(store: Store) -> Searcher:
    """A searcher with the hashing model."""
    return Searcher(store, lambda: EMBEDDER)


def keep(store: Store, *items: Feedback, **labels: str) -> None:
    """Store items, what they mean and the vectors that searches rank by."""
    store.put_page(Pull("shop|", "shop", {}), items, {})
    space = space_of(EMBEDDER)
    vectors = EMBEDDER.encode([item.text for item in items])
    mined = understood(*items, **labels)
    put_mined(store, replace(mined, vectors=vectors, kept=space.kept(vectors), kept_by=space.by), VERSION)


def delete(store: Store, native_id: str) -> None:
    """Let one go."""
    with store.transaction() as connection:
        store.delete(connection, [said(native_id).id])


def found(where: Searcher, words: str, mode: Mode = Mode.HYBRID, filters: Filters | None = None) -> list[str]:
    """Native ids of the hits, best first."""
    asked = Search(words, mode, filters or Filters(), limit=100, near=NEAR)
    return natives(search(where, asked).hits)


def natives(hits: Sequence[Hit]) -> list[str]:
    """Native ids of hits."""
    return [hit.mention.feedback_id.removeprefix("shop:") for hit in hits]


def pages(where: Searcher, asked: Search) -> list[Results]:
    """All pages of a search."""
    told = [search(where, asked)]
    while told[-1].next:
        told.append(search(where, replace(asked, page=told[-1].next)))
    return told
