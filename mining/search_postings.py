"""The words of some days' mentions, held so that a search looks at what says its words and at nothing else.

Rows are those of :mod:`mining.facts`: the customers' mentions of a day in the order of their ids, day after day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mining.facts_made import Array
from mining.search_words import Forms, Term, split, tokens

_END = "\0"
_MOST_SAID = 255


class Vocabulary:
    """A number for each word that was ever met here, from 1 on; 0 ends a text. One thread at a time may add to it."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {_END: 0}
        self._parts: list[tuple[int, ...]] = []
        self._size = 1

    def __len__(self) -> int:
        return self._size

    def code(self, word: str) -> int | None:
        """The number of a word, None where nobody says it."""
        code = self._codes.get(word)
        return code if code is not None and code > 0 else None

    def read(self, texts: str) -> tuple[Array, Array, Array]:
        """The numbers of all words of some texts, each text with a NUL behind it and a 0 in the place of that; and,
        for every compound, the number of its parts in one, and in which text it stands."""
        words = tokens(texts)
        known = self._codes
        found = [known.get(word) for word in words]
        if None in found:
            found = [self._add(word) if code is None else code for word, code in zip(words, found, strict=True)]
        codes = np.array(found, np.int32)
        if not len(codes) or codes.min() >= 0:
            return codes, np.empty(0, np.int32), np.empty(0, np.int32)
        return self._opened(codes)

    def _opened(self, codes: Array) -> tuple[Array, Array, Array]:
        """Compounds, which have numbers below 0, as their parts."""
        opened, whole, of_text, text = list[int](), list[int](), list[int](), 0
        for code in codes.tolist():
            text += code == 0
            if code >= 0:
                opened.append(code)
                continue
            *parts, joined = self._parts[-code - 1]
            opened += parts
            whole.append(joined)
            of_text.append(text)
        return np.array(opened, np.int32), np.array(whole, np.int32), np.array(of_text, np.int32)

    def _add(self, word: str) -> int:
        known = self._codes.get(word)
        if known is not None:
            return known
        parts = split(word)
        if parts == (word,):
            self._codes[word] = code = self._size
            self._size += 1
            return code
        numbers = [self._add(part) for part in parts]
        self._parts.append(tuple(numbers) if len(numbers) > 1 else (numbers[0], numbers[0]))
        self._codes[word] = code = -len(self._parts)
        return code


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What is said on a day, as numbers: every word of a text one behind the other, then those of the next text.

    ``lengths`` are the words of each text, ``whole`` the compounds in one and ``of_text`` the texts that hold them.
    """

    codes: Array
    lengths: Array
    whole: Array
    of_text: Array

    def __len__(self) -> int:
        return len(self.lengths)


def words_of(vocabulary: Vocabulary, texts: str) -> Words:
    """A day of texts, each with a NUL behind it."""
    codes, whole, of_text = vocabulary.read(texts)
    lengths = np.diff(np.flatnonzero(codes == 0), prepend=-1) - 1
    return Words(codes[codes != 0], lengths.astype(np.int32), whole, of_text)


class WordBlock:
    """Some days side by side, and where each word is said. It does not change."""

    def __init__(self, days: Sequence[Words], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.starts = np.cumsum([0, *map(len, days)])
        self.lengths = _joined([day.lengths for day in days], np.int32)
        self._begins = np.concatenate([[0], np.cumsum(self.lengths)])
        self._codes = _joined([day.codes for day in days], np.int32)
        whole = _joined([day.whole for day in days], np.int32)
        texts = [day.of_text + start for day, start in zip(days, self.starts[:-1], strict=True)]
        self._whole, self._of_text = whole, _joined(texts, np.int32)
        self._index()

    def __len__(self) -> int:
        return int(self.starts[-1])

    def _index(self) -> None:
        rows = np.repeat(np.arange(len(self), dtype=np.int64), self.lengths)
        said = np.concatenate([self._codes, self._whole]).astype(np.int64) << 32
        said |= np.concatenate([rows, self._of_text.astype(np.int64)])
        said.sort()
        first = np.ones(len(said), bool)
        first[1:] = said[1:] != said[:-1]
        places = np.flatnonzero(first)
        times = np.diff(places, append=len(said))
        said = said[places]
        self._times = np.minimum(times, _MOST_SAID).astype(np.uint8)
        self._rows = (said & 0xFFFFFFFF).astype(np.int32)
        self._of_code = np.searchsorted(said >> 32, np.arange(len(self._vocabulary) + 1)).astype(np.int64)

    def day(self, place: int) -> Words:
        """One of the days that it was made of."""
        start, end = int(self.starts[place]), int(self.starts[place + 1])
        words = slice(int(self._begins[start]), int(self._begins[end]))
        whole = slice(*np.searchsorted(self._of_text, (start, end)).tolist())
        return Words(
            self._codes[words], self.lengths[start:end], self._whole[whole], self._of_text[whole] - start
        )  # fmt: skip

    def saying(self, forms: Forms) -> Iterable[tuple[Array, Array, float]]:
        """For each form that is said: the rows, in order, how often each says it, and what the form counts."""
        for word, weight in forms.items():
            code = self._vocabulary.code(word)
            if code is None or code + 1 >= len(self._of_code):
                continue
            begin, end = self._of_code[code], self._of_code[code + 1]
            if end > begin:
                yield self._rows[begin:end], self._times[begin:end], weight

    def said(self, term: Term) -> Array:
        """How often each row says a term, forms weighed, (rows,) float32."""
        told = self._said(term.forms)
        for sequence in term.sequences:
            told += self._in_sequence(sequence)
        return told

    def _said(self, forms: Forms) -> Array:
        told = np.zeros(len(self), np.float32)
        for rows, times, weight in self.saying(forms):
            told[rows] += times * np.float32(weight)
        return told

    def _in_sequence(self, sequence: Sequence[Forms]) -> Array:
        """How often each row says some words one behind the other."""
        told = np.zeros(len(self), np.float32)
        possible = np.ones(len(self), bool)
        for forms in sequence:
            possible &= self._said(forms) > 0
        rows = np.flatnonzero(possible)
        if not len(rows):
            return told
        places = _ranges(self._begins[rows], self.lengths[rows])
        codes, of_row = self._codes[places], np.repeat(rows, self.lengths[rows])
        last = len(codes) - len(sequence) + 1
        if last <= 0:
            return told
        matched = np.ones(last, bool)
        for step, forms in enumerate(sequence):
            table = np.zeros(len(self._of_code) + 1, bool)
            known = [code for word in forms if (code := self._vocabulary.code(word)) is not None]
            table[[code for code in known if code < len(table)]] = True
            matched &= table[codes[step : last + step]]
        matched &= of_row[:last] == of_row[len(sequence) - 1 :]
        np.add.at(told, of_row[:last][matched], np.float32(1))
        return told


def _joined(parts: Sequence[Array], kind: type) -> Array:
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.empty(0, kind)


def _ranges(begins: Array, lengths: Array) -> Array:
    """Places from each beginning on, as many as its length, one range behind the other."""
    ends = np.cumsum(lengths)
    places: Array = np.arange(ends[-1]) + np.repeat(begins - ends + lengths, lengths)
    return places
