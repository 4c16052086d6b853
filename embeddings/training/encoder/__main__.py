"""Grow MiniLM to Hebrew and Persian: teacher, vocabulary, grow, distil. Each step is kept in the work folder.

What comes out is a float model that knows three languages and no task; ``python -m mining.training`` fine-tunes it on
the tasks and exports it.
"""

import argparse
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embeddings import pieces
from embeddings.bag import unit
from embeddings.models import static
from embeddings.training import corpora, teacher
from embeddings.training.corpora import Pair
from embeddings.training.encoder import distil, grow, passes

if TYPE_CHECKING:
    import torch

_VOCABULARY = 30_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run, and where its steps keep what they made."""

    shared: Path
    work: Path
    vocabulary: int = _VOCABULARY
    plan: distil.Plan = field(default_factory=distil.Plan)

    def kept(self, step: str, *content: str) -> Path:
        """The file or folder of a step; a change of what the step depends on gives another name."""
        told = "\0".join((str(self.vocabulary), *content)).encode("utf-8", "replace")
        return self.work / f"{step}-{hashlib.sha256(told).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Grown:
    """The grown float model, its vocabulary, the lesson it learnt from, and the folder where it is kept."""

    model: "torch.nn.Module"
    vocabulary: dict[str, int]
    lesson: distil.Lesson
    folder: Path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all steps; finished ones are read from the work folder."""
    parser = argparse.ArgumentParser(prog="python -m embeddings.training.encoder", description=__doc__)
    shared = Path(os.environ.get("OVERHEARD_SHARED", "../shared"))
    plan = distil.Plan()
    parser.add_argument("--shared", type=Path, default=shared, help="folder with corpora/ ($OVERHEARD_SHARED)")
    parser.add_argument("--work", type=Path, default=Path(".work/encoder"), help="folder for what the steps make")
    parser.add_argument("--vocabulary", type=int, default=_VOCABULARY, help="Hebrew and Persian pieces at most")
    parser.add_argument("--rounds", type=int, default=plan.rounds, help="passes over the long texts")
    parser.add_argument("--threads", type=int, default=plan.threads)
    given = parser.parse_args(arguments)
    plan = distil.Plan(rounds=given.rounds, threads=given.threads)
    run(Recipe(given.shared, given.work, vocabulary=given.vocabulary, plan=plan))


def run(recipe: Recipe, more: Sequence[Pair] = ()) -> Grown:
    """The grown and distilled model; what is kept of an earlier run is read.

    ``more`` pairs are in the lesson that comes out, for what is trained next, and are not distilled from.
    """
    recipe.work.mkdir(parents=True, exist_ok=True)
    pairs = corpora.pairs(recipe.shared)
    english = list(dict.fromkeys([pair.en for pair in pairs if pair.en] + corpora.english(recipe.shared)))
    targets = _taught(recipe, english)
    vocabulary = _vocabulary(recipe, pairs)
    aligned = static.plugin()
    names = {pair.sign: pair.en for pair in pairs if pair.sign and pair.en}
    model = grow.grown(vocabulary, aligned, names)
    lesson = make_lesson(vocabulary, pairs, english, targets)
    folder = recipe.kept("distilled", aligned.name, str(recipe.plan), *vocabulary, *map(str, pairs))
    distil.distil(model, lesson, recipe.plan, folder)
    known = set(english)
    fresh = list(dict.fromkeys(pair.en for pair in more if pair.en not in known))
    if fresh:
        targets = np.concatenate((targets, _taught(recipe, fresh)))
        lesson = make_lesson(vocabulary, [*pairs, *more], english + fresh, targets)
    return Grown(model, vocabulary, lesson, folder)


def _taught(recipe: Recipe, english: Sequence[str]) -> NDArray[np.float32]:
    """The teacher's vectors, (n, 384), of unit length."""
    return unit(teacher.encode(english, recipe.kept("teacher", *english), recipe.plan.threads))


def _vocabulary(recipe: Recipe, pairs: Sequence[Pair]) -> dict[str, int]:
    said = [text for pair in pairs for text in (pair.he, pair.fa) if text] + corpora.running_text(recipe.shared)
    path = recipe.kept("vocabulary", *said).with_suffix(".json")
    if not path.exists():
        signs = [pair.sign for pair in pairs if pair.sign]
        grow.keep(grow.vocabulary(map(pieces.spelled, said), signs, recipe.vocabulary), path)
    return grow.kept(path)


def make_lesson(
    vocabulary: dict[str, int], pairs: Sequence[Pair], english: Sequence[str], targets: NDArray[np.float32]
) -> distil.Lesson:
    """Every text that has a target; English texts aim at themselves."""
    row_of = {text: row for row, text in enumerate(english)}
    aimed = [(text, row, True) for text, row in row_of.items()]
    for pair in pairs:
        if pair.en:
            aimed += [(text, row_of[pair.en], False) for text in (pair.he, pair.fa, pair.sign) if text]
    return distil.Lesson(
        ids=passes.ids(pieces.tokenizer(vocabulary), [text for text, _, _ in aimed]),
        aims=np.array([row for _, row, _ in aimed], np.int64),
        words=np.array([len(text.split()) for text, _, _ in aimed], np.int64),
        english=np.array([own for _, _, own in aimed], np.bool_),
        targets=targets,
    )


if __name__ == "__main__":
    main()
