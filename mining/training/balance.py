"""Labels as numbers, and how much a class counts in a loss."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mining.training.rows import BESIDE, TASKS, Row

_ALL = {**TASKS, **BESIDE}
_FAVOURED = {"effort": 0.5}
"""Task -> power of the rarity of a class that is its weight in a loss; none for the others.

A rare stage or touchpoint that counts for more is then found where there is none, and every figure but its own recall
suffers. High effort, one remark in thirty, would hardly be found at all.
"""


def class_weights(rows: Sequence[Row], task: str, power: float | None = None) -> NDArray[np.float32]:
    """One weight per class, its rarity to the ``power``, of mean 1 over the rows; by default as in training.

    Where no row is labelled for the task all are 1.
    """
    counts = np.array([sum(row.labels.get(task) == value for row in rows) for value in _ALL[task]], np.float64)
    if not counts.any():
        return np.ones(len(counts), np.float32)
    weights = 1 / np.maximum(counts, 5) ** (_FAVOURED.get(task, 0) if power is None else power)
    scaled: NDArray[np.float32] = (weights * counts.sum() / (weights * counts).sum()).astype(np.float32)
    return scaled


def label_ids(rows: Sequence[Row], task: str) -> NDArray[np.int64]:
    """Class numbers, -100 where a row has no label for the task."""
    values = _ALL[task]
    return np.array([values.index(row.labels[task]) if task in row.labels else -100 for row in rows], np.int64)
