"""Train the static model again: teacher, tokenizer, train, export. Each step is kept in the work folder."""

import argparse
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.bag import Words
from embeddings.text import NORMALISATION, normalise_all
from embeddings.training import corpora, export, fit, teacher, tokenizer
from embeddings.training.corpora import Pair

_STEPS = ("teacher", "tokenizer", "train", "export")
_WEIGHTS = Path(__file__).parent.parent / "weights" / "static"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run, and where its steps keep what they made."""

    shared: Path
    work: Path
    out: Path
    dimensions: int
    vocabulary: int
    version: int
    plan: fit.Plan

    def kept(self, step: str, suffix: str, *content: str) -> Path:
        """The file of a step; a change of what the step depends on gives another name."""
        key = hashlib.sha256("\0".join((str(NORMALISATION), *content)).encode("utf-8", "replace")).hexdigest()[:12]
        return self.work / f"{step}-{key}{suffix}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the steps from the first up to the one named; finished ones are read from the work folder."""
    parser = argparse.ArgumentParser(prog="python -m embeddings.training", description=__doc__)
    shared = Path(os.environ.get("OVERHEARD_SHARED", "../shared"))
    parser.add_argument("--until", choices=_STEPS, default="export", help="the last step to run (default: all)")
    parser.add_argument("--shared", type=Path, default=shared, help="folder with corpora/ ($OVERHEARD_SHARED)")
    parser.add_argument("--work", type=Path, default=Path(".work/static"), help="folder for what the steps make")
    parser.add_argument("--out", type=Path, default=_WEIGHTS, help="folder of the finished model")
    parser.add_argument("--dimensions", type=int, default=256, help="length of a vector")
    parser.add_argument("--vocabulary", type=int, default=57_712, help="tokens of the Unigram tokenizer")
    parser.add_argument("--version", type=int, default=1, help="raise it when the vectors change: static@VERSION")
    parser.add_argument("--epochs", type=int, default=fit.Plan().epochs)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(arguments)
    plan = fit.Plan(epochs=given.epochs, threads=given.threads)
    recipe = Recipe(
        given.shared,
        given.work,
        given.out,
        given.dimensions,
        given.vocabulary,
        given.version,
        plan,
    )
    recipe.work.mkdir(parents=True, exist_ok=True)
    run(recipe, given.until)


def run(recipe: Recipe, until: str = "export") -> None:
    """Run the recipe up to a step."""
    pairs = corpora.pairs(recipe.shared)
    english = list(dict.fromkeys([pair.en for pair in pairs if pair.en] + corpora.english(recipe.shared)))
    cache = recipe.kept("teacher", "", *english)
    vectors = teacher.encode(english, cache, recipe.plan.threads)
    if until == "teacher":
        return
    targets = teacher.reduce(vectors, recipe.dimensions)
    learnt = _tokenizer(recipe, pairs, english)
    if until == "tokenizer":
        return
    table = _table(recipe, pairs, english, targets, learnt)
    if until == "export":
        export.export(table, learnt, recipe.out, recipe.version)


def _tokenizer(recipe: Recipe, pairs: list[Pair], english: list[str]) -> Tokenizer:
    said = english + [text for pair in pairs for text in (pair.he, pair.fa, pair.sign) if text]
    said += corpora.running_text(recipe.shared)
    path = recipe.kept("tokenizer", ".json", str(recipe.vocabulary), *said)
    if path.exists():
        return Tokenizer.from_file(str(path))
    return tokenizer.learn(normalise_all(said), path, recipe.vocabulary)


def _table(
    recipe: Recipe, pairs: list[Pair], english: list[str], targets: NDArray[np.float32], learnt: Tokenizer
) -> NDArray[np.float32]:
    path = recipe.kept(
        "table", ".npy", str(recipe.dimensions), str(recipe.plan), *english, *map(str, pairs), learnt.to_str()
    )
    if path.exists():
        kept: NDArray[np.float32] = np.load(path)
        return kept
    row_of = {text: row for row, text in enumerate(english)}
    aimed = list(_aimed(pairs, row_of))
    ids = _ids(learnt, [text for text, _ in aimed])
    known = [number for number, row in enumerate(ids) if row]
    aims = np.fromiter((aimed[number][1] for number in known), np.int64, len(known))
    twins = [pair for pair in pairs if pair.he and pair.fa and not pair.en]
    sides = (_ids(learnt, [twin.he for twin in twins]), _ids(learnt, [twin.fa for twin in twins]))
    whole = [number for number in range(len(twins)) if sides[0][number] and sides[1][number]]
    table = fit.fit(
        [ids[number] for number in known],
        aims,
        targets,
        ([sides[0][number] for number in whole], [sides[1][number] for number in whole]),
        learnt.get_vocab_size(),
        recipe.plan,
    )
    np.save(path, table)
    return table


def _aimed(pairs: list[Pair], row_of: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Every text that has a target, with the target's row; English texts aim at themselves."""
    yield from row_of.items()
    for pair in pairs:
        for text in (pair.he, pair.fa, pair.sign):
            if text and pair.en:
                yield text, row_of[pair.en]


def _ids(learnt: Tokenizer, texts: list[str]) -> list[list[int]]:
    bag = Words(learnt, learnt.token_to_id(tokenizer.UNKNOWN)).tokenise(texts)
    return [bag.ids[start:end].tolist() for start, end in pairwise(bag.starts)]


if __name__ == "__main__":
    main()
