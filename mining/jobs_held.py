"""What waits to be stored, for those who delete: an erasure holds for it too."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from mining.schema import jobs


def forget_author(connection: Connection, author: str) -> int:
    """Take what an author (a keyed hash) said out of the jobs that wait; returns how many items went."""
    gone = 0
    for row in connection.execute(select(jobs.c.id, jobs.c.waits).where(jobs.c.stored_at.is_(None))).all():
        kept = [item for item in row.waits or () if item["author"] != author]
        if len(kept) < len(row.waits or ()):
            gone += len(row.waits) - len(kept)
            connection.execute(update(jobs).where(jobs.c.id == row.id).values(waits=kept))
    return gone
