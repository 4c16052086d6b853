"""What the mentions of a day of :mod:`mining.facts` say, in one piece of lower case: phrases are found in a blink."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mining.facts_made import Array


@dataclass(slots=True, eq=False)
class Words:
    """A day's texts, each with a NUL behind it, as :func:`mining.facts_made.joined` makes them."""

    day: int
    stamp: int
    words: bytes
    _ends: Array | None = field(default=None)

    @property
    def ends(self) -> Array:
        """Where each text ends."""
        if self._ends is None:
            self._ends = np.flatnonzero(np.frombuffer(self.words, np.uint8) == 0)
        return self._ends

    def __len__(self) -> int:
        return len(self.ends)

    def holding(self, needle: bytes) -> Array:
        """True for each text that holds some lower-case words; those with a NUL are in none."""
        told = np.zeros(len(self), bool)
        if b"\0" in needle:
            return told
        places, words = [], self.words
        at = words.find(needle)
        while at >= 0:
            places.append(at)
            at = words.find(needle, words.index(0, at))
        told[np.searchsorted(self.ends, places)] = True
        return told
