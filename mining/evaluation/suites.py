"""Two sets that ship: hard cases sorted by what is hard about them, and remarks in languages that are not supported.

Both were written for this project under the guidelines that the development set was labelled by, and nothing is
trained on them. A case of the stress suite names only the labels that leave no doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.base import Reader
from mining.evaluation.labels import ALL, Score, answers, of_task
from mining.evaluation.tables import columns
from mining.language import UNKNOWN
from mining.taggers.base import Label
from mining.training.rows import TASKS, Row, objects

DATA = Path(__file__).parent / "data"
OTHER_TASKS = ("sentiment", "stage")


@dataclass(frozen=True, slots=True)
class Case:
    """A remark, what is hard about it, and the labels it must get."""

    id: str
    language: str
    phenomenon: str
    text: str
    expect: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that did not pass: task -> (expected, given), for the tasks that were wrong."""

    case: Case
    wrong: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Passed:
    """How many of the cases of one phenomenon and language got every label that is expected."""

    phenomenon: str
    language: str
    cases: int
    passed: int

    @property
    def rate(self) -> float:
        """Share that passed, 0 to 1."""
        return self.passed / self.cases


@dataclass(frozen=True, slots=True)
class Stress:
    """The suite's result: a line per phenomenon and language, with sums, and the cases that failed."""

    lines: tuple[Passed, ...]
    failed: tuple[Failed, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One language that is not supported, and one task: as the product answers, and as the models would if asked."""

    product: Score
    models: Score


def cases(path: Path = DATA / "stress.jsonl") -> list[Case]:
    """The stress suite, in its order."""
    return [Case(**row) for row in objects(path)]


def others(path: Path = DATA / "other_languages.jsonl") -> list[Row]:
    """The remarks in other languages, in their order."""
    return [Row(row["id"], row["text"], row["language"], {task: row[task] for task in TASKS}) for row in objects(path)]


def stress(reader: Reader, suite: Sequence[Case]) -> Stress:
    """Tag the cases and compare."""
    made = answers(reader, [case.text for case in suite], [case.language for case in suite])
    failed = [Failed(case, wrong) for case, labels in zip(suite, made, strict=True) if (wrong := _wrong(case, labels))]
    return Stress(tuple(_lines(suite, {one.case.id for one in failed})), tuple(failed))


def stress_table(lines: Iterable[Passed]) -> str:
    """Phenomena down, languages across: the share that passed."""
    lines = list(lines)
    rates = {(one.phenomenon, one.language): one for one in lines}
    languages = [one.language for one in lines if one.phenomenon == ALL]
    phenomena = list(dict.fromkeys(one.phenomenon for one in lines))
    rows = [
        (
            phenomenon,
            sum(one.cases for one in lines if one.phenomenon == phenomenon and one.language == ALL),
            *(one.rate if (one := rates.get((phenomenon, language))) else None for language in languages),
        )
        for phenomenon in phenomena
    ]
    return columns(("phenomenon", "cases", *languages), rows)


def elsewhere(reader: Reader, rows: Sequence[Row]) -> list[Elsewhere]:
    """Sentiment and stage in each language; the models are asked as if a text's language were not known."""
    texts, languages = [row.text for row in rows], [row.language for row in rows]
    told, asked = answers(reader, texts, languages), answers(reader, texts, [UNKNOWN] * len(rows))
    return [
        Elsewhere(product, models)
        for task in OTHER_TASKS
        for product, models in zip(of_task(task, rows, told), of_task(task, rows, asked), strict=True)
    ]


def elsewhere_table(lines: Iterable[Elsewhere]) -> str:
    """A line per task and language."""
    header = ("task", "language", "rows", "accuracy", "macro-F1", "models' accuracy", "models' macro-F1")
    return columns(
        (*header, "majority", "majority F1"),
        [
            (
                *(one.product.task, one.product.language, one.product.rows),
                *(one.product.accuracy, one.product.macro_f1, one.models.accuracy, one.models.macro_f1),
                *(one.product.majority, one.product.majority_f1),
            )
            for one in lines
        ],
    )


def _wrong(case: Case, labels: Mapping[str, Label]) -> dict[str, tuple[str, str]]:
    return {task: (value, labels[task].value) for task, value in case.expect.items() if labels[task].value != value}


def _lines(suite: Sequence[Case], failed: set[str]) -> Iterable[Passed]:
    for phenomenon in (*dict.fromkeys(case.phenomenon for case in suite), ALL):
        for language in (*dict.fromkeys(case.language for case in suite), ALL):
            ids = [
                case.id for case in suite if phenomenon in (case.phenomenon, ALL) and language in (case.language, ALL)
            ]
            if ids:
                yield Passed(phenomenon, language, len(ids), len([one for one in ids if one not in failed]))
