"""A workspace as large as a company's: two years of made-up feedback, written straight into the tables.

``python -m benchmarks.workspace --home DIR [--feedback 200000]`` fills an empty workspace with so many items and about
twice as many mentions of customers: themes of the shipped catalogue, few of them often and most of them seldom, more
from month to month and less at weekends, five channels, three languages, known authors for a third, re-posts, ratings,
segments and names. No model has read any of it, labels are drawn with the themes; a seed gives the same workspace.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Table

from assistant.settings import FILE_NAME
from assistant.wiring import Workspace
from benchmarks import workspace_words as words
from mining import copies, facts_held, facts_marks, mention, schema
from mining.database import insert_many, upsert
from mining.store import Store
from mining.taxonomy import TASKS
from mining.themes.catalogue import Theme, of_side

_AT_ONCE = 10_000
_SEED = 20261122
_CATALOGUE = "benchmark"


def main() -> None:
    """Fill a workspace and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="an empty or new folder")
    parser.add_argument("--feedback", type=int, default=200_000)
    given = parser.parse_args()
    given.home.mkdir(parents=True, exist_ok=True)
    if not (settings := given.home / FILE_NAME).exists():
        settings.write_text(words.settings(), encoding="utf-8")
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
        self._at = np.sort(words.times(lots, count))
        self._sides = {side: of_side(side) for side in ("pain", "praise")}
        self._ranks = {side: words.zipf(len(themes)) for side, themes in self._sides.items()}
        self._vocabulary = {language: words.vocabulary(language) for language, _ in words.LANGUAGES}
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
        channel, source, _, rated, asked, talk = words.SOURCES[words.drawn(lots, [one[2] for one in words.SOURCES])]
        at = words.EPOCH + timedelta(microseconds=int(self._at[number]))
        id_ = f"{source}:{number:07}"
        if self._earlier and lots.random() < 0.02:
            first, language, pieces = self._earlier[int(lots.integers(len(self._earlier)))]
        else:
            language = words.drawn_of(lots, words.LANGUAGES)
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
                "rating": words.rating(lots, pieces[0].labels["sentiment"]) if rated else None,
                "language": language,
                "turns": [],
                "product": words.one_of(lots, words.NAMES["product"]) if lots.random() < 0.4 else None,
                "segment": self._segment(),
                "solicited": asked,
                "parent": None,
                "extra": {},
                "digest": f"{number:032x}",
            }
        )
        self._mentions(batch, id_, language, pieces)

    def _segment(self) -> dict[str, str]:
        told = [(key, values) for key, values in words.SEGMENTS.items() if self._lots.random() < 0.7]
        return {key: words.one_of(self._lots, values) for key, values in told}

    def _pieces(self, language: str, at: datetime, *, talk: bool) -> list[Piece]:
        many = words.drawn_of(self._lots, words.MENTIONS)
        pieces = [self._piece(language, at) for _ in range(many)]
        if talk:
            nothing = {"stage": "none", "touchpoint": "none", "intent": "statement", "sentiment": "neutral"}
            pieces.append(Piece(self._words(language, 8), "agent", "", None, {**nothing, "effort": "none"}, ()))
        return pieces

    def _piece(self, language: str, at: datetime) -> Piece:
        lots = self._lots
        side = words.drawn_of(lots, words.SIDES)
        theme = self._theme(side, at)
        text = self._words(language, int(lots.integers(5, 20)))
        if theme and lots.random() < 0.5:
            text = f"{words.one_of(lots, theme.examples[language])} {text}"
        names = []
        for kind, share in (("product", 0.08), ("competitor", 0.04), ("platform", 0.05)):
            if lots.random() < share:
                names.append((kind, words.one_of(lots, words.NAMES[kind])))
                text = f"{text} {names[-1][1]}"
        touchpoint = words.one_of(lots, theme.touchpoints) if theme and theme.touchpoints else "none"
        labels = {task: words.drawn_of(lots, values) for task, values in words.LABELS[side].items()}
        labels |= {"touchpoint": touchpoint, "stage": words.STAGE_OF.get(touchpoint, "experience" if theme else "none")}
        return Piece(text, "customer", side, theme, labels, names)

    def _theme(self, side: str, at: datetime) -> Theme | None:
        if not side or self._lots.random() < 0.1:
            return None
        rank = int(np.searchsorted(self._ranks[side], self._lots.random()))
        if rank % words.NEWS == words.NEWS - 1 and at < words.UNTIL - timedelta(days=words.NEWS_DAYS):
            rank = 0
        return self._sides[side][rank * 37 % len(self._sides[side])]

    def _words(self, language: str, many: int) -> str:
        known = self._vocabulary[language]
        places = (len(known) * self._lots.random(many) ** 3).astype(int)
        return " ".join(known[place] for place in places) + "."

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


if __name__ == "__main__":
    main()
