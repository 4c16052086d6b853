"""A single remark from Slack on its way into the workspace: kept at once, labelled as soon as nobody else writes."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from connectors.record import Feedback
from mining import reading, schema
from mining.privacy import mask_feedback

if TYPE_CHECKING:
    from assistant.wiring import Workspace
    from mining.reading import Heard
    from mining.store import Store, Stored

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: what makes its words the same feedback each time they are added."""

    team: str
    channel: str
    ts: str

    @property
    def native_id(self) -> str:
        """The id within the source."""
        return f"{self.team}:{self.channel}:{self.ts}"

    @property
    def said_at(self) -> datetime:
        """When it was written; ``ValueError`` for what is no time of Slack's."""
        return datetime.fromtimestamp(float(self.ts), UTC)

    @classmethod
    def of(cls, native_id: str) -> Place | None:
        """The place that an id names; None where it names none."""
        found = re.fullmatch(r"([A-Z0-9]*):([A-Z0-9]+):(\d{1,11}\.\d{1,6})", native_id)
        return cls(*found.groups()) if found else None


def keep(where: Workspace, item: Feedback) -> tuple[str, Stored]:
    """Store a remark, masked; its id, and what became of it. No lock is needed: a run that is writing goes on.

    A message that was taken in under another source's name stays there, so that it counts once.
    """
    table = schema.feedback
    with where.store.transaction() as connection:
        known = connection.scalar(select(table.c.source).where(table.c.native_id == item.native_id).limit(1))
        whole = mask_feedback(replace(item, source=known or item.source), where.key)
        stored = where.store.put(connection, whole.source, [whole])
    log.info("%s: %s", whole.id, stored)
    return whole.id, stored


def understand(where: Workspace) -> None:
    """Label, index and sort what is not yet, so that the next answer counts it.

    Raises:
        Busy: another run is writing; nothing was done.
    """
    from mining import pipeline

    with where.writing(), where.index_writer() as index:
        pipeline.understand(where.store, where.miner, lambda: index)
        sort_again(where)


def sort_again(where: Workspace) -> None:
    """Give themes to what has none; the caller holds the workspace's lock."""
    from mining import facts_held
    from mining.themes.update import update

    update(where.store, where.miner.embedder, brands=where.settings.catalog.every_name())
    facts_held.bring_up(where.store)


def said_in(store: Store, feedback_id: str) -> list[Heard]:
    """The remarks of one feedback, in their order; none where it was not cut yet."""
    table = schema.mentions
    with store.transaction() as connection:
        wanted = select(table.c.id).where(table.c.feedback_id == feedback_id).order_by(table.c.start)
        ids = list(connection.scalars(wanted))
    return reading.by_ids(store, ids)


def taken_from(store: Store, native_id: str) -> list[Heard]:
    """The remarks of a message that was taken in, under whatever source."""
    table = schema.feedback
    with store.transaction() as connection:
        found = connection.scalar(select(table.c.id).where(table.c.native_id == native_id).limit(1))
    return said_in(store, found) if found else []
