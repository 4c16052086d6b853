"""Stand-ins that make tests quick and exact: a hashing model, an index in memory, a source that is a list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from connectors.base import Page, Reject, Window
from connectors.record import Channel, Feedback, Speaker
from embeddings.base import Embedder, Encoded, Hit, Part
from mining.database import open_engine
from mining.mention import VERSION, Mention
from mining.store import Pull, Store
from mining.taggers.base import Label
from mining.taxonomy import TASKS, values
from mining.work import Mined, put_mined

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
KEY = bytes(range(32))


def said(native_id: str, text: str = "The parcel came late.", **more: Any) -> Feedback:
    """A review of the source "shop", said at noon of 2 November 2026."""
    given = {"source": "shop", "channel": Channel.REVIEW, "said_at": NOON, "fetched_at": NOON + timedelta(days=1)}
    return Feedback(native_id=native_id, text=text, **{**given, **more})


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of unit length; a row of zeros stays so."""
    made: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return made


class HashingEmbedder:
    """Each word adds one to a place that its checksum chooses: texts that share words are near."""

    def __init__(self, name: str = "hashing@1", dimensions: int = 64) -> None:
        self.name = name
        self.dimensions = dimensions

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        made = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                made[row, crc32(word.encode()) % self.dimensions] += 1
        return unit(made)


class HashingReader:
    """Vectors as above; for every task the class that the text's checksum chooses."""

    name = "hashing-reader@1"

    def __init__(self, embedder: Embedder | None = None, version: str = "1") -> None:
        self.embedder = embedder or HashingEmbedder()
        self.version = version
        self.dimensions = self.embedder.dimensions
        self.classes: Mapping[str, tuple[str, ...]] = {task: values(task) for task in TASKS}
        self.temperatures: Mapping[str, Mapping[str, float]] = {}
        self.parts: Sequence[Part] = ()

    def read(self, texts: Sequence[str]) -> Encoded:
        scores = {task: np.zeros((len(texts), len(classes)), np.float32) for task, classes in self.classes.items()}
        for task, table in scores.items():
            for row, text in enumerate(texts):
                table[row, crc32(f"{task} {text}".encode()) % table.shape[1]] = 4
        return Encoded(self.embedder.encode(texts), scores)


class MemoryIndex:
    """Vectors in a dictionary, and the nearest by comparing with all of them."""

    def __init__(self, model: str = "hashing@1") -> None:
        self.model = model
        self.held: dict[str, NDArray[np.float32]] = {}

    def upsert(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        facets: Sequence[Mapping[str, str]] | None = None,
    ) -> None:
        self.held.update(zip(ids, vectors, strict=True))

    def delete(self, ids: Collection[str]) -> None:
        for one in ids:
            self.held.pop(one, None)

    def nearest(self, vector: NDArray[np.float32], k: int, among: Collection[str] | None = None) -> list[Hit]:
        chosen = self.held if among is None else {one: self.held[one] for one in among if one in self.held}
        hits = [Hit(one, float(held @ vector)) for one, held in chosen.items()] if vector.any() else []
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:k]

    def ids(self) -> set[str]:
        return set(self.held)

    def count(self) -> int:
        return len(self.held)

    def clear(self) -> None:
        self.held.clear()


class Listed:
    """A source whose pages are given; its cursor counts the pages that were stored."""

    def __init__(self, *pages: Sequence[Feedback | Reject], name: str = "shop") -> None:
        self.name = name
        self.pages = pages

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        start = cursor.get("pages", 0)
        for place in range(start if isinstance(start, int) else 0, len(self.pages)):
            yield Page(self.pages[place], {"v": 1, "pages": place + 1}, done=(place + 1) / len(self.pages))

    def retry(self, reject: Reject) -> Feedback | Reject:
        return said(reject.where, reject.raw) if reject.raw.startswith("{") else reject


def understood(*items: Feedback, version: str = "1", sentiment: str = "negative", **labels: str) -> Mined:
    """What a miner would give: the whole text is one mention with the labels given, and a vector."""
    by_task = {"stage": "purchase", "intent": "complaint", "effort": "high", "touchpoint": "delivery", **labels}
    chosen = {
        task: Label(value, 0.9, f"{task}@{version}") for task, value in {**by_task, "sentiment": sentiment}.items()
    }
    mentions = [
        Mention(f"{item.id}#0", item.id, item.text, Speaker.CUSTOMER, 0, len(item.text), item.language or "en")
        for item in items
    ]
    vectors = HashingEmbedder().encode([item.text for item in items])
    return Mined([item.id for item in items], mentions, [chosen] * len(items), vectors)


def keep(store: Store, *items: Feedback, **labels: str) -> None:
    """Store items and what :func:`understood` makes of them."""
    store.put_page(Pull("shop|", "shop", {}), items, {})
    put_mined(store, understood(*items, **labels), VERSION)


@contextmanager
def fresh_store() -> Iterator[Store]:
    """An empty store in memory, for tests that need many."""
    store = Store(open_engine("sqlite://")).open()
    yield store
    store.close()
