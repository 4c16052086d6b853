"""The trained table as a folder that model2vec opens: int8 rows, one weight per row, tokenizer, configuration."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.text import NORMALISATION


def quantise(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8 and a weight for each, so that ``int8 * weight`` is the row within 1/254 of its largest entry."""
    weights = np.maximum(np.abs(table).max(axis=1), 1e-9) / 127
    return np.rint(table / weights[:, None]).astype(np.int8), weights.astype(np.float32)


def export(table: NDArray[np.float32], tokenizer: Tokenizer, folder: Path, version: int) -> None:
    """Write the model to ``folder``; a folder that is there is overwritten file by file."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    rows, weights = quantise(table)
    weights_path = folder / "model.safetensors"
    save_file({"embeddings": rows, "weights": weights}, weights_path)
    weights_path.chmod(0o644)  # safetensors writes files that only their owner may read
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "normalize": True,
        "hidden_dim": int(table.shape[1]),
        "max_length": None,
        "version": version,
        "normalisation": NORMALISATION,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
