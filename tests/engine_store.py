"""A small store and somebody who asks: what tests of answers share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from assistant.answer import Answer
from assistant.engine import Engine
from assistant.question import Asker
from connectors.record import Feedback
from mining import reading
from mining.mention import VERSION
from mining.names import Catalogue
from mining.store import Pull, Store
from mining.themes.catalogue import Theme, catalogue
from mining.themes.update import update
from mining.work import put_mined
from tests.fakes import HashingEmbedder, said, understood

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ASKER = Asker(TODAY)
LATE, DECLINED = catalogue()["late_delivery"], catalogue()["card_declined_at_checkout"]
ODD = "zxqv wklj pqrtz mnbvk ghfdx"
"""Words that come near to no theme."""

EMBEDDER = HashingEmbedder(dimensions=256)


def examples(theme: Theme) -> list[str]:
    """How people say it: English first, Hebrew last."""
    return [text for language in ("en", "fa", "he") for text in theme.examples[language]]


def engine_of(store: Store) -> Engine:
    """An engine over a store whose mentions have their themes."""
    update(store, EMBEDDER)
    return Engine(store, lambda: NOW, lambda: EMBEDDER)


def saying(theme: Theme, count: int, first: int = 0, **more: Any) -> list[Feedback]:
    """Remarks that come near to a theme, each by a person of their own; ``first`` numbers the first of them."""
    every = examples(theme)
    return [
        said(f"{theme.id}{place}", f"{every[place % len(every)]} {place}", **{"author": f"{theme.id} {place}", **more})
        for place in range(first, first + count)
    ]


def late(count: int, first: int = 0, **more: Any) -> list[Feedback]:
    """Remarks that come near to "late delivery", each by a person of their own."""
    return saying(LATE, count, first, **more)


def on(day: int, month: int = 11, hour: int = 12) -> datetime:
    """An hour of a day of 2026, UTC."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def keep_parts(store: Store, item: Feedback, *parts: tuple[str, dict[str, str]]) -> None:
    """Store one feedback that says several things: words of its text, each with labels of its own."""
    every = []
    for number, (words, labels) in enumerate(parts):
        mined = understood(item, **labels)
        start = item.text.index(words)
        mention = replace(mined.mentions[0], id=f"{item.id}#{number}", text=words, start=start, end=start + len(words))
        every.append(replace(mined, mentions=[mention]))
    store.put_page(Pull("shop|", "shop", {}), [item], {})
    whole = replace(
        every[0],
        mentions=[one.mentions[0] for one in every],
        labels=[one.labels[0] for one in every],
        vectors=np.concatenate([one.vectors for one in every]),
    )
    put_mined(store, whole, VERSION)


def keep_named(store: Store, names: Catalogue, *items: Feedback, **labels: str) -> None:
    """Store items, what they mean, and the names of a catalogue that they hold."""
    store.put_page(Pull("shop|", "shop", {}), items, {})
    mined = understood(*items, **labels)
    named = names.find([mention.text for mention in mined.mentions])
    put_mined(store, replace(mined, names=named, named_by=names.version), VERSION)


def is_as_counted(store: Store, answer: Answer) -> None:
    """Every figure of an answer comes out the same when its query is run again as SQL."""
    for figure in answer.figures:
        query, value, at = reading.recall(store, figure.query)
        rows = reading.heard(store, query)
        assert reading.counts(rows).of(figure.unit) == figure.value, (figure, query.filters.spec())
        assert value == reading.counts(rows).feedback
        assert at == NOW
