"""Search over all languages: by word, by meaning, or both in one ranking, a page at a time, with exact counts.

What ranks a mention is its own words and vector and what the first page of a search pinned, never what other mentions
say: so a page goes on where the one before it ended, whatever came, changed or went meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from mining.filters import Filters
from mining.reading import Heard

if TYPE_CHECKING:
    from mining.searching import Searcher

NEAR = 0.35
"""From this cosine on a mention counts as being about what was asked, unless the search says otherwise."""
MOST = 1_000
"""Hits of a page at most."""
FACETS = (
    "stage", "touchpoint", "intent", "sentiment", "effort", "theme",
    "channel", "source", "language", "product", "competitor", "platform",
)  # fmt: skip
"""Dimensions that hits may be counted by."""


class Mode(StrEnum):
    """What makes a mention a hit, and what ranks it; see :class:`Search`."""

    KEYWORD = "keyword"
    SEMANTIC = "semantic"
    HYBRID = "hybrid"


class Order(StrEnum):
    """The best first, or the newest."""

    BEST = "best"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. All of ``filters`` must hold for every hit.

    * keyword: a hit says every word, in any form that the three languages write it in (Hebrew prefixes, plurals,
      Persian endings and half-spaces, letters of other keyboards); ``"two words"`` in quotes stand in this order
      beside each other, a word behind a ``-`` is not said. The score is 0 to 1 by how telling the words are.
    * semantic: the cosine of a hit is ``near`` or above. The score is the cosine.
    * hybrid: either of the two makes a hit. The score is the cosine, plus up to 0.15 for words said, plus up to 0.15
      for a mention of many words, which tells more than a scrap.

    Without a word there is nothing to rank by: the hits are all that the filters select, newest first.
    ``page`` is ``Results.next`` of the page before, with everything else as it was but ``limit`` and ``facets``.
    """

    words: str = ""
    mode: Mode = Mode.HYBRID
    filters: Filters = field(default_factory=Filters)
    limit: int = 20
    page: str | None = None
    facets: tuple[str, ...] = ()
    order: Order = Order.BEST
    near: float = NEAR


@dataclass(frozen=True, slots=True)
class Highlight:
    """Signs of a mention's text, from ``start`` to before ``end``, that say a word looked for."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A mention, how well it fits, and where it says the words; highlights are in order and do not overlap.

    The score is 0 where hits come newest first.
    """

    mention: Heard
    score: float
    highlights: tuple[Highlight, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many hits have a value; None where they have none of the dimension."""

    value: str | None
    mentions: int


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits and what is true of all pages.

    ``total`` counts all hits exactly: in mentions, and in the feedback that they are of. Facets count the same hits,
    the most frequent value first: those of labels, theme, channel, source and language add up to the total, the value
    None included; of names (product, competitor, platform) a mention may hold several, or none.
    ``next`` asks for the page behind this one, None at the end. Total and facets are of the moment of asking.
    """

    hits: tuple[Hit, ...]
    total: int
    total_feedback: int
    facets: Mapping[str, tuple[FacetValue, ...]]
    next: str | None


def search(searcher: Searcher, asked: Search) -> Results:
    """A page of hits.

    Raises:
        ConfigError: an unknown facet, a limit out of 1 to :data:`MOST`, a page of another search or none of ours, or
            more than :data:`mining.search_words.MOST_WORDS` words.
    """
    return searcher.search(asked)
