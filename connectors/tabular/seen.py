"""Which ids were read in this run, in few bytes per row."""

from __future__ import annotations

from array import array
from enum import Enum, auto
from hashlib import blake2b


class Verdict(Enum):
    """What is known about an id."""

    NEW = auto()
    SAME = auto()  # read before, saying the same
    CHANGED_HERE = auto()  # read before in this very file, saying something else
    CHANGED = auto()  # read before in an earlier file, saying something else


class Seen:
    """An open-addressing table of hashes: 24 to 48 bytes an id, where a dict of text takes some 200.

    A run over a file of five million rows must not need more memory than the models that read it later.
    """

    def __init__(self) -> None:
        self._size = 1 << 12
        self._count = 0
        self._ids = array("Q", bytes(8 * self._size))
        self._marks = array("I", bytes(4 * self._size))

    def judge(self, native_id: str, content: str, file: int) -> Verdict:
        """Remember an id, what it said and where; say what was known about it before."""
        key = _hash(native_id, 8) or 1
        mark = (_hash(content, 2) << 16) | (file & 0xFFFF)
        slot = self._slot(key)
        if self._ids[slot] == 0:
            self._put(slot, key, mark)
            return Verdict.NEW
        before, self._marks[slot] = self._marks[slot], mark
        if before >> 16 == mark >> 16:
            return Verdict.SAME
        if before == (before >> 16 << 16 | mark & 0xFFFF):
            self._marks[slot] = before
            return Verdict.CHANGED_HERE
        return Verdict.CHANGED

    def _slot(self, key: int) -> int:
        slot = key & (self._size - 1)
        while self._ids[slot] not in (0, key):
            slot = (slot + 1) & (self._size - 1)
        return slot

    def _put(self, slot: int, key: int, mark: int) -> None:
        self._ids[slot], self._marks[slot] = key, mark
        self._count += 1
        if self._count * 2 > self._size:
            self._grow()

    def _grow(self) -> None:
        ids, marks = self._ids, self._marks
        self._size *= 2
        self._ids = array("Q", bytes(8 * self._size))
        self._marks = array("I", bytes(4 * self._size))
        for key, mark in zip(ids, marks, strict=True):
            if key:
                slot = self._slot(key)
                self._ids[slot], self._marks[slot] = key, mark


def _hash(text: str, size: int) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=size).digest(), "big")
