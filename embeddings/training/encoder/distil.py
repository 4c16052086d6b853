"""Hebrew, Persian and English texts learn to land on the English teacher's vector of what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from embeddings.training.encoder import passes

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard to distil. Rates fall to a twentieth by a cosine.

    Attributes:
        rounds: each round reads all long texts and ``short`` of the short ones; its end is kept on disk.
        short: how many texts of fewer than four words a round takes.
        english: how many English texts a round takes, so that English stays where it was.
        batch: texts per step.
        table_rate: learning rate of the rows of the word pieces.
        layers_rate: of everything else.
        scale: what cosines are multiplied by before the in-batch softmax.
    """

    rounds: int = 4
    short: int = 12_000
    english: int = 6_000
    batch: int = 128
    table_rate: float = 1e-3
    layers_rate: float = 8e-5
    scale: float = 20.0
    seed: int = 13
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts and what they aim at.

    Attributes:
        ids: piece ids of each text.
        aims: for each text the row of ``targets`` that it should land on.
        words: for each text its number of words.
        english: for each text whether it is English.
        targets: (m, 384), unit length: the teacher's vectors.
    """

    ids: Sequence[NDArray[np.int64]]
    aims: NDArray[np.int64]
    words: NDArray[np.int64]
    english: NDArray[np.bool_]
    targets: NDArray[np.float32]


def distil(model: "torch.nn.Module", lesson: Lesson, plan: Plan, folder: Path) -> None:
    """Train ``model`` in place; a round that is already kept in ``folder`` is read instead of run.

    The loss of a batch is ``3 (1 - cos)`` to the teacher's vector plus the cross entropy of finding one's own target
    among those of the batch (after Reimers and Gurevych, 2020, doi:10.18653/v1/2020.emnlp-main.365).
    """
    import torch

    torch.set_num_threads(plan.threads)
    model.to(passes.device())
    folder.mkdir(parents=True, exist_ok=True)
    table, layers = parameters(model)
    optimizers = [
        torch.optim.SparseAdam(table, lr=plan.table_rate),
        torch.optim.AdamW(layers, lr=plan.layers_rate, weight_decay=0.01),
    ]
    rounds = [_round(lesson, plan, number) for number in range(plan.rounds)]
    steps = sum(map(len, rounds))
    first = _resume(model, optimizers, plan, folder)
    at = sum(map(len, rounds[:first]))
    model.train()
    with Progress() as progress:
        bar = progress.add_task("distil", total=steps, completed=at)
        for number in range(first, plan.rounds):
            torch.manual_seed(plan.seed + number)
            for batch in rounds[number]:
                loss = lesson_loss(model, lesson, batch, plan.scale)
                step(loss, optimizers, (plan.table_rate, plan.layers_rate), _rate(at, steps))
                at += 1
                progress.update(bar, advance=1, description=f"distil, loss {loss.item():.2f}")
            _keep(model, optimizers, number, folder)
    model.to("cpu").eval()


def parameters(model: "torch.nn.Module") -> tuple[list["torch.nn.Parameter"], list["torch.nn.Parameter"]]:
    """The rows of the word pieces, and everything else."""
    table = model.get_parameter("embeddings.word_embeddings.weight")
    return [table], [one for one in model.parameters() if one is not table]


def lesson_loss(model: "torch.nn.Module", lesson: Lesson, batch: NDArray[np.int64], scale: float) -> "torch.Tensor":
    """The loss of some texts of a lesson."""
    import torch

    device = next(model.parameters()).device
    given, mask = passes.padded([lesson.ids[i] for i in batch], device)
    states = model(input_ids=given, attention_mask=mask).last_hidden_state
    aims = lesson.aims[batch]
    targets = torch.from_numpy(lesson.targets[aims]).to(device)
    return vector_loss(passes.mean(states, mask), targets, torch.from_numpy(aims).to(device), scale)


def vector_loss(vectors: "torch.Tensor", targets: "torch.Tensor", aims: "torch.Tensor", scale: float) -> "torch.Tensor":
    """``3 (1 - cos)`` plus the in-batch softmax; the same target met twice in a batch is no rival."""
    import torch

    said = torch.nn.functional.normalize(vectors, dim=1)
    likeness = said @ targets.T
    rival = (aims[:, None] == aims[None, :]) & ~torch.eye(len(aims), dtype=torch.bool, device=aims.device)
    own = torch.arange(len(aims), device=aims.device)
    found = torch.nn.functional.cross_entropy((scale * likeness).masked_fill(rival, -1e4), own)
    return 3 * (1 - likeness.diagonal()).mean() + found


def _round(lesson: Lesson, plan: Plan, number: int) -> list[NDArray[np.int64]]:
    """The batches of a round: numbers of texts."""
    draw = np.random.default_rng((plan.seed, number))
    foreign, short = ~lesson.english, lesson.words < 4
    chosen = np.concatenate(
        (
            np.flatnonzero(foreign & ~short),
            _some(np.flatnonzero(foreign & short), plan.short, draw),
            _some(np.flatnonzero(lesson.english), plan.english, draw),
        )
    )
    lengths = np.array([len(lesson.ids[i]) for i in chosen], np.int64)
    return [chosen[part] for part in passes.batches(lengths, plan.batch, draw)]


def _some(numbers: NDArray[np.int64], at_most: int, draw: np.random.Generator) -> NDArray[np.int64]:
    return draw.choice(numbers, min(at_most, len(numbers)), replace=False)


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / 200)
    return float(warm * (0.05 + 0.95 * (1 + np.cos(np.pi * min(step / steps, 1))) / 2))


def step(
    loss: "torch.Tensor", optimizers: Sequence["torch.optim.Optimizer"], rates: Sequence[float], share: float
) -> None:
    """One step down the loss, each optimizer at its rate times ``share``."""
    for optimizer, rate in zip(optimizers, rates, strict=True):
        optimizer.param_groups[0]["lr"] = rate * share
        optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    for optimizer in optimizers:
        optimizer.step()


def _keep(model: "torch.nn.Module", optimizers: Sequence["torch.optim.Optimizer"], number: int, folder: Path) -> None:
    import torch

    partial = folder / "round.part"
    optimized = [optimizer.state_dict() for optimizer in optimizers]
    torch.save({"model": model.state_dict(), "optimizers": optimized, "round": number}, partial)
    partial.rename(folder / "round.pt")


def _resume(model: "torch.nn.Module", optimizers: Sequence["torch.optim.Optimizer"], plan: Plan, folder: Path) -> int:
    """Go on behind the last kept round; the number of the round to run next."""
    import torch

    path = folder / "round.pt"
    if not path.exists():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, kept in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(kept)
    return min(int(state["round"]) + 1, plan.rounds)
