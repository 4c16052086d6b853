"""The task teacher: English MiniLM fine-tuned end to end on all tasks; the fast model learns from its opinions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress, track

from embeddings.training.teacher import teacher_folder
from mining.training.rows import TASKS, Row

if TYPE_CHECKING:
    import torch

_CHUNK = 4_096
_LONGEST = 96


@dataclass(frozen=True, slots=True)
class Plan:
    """How the teacher is fine-tuned."""

    epochs: int = 5
    batch: int = 32
    layers_rate: float = 8e-5
    heads_rate: float = 2e-3
    seed: int = 13
    threads: int = 2


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


def fine_tune(rows: Sequence[Row], plan: Plan) -> Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]]:
    """Fine-tune on labelled English rows; the result gives raw scores, task -> (n, classes)."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    draw = np.random.default_rng(plan.seed)
    tokenizer = AutoTokenizer.from_pretrained(str(teacher_folder()))
    encoder = AutoModel.from_pretrained(str(teacher_folder()))
    heads = torch.nn.ModuleDict({task: torch.nn.Linear(384, len(values)) for task, values in TASKS.items()})
    dropout = torch.nn.Dropout(0.1)

    def pooled(texts: Sequence[str]) -> "torch.Tensor":
        given = tokenizer(list(texts), padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt")
        mask = given["attention_mask"]
        states = encoder(input_ids=given["input_ids"], attention_mask=mask).last_hidden_state
        mean: torch.Tensor = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return mean

    labels = {task: torch.from_numpy(label_ids(rows, task)) for task in TASKS}
    losses = {task: torch.nn.CrossEntropyLoss(torch.from_numpy(class_weights(rows, task))) for task in TASKS}
    groups = [
        {"params": encoder.parameters(), "lr": plan.layers_rate},
        {"params": heads.parameters(), "lr": plan.heads_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = plan.epochs * -(-len(rows) // plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [plan.layers_rate, plan.heads_rate], total_steps=steps, pct_start=0.1
    )
    encoder.train()
    with Progress() as progress:
        bar = progress.add_task("task teacher", total=steps)
        for _ in range(plan.epochs):
            for batch in batches([row.text for row in rows], plan.batch, draw):
                vectors = dropout(pooled([rows[i].text for i in batch]))
                # Every batch holds fully labelled rows, so no task is without a label.
                loss = torch.stack([losses[task](heads[task](vectors), labels[task][batch]) for task in TASKS]).sum()
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
                optimizer.step()
                schedule.step()
                progress.advance(bar)
    encoder.eval()

    def scores(texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        with torch.inference_mode():
            vectors = pooled(texts)
            return {task: heads[task](vectors).numpy() for task in TASKS}

    return scores


def batches(texts: Sequence[str], size: int, draw: np.random.Generator) -> list[NDArray[np.int64]]:
    """Random batches of texts that are about equally long, so that little padding is computed."""
    noisy = np.array([len(text) for text in texts]) * draw.uniform(0.8, 1.25, len(texts))
    order = np.argsort(noisy)
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    return [parts[i] for i in draw.permutation(len(parts))]


def label(
    texts: Sequence[str], scores: Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]], cache: Path
) -> dict[str, NDArray[np.float32]]:
    """The teacher's raw scores of many texts, kept in ``cache`` as one .npz."""
    order = np.argsort([len(text) for text in texts])
    made = {task: np.zeros((len(texts), len(values)), np.float32) for task, values in TASKS.items()}
    for at in track(range(0, len(order), 64), "teacher labels"):
        chosen = order[at : at + 64]
        for task, part in scores([texts[i] for i in chosen]).items():
            made[task][chosen] = part
    with cache.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **made)
    return made
