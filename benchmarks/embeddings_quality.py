"""How good the vectors are, by translations and linear probes.

    python benchmarks/embeddings_quality.py [--shared ../shared] [--model static] [--folder FOLDER]

What is measured, and on which sets: mining/evaluation/vectors.py; `overheard eval --vectors` prints the same.
"""

import argparse
import os
from pathlib import Path

from connectors import plugins
from embeddings.base import Embedder
from mining.evaluation import vectors


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("OVERHEARD_SHARED", "../shared")))
    parser.add_argument("--model", default="static", help="file name below embeddings/models")
    parser.add_argument("--folder", help="folder of the weights (default: those shipped)")
    given = parser.parse_args()
    settings = {"folder": given.folder} if given.folder else {}
    model: Embedder = plugins.load("embeddings.models", given.model)(**settings)
    found = vectors.measure(model, given.shared / "corpora")
    print(f"{found.model}, {found.dimensions} dimensions\n{vectors.table(found)}")


if __name__ == "__main__":
    main()
