"""The fast reader: the static model's vectors and a small network over the same tokens, in numpy."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from connectors.errors import ConfigError
from embeddings import heads
from embeddings.bag import batches
from embeddings.base import Reader
from embeddings.linear import Floats
from embeddings.models import static
from embeddings.single import SingleReader

SHIPPED = Path(__file__).parent.parent / "weights" / "heads"


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; ``tuned`` is a folder of refitted last layers, if any."""

    folder: Path = static.SHIPPED
    heads: Path = SHIPPED
    tuned: Path | None = None


class FastReader(SingleReader):
    """Vector and raw scores of every text in one pass. Nothing is read before the first use.

    Raises:
        ConfigError: on first use, when weights are missing or the folders do not belong together.
    """

    kind = "fast"

    def __init__(self, config: Config) -> None:
        self._model = static.Static(static.Config(folder=config.folder))
        super().__init__(self._model, config.heads, config.tuned)

    @cached_property
    def _heads(self) -> heads.Heads:
        loaded = heads.load(self._folder)
        if loaded.base != self._model.name:
            raise ConfigError(
                f"the heads in {self._folder} were trained on {loaded.base}, the model is {self._model.name}",
                hint="train them again: python -m mining.training",
            )
        return loaded

    def vectors_and_features(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """(n, dimensions) and what the last layer sees, (n, width)."""
        made = [self._read(part) for part in batches(texts)] or [self._read([])]
        return np.concatenate([one for one, _ in made]), np.concatenate([other for _, other in made])

    def _read(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        tokens = self._model.tokenise(texts)
        vectors = self._model.pool(tokens)
        return vectors, self._heads.features(tokens, vectors)


def plugin(**settings: object) -> Reader:
    """The fast reader; ``folder`` and ``heads`` name other weights, ``tuned`` a folder of refitted last layers."""
    return FastReader(Config.model_validate(settings))
