"""The shipped static model: the mean of token vectors, made by ``python -m embeddings.training``."""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from connectors.errors import ConfigError
from embeddings import bag
from embeddings.base import Embedder
from embeddings.text import NORMALISATION

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
    def _loaded(self) -> tuple[NDArray[np.float32], bag.Words]:
        from model2vec import StaticModel

        facts = self._facts
        model = StaticModel.from_pretrained(self._folder, normalize=bool(facts["normalize"]), max_length=None)
        if model.weights is None or model.unk_token_id is None:
            hint = "give the folder of a model made by python -m embeddings.training"
            raise ConfigError(f"{self._folder} is a static model of another make", hint=hint)
        table: NDArray[np.float32] = model.embedding.astype(np.float32)
        table *= model.weights[:, None]
        return table, bag.Words(model.tokenizer, model.unk_token_id)

    @property
    def name(self) -> str:
        """``static@`` and the version of the weights."""
        return f"static@{self._facts['version']}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._facts["hidden_dim"]

    @property
    def table(self) -> NDArray[np.float32]:
        """The vector of every token, (vocabulary, dimensions), not of unit length."""
        return self._loaded[0]

    def tokenise(self, texts: Sequence[str]) -> bag.Bag:
        """The known tokens of each text, for models that build on the same tokens."""
        return self._loaded[1].tokenise(texts)

    def pool(self, tokens: bag.Bag) -> NDArray[np.float32]:
        """Vectors of texts that are already tokens: (n, dimensions), unit length or zero."""
        return bag.unit(bag.sums(tokens, self.table))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, (n, dimensions), of unit length; zeros for a text without a known token."""
        parts = [self.pool(self.tokenise(part)) for part in bag.batches(texts)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), np.float32)


def plugin(**settings: object) -> Embedder:
    """The static model; ``folder`` names other weights than those that ship."""
    return Static(Config.model_validate(settings))
