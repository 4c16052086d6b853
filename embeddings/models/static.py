"""The shipped static model: the mean of token vectors, made by ``python -m embeddings.training``.

The folder has the layout of model2vec, which opens it too (a test compares the two). It is read here file by file: a
question has 1.5 s as a whole process, and importing model2vec and opening the folder with it took 0.6 s of them.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from connectors.errors import ConfigError
from embeddings import bag
from embeddings.base import Embedder
from embeddings.text import NORMALISATION

# With fewer tokens than this, as a question has, only their rows are made; else the whole table, once, for all texts.
_FEW_TOKENS = 20_000

SHIPPED = Path(__file__).parent.parent / "weights" / "static"


class Config(BaseModel, extra="forbid"):
    """Where the weights lie; those that ship by default."""

    folder: Path = SHIPPED


class Static:
    """A model2vec folder with int8 rows and a weight for each row. Nothing is read before the first use.

    Raises:
        ConfigError: on first use, when the folder holds no model, or one made for another spelling of texts.
    """

    def __init__(self, config: Config) -> None:
        self._folder = config.folder

    @cached_property
    def _facts(self) -> dict[str, int]:
        try:
            facts: dict[str, int] = json.loads((self._folder / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            hint = "give the folder of a model made by python -m embeddings.training"
            raise ConfigError(f"no static model in {self._folder}", hint=hint) from error
        if facts.get("normalisation") != NORMALISATION:
            made = facts.get("normalisation")
            raise ConfigError(
                f"the static model in {self._folder} was made for text rules {made}, this program has {NORMALISATION}",
                hint="train it again: python -m embeddings.training",
            )
        return facts

    @cached_property
    def _rows(self) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """Each token's row and what it is multiplied by: (vocabulary, dimensions) and (vocabulary, 1)."""
        try:
            tensors = load_file(self._folder / "model.safetensors")
            return tensors["embeddings"], tensors["weights"].astype(np.float32)[:, None]
        except (OSError, SafetensorError, KeyError) as error:
            raise self._of_another_make() from error

    @cached_property
    def _words(self) -> bag.Words:
        _ = self._facts  # weights made for another spelling of texts are refused before a text is read
        path = self._folder / "tokenizer.json"
        try:
            text = path.read_text(encoding="utf-8")
            return bag.Words(Tokenizer.from_str(text), json.loads(text)["model"]["unk_id"])
        except (OSError, ValueError, KeyError) as error:
            raise self._of_another_make() from error

    def _of_another_make(self) -> ConfigError:
        hint = "give the folder of a model made by python -m embeddings.training"
        return ConfigError(f"{self._folder} holds no static model, or one of another make", hint=hint)

    @property
    def name(self) -> str:
        """``static@`` and the version of the weights."""
        return f"static@{self._facts['version']}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._facts["hidden_dim"]

    @cached_property
    def table(self) -> NDArray[np.float32]:
        """The vector of every token, (vocabulary, dimensions), not of unit length."""
        rows, weights = self._rows
        table: NDArray[np.float32] = rows.astype(np.float32)
        table *= weights
        return table

    def tokenise(self, texts: Sequence[str]) -> bag.Bag:
        """The known tokens of each text, for models that build on the same tokens."""
        return self._words.tokenise(texts)

    def pool(self, tokens: bag.Bag) -> NDArray[np.float32]:
        """Vectors of texts that are already tokens: (n, dimensions), unit length or zero."""
        if len(tokens.ids) > _FEW_TOKENS:
            return bag.unit(bag.sums(tokens, self.table))
        rows, weights = self._rows
        return bag.unit(bag.totals(tokens, rows[tokens.ids] * weights[tokens.ids]))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, (n, dimensions), of unit length; zeros for a text without a known token."""
        parts = [self.pool(self.tokenise(part)) for part in bag.batches(texts)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), np.float32)


def plugin(**settings: object) -> Embedder:
    """The static model; ``folder`` names other weights than those that ship."""
    return Static(Config.model_validate(settings))
