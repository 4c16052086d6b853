"""What a text's tokens and its vector say to the tasks: a small convolutional network, in numpy.

Each token has a short vector; a window of three gives ``relu(window @ conv + b)``; the largest and the mean of these
over a text, beside the text's sentence vector, pass one hidden layer (after Kim, 2014, doi:10.3115/v1/D14-1181). What
comes out are the features of :class:`embeddings.linear.Linear`. ``mining.training`` makes the weights.
"""

import json
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
        version: raised whenever a feature changes.
        base: name of the model whose tokens and vectors it was trained on.
        tokens: (vocabulary, c).
        conv: (3 c, channels), for the token before, the token, the token after.
        conv_bias: (channels,).
        hidden: (dimensions + 2 channels, h).
        hidden_bias: (h,).
    """

    version: int
    base: str
    tokens: Floats
    conv: Floats
    conv_bias: Floats
    hidden: Floats
    hidden_bias: Floats

    @property
    def name(self) -> str:
        """``heads@`` and the version."""
        return f"heads@{self.version}"

    def features(self, bag: Bag, vectors: Floats) -> Floats:
        """(n, h), of n texts given as tokens and as sentence vectors."""
        pooled = np.concatenate((vectors, self._pooled(bag)), axis=1)
        made: Floats = np.maximum(pooled @ self.hidden + self.hidden_bias, 0)
        return made

    def _pooled(self, bag: Bag) -> Floats:
        """Largest and mean of the windows of each text, (n, 2 channels); zeros for a text without tokens."""
        channels = len(self.conv_bias)
        made = np.zeros((len(bag), 2 * channels), np.float32)
        lengths = np.diff(bag.starts)
        ids, parts = self._parts(bag.ids)
        # Texts of one length form a block, which numpy reduces several times faster than pieces of unequal length.
        for length in np.unique(lengths[lengths > 0]):
            rows = np.flatnonzero(lengths == length)
            block = ids[bag.starts[rows][:, None] + np.arange(length)]
            windows = parts[1][block]
            windows[:, 1:] += parts[0][block[:, :-1]]
            windows[:, :-1] += parts[2][block[:, 1:]]
            np.maximum(windows, 0, out=windows)
            made[rows, :channels] = windows.max(axis=1)
            made[rows, channels:] = windows.mean(axis=1)
        return made

    def _parts(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Floats]]:
        """What each different token adds to the window after, around and before it; where each of ``ids`` is there.

        ``window @ conv`` is a sum of three products, each of one token; a batch has ten times fewer tokens than places.
        """
        place = np.zeros(len(self.tokens), np.int64)
        place[ids] = 1
        different = np.flatnonzero(place)
        place[different] = np.arange(len(different))
        rows = self.tokens[different]
        parts = [rows @ conv for conv in np.split(self.conv, 3)]
        parts[1] += self.conv_bias
        return place[ids], parts


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
    for name in ("conv", "conv_bias", "hidden", "hidden_bias"):
        arrays[name] = getattr(heads, name).astype(np.float16)
    # safetensors writes the memory as it lies: a transposed view would come back scrambled.
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    path = folder / "heads.safetensors"
    save_file(arrays, path)
    path.chmod(0o644)  # safetensors writes files that only their owner may read
    facts = {"version": heads.version, "base": heads.base}
    (folder / "heads.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
