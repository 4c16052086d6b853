"""What a server holds for searching: the words and vectors of all customers' mentions, as they are in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from embeddings.base import Embedder
from mining import facts, reading
from mining.filters import Filters
from mining.reading import Query
from mining.search import FacetValue, Hit, Results, Search
from mining.store import Store


class Searcher:
    """Answers searches of one store, from many threads; nothing is read before the first search.

    Args:
        store: where everything is.
        embedder: gives the model that the mentions' vectors were made by; called when a search needs it first.
    """

    def __init__(self, store: Store, embedder: Callable[[], Embedder]) -> None:
        self.store = store
        self._embedder = embedder

    def warm(self) -> None:
        """Read what searches need, so that the first one need not."""

    def search(self, asked: Search) -> Results:
        """A page of hits; see :func:`mining.search.search`."""
        filters: Filters = replace(asked.filters, phrase=asked.words or asked.filters.phrase)
        chosen = facts.select(self.store, filters)
        counts = chosen.counts()
        facets = {
            name: tuple(FacetValue(value, len(rows)) for value, rows in chosen.by(name).items())
            for name in asked.facets
        }
        hits = tuple(Hit(one, 1.0) for one in reading.heard(self.store, Query(filters), limit=asked.limit))
        return Results(hits, counts.mentions, counts.feedback, facets, None)
