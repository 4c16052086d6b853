"""Which texts are copies of one another: re-posts and pasted advertisements count once ("n items, m unique").

Two texts are copies if they are spelt alike but for marks, spaces and case, or if most of their runs of letters are
the same: MinHash signatures (Broder, "On the resemblance and containment of documents", 1997) of 8 bits a place (Li
and König, "b-Bit Minwise Hashing", 2010), compared where a band of places agrees. Short remarks are alike by chance.

A row of :func:`sketch` is all that has to be kept of a text: ``row.tobytes()``, read back with ``np.frombuffer``.
"""

# Why not a library. 100,000 remarks of 90 letters, folded, on two cores shared with other work:
# - datasketch 2.0 (MIT) signs them in 13 s and compares them in 8 to 19 s (8 or 16 bands of 64 places). Its tables do
#   not come back from kept bytes: they are filled anew, 4 to 6 s in each process before the first of 1,000 new remarks.
# - rensa 0.5 (MIT, Rust) would be quick enough: 1.2 s, 1.7 s, and 0.4 s for 1,000 new ones. It is one person's, before
#   1.0, and that release voided all kept signatures (beowolx/rensa#88). Links, folding, authors and groups stay ours.
# - This module: 0.9 s and 1.8 s of folding, 0.2 s, and 0.2 s for 1,000 new ones, without an index that has to be kept.

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b, shake_128

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mining.language import normalise

VERSION = 1
"""Of the bytes of a sketch: rows of another version say nothing beside rows of this one and are made again."""

# The figures behind these are printed by benchmarks/copies.py.
SHINGLE = 5
ALIKE = 0.7
# Below this many letters two customers' own words may agree by more than ALIKE: only equal spelling counts.
FEWEST_TO_BE_ALIKE = 48
FEWEST_TO_BE_COPIED = 16

# A row: 8 bytes of the spelling's digest, then the places of the signature, in bands of 6.
_DIGEST, _PLACES, _BAND = 8, 120, 6
WIDTH = _DIGEST + _PLACES
# Places of a text without a signature, which no signature has throughout.
_BY_CHANCE, _ONLY_EQUAL = 0, 1

# So many rows on either side are looked at where many share a band. A boilerplate form would make all pairs of them.
_NEIGHBOURS = 16
_LETTERS_AT_ONCE = 1 << 15  # what 4 bytes each of it fits into a processor's cache
_PAIRS_AT_ONCE = 1 << 13

_NO_LETTER = re.compile(r"[\W_]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PRIME, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFF51AFD7ED558CCD)
_GOLDEN = np.uint32(0x9E3779B1)
# One line a * x + b for each place, a odd: a permutation of 32 bits. Drawn once from SHAKE, hence the same everywhere.
_LINES = np.frombuffer(shake_128(b"mining.copies").digest(8 * _PLACES), "<u4").astype(np.uint32).reshape(2, -1)
_FACTORS, _SHIFTS = _LINES[0] | np.uint32(1), _LINES[1]

Sketches = NDArray[np.uint8]
Key = tuple[datetime, str]


def folded(text: str) -> str:
    """What a copied text keeps: letters and digits of its normalised spelling; a text without any is itself."""
    return _letters(text) or text


def by_chance(text: str) -> bool:
    """Whether the text is so short that two people say it without knowing of each other ("very good app")."""
    return len(_letters(text)) < FEWEST_TO_BE_COPIED


def sketch(texts: Sequence[str]) -> Sketches:
    """(texts, 128): what :func:`groups` has to know of each text, the same bytes on every machine and in every run.

    Links are left out of the signature, not of the spelling: an advertisement keeps its words when its link changes,
    and two people who share a page say what they say beside it.
    """
    rows = np.zeros((len(texts), WIDTH), np.uint8)
    long: dict[int, str] = {}
    for number, text in enumerate(texts):
        letters = _letters(text)
        rows[number, :_DIGEST] = np.frombuffer(_digest(letters or text), np.uint8)
        rows[number, _DIGEST:] = _BY_CHANCE if len(letters) < FEWEST_TO_BE_COPIED else _ONLY_EQUAL
        said = _letters(_LINK.sub(" ", text)) if "://" in text or "www." in text else letters
        if len(said) >= FEWEST_TO_BE_ALIKE:
            long[number] = said
    if long:
        rows[list(long), _DIGEST:] = np.concatenate([_signatures(batch) for batch in _batches(long.values())])
    return rows


def groups(sketches: Sketches, keys: Sequence[Key], authors: Sequence[str | None]) -> list[int]:
    """For every row the number of the row that stands for it and its copies: the one with the smallest key.

    Copies of copies are copies. ``keys`` are unique, (said_at, id). An author who is not known (None or empty) wrote
    no other row. The order of the rows changes nothing, and unlike rows change nothing for others.
    """
    if not len(sketches):
        return []
    nodes, node_of = _nodes(sketches, authors)
    equal = np.flatnonzero((nodes[1:, :_DIGEST] == nodes[:-1, :_DIGEST]).all(axis=1))
    group_of = _joined(np.arange(len(nodes)), equal, equal + 1)
    signed = np.flatnonzero((nodes[:, _DIGEST:] > _ONLY_EQUAL).any(axis=1))
    places = nodes[signed, _DIGEST:]
    for band in range(0, _PLACES, _BAND):
        first, second = _sharing(places, group_of[signed], band)
        alike = _alike(places, first, second)
        group_of = _joined(group_of, signed[first[alike]], signed[second[alike]])
    return _representatives(group_of[node_of].tolist(), keys)


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", normalise(text))


def _digest(spelling: str) -> bytes:
    return blake2b(spelling.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    room = _LETTERS_AT_ONCE
    for text in texts:
        if batch and len(text) > room:
            yield batch
            batch, room = [], _LETTERS_AT_ONCE
        batch.append(text)
        room -= len(text)
    yield batch


def _signatures(texts: Sequence[str]) -> Sketches:
    """(texts, 120): of every permutation of all shingles the smallest of the text's, 8 bits of it."""
    shingles, starts = _shingles(texts)
    smallest = np.empty((_PLACES, len(texts)), np.uint32)
    permuted = np.empty_like(shingles)
    for place in range(_PLACES):
        np.multiply(shingles, _FACTORS[place], out=permuted)
        np.add(permuted, _SHIFTS[place], out=permuted)
        np.minimum.reduceat(permuted, starts, out=smallest[place])
    # The smallest of many numbers begins with zeros; the upper bits of a product depend on all of its bits.
    return (smallest * _GOLDEN >> np.uint32(24)).astype(np.uint8).T


def _shingles(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """The hashed shingles of all texts, one after the other, and where each text's begin."""
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    hashed = np.zeros(len(letters) - SHINGLE + 1, np.uint64)
    for place in range(SHINGLE):
        hashed = (hashed + letters[place : place + len(hashed)]) * _PRIME
    hashed = (hashed ^ (hashed >> np.uint64(32))) * _MIX
    lengths = np.array([len(text) for text in texts])
    ends = np.cumsum(lengths)
    across = (ends[:-1, None] - np.arange(1, SHINGLE)).ravel()  # from one text into the next
    starts = np.concatenate([[0], ends[:-1] - (SHINGLE - 1) * np.arange(1, len(texts))])
    return (np.delete(hashed, across) >> np.uint64(32)).astype(np.uint32), starts


def _nodes(sketches: Sketches, authors: Sequence[str | None]) -> tuple[Sketches, NDArray[np.intp]]:
    """The different rows in the order of their bytes, and which of them each row is.

    A remark that is said by chance is its author's: the author goes into its digest.
    """
    rows = sketches.copy()
    short = np.flatnonzero((rows[:, _DIGEST:] == _BY_CHANCE).all(axis=1))
    known: dict[str, int] = {}
    whose = [
        known.setdefault(author, len(known)) if (author := authors[number]) else -1 - number
        for number in short.tolist()
    ]
    digests = rows[short, :_DIGEST].view(np.uint64).ravel() ^ (np.array(whose, np.int64).view(np.uint64) * _PRIME)
    rows[short, :_DIGEST] = digests[:, None].view(np.uint8)
    _, first, node_of = np.unique(rows.view(f"S{WIDTH}").ravel(), return_index=True, return_inverse=True)
    return rows[first], node_of


def _sharing(places: Sketches, group_of: NDArray[np.intp], start: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of rows of two groups whose band from ``start`` on is the same, each row with at most 16 after it."""
    band = np.zeros((len(places), 8), np.uint8)
    band[:, :_BAND] = places[:, start : start + _BAND]
    # One number of the band's upper bits and the row: sorting plain numbers is ten times as fast as an argsort.
    bits = np.uint64(len(places).bit_length())
    numbers = np.arange(len(places), dtype=np.uint64)
    ordered = np.sort((band.view("<u8").ravel() * _PRIME >> bits << bits) | numbers)
    rows = (ordered & ~(~np.uint64(0) << bits)).astype(np.intp)
    ordered >>= bits
    groups_there = group_of[rows]
    first, second = [], []
    for apart in range(1, _NEIGHBOURS + 1):
        together = ordered[apart:] == ordered[:-apart]
        found = np.flatnonzero(together & (groups_there[apart:] != groups_there[:-apart]))
        first.append(rows[found])
        second.append(rows[found + apart])
    return np.concatenate(first), np.concatenate(second)


def _alike(places: Sketches, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether the two rows of each pair agree in a share of ALIKE of their places: no link without a look."""
    found = np.zeros(len(first), np.bool_)
    for start in range(0, len(first), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        agree = np.count_nonzero(places[first[part]] == places[second[part]], axis=1)
        found[part] = agree >= ALIKE * _PLACES
    return found


def _joined(group_of: NDArray[np.intp], first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.intp]:
    """The groups once the groups of each pair of nodes are one."""
    if not len(first):
        return group_of
    size = len(group_of)
    ones = np.ones(len(first), np.bool_)
    graph = coo_array((ones, (group_of[first], group_of[second])), shape=(size, size))
    merged: NDArray[np.intp] = connected_components(graph, directed=False)[1]
    return merged[group_of]


def _representatives(group_of: Sequence[int], keys: Sequence[Key]) -> list[int]:
    smallest: dict[int, int] = {}
    for number, group in enumerate(group_of):
        best = smallest.setdefault(group, number)
        if best != number and keys[number] < keys[best]:
            smallest[group] = number
    return [smallest[group] for group in group_of]
