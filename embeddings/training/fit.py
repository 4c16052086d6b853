"""Token vectors whose mean is the teacher's vector, whatever the language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

if TYPE_CHECKING:
    import torch

Ids = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard to train; one seed for all that is drawn."""

    epochs: int = 6
    batch: int = 2_048
    twins: int = 512
    rate: float = 0.02
    scale: float = 20.0
    seed: int = 13
    threads: int = 2


def fit(
    texts: Ids,
    aims: NDArray[np.int64],
    targets: NDArray[np.float32],
    twins: tuple[Ids, Ids],
    vocabulary: int,
    plan: Plan,
) -> NDArray[np.float32]:
    """Train an ``EmbeddingBag(mean)`` and return its table, (vocabulary, dimensions).

    The loss of a batch is ``3 (1 - cos)`` to the teacher's vector plus the cross entropy of finding one's own target
    among those of the batch (in-batch softmax), after Reimers and Gurevych, 2020, doi:10.18653/v1/2020.emnlp-main.365.
    Twins have no English side, so they only look for each other.

    Args:
        texts: token ids of each text.
        aims: for each text the row of ``targets`` that it should land on.
        targets: (n, dimensions), unit length.
        twins: token ids of the two sides of pairs that have no target.
        vocabulary: number of tokens.
        plan: see ``Plan``.
    """
    import torch

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    draw = np.random.default_rng(plan.seed)
    bag = torch.nn.EmbeddingBag(vocabulary, targets.shape[1], mode="mean", sparse=True)
    torch.nn.init.normal_(bag.weight, std=0.1)
    optimizer = torch.optim.SparseAdam(list(bag.parameters()), lr=plan.rate)
    steps = plan.epochs * (len(texts) // plan.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, eta_min=plan.rate / 100)
    aimed = torch.from_numpy(targets)
    order = np.empty(0, np.int64)
    for _ in track(range(steps), "train"):
        if len(order) < plan.batch:
            order = draw.permutation(len(texts))
        chosen, order = order[: plan.batch], order[plan.batch :]
        aim = torch.from_numpy(aims[chosen])
        said = _pool(bag, [texts[i] for i in chosen])
        loss = 3 * (1 - (said * aimed[aim]).sum(1)).mean() + _contrast(said, aimed[aim], aim, plan.scale)
        if twins[0]:
            pick = draw.choice(len(twins[0]), min(plan.twins, len(twins[0])), replace=False)
            one, other = (_pool(bag, [side[i] for i in pick]) for side in twins)
            loss = loss + 0.3 * _contrast(one, other, torch.from_numpy(pick), plan.scale)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        schedule.step()
    table: NDArray[np.float32] = bag.weight.detach().numpy()
    return table


def _pool(bag: "torch.nn.EmbeddingBag", rows: Ids) -> "torch.Tensor":
    import torch

    lengths = np.fromiter((len(row) for row in rows), np.int64, len(rows))
    offsets = torch.from_numpy(np.concatenate(([0], np.cumsum(lengths)[:-1])))
    flat = torch.from_numpy(np.concatenate([np.asarray(row, np.int64) for row in rows]))
    pooled: torch.Tensor = torch.nn.functional.normalize(bag(flat, offsets), dim=1)
    return pooled


def _contrast(said: "torch.Tensor", meant: "torch.Tensor", names: "torch.Tensor", scale: float) -> "torch.Tensor":
    """Cross entropy of one's own target among the batch's; the same target met twice is no rival."""
    import torch

    likeness = scale * said @ meant.T
    same = (names[:, None] == names[None, :]) & ~torch.eye(len(names), dtype=torch.bool)
    return torch.nn.functional.cross_entropy(likeness.masked_fill(same, -1e4), torch.arange(len(names)))
