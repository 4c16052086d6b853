"""Raw scores of all tasks from a text's tokens and its vector: a small convolutional network, in numpy.

Each token has a short vector; a window of three gives ``relu(window @ conv + b)``; the largest and the mean of these
over a text, beside the text's sentence vector, pass one hidden layer, and one linear layer gives the scores of all
tasks (after Kim, 2014, doi:10.3115/v1/D14-1181). ``mining.training`` makes the weights.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from connectors.errors import ConfigError
from embeddings.bag import Bag

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heads:
    """The weights of the network; rows times columns as numpy multiplies them.

    Attributes:
        version: raised whenever a score changes.
        base: name of the model whose tokens and vectors it was trained on.
        classes: task -> class names; the tasks' columns lie side by side in ``out`` in this order.
        tokens: (vocabulary, c).
        conv: (3 c, channels), for the token before, the token, the token after.
        conv_bias: (channels,).
        hidden: (dimensions + 2 channels, h).
        hidden_bias: (h,).
        out: (h, all classes).
        out_bias: (all classes,).
    """

    version: int
    base: str
    classes: Mapping[str, tuple[str, ...]]
    tokens: Floats
    conv: Floats
    conv_bias: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats

    def scores(self, bag: Bag, vectors: Floats) -> dict[str, Floats]:
        """Task -> (n, classes) raw scores of n texts, given as tokens and as sentence vectors."""
        pooled = np.concatenate((vectors, self._pooled(bag)), axis=1)
        hidden = np.maximum(pooled @ self.hidden + self.hidden_bias, 0)
        flat = hidden @ self.out + self.out_bias
        edges = np.cumsum([len(names) for names in self.classes.values()])[:-1]
        return dict(zip(self.classes, np.split(flat, edges, axis=1), strict=True))

    def _pooled(self, bag: Bag) -> Floats:
        """Largest and mean of the windows of each text, (n, 2 channels); zeros for a text without tokens."""
        channels = len(self.conv_bias)
        made = np.zeros((len(bag), 2 * channels), np.float32)
        lengths = np.diff(bag.starts)
        spoken = lengths > 0
        if not spoken.any():
            return made
        starts = bag.starts[:-1][spoken]
        windows = self._windows(bag.ids, starts) @ self.conv
        windows += self.conv_bias
        np.maximum(windows, 0, out=windows)
        made[spoken, :channels] = np.maximum.reduceat(windows, starts, axis=0)
        made[spoken, channels:] = np.add.reduceat(windows, starts, axis=0) / lengths[spoken, None]
        return made

    def _windows(self, ids: NDArray[np.int64], starts: NDArray[np.int64]) -> Floats:
        """The vectors of the token before, the token and the token after, (tokens, 3 c); zeros beyond a text's ends."""
        width = self.tokens.shape[1]
        made = np.zeros((len(ids), 3 * width), np.float32)
        here = self.tokens[ids]
        made[:, width : 2 * width] = here
        made[1:, :width] = here[:-1]
        made[:-1, 2 * width :] = here[1:]
        made[starts, :width] = 0
        made[starts[1:] - 1, 2 * width :] = 0
        return made


def load(folder: Path) -> Heads:
    """Read the weights that ``save`` wrote.

    Raises:
        ConfigError: the folder holds none.
    """
    from safetensors.numpy import load_file

    try:
        facts = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        arrays = load_file(folder / "heads.safetensors")
    except (OSError, ValueError) as error:
        hint = "give a folder made by python -m mining.training"
        raise ConfigError(f"no trained heads in {folder}", hint=hint) from error
    rows = arrays.pop("tokens").astype(np.float32) * arrays.pop("token_weights")[:, None]
    return Heads(
        version=facts["version"],
        base=facts["base"],
        classes={task: tuple(names) for task, names in facts["classes"].items()},
        tokens=rows,
        **{name: array.astype(np.float32) for name, array in arrays.items()},
    )


def save(heads: Heads, folder: Path) -> None:
    """Write the weights: token rows as int8 with a weight each, the rest as half floats."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights = np.maximum(np.abs(heads.tokens).max(axis=1), 1e-9).astype(np.float32) / 127
    arrays: dict[str, NDArray[np.generic]] = {
        "tokens": np.rint(heads.tokens / weights[:, None]).astype(np.int8),
        "token_weights": weights,
    }
    for name in ("conv", "conv_bias", "hidden", "hidden_bias", "out", "out_bias"):
        # safetensors writes the memory as it lies: a transposed view would come back scrambled.
        arrays[name] = np.ascontiguousarray(getattr(heads, name), dtype=np.float16)
    path = folder / "heads.safetensors"
    save_file(arrays, path)
    path.chmod(0o644)  # safetensors writes files that only their owner may read
    facts = {"version": heads.version, "base": heads.base, "classes": heads.classes}
    (folder / "heads.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
