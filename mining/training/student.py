"""Training of the fast network: labelled rows in three languages, and the encoder's opinions of many more texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from embeddings.bag import Bag
from embeddings.heads import Heads
from embeddings.linear import Linear
from embeddings.models.static import Static
from mining.training.balance import class_weights, label_ids
from mining.training.rows import TASKS, Row

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Plan:
    """Size of the network, and how it is trained."""

    width: int = 64
    channels: int = 160
    hidden: int = 160
    steps: int = 2_400
    labelled: int = 128
    imitated: int = 512
    rate: float = 2e-3
    imitation: float = 2.0
    token_dropout: float = 0.1
    dropout: float = 0.3
    seed: int = 13
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Opinions:
    """Unlabelled texts of any language and the teacher's raw scores; ``rows[i]`` is the score row of text i."""

    texts: Sequence[str]
    rows: NDArray[np.int64]
    scores: Mapping[str, NDArray[np.float32]]


def train(
    rows: Sequence[Row], opinions: Opinions | None, model: Static, plan: Plan, version: int
) -> tuple[Heads, Linear]:
    """Train the network of ``embeddings.heads`` and its last layer.

    The loss of a step is the weighted cross entropy of a batch of labelled rows over all tasks they have, plus
    ``plan.imitation`` times the cross entropy to the teacher's softmax on a batch of unlabelled texts.
    Every token's short vector is a learnt projection of its static vector plus a learnt difference, so that a word
    never seen with a label, or seen in another language, still says something.
    """
    import torch

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    draw = np.random.default_rng(plan.seed)
    net = _network(model.table, plan)
    tensors = _Texts(model, [row.text for row in rows])
    labels = {task: torch.from_numpy(label_ids(rows, task)) for task in TASKS}
    weights = {task: torch.from_numpy(class_weights(rows, task)) for task in TASKS}
    share = _shares(rows)
    unlabelled = _Texts(model, opinions.texts) if opinions else None
    optimizer = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, plan.rate, total_steps=plan.steps, pct_start=0.1)
    for _ in track(range(plan.steps), "heads"):
        pick = draw.choice(len(rows), plan.labelled, p=share)
        given = net(tensors.take(pick, plan.token_dropout, draw))
        losses = [
            torch.nn.functional.cross_entropy(given[task], labels[task][pick], weights[task])
            for task in TASKS
            if bool((labels[task][pick] >= 0).any())
        ]
        if opinions and unlabelled:
            pick = draw.choice(len(opinions.texts), plan.imitated)
            given = net(unlabelled.take(pick, plan.token_dropout, draw))
            losses += [
                plan.imitation
                * torch.nn.functional.cross_entropy(
                    given[task], torch.from_numpy(opinions.scores[task][opinions.rows[pick]]).softmax(1)
                )
                for task in TASKS
            ]
        loss = torch.stack(losses).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        schedule.step()
    net.eval()
    return _frozen(net, model, version)


def _shares(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Chance of each row: those with all labels make three quarters of a batch, those with one make a quarter."""
    full = np.array([len(row.labels) == len(TASKS) for row in rows])
    if full.all():
        return np.full(len(rows), 1 / len(rows))
    chances: NDArray[np.float64] = np.where(full, 0.75 / full.sum(), 0.25 / (~full).sum())
    return chances


class _Texts:
    """Tokens and sentence vectors of many texts, to be drawn from."""

    def __init__(self, model: Static, texts: Sequence[str]) -> None:
        bag = model.tokenise(texts)
        self._vectors = model.pool(bag)
        self._tokens = [bag.ids[start:end] for start, end in pairwise(bag.starts)]

    def take(self, pick: NDArray[np.int64], dropout: float, draw: np.random.Generator) -> tuple[Bag, "torch.Tensor"]:
        """The texts' tokens, some dropped at random, and their vectors."""
        import torch

        kept = [_drop(self._tokens[i], dropout, draw) for i in pick]
        starts = np.concatenate(([0], np.cumsum([len(row) for row in kept])))
        return Bag(np.concatenate(kept), starts), torch.from_numpy(self._vectors[pick])


def _drop(ids: NDArray[np.int64], share: float, draw: np.random.Generator) -> NDArray[np.int64]:
    kept = ids[draw.random(len(ids)) >= share] if len(ids) > 2 else ids
    return kept if len(kept) else ids


def _network(table: NDArray[np.float32], plan: Plan) -> "torch.nn.Module":
    import torch

    size = float(np.linalg.norm(table, axis=1).mean())
    sizes = [len(values) for values in TASKS.values()]

    class Network(torch.nn.Module):
        """The same arithmetic as ``embeddings.heads.Heads``, in torch, with dropout."""

        def __init__(self) -> None:
            super().__init__()
            self.fixed = torch.from_numpy(table / size)
            self.project = torch.nn.Linear(table.shape[1], plan.width, bias=False)
            self.learnt = torch.nn.Parameter(torch.zeros(len(table), plan.width))
            self.conv = torch.nn.Linear(3 * plan.width, plan.channels)
            self.hidden = torch.nn.Linear(table.shape[1] + 2 * plan.channels, plan.hidden)
            self.out = torch.nn.Linear(plan.hidden, sum(sizes))
            self.dropout = torch.nn.Dropout(plan.dropout)
            torch.nn.init.normal_(self.project.weight, std=3 / table.shape[1] ** 0.5)

        def forward(self, given: "tuple[Bag, torch.Tensor]") -> "dict[str, torch.Tensor]":
            bag, vectors = given
            ids = torch.from_numpy(bag.ids)
            lengths = torch.from_numpy(np.diff(bag.starts))
            owner = torch.repeat_interleave(torch.arange(len(bag)), lengths)
            here = self.dropout(self.project(self.fixed[ids]) + torch.nn.functional.embedding(ids, self.learnt))
            same = (owner[1:] == owner[:-1])[:, None]
            nothing = here.new_zeros(1, here.shape[1])
            before = torch.cat((nothing, here[:-1] * same))
            after = torch.cat((here[1:] * same, nothing))
            windows = torch.relu(self.conv(torch.cat((before, here, after), 1)))
            largest = windows.new_zeros(len(bag), windows.shape[1])
            index = owner[:, None].expand_as(windows)
            largest = largest.scatter_reduce(0, index, windows, "amax", include_self=True)
            mean = windows.new_zeros(len(bag), windows.shape[1]).index_add(0, owner, windows)
            mean = mean / lengths.clamp(min=1)[:, None]
            pooled = self.dropout(torch.cat((vectors, largest, mean), 1))
            flat = self.out(self.dropout(torch.relu(self.hidden(pooled))))
            return dict(zip(TASKS, flat.split(sizes, 1), strict=True))

    return Network()


def _frozen(net: "torch.nn.Module", model: Static, version: int) -> tuple[Heads, Linear]:
    state = {name: tensor.detach() for name, tensor in net.named_parameters()}
    fixed: torch.Tensor = net.fixed  # type: ignore[assignment]  # a plain attribute of Network
    tokens = fixed @ state["project.weight"].T + state["learnt"]
    made = Heads(
        version=version,
        base=model.name,
        tokens=tokens.numpy(),
        conv=state["conv.weight"].T.numpy(),
        conv_bias=state["conv.bias"].numpy(),
        hidden=state["hidden.weight"].T.numpy(),
        hidden_bias=state["hidden.bias"].numpy(),
    )
    last = Linear(str(version), made.name, TASKS, state["out.weight"].T.numpy(), state["out.bias"].numpy())
    return made, last
