"""Words and pairs of words of texts as sparse rows: the n-gram evidence beside the vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mining.language import normalise

_WORD = re.compile(r"[^\W_]+(?:[’'\u200c״׳\"][^\W_]+)*")
# A word or pair that fewer texts hold says nothing about two of them.
_FEWEST = 2


def words(text: str) -> list[str]:
    """The words of a text in one spelling."""
    return _WORD.findall(normalise(text))


def rows(texts: Sequence[str]) -> csr_array:
    """(texts, words and pairs), each row of unit length: 1 + log of the count, times the inverse document frequency.

    The weights are those of Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988).
    """
    known: dict[str, int] = {}
    columns, starts = list[int](), [0]
    for text in texts:
        said = words(text)
        columns += [known.setdefault(gram, len(known)) for gram in (*said, *map(" ".join, pairwise(said)))]
        starts.append(len(columns))
    counts = csr_array(
        (np.ones(len(columns), np.float32), np.array(columns, np.int64), np.array(starts, np.int64)),
        shape=(len(texts), len(known)),
    )
    counts.sum_duplicates()
    held = np.bincount(counts.indices, minlength=len(known))
    idf = np.where(held >= _FEWEST, np.log((1 + len(texts)) / (1 + held)) + 1, 0).astype(np.float32)
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(counts.multiply(counts).sum(axis=1))
    counts.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(counts.indptr)).astype(np.float32)
    return counts


def alike(grams: csr_array, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float32]:
    """The cosine of pairs of rows, (pairs,)."""
    made = np.empty(len(first), np.float32)
    for at in range(0, len(first), 1 << 16):
        part = slice(at, at + (1 << 16))
        made[part] = np.asarray(grams[first[part]].multiply(grams[second[part]]).sum(axis=1)).ravel()
    return made
