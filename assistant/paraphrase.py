"""The kind of a question whose wording no cue knows: that of the known questions nearest in meaning."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from assistant.meaning import Kind
from mining.language import normalise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.question import Nearest
    from embeddings.base import Embedder

_EXAMPLES = "lexicon/examples.jsonl"
_NEIGHBOURS = 5
# Below this cosine a question has nothing to do with any that we know.
_NEAR = 0.55
# Kinds that must be said in so many words: nothing is done, sent or refused because it sounds alike.
_NEVER = frozenset({Kind.ACTION, Kind.SUBSCRIBE, Kind.OUT_OF_SCOPE, Kind.CHITCHAT, Kind.DRILLDOWN, Kind.UNANSWERABLE})


def nearest(embedder: Callable[[], Embedder]) -> Nearest:
    """A function from folded text and language to a kind; the model is asked for at its first use."""

    def kind_of(text: str, language: str) -> Kind | None:
        return _kind(embedder(), text, language)

    return kind_of


def _kind(embedder: Any, text: str, language: str) -> Kind | None:
    kinds, vectors = _known(embedder, language)
    if not len(kinds):
        return None
    near = vectors @ embedder.encode([text])[0]
    order = sorted(range(len(kinds)), key=lambda place: -float(near[place]))[:_NEIGHBOURS]
    votes: defaultdict[Kind, float] = defaultdict(float)
    for place in order:
        if near[place] >= _NEAR:
            votes[kinds[place]] += float(near[place])
    best = max(votes, key=lambda kind: (votes[kind], kind), default=None)
    return None if best is None or best in _NEVER else best


@lru_cache(maxsize=8)
def _known(embedder: Any, language: str) -> tuple[tuple[Kind, ...], NDArray[np.float32]]:
    """Kinds of known questions of a language, and the questions' vectors, (questions, dimensions)."""
    lines = files("assistant").joinpath(_EXAMPLES).read_text(encoding="utf-8").splitlines()
    rows = [row for line in lines if (row := json.loads(line))["lang"] == language]
    vectors = embedder.encode([normalise(row["q"]) for row in rows])
    return tuple(Kind(row["kind"]) for row in rows), vectors
