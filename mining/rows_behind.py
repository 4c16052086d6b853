"""The rows behind a figure, a page at a time: what is counted now, newest first, each feedback with its mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from mining import reading
from mining.database import slices
from mining.filters import joined, where
from mining.reading import Counts, Heard, Query
from mining.schema import copies, feedback, mentions
from mining.store import Store

Place = tuple[datetime, str]
"""Where a page ended: when its last feedback was said, and its id."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A page of feedback, each with those of its mentions that the query selects; ``after`` is None at the end."""

    rows: list[list[Heard]]
    after: Place | None


def counted(store: Store, query: Query) -> Counts:
    """How much a query selects now, in every unit; copies of one text are told apart as far as they were looked at."""
    if query.members:
        return reading.counts(reading.heard(store, query, bare=True))
    first = func.coalesce(copies.c.first, feedback.c.id)
    numbers = [feedback.c.id.distinct(), mentions.c.id, feedback.c.author.distinct(), first.distinct()]
    beside = joined().outerjoin(copies, copies.c.feedback_id == feedback.c.id)
    wanted = select(*(func.count(number) for number in numbers)).select_from(beside).where(where(query.filters))
    with store.transaction() as connection:
        found = connection.execute(wanted).one()
    return Counts(found[0], found[1], found[2], found[3])


def page(store: Store, query: Query, limit: int, after: Place | None = None) -> Replayed:
    """The next ``limit`` feedback items behind a place. One that is not changed is never repeated or left out."""
    places = _places(store, query, limit + 1, after)
    shown = places[:limit]
    ids = _mention_ids(store, query, [id_ for _, id_ in shown])
    by_feedback: dict[str, list[Heard]] = {id_: [] for _, id_ in shown}
    for heard in reading.by_ids(store, ids, query.filters):
        by_feedback[heard.feedback_id].append(heard)
    return Replayed([rows for rows in by_feedback.values() if rows], shown[-1] if len(places) > limit else None)


def _places(store: Store, query: Query, limit: int, after: Place | None) -> list[Place]:
    wanted = select(feedback.c.said_at, feedback.c.id).select_from(joined()).where(where(query.filters)).distinct()
    if after is not None:
        at, id_ = after
        behind = or_(feedback.c.said_at < at, and_(feedback.c.said_at == at, feedback.c.id > id_))
        wanted = wanted.where(behind)
    ordered = wanted.order_by(feedback.c.said_at.desc(), feedback.c.id).limit(limit)
    with store.transaction() as connection:
        parts: list[Select[Any]] = [ordered]
        if query.members:
            parts = [ordered.where(mentions.c.id.in_(part)) for part in slices(query.members)]
        found = {(row.said_at, row.id) for part in parts for row in connection.execute(part)}
    return sorted(found, key=lambda place: (-place[0].timestamp(), place[1]))[:limit]


def _mention_ids(store: Store, query: Query, feedback_ids: Sequence[str]) -> list[str]:
    wanted = select(mentions.c.id, mentions.c.start).select_from(joined()).where(where(query.filters))
    chosen = wanted.where(mentions.c.feedback_id.in_(feedback_ids)).order_by(mentions.c.feedback_id, mentions.c.start)
    with store.transaction() as connection:
        ids = [row.id for row in connection.execute(chosen)]
    members = set(query.members)
    return [id_ for id_ in ids if not members or id_ in members]
