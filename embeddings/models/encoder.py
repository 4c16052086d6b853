"""The shipped encoder: MiniLM grown to Hebrew and Persian, int8, run by onnxruntime.

A folder of its own make: ``model.onnx``, ``pieces.json`` (the word pieces in the order of their ids), ``config.json``.
"""

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

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


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Config(BaseModel, extra="forbid"):
    """Where the weights lie, those that ship by default; how many threads, by default as many as it may use cores."""

    folder: Path = SHIPPED
    threads: int = Field(default_factory=_cores, ge=1)


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
        # Batches run side by side, each on one thread: a fifth faster than all threads on one batch after the other.
        options.intra_op_num_threads = 1
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
        _ = self._session  # loaded once, before threads ask for it
        for start in range(0, len(texts), _CHUNK):
            part = texts[start : start + _CHUNK]
            encodings = self._tokenizer.encode_batch_fast([pieces.spelled(text) for text in part])
            rows = [encoding.ids for encoding in encodings]
            lengths = np.fromiter(map(len, rows), np.int64, len(rows))
            order = np.argsort(lengths, kind="stable")
            order = order[np.searchsorted(lengths[order], _ONLY_ENDS, side="right") :]
            # Texts of about one length share a pass: little padding is computed.
            parts = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
            for chosen, found in zip(parts, self._each([[rows[i] for i in part] for part in parts]), strict=True):
                made[start + chosen] = found
        return made

    def _each(self, parts: Sequence[Sequence[Sequence[int]]]) -> Iterable[Floats]:
        if len(parts) < 2 or self._config.threads < 2:
            return map(self._run, parts)
        with ThreadPoolExecutor(self._config.threads, thread_name_prefix="encoder") as pool:
            return pool.map(self._run, parts)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors, (n, dimensions), of unit length; zeros for a text of no pieces."""
        return unit(self.states(texts))

    def _run(self, rows: Sequence[Sequence[int]]) -> Floats:
        """The states of texts given as piece ids, the longest last: (n, dimensions)."""
        longest = len(rows[-1])
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
