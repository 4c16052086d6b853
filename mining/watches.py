"""What people want to be told regularly, or when something happens, and each time that it was due.

Who inserts the row of a run is the one who does it: of several processes one, and after a crash nobody a second time
unless it is certain that nothing was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from mining.database import upsert
from mining.schema import runs, watches
from mining.store import Store


@dataclass(frozen=True, slots=True)
class Watch:
    """Something to tell. ``kind``: answer, section, digest or alert; ``to``: where it goes (``#cx``, ``mailto:…``).

    ``text`` is what was asked, in the words of ``by``; ``spec`` the meaning, plan or rule (JSON). ``schedule`` is a
    cron expression of five fields, read in the time zone called ``zone``.
    """

    id: str
    kind: str
    by: str
    to: str
    text: str
    spec: Mapping[str, Any]
    schedule: str
    zone: str
    language: str
    made_at: datetime
    muted_until: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One time that a watch was due. ``done_at`` is None while it is being done, or since a crash."""

    watch_id: str
    due_at: datetime
    claimed_by: str
    claimed_at: datetime
    done_at: datetime | None
    outcome: str | None
    note: str


def put(store: Store, watch: Watch) -> None:
    """Keep a watch, in place of one with its id."""
    with store.transaction() as connection:
        upsert(connection, watches, [{**asdict(watch), "spec": dict(watch.spec)}])


def get(store: Store, watch_id: str) -> Watch | None:
    """A watch by its id, ended ones too; None where there is none."""
    with store.transaction() as connection:
        row = connection.execute(select(watches).where(watches.c.id == watch_id)).one_or_none()
    return Watch(**row._mapping) if row else None


def listed(store: Store, *, by: str | None = None, to: str | None = None, ended: bool = False) -> list[Watch]:
    """Watches, oldest first; of one person, of one place; ended ones only where they are asked for."""
    wanted = select(watches).order_by(watches.c.made_at, watches.c.id)
    for column, value in ((watches.c.by, by), (watches.c.to, to)):
        wanted = wanted if value is None else wanted.where(column == value)
    if not ended:
        wanted = wanted.where(watches.c.ended_at.is_(None))
    with store.transaction() as connection:
        return [Watch(**row._mapping) for row in connection.execute(wanted)]


def mute(store: Store, watch_id: str, until: datetime | None) -> bool:
    """Keep a watch silent until a moment, or with None let it speak again; whether there is such a watch."""
    return _set(store, watch_id, muted_until=until)


def end(store: Store, watch_id: str, at: datetime) -> bool:
    """End a watch; whether there is such a watch. Its runs stay."""
    return _set(store, watch_id, ended_at=at)


def _set(store: Store, watch_id: str, **values: Any) -> bool:
    with store.transaction() as connection:
        return connection.execute(update(watches).where(watches.c.id == watch_id).values(**values)).rowcount > 0


# --- runs -----------------------------------------------------------------------------------------------------------


def claim(store: Store, watch_id: str, due_at: datetime, by: str, at: datetime) -> bool:
    """Be the one who does a run; False where somebody did or does it."""
    row = {"watch_id": watch_id, "due_at": due_at, "claimed_by": by, "claimed_at": at, "note": ""}
    try:
        with store.transaction() as connection:
            connection.execute(insert(runs).values(row))
    except IntegrityError:
        return False
    return True


def take_over(store: Store, run: Run, by: str, at: datetime) -> bool:
    """Be the one who goes on with a run that was left in the middle; False where somebody was faster."""
    mine = (runs.c.watch_id == run.watch_id) & (runs.c.due_at == run.due_at) & (runs.c.claimed_at == run.claimed_at)
    with store.transaction() as connection:
        taken = update(runs).where(mine, runs.c.done_at.is_(None), runs.c.claimed_by == run.claimed_by)
        return connection.execute(taken.values(claimed_by=by, claimed_at=at)).rowcount > 0


def renew(store: Store, by: str, at: datetime) -> None:
    """Say that one is still at the runs that one claimed, so that nobody takes them over."""
    mine = update(runs).where(runs.c.claimed_by == by, runs.c.done_at.is_(None), runs.c.claimed_at < at)
    with store.transaction() as connection:
        connection.execute(mine.values(claimed_at=at))


def mark(store: Store, watch_id: str, due_at: datetime, by: str, note: str) -> bool:
    """Note how far a run has come; False where it is not one's own any more."""
    mine = (runs.c.watch_id == watch_id) & (runs.c.due_at == due_at) & (runs.c.claimed_by == by)
    with store.transaction() as connection:
        return connection.execute(update(runs).where(mine, runs.c.done_at.is_(None)).values(note=note)).rowcount > 0


def done(store: Store, watch_id: str, due_at: datetime, outcome: str, at: datetime, note: str = "") -> None:
    """Note how a run ended: sent, quiet, muted, failed, uncertain, missed."""
    with store.transaction() as connection:
        ended = update(runs).where(runs.c.watch_id == watch_id, runs.c.due_at == due_at)
        connection.execute(ended.values(done_at=at, outcome=outcome, note=note))


def unfinished(store: Store, before: datetime | None = None) -> list[Run]:
    """Runs that never ended, oldest first; with ``before`` those claimed before a moment."""
    wanted = select(runs).where(runs.c.done_at.is_(None))
    wanted = wanted if before is None else wanted.where(runs.c.claimed_at < before)
    with store.transaction() as connection:
        return [Run(**row._mapping) for row in connection.execute(wanted.order_by(runs.c.due_at, runs.c.watch_id))]


def last_due(store: Store, until: datetime) -> dict[str, datetime]:
    """For each watch that ever was due by a moment, the last time that it was and somebody took it.

    Runs of later times are left out: the clock was wrong when they were claimed.
    """
    latest = select(runs.c.watch_id, func.max(runs.c.due_at)).where(runs.c.due_at <= until)
    with store.transaction() as connection:
        return {watch_id: at for watch_id, at in connection.execute(latest.group_by(runs.c.watch_id))}


def history(store: Store, watch_id: str, *, outcome: str | None = None, limit: int = 100) -> list[Run]:
    """The runs of a watch, latest first."""
    wanted = select(runs).where(runs.c.watch_id == watch_id)
    wanted = wanted if outcome is None else wanted.where(runs.c.outcome == outcome)
    with store.transaction() as connection:
        rows = connection.execute(wanted.order_by(runs.c.due_at.desc()).limit(limit))
        return [Run(**row._mapping) for row in rows]
