"""The shipped encoder: MiniLM grown to Hebrew and Persian, int8, run by onnxruntime.

A folder of its own make: ``config.json``, ``pieces.json`` (the word pieces in the order of their ids), and the layers
in a few files: ``layers-3.onnx`` holds those up to the third that no file before it holds. A reader whom the state
after the third layer is enough for need not compute the rest.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
Enough = Callable[[int, Floats], NDArray[np.bool_]]
"""Told a depth and the states there, (n, dimensions), says which texts need not go deeper, (n,)."""


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
    def _facts(self) -> dict[str, Any]:
        path = self._config.folder / "config.json"
        try:
            facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
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
    def _sessions(self) -> "list[InferenceSession]":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Batches run side by side, each on one thread: a fifth faster than all threads on one batch after the other.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3  # errors; its warnings are about how the graph was written
        try:
            return [
                onnxruntime.InferenceSession(
                    self._config.folder / f"layers-{depth}.onnx", options, providers=["CPUExecutionProvider"]
                )
                for depth in self.depths
            ]
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
        found: int = self._facts["dimensions"]
        return found

    @property
    def depths(self) -> tuple[int, ...]:
        """How many layers lie before each state that can be had; the last is all of them."""
        return tuple(self._facts.get("depths", ()))

    def states(self, texts: Sequence[str]) -> Floats:
        """The mean state of each text's pieces, (n, dimensions), not of unit length; zeros for a text of no pieces."""
        return self.until(texts, None)[0]

    def until(self, texts: Sequence[str], enough: Enough | None) -> tuple[Floats, NDArray[np.int64]]:
        """The state of each text at the first depth that is ``enough`` for it, and that depth, (n,).

        A text of no pieces has zeros at the last depth.
        """
        made = np.zeros((len(texts), self.dimensions), np.float32)
        depth = np.full(len(texts), self.depths[-1] if self.depths else 0, np.int64)
        _ = self._sessions  # loaded once, before threads ask for them
        for start in range(0, len(texts), _CHUNK):
            part = texts[start : start + _CHUNK]
            encodings = self._tokenizer.encode_batch_fast([pieces.spelled(text) for text in part])
            rows = [encoding.ids for encoding in encodings]
            lengths = np.fromiter(map(len, rows), np.int64, len(rows))
            order = np.argsort(lengths, kind="stable")
            order = order[np.searchsorted(lengths[order], _ONLY_ENDS, side="right") :]
            # Texts of about one length share a pass: little padding is computed.
            parts = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
            given = [[rows[i] for i in part] for part in parts]
            for chosen, (found, deep) in zip(parts, self._each(given, enough), strict=True):
                made[start + chosen] = found
                depth[start + chosen] = deep
        return made, depth

    def _each(
        self, parts: Sequence[Sequence[Sequence[int]]], enough: Enough | None
    ) -> Iterable[tuple[Floats, NDArray[np.int64]]]:
        run = partial(self._run, enough=enough)
        if len(parts) < 2 or self._config.threads < 2:
            return map(run, parts)
        with ThreadPoolExecutor(self._config.threads, thread_name_prefix="encoder") as pool:
            return pool.map(run, parts)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors, (n, dimensions), of unit length; zeros for a text of no pieces."""
        return unit(self.states(texts))

    def _run(self, rows: Sequence[Sequence[int]], enough: Enough | None) -> tuple[Floats, NDArray[np.int64]]:
        """The states of texts given as piece ids, the longest last: (n, dimensions), and their depths, (n,)."""
        ids = np.zeros((len(rows), len(rows[-1])), np.int64)
        mask = np.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        made = np.empty((len(rows), self.dimensions), np.float32)
        depths = np.empty(len(rows), np.int64)
        left = np.arange(len(rows))
        given = {"input_ids": ids}
        for depth, session in zip(self.depths, self._sessions, strict=True):
            given["attention_mask"] = mask
            last = depth == self.depths[-1]
            wanted = [f"state-{depth}"] if last else [f"state-{depth}", f"layer-{depth}"]
            states, *layer = session.run(wanted, given)
            made[left], depths[left] = states, depth
            if last:
                break
            given = {f"layer-{depth}": layer[0]}
            if enough is not None:
                on = np.flatnonzero(~enough(depth, states))
                if not len(on):
                    break
                # The longest comes last, so that whoever is left needs no more room than the last of them.
                wide = int(mask[on[-1]].sum())
                left, mask = left[on], mask[on, :wide]
                given = {f"layer-{depth}": layer[0][on, :wide]}
        return made, depths


def plugin(**settings: object) -> Embedder:
    """The encoder; ``folder`` names other weights than those that ship, ``threads`` how many it may use."""
    return Encoder(Config.model_validate(settings))
