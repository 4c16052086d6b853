"""The fast reader: the static model's vectors and a small network over the same tokens, in numpy."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from connectors.errors import ConfigError
from embeddings import heads, linear
from embeddings.bag import batches
from embeddings.base import Embedder, Encoded, Part, Reader
from embeddings.linear import Floats, Linear, Temperatures
from embeddings.models import static

SHIPPED = Path(__file__).parent.parent / "weights" / "heads"


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; ``tuned`` is a folder of refitted last layers, if any."""

    folder: Path = static.SHIPPED
    heads: Path = SHIPPED
    tuned: Path | None = None


class FastReader:
    """Vector and raw scores of every text in one pass. Nothing is read before the first use.

    Raises:
        ConfigError: on first use, when weights are missing or the folders do not belong together.
    """

    def __init__(self, config: Config) -> None:
        self._model = static.Static(static.Config(folder=config.folder))
        self._config = config

    @cached_property
    def _heads(self) -> heads.Heads:
        loaded = heads.load(self._config.heads)
        if loaded.base != self._model.name:
            raise ConfigError(
                f"the heads in {self._config.heads} were trained on {loaded.base}, the model is {self._model.name}",
                hint="train them again: python -m mining.training",
            )
        return loaded

    @cached_property
    def shipped(self) -> Linear:
        """The last layer that ships."""
        return linear.load(self._config.heads / "last.safetensors")

    @cached_property
    def last(self) -> Linear:
        """The last layer in use."""
        return linear.chosen(self.shipped, self._config.tuned, "fast")

    @property
    def name(self) -> str:
        """The model's name and the version of the scores, such as ``static@1+fast-2``."""
        return f"{self._model.name}+{self.version}"

    @property
    def embedder(self) -> Embedder:
        """The static model alone, for those who want vectors only."""
        return self._model

    @property
    def version(self) -> str:
        """``fast-`` and the version of the last layer; it changes whenever a score does."""
        return f"fast-{self.last.version}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._model.dimensions

    @property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """Task -> names of its classes, in the order of its scores' columns."""
        return self.last.classes

    @property
    def temperatures(self) -> Temperatures:
        """What calibration found; see ``Linear``."""
        return self.last.temperatures

    @property
    def parts(self) -> Sequence[Part]:
        """This network alone."""
        return (FastPart(self),)

    def read(self, texts: Sequence[str]) -> Encoded:
        """Vectors and raw scores, rows in the order of the texts."""
        vectors, features = self.vectors_and_features(texts)
        return Encoded(vectors, self.last.scores(features))

    def vectors_and_features(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """(n, dimensions) and what the last layer sees, (n, width)."""
        made = [self._read(part) for part in batches(texts)] or [self._read([])]
        return np.concatenate([one for one, _ in made]), np.concatenate([other for _, other in made])

    def _read(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        tokens = self._model.tokenise(texts)
        vectors = self._model.pool(tokens)
        return vectors, self._heads.features(tokens, vectors)


class FastPart:
    """The reader as a network whose last layer can be refitted."""

    name = "fast"

    def __init__(self, reader: FastReader) -> None:
        self._reader = reader

    @property
    def last(self) -> Linear:
        """The last layer in use."""
        return self._reader.last

    @property
    def shipped(self) -> Linear:
        """The last layer that ships."""
        return self._reader.shipped

    def features(self, texts: Sequence[str]) -> Floats:
        """What the last layer sees, (n, width)."""
        return self._reader.vectors_and_features(texts)[1]


def plugin(**settings: object) -> Reader:
    """The fast reader; ``folder`` and ``heads`` name other weights, ``tuned`` a folder of refitted last layers."""
    return FastReader(Config.model_validate(settings))
