"""The encoder's vector and the static model's side by side: each is good at what the other misses.

The cosine of two joined vectors is the weighted mean of the two models' cosines. The weight was chosen by retrieval on
translations that no model was trained on, see docs/models.md.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field

from embeddings.bag import unit
from embeddings.base import Embedder
from embeddings.models import encoder, static
from embeddings.models.encoder import Floats

_VERSION = 1


class Config(BaseModel, extra="forbid"):
    """Where the two models lie, and the encoder's part of a cosine, 0 to 1."""

    encoder: Path = encoder.SHIPPED
    static: Path = static.SHIPPED
    share: float = Field(default=0.4, ge=0, le=1)


class Joined:
    """Vectors of two models, one behind the other."""

    def __init__(self, config: Config) -> None:
        self.encoder = encoder.Encoder(encoder.Config(folder=config.encoder))
        self._static = static.Static(static.Config(folder=config.static))
        self._share = config.share

    @property
    def name(self) -> str:
        """``joined@``, a version, and the names of the two."""
        return f"joined@{_VERSION}({self.encoder.name},{self._static.name})"

    @property
    def dimensions(self) -> int:
        """Length of a vector: that of both."""
        return self.encoder.dimensions + self._static.dimensions

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors, (n, dimensions), of unit length; zeros for a text that neither knows a piece of."""
        return self.join(self.encoder.states(texts), texts)

    def join(self, states: Floats, texts: Sequence[str]) -> Floats:
        """The vectors of texts whose states the encoder has already given."""
        made = np.empty((len(states), self.dimensions), np.float32)
        width = self.encoder.dimensions
        np.multiply(unit(states), np.float32(np.sqrt(self._share)), out=made[:, :width])
        np.multiply(self._static.encode(texts), np.float32(np.sqrt(1 - self._share)), out=made[:, width:])
        # Two halves of unit length make a whole of unit length; where one half is zero the other is all there is.
        half = ~(made[:, :width].any(axis=1) & made[:, width:].any(axis=1))
        made[half] = unit(made[half])
        return made


def plugin(**settings: object) -> Embedder:
    """Both models joined; ``encoder`` and ``static`` name other folders, ``share`` the encoder's part."""
    return Joined(Config.model_validate(settings))
