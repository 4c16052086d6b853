"""The nearest neighbours of every vector among all, in numpy alone: exact for some thousands, by cells for more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from embeddings.bag import unit

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Up to so many rows all pairs are compared.
_ALL_PAIRS = 4_000
# Rows are looked for in so many of the nearest cells. A cell holds about as many rows as there are cells.
_CELLS_LOOKED_IN = 30
_ROUNDS = 2  # in which the cells' middles are moved to the mean of their rows
_ROWS_AT_ONCE = 512


def neighbours(vectors: Floats, k: int) -> tuple[Ints, Floats]:
    """For each row the places of its k nearest others, (n, k), and their cosines, (n, k), the nearest first.

    With cells a few far neighbours are missed (one in a hundred at 13,000 rows); places are -1 and cosines 0 where
    there are fewer than k others. Rows must stand in an order that has nothing to do with their arrival: it decides
    ties.
    """
    n = len(vectors)
    places, cosines = np.full((n, k), -1, np.int64), np.zeros((n, k), np.float32)
    if n < 2 or k < 1:
        return places, cosines
    everything = np.arange(n)
    cells = [(everything, everything)] if n <= _ALL_PAIRS else _cells(vectors)
    for rows, among in cells:
        held = vectors[among]
        for at in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[at : at + _ROWS_AT_ONCE]
            places[part], cosines[part] = _nearest(vectors[part] @ held.T, part, among, k)
    return places, cosines


def _nearest(near: Floats, rows: Ints, among: Ints, k: int) -> tuple[Ints, Floats]:
    near[rows[:, None] == among[None, :]] = -2
    # One processor adds in another order than the next: the last digits must not decide who is a neighbour.
    np.round(near, 4, out=near)
    most = min(k, len(among) - 1)
    places, cosines = np.full((len(rows), k), -1, np.int64), np.zeros((len(rows), k), np.float32)
    if most < 1:
        return places, cosines
    # Less than a last digit goes to the place, so that no two are equal: which of equals is chosen is said nowhere.
    ranks = np.arange(len(among)) * (1e-5 / len(among)) - near
    found = np.argpartition(ranks, most - 1, axis=1)[:, :most]
    order = np.argsort(np.take_along_axis(ranks, found, axis=1), axis=1)
    found = np.take_along_axis(found, order, axis=1)
    cosines[:, :most] = np.maximum(np.take_along_axis(near, found, axis=1), 0)
    places[:, :most] = among[found]
    return places, cosines


def _cells(vectors: Floats) -> list[tuple[Ints, Ints]]:
    """The rows in cells, and for each cell those of the cells nearest to it: Lloyd's k-means, stopped early."""
    n = len(vectors)
    count = round(n**0.5)
    middles = vectors[np.linspace(0, n - 1, count).astype(np.int64)]
    cell = _closest(vectors, middles)
    for _ in range(_ROUNDS):
        middles = means(vectors, cell, count)
        cell = _closest(vectors, middles)
    members = [np.flatnonzero(cell == one) for one in range(count)]
    closest = np.argsort(-(middles @ middles.T).round(4), axis=1, kind="stable")[:, :_CELLS_LOOKED_IN]
    return [
        (rows, np.sort(np.concatenate([members[one] for one in closest[number]])))
        for number, rows in enumerate(members)
        if len(rows)
    ]


def _closest(vectors: Floats, middles: Floats) -> Ints:
    parts = [(vectors[at : at + 4096] @ middles.T).round(4).argmax(axis=1) for at in range(0, len(vectors), 4096)]
    return np.concatenate(parts)


def means(vectors: Floats, of: Ints, count: int) -> Floats:
    """The mean of each group's rows, (count, width), of unit length; ``of`` is each row's group, -1 for none."""
    rows = np.flatnonzero(of >= 0)
    which = csr_array((np.ones(len(rows), np.float32), (of[rows], rows)), shape=(count, len(vectors)))
    return unit(np.asarray(which @ vectors, np.float32))
