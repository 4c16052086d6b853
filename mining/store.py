"""The store: what was said and how far each source has been read. SQLite by default, Postgres by URL.

What belongs together is written in one transaction, so that a run that is killed leaves all of a page or none of it.
:mod:`mining.work` asks what is still to be understood; :mod:`mining.reading` counts and lists for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from connectors.base import Reject
from connectors.errors import OverheardError
from connectors.record import Feedback
from mining import facts_codes, facts_marks, jobs_held, overlay, schema
from mining.database import slices, snapshot, told, transaction, upsert
from mining.migrations import migrate
from mining.rows import storable, to_row


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of some items: counts of feedback, and of rejects kept."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    # Deleted or erased once, then brought back by a backfill: not taken in.
    refused: int = 0
    rejected: int = 0

    def __add__(self, other: Stored) -> Stored:
        return Stored(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Erased:
    """The report of an erasure: how much went, and from where."""

    feedback: int
    mentions: int
    labels: int
    vectors: int
    corrections: int


@dataclass(frozen=True, slots=True)
class Pull:
    """How a source is read: the cursor's key, the source's name, and the settings that can build it again."""

    key: str
    source: str
    settings: Mapping[str, Any]


class Store:
    """Writes of the pipeline. Constructing it opens nothing; :meth:`open` does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def open(self) -> Store:
        """Bring the schema up to date; returns itself.

        Raises:
            OverheardError: the file is not a database, or a newer version wrote it.
        """
        with told():
            migrate(self.engine)
        return self

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def transaction(self) -> AbstractContextManager[Connection]:
        """One transaction; see :func:`mining.database.transaction`."""
        return transaction(self.engine)

    def snapshot(self) -> AbstractContextManager[Connection]:
        """One state of the database; see :func:`mining.database.snapshot`."""
        return snapshot(self.engine)

    # --- pulling ----------------------------------------------------------------------------------------------------

    def cursor(self, key: str) -> dict[str, object]:
        """Where a pull stopped, ``{}`` at first."""
        with self.transaction() as connection:
            found = connection.scalar(select(schema.pulls.c.cursor).where(schema.pulls.c.key == key))
        return dict(found or {})

    def put_page(
        self,
        pull: Pull,
        items: Sequence[Feedback | Reject],
        cursor: Mapping[str, object],
        also: Callable[[Connection, Stored], None] = lambda _connection, _stored: None,
    ) -> Stored:
        """Store masked items and the cursor behind them, and what ``also`` writes: all or nothing."""
        row = {"key": pull.key, "source": pull.source, "settings": dict(pull.settings), "cursor": dict(cursor)}
        with self.transaction() as connection:
            stored = self.put(connection, pull.source, items)
            upsert(connection, schema.pulls, [row])
            also(connection, stored)
        return stored

    def finish_pull(self, pull: Pull, at: datetime) -> None:
        """Note that a sweep came to its end."""
        with self.transaction() as connection:
            connection.execute(update(schema.pulls).where(schema.pulls.c.key == pull.key).values(finished_at=at))

    def pulls(self, source: str | None = None) -> list[Pull]:
        """Every pull ever made, by key."""
        table = schema.pulls
        with self.transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.key)).all()
        return [Pull(row.key, row.source, row.settings) for row in rows if source in (None, row.source)]

    def put(self, connection: Connection, source: str, items: Sequence[Feedback | Reject]) -> Stored:
        """Upsert masked items by id: an edit loses its mentions and labels, a deletion leaves a tombstone."""
        items = [storable(item) for item in items]
        read = [item for item in items if isinstance(item, Feedback)]
        rejects = [item for item in items if isinstance(item, Reject)]
        latest = _latest(read)
        made = {id_: to_row(item) for id_, item in latest.items() if not item.deleted}
        # From here on nobody else deletes or edits: several sources are read, and people erase, at the same time.
        overlay.alone(connection)
        known = _digests(connection, list(latest))
        refused = _tombstoned(connection, list(latest))
        rows = [row for id_, row in made.items() if id_ not in refused]
        fresh = [row for row in rows if known.get(row["id"]) != row["digest"]]
        changed = [row["id"] for row in fresh if row["id"] in known]
        forget_meaning(connection, changed)
        upsert(connection, schema.feedback, fresh)
        deleted = self.delete(connection, [item.id for item in latest.values() if item.deleted])
        _settle_rejects(connection, source, read)
        put_rejects(connection, source, rejects)
        return Stored(
            new=len(fresh) - len(changed),
            changed=len(changed),
            unchanged=len(rows) - len(fresh),
            deleted=deleted,
            refused=sum(not latest[id_].deleted for id_ in refused),
            rejected=len(rejects),
        )

    def holds_feedback(self) -> bool:
        """Whether anything was ever stored here."""
        with self.transaction() as connection:
            return connection.scalar(select(schema.feedback.c.id).limit(1)) is not None

    def count_feedback(self) -> int:
        """How many feedback items are held."""
        with self.transaction() as connection:
            return connection.scalar(select(func.count()).select_from(schema.feedback)) or 0

    # --- leaving ----------------------------------------------------------------------------------------------------

    def delete(self, connection: Connection, ids: Sequence[str]) -> int:
        """Remove texts, mentions, labels and corrections, leave tombstones; returns how many items were there."""
        forget_meaning(connection, ids)
        overlay.forget(connection, ids)
        table, found = schema.feedback, 0
        for part in slices(ids):
            found += connection.execute(delete(table).where(table.c.id.in_(part))).rowcount
            connection.execute(delete(schema.rechecks).where(schema.rechecks.c.feedback_id.in_(part)))
        now = datetime.now(UTC)
        upsert(connection, schema.tombstones, [{"id": id_, "deleted_at": now} for id_ in ids], only_new=True)
        return found

    def erase(self, author: str) -> Erased:
        """Erase all that one author (a keyed hash) said, and the rejects that hold the hash; harmless to repeat.

        Raises:
            OverheardError: the rows went, but a long reader keeps their bytes in the file; to be repeated.
        """
        if not author:
            return Erased(0, 0, 0, 0, 0)
        table = schema.feedback
        with self.transaction() as connection:
            ids = list(connection.scalars(select(table.c.id).where(table.c.author == author).order_by(table.c.id)))
            before = _meaning(connection, ids)
            corrections = overlay.forget(connection, ids)
            self.delete(connection, ids)
            rejects = schema.rejects
            connection.execute(delete(rejects).where(rejects.c.raw.contains(author, autoescape=True)))
            jobs_held.forget_author(connection, author)
            facts_codes.prune(connection)
        self._shred()
        return Erased(len(ids), *before, corrections)

    def _shred(self) -> None:
        """Rewrite a SQLite file, because a deleted row's words stay in its free pages and in the WAL until then.

        Raises:
            OverheardError: somebody reads for so long that the old pages cannot be let go of.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with told(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            held_up, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if held_up:
            raise OverheardError(
                "all was erased, but its bytes are still in the file: another program is reading the old state",
                hint="end that program, then run the same command again",
            )

    # --- rejects ----------------------------------------------------------------------------------------------------

    def rejects(self, source: str | None = None) -> list[dict[str, Any]]:
        """All rejects, by source and place."""
        table = schema.rejects
        wanted = select(table).order_by(table.c.source, table.c.where)
        if source:
            wanted = wanted.where(table.c.source == source)
        with self.transaction() as connection:
            return [dict(row._mapping) for row in connection.execute(wanted)]


def _latest(items: Iterable[Feedback]) -> dict[str, Feedback]:
    """The last version of each item by id; a deletion is final here too, wherever the page happens to end."""
    latest: dict[str, Feedback] = {}
    for item in items:
        if item.id not in latest or not latest[item.id].deleted:
            latest[item.id] = item
    return latest


def forget_meaning(connection: Connection, feedback_ids: Sequence[str]) -> None:
    """Drop mentions, labels, names and themes of some feedback; :func:`mining.work.stale_vectors` tells the index.

    Corrections stay and wait until a mention says their words again.
    """
    mentions, labels, vectors, cuts = schema.mentions, schema.labels, schema.vectors, schema.cuts
    overlay.alone(connection)
    facts_marks.touch(connection, feedback_ids)
    overlay.let_wait(connection, feedback_ids)
    for part in slices(feedback_ids):
        ids = select(mentions.c.id).where(mentions.c.feedback_id.in_(part))
        connection.execute(delete(labels).where(labels.c.mention_id.in_(ids)))
        for held in (schema.names, schema.mention_themes, schema.theme_vectors):
            connection.execute(delete(held).where(held.c.mention_id.in_(ids)))
        connection.execute(delete(schema.copies).where(schema.copies.c.feedback_id.in_(part)))
        connection.execute(delete(schema.named).where(schema.named.c.feedback_id.in_(part)))
        # The index still holds these: the row stays, of no model, until the index was overwritten or let go of them.
        connection.execute(update(vectors).where(vectors.c.mention_id.in_(ids)).values(by=""))
        connection.execute(delete(mentions).where(mentions.c.feedback_id.in_(part)))
        connection.execute(delete(cuts).where(cuts.c.feedback_id.in_(part)))


def _meaning(connection: Connection, feedback_ids: Sequence[str]) -> tuple[int, int, int]:
    counts = [0, 0, 0]
    mentions = schema.mentions
    for part in slices(feedback_ids):
        ids = select(mentions.c.id).where(mentions.c.feedback_id.in_(part))
        for place, column in enumerate((mentions.c.id, schema.labels.c.mention_id, schema.vectors.c.mention_id)):
            counts[place] += connection.scalar(select(func.count()).where(column.in_(ids))) or 0
    return counts[0], counts[1], counts[2]


def _digests(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    table, found = schema.feedback, dict[str, str]()
    for part in slices(ids):
        rows = connection.execute(select(table.c.id, table.c.digest).where(table.c.id.in_(part)))
        found.update((row.id, row.digest) for row in rows)
    return found


def _tombstoned(connection: Connection, ids: Sequence[str]) -> set[str]:
    column, found = schema.tombstones.c.id, set[str]()
    for part in slices(ids):
        found.update(connection.scalars(select(column).where(column.in_(part))))
    return found


def put_rejects(connection: Connection, source: str, rejects: Sequence[Reject]) -> None:
    """Keep masked rejects; one that is met again counts a try more."""
    table, now = schema.rejects, datetime.now(UTC)
    latest = {item.where: item for item in rejects}
    tries, first = dict[str, int](), dict[str, datetime]()
    for part in slices(list(latest)):
        rows = connection.execute(select(table).where(table.c.source == source, table.c.where.in_(part)))
        for row in rows:
            tries[row.where], first[row.where] = row.tries, row.first_seen
    upsert(
        connection,
        table,
        [
            {
                "source": source,
                "where": item.where,
                "reason": item.reason,
                "raw": item.raw,
                "first_seen": first.get(item.where, now),
                "last_seen": now,
                "tries": tries.get(item.where, 0) + 1,
            }
            for item in latest.values()
        ],
    )


def _settle_rejects(connection: Connection, source: str, items: Iterable[Feedback]) -> None:
    """A record that could be read after all is no reject any more."""
    table = schema.rejects
    if not connection.scalar(select(table.c.where).where(table.c.source == source).limit(1)):
        return
    places = [item.extra["where"] for item in items if "where" in item.extra]
    for part in slices(places):
        connection.execute(delete(table).where(table.c.source == source, table.c.where.in_(part)))
