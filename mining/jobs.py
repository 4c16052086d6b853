"""What was handed in, masked, waiting for the one run that may write; and what became of it.

Handing in is one row in one transaction, so what was accepted survives a crash; storing is one transaction too, in
which the row gives up its items, so what waits is stored once. A job under a key of the client's is known again when
it is handed in again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, func, select, update

from connectors.errors import ConfigError
from connectors.record import Feedback
from mining.database import slices, upsert
from mining.rows import from_row, storable, to_row
from mining.schema import cuts, feedback, jobs, vectors
from mining.schema import mentions as cut_mentions
from mining.store import Store, Stored

KEPT = timedelta(days=30)
"""So long it can be told what became of a job, and a repetition of it is known."""


@dataclass(frozen=True, slots=True)
class Job:
    """One hand-in. ``rejects`` are ``{"index", "native_id", "reason"}``; ``stored`` is None while it waits."""

    id: str
    at: datetime
    source: str
    digest: str
    received: int
    rejects: Sequence[Mapping[str, Any]]
    ids: Sequence[str]
    stored: Stored | None
    stored_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the feedback of a job is: ``held`` of it is in the store, of which so much is cut and labelled, and
    ``indexed`` can be found by meaning too."""

    held: int
    understood: int
    indexed: int


def id_for(by: str, key: str | None) -> str:
    """The id of a job: of the same client and the same key of theirs always the same."""
    if key is None:
        return f"j{uuid4().hex[:20]}"
    return "j" + hashlib.blake2b(f"{by}\n{key}".encode(), digest_size=10).hexdigest()


def hand_in(
    store: Store, id_: str, at: datetime, by: str, source: str, digest: str, items: Sequence[Feedback],
    rejects: Sequence[Mapping[str, Any]],
) -> tuple[Job, bool]:  # fmt: skip
    """Keep masked items for the next :func:`take_in`; the job, and whether it was handed in before under this id."""
    items = [storable(item) for item in items]
    row = {
        "id": id_, "at": at, "by": by, "source": source, "digest": digest, "received": len(items) + len(rejects),
        "rejects": [dict(one) for one in rejects], "ids": [item.id for item in items],
        "waits": [_packed(item) for item in items],
    }  # fmt: skip
    with store.transaction() as connection:
        connection.execute(delete(jobs).where(jobs.c.at < at - KEPT, jobs.c.waits.is_(None)))
        known = connection.scalar(select(jobs.c.id).where(jobs.c.id == id_)) is not None
        if not known:
            upsert(connection, jobs, [row], only_new=True)
        return _job(connection.execute(select(*_COLUMNS).where(jobs.c.id == id_)).one()), known


def find(store: Store, id_: str) -> Job | None:
    """A job by its id; None where there is none, or none any more."""
    with store.transaction() as connection:
        row = connection.execute(select(*_COLUMNS).where(jobs.c.id == id_)).one_or_none()
    return _job(row) if row is not None else None


def get(store: Store, id_: str) -> Job:
    """A job by its id.

    Raises:
        ConfigError: there is none such.
    """
    found = find(store, id_)
    if found is None:
        raise ConfigError(f"there is no job {id_!r}", hint=f"jobs are kept for {KEPT.days} days")
    return found


def waiting(store: Store) -> int:
    """How many jobs wait to be stored."""
    with store.transaction() as connection:
        return connection.scalar(select(func.count()).select_from(jobs).where(jobs.c.stored_at.is_(None))) or 0


def take_in(store: Store, now: Callable[[], datetime]) -> int:
    """Store what waits, oldest first, one transaction a job; returns how many. The caller is the one that writes."""
    with store.transaction() as connection:
        wanted = select(jobs.c.id).where(jobs.c.stored_at.is_(None)).order_by(jobs.c.at, jobs.c.id)
        ids = list(connection.scalars(wanted))
    for id_ in ids:
        with store.transaction() as connection:
            row = connection.execute(select(jobs.c.source, jobs.c.waits).where(jobs.c.id == id_)).one_or_none()
            if row is not None:
                stored = store.put(connection, row.source, [_unpacked(item) for item in row.waits or ()])
                told = {"stored": asdict(stored), "stored_at": now(), "waits": None}
                connection.execute(update(jobs).where(jobs.c.id == id_).values(**told))
    return len(ids)


def progress(store: Store, job: Job) -> Progress:
    """How far the feedback of a job is, which may have been changed or deleted by others since."""
    held = understood = indexed = 0
    with store.transaction() as connection:
        for part in slices(list(dict.fromkeys(job.ids))):
            held += _count(connection, select(func.count()).select_from(feedback).where(feedback.c.id.in_(part)))
            cut = cuts.c.feedback_id.in_(part)
            understood += _count(connection, select(func.count()).select_from(cuts).where(cut))
            unindexed = (
                select(cut_mentions.c.feedback_id)
                .select_from(cut_mentions.outerjoin(vectors, vectors.c.mention_id == cut_mentions.c.id))
                .where(func.coalesce(vectors.c.by, "") == "", cut_mentions.c.feedback_id.in_(part))
            )
            ready = select(func.count()).select_from(cuts).where(cut, cuts.c.feedback_id.not_in(unindexed))
            indexed += _count(connection, ready)
    return Progress(held, understood, indexed)


_COLUMNS = [column for column in jobs.c if column.name != "waits"]


def _count(connection: Connection, wanted: Any) -> int:
    return connection.scalar(wanted) or 0


def _job(row: Row[Any]) -> Job:
    stored = Stored(**row.stored) if row.stored is not None else None
    return Job(row.id, row.at, row.source, row.digest, row.received, row.rejects, row.ids, stored, row.stored_at)


def _packed(item: Feedback) -> dict[str, Any]:
    row = to_row(item)
    times = {name: row[name].isoformat() for name in ("said_at", "fetched_at")}
    return {**row, **times, "deleted": item.deleted}


def _unpacked(row: Mapping[str, Any]) -> Feedback:
    times = {name: datetime.fromisoformat(row[name]) for name in ("said_at", "fetched_at")}
    item = from_row(SimpleNamespace(**{**row, **times}))  # type: ignore[arg-type]  # it reads names, as of a row
    return Feedback(**{name: getattr(item, name) for name in item.__slots__} | {"deleted": row["deleted"]})
