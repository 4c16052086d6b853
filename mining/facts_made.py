"""A day of :mod:`mining.facts`, made of the tables: one record for each customer's mention, column after column.

The bytes of a day are its columns in the order of :data:`COLUMNS`, each as little endian numbers, one for each mention,
by the ids of feedback and mention. Ids stand there as hashes of 64 bits: among a million of them two are the same with
a chance of one in 37 million.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, DateTime, Text, and_, cast, func, select, type_coerce

from mining import schema
from mining.facts_codes import Codes, segment_word

TASKS = ("stage", "touchpoint", "intent", "sentiment", "effort")
CODED = (*TASKS, "theme", "channel", "source", "language", "product", "segment", "names")
"""Columns of numbers that :class:`mining.facts_codes.Codes` knows the words of."""
COLUMNS: Mapping[str, np.dtype[Any]] = {
    "said_at": np.dtype("<i8"),  # microseconds from 1970 on
    **{name: np.dtype("<u8") for name in ("mention", "feedback", "author", "first")},
    "rating": np.dtype("<f8"),
    **{name: np.dtype("<u4") for name in CODED},
    "theme_score": np.dtype("<f4"),
    "flags": np.dtype("<u2"),
}
WIDTH = sum(kind.itemsize for kind in COLUMNS.values())
"""Bytes of a mention."""
SOLICITED, KNOWN, CHURNING = 1, 2, 4
UNSURE = {task: 8 << place for place, task in enumerate(TASKS)}
"""Flags: asked for, looked at for a theme, of a feedback that tells of leaving, a label that scored below 0.5."""

_UNSURE_BELOW = 0.5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US = 86_400_000_000
Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """A day as it was made under the stamp ``made``; ``ids`` and ``words`` only where it was not read."""

    day: int
    stamp: int
    made: int
    rows: bytes | bytearray
    ids: bytes | None = None
    words: bytes | None = None

    def __len__(self) -> int:
        return len(self.rows) // WIDTH

    def column(self, name: str) -> Array:
        """One column, (mentions,), without a copy."""
        start = 0
        for other, kind in COLUMNS.items():
            if other == name:
                return np.frombuffer(self.rows, kind, len(self), start * len(self))
            start += kind.itemsize
        raise KeyError(name)


def joined(texts: Sequence[str]) -> bytes:
    """Texts, in which a NUL is never stored, each with a NUL behind it."""
    return "".join(f"{text}\0" for text in texts).encode()


def parted(texts: bytes) -> list[str]:
    """What was :func:`joined`."""
    return texts.decode().split("\0")[:-1]


def hashed(ids: Iterable[str]) -> NDArray[np.uint64]:
    """64 bits of each id, never 0."""
    made = b"".join(blake2b(id_.encode(), digest_size=8).digest() for id_ in ids)
    whole: NDArray[np.uint64] = np.maximum(np.frombuffer(made, "<u8"), np.uint64(1)).astype(np.uint64)
    return whole


def runs(days: Sequence[int], longest: int = 31) -> list[list[int]]:
    """Days, sorted, in parts of neighbours."""
    parts: list[list[int]] = []
    for day in days:
        if parts and day == parts[-1][-1] + 1 and len(parts[-1]) < longest:
            parts[-1].append(day)
        else:
            parts.append([day])
    return parts


def made(
    connection: Connection, days: Mapping[int, int], codes: Codes, add: Callable[[set[tuple[str, str]]], None]
) -> list[Chunk]:
    """Neighbouring days with their stamps, made anew; ``add`` gives new words their numbers."""
    first, last = min(days), max(days)
    within = and_(
        schema.mentions.c.speaker == "customer",
        schema.feedback.c.said_at >= _EPOCH + timedelta(days=first),
        schema.feedback.c.said_at < _EPOCH + timedelta(days=last + 1),
    )
    table = _Rows(connection.execute(_WANTED.where(within)).all(), connection.execute(_NAMED.where(within)).all())
    words = table.words()
    add({(name, word) for name, column in words.items() for word in column if word is not None})
    columns = table.columns(words, codes)
    day_of = columns["said_at"] // DAY_US
    order = np.argsort(day_of, kind="stable")
    starts = np.searchsorted(day_of[order], range(first, last + 2))
    chunks = []
    for day, start, end in zip(range(first, last + 1), starts[:-1], starts[1:], strict=True):
        places = order[start:end]
        rows = b"".join(columns[name][places].astype(kind).tobytes() for name, kind in COLUMNS.items())
        ids = joined([table.ids[place] for place in places])
        said = joined([table.texts[place].lower() for place in places])
        chunks.append(Chunk(day, days[day], days[day], rows, ids, said))
    return chunks


_LABEL = {task: schema.labels.alias(f"fact_{task}") for task in TASKS}


def _joined() -> Any:
    mentions, feedback = schema.mentions, schema.feedback
    return feedback.join(mentions, mentions.c.feedback_id == feedback.c.id)


def _source() -> Any:
    mentions = schema.mentions
    source = _joined()
    for task, label in _LABEL.items():
        source = source.outerjoin(label, and_(label.c.mention_id == mentions.c.id, label.c.task == task))
    source = source.outerjoin(schema.mention_themes, schema.mention_themes.c.mention_id == mentions.c.id)
    return source.outerjoin(schema.copies, schema.copies.c.feedback_id == schema.feedback.c.id)


_WANTED = (
    select(
        schema.mentions.c.id.label("mention_id"),
        schema.mentions.c.text,
        schema.feedback.c.id.label("feedback_id"),
        type_coerce(schema.feedback.c.said_at, DateTime).label("at"),
        schema.feedback.c.author,
        func.coalesce(schema.copies.c.first, schema.feedback.c.id).label("first"),
        schema.feedback.c.rating,
        schema.feedback.c.solicited,
        schema.feedback.c.channel,
        schema.feedback.c.source,
        schema.mentions.c.language,
        schema.feedback.c.product,
        cast(schema.feedback.c.segment, Text).label("segment"),
        schema.mention_themes.c.theme,
        func.coalesce(schema.mention_themes.c.score, 0.0).label("theme_score"),
        schema.mention_themes.c.mention_id.is_not(None).label("known"),
        *(label.c.value.label(task) for task, label in _LABEL.items()),
        *(label.c.score.label(f"{task}_score") for task, label in _LABEL.items()),
    )
    .select_from(_source())
    .order_by(schema.feedback.c.id, schema.mentions.c.id)
)
_NAMED = (
    select(schema.names.c.mention_id, schema.names.c.kind, schema.names.c.name)
    .select_from(_joined().join(schema.names, schema.names.c.mention_id == schema.mentions.c.id))
    .distinct()
)


class _Rows:
    """What was read of some days, by column."""

    def __init__(self, rows: Sequence[Any], named: Sequence[Any]) -> None:
        names = [str(column.key) for column in _WANTED.selected_columns]
        empty: list[tuple[Any, ...]] = [()] * len(names)
        self._of: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True) if rows else empty, strict=True))
        self.ids: Sequence[str] = self._of["mention_id"]
        self.texts: Sequence[str] = self._of["text"]
        self._named: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for mention_id, kind, name in named:
            self._named[mention_id].add((kind, name))

    def words(self) -> dict[str, list[str | None]]:
        """The columns that get numbers, as words."""
        words: dict[str, list[str | None]] = {name: list(self._of[name]) for name in CODED if name in self._of}
        segments = {raw: segment_word(raw) for raw in set(self._of["segment"])}
        words["segment"] = [segments[raw] for raw in self._of["segment"]]
        held = {id_: json.dumps(sorted(names), ensure_ascii=False) for id_, names in self._named.items()}
        words["names"] = [held.get(id_) for id_ in self.ids]
        return words

    def columns(self, words: Mapping[str, Sequence[str | None]], codes: Codes) -> dict[str, Array]:
        """Every column of :data:`COLUMNS`."""
        of = self._of
        at = np.array(of["at"], "datetime64[us]").astype(np.int64)
        columns: dict[str, Array] = {"said_at": at, "mention": hashed(self.ids)}
        columns |= {"feedback": _hashes(of["feedback_id"]), "first": _hashes(of["first"])}
        columns["author"] = _hashes(of["author"])
        columns["rating"] = np.array(of["rating"], np.float64)
        columns["theme_score"] = np.array(of["theme_score"], np.float32)
        for name in CODED:
            code = {word: codes.of(name, word) or 0 if word is not None else 0 for word in set(words[name])}
            columns[name] = np.array([code[word] for word in words[name]], np.uint32)
        columns["flags"] = self._flags(columns["feedback"])
        return columns

    def _flags(self, feedback: Array) -> Array:
        flags = np.zeros(len(self.ids), np.uint16)
        leaving = np.array([intent == "churn" for intent in self._of["intent"]], bool)
        told = {
            SOLICITED: np.array(self._of["solicited"], bool),
            KNOWN: np.array(self._of["known"], bool),
            CHURNING: np.isin(feedback, feedback[leaving]),
            **{
                flag: np.array(
                    [score is not None and score < _UNSURE_BELOW for score in self._of[f"{task}_score"]], bool
                )
                for task, flag in UNSURE.items()
            },
        }
        for flag, holds in told.items():
            flags[holds] |= flag
        return flags


def _hashes(ids: Sequence[str | None]) -> Array:
    """64 bits of each id, 0 of none; equal ids are hashed once."""
    distinct = sorted({id_ for id_ in ids if id_})
    of: dict[str | None, int] = dict(zip(distinct, hashed(distinct).tolist(), strict=True))
    return np.array([of.get(id_, 0) for id_ in ids], np.uint64)
