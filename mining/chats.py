"""What reached us by chat, our own messages there, and how people want to be spoken to.

An event is kept before it is acknowledged: one that is sent again is known, and one that a crash left unanswered is
found. Its payload holds what the asker wrote; customers' words are not kept here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mining.database import upsert
from mining.schema import events, people, posts
from mining.store import Store


@dataclass(frozen=True, slots=True)
class Event:
    """Something that reached us; ``payload`` is what it takes to answer it later (JSON)."""

    id: str
    at: datetime
    payload: Mapping[str, Any]
    answered_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A message of ours: ``thread`` is the first message of its thread, itself where it stands alone."""

    channel: str
    ts: str
    thread: str
    answer_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody wants to be spoken to; None where nothing was said. ``context`` is JSON."""

    id: str
    language: str | None = None
    zone: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def take(store: Store, event_id: str, payload: Mapping[str, Any], at: datetime) -> bool:
    """Keep an event; False where it is known, so that nobody answers it twice."""
    row = {"id": event_id, "at": at, "payload": dict(payload), "note": ""}
    try:
        with store.transaction() as connection:
            connection.execute(insert(events).values(row))
    except IntegrityError:
        return False
    return True


def settle(store: Store, event_id: str, at: datetime, note: str = "") -> None:
    """Note that an event was answered, or why it never will be; its payload goes."""
    with store.transaction() as connection:
        connection.execute(update(events).where(events.c.id == event_id).values(answered_at=at, note=note, payload={}))


def unanswered(store: Store) -> list[Event]:
    """Events that were never settled, oldest first."""
    wanted = select(events).where(events.c.answered_at.is_(None)).order_by(events.c.at, events.c.id)
    with store.transaction() as connection:
        return [Event(**row._mapping) for row in connection.execute(wanted)]


def forget_before(store: Store, at: datetime) -> int:
    """Let go of settled events and of messages of ours from before; returns how many events went."""
    with store.transaction() as connection:
        connection.execute(delete(posts).where(posts.c.at < at))
        gone = delete(events).where(events.c.at < at, events.c.answered_at.is_not(None))
        return connection.execute(gone).rowcount


# --- our messages ---------------------------------------------------------------------------------------------------


def note_post(store: Store, post: Post) -> None:
    """Keep where a message of ours stands and which answer it shows."""
    row = {
        "channel": post.channel, "ts": post.ts, "thread": post.thread, "answer_id": post.answer_id, "at": post.at
    }  # fmt: skip
    with store.transaction() as connection:
        upsert(connection, posts, [row])


def speaks_in(store: Store, channel: str, thread: str) -> bool:
    """Whether a message of ours stands in a thread."""
    wanted = select(posts.c.ts).where(posts.c.channel == channel, posts.c.thread == thread).limit(1)
    with store.transaction() as connection:
        return connection.scalar(wanted) is not None


def post_at(store: Store, channel: str, ts: str) -> Post | None:
    """A message of ours; None where it is none."""
    with store.transaction() as connection:
        row = connection.execute(select(posts).where(posts.c.channel == channel, posts.c.ts == ts)).one_or_none()
    return Post(**row._mapping) if row else None


# --- people ---------------------------------------------------------------------------------------------------------


def person(store: Store, person_id: str) -> Person:
    """What somebody said about themselves; nothing where nobody did."""
    wanted = select(people.c.id, people.c.language, people.c.zone, people.c.context).where(people.c.id == person_id)
    with store.transaction() as connection:
        row = connection.execute(wanted).one_or_none()
    return Person(**row._mapping) if row else Person(person_id)


def put_person(store: Store, who: Person, at: datetime) -> None:
    """Keep how somebody wants to be spoken to."""
    row = {"id": who.id, "language": who.language, "zone": who.zone, "context": dict(who.context), "at": at}
    with store.transaction() as connection:
        upsert(connection, people, [row])
