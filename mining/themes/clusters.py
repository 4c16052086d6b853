"""Groups among remarks that nobody named: communities of the graph of nearest neighbours.

Each text is joined to its nearest others, by the cosine of their vectors and of their words; the graph falls into
communities (Louvain: Blondel et al., "Fast unfolding of communities in large networks", 2008). Nothing is drawn at
random, and texts are sorted by what they say, so that neither the order of arrival nor the machine matters.
How fine the groups are is chosen by how well each text's own group is told from the next, see ``_FINENESS``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

from embeddings.bag import unit
from mining.language import normalise
from mining.themes import grams, naming
from mining.themes.near import Floats, Ints, means, neighbours

# Chosen on four labelled corpora, see docs/themes.md and benchmarks/themes.py.
_NEIGHBOURS = 10
_FINENESS = (0.1, 0.15, 0.25, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0)
# The coarsest division is taken that tells its groups apart nearly as well as the best one does.
_NEARLY = 0.96
# A division with a group of more than this share of all texts is too coarse to say anything; few may say one thing.
_LARGEST, _FEW_TEXTS = 0.1, 50
# A text so far from the middle of its group is in none: a weak match is left out, not forced.
_WEAK = 0.25
# New remarks on a theme are a little farther from its middle than those that the middle was made of.
_SLACK = 0.03
# A group is a theme only if its remarks are near to its middle, on the average, and have a phrase in common: else it is
# a heap of odds and ends. Heaps are small: what is said in so many feedback items is held to less.
_MANY = 30
_CLOSE, _CLOSE_OF_MANY = 0.5, 0.4
_SAID_BY, _SAID_SHARE, _SAID_SHARE_OF_MANY = 3, 0.2, 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """``of`` is the number of each text's group, (n,), -1 for none; ``centres`` (groups, width) are of unit length.

    ``reach`` (groups,) is the cosine to the centre that nine in ten of the group's texts have at least.
    """

    of: Ints
    centres: Floats
    reach: Floats

    def __len__(self) -> int:
        return len(self.centres)


def clusters(vectors: Floats, texts: Sequence[str], least: int = 5, fineness: Sequence[float] = _FINENESS) -> Clusters:
    """Group texts by their vectors, (n, width) of unit length, and their words; ``least`` texts make a group.

    Texts of one spelling count once. Group numbers go by size, then by what the group says.
    """
    first, same = _distinct(texts)
    order = first[np.argsort([_digest(texts[row]) for row in first], kind="stable")]
    if len(order) < max(least, 2):
        return _none(len(texts), vectors.shape[1])
    found = _divided(vectors[order], [texts[row] for row in order], fineness)
    place = np.empty(len(texts), np.int64)
    place[order] = np.arange(len(order))
    of = _strong(found, vectors[order], least)[place[same]]
    return _described(of, vectors, order, place[same])


def worth(
    found: Clusters,
    vectors: Floats,
    texts: Sequence[str],
    languages: Sequence[str],
    feedback_ids: Sequence[str],
    least: int = 5,
) -> list[int]:
    """The groups that are themes: close enough, said in enough feedback items, and with words in common."""
    chosen = []
    for number in range(len(found)):
        rows = np.flatnonzero(found.of == number).tolist()
        said_in = len({feedback_ids[row] for row in rows})
        close = float((vectors[rows] @ unit(vectors[rows].sum(axis=0, keepdims=True))[0]).mean())
        if said_in < least or round(close, 4) < (_CLOSE if said_in < _MANY else _CLOSE_OF_MANY):
            continue
        by, share = _said_alike({(feedback_ids[row], texts[row], languages[row]) for row in rows})
        if by >= _SAID_BY and share >= (_SAID_SHARE if said_in < _MANY else _SAID_SHARE_OF_MANY):
            chosen.append(number)
    return chosen


def _said_alike(remarks: set[tuple[str, str, str]]) -> tuple[int, float]:
    """By how many feedback items of one language a phrase is said at most, and what share of that language's it is."""
    best = (0, 0.0)
    for language in sorted({of for _, _, of in remarks}):
        mine = {(id_, text) for id_, text, of in remarks if of == language}
        said = Counter(phrase for phrase, _ in {(one, id_) for id_, text in mine for one in naming.phrases(text)})
        by = max(said.values(), default=0)
        best = max(best, (by, by / len({id_ for id_, _ in mine})))
    return best


def _distinct(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The rows of the first text of each spelling, and for each text the row of the first that is spelt alike."""
    seen: dict[str, int] = {}
    same = np.array([seen.setdefault(normalise(text), row) for row, text in enumerate(texts)], np.int64)
    return np.unique(same), same


def _digest(text: str) -> bytes:
    return hashlib.blake2b(normalise(text).encode(errors="replace"), digest_size=8).digest()


def _none(texts: int, width: int) -> Clusters:
    return Clusters(np.full(texts, -1, np.int64), np.zeros((0, width), np.float32), np.zeros(0, np.float32))


def _divided(vectors: Floats, texts: Sequence[str], fineness: Sequence[float]) -> Ints:
    """The coarsest division that tells its groups apart nearly as well as the best one."""
    from sknetwork.clustering import Louvain

    graph = _graph(vectors, texts)
    if not graph.count_nonzero():  # nothing but signs that no model knows
        return np.arange(len(texts))
    divisions = [Louvain(resolution=fine, shuffle_nodes=False).fit_predict(graph) for fine in fineness]
    most = _LARGEST * len(texts) if len(texts) >= _FEW_TEXTS else len(texts)
    fine = [division for division in divisions if np.bincount(division).max() <= most]
    divisions = fine or divisions[-1:]
    apart = [_apart(vectors, division) for division in divisions]
    chosen = next(place for place, told in enumerate(apart) if told >= _NEARLY * max(apart))
    return np.asarray(divisions[chosen], np.int64)


def _graph(vectors: Floats, texts: Sequence[str]) -> csr_matrix:
    places, cosines = neighbours(vectors, _NEIGHBOURS)
    first, second = np.repeat(np.arange(len(vectors)), places.shape[1]), places.ravel()
    there = second >= 0
    first, second, weights = first[there], second[there], cosines.ravel()[there]
    weights = (weights + grams.alike(grams.rows(texts), first, second)).round(4)
    one_way = csr_array((weights, (first, second)), shape=(len(vectors), len(vectors)))
    return csr_matrix(one_way.maximum(one_way.T))  # scikit-network knows no arrays


def _apart(vectors: Floats, division: NDArray[np.int64]) -> float:
    """The mean silhouette of the texts, told by the middles of groups instead of all their members, in cosine.

    Rousseeuw, "Silhouettes" (1987); by middles: Hruschka, de Castro and Campello (2004).
    """
    count = int(division.max()) + 1
    near = vectors @ means(vectors, division, count).T
    if count < 2:
        # Of one group there is no next: it is told from what has nothing to do with it.
        return round(float(near.mean()), 4)
    own = near[np.arange(len(near)), division].copy()
    near[np.arange(len(near)), division] = -2
    other = near.max(axis=1)
    return round(float(((own - other) / np.maximum(1 - np.minimum(own, other), 1e-6)).mean()), 4)


def _strong(division: Ints, vectors: Floats, least: int) -> Ints:
    """Without texts far from the middle of their group, and without groups that are too small then."""
    count = int(division.max()) + 1
    near = np.einsum("nd,nd->n", vectors, means(vectors, division, count)[division])
    kept = np.where(near.round(4) >= _WEAK, division, -1)
    sizes = np.bincount(kept[kept >= 0], minlength=count)
    by_size = np.argsort(-sizes, kind="stable")
    number = np.full(count + 1, -1, np.int64)
    number[by_size] = np.where(sizes[by_size] >= least, np.arange(count), -1)
    return number[kept]


def _described(of: Ints, vectors: Floats, order: Ints, place: Ints) -> Clusters:
    """``of`` is by text; centres are of distinct texts, so that a copied text does not draw its group to itself."""
    count = int(of.max(initial=-1)) + 1
    held = np.full(len(order), -1, np.int64)
    held[place] = of
    centres = means(vectors[order], held, count)
    near = np.einsum("nd,nd->n", vectors[order], centres[held]) if count else np.zeros(0, np.float32)
    reach = [np.quantile(near[held == number], 0.1) - _SLACK for number in range(count)]
    return Clusters(of, centres, np.array(reach, np.float32))
