"""How often labels are right, per task and language, beside guessing and beside two people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from embeddings.base import Reader
from mining.evaluation import figures
from mining.evaluation.figures import Class, Confusion
from mining.evaluation.tables import columns
from mining.pipeline import Miner
from mining.taggers.base import Label
from mining.training.rows import TASKS, Row

ALL = "all"
_NOT_COUNTED = {"sentiment": frozenset({"mixed"})}
_HARD = {"effort": "high"}
# Texts read in one go, as many as a run of the pipeline reads; bounds memory.
_BATCH = 1_000

Answer = tuple[str, str, Label]
"""(language, right value, label given)."""


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table. None where a figure does not exist.

    Attributes:
        task: such as ``stage``.
        language: such as ``he``, or ``all``.
        rows: how many labelled remarks were asked about.
        accuracy: share of right answers, 0 to 1.
        macro_f1: mean F1 over the values with at least 5 rows; of sentiment over negative, neutral, positive.
        high_f1: F1 of the value ``high``, of effort alone.
        calibration_error: expected calibration error of the labels' scores, 0 (best) to 1.
        kappa: the model's agreement with the labels beyond chance (Cohen's kappa), -1 to 1.
        human_kappa: the same figure of two people, see ``humans.toml``; the ceiling.
        majority: accuracy of always giving the commonest value.
        majority_f1: macro-F1 of always giving the commonest value.
        classes: precision, recall and F1 of every value.
        confusions: what was taken for what most often.
    """

    task: str
    language: str
    rows: int
    accuracy: float
    macro_f1: float | None
    high_f1: float | None
    calibration_error: float
    kappa: float | None
    human_kappa: float | None
    majority: float
    majority_f1: float | None
    classes: tuple[Class, ...]
    confusions: tuple[Confusion, ...]


def answers(reader: Reader, texts: Sequence[str], languages: Sequence[str]) -> list[dict[str, Label]]:
    """The labels of texts, by task, exactly as the pipeline gives them to remarks without a rating."""
    miner = Miner(reader)
    made: list[dict[str, Label]] = []
    for start in range(0, len(texts), _BATCH):
        part, spoken = texts[start : start + _BATCH], languages[start : start + _BATCH]
        made += miner.tag(part, spoken, [None] * len(part))[0]
    return made


def evaluate(reader: Reader, rows: Sequence[Row]) -> list[Score]:
    """Tag the rows and compare with their labels; a line per task and language, and one for all languages."""
    made = answers(reader, [row.text for row in rows], [row.language for row in rows])
    return [score for task in TASKS for score in of_task(task, rows, made)]


def of_task(task: str, rows: Sequence[Row], made: Sequence[Mapping[str, Label]]) -> list[Score]:
    """A line per language and one for all, of one task. Rows whose sentiment is labelled mixed are left out of it."""
    said = [
        (row.language, row.labels[task], labels[task])
        for row, labels in zip(rows, made, strict=True)
        if task in row.labels and task in labels and row.labels[task] not in _NOT_COUNTED.get(task, ())
    ]
    languages = sorted({language for language, _, _ in said})
    return [
        _score(task, language, [one for one in said if language in (one[0], ALL)]) for language in _and_all(languages)
    ]


def table(scores: Iterable[Score]) -> str:
    """The lines as text, in columns."""
    header = ("task", "language", "rows", "accuracy", "macro-F1", "F1 high", "calibration", "kappa", "human kappa")
    return columns(
        (*header, "majority", "majority F1"),
        [
            (
                *(one.task, one.language, one.rows, one.accuracy, one.macro_f1, one.high_f1, one.calibration_error),
                *(one.kappa, one.human_kappa, one.majority, one.majority_f1),
            )
            for one in scores
        ],
    )


def detail(score: Score) -> str:
    """One line of the table in full: every value, and what was taken for what."""
    values = [(one.value, one.rows, one.given, one.precision, one.recall, one.f1) for one in score.classes]
    lines = columns((f"{score.task} {score.language}", "rows", "given", "precision", "recall", "F1"), values)
    mistaken = ", ".join(f"{one.right} taken for {one.given} {one.rows}" for one in score.confusions)
    return f"{lines}\n{mistaken}" if mistaken else lines


@cache
def humans() -> dict[str, Any]:
    """``source`` and, by task and language, the kappa of two people."""
    return tomllib.loads((files("mining.evaluation") / "humans.toml").read_text(encoding="utf-8"))


def _and_all(languages: Sequence[str]) -> list[str]:
    return [*languages, ALL] if languages else []


def _score(task: str, language: str, answered: Sequence[Answer]) -> Score:
    said = [(right, label.value) for _, right, label in answered]
    guessed = figures.majority(said)
    values = tuple(figures.classes(said))
    hits = [right == given for right, given in said]
    return Score(
        task=task,
        language=language,
        rows=len(said),
        accuracy=figures.accuracy(said),
        macro_f1=figures.macro_f1(said),
        high_f1=next((one.f1 for one in values if one.value == _HARD.get(task) and one.rows), None),
        calibration_error=figures.calibration_error(hits, [label.score for _, _, label in answered]),
        kappa=figures.kappa(said),
        human_kappa=humans()[task].get(language),
        majority=figures.accuracy(guessed),
        majority_f1=figures.macro_f1(guessed),
        classes=values,
        confusions=tuple(figures.confusions(said)),
    )
