"""Any sentence-transformers model, by name or folder, for those who want other vectors than the shipped ones."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from connectors.errors import ConfigError
from embeddings.bag import unit
from embeddings.base import Embedder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Config(BaseModel, extra="forbid"):
    """Which model, and how it is run.

    Attributes:
        model: name on the Hugging Face hub, or a folder.
        device: such as ``cpu`` or ``cuda``; the library's choice by default.
        batch_size: texts per pass.
        download: whether a model that is not on this machine may be fetched.
    """

    model: str = Field(min_length=1)
    device: str | None = None
    batch_size: int = Field(default=32, gt=0)
    download: bool = True


class SentenceTransformerEmbedder:
    """A sentence-transformers model. The library, ten seconds to import, is loaded on first use.

    Raises:
        ConfigError: on first use, when the model cannot be found or read.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def _model(self) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer

        config = self._config
        try:
            return SentenceTransformer(config.model, device=config.device, local_files_only=not config.download)
        except Exception as error:  # the library lets through whatever the hub, the disk or the file format raised
            raise ConfigError(
                f"sentence-transformers cannot load {config.model!r}: {_first_line(error)}",
                hint="check the name or folder; without a network give the folder of a downloaded model",
            ) from error

    @property
    def name(self) -> str:
        """The model's name, for a folder its last part and a digest of configuration and weights."""
        folder = Path(self._config.model)
        if not folder.is_dir():
            return f"sentence-transformers/{self._config.model.removeprefix('sentence-transformers/')}"
        digest = hashlib.sha256()
        for path in sorted(folder.glob("*.json")):
            digest.update(path.read_bytes())
        # The size and the last 64 KB of the weights tell two trainings apart without reading gigabytes.
        for path in sorted((*folder.glob("*.safetensors"), *folder.glob("*.bin"))):
            digest.update(str(path.stat().st_size).encode())
            with path.open("rb") as file:
                file.seek(max(path.stat().st_size - 65_536, 0))
                digest.update(file.read())
        return f"{folder.resolve().name}@{digest.hexdigest()[:8]}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, (n, dimensions), of unit length; zeros for a text without a letter."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        # Tokenizers refuse lone surrogates.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        made = self._model.encode(clean, batch_size=self._config.batch_size, show_progress_bar=False)
        vectors = np.asarray(made, np.float32)
        vectors[[not text.strip() for text in clean]] = 0
        return unit(vectors)


def plugin(**settings: object) -> Embedder:
    """A sentence-transformers model; ``model`` is its name or folder."""
    return SentenceTransformerEmbedder(Config.model_validate(settings))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
