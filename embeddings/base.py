"""The seams of the package: what gives vectors, what gives vectors and scores in one pass, what finds the nearest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.linear import Linear, Temperatures


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Name and version, such as ``static@1``; it changes whenever the vectors do."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, (n, dimensions), in the order of the texts, of unit length.

        A text without one known token gives a row of zeros. Any str is taken: "", 50 KB, lone surrogates.
        """
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one pass over n texts gives, rows in the order of the texts.

    Attributes:
        vectors: (n, dimensions), unit length, as ``Embedder.encode``.
        scores: task -> (n, classes of the task) raw scores (logits, no unit), columns as in ``Reader.classes``.
    """

    vectors: NDArray[np.float32]
    scores: Mapping[str, NDArray[np.float32]]


class Reader(Protocol):
    """Reads texts once and gives both their vectors and the raw scores of every task.

    The names of tasks and classes come with the weights; what they mean is none of this package's business.
    """

    @property
    def name(self) -> str:
        """Name and version of the whole; it changes whenever a vector or a score does."""
        ...

    @property
    def embedder(self) -> Embedder:
        """What gives the same vectors without scores; its name changes only when a vector does."""
        ...

    @property
    def version(self) -> str:
        """Version of what makes the scores, such as ``fast-2``; it changes whenever a score does."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """Task -> names of its classes, in the order of the columns of its scores."""
        ...

    @property
    def temperatures(self) -> Temperatures:
        """Task -> language -> what its raw scores are divided by before they are chances; see ``Linear``."""
        ...

    @property
    def parts(self) -> Sequence["Part"]:
        """The networks it is made of, each with a last layer that can be refitted."""
        ...

    def read(self, texts: Sequence[str]) -> Encoded:
        """One pass over a batch of texts. Any str is taken, as in ``Embedder.encode``."""
        ...


class Part(Protocol):
    """A network whose last layer a company may refit with its own corrections."""

    @property
    def name(self) -> str:
        """Such as ``fast``: also the file name of a refitted last layer."""
        ...

    @property
    def last(self) -> Linear:
        """The last layer in use: the shipped one, or one refitted."""
        ...

    @property
    def shipped(self) -> Linear:
        """The last layer that ships."""
        ...

    def features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """What the last layer sees, (n, width), rows in the order of the texts."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """One of the nearest: its id and its cosine similarity, -1 to 1."""

    id: str
    score: float


class Index(Protocol):
    """Vectors by id, and the nearest of a vector. It holds nothing that cannot be computed again."""

    @property
    def model(self) -> str:
        """Name of the model whose vectors it holds; vectors of two models are never mixed."""
        ...

    def upsert(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        facets: Sequence[Mapping[str, str]] | None = None,
    ) -> None:
        """Add vectors, or replace those with the same id.

        Args:
            ids: one per vector; of an id given twice the last vector stays.
            vectors: (n, dimensions), unit length.
            facets: a few short values per vector, or nothing.
        """
        ...

    def delete(self, ids: Collection[str]) -> None:
        """Remove vectors; unknown ids are no error."""
        ...

    def nearest(self, vector: NDArray[np.float32], k: int, among: Collection[str] | None = None) -> list[Hit]:
        """The k nearest by cosine, best first; fewer if there are fewer.

        Args:
            vector: (dimensions,), any length; a zero vector has no neighbours.
            k: how many at most.
            among: only these ids; unknown ones are passed over.
        """
        ...

    def ids(self) -> set[str]:
        """All ids it holds."""
        ...

    def count(self) -> int:
        """How many vectors it holds."""
        ...

    def clear(self) -> None:
        """Forget everything, the model's name excepted."""
        ...
