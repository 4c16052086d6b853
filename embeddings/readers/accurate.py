"""The accurate reader: every text passes the encoder; vectors are its state and the static model's, joined."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from embeddings import linear
from embeddings.base import Embedder, Encoded, Part, Reader
from embeddings.linear import Floats, Linear, Temperatures
from embeddings.models import encoder, joined, static


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; ``tuned`` is a folder of refitted last layers, if any."""

    folder: Path = encoder.SHIPPED
    static: Path = static.SHIPPED
    tuned: Path | None = None


class AccurateReader:
    """Vector and raw scores of every text in one pass of the encoder. Nothing is read before the first use.

    Raises:
        ConfigError: on first use, when weights are missing or do not belong together.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._model = joined.Joined(joined.Config(encoder=config.folder, static=config.static))

    @cached_property
    def shipped(self) -> Linear:
        """The last layer that ships."""
        return linear.load(self._config.folder / "last.safetensors")

    @cached_property
    def last(self) -> Linear:
        """The last layer in use."""
        return linear.chosen(self.shipped, self._config.tuned, "accurate")

    @property
    def name(self) -> str:
        """The model's name and the version of the scores."""
        return f"{self._model.name}+{self.version}"

    @property
    def embedder(self) -> Embedder:
        """Encoder and static model joined, for those who want vectors only."""
        return self._model

    @property
    def version(self) -> str:
        """``accurate-`` and the version of the last layer; it changes whenever a score does."""
        return f"accurate-{self.last.version}"

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
        return (AccuratePart(self),)

    def read(self, texts: Sequence[str]) -> Encoded:
        """Vectors and raw scores, rows in the order of the texts."""
        states = self.states(texts)
        return Encoded(self._model.join(states, texts), self.last.scores(states))

    def states(self, texts: Sequence[str]) -> Floats:
        """What the last layer sees: the encoder's states, (n, width)."""
        return self._model.encoder.states(texts)


class AccuratePart:
    """The reader as a network whose last layer can be refitted."""

    name = "accurate"

    def __init__(self, reader: AccurateReader) -> None:
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
        return self._reader.states(texts)


def plugin(**settings: object) -> Reader:
    """The accurate reader; ``folder`` and ``static`` name other weights, ``tuned`` a folder of refitted last layers."""
    return AccurateReader(Config.model_validate(settings))
