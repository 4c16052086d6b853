"""Taggers turn a reader's raw scores into labels. One file per task, found by its name.

A tagger is pure: it looks at numbers, not at texts, keeps their order and their count, and knows no store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from connectors import plugins
from embeddings.base import Reader
from mining import cues

SUPPORTED = frozenset({"en", "he", "fa", "und"})
"""Languages that labels are given in; ``und`` is what shows none: emoji, numbers, a name."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a mention was found to be: a value, how sure (0 to 1), and who says so, such as ``stage@1.fast-2.1``."""

    value: str
    score: float
    by: str


class Tagger(Protocol):
    """The contract of a tagger."""

    @property
    def name(self) -> str:
        """The task, such as ``stage``: also the name of its scores in ``Encoded.scores``."""
        ...

    @property
    def version(self) -> str:
        """Version of the rules and of the scores they are for; a change makes the pipeline tag again."""
        ...

    def labels(self, scores: NDArray[np.float32], languages: Sequence[str]) -> list[Label]:
        """One label for each row of raw scores, (n, classes), in order; the language of each row's text."""
        ...


class Config(BaseModel, extra="forbid"):
    """Settings of a tagger.

    Attributes:
        classes: names of the columns of the scores, ``Reader.classes[task]``.
        scores_version: what gave the scores: version of the reader, then of the cues added to its scores.
        temperatures: language -> what raw scores are divided by before the softmax, as calibration found it; above 1
            it makes labels less sure. ``*`` is for languages not named, and 1 where it is not named either.
        unsure: a label less sure than this becomes ``otherwise``.
        otherwise: the value that says least.
        languages: those that the scores mean anything in; a text in another gets ``otherwise`` with score 0.
    """

    classes: tuple[str, ...]
    scores_version: str
    temperatures: Mapping[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    unsure: float = Field(default=0.0, ge=0, le=1)
    otherwise: str = "none"
    languages: frozenset[str] = SUPPORTED


class Softmax:
    """The likeliest class by the softmax of the raw scores, each divided by its language's temperature."""

    def __init__(self, name: str, rules: int, config: Config) -> None:
        self.name = name
        self.version = f"{rules}.{config.scores_version}"
        self._config = config

    def labels(self, scores: NDArray[np.float32], languages: Sequence[str]) -> list[Label]:
        """One label per row; ``score`` is the probability of ``value``."""
        known = self._config.temperatures
        rest = known.get("*", 1.0)
        divisors = np.array([known.get(language, rest) for language in languages], np.float32)
        chances = softmax(scores / divisors[:, None])
        best = scores.argmax(axis=1)
        by = f"{self.name}@{self.version}"
        rows = zip(chances, best, languages, strict=True)
        return [self._label(row, int(at), language, by) for row, at, language in rows]

    def _label(self, chances: NDArray[np.float32], best: int, language: str, by: str) -> Label:
        config = self._config
        if language not in config.languages:
            return Label(config.otherwise, 0.0, by)
        if chances[best] >= config.unsure or config.otherwise not in config.classes:
            return Label(config.classes[best], float(chances[best]), by)
        return Label(config.otherwise, float(chances[config.classes.index(config.otherwise)]), by)


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of chances that add up to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    made: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return made


def load_all(reader: Reader, names: Sequence[str] | None = None) -> list[Tagger]:
    """The taggers of those tasks that the reader scores, in the reader's order."""
    known = plugins.names("mining.taggers") if names is None else names
    return [
        plugins.load("mining.taggers", task)(
            classes=classes,
            scores_version=f"{reader.version}.{cues.VERSION}",
            temperatures=reader.temperatures.get(task, {}),
        )
        for task, classes in reader.classes.items()
        if task in known
    ]
