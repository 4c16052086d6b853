"""How good the vectors are, by translations and linear probes, and how fast they are made.

    python benchmarks/embeddings_quality.py [--shared ../shared] [--model static] [--folder FOLDER]
    python benchmarks/embeddings_quality.py --speed

What is measured, and on which sets: mining/evaluation/vectors.py; `overheard eval --vectors` prints the same.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from connectors import plugins
from embeddings.base import Embedder
from mining.evaluation import vectors


def print_speed() -> None:
    """Texts a second on the remarks written for this project, cut to 15 words, as a cold process sees them."""
    from embeddings.models import static
    from embeddings.readers.fast import plugin
    from mining.training.rows import authored

    texts = [" ".join(row.text.split()[:15]) for row in authored()] * 3
    print(f"{len(texts)} remarks of {sum(len(text.split()) for text in texts) / len(texts):.1f} words, en/he/fa")
    code = "from embeddings.readers.fast import plugin; plugin().read(['hello'])"
    best = min(_seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True)) for _ in range(5))
    bare = min(_seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)) for _ in range(5))
    print(f"import, load and read one text in a new process: {best - bare:.2f} s beside {bare:.2f} s of Python's own")
    reader = plugin()
    reader.read(texts[:1])
    for name in ("read, first time", "read, words known"):
        print(f"{name}: {len(texts) / _seconds(lambda: reader.read(texts)):,.0f} texts/s")
    model = static.plugin()
    model.encode(texts[:1])
    for name in ("encode, first time", "encode, words known"):
        print(f"{name}: {len(texts) / _seconds(lambda: model.encode(texts)):,.0f} texts/s")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("OVERHEARD_SHARED", "../shared")))
    parser.add_argument("--model", default="static", help="file name below embeddings/models")
    parser.add_argument("--folder", help="folder of the weights (default: those shipped)")
    parser.add_argument("--speed", action="store_true", help="print texts per second of the shipped reader instead")
    given = parser.parse_args()
    if given.speed:
        print_speed()
        return
    settings = {"folder": given.folder} if given.folder else {}
    model: Embedder = plugins.load("embeddings.models", given.model)(**settings)
    found = vectors.measure(model, given.shared / "corpora")
    print(f"{found.model}, {found.dimensions} dimensions\n{vectors.table(found)}")


if __name__ == "__main__":
    main()
