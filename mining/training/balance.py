"""Labels as numbers, and how much a rare class counts in a loss."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mining.training.rows import TASKS, Row


def class_weights(rows: Sequence[Row], task: str) -> NDArray[np.float32]:
    """One weight per class, by the square root of its rarity, of mean 1 over the rows: rare stages must be found."""
    counts = np.array([sum(row.labels.get(task) == value for row in rows) for value in TASKS[task]], np.float64)
    weights = 1 / np.sqrt(np.maximum(counts, 5))
    scaled: NDArray[np.float32] = (weights * counts.sum() / (weights * counts).sum()).astype(np.float32)
    return scaled


def label_ids(rows: Sequence[Row], task: str) -> NDArray[np.int64]:
    """Class numbers, -100 where a row has no label for the task."""
    values = TASKS[task]
    return np.array([values.index(row.labels[task]) if task in row.labels else -100 for row in rows], np.int64)
