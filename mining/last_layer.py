"""The columns of one task in a last layer: how they are fitted to what people said, and what they answer.

The weights W (bias included) of a task minimise::

    mean over the shipped remarks of  c * KL(chances by W shipped || chances by W)     nothing else is to change
    + share(n) * mean over the n corrections of their cross entropy                    what people said
    + share(m) * mean over the m examples of new values of their cross entropy         values that a company adds
    + pull * s * ||W - W shipped||^2                                                   stay near

``c`` weighs rare classes up; ``s`` is the mean squared length of the features, so that ``pull`` means the same for
every reader. Holding the old answers while new ones are learnt is learning without forgetting (Li & Hoiem, 2016,
arXiv:1606.09282); the pull to the old weights is a Gaussian prior around them (Chelba & Acero, 2004, "Adaptation of
maximum entropy capitalizer", EMNLP). ``share(n) = most * n / (n + half)`` is the credibility of n observations
(Buehlmann, 1967, "Experience rating and credibility"): a handful counts, and hundreds never outweigh all the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embeddings.linear import Floats, Linear
from mining import cues
from mining.training.balance import class_weights
from mining.training.rows import Row

# As everywhere where labels are measured, see mining.evaluation.labels.
_NOT_COUNTED = {"sentiment": "mixed"}
_HELD = 0.5
_STEPS = 300

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """Labelled remarks and what a last layer sees of them, (n, width)."""

    rows: Sequence[Row]
    features: Floats

    def of(self, numbers: Sequence[int]) -> Seen:
        """Some of them."""
        return Seen([self.rows[number] for number in numbers], self.features[np.array(numbers, np.int64)])

    def labelled(self, task: str, values: Sequence[str]) -> Seen:
        """Those that are labelled for a task with one of some values."""
        return self.of([number for number, row in enumerate(self.rows) if row.labels.get(task) in values])


@dataclass(frozen=True, slots=True)
class Weights:
    """How much what people said counts.

    Attributes:
        most: what all corrections of a task together weigh at the most, beside 1 for the shipped remarks.
        half: so many corrections weigh half of that.
        pull: how hard the columns are held where they were.
    """

    most: float = 1.0
    half: float = 5.0
    pull: float = 1e-3

    def share(self, count: int) -> float:
        """What so many corrections of a task weigh together."""
        return self.most * count / (count + self.half)


@dataclass(frozen=True, slots=True)
class Columns:
    """One task's columns as they start, (width + 1, k) with the bias below, and what they must not forget.

    Attributes:
        task: its name.
        values: of all columns; the first ``shipped`` of them ship, those behind are a company's own.
        shipped: see above.
        start: the shipped columns, and a guess for the others.
        features: of the shipped remarks, (n, width + 1).
        weights: of the shipped remarks, (n,), together 1.
        size: mean squared length of the features.
    """

    task: str
    values: tuple[str, ...]
    shipped: int
    start: Doubles
    features: Doubles
    weights: Doubles
    size: float

    @property
    def before(self) -> Doubles:
        """The shipped columns alone."""
        return self.start[:, : self.shipped]


def columns(task: str, old: Linear, layer: Linear, seen: Seen) -> Columns:
    """A task's columns of ``layer``, which is ``old`` and perhaps more, beside the shipped remarks."""
    values = old.classes[task]
    seen = seen.labelled(task, values)
    features = _with_one(seen.features)
    # What is held is held class by class, or corrections would be paid for by the rare ones.
    by_value = dict(zip(values, class_weights(seen.rows, task, _HELD), strict=True))
    weights = np.array([by_value[row.labels[task]] for row in seen.rows], np.float64) / max(len(seen.rows), 1)
    size = float((features**2).sum(axis=1).mean()) if len(features) else 1.0
    return Columns(task, layer.classes[task], len(values), blocks(layer)[task], features, weights, size)


def fitted(own: Columns, said: Seen, examples: Seen, weights: Weights, *, only_new: bool = False) -> Doubles:
    """The columns that minimise the sum above; with ``only_new`` the shipped ones stay. Of no rows: the start."""
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    if not said.rows and not examples.rows:
        return own.start
    features = np.concatenate([own.features, _with_one(said.features), _with_one(examples.features)])
    counts = [np.full(len(one.rows), weights.share(len(one.rows)) / max(len(one.rows), 1)) for one in (said, examples)]
    each = np.concatenate([own.weights, *counts])[:, None]
    told, heard = _targets(own, [*said.rows, *examples.rows])
    pull, still = weights.pull * own.size, own.shipped if only_new else 0

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        away = flat.reshape(own.start.shape) - own.start
        logs = log_softmax(features @ (own.start + away) + heard, axis=1)
        slope = features.T @ (each * (np.exp(logs) - told)) + 2 * pull * away
        slope[:, :still] = 0
        return float(pull * (away**2).sum() - (each * told * logs).sum()), slope.ravel()

    found = minimize(loss, own.start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    made: Doubles = found.x.reshape(own.start.shape)
    return made


def _targets(own: Columns, rows: Sequence[Row]) -> tuple[Doubles, Doubles]:
    """Chances to be given, and what cues add, both (shipped remarks + rows, k).

    People correct what they are shown, and that is with cues; the shipped remarks are held without.
    """
    from scipy.special import softmax

    shipped = len(own.features)
    told = np.zeros((shipped + len(rows), len(own.values)))
    told[:shipped, : own.shipped] = softmax(own.features @ own.before, axis=1)
    told[range(shipped, len(told)), [own.values.index(row.labels[own.task]) for row in rows]] = 1
    heard = np.zeros_like(told)
    heard[shipped:] = _heard(own, rows)
    return told, heard


def answers(made: Doubles, own: Columns, seen: Seen, *, every: bool = False) -> list[tuple[str, str]]:
    """(right value, value given) of each row as the pipeline gives it, cues heeded.

    Rows whose sentiment is mixed are left out, unless ``every`` row is asked for.
    """
    heard = _heard(own, seen.rows)[:, : made.shape[1]]
    best = (_with_one(seen.features) @ made + heard).argmax(axis=1)
    said = [(row.labels[own.task], own.values[number]) for row, number in zip(seen.rows, best, strict=True)]
    return [pair for pair in said if every or pair[0] != _NOT_COUNTED.get(own.task)]


def _heard(own: Columns, rows: Sequence[Row]) -> Floats:
    if not rows:
        return np.zeros((0, len(own.values)), np.float32)
    return np.stack([_cues(own.task, own.values, row.text, row.language) for row in rows])


@lru_cache(maxsize=20_000)
def _cues(task: str, values: tuple[str, ...], text: str, language: str) -> Floats:
    """What cues add to the scores of one text, (k,); a refit asks dozens of times."""
    nothing = {task: np.zeros((1, len(values)), np.float32)}
    made: Floats = cues.heeded(nothing, {task: values}, [text], [language], [None])[task][0]
    return made


def grown(layer: Linear, examples: Seen, others: Floats) -> Linear:
    """The layer with a column for each new value that examples are labelled with, behind those of its task.

    A column starts as the unit vector from the mean of all features to that of the examples (a nearest-mean
    classifier); its bias puts the boundary half way.
    """
    starts, values = blocks(layer), {task: list(names) for task, names in layer.classes.items()}
    middle = others.mean(axis=0, dtype=np.float64)
    for task, names in values.items():
        labels = [row.labels.get(task) for row in examples.rows]
        for value in dict.fromkeys(label for label in labels if label is not None and label not in names):
            mean = examples.features[[label == value for label in labels]].mean(axis=0, dtype=np.float64)
            way = (mean - middle) / max(float(np.linalg.norm(mean - middle)), 1e-9)
            starts[task] = np.column_stack((starts[task], np.append(way, -way @ (mean + middle) / 2)))
            names.append(value)
    return joined(replace(layer, classes={task: tuple(names) for task, names in values.items()}), list(starts.values()))


def blocks(layer: Linear) -> dict[str, Doubles]:
    """Task -> its columns, (width + 1, k), the bias below the weights."""
    flat = np.vstack((layer.weights, layer.bias)).astype(np.float64)
    edges = np.cumsum([len(names) for names in layer.classes.values()])[:-1]
    return dict(zip(layer.classes, np.split(flat, edges, axis=1), strict=True))


def joined(layer: Linear, parts: Sequence[Doubles]) -> Linear:
    """The layer with other columns: the reverse of :func:`blocks`."""
    flat = np.concatenate(parts, axis=1).astype(np.float32)
    return replace(layer, weights=np.ascontiguousarray(flat[:-1]), bias=flat[-1].copy())


def _with_one(features: Floats) -> Doubles:
    return np.concatenate((features.astype(np.float64), np.ones((len(features), 1))), axis=1)
