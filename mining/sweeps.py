"""What is remembered of each time that a source was read: what came, how it ended, when it may be asked again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from connectors.base import Window
from mining import schema
from mining.database import slices, upsert
from mining.schema import feedback, rechecks, sweeps
from mining.store import Pull, Store, Stored

KEPT = 100
"""So many readings of a source are remembered."""

LEFT = "the run ended in the middle of it; what was stored stays"


class Kind(StrEnum):
    """Why a source was read: on from where it stopped, a stretch of the past, known items again, files by hand."""

    LIVE = "live"
    BACKFILL = "backfill"
    RECHECK = "recheck"
    FILES = "files"


class Outcome(StrEnum):
    """How a reading ended.

    ``partial``: at its end, but something is known to be missing; ``waiting``: the source asked us to wait;
    ``stopped``: by a person, a limit, or a killed process.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    WAITING = "waiting"
    FAILED = "failed"
    STOPPED = "stopped"


TROUBLE = (Outcome.PARTIAL, Outcome.WAITING, Outcome.FAILED)
"""Outcomes that people who rely on the figures have to know of."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One reading. ``ended_at`` and ``outcome`` are None while it runs, or since it was killed.

    ``seen`` counts records as the source gave them, rejects included; ``says`` and ``hint`` tell what was the matter.
    """

    id: int
    source: str
    key: str
    kind: Kind
    window: Window
    started_at: datetime
    ended_at: datetime | None
    pages: int
    seen: int
    stored: Stored
    outcome: Outcome | None
    says: str
    hint: str
    next_attempt_at: datetime | None
    attempt: int

    def as_json(self) -> dict[str, Any]:
        """The sweep for programs."""
        return {
            "kind": self.kind.value,
            "since": _iso(self.window.since),
            "until": _iso(self.window.until),
            "started_at": self.started_at.isoformat(),
            "ended_at": _iso(self.ended_at),
            "pages": self.pages,
            "seen": self.seen,
            **asdict(self.stored),
            "outcome": self.outcome.value if self.outcome else None,
            "says": self.says,
            "hint": self.hint,
            "next_attempt_at": _iso(self.next_attempt_at),
        }


@dataclass(frozen=True, slots=True)
class End:
    """How a sweep ended."""

    outcome: Outcome
    says: str = ""
    hint: str = ""
    next_attempt_at: datetime | None = None
    attempt: int = 0
    error: BaseException | None = field(default=None, compare=False)


def begin(store: Store, what: Pull, kind: Kind, window: Window, at: datetime) -> int:
    """Note that a reading begins; returns its id. The caller holds the source's lock, so none else can be running."""
    table = sweeps
    row = {"source": what.source, "key": what.key, "kind": kind.value, "since": window.since, "until": window.until}
    nothing = dict.fromkeys(("pages", "seen", "attempt", *asdict(Stored())), 0)
    with store.transaction() as connection:
        left = update(table).where(table.c.source == what.source, table.c.ended_at.is_(None))
        connection.execute(left.values(ended_at=at, outcome=Outcome.STOPPED.value, says=LEFT))
        made = connection.execute(insert(table).values(**row, **nothing, started_at=at, says="", hint=""))
        key = made.inserted_primary_key
        _prune(connection, what.source)
    return int(key[0]) if key else 0


def _prune(connection: Connection, source: str) -> None:
    table = sweeps
    newest = select(table.c.id).where(table.c.source == source).order_by(table.c.id.desc()).limit(1).offset(KEPT)
    oldest_kept = connection.scalar(newest)
    if oldest_kept is not None:
        connection.execute(delete(table).where(table.c.source == source, table.c.id <= oldest_kept))


def count(connection: Connection, sweep: int, seen: int, stored: Stored) -> None:
    """Add a page to a sweep, in the transaction that stores it."""
    columns = sweeps.c
    more = {"pages": 1, "seen": seen, **asdict(stored)}
    added = {name: columns[name] + by for name, by in more.items() if by}
    connection.execute(update(sweeps).where(columns.id == sweep).values(**added))


def end(store: Store, sweep: int, at: datetime, how: End) -> None:
    """Note how a reading ended."""
    told = {"says": how.says, "hint": how.hint, "next_attempt_at": how.next_attempt_at, "attempt": how.attempt}
    with store.transaction() as connection:
        values = {"ended_at": at, "outcome": how.outcome.value, **told}
        connection.execute(update(sweeps).where(sweeps.c.id == sweep).values(**values))


def get(store: Store, sweep: int) -> Sweep:
    """A sweep by its id."""
    with store.transaction() as connection:
        return _read(connection.execute(select(sweeps).where(sweeps.c.id == sweep)).one())


def latest(store: Store, kinds: Collection[Kind] = tuple(Kind)) -> dict[str, Sweep]:
    """The last sweep of each source, of these kinds."""
    table = sweeps
    last = select(func.max(table.c.id)).where(table.c.kind.in_([kind.value for kind in kinds])).group_by(table.c.source)
    wanted = select(table).where(table.c.id.in_(last)).order_by(table.c.source)
    with store.transaction() as connection:
        return {row.source: _read(row) for row in connection.execute(wanted)}


def latest_ended(store: Store) -> dict[str, Sweep]:
    """The last live sweep of each source, or of files given by hand, that came to its end."""
    table, ended = sweeps, (Outcome.COMPLETE.value, Outcome.PARTIAL.value)
    whole = table.c.kind.in_((Kind.LIVE.value, Kind.FILES.value)) & table.c.outcome.in_(ended)
    wanted = select(table).where(table.c.id.in_(select(func.max(table.c.id)).where(whole).group_by(table.c.source)))
    with store.transaction() as connection:
        return {row.source: _read(row) for row in connection.execute(wanted)}


def seen(store: Store) -> dict[str, int]:
    """How many records each source gave in the sweeps that are remembered, repeated ones included."""
    wanted = select(sweeps.c.source, func.sum(sweeps.c.seen)).group_by(sweeps.c.source)
    with store.transaction() as connection:
        return {source: int(total) for source, total in connection.execute(wanted)}


def history(store: Store, source: str, limit: int = KEPT) -> list[Sweep]:
    """The sweeps of a source, newest first."""
    wanted = select(sweeps).where(sweeps.c.source == source).order_by(sweeps.c.id.desc()).limit(limit)
    with store.transaction() as connection:
        return [_read(row) for row in connection.execute(wanted)]


def _read(row: Any) -> Sweep:
    stored = Stored(**{name: getattr(row, name) for name in asdict(Stored())})
    return Sweep(
        row.id,
        row.source,
        row.key,
        Kind(row.kind),
        Window(row.since, row.until),
        row.started_at,
        row.ended_at,
        row.pages,
        row.seen,
        stored,
        Outcome(row.outcome) if row.outcome else None,
        row.says,
        row.hint,
        row.next_attempt_at,
        row.attempt,
    )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


# --- known items, to be asked for again -----------------------------------------------------------------------------


def to_recheck(store: Store, source: str, before: datetime, most: int) -> list[str]:
    """Native ids of items that were neither fetched nor asked for again since ``before``; newest first, bounded."""
    asked = rechecks
    wanted = (
        select(feedback.c.native_id)
        .select_from(feedback.outerjoin(asked, asked.c.feedback_id == feedback.c.id))
        .where(feedback.c.source == source, feedback.c.fetched_at < before)
        .where(or_(asked.c.at.is_(None), asked.c.at < before))
        .order_by(feedback.c.said_at.desc(), feedback.c.id)
        .limit(most)
    )
    with store.transaction() as connection:
        return list(connection.scalars(wanted))


def rechecked(store: Store, source: str, native_ids: Sequence[str], at: datetime) -> None:
    """Note that items were asked for again; those that have gone meanwhile are left out."""
    with store.transaction() as connection:
        for part in slices([f"{source}:{one}" for one in native_ids]):
            there = connection.scalars(select(schema.feedback.c.id).where(schema.feedback.c.id.in_(part)))
            upsert(connection, rechecks, [{"feedback_id": id_, "at": at} for id_ in there])
