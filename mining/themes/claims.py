"""Which theme of the catalogue, or of those that people added, claims a remark: the likeliest, if it is likely enough.

With the shipped models a small network has learnt the catalogue's themes from labelled remarks
(``python -m mining.training.themes``), and a claim's score is the chance that the theme is meant. With another
embedder, and for themes that people add, nearness to examples decides, and the score is a cosine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.bag import unit
from mining.themes import grams
from mining.themes.catalogue import SIDES, Theme, of_side
from mining.themes.held import Remarks
from mining.themes.space import Floats, Space

RULES = 1
"""Raised when the same remark may be claimed by another theme though weights and themes are the same."""

# The chance from which a theme claims a remark, and from which it takes it from no other: chosen on labelled remarks
# that no weight was learnt from, see docs/themes.md.
LIKELY = 0.3
# Nearness to a theme: this part the cosine to the nearest example, the rest to the mean of all.
_NEAREST = 0.6
SHARPNESS = 8.0
"""What vectors of unit length are multiplied by before the network sees them."""
# What an agreeing touchpoint label adds: to a cosine, and to the logarithm of a chance.
_AGREES, _AGREES_LOG = 0.06, 0.7
# Examples told from the rest of their own theme: the nearness that so many of them have is what a claim needs.
_NEAR_QUANTILE = 0.35
# Whatever the examples say, a claim by nearness needs this.
_LEAST_NEAR = 0.38


@dataclass(frozen=True, slots=True)
class Added:
    """A theme that people made. Remarks come to it by its words, by nearness to its examples, or to its members.

    ``words`` are looked for as they stand, in one spelling. ``members`` are mention ids. ``within`` names the theme
    that it was split from: it claims nothing else.
    """

    theme: Theme
    words: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    within: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """For n remarks the theme's id or None, the score, (n,), and how much the next best theme is behind, (n,).

    ``told`` is by side: the rows of that side, (m,), the ids of its themes, and the score of each, (m, themes).
    """

    themes: list[str | None]
    scores: Floats
    margins: Floats
    told: Mapping[str, tuple[NDArray[np.int64], tuple[str, ...], Floats]]

    def of(self, row: int, side: str, theme: str) -> float:
        """The score of one theme for one remark; 0 for a theme that people added."""
        rows, ids, scores = self.told[side]
        return float(scores[np.searchsorted(rows, row), ids.index(theme)]) if theme in ids else 0.0


class Claimer:
    """The catalogue and what was added to it, ready to claim.

    Args:
        space: where the remarks' vectors lie.
        encode: gives vectors of texts in that space; asked for only if there are examples to be compared with.
        added: themes that people made, in the order in which they were made.
        member_vectors: vectors in the space by mention id, for the members that are still there.
        catalogue: whether the themes that ship take part.
    """

    def __init__(
        self,
        space: Space,
        encode: Callable[[Sequence[str]], Floats],
        added: Sequence[Added] = (),
        member_vectors: Mapping[str, Floats] | None = None,
        *,
        catalogue: bool = True,
    ) -> None:
        self._space = space
        self._encode = encode
        self._added = tuple(added)
        self._members = member_vectors or {}
        self._catalogue = catalogue

    @cached_property
    def version(self) -> str:
        """Of the rules, the space and every theme that may claim; another one means that all is claimed anew."""
        ids = [theme.id for side in SIDES for theme in self._themes(side)]
        told = [
            (one.theme.id, one.theme.side, one.theme.examples, one.words, one.members, one.within)
            for one in self._added
        ]
        digest = hashlib.blake2b(json.dumps([ids, told], ensure_ascii=False).encode(), digest_size=6).hexdigest()
        return f"{RULES}.{digest}/{self._space.by}/{self._space.learnt}"

    def _themes(self, side: str) -> tuple[Theme, ...]:
        return of_side(side) if self._catalogue else ()

    def claims(self, remarks: Remarks) -> Claims:
        """What is claimed of some remarks; a remark's claim depends on nothing but itself."""
        found: NDArray[np.object_] = np.full(len(remarks), None, object)
        scores, margins = np.zeros(len(remarks), np.float32), np.zeros(len(remarks), np.float32)
        told: dict[str, tuple[NDArray[np.int64], tuple[str, ...], Floats]] = {}
        for side in SIDES:
            rows = np.array([row for row, one in enumerate(remarks.sides) if one == side], np.int64)
            themes = self._themes(side)
            if not len(rows) or not themes:
                continue
            chance, least = self._chances(side, remarks, rows)
            told[side] = rows, tuple(theme.id for theme in themes), chance.copy()
            best = chance.argmax(axis=1)
            scores[rows] = chance[np.arange(len(rows)), best]
            chance[np.arange(len(rows)), best] = -1
            margins[rows] = scores[rows] - np.maximum(chance.max(axis=1), 0)
            ids = np.array([theme.id for theme in themes], object)
            found[rows] = np.where(scores[rows].round(4) >= least, ids[best], None)
        for one in self._added:
            if one.within is None:
                self._take(one, remarks, found, [True] * len(remarks), scores, margins)
        return Claims(found.tolist(), scores, margins, told)

    def parted(
        self, remarks: Remarks, themes: Sequence[str | None], under: Callable[[str | None], Sequence[str]]
    ) -> list[str | None]:
        """The themes of remarks once what people split off is taken out.

        ``under`` tells a theme and all that it counts under: one whose parent was merged away stays split off.
        """
        found: NDArray[np.object_] = np.array([*themes, None], object)[:-1]
        spare = np.zeros(len(remarks), np.float32)
        for one in self._added:
            if one.within is not None:
                within = [one.within in under(theme) for theme in found.tolist()]
                self._take(one, remarks, found, within, spare, spare)
        parted: list[str | None] = found.tolist()
        return parted

    def _chances(self, side: str, remarks: Remarks, rows: NDArray[np.int64]) -> tuple[Floats, float]:
        """(rows, themes of the side): the score of each, and the least that claims."""
        themes = self._themes(side)
        vectors = remarks.vectors[rows]
        agrees = np.array([[remarks.touchpoints[row] in theme.touchpoints for theme in themes] for row in rows])
        space = self._space
        if not space.layers or not {theme.id for theme in themes} <= set(space.ids):
            near, least = self._near[side]
            return near(vectors) + np.float32(_AGREES) * agrees.astype(np.float32), least
        place = {id_: row for row, id_ in enumerate(space.ids)}
        columns = [place[theme.id] for theme in themes] + [place[f"no {side}"]]
        logs = _network(vectors, space.layers)[:, columns]
        logs[:, :-1] += _AGREES_LOG * agrees
        chance = np.exp(logs - logs.max(axis=1, keepdims=True))
        return (chance / chance.sum(axis=1, keepdims=True))[:, :-1].astype(np.float32), LIKELY

    @cached_property
    def _near(self) -> dict[str, tuple[Callable[[Floats], Floats], float]]:
        """By side: what gives the nearness of vectors to each theme, and the nearness that a claim needs."""
        return {side: self._nearness([list(_said(theme)) for theme in self._themes(side)]) for side in SIDES}

    def _nearness(self, examples: Sequence[Sequence[str]]) -> tuple[Callable[[Floats], Floats], float]:
        vectors = self._encode([text for said in examples for text in said])
        starts = np.cumsum([0, *map(len, examples[:-1])])
        return nearness(vectors, starts), _usual(vectors, starts)

    @cached_property
    def _least_near(self) -> float:
        return self._near["pain"][1] if self._catalogue else _LEAST_NEAR

    def _take(
        self,
        one: Added,
        remarks: Remarks,
        found: NDArray[np.object_],
        within: Sequence[bool],
        scores: Floats,
        margins: Floats,
    ) -> None:
        """Give an added theme the remarks that are its own; it goes before the catalogue, later ones before earlier."""
        open_to = np.array(
            [side == one.theme.side and inside for side, inside in zip(remarks.sides, within, strict=True)]
        )
        rows = np.flatnonzero(open_to)
        if not len(rows):
            return
        near = np.zeros(len(rows), np.float32)
        least = 2.0
        held = [self._members[id_][None] for id_ in one.members if id_ in self._members]
        examples = [text for said in one.theme.examples.values() for text in said]
        if examples:
            held.append(self._encode(examples))
        if held:
            near = nearness(np.concatenate(held), np.zeros(1, np.int64))(remarks.vectors[rows])[:, 0]
            least = self._least_near
        wanted = [" ".join(grams.words(word)) for word in one.words]
        said = (
            np.array([_says(remarks.texts[row], wanted) for row in rows.tolist()])
            if any(wanted)
            else np.zeros(len(rows), bool)
        )
        taken = said | (near.round(4) >= least)
        found[rows[taken]] = one.theme.id
        scores[rows[taken]] = np.where(said, 1, near)[taken]
        margins[rows[taken]] = scores[rows[taken]]


def _network(vectors: Floats, layers: Sequence[Floats]) -> Floats:
    """(n, ids): what the network that learnt the themes says; its bend is GELU by tanh (Hendrycks and Gimpel, 2016)."""
    first, shift, last, end = layers
    inner = vectors @ (SHARPNESS * first) + shift
    bent = 0.5 * inner * (1 + np.tanh(np.float32(0.7978845608) * (inner + np.float32(0.044715) * inner**3)))
    said: Floats = bent @ last + end
    return said


def nearness(vectors: Floats, starts: NDArray[np.int64]) -> Callable[[Floats], Floats]:
    """How near remarks are to groups of examples, which begin at ``starts``: from (n, width) to (n, groups)."""
    middles = unit(np.add.reduceat(vectors, starts, axis=0))

    def near(remarks: Floats) -> Floats:
        nearest = np.maximum.reduceat(remarks @ vectors.T, starts, axis=1)
        both: Floats = np.float32(_NEAREST) * nearest + np.float32(1 - _NEAREST) * (remarks @ middles.T)
        return both

    return near


def _usual(vectors: Floats, starts: NDArray[np.int64]) -> float:
    """How near examples are to the rest of their own group: what most of them reach."""
    ends = [*starts[1:].tolist(), len(vectors)]
    told = []
    for start, end in zip(starts.tolist(), ends, strict=True):
        for row in range(start, end if end - start > 1 else start):
            others = np.concatenate([vectors[start:row], vectors[row + 1 : end]])
            told.append(nearness(others, np.zeros(1, np.int64))(vectors[row : row + 1]))
    return max(_LEAST_NEAR, float(np.quantile(np.concatenate(told), _NEAR_QUANTILE)) if told else 0.0)


def _said(theme: Theme) -> Sequence[str]:
    return [text for language in sorted(theme.examples) for text in theme.examples[language]]


def _says(text: str, wanted: Sequence[str]) -> bool:
    said = f" {' '.join(grams.words(text))} "
    return any(f" {one} " in said for one in wanted if one)
