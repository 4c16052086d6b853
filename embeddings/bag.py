"""Token ids and their mean vectors: the arithmetic of models that are a bag of tokens."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.text import normalise

_WORD = re.compile(r"\w+|[^\w\s]+")
_MOST_WORDS = 200_000  # that are remembered
_MOST_TEXTS = 2_048
_MOST_LETTERS = 400_000
_LONGEST = 100_000  # letters of one text that are read; no mention is that long, a broken record may be


@dataclass(frozen=True, slots=True)
class Bag:
    """The tokens of n texts, one after the other.

    Attributes:
        ids: (tokens,) token ids of all texts.
        starts: (n + 1,) where each text's tokens begin; the last is the number of tokens.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in order, in parts that fit the memory whatever their length."""
    start, letters = 0, 0
    for at, text in enumerate(texts):
        if at - start == _MOST_TEXTS or (letters > _MOST_LETTERS and at > start):
            yield texts[start:at]
            start, letters = at, 0
        letters += min(len(text), _LONGEST)
    if start < len(texts):
        yield texts[start:]


class Words:
    """Cuts texts into known tokens. Words come again and again, so each is given to the tokenizer once.

    Args:
        tokenizer: one that never joins two words, or a word and a sign, in a token.
        unknown: the id to leave out, if there is one.
    """

    def __init__(self, tokenizer: Tokenizer, unknown: int | None) -> None:
        self._tokenizer = tokenizer
        self._unknown = unknown
        self._seen: dict[str, list[int]] = {}

    def tokenise(self, texts: Iterable[str]) -> Bag:
        """The known tokens of each text, in order; a text may have none. Safe to call from several threads."""
        rows = [_WORD.findall(normalise(text[:_LONGEST])) for text in texts]
        seen = self._seen
        fresh = list({word for row in rows for word in row if word not in seen})
        if fresh:
            seen.update(self._cut(fresh))
            if len(seen) > _MOST_WORDS:
                self._seen = {}  # other threads go on with the one they hold
        pieces = [[piece for word in row for piece in seen[word]] for row in rows]
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        ids = np.fromiter(chain.from_iterable(pieces), np.int64, int(lengths.sum()))
        return Bag(ids, np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))))

    def _cut(self, words: list[str]) -> dict[str, list[int]]:
        encodings = self._tokenizer.encode_batch_fast(words, add_special_tokens=False)
        return {
            word: [one for one in encoding.ids if one != self._unknown]
            for word, encoding in zip(words, encodings, strict=True)
        }


def sums(bag: Bag, table: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each text the sum of its tokens' rows of ``table``: (n, columns); a text without tokens has zeros."""
    from scipy.sparse import csr_array

    ones = np.ones(len(bag.ids), np.float32)
    counts = csr_array((ones, bag.ids, bag.starts), shape=(len(bag), len(table)))
    made: NDArray[np.float32] = counts @ table
    return made


def totals(bag: Bag, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same from the tokens' own rows, (tokens, columns): for few tokens, without the import of scipy (0.15 s)."""
    made = np.zeros((len(bag), rows.shape[1]), np.float32)
    some = np.diff(bag.starts) > 0
    if some.any():
        made[some] = np.add.reduceat(rows, bag.starts[:-1][some], axis=0)
    return made


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of unit length; a row of zeros stays so."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: NDArray[np.float32] = (vectors / np.where(norms > 0, norms, 1)).astype(np.float32)
    return made
