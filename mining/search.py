"""Search over all languages: by meaning in the index, by word in SQL, one ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.base import Embedder, Index
from mining import reading
from mining.filters import Filters, selection
from mining.language import normalise
from mining.reading import Heard, Query
from mining.store import Store

# Candidates taken from the index for each hit wanted, so that filters and the word bonus have something to choose from.
_WIDER = 5
# Share of the query's words said literally, in cosine: an exact hit outranks a vague neighbour.
_WORDS = 0.3
# A selection larger than this is not handed to the index as ids; its neighbours are filtered afterwards.
_MAX_AMONG = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """A mention and how well it fits: cosine, plus up to 0.3 for words said literally."""

    mention: Heard
    score: float


def search(store: Store, index: Index, embedder: Embedder, words: str, filters: Filters, k: int) -> list[Found]:
    """The best k mentions, best first, ties by id."""
    vector = embedder.encode([words])[0]
    among = _allowed(store, filters)
    near = index.nearest(vector, k * _WIDER, among=among) if among is None or among else []
    cosine = {hit.id: hit.score for hit in near}
    literal = reading.heard(store, Query(replace(filters, phrase=words)), limit=k)
    ids = list(dict.fromkeys([*cosine, *(mention.mention_id for mention in literal)]))
    mentions = reading.by_ids(store, ids, filters)
    asked = normalise(words).split()
    if missing := [mention for mention in mentions if mention.mention_id not in cosine]:
        own = embedder.encode([mention.text for mention in missing]) @ vector
        cosine.update((mention.mention_id, float(value)) for mention, value in zip(missing, own, strict=True))
    found = [Found(mention, cosine[mention.mention_id] + _WORDS * _said(asked, mention.text)) for mention in mentions]
    return sorted(found, key=lambda hit: (-round(hit.score, 6), hit.mention.mention_id))[:k]


def _allowed(store: Store, filters: Filters) -> list[str] | None:
    """Ids that the filters allow; None where they allow everything, or too much to name."""
    if filters == Filters(speaker=None):
        return None
    with store.transaction() as connection:
        ids = list(connection.scalars(selection(filters).limit(_MAX_AMONG + 1)))
    return None if len(ids) > _MAX_AMONG else ids


def _said(words: Sequence[str], text: str) -> float:
    folded = normalise(text)
    return sum(word in folded for word in words) / len(words) if words else 0.0
