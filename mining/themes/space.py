"""The space of themes: vectors of any embedder in at most 256 numbers of one byte each, so that SQL can keep them.

For the shipped models the directions are the main ones of our own remarks (``theme_data/space-*.npz``, made by
``python -m mining.training.themes``); another embedder's vectors are turned by a fixed random map, which keeps cosines
nearly as they are (Johnson and Lindenstrauss, 1984).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from embeddings.bag import unit
from embeddings.base import Embedder

WIDTH = 256
_DATA = files("mining") / "theme_data"
_LONGEST = 127

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Where themes are told apart for one embedder: ``turn`` is (dimensions, width), None leaves vectors as they are.

    ``by`` names what vectors are made by, ``learnt`` what claims are. ``layers`` are the weights and shifts of the
    network that learnt the catalogue's themes, its columns named by ``ids``; there are none for an embedder that does
    not ship.
    """

    by: str
    turn: Floats | None = None
    ids: tuple[str, ...] = ()
    layers: tuple[Floats, ...] = ()
    learnt: str = ""

    def of(self, vectors: Floats) -> Floats:
        """Vectors in this space, (n, width), of unit length."""
        return unit(vectors if self.turn is None else vectors @ self.turn)

    def kept(self, vectors: Floats) -> list[bytes]:
        """What SQL keeps of an embedder's vectors: one byte a number."""
        turned = self.of(vectors)
        longest = np.maximum(np.abs(turned).max(axis=1, keepdims=True), np.float32(1e-9))
        return [row.tobytes() for row in np.rint(turned * (_LONGEST / longest)).astype(np.int8)]


def read(kept: Sequence[bytes]) -> Floats:
    """Vectors from what SQL kept, (n, width), of unit length."""
    if not kept:
        return np.zeros((0, WIDTH), np.float32)
    return unit(np.frombuffer(b"".join(kept), np.int8).reshape(len(kept), -1).astype(np.float32))


def space_of(embedder: Embedder) -> Space:
    """The space for an embedder's vectors."""
    return _space(embedder.name, embedder.dimensions)


def forget() -> None:
    """Read the shipped spaces again when they are next asked for: they were learnt anew."""
    _space.cache_clear()


@cache
def _space(name: str, dimensions: int) -> Space:
    path = _DATA / f"space-{name.partition('@')[0]}.npz"
    if path.is_file():
        with path.open("rb") as file, np.load(file) as held:
            if str(held["embedder"]) == name:
                turn = held["turn"].astype(np.float32) if held["turn"].size else None
                layers = tuple(held[f"layer_{number}"].astype(np.float32) for number in range(4))
                learnt = _digest(*(held[f"layer_{number}"] for number in range(4)))
                return Space(f"{name}/{_digest(held['turn'])}", turn, tuple(map(str, held["ids"])), layers, learnt)
    if dimensions <= WIDTH:
        return Space(name)
    drawn = np.random.default_rng(dimensions).standard_normal((dimensions, WIDTH)) / np.sqrt(WIDTH)
    return Space(f"{name}/{WIDTH}", drawn.astype(np.float32))


def _digest(*arrays: NDArray[np.float16]) -> str:
    return hashlib.blake2b(b"".join(array.tobytes() for array in arrays), digest_size=4).hexdigest()
