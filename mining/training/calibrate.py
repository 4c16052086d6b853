"""How much a raw score is worth: one temperature per task and language, found on remarks kept aside from training."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.linear import Floats
from mining.training.rows import LANGUAGES, TASKS, Row

_FEWEST = 50
_COOLEST, _HOTTEST = 0.3, 5.0
_ALL = "*"


def temperatures(rows: Sequence[Row], scores: Mapping[str, Floats]) -> dict[str, dict[str, float]]:
    """Task -> language -> the temperature of the least negative log likelihood (Guo et al., 2017, arXiv:1706.04599).

    Args:
        rows: labelled remarks that were not trained on.
        scores: task -> (n, classes) their raw scores.

    ``*`` is that of all languages together; a language with fewer than 50 labelled rows has none of its own.
    """
    made: dict[str, dict[str, float]] = {}
    for task, values in TASKS.items():
        known = [number for number, row in enumerate(rows) if task in row.labels]
        right = np.array([values.index(rows[number].labels[task]) for number in known], np.int64)
        table = scores[task][known]
        spoken = np.array([rows[number].language for number in known])
        made[task] = {_ALL: _best(table, right)}
        for language in LANGUAGES:
            chosen = spoken == language
            if chosen.sum() >= _FEWEST:
                made[task][language] = _best(table[chosen], right[chosen])
    return made


def _best(table: Floats, right: NDArray[np.int64]) -> float:
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda heat: _loss(table, right, float(np.exp(heat))),
        bounds=(np.log(_COOLEST), np.log(_HOTTEST)),
        method="bounded",
    )
    return round(float(np.exp(found.x)), 3)


def _loss(table: Floats, right: NDArray[np.int64], temperature: float) -> float:
    from scipy.special import log_softmax

    chances = log_softmax(table.astype(np.float64) / temperature, axis=1)
    return float(-chances[np.arange(len(right)), right].mean())
