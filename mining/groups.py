"""Remarks about the same thing, under one name: each mention goes to the phrase whose examples it comes nearest to.

A deterministic first grouping: phrases and their examples in three languages are data (``mining/phrases/*.toml``),
nearness is cosine in the embedder's space, and a mention that comes near to none stays without a name and is
counted as such. Nothing depends on the order of the mentions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.base import Embedder
from mining.filters import Filters
from mining.reading import Counts, Heard, Query, counts, heard
from mining.store import Store

# A mention nearer than this to a phrase says the same. These four were chosen on the demo's planted stories.
NEAR = 0.38
# Nearness is the cosine to the nearest example, and for the rest to the mean of all examples.
_NEAREST = 0.6
# How much of the feedback's other mentions in the same selection goes into a mention's vector.
_CONTEXT = 0.5
# What an agreeing touchpoint label is worth, in cosine: it parts look-alikes such as a late delivery and a late reply.
_TOUCHPOINT_AGREES = 0.06
# Below this many feedback items a group is shown, but said to be small.
SMALL = 5


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pain or a delight: its names by language, where it happens, and how people say it."""

    id: str
    names: Mapping[str, str]
    touchpoints: tuple[str, ...]
    examples: tuple[str, ...]

    def name(self, language: str) -> str:
        """The name in a language, English where there is none."""
        return self.names.get(language, self.names["en"])


@dataclass(frozen=True, slots=True)
class Group:
    """Mentions under one phrase; ``near`` holds each one's cosine to it. ``phrase`` is None for the rest."""

    phrase: Phrase | None
    mentions: tuple[Heard, ...]
    near: tuple[float, ...]
    counts: Counts


@cache
def phrases(kind: str) -> tuple[Phrase, ...]:
    """The phrase bank of a kind: "pains" or "praises"."""
    table = tomllib.loads((files("mining") / "phrases" / f"{kind}.toml").read_text(encoding="utf-8"))
    return tuple(
        Phrase(
            entry["id"],
            entry["name"],
            tuple(entry["touchpoints"]),
            tuple(example for language in sorted(entry["examples"]) for example in entry["examples"][language]),
        )
        for entry in table["phrase"]
    )


# Vectors of a bank's examples, where each phrase's begin, and each phrase's mean.
_Examples = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]


class Grouper:
    """Groups mentions by the nearest phrase; the examples' vectors are made once per process."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._examples: dict[str, _Examples] = {}

    def group(self, rows: Sequence[Heard], kind: str) -> list[Group]:
        """Groups, largest first: unique feedback, then all feedback, then the phrase's id; the unnamed rest last."""
        if not rows:
            return []
        bank = phrases(kind)
        near = self._nearness(rows, bank, kind)
        best = near.argmax(axis=1)
        score = near[np.arange(len(rows)), best]
        chosen = np.where(score >= NEAR, best, -1)
        groups = [
            _group(bank[place] if place >= 0 else None, rows, score, np.flatnonzero(chosen == place))
            for place in np.unique(chosen).tolist()
        ]
        return sorted(groups, key=_rank)

    def _nearness(self, rows: Sequence[Heard], bank: Sequence[Phrase], kind: str) -> NDArray[np.float32]:
        """(rows, phrases): how near each mention is to each phrase, with the touchpoint's say."""
        examples, starts, centres = self._bank(bank, kind)
        vectors = self._in_context(rows)
        nearest = np.maximum.reduceat(vectors @ examples.T, starts, axis=1)
        touchpoints = [row.labels.get("touchpoint") for row in rows]
        agrees = np.array([[touchpoint in phrase.touchpoints for phrase in bank] for touchpoint in touchpoints])
        near = _NEAREST * nearest + (1 - _NEAREST) * (vectors @ centres.T) + _TOUCHPOINT_AGREES * agrees
        return near.astype(np.float32)

    def _in_context(self, rows: Sequence[Heard]) -> NDArray[np.float32]:
        """Each mention's vector with some of what the same feedback says beside it: "And again." is about the same."""
        vectors = self._embedder.encode([row.text for row in rows])
        ids, of = np.unique([row.feedback_id for row in rows], return_inverse=True)
        around = np.zeros((len(ids), vectors.shape[1]), np.float32)
        np.add.at(around, of, vectors * np.sqrt([[len(row.text.split())] for row in rows]).astype(np.float32))
        return _unit(vectors + _CONTEXT * _unit(around)[of])

    def _bank(self, bank: Sequence[Phrase], kind: str) -> _Examples:
        if kind not in self._examples:
            vectors = self._embedder.encode([example for phrase in bank for example in phrase.examples])
            starts = np.cumsum([0, *(len(phrase.examples) for phrase in bank[:-1])])
            self._examples[kind] = vectors, starts, _unit(np.add.reduceat(vectors, starts, axis=0))
        return self._examples[kind]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return scaled


def _group(
    phrase: Phrase | None, rows: Sequence[Heard], score: NDArray[np.float32], places: NDArray[np.int64]
) -> Group:
    # Best examples first, so that the first quote is the plainest one.
    order = sorted(places.tolist(), key=lambda place: (-round(float(score[place]), 4), rows[place].mention_id))
    members = tuple(rows[place] for place in order)
    return Group(phrase, members, tuple(float(score[place]) for place in order), counts(members))


def _rank(group: Group) -> tuple[bool, int, int, str]:
    name = group.phrase.id if group.phrase else ""
    return group.phrase is None, -group.counts.unique, -group.counts.feedback, name


@dataclass(frozen=True, slots=True)
class Theme:
    """A group over all time: what ``overheard themes`` lists."""

    id: str
    title: str
    kind: str
    group: Group

    @property
    def first_seen(self) -> datetime:
        """When it was first said."""
        return min(mention.said_at for mention in self.group.mentions)

    @property
    def last_seen(self) -> datetime:
        """When it was last said."""
        return max(mention.said_at for mention in self.group.mentions)

    def as_json(self, *, members: bool) -> dict[str, Any]:
        """The stable shape of a theme."""
        counts = self.group.counts
        shown: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "titles": dict(self.group.phrase.names) if self.group.phrase else {},
            "kind": self.kind,
            "mentions": counts.mentions,
            "feedback": counts.feedback,
            "authors": counts.authors,
            "first_seen": self.first_seen.isoformat(),
            "last_seen": self.last_seen.isoformat(),
        }
        if members:
            shown["members"] = [
                {"mention_id": mention.mention_id, "feedback_id": mention.feedback_id}
                for mention in self.group.mentions
            ]
        return shown


def overview(store: Store, grouper: Grouper) -> tuple[list[Theme], int]:
    """All pains and praises over all time, largest first, and the number of mentions with a feeling but no theme."""
    themes, unthemed = [], 0
    for kind, sentiments in (("pains", ("negative", "mixed")), ("praises", ("positive",))):
        for group in grouper.group(heard(store, Query(Filters(sentiment=sentiments))), kind):
            if group.phrase:
                themes.append(Theme(group.phrase.id, group.phrase.name("en"), kind.removesuffix("s"), group))
            else:
                unthemed += group.counts.mentions
    return sorted(themes, key=lambda theme: (-theme.group.counts.feedback, theme.id)), unthemed
