"""The shipped encoder: MiniLM grown to Hebrew and Persian, int8, run by onnxruntime.

A folder of its own make: ``model.onnx``, ``pieces.json`` (the word pieces in the order of their ids), ``config.json``.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from connectors.errors import ConfigError
from embeddings import pieces
from embeddings.bag import unit
from embeddings.base import Embedder
from embeddings.text import NORMALISATION

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

SHIPPED = Path(__file__).parent.parent / "weights" / "encoder"

_BATCH = 32
_CHUNK = 4_096  # texts that are cut into pieces at a time; bounds memory
_ONLY_ENDS = 2  # a text of no pieces still has the first and the last sign

Floats = NDArray[np.float32]


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; how many threads, by default as many as there are cores."""

    folder: Path = SHIPPED
    threads: int = 0


class Encoder:
    """Mean states of texts. Nothing is read before the first use.

    Raises:
        ConfigError: on first use, when the folder holds no encoder, or one made for another spelling of texts.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def _facts(self) -> dict[str, int]:
        path = self._config.folder / "config.json"
        try:
            facts: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._missing() from error
        if facts.get("normalisation") != NORMALISATION:
            raise ConfigError(
                f"the encoder in {self._config.folder} was made for text rules {facts.get('normalisation')}, "
                f"this program has {NORMALISATION}",
                hint="train it again: python -m mining.training",
            )
        return facts

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        try:
            listed = json.loads((self._config.folder / "pieces.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._missing() from error
        return pieces.tokenizer({piece: number for number, piece in enumerate(listed)})

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime

        _ = self._facts
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._config.threads
        options.log_severity_level = 3  # errors; its warnings are about how the graph was written
        try:
            return onnxruntime.InferenceSession(
                self._config.folder / "model.onnx", options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises classes of its own that share no base
            raise self._missing() from error

    def _missing(self) -> ConfigError:
        hint = "the shipped one comes with the package; python -m mining.training makes another"
        return ConfigError(f"no encoder in {self._config.folder}", hint=hint)

    @property
    def name(self) -> str:
        """``encoder@`` and the version of the weights."""
        return f"encoder@{self._facts['version']}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._facts["dimensions"]

    def states(self, texts: Sequence[str]) -> Floats:
        """The mean state of each text's pieces, (n, dimensions), not of unit length; zeros for a text of no pieces."""
        made = np.zeros((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), _CHUNK):
            part = texts[start : start + _CHUNK]
            encodings = self._tokenizer.encode_batch_fast([pieces.spelled(text) for text in part])
            rows = [encoding.ids for encoding in encodings]
            lengths = np.fromiter(map(len, rows), np.int64, len(rows))
            order = np.argsort(lengths, kind="stable")
            order = order[np.searchsorted(lengths[order], _ONLY_ENDS, side="right") :]
            # Texts of about one length share a pass: little padding is computed.
            for at in range(0, len(order), _BATCH):
                chosen = order[at : at + _BATCH]
                made[start + chosen] = self._run([rows[i] for i in chosen], int(lengths[chosen[-1]]))
        return made

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors, (n, dimensions), of unit length; zeros for a text of no pieces."""
        return unit(self.states(texts))

    def _run(self, rows: Sequence[Sequence[int]], longest: int) -> Floats:
        ids = np.zeros((len(rows), longest), np.int64)
        mask = np.zeros((len(rows), longest), np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        made: Floats = self._session.run(["state"], {"input_ids": ids, "attention_mask": mask})[0]
        return made


def plugin(**settings: object) -> Embedder:
    """The encoder; ``folder`` names other weights than those that ship, ``threads`` how many it may use."""
    return Encoder(Config.model_validate(settings))
