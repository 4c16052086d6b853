"""The shipped reader: the static model's vectors and a small network over the same tokens. One tokenisation."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from connectors.errors import ConfigError
from embeddings import heads
from embeddings.bag import batches
from embeddings.base import Embedder, Encoded, Reader
from embeddings.models import static

SHIPPED = Path(__file__).parent.parent / "weights" / "heads"


class Config(BaseModel, extra="forbid"):
    """Where the weights lie; those that ship by default."""

    folder: Path = static.SHIPPED
    heads: Path = SHIPPED


class StaticReader:
    """Vector and raw scores of every text in one pass. Nothing is read before the first use.

    Raises:
        ConfigError: on first use, when weights are missing or the two folders do not belong together.
    """

    def __init__(self, config: Config) -> None:
        self._model = static.Static(static.Config(folder=config.folder))
        self._folder = config.heads

    @cached_property
    def _heads(self) -> heads.Heads:
        loaded = heads.load(self._folder)
        if loaded.base != self._model.name:
            raise ConfigError(
                f"the heads in {self._folder} were trained on {loaded.base}, the model is {self._model.name}",
                hint="train them again: python -m mining.training",
            )
        return loaded

    @property
    def name(self) -> str:
        """The model's name and the version of the heads, such as ``static@1+heads@1``."""
        return f"{self._model.name}+heads@{self.version}"

    @property
    def embedder(self) -> Embedder:
        """The static model alone, for those who want vectors only."""
        return self._model

    @property
    def version(self) -> int:
        """Version of the heads; it changes whenever a score does."""
        return self._heads.version

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._model.dimensions

    @property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """Task -> names of its classes, in the order of its scores' columns."""
        return self._heads.classes

    def read(self, texts: Sequence[str]) -> Encoded:
        """Vectors and raw scores, rows in the order of the texts."""
        parts = [self._read(part) for part in batches(texts)] or [self._read([])]
        return Encoded(
            np.concatenate([part.vectors for part in parts]),
            {task: np.concatenate([part.scores[task] for part in parts]) for task in self.classes},
        )

    def _read(self, texts: Sequence[str]) -> Encoded:
        tokens = self._model.tokenise(texts)
        vectors = self._model.pool(tokens)
        return Encoded(vectors, self._heads.scores(tokens, vectors))


def plugin(**settings: object) -> Reader:
    """The shipped reader; ``folder`` and ``heads`` name other weights."""
    return StaticReader(Config.model_validate(settings))
