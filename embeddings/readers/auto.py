"""The auto reader: the fast one settles what it is sure of, the accurate one reads the rest as deep as it must.

Vectors are the fast reader's throughout: vectors of two models cannot lie in one index.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from embeddings.base import Embedder, Encoded, Part, Reader
from embeddings.linear import Floats, Linear, Temperatures
from embeddings.models import encoder, static
from embeddings.readers import accurate, fast

# No chance at all, and still a number.
_NEVER = -10_000.0


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; ``tuned`` is a folder of refitted last layers, if any.

    Attributes:
        enough: a text is settled by what gives at least this chance in every task, be it the fast reader or a layer of
            the encoder. By default each has its own, found on remarks kept aside from training.
    """

    folder: Path = static.SHIPPED
    heads: Path = fast.SHIPPED
    encoder: Path = encoder.SHIPPED
    tuned: Path | None = None
    enough: float | None = Field(default=None, ge=0, le=1)


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
        self._chance = config.enough

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
        """The versions of both, and from which chance on less than all is believed, where that is not as shipped."""
        chance = "" if self._chance is None else f"-{self._chance * 100:.0f}"
        return f"auto-{self.fast.last.version}-{self.accurate.last.version}{chance}"

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
        scores = self._brought(self.fast.last, quick.scores)
        hard = np.flatnonzero(~self.settled(quick))
        if len(hard):
            for layer, rows, found in self.accurate.until([texts[int(i)] for i in hard], self._enough):
                for task, table in self._brought(layer, found).items():
                    scores[task][hard[rows]] = table
        return Encoded(quick.vectors, scores)

    def settled(self, quick: Encoded) -> NDArray[np.bool_]:
        """Which texts the fast reader's scores are enough for, (n,)."""
        return self._sure(self.fast.last, quick.scores)

    def _enough(self, depth: int, states: Floats) -> NDArray[np.bool_]:
        layer = self.accurate.exits.get(depth)
        return self._sure(layer, layer.scores(states)) if layer else np.zeros(len(states), np.bool_)

    def _sure(self, layer: Linear, scores: Mapping[str, Floats]) -> NDArray[np.bool_]:
        return layer.surest(scores) >= (layer.enough if self._chance is None else self._chance)

    def _brought(self, layer: Linear, scores: Mapping[str, Floats]) -> dict[str, Floats]:
        """The raw scores of another layer at the accurate one's temperatures, and its columns in that one's order."""
        last = self.accurate.last
        return {
            task: self._aligned(task, layer, table * (last.temperature(task) / layer.temperature(task)))
            for task, table in scores.items()
        }

    def _aligned(self, task: str, layer: Linear, table: Floats) -> Floats:
        """Of a refit the two need not know the same own values."""
        known, wanted = layer.classes[task], self.accurate.classes[task]
        if known == wanted:
            return table
        made = np.full((len(table), len(wanted)), _NEVER, np.float32)
        for column, value in enumerate(wanted):
            if value in known:
                made[:, column] = table[:, known.index(value)]
        return made


def plugin(**settings: object) -> Reader:
    """Both readers; ``folder``, ``heads``, ``encoder`` name other weights, ``enough`` when to stop."""
    return AutoReader(Config.model_validate(settings))
