"""Refit a reader's last layer to what people corrected, and judge the result before anybody uses it.

What is minimised stands in :mod:`mining.last_layer`. Each task is rehearsed with several weights of the corrections;
the one that answers most corrections that it has not seen is taken, provided that the shipped remarks kept aside are
answered as well as before. A task for which none does keeps its shipped columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from embeddings.base import Part
from embeddings.linear import Linear
from mining.evaluation.figures import accuracy, macro_f1
from mining.language import normalise
from mining.last_layer import Columns, Doubles, Seen, Weights, answers, columns, fitted, grown, joined
from mining.training import calibrate
from mining.training.rows import Row

Extra = Mapping[str, Mapping[str, Sequence[str]]]
"""Task -> new value -> examples in words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How corrections are rehearsed. What was measured to choose this is in docs/train-on-corrections.md.

    Attributes:
        weights: those that are tried, the lightest first.
        folds: of the rehearsal on corrections that were left out.
        worst: a task that loses more macro-F1 than this on the remarks kept aside keeps its shipped columns.
    """

    weights: Sequence[Weights] = (Weights(most=0.1), Weights(most=0.3), Weights(most=1.0))
    folds: int = 5
    worst: float = 0.01


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a task. Shares are 0 to 1, None where there was nothing to judge by.

    Attributes:
        task: its name.
        corrections: how many corrections it was fitted to.
        shipped_right: share of corrections that the shipped columns answer rightly.
        refitted_right: share of corrections that are answered rightly by columns fitted to the others.
        shipped_f1: macro-F1 of the shipped columns on the remarks kept aside.
        refitted_f1: the same of the refitted ones.
        most: the weight of the corrections, see ``Weights``; None where nothing was fitted.
        taken: whether the refitted columns are used.
        why: why or why not.
    """

    task: str
    corrections: int
    shipped_right: float | None
    refitted_right: float | None
    shipped_f1: float | None
    refitted_f1: float | None
    most: float | None
    taken: bool
    why: str


@dataclass(frozen=True, slots=True)
class Refitted:
    """What became of a part: its new last layer, None where nothing got better, and how each task was judged."""

    part: str
    layer: Linear | None
    tasks: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The remarks of a refit.

    Attributes:
        shipped: those that the shipped layer was trained on.
        aside: those of the same make that it was not trained on.
        said: what people corrected; a value that its task does not know is passed over.
        examples: of values that the shipped layer does not know, each labelled for one task.
    """

    shipped: Seen
    aside: Seen
    said: Seen
    examples: Seen


@dataclass(frozen=True, slots=True)
class _Try:
    """Columns fitted with some weight, their answers to corrections left out, and their macro-F1 on remarks aside."""

    made: Doubles
    right: float | None
    f1: float | None
    most: float | None = field(default=None)


def extras(part: Part, extra: Extra) -> Seen:
    """The examples of new values as rows, and what the part sees of them."""
    rows = [
        Row(f"{task}={value}", text, "", {task: value})
        for task, by_value in extra.items()
        for value, texts in by_value.items()
        for text in texts
    ]
    return Seen(rows, part.features([row.text for row in rows]))


def refit(name: str, shipped: Linear, rows: Rows, plan: Plan | None = None) -> Refitted:
    """Refit the last layer of the part called ``name`` and judge it; the same input gives the same bytes."""
    plan = plan or Plan()
    layer = grown(shipped, rows.examples, rows.shipped.features)
    said = {normalise(row.text) for row in rows.said.rows}
    aside = [number for number, row in enumerate(rows.aside.rows) if normalise(row.text) not in said]
    rows = replace(rows, aside=rows.aside.of(aside))
    tasks = [_task(columns(task, shipped, layer, rows.shipped), rows, plan) for task in layer.classes]
    judged = tuple(verdict for _, verdict in tasks)
    if not any(verdict.taken for verdict in judged):
        return Refitted(name, None, judged)
    made = joined(layer, [block for block, _ in tasks])
    heat = calibrate.temperatures(rows.aside.rows, made.scores(rows.aside.features))
    return Refitted(name, replace(made, version=f"{shipped.version}+{_digest(made)[:6]}", temperatures=heat), judged)


def _task(own: Columns, rows: Rows, plan: Plan) -> tuple[Doubles, Judged]:
    said, examples, aside = (one.labelled(own.task, own.values) for one in (rows.said, rows.examples, rows.aside))
    folds = _folds(said, plan.folds)
    first = _Try(own.start, _before(own, said), macro_f1(answers(own.before, own, aside)))
    tries = [_tried(own, said, examples, aside, weights, folds) for weights in plan.weights] if said.rows else []
    best, why = _chosen(first, tries, plan)
    taken = best is not first
    if not taken and examples.rows:
        made = _only_new(own, said.of([]), examples, plan)
        best = replace(first, made=made, right=None, f1=macro_f1(answers(made, own, aside)))
        taken, why = True, f"new values only: {why}"
    shown = best if taken else max(tries, key=_merit, default=first)
    return best.made, Judged(
        task=own.task,
        corrections=len(said.rows),
        shipped_right=first.right,
        refitted_right=shown.right if said.rows and len(folds) > 1 else None,
        shipped_f1=first.f1,
        refitted_f1=shown.f1,
        most=shown.most,
        taken=taken,
        why=why,
    )


def _only_new(own: Columns, nothing: Seen, examples: Seen, plan: Plan) -> Doubles:
    """New columns alone, by the least weight that gets every example right: what weighs more takes more from others."""
    made = own.start
    for weights in sorted(plan.weights, key=lambda one: one.most):
        made = fitted(own, nothing, examples, weights, only_new=True)
        if all(right == given for right, given in answers(made, own, examples, every=True)):
            break
    return made


def _chosen(first: _Try, tries: Sequence[_Try], plan: Plan) -> tuple[_Try, str]:
    """The best of those that forget little, and why it is or is not the first, which ships."""
    if not tries:
        return first, "no corrections"
    if tries[0].right is None:
        return first, "one text alone cannot be judged"
    better = [one for one in tries if _merit(one) > _merit(first)]
    if not better:
        return first, "no better on unseen corrections"
    harmless = [one for one in better if (first.f1 or 0.0) - (one.f1 or 0.0) <= plan.worst]
    if not harmless:
        return first, f"loses {(first.f1 or 0.0) - max(one.f1 or 0.0 for one in better):.3f} on remarks kept aside"
    return max(harmless, key=_merit), "better on unseen corrections"


def _merit(one: _Try) -> float:
    return one.right or 0.0


def _before(own: Columns, said: Seen) -> float | None:
    return accuracy(answers(own.before, own, said, every=True)) if said.rows else None


def _tried(
    own: Columns, said: Seen, examples: Seen, aside: Seen, weights: Weights, folds: Sequence[Sequence[int]]
) -> _Try:
    made = fitted(own, said, examples, weights)
    found: list[tuple[str, str]] = []
    for out in folds:
        rest = sorted(set(range(len(said.rows))) - set(out))
        found += answers(fitted(own, said.of(rest), examples, weights), own, said.of(out), every=True)
    right = accuracy(found) if len(folds) > 1 else None
    return _Try(made, right, macro_f1(answers(made, own, aside)), weights.most)


def _folds(said: Seen, most: int) -> list[list[int]]:
    """Row numbers in groups of similar size. Equal texts stand together, so that no answer is known by heart."""
    texts = [normalise(row.text) for row in said.rows]
    order = sorted(set(texts), key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).digest())
    places: list[list[int]] = [[] for _ in range(min(most, len(order)))]
    fold = {text: number % most for number, text in enumerate(order)}
    for number, text in enumerate(texts):
        places[fold[text]].append(number)
    return places


def _digest(layer: Linear) -> str:
    told = hashlib.sha256(repr(list(layer.classes.items())).encode())
    for array in (layer.weights, layer.bias):
        told.update(np.ascontiguousarray(array).tobytes())
    return told.hexdigest()
