"""What readers that are one network have in common: a model, a last layer that may be refitted, their names."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from embeddings import linear
from embeddings.base import Embedder, Encoded, Part
from embeddings.linear import Floats, Linear, Temperatures


class SingleReader(ABC):
    """A network with the last layer ``last.safetensors`` of a folder, or the one refitted for it in ``tuned``.

    Attributes:
        kind: the reader's name, such as ``fast``.
        embedder: what gives its vectors alone.
    """

    kind: str

    def __init__(self, embedder: Embedder, folder: Path, tuned: Path | None) -> None:
        self.embedder = embedder
        self._folder = folder
        self._tuned = tuned

    @cached_property
    def shipped(self) -> Linear:
        """The last layer that ships."""
        return linear.load(self._folder / "last.safetensors")

    @cached_property
    def last(self) -> Linear:
        """The last layer in use."""
        return linear.chosen(self.shipped, self._tuned, self.kind)

    @property
    def name(self) -> str:
        """The model's name and the version of the scores, such as ``static@1+fast-2``."""
        return f"{self.embedder.name}+{self.version}"

    @property
    def version(self) -> str:
        """The kind and the version of the last layer; it changes whenever a score does."""
        return f"{self.kind}-{self.last.version}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self.embedder.dimensions

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
        return (SinglePart(self),)

    def read(self, texts: Sequence[str]) -> Encoded:
        """Vectors and raw scores, rows in the order of the texts."""
        vectors, features = self.vectors_and_features(texts)
        return Encoded(vectors, self.last.scores(features))

    @abstractmethod
    def vectors_and_features(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """(n, dimensions) and what the last layer sees, (n, width)."""

    def features(self, texts: Sequence[str]) -> Floats:
        """What the last layer sees, (n, width)."""
        return self.vectors_and_features(texts)[1]


class SinglePart:
    """The reader as a network whose last layer can be refitted."""

    def __init__(self, reader: SingleReader) -> None:
        self._reader = reader
        self.name = reader.kind
        self.features = reader.features

    @property
    def last(self) -> Linear:
        """The last layer in use."""
        return self._reader.last

    @property
    def shipped(self) -> Linear:
        """The last layer that ships."""
        return self._reader.shipped
