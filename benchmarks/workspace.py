"""A workspace as large as a company's: two years of made-up feedback, written straight into the tables.

``python -m benchmarks.workspace --home DIR [--feedback 200000]`` fills an empty workspace with so many items and twice as
many mentions of customers: themes of the shipped catalogue, few of them often and most of them seldom, more from month
to month and less at weekends, five channels, three languages, known authors for a third, re-posts, ratings, segments and
names. No model has read any of it, labels are drawn with the themes; the same seed gives the same workspace.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table

from assistant.wiring import Workspace
from mining import copies, facts_held, facts_marks, mention, schema
from mining.database import insert_many, upsert
from mining.store import Store
from mining.taxonomy import TASKS
from mining.themes.catalogue import Theme, of_side

UNTIL = datetime(2026, 11, 22, tzinfo=UTC)
DAYS = 730
_AT_ONCE = 10_000
_SEED = 20261122
_CATALOGUE = "benchmark"

# Channel, source, share, and whether its items are rated, asked for and conversations.
_SOURCES = (
    ("review", "app-store", 0.25, True, False, False),
    ("review", "play-store", 0.15, True, False, False),
    ("social", "forum", 0.2, False, False, False),
    ("chat", "live-chat", 0.15, False, False, True),
    ("call", "calls", 0.1, False, False, True),
    ("survey", "nps", 0.15, True, True, False),
)
_LANGUAGES = (("en", 0.6), ("he", 0.25), ("fa", 0.15))
_SIDES = (("pain", 0.55), ("praise", 0.25), ("", 0.2))
_MENTIONS = ((1, 0.4), (2, 0.3), (3, 0.2), (4, 0.1))
_SEGMENTS = {"plan": ("free", "plus", "pro", "team"), "region": ("north", "south", "centre", "east", "abroad")}
_NAMES = {
    "product": ("Acme One", "Acme Pro", "Acme Mini", "Acme Cloud", "Acme Go"),
    "competitor": ("Globex", "Initech", "Umbra", "Hooli"),
    "platform": ("Android", "iPhone", "Windows", "Web"),
}
_LABELS: Mapping[str, Mapping[str, tuple[tuple[str, float], ...]]] = {
    "pain": {
        "sentiment": (("negative", 0.85), ("mixed", 0.1), ("neutral", 0.05)),
        "intent": (("complaint", 0.72), ("request", 0.12), ("suggestion", 0.1), ("churn", 0.06)),
        "effort": (("none", 0.75), ("high", 0.25)),
    },
    "praise": {
        "sentiment": (("positive", 1.0),),
        "intent": (("praise", 0.9), ("statement", 0.1)),
        "effort": (("none", 1.0),),
    },
    "": {
        "sentiment": (("neutral", 1.0),),
        "intent": (("question", 0.4), ("statement", 0.5), ("purchase_intent", 0.1)),
        "effort": (("none", 0.95), ("high", 0.05)),
    },
}
_STAGE_OF = {
    "ads": "awareness", "social_media": "awareness", "word_of_mouth": "awareness", "search": "consideration",
    "content": "consideration", "website": "consideration", "catalog": "consideration", "reviews": "decision",
    "pricing": "decision", "sales_rep": "decision", "checkout": "purchase", "store": "purchase", "billing": "purchase",
    "delivery": "purchase", "loyalty_program": "loyalty", "community": "loyalty", "account": "loyalty",
}  # fmt: skip
_NEWS = 40  # each theme of such a rank is said in the last weeks alone
_NEWS_DAYS = 60


def main() -> None:
    """Fill a workspace and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="an empty or new folder")
    parser.add_argument("--feedback", type=int, default=200_000)
    given = parser.parse_args()
    where = Workspace.open(given.home)
    if where.store.holds_feedback():
        parser.error(f"{given.home} holds feedback already")
    where.initialise()
    begun = time.perf_counter()
    mentions = fill(where.store, given.feedback)
    written = time.perf_counter()
    days = facts_held.bring_up(where.store)
    print(f"{given.feedback:,} items, {mentions:,} mentions of customers: {written - begun:.0f} s")
    print(f"{days} days made for counting: {time.perf_counter() - written:.1f} s")
    where.store.close()


def fill(store: Store, count: int, seed: int = _SEED) -> int:
    """Write so many items; returns how many mentions of customers they hold."""
    said = _Author(np.random.default_rng(seed), count)
    total = 0
    with store.transaction() as connection:
        for batch in said.batches():
            for table, rows in batch.tables():
                insert_many(connection, table, rows)
            connection.execute(schema.feedback.insert(), batch.feedback)
            total += batch.customers
        upsert(connection, schema.theme_state, [{"key": "copies", "value": count}])
        facts_marks.enter_all(connection)
    return total


@dataclass
class Batch:
    """Rows of each table."""

    feedback: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    themes: list[dict[str, Any]] = field(default_factory=list)
    names: list[dict[str, Any]] = field(default_factory=list)
    firsts: list[str] = field(default_factory=list)
    customers: int = 0

    def tables(self) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        """All but the feedback itself."""
        ids = [row["id"] for row in self.feedback]
        sketches = copies.sketch([row["text"] for row in self.feedback])
        yield schema.mentions, self.mentions
        yield schema.labels, self.labels
        yield schema.mention_themes, self.themes
        yield schema.names, self.names
        yield schema.cuts, [{"feedback_id": id_, "by": mention.VERSION} for id_ in ids]
        yield schema.named, [{"feedback_id": id_, "by": _CATALOGUE} for id_ in ids]
        yield (
            schema.copies,
            [
                {"feedback_id": id_, "by": f"copies@{copies.VERSION}", "sketch": sketch.tobytes(), "first": first}
                for id_, sketch, first in zip(ids, sketches, self.firsts, strict=True)
            ],
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """What one mention says and means."""

    text: str
    speaker: str
    side: str
    theme: Theme | None
    labels: Mapping[str, str]
    names: Sequence[tuple[str, str]]


class _Author:
    """Everybody who says something, drawn from one generator."""

    def __init__(self, lots: np.random.Generator, count: int) -> None:
        self._lots, self._count = lots, count
        self._at = np.sort(_times(lots, count))
        self._sides = {side: of_side(side) for side in ("pain", "praise")}
        self._ranks = {side: _zipf(len(themes)) for side, themes in self._sides.items()}
        self._vocabulary = {language: _vocabulary(language) for language, _ in _LANGUAGES}
        self._earlier: list[tuple[str, str, list[Piece]]] = []
        self._people = max(1, count // 12)

    def batches(self) -> Iterator[Batch]:
        """All items in the order of time."""
        for begin in range(0, self._count, _AT_ONCE):
            batch = Batch()
            for number in range(begin, min(begin + _AT_ONCE, self._count)):
                self._say(batch, number)
            yield batch

    def _say(self, batch: Batch, number: int) -> None:
        lots = self._lots
        channel, source, _, rated, asked, talk = _SOURCES[_drawn(lots, [one[2] for one in _SOURCES])]
        at = UTC_EPOCH + timedelta(microseconds=int(self._at[number]))
        id_ = f"{source}:{number:07}"
        if self._earlier and lots.random() < 0.02:
            first, language, pieces = self._earlier[int(lots.integers(len(self._earlier)))]
        else:
            language = _LANGUAGES[_drawn(lots, [share for _, share in _LANGUAGES])][0]
            pieces, first = self._pieces(language, at, talk=talk), id_
            if number % 20 == 0:
                self._earlier = [*self._earlier[-2_000:], (id_, language, pieces)]
        text = " ".join(piece.text for piece in pieces)
        batch.firsts.append(first)
        batch.feedback.append(
            {
                "id": id_,
                "source": source,
                "native_id": f"{number:07}",
                "channel": channel,
                "said_at": at,
                "fetched_at": at + timedelta(hours=6),
                "text": text,
                "author": f"a1:{int(self._people * lots.random() ** 3):08x}" if lots.random() < 0.3 else None,
                "url": None,
                "rating": _rating(lots, pieces[0].labels["sentiment"]) if rated else None,
                "language": language,
                "turns": [],
                "product": _one(lots, _NAMES["product"]) if lots.random() < 0.4 else None,
                "segment": {key: _one(lots, values) for key, values in _SEGMENTS.items() if lots.random() < 0.7},
                "solicited": asked,
                "parent": None,
                "extra": {},
                "digest": f"{number:032x}",
            }
        )
        self._mentions(batch, id_, language, pieces)

    def _pieces(self, language: str, at: datetime, *, talk: bool) -> list[Piece]:
        many = _MENTIONS[_drawn(self._lots, [share for _, share in _MENTIONS])][0]
        pieces = [self._piece(language, at) for _ in range(many)]
        if talk:
            nothing = {"stage": "none", "touchpoint": "none", "intent": "statement", "sentiment": "neutral"}
            words = self._words(language, 8)
            pieces.append(Piece(words, "agent", "", None, {**nothing, "effort": "none"}, ()))
        return pieces

    def _piece(self, language: str, at: datetime) -> Piece:
        lots = self._lots
        side = _SIDES[_drawn(lots, [share for _, share in _SIDES])][0]
        theme = self._theme(side, at)
        text = self._words(language, int(lots.integers(5, 20)))
        if theme and lots.random() < 0.5:
            text = f"{_one(lots, theme.examples[language])} {text}"
        names = []
        for kind, share in (("product", 0.08), ("competitor", 0.04), ("platform", 0.05)):
            if lots.random() < share:
                names.append((kind, _one(lots, _NAMES[kind])))
                text = f"{text} {names[-1][1]}"
        touchpoint = _one(lots, theme.touchpoints) if theme and theme.touchpoints else "none"
        labels = {
            task: values[_drawn(lots, [share for _, share in values])][0] for task, values in _LABELS[side].items()
        }
        labels |= {"touchpoint": touchpoint, "stage": _STAGE_OF.get(touchpoint, "experience" if theme else "none")}
        return Piece(text, "customer", side, theme, labels, names)

    def _theme(self, side: str, at: datetime) -> Theme | None:
        if not side or self._lots.random() < 0.1:
            return None
        rank = int(np.searchsorted(self._ranks[side], self._lots.random()))
        if rank % _NEWS == _NEWS - 1 and at < UNTIL - timedelta(days=_NEWS_DAYS):
            rank = 0
        return self._sides[side][rank * 37 % len(self._sides[side])]

    def _words(self, language: str, many: int) -> str:
        words = self._vocabulary[language]
        places = (len(words) * self._lots.random(many) ** 3).astype(int)
        return " ".join(words[place] for place in places) + "."

    def _mentions(self, batch: Batch, id_: str, language: str, pieces: Sequence[Piece]) -> None:
        start = 0
        for number, piece in enumerate(pieces):
            mention_id, end = f"{id_}#{number}", start + len(piece.text)
            about = {"id": mention_id, "feedback_id": id_, "text": piece.text, "speaker": piece.speaker}
            batch.mentions.append({**about, "start": start, "end": end, "language": language})
            start = end + 1
            scores = (1 - 0.6 * self._lots.random(len(TASKS)) ** 3).round(4).tolist()
            batch.labels += [
                {"mention_id": mention_id, "task": task, "value": piece.labels[task], "score": score, "by": f"{task}@1"}
                for task, score in zip(TASKS, scores, strict=True)
            ]
            if piece.speaker != "customer":
                continue
            batch.customers += 1
            if piece.side:
                theme = piece.theme.id if piece.theme else None
                belongs = {"mention_id": mention_id, "side": piece.side, "found": theme, "theme": theme}
                batch.themes.append({**belongs, "score": scores[0], "margin": 0.1})
            for kind, name in piece.names:
                place = piece.text.rindex(name)
                batch.names.append(
                    {"mention_id": mention_id, "start": place, "end": place + len(name), "kind": kind, "name": name}
                )


UTC_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _times(lots: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Microseconds from 1970 on: twice as many a day at the end as at the beginning, fewer at weekends and at night."""
    first = (UNTIL - timedelta(days=DAYS) - UTC_EPOCH).days
    days = np.arange(first, first + DAYS)
    weights = (1 + np.arange(DAYS) / DAYS) * np.where(np.isin((days + 3) % 7, (5, 6)), 0.5, 1.0)
    chosen = lots.choice(days, count, p=weights / weights.sum())
    hours = np.clip(lots.normal(14, 5, count), 0, 23.999)
    made: NDArray[np.int64] = chosen * 86_400_000_000 + (hours * 3_600_000_000).astype(np.int64)
    return made


def _zipf(many: int) -> NDArray[np.float64]:
    weights = 1 / np.arange(1, many + 1)
    cumulated: NDArray[np.float64] = np.cumsum(weights / weights.sum())
    return cumulated


def _vocabulary(language: str) -> list[str]:
    examples = (text for side in ("pain", "praise") for theme in of_side(side) for text in theme.examples[language])
    return list(dict.fromkeys(word for text in examples for word in text.split()))


def _drawn(lots: np.random.Generator, shares: Sequence[float]) -> int:
    lot = lots.random() * sum(shares)
    for place, share in enumerate(shares):
        lot -= share
        if lot < 0:
            return place
    return len(shares) - 1


def _one(lots: np.random.Generator, values: Sequence[str]) -> str:
    return values[int(lots.random() * len(values))]


def _rating(lots: np.random.Generator, sentiment: str) -> float:
    middle = {"negative": 0.15, "mixed": 0.45, "neutral": 0.6, "positive": 0.9}[sentiment]
    return float(np.clip(round((middle + lots.normal(0, 0.2)) * 4), 0, 4)) / 4


if __name__ == "__main__":
    main()
