"""A company's own words and values, beside those that a model knows: they decide at once, without training.

:class:`OwnReader` stands before any reader. A value that the model does not know gets a column that nothing but its
words can raise; where it was trained (``overheard train``), the model's column is used, and the words still decide.
For a value that ships, an own word is one more cue.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.base import Embedder, Encoded, Part, Reader
from embeddings.linear import Temperatures
from mining import cues
from mining.language import normalise
from mining.name_words import spoken
from mining.taxonomy import OwnValues, values

RULES = 1
"""Raised when the same words give other scores."""

# Logits, as the cues have them. An own value that is said leads by so much whatever the built-in cues add afterwards.
WEIGHT = 2.0
# No chance at all, and still a number.
_NEVER = -10_000.0
_IN_VERSION = re.compile(r"\+own-([0-9a-f]{8})")

_Floats = NDArray[np.float32]


def read_with(reader: Reader, own: OwnValues) -> Reader:
    """A reader that heeds a company's words; the reader itself where there are none."""
    return OwnReader(reader, own) if any(own.values()) else reader


def version_of(own: OwnValues) -> str:
    """What stands in the ``by`` of labels that own words had a part in; "" where there are no words."""
    words = {task: {value: one.words for value, one in known.items() if one.words} for task, known in own.items()}
    told = {task: by_value for task, by_value in words.items() if by_value}
    if not told:
        return ""
    spelt = json.dumps([RULES, told], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(spelt.encode(), digest_size=4).hexdigest()


def version_in(by: str) -> str:
    """The version of own words in a label's ``by``, "" where it names none."""
    found = _IN_VERSION.search(by)
    return found[1] if found else ""


class OwnReader:
    """A reader, and the company's words over its scores."""

    def __init__(self, reader: Reader, own: OwnValues) -> None:
        self._reader = reader
        self._own = own
        self._version = version_of(own)

    @property
    def name(self) -> str:
        """The reader's, with the version of the words."""
        return self._reader.name + self._suffix

    @property
    def version(self) -> str:
        """The reader's, with the version of the words; it changes whenever a score does."""
        return self._reader.version + self._suffix

    @property
    def _suffix(self) -> str:
        return f"+own-{self._version}" if self._version else ""

    @property
    def embedder(self) -> Embedder:
        """The reader's: words change no vector."""
        return self._reader.embedder

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._reader.dimensions

    @property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """The reader's, and behind them the own values that it does not know."""
        return {task: (*known, *self._new(task)) for task, known in self._reader.classes.items()}

    @property
    def temperatures(self) -> Temperatures:
        """The reader's."""
        return self._reader.temperatures

    @property
    def parts(self) -> Sequence[Part]:
        """The reader's networks, as they are trained."""
        return self._reader.parts

    def read(self, texts: Sequence[str]) -> Encoded:
        """Vectors and raw scores, rows in the order of the texts."""
        read = self._reader.read(texts)
        folded = [normalise(text) for text in texts]
        return replace(read, scores={task: self._scores(task, raw, folded) for task, raw in read.scores.items()})

    def _new(self, task: str) -> tuple[str, ...]:
        known = self._reader.classes[task]
        return tuple(value for value in self._own.get(task, {}) if value not in known)

    @cached_property
    def _patterns(self) -> dict[str, dict[str, re.Pattern[str]]]:
        return {
            task: {value: spoken(one.words) for value, one in known.items() if one.words}
            for task, known in self._own.items()
        }

    def _scores(self, task: str, raw: _Floats, folded: Sequence[str]) -> _Floats:
        patterns = self._patterns.get(task, {})
        classes = self.classes[task]
        never = np.full((len(raw), len(classes) - raw.shape[1]), _NEVER, np.float32)
        said: _Floats = np.concatenate([raw, never], axis=1)
        leading = raw.max(axis=1, initial=_NEVER) + WEIGHT + cues.WEIGHTS.get(task, 0.0)
        for value, pattern in patterns.items():
            rows = [row for row, text in enumerate(folded) if pattern.search(text)]
            column = classes.index(value)
            said[rows, column] = said[rows, column] + WEIGHT if value in values(task) else leading[rows]
        return said
