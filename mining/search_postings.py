"""The words of some days' mentions, held so that a search looks at what says its words and at nothing else.

Rows are those of :mod:`mining.facts`: the customers' mentions of a day in the order of their ids, day after day.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mining.facts_made import Array
from mining.search_words import Forms, Term, chunks, split, tokens_of

_END = "\0"
_MOST_SAID = 255


class Vocabulary:
    """A number for each word that was ever met here, from 1 on; 0 ends a text. One thread at a time may add to it.

    Texts are read chunk by chunk between blanks. A chunk that is no single word has a number below 0, and tables tell
    the words in it, and the compounds in it in one.
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {_END: 0}
        self._chunks: dict[str, int] = {_END: 0}
        self._parts, self._wholes = _Lists(), _Lists()

    def __len__(self) -> int:
        return len(self._codes)

    def code(self, word: str) -> int | None:
        """The number of a word, None where nobody says it."""
        return self._codes.get(word) or None

    def read(self, texts: str) -> tuple[Array, Array, Array]:
        """The numbers of all words of some texts, each text with a NUL behind it and a 0 in the place of that; and,
        for every compound, the number of its parts in one, and in which text it stands."""
        said = chunks(texts)
        known = self._chunks
        found = [known.get(chunk) for chunk in said]
        if None in found:
            found = [self._met(chunk) if code is None else code for chunk, code in zip(said, found, strict=True)]
        codes = np.array(found, np.int32)
        several = np.flatnonzero(codes < 0)
        which = -codes[several] - 1
        wholes, places = self._wholes.of(which)
        of_text = np.cumsum(codes == 0)[several][places].astype(np.int32)
        return self._opened(codes, several, which), wholes, of_text

    def _opened(self, codes: Array, several: Array, which: Array) -> Array:
        """Every chunk as its words."""
        parts, places = self._parts.of(which)
        lengths = np.ones(len(codes), np.int64)
        lengths[several] = np.bincount(places, minlength=len(several))
        opened = np.repeat(codes, lengths)
        opened[opened < 0] = parts
        return opened

    def _met(self, chunk: str) -> int:
        if (known := self._chunks.get(chunk)) is not None:
            return known
        words = tokens_of(chunk)
        if len(words) == 1 and split(words[0]) == words:
            code = self._code(words[0])
        else:
            found = [split(word) for word in words]
            # Of a compound the last is all of its parts in one.
            parts = [part for one in found for part in (one[:-1] if len(one) > 1 else one)]
            self._parts.add([self._code(part) for part in parts])
            code = -self._wholes.add([self._code(one[-1]) for one in found if len(one) > 1])
        self._chunks[chunk] = code
        return code

    def _code(self, word: str) -> int:
        return self._codes.setdefault(word, len(self._codes))


class _Lists:
    """Lists of numbers, one behind the other."""

    def __init__(self) -> None:
        self._numbers, self._ends = array("i"), array("q", [0])

    def add(self, numbers: Sequence[int]) -> int:
        """Keep a list; returns how many there are now."""
        self._numbers.extend(numbers)
        self._ends.append(len(self._numbers))
        return len(self._ends) - 1

    def of(self, which: Array) -> tuple[Array, Array]:
        """The numbers of some lists, one list behind the other, and the place in ``which`` of each number's list."""
        if not len(which):
            return np.empty(0, np.int32), np.empty(0, np.int64)
        ends = np.frombuffer(self._ends, np.int64)
        begins, lengths = ends[which], ends[which + 1] - ends[which]
        numbers = np.frombuffer(self._numbers, np.int32)[_ranges(begins, lengths)] if lengths.any() else which[:0]
        return numbers, np.repeat(np.arange(len(which)), lengths)


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
