"""The auto reader: the fast one settles what it is sure of, the accurate one reads the rest.

Vectors are the fast reader's throughout: vectors of two models cannot lie in one index.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field

from embeddings.base import Embedder, Encoded, Part, Reader
from embeddings.linear import Floats, Linear, Temperatures
from embeddings.models import encoder, static
from embeddings.readers import accurate, fast

_ANY = "*"
# No chance at all, and still a number.
_NEVER = -10_000.0


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; ``tuned`` is a folder of refitted last layers, if any.

    Attributes:
        sure: the fast reader settles a text when in every task its likeliest class has at least this chance. The
            default was chosen on authored remarks kept aside from training, see docs/models.md.
    """

    folder: Path = static.SHIPPED
    heads: Path = fast.SHIPPED
    encoder: Path = encoder.SHIPPED
    tuned: Path | None = None
    sure: float = Field(default=0.6, ge=0, le=1)


class AutoReader:
    """Fast where that is enough. Raw scores of both come out at the accurate reader's temperature.

    Attributes:
        fast: the reader that is asked first.
        accurate: the reader that is asked about the rest.
    """

    def __init__(self, config: Config) -> None:
        self.fast = fast.FastReader(fast.Config(folder=config.folder, heads=config.heads, tuned=config.tuned))
        self.accurate = accurate.AccurateReader(
            accurate.Config(folder=config.encoder, static=config.folder, tuned=config.tuned)
        )
        self._sure = config.sure

    @property
    def name(self) -> str:
        """The fast reader's model and the version of the scores."""
        return f"{self.fast.embedder.name}+{self.version}"

    @property
    def embedder(self) -> Embedder:
        """The static model: it is the one whose vectors are kept."""
        return self.fast.embedder

    @property
    def version(self) -> str:
        """The versions of both, and from which chance on the fast one is believed."""
        return f"auto-{self.fast.last.version}-{self.accurate.last.version}-{self._sure * 100:.0f}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self.fast.dimensions

    @property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """Task -> names of its classes, in the order of its scores' columns."""
        return self.accurate.classes

    @property
    def temperatures(self) -> Temperatures:
        """The accurate reader's; the fast one's scores are brought to them."""
        return self.accurate.temperatures

    @property
    def parts(self) -> Sequence[Part]:
        """Both networks."""
        return (*self.fast.parts, *self.accurate.parts)

    def read(self, texts: Sequence[str]) -> Encoded:
        """Vectors and raw scores, rows in the order of the texts."""
        quick = self.fast.read(texts)
        scores = {task: self._aligned(task, table * self._factors[task]) for task, table in quick.scores.items()}
        hard = np.flatnonzero(~self.settled(quick))
        if len(hard):
            exact = self.accurate.last.scores(self.accurate.states([texts[int(i)] for i in hard]))
            for task, table in exact.items():
                scores[task][hard] = table
        return Encoded(quick.vectors, scores)

    def settled(self, quick: Encoded) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Which texts the fast reader's scores are enough for, (n,)."""
        sure = np.ones(len(quick.vectors), np.bool_)
        for task, table in quick.scores.items():
            sure &= _largest_chance(table / _temperature(self.fast.last, task)) >= self._sure
        return sure

    def _aligned(self, task: str, table: Floats) -> Floats:
        """The fast reader's columns in the accurate one's order; of a refit they need not know the same own values."""
        known, wanted = self.fast.classes[task], self.accurate.classes[task]
        if known == wanted:
            return table
        made = np.full((len(table), len(wanted)), _NEVER, np.float32)
        for column, value in enumerate(wanted):
            if value in known:
                made[:, column] = table[:, known.index(value)]
        return made

    @cached_property
    def _factors(self) -> dict[str, float]:
        """What brings the fast reader's scores to the accurate one's temperature."""
        last = (self.fast.last, self.accurate.last)
        return {task: _temperature(last[1], task) / _temperature(last[0], task) for task in last[0].classes}


def _temperature(layer: Linear, task: str) -> float:
    return layer.temperatures.get(task, {}).get(_ANY, 1.0)


def _largest_chance(scores: Floats) -> Floats:
    made: Floats = 1 / np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf)).sum(axis=1)
    return made


def plugin(**settings: object) -> Reader:
    """Both readers; ``folder``, ``heads``, ``encoder`` name other weights, ``sure`` when the fast one is believed."""
    return AutoReader(Config.model_validate(settings))
