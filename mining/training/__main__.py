"""Train the shipped label models again: grow, tune, export, teach the fast one, measure. Each step is kept.

The encoder is grown and distilled (``python -m embeddings.training.encoder``), fine-tuned on all tasks and languages,
calibrated and exported; then the small network over the static model learns from its opinions of many more texts.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings import heads, linear, pieces
from embeddings.base import Reader
from embeddings.linear import Floats, Linear
from embeddings.models import encoder, static
from embeddings.readers import accurate, fast
from embeddings.training.encoder import __main__ as growing
from embeddings.training.encoder import export
from mining.evaluation.labels import evaluate, table
from mining.training import calibrate, material, student, tune
from mining.training.material import Material
from mining.training.rows import TASKS, gold
from mining.training.student import Opinions

_TYPICAL = 150
"""Remarks, each in three languages, that the ranges of the int8 products are found on."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where things come from and go to, and how long each step learns."""

    shared: Path
    work: Path
    encoder: Path
    heads: Path
    version: int
    tuning: tune.Plan
    teaching: student.Plan

    def kept(self, step: str, *content: str) -> Path:
        """The file of a step; a change of what it depends on gives another name."""
        told = "\0".join(content).encode("utf-8", "replace")
        return self.work / f"{step}-{hashlib.sha256(told).hexdigest()[:12]}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train unless ``--only-evaluate``, then print the table for gold/dev and for the authored remarks kept aside."""
    parser = argparse.ArgumentParser(prog="python -m mining.training", description=__doc__)
    shared = Path(os.environ.get("OVERHEARD_SHARED", "../shared"))
    tuning, teaching = tune.Plan(), student.Plan()
    parser.add_argument("--shared", type=Path, default=shared, help="folder with gold/, corpora/ ($OVERHEARD_SHARED)")
    parser.add_argument("--work", type=Path, default=Path(".work"), help="folder for what the steps make")
    parser.add_argument("--encoder", type=Path, default=encoder.SHIPPED, help="folder of the finished encoder")
    parser.add_argument("--heads", type=Path, default=fast.SHIPPED, help="folder of the finished fast network")
    parser.add_argument("--version", type=int, default=1, help="raise it when scores change: accurate-N, fast-N")
    parser.add_argument("--epochs", type=int, default=tuning.epochs, help="passes over the labelled rows")
    parser.add_argument("--steps", type=int, default=teaching.steps, help="steps of the fast network")
    parser.add_argument("--seed", type=int, default=tuning.seed)
    parser.add_argument("--threads", type=int, default=tuning.threads)
    parser.add_argument("--only-evaluate", action="store_true", help="train nothing, measure what is there")
    given = parser.parse_args(arguments)
    again = {"seed": given.seed, "threads": given.threads}
    recipe = Recipe(
        given.shared,
        given.work / "labels",
        given.encoder,
        given.heads,
        given.version,
        replace(tuning, epochs=given.epochs, **again),
        replace(teaching, steps=given.steps, **again),
    )
    gathered = material.gather(given.shared)
    if not given.only_evaluate:
        recipe.work.mkdir(parents=True, exist_ok=True)
        make_encoder(recipe, gathered, given.work / "encoder")
        make_fast(recipe, gathered)
    dev = gold(given.shared / "gold" / "dev.jsonl")
    for reader in (accurate.plugin(folder=given.encoder), fast.plugin(heads=given.heads)):
        for title, rows in (("gold/dev.jsonl", dev), ("authored remarks kept aside", gathered.aside)):
            sys.stdout.write(f"\n{reader.name} on {title}\n{table(evaluate(reader, rows))}\n")


def make_encoder(recipe: Recipe, gathered: Material, work: Path) -> None:
    """Grow, distil, tune, export, calibrate; what an earlier run kept is read."""
    import torch

    grown = growing.run(growing.Recipe(recipe.shared, work), gathered.said)
    tokenizer = pieces.tokenizer(grown.vocabulary)
    told = [f"{row.text}{sorted(row.labels.items())}" for row in gathered.rows]
    path = recipe.kept("tuned", str(recipe.tuning), grown.folder.name, *told).with_suffix(".pt")
    if path.exists():
        state = torch.load(path, weights_only=True)
        grown.model.load_state_dict(state["model"])
        weights = state["heads"]
    else:
        tuned = tune.tune(grown.model, tokenizer, gathered.rows, grown.lesson, recipe.tuning)
        weights = tuned.heads.state_dict()
        torch.save({"model": grown.model.state_dict(), "heads": weights}, path)
    typical = [
        text for pair in gathered.said[:: len(gathered.said) // _TYPICAL] for text in (pair.en, pair.he, pair.fa)
    ]
    depths = recipe.tuning.depths
    export.export(grown.model, grown.vocabulary, typical, recipe.encoder, recipe.version, depths)
    made = encoder.Encoder(encoder.Config(folder=recipe.encoder))
    deeper: dict[str, Floats] = {}
    for depth in reversed(depths):
        names = [tune.name(depth, task) for task in TASKS]
        layer = Linear(
            str(recipe.version),
            made.name,
            TASKS,
            np.concatenate([weights[f"{name}.weight"].numpy().T for name in names], axis=1),
            np.concatenate([weights[f"{name}.bias"].numpy() for name in names]),
        )
        states, _ = made.until([row.text for row in gathered.aside], partial(_there, depth))
        file = "last" if depth == depths[-1] else f"exit-{depth}"
        kept = _keep_calibrated(layer, states, gathered, deeper, recipe.encoder / f"{file}.safetensors")
        deeper = deeper or kept


def make_fast(recipe: Recipe, gathered: Material) -> None:
    """Teach the small network the labelled rows and the encoder's opinions of many unlabelled texts."""
    teacher = accurate.plugin(folder=recipe.encoder)
    made, last = student.train(
        [row for row in gathered.rows if row.labels.keys() & TASKS.keys()],
        _opinions(recipe, gathered, teacher),
        static.Static(static.Config()),
        recipe.teaching,
        recipe.version,
    )
    heads.save(made, recipe.heads)
    linear.save(last, recipe.heads / "last.safetensors")
    aside = [row.text for row in gathered.aside]
    features = fast.plugin(heads=recipe.heads).parts[0].features(aside)
    _keep_calibrated(last, features, gathered, teacher.read(aside).scores, recipe.heads / "last.safetensors")


def _there(wanted: int, depth: int, states: Floats) -> NDArray[np.bool_]:
    return np.full(len(states), depth == wanted)


def _keep_calibrated(
    layer: Linear, features: Floats, gathered: Material, deeper: Mapping[str, Floats], path: Path
) -> dict[str, Floats]:
    """Calibrate a layer on the remarks kept aside and save it; its raw scores of them. ``deeper`` are the encoder's."""
    layer = calibrate.evened(layer, gathered.aside, features)
    scores = layer.scores(features)
    layer = replace(layer, temperatures=calibrate.temperatures(gathered.aside, scores))
    if deeper:
        layer = replace(layer, enough=calibrate.enough(layer, scores, deeper, gathered.aside))
    linear.save(layer, path)
    return scores


def _opinions(recipe: Recipe, gathered: Material, teacher: Reader) -> Opinions:
    """The encoder's raw scores of the unlabelled English texts; translations share those of their English side."""
    layer = teacher.parts[0].last
    cache = recipe.kept("opinions", str(layer.weights.sum()), str(layer.bias.sum()), *gathered.english).with_suffix(
        ".npz"
    )
    if not cache.exists():
        with cache.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **teacher.read(gathered.english).scores)
    with np.load(cache) as kept:
        scores = dict(kept)
    rows = [*range(len(gathered.english)), *(number for number, _ in gathered.translations)]
    texts = [*gathered.english, *(text for _, text in gathered.translations)]
    return Opinions(texts, np.array(rows, np.int64), scores)


if __name__ == "__main__":
    main()
