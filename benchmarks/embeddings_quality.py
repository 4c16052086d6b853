"""How good the vectors are: translation retrieval and a linear probe.

    python benchmarks/embeddings_quality.py [--shared ../shared] [--model static] [--folder FOLDER]
    python benchmarks/embeddings_quality.py --speed

Retrieval@1: for each sentence of one language, is the nearest of all sentences of the other its translation?
FLORES-200 devtest (1,012), NTREX-128 (1,995) and the LASER part of Tatoeba (first 1,000) are never trained on.
Banking77: accuracy of a logistic regression on the vectors of the train split, asked about the test split.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectors import plugins
from embeddings.base import Embedder

_DIRECTIONS = (("en", "he"), ("he", "en"), ("en", "fa"), ("fa", "en"), ("he", "fa"), ("fa", "he"))


def rows(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def retrieval(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Share of rows of ``one`` whose nearest row of ``other`` has the same number."""
    return float(((one @ other.T).argmax(axis=1) == np.arange(len(one))).mean())


def print_retrieval(name: str, sentences: list[dict[str, Any]], model: Embedder) -> None:
    """One table row: retrieval@1 in every direction that the set has."""
    languages = [language for language in ("en", "he", "fa") if sentences[0].get(language)]
    vectors = {language: model.encode([row[language] for row in sentences]) for language in languages}
    figures = [
        f"{one}-{other} {retrieval(vectors[one], vectors[other]):.3f}"
        for one, other in _DIRECTIONS
        if one in vectors and other in vectors
    ]
    print(f"{name:<16} {len(sentences):>5}  " + "  ".join(figures))


def probe(train: list[dict[str, Any]], test: list[dict[str, Any]], model: Embedder) -> float:
    """Accuracy of a logistic regression over the vectors."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=30, max_iter=500).fit(
        model.encode([row["text"] for row in train]), [row["label_intent"] for row in train]
    )
    return float(
        fitted.score(model.encode([row["text"] for row in test]), np.array([row["label_intent"] for row in test]))
    )


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
    corpora = given.shared / "corpora"
    print(f"{model.name}, {model.dimensions} dimensions")
    print_retrieval("FLORES-200", rows(corpora / "par/flores200-devtest/data.jsonl"), model)
    print_retrieval("NTREX-128", rows(corpora / "par/ntrex128/data.jsonl"), model)
    tatoeba = [row for row in rows(corpora / "par/tatoeba/data.jsonl") if row["meta"].get("v") == "LASER-eval"]
    for language in ("he", "fa"):
        print_retrieval("Tatoeba (LASER)", [row for row in tatoeba if row.get(language)][:1_000], model)
    banking = rows(corpora / "en/banking77/data.jsonl")
    train, test = ([row for row in banking if row["meta"]["split"] == split] for split in ("train", "test"))
    print(f"Banking77 linear probe, {len(test)} test questions: accuracy {probe(train, test, model):.3f}")


if __name__ == "__main__":
    main()
