"""Made-up remarks on made-up topics, so that themes are found in them without a model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from connectors.record import Feedback, Speaker
from mining import reading, schema
from mining.mention import VERSION, Mention
from mining.store import Pull, Store
from mining.taggers.base import Label
from mining.themes import lineages, table
from mining.themes.catalogue import catalogue, of_side
from mining.themes.update import Updated, update
from mining.work import Mined, put_mined
from tests.fakes import NOON, HashingEmbedder, fresh_store, keep, said, unit
from tests.store_behaviour import rows

EMBEDDER = HashingEmbedder(dimensions=256)


class Apart(HashingEmbedder):
    """Words of no language are near to no other words."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        made_up = [" ".join(word for word in text.split() if word.endswith("xq")) for text in texts]
        known = [" ".join(word for word in text.split() if not word.endswith("xq")) for text in texts]
        return unit(np.hstack([super(Apart, self).encode(part) for part in (known, made_up)]))


class Deaf(HashingEmbedder):
    """What holds no letter means nothing."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return super().encode([text if any(map(str.isalpha, text)) else "" for text in texts])


APART = Apart(dimensions=128)


KEPT = (
    schema.mention_themes,
    schema.themes,
    schema.theme_lineage,
    schema.theme_state,
    schema.theme_vectors,
    schema.copies,
)


TOPICS, EACH = 12, 8


def word(number: int) -> str:
    """A word of no language, and no catalogue."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    return f"{syllables[number % 70]}{syllables[number // 70]}xq"


def remarks(topic: int, count: int = EACH, begins: int = 0) -> list[str]:
    """What is said of a topic: four words that all say, and two of each one's own."""
    common = " ".join(word(4 * topic + place) for place in range(4))
    return [
        f"{common} {word(1000 + 100 * topic + 2 * at)} {word(1001 + 100 * topic + 2 * at)}"
        for at in range(begins, begins + count)
    ]


def about(topics: Iterable[int], count: int = EACH, begins: int = 0, **more: Any) -> list[Feedback]:
    """Remarks of so many people on each topic."""
    return [
        said(f"{topic}-{place}", text, **{"author": f"{topic}-{place}", **more})
        for topic in topics
        for place, text in enumerate(remarks(topic, count, begins), start=begins)
    ]


def bring_up(store: Store, **more: Any) -> Updated:
    """Nothing is claimed by the catalogue: all themes are found in the data."""
    return update(store, EMBEDDER, **{"catalogue": False, **more})


def found(store: Store) -> dict[str, str | None]:
    return {row.mention_id: row.found for row in rows(store, schema.mention_themes)}


def of(store: Store, topic: int) -> set[str | None]:
    """The themes that a topic's remarks are in."""
    return {theme for mention, theme in found(store).items() if mention.startswith(f"shop:{topic}-")}


def alive(store: Store) -> set[str]:
    with store.transaction() as connection:
        return set(table.found(connection))


def state(store: Store) -> list[Any]:
    return [rows(store, one) for one in KEPT]


def delete(store: Store, ids: Iterable[str]) -> None:
    with store.transaction() as connection:
        store.delete(connection, list(ids))


def events(store: Store, *names: str) -> list[tuple[str, str]]:
    return [(line.event, line.theme) for line in lineages.told(store) if line.event in names]


def in_pieces(store: Store, *pieces: tuple[str, str], id_: str = "1", speaker: Speaker = Speaker.CUSTOMER) -> None:
    """One feedback of several mentions, each with a sentiment."""
    item = said(id_, " ".join(text for text, _ in pieces))
    mentions, labels, start = [], [], 0
    for place, (text, sentiment) in enumerate(pieces):
        mentions.append(Mention(f"{item.id}#{place}", item.id, text, speaker, start, start + len(text), "en"))
        told = {"sentiment": sentiment, "intent": "complaint", "touchpoint": "none"}
        labels.append({task: Label(value, 0.9, f"{task}@1") for task, value in told.items()})
        start += len(text) + 1
    store.put_page(Pull("shop|", "shop", {}), [item], {})
    put_mined(store, Mined([item.id], mentions, labels, EMBEDDER.encode([text for text, _ in pieces])), VERSION)


def made_here() -> str:
    """What a store of all topics holds, in one line."""
    with fresh_store() as store:
        keep(store, *about(range(TOPICS)))
        bring_up(store, now=NOON)
        return digest(store)


def digest(store: Store) -> str:
    """One line for all that is kept."""
    told = [[tuple(row) for row in rows(store, one)] for one in KEPT]
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


EXAMPLES = [
    (theme.id, text, side)
    for side, sentiment in (("pain", "negative"), ("praise", "positive"))
    for theme in of_side(side)[::8]
    for text in theme.examples["en"][:2]
]


def claimed(store: Store) -> dict[str, tuple[str | None, float]]:
    return {
        row.mention_id: (row.found, row.score) for row in rows(store, schema.mention_themes) if row.found in catalogue()
    }


def examples(store: Store, order: Iterable[int]) -> None:
    for number in order:
        _, text, side = EXAMPLES[number]
        keep(store, said(str(number), text), sentiment="negative" if side == "pain" else "positive", touchpoint="none")


def refound(store: Store, topic: int, themes: Sequence[str]) -> None:
    """As if an earlier grouping had put a topic's remarks there."""
    with store.transaction() as connection:
        moved = [(f"shop:{topic}-{place}#0", themes[place % len(themes)]) for place in range(EACH)]
        table.refound(connection, moved)
        table.move(connection, moved)


def in_sql(store: Store) -> dict[str | None, tuple[int, int, int, int]]:
    """Feedback, mentions, authors and unique items by theme, as the database counts them."""
    held, mentions, feedback, copies = schema.mention_themes, schema.mentions, schema.feedback, schema.copies
    first = func.coalesce(copies.c.first, feedback.c.id)
    wanted = (
        select(
            held.c.theme,
            func.count(feedback.c.id.distinct()),
            func.count(),
            func.count(feedback.c.author.distinct()),
            func.count(first.distinct()),
        )
        .select_from(
            held.join(mentions, mentions.c.id == held.c.mention_id)
            .join(feedback, feedback.c.id == mentions.c.feedback_id)
            .outerjoin(copies, copies.c.feedback_id == feedback.c.id)
        )
        .group_by(held.c.theme)
    )
    with store.transaction() as connection:
        return {theme: tuple(counts) for theme, *counts in connection.execute(wanted)}


def told(counts: reading.Counts) -> tuple[int, int, int, int]:
    return counts.feedback, counts.mentions, counts.authors, counts.unique


def weeks_ago(weeks: int, topic: int, count: int = EACH, begins: int = 0) -> list[Feedback]:
    return about([topic], count, begins, said_at=NOON - timedelta(weeks=weeks))
