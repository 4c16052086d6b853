"""What all training of the encoder shares: texts as padded batches, pooled states, batches of equal length."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings import pieces

if TYPE_CHECKING:
    import torch


def device() -> str:
    """Where to train: on the GPU when there is one."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def ids(tokenizer: Tokenizer, texts: Sequence[str]) -> list[NDArray[np.int64]]:
    """Piece ids of every text, first and last sign included."""
    encodings = tokenizer.encode_batch_fast([pieces.spelled(text) for text in texts])
    return [np.array(encoding.ids, np.int64) for encoding in encodings]


def padded(
    rows: Sequence[NDArray[np.int64]], device: "torch.device | str" = "cpu"
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Ids and attention mask, both (n, longest), on a device; the pad id is 0, as BERT's."""
    import torch

    longest = max(map(len, rows))
    table = np.zeros((len(rows), longest), np.int64)
    mask = np.zeros((len(rows), longest), np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return torch.from_numpy(table).to(device), torch.from_numpy(mask).to(device)


def mean(states: "torch.Tensor", mask: "torch.Tensor") -> "torch.Tensor":
    """Mean of the states of the real pieces: (n, width), as the teacher pools."""
    weights = mask[..., None].to(states.dtype)
    pooled: torch.Tensor = (states * weights).sum(1) / weights.sum(1)
    return pooled


def batches(lengths: NDArray[np.int64], size: int, draw: np.random.Generator) -> list[NDArray[np.int64]]:
    """Random batches of rows that are about equally long, so that little padding is computed."""
    noisy = lengths * draw.uniform(0.8, 1.25, len(lengths))
    order = np.argsort(noisy, kind="stable")
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    return [parts[i] for i in draw.permutation(len(parts))]
