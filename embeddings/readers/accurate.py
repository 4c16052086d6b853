"""The accurate reader: every text passes the encoder; vectors are its state and the static model's, joined."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from embeddings import linear
from embeddings.base import Reader
from embeddings.linear import Floats, Linear
from embeddings.models import encoder, joined, static
from embeddings.models.encoder import Enough
from embeddings.single import SingleReader


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; ``tuned`` is a folder of refitted last layers, if any."""

    folder: Path = encoder.SHIPPED
    static: Path = static.SHIPPED
    tuned: Path | None = None


class AccurateReader(SingleReader):
    """Vector and raw scores of every text in one pass of the encoder. Nothing is read before the first use.

    Raises:
        ConfigError: on first use, when weights are missing or do not belong together.
    """

    kind = "accurate"

    def __init__(self, config: Config) -> None:
        self._model = joined.Joined(joined.Config(encoder=config.folder, static=config.static))
        super().__init__(self._model, config.folder, config.tuned)

    @cached_property
    def exits(self) -> Mapping[int, Linear]:
        """Depth -> the last layer for states that stem from there.

        None where the last layer was refitted: what a company corrected is known at the full depth alone.
        """
        if self.last is not self.shipped:
            return {}
        depths = self._model.encoder.depths[:-1]
        return {depth: linear.load(self._folder / f"exit-{depth}.safetensors") for depth in depths}

    def vectors_and_features(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """(n, dimensions) and what the last layer sees: the encoder's states, (n, width)."""
        states = self.features(texts)
        return self._model.join(states, texts), states

    def features(self, texts: Sequence[str]) -> Floats:
        """The encoder's states, (n, width)."""
        return self._model.encoder.states(texts)

    def until(
        self, texts: Sequence[str], enough: Enough
    ) -> Iterator[tuple[Linear, NDArray[np.intp], dict[str, Floats]]]:
        """Read as deep as ``enough`` says: for each depth its last layer, which texts ended there, their raw scores."""
        states, depths = self._model.encoder.until(texts, enough)
        for depth in np.unique(depths):
            rows = np.flatnonzero(depths == depth)
            layer = self.exits.get(int(depth), self.last)
            yield layer, rows, layer.scores(states[rows])


def plugin(**settings: object) -> Reader:
    """The accurate reader; ``folder`` and ``static`` name other weights, ``tuned`` a folder of refitted last layers."""
    return AccurateReader(Config.model_validate(settings))
