"""How often the tags are right, per task and language, beside always guessing the commonest value."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from embeddings.base import Reader
from mining import cues
from mining.taggers import base as taggers
from mining.training.rows import TASKS, Row

_FEWEST = 5
_NOT_COUNTED = {"sentiment": frozenset({"mixed"})}


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table.

    Attributes:
        task: such as ``stage``.
        language: such as ``he``, or ``all``.
        rows: how many labelled remarks were asked about.
        accuracy: share of right answers, 0 to 1.
        macro_f1: mean F1 over the values with at least 5 rows; of sentiment over negative, neutral, positive.
        majority: accuracy of always giving the commonest value.
    """

    task: str
    language: str
    rows: int
    accuracy: float
    macro_f1: float
    majority: float


def evaluate(reader: Reader, rows: Sequence[Row]) -> list[Score]:
    """Tag the rows and compare with their labels; a line per task and language, and one for all languages.

    For sentiment the rows labelled mixed are left out of both figures.
    """
    read = reader.read([row.text for row in rows])
    languages_of = [row.language for row in rows]
    scores_of = cues.heeded(read.scores, reader.classes, [row.text for row in rows], languages_of, [None] * len(rows))
    made = {tagger.name: tagger.labels(scores_of[tagger.name], languages_of) for tagger in taggers.load_all(reader)}
    languages = sorted({row.language for row in rows})
    scores = []
    for task in TASKS:
        said = [
            (row.language, row.labels[task], label.value)
            for row, label in zip(rows, made[task], strict=True)
            if task in row.labels and row.labels[task] not in _NOT_COUNTED.get(task, ())
        ]
        for language in [*languages, "all"]:
            chosen = [(right, given) for spoken, right, given in said if language in (spoken, "all")]
            if chosen:
                scores.append(_score(task, language, chosen))
    return scores


def table(scores: Iterable[Score]) -> str:
    """The lines as text, in columns."""
    lines = [f"{'task':<11} {'language':<8} {'rows':>5} {'accuracy':>9} {'macro-F1':>9} {'majority':>9}"]
    lines += [
        f"{one.task:<11} {one.language:<8} {one.rows:>5} {one.accuracy:>9.3f} {one.macro_f1:>9.3f} {one.majority:>9.3f}"
        for one in scores
    ]
    return "\n".join(lines)


def _score(task: str, language: str, said: Sequence[tuple[str, str]]) -> Score:
    counts = Counter(right for right, _ in said)
    counted = [value for value, number in counts.items() if number >= _FEWEST]
    hits = sum(right == given for right, given in said)
    return Score(
        task=task,
        language=language,
        rows=len(said),
        accuracy=hits / len(said),
        macro_f1=sum(_f1(value, said) for value in counted) / max(len(counted), 1),
        majority=counts.most_common(1)[0][1] / len(said),
    )


def _f1(value: str, said: Sequence[tuple[str, str]]) -> float:
    hits = sum(right == given == value for right, given in said)
    asked = sum(right == value for right, _ in said)
    given = sum(given == value for _, given in said)
    return 2 * hits / (asked + given) if asked + given else 0.0
