"""The grown encoder learns the tasks, end to end, while its vectors are held where the languages agree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from embeddings.training.encoder import distil, passes
from embeddings.training.encoder.distil import Lesson
from mining.training.balance import class_weights, label_ids
from mining.training.rows import BESIDE, TASKS, Row

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Plan:
    """How the encoder is fine-tuned.

    Attributes:
        epochs: passes over the labelled rows.
        batch: labelled rows per step.
        lesson: texts of the distillation lesson per step; none where 0.
        lesson_weight: weight of their loss beside the tasks' summed cross entropy.
        layers_rate: learning rate of the layers; the table of word pieces has ``table_rate``, the heads ``heads_rate``.
        smoothing: of the labels; a model that is asked for less certainty is better calibrated.
        depths: after how many layers the tasks are learnt, the last being all layers: a text need go no deeper than it
            must.
        beside_weight: weight of the tasks that are learnt beside and not shipped.
        exit_weight: weight of the losses at the others, each of which has two: the labels, and what the last thinks.
    """

    epochs: int = 3
    batch: int = 32
    lesson: int = 16
    lesson_weight: float = 1.0
    table_rate: float = 2e-4
    layers_rate: float = 1e-4
    heads_rate: float = 2e-3
    dropout: float = 0.1
    smoothing: float = 0.05
    depths: tuple[int, ...] = (2, 3, 6)
    exit_weight: float = 0.5
    beside_weight: float = 0.5
    seed: int = 13
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Tuned:
    """The encoder, changed in place, and what reads it: ``depth_task`` -> torch Linear over the mean states there."""

    model: "torch.nn.Module"
    heads: "torch.nn.ModuleDict"


def name(depth: int, task: str) -> str:
    """The name of a task's layer over the states at a depth."""
    return f"{depth}_{task}"


def tune(
    model: "torch.nn.Module",
    tokenizer: "Tokenizer",
    rows: Sequence[Row],
    lesson: Lesson,
    plan: Plan,
) -> Tuned:
    """Fine-tune ``model`` in place on labelled rows of all languages together.

    The loss of a step is the summed cross entropy of all tasks on a batch of rows (a row without a task's label says
    nothing to that task), the same for every exit, to which the chances that the last layer gives are labels too (Zhang
    et al., 2019, arXiv:1905.08094), and ``lesson_weight`` times the loss of
    :func:`embeddings.training.encoder.distil.vector_loss` on texts of the lesson.
    """
    import torch

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    draw = np.random.default_rng(plan.seed)
    tasks = [(name(depth, task), values) for depth in plan.depths for task, values in TASKS.items()]
    heads = torch.nn.ModuleDict({key: torch.nn.Linear(384, len(values)) for key, values in [*tasks, *BESIDE.items()]})
    device = passes.device()
    tuned = Tuned(model.to(device), heads.to(device))
    dropout = torch.nn.Dropout(plan.dropout)
    ids = passes.ids(tokenizer, [row.text for row in rows])
    lengths = np.array([len(row) for row in ids], np.int64)
    labels = {task: torch.from_numpy(label_ids(rows, task)).to(device) for task in (*TASKS, *BESIDE)}
    losses = {
        task: torch.nn.CrossEntropyLoss(
            torch.from_numpy(class_weights(rows, task)), label_smoothing=plan.smoothing, reduction="sum"
        ).to(device)
        for task in labels
    }
    table, layers = distil.parameters(model)
    optimizers = [
        torch.optim.SparseAdam(table, lr=plan.table_rate),
        torch.optim.AdamW(layers, lr=plan.layers_rate, weight_decay=0.01),
        torch.optim.AdamW(heads.parameters(), lr=plan.heads_rate, weight_decay=0.01),
    ]
    rates = (plan.table_rate, plan.layers_rate, plan.heads_rate)
    taught = _lessons(lesson, plan, draw)
    steps = plan.epochs * -(-len(rows) // plan.batch)
    step = 0
    with Progress() as progress:
        bar = progress.add_task("tasks", total=steps)
        model.train()
        for _ in range(plan.epochs):
            for batch in passes.batches(lengths, plan.batch, draw):
                given, mask = passes.padded([ids[int(i)] for i in batch], device)
                hidden = model(input_ids=given, attention_mask=mask, output_hidden_states=True).hidden_states
                states = {depth: dropout(passes.mean(hidden[depth], mask)) for depth in plan.depths}
                given_labels = {task: all_[batch] for task, all_ in labels.items()}
                loss = _step_loss(heads, states, given_labels, losses, plan)
                if plan.lesson:
                    part = next(taught)
                    loss = loss + plan.lesson_weight * distil.lesson_loss(model, lesson, part, 20.0)
                distil.step(loss, optimizers, rates, _rate(step, steps))
                step += 1
                progress.update(bar, advance=1)
    model.to("cpu").eval()
    heads.to("cpu")
    return tuned


def _step_loss(
    heads: "torch.nn.ModuleDict",
    states: "Mapping[int, torch.Tensor]",
    labels: "Mapping[str, torch.Tensor]",
    losses: "Mapping[str, torch.nn.CrossEntropyLoss]",
    plan: Plan,
) -> "torch.Tensor":
    import torch

    scores = {depth: {task: heads[name(depth, task)](given) for task in TASKS} for depth, given in states.items()}
    *exits, last = scores.values()
    beside = {task: heads[task](states[plan.depths[-1]]) for task in BESIDE}
    loss = task_loss(last, labels, losses) + plan.beside_weight * task_loss(beside, labels, losses)
    for early in exits:
        imitated = [torch.nn.functional.cross_entropy(early[task], last[task].detach().softmax(1)) for task in TASKS]
        loss = loss + plan.exit_weight * (task_loss(early, labels, losses) + torch.stack(imitated).sum())
    return loss


def task_loss(
    scores: "Mapping[str, torch.Tensor]",
    labels: "Mapping[str, torch.Tensor]",
    losses: "Mapping[str, torch.nn.CrossEntropyLoss]",
) -> "torch.Tensor":
    """Sum over the tasks of the mean cross entropy over the rows that are labelled for them."""
    import torch

    parts = []
    for task, given in scores.items():
        known = int((labels[task] >= 0).sum())
        if known:
            parts.append(losses[task](given, labels[task]) / known)
    return torch.stack(parts).sum() if parts else next(iter(scores.values())).new_zeros(())


def _lessons(lesson: Lesson, plan: Plan, draw: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Batches of lesson texts without end: long ones, half of them of one's own language."""
    long = np.flatnonzero((lesson.words >= 4) & (~lesson.english | (draw.random(len(lesson.words)) < 0.1)))
    lengths = np.array([len(lesson.ids[int(i)]) for i in long], np.int64)
    while plan.lesson:
        for part in passes.batches(lengths, plan.lesson, draw):
            yield long[part]


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / (0.1 * steps))
    return float(warm * (1 - step / steps))
