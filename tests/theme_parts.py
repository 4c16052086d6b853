"""What tests of the parts of themes share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mining.themes import grams, naming
from mining.themes.catalogue import SIDES, Theme, catalogue
from mining.themes.claims import Added, Claimer, Claims
from mining.themes.clusters import Clusters
from mining.themes.held import Remarks
from mining.themes.naming import Background, Naming
from mining.themes.space import space_of
from tests.fakes import HashingEmbedder, unit

Floats = NDArray[np.float32]


rule = settings(max_examples=25, deadline=None)


EMBEDDER = HashingEmbedder(dimensions=256)


SPACE = space_of(EMBEDDER)


def encode(texts: Sequence[str]) -> Floats:
    return SPACE.of(EMBEDDER.encode(list(texts)))


def drawn(seed: int, rows: int, width: int, spread: float = 0) -> Floats:
    """Rows of unit length; with a spread some places weigh many times as much as others."""
    random = np.random.default_rng(seed)
    made = random.standard_normal((rows, width)) * np.exp(spread * random.standard_normal((rows, width)))
    return unit(made.astype(np.float32))


def compared(vectors: Floats, k: int, rows: int | None = None) -> tuple[NDArray[np.int64], Floats]:
    """The first rows compared with all: the nearest first, of equally near ones the first."""
    near = vectors[:rows] @ vectors.T
    np.fill_diagonal(near, -2)
    near = near.round(4)
    places = np.argsort(-near, axis=1, kind="stable")[:, :k]
    return places, np.maximum(np.take_along_axis(near, places, axis=1), 0)


def alike(*texts: str) -> list[list[float]]:
    count = len(texts)
    first, second = np.repeat(np.arange(count), count), np.tile(np.arange(count), count)
    said = grams.alike(grams.rows(texts), first, second)
    return [[round(float(one), 4) for one in row] for row in said.reshape(count, count)]


TOPICS, EACH = 18, 12


def planted(odd: int = 30) -> tuple[Floats, list[str], NDArray[np.int64]]:
    """Vectors around the middles of topics, beside odd ones far from all; texts that share no word; the topics."""
    random = np.random.default_rng(11)
    topics, middles = np.repeat(np.arange(TOPICS), EACH), drawn(10, TOPICS, 128)
    near = middles[topics] + 0.03 * random.standard_normal((TOPICS * EACH, 128))
    far = random.standard_normal((odd, 128))
    far -= far @ np.linalg.pinv(middles) @ middles
    vectors = unit(np.concatenate([near, far]).astype(np.float32))
    return vectors, [f"remark{row}" for row in range(len(vectors))], np.concatenate([topics, np.full(odd, -1)])


def members(found: Clusters) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(found.of == number).tolist()) for number in range(len(found))}


EMPTY = sorted(word for word in naming.empty_words() if " " not in word)


THINGS = ["courier", "parcel", "fridge", "sleeve", "משלוח", "ארנק", "بسته", "کارتن", "Acme", "globex", "ACME's"]


BRANDS = frozenset({"acme", "globex"})


def named(texts: Sequence[str], language: str = "en", side: str = "pain", **more: Any) -> Naming:
    centre = unit(encode(texts).sum(axis=0, keepdims=True))[0]
    background = Background(**more)
    background.add(texts)
    return naming.name(texts, [language] * len(texts), centre, side, background, encode)


class Model:
    """Encoders that look alike: what was asked of one must not be answered with another's vectors."""

    def __init__(self, dimensions: int) -> None:
        self.embedder = HashingEmbedder(dimensions=dimensions)

    def __hash__(self) -> int:
        return 1

    def __call__(self, texts: Sequence[str]) -> Floats:
        return self.embedder.encode(texts)


WORDS = sorted({word for theme in catalogue().values() for text in theme.examples["en"] for word in text.split()})


SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


REMARK = st.tuples(SAID, st.sampled_from([*SIDES, "none"]), st.sampled_from(["app", "delivery", "none", None]))


EXAMPLES = [
    (theme.id, theme.side, text) for theme in catalogue().values() for said in theme.examples.values() for text in said
]


def claims(claimer: Claimer, *remarks: tuple[str, str, str | None]) -> Claims:
    texts, sides, touchpoints = zip(*remarks, strict=True)
    return claimer.claims(Remarks(encode(texts), sides, touchpoints, texts))


def squeak(id_: str = "squeak", side: str = "pain", within: str | None = None, **more: Any) -> Added:
    examples = {"any": tuple(more.pop("examples", ()))}
    return Added(Theme(id_, side, {"en": id_}, examples=examples, origin="added"), within=within, **more)


def parted(
    added: list[Added], *remarks: tuple[str, str, str | None], vectors: dict[str, Any] | None = None
) -> list[str | None]:
    """The themes of remarks once what was split off is taken out of what claims them."""
    claimer = Claimer(SPACE, encode, added, vectors)
    texts, sides, touchpoints = map(list, zip(*remarks, strict=True))
    said = Remarks(encode(texts), sides, touchpoints, texts)
    return claimer.parted(said, claimer.claims(said).themes, lambda theme: (theme,) if theme else ())
