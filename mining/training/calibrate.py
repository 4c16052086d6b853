"""What raw scores are worth, found on remarks kept aside from training: a temperature per task and language, a bias."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from embeddings.linear import NEVER, Floats, Linear
from mining import cues
from mining.evaluation import figures
from mining.training.rows import LANGUAGES, TASKS, Row

_FEWEST = 50
_COOLEST, _HOTTEST = 0.3, 5.0
_ALL = "*"
_LOSS = 0.005
_CHANCES = [round(0.3 + step / 20, 2) for step in range(14)]
_SHIFTS = [round(-2 + step / 10, 1) for step in range(41)]


def temperatures(rows: Sequence[Row], scores: Mapping[str, Floats]) -> dict[str, dict[str, float]]:
    """Task -> language -> the temperature of the least negative log likelihood (Guo et al., 2017, arXiv:1706.04599).

    Args:
        rows: labelled remarks that were not trained on.
        scores: task -> (n, classes) their raw scores; cues are added here, as they are when remarks are read.

    ``*`` is that of all languages together; a language with fewer than 50 labelled rows has none of its own.
    """
    languages = [row.language for row in rows]
    scores = cues.heeded(scores, TASKS, [row.text for row in rows], languages, [None] * len(rows))
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


def evened(layer: Linear, rows: Sequence[Row], features: Floats) -> Linear:
    """The layer with the bias for high effort that gives it the best F1 on these rows, the nearest to no change.

    High effort counts more than its share in training, or it would hardly be found; here that is taken back as far as
    it makes more false alarms than finds.
    """
    table = layer.scores(features)["effort"].astype(np.float64)
    values = layer.classes["effort"]
    none, high = values.index("none"), values.index("high")
    known = np.array(["effort" in row.labels for row in rows])
    right = np.array([row.labels.get("effort") == "high" for row in rows])[known]
    ahead = (table[:, high] - table[:, none])[known]
    found = max(_SHIFTS, key=lambda shift: (round(_f1(ahead + shift > 0, right), 4), -abs(shift)))
    column = sum(len(names) for task, names in _before(layer, "effort")) + high
    bias = layer.bias.copy()
    bias[column] += np.float32(found)
    return replace(layer, bias=bias)


def enough(layer: Linear, scores: Mapping[str, Floats], deeper: Mapping[str, Floats], rows: Sequence[Row]) -> float:
    """The least chance from which on a layer's answers may stand for a deeper one's; see ``Linear``.

    The least of 0.30, 0.35 ... 0.95 with which no task loses more than ``_LOSS`` macro-F1 on these rows.

    Args:
        scores: the layer's raw scores of the rows.
        deeper: those of what would be asked otherwise.
    """
    surest = layer.surest(scores)
    exact = {task: _macro_f1(table.argmax(axis=1), rows, task) for task, table in deeper.items()}

    def harmless(chance: float) -> bool:
        mixed = {
            task: np.where(surest >= chance, scores[task].argmax(axis=1), table.argmax(axis=1))
            for task, table in deeper.items()
        }
        return all(exact[task] - _macro_f1(given, rows, task) <= _LOSS for task, given in mixed.items())

    return next((chance for chance in _CHANCES if harmless(chance)), NEVER)


def _macro_f1(given: NDArray[np.intp], rows: Sequence[Row], task: str) -> float:
    values = TASKS[task]
    said = [(row.labels[task], values[one]) for row, one in zip(rows, given, strict=True) if task in row.labels]
    return figures.macro_f1(said) or 0.0


def _before(layer: Linear, task: str) -> list[tuple[str, tuple[str, ...]]]:
    """The tasks whose columns lie before another's."""
    return list(layer.classes.items())[: list(layer.classes).index(task)]


def _f1(said: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    return float(2 * (said & right).sum() / max(1, said.sum() + right.sum()))
