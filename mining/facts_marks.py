"""Which days of :mod:`mining.facts` have to be made again: whatever changes what a day's mentions are says so here.

A day is marked in the transaction that changes it, so that nobody counts what is no longer so. Marking needs no more
than the ids; too much of it is harmless, too little is an error. Whoever marks is :func:`mining.overlay.alone`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, delete, func, literal_column, select

from mining import schema
from mining.database import slices, upsert

EPOCH = date(1970, 1, 1).toordinal()
"""The proleptic ordinal of day 0."""
_HALF = (1 << 31) - 1
_START = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(at: datetime) -> int:
    """The day of an aware time in UTC, counted from 1970-01-01."""
    return (at - _START) // timedelta(days=1)


def touch(connection: Connection, feedback_ids: Sequence[str]) -> None:
    """Something about the mentions of some feedback changes, or its time; call it before the feedback itself does."""
    feedback, days = schema.feedback, set[int]()
    for part in slices(feedback_ids):
        days.update(map(day_of, connection.scalars(select(feedback.c.said_at).where(feedback.c.id.in_(part)))))
    mark(connection, days)


def touch_mentions(connection: Connection, mention_ids: Sequence[str]) -> None:
    """Something about some mentions changes."""
    mentions, feedback, days = schema.mentions, schema.feedback, set[int]()
    said = select(feedback.c.said_at).select_from(feedback.join(mentions, mentions.c.feedback_id == feedback.c.id))
    for part in slices(mention_ids):
        days.update(map(day_of, connection.scalars(said.where(mentions.c.id.in_(part)))))
    mark(connection, days)


def new_stamp() -> int:
    """Never the same one twice: whoever holds what a stamp stood for holds it rightly."""
    return secrets.randbits(62)


def mark(connection: Connection, days: Iterable[int]) -> None:
    """These days have to be made again; days that were not known are from now on."""
    stamp, marked = new_stamp(), sorted(days)
    nothing = {"stamp": stamp, "made": None, "rows": None, "ids": None}
    upsert(connection, schema.facts, [{"day": day, **nothing} for day in marked])
    for part in slices(marked):
        connection.execute(delete(schema.fact_words).where(schema.fact_words.c.day.in_(part)))


def state(connection: Connection) -> tuple[int, ...]:
    """How many days there are and the sums of both halves of their stamps: another one after every change."""
    stamp = schema.facts.c.stamp
    low, high = func.sum(stamp.op("&")(_HALF)), func.sum(stamp.op(">>")(literal_column("31")))
    count, *sums = connection.execute(select(func.count(), low, high).select_from(schema.facts)).one()
    return int(count), *(int(one or 0) for one in sums)


def state_of(stamps: Collection[int]) -> tuple[int, ...]:
    """What :func:`state` tells where the days have these stamps."""
    return len(stamps), sum(stamp & _HALF for stamp in stamps), sum(stamp >> 31 for stamp in stamps)


def enter_all(connection: Connection) -> None:
    """Every day that has feedback has to be made again."""
    found = connection.scalars(select(func.date(schema.feedback.c.said_at)).distinct())
    mark(connection, [date.fromisoformat(str(one)).toordinal() - EPOCH for one in found])
