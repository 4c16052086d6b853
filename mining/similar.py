"""Who else said this: the neighbours of a mention in the vector index, in whatever language they were said."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.errors import ConfigError
from embeddings.base import Embedder, Index
from mining import reading
from mining.filters import Filters
from mining.reading import Heard
from mining.store import Store

# Neighbours asked for at first for each one wanted, and how many times more until there are enough.
_WIDER = 4
_MOST = 4_000


@dataclass(frozen=True, slots=True)
class Similar:
    """A mention and how near it is: the cosine of the two vectors, -1 to 1."""

    mention: Heard
    score: float


def similar(store: Store, index: Index, embedder: Embedder, mention_id: str, k: int, filters: Filters) -> list[Similar]:
    """The k mentions nearest to one that the filters select, nearest first, ties by id; its own feedback is left out.

    The index finds neighbours approximately, among the 4,000 nearest; what SQL does not hold any more is never shown.

    Raises:
        ConfigError: there is no such mention.
        OverheardError: the index is missing or damaged.
    """
    own = next(iter(reading.by_ids(store, [mention_id], bare=True)), None)
    if own is None:
        raise ConfigError(
            f"there is no mention {mention_id!r}",
            hint="ids stand behind the hits of overheard search; edits change them",
        )
    vector, asked, known = embedder.encode([own.text])[0], 0, index.count()
    found: list[Similar] = []
    while len(found) < k and asked < min(known, _MOST):
        asked = min(max(_WIDER * k, _WIDER * asked), _MOST, known)
        near = {hit.id: hit.score for hit in index.nearest(vector, asked)}
        told = reading.by_ids(store, list(near), filters)
        found = [Similar(one, near[one.mention_id]) for one in told if one.feedback_id != own.feedback_id]
    return sorted(found, key=lambda one: (-round(one.score, 6), one.mention.mention_id))[:k]
