"""Forward-only migrations: functions whose names are the log, each in one transaction with the row that records it.

A released function is never changed. A schema change is a new function below the last one, with its own DDL written
out, and the table in :mod:`mining.schema` brought up to it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select

from connectors.errors import OverheardError
from mining import schema


def m001_create_tables(connection: Connection) -> None:
    """The first tables."""
    schema.metadata.create_all(connection)


STEPS: tuple[Callable[[Connection], None], ...] = (m001_create_tables,)


def migrate(engine: Engine) -> list[str]:
    """Bring a database up to today's schema; returns the names of the steps taken.

    Raises:
        OverheardError: the database was written by a newer version of Overheard.
    """
    with engine.begin() as connection:
        schema.migrations.metadata.create_all(connection)
        done = set(connection.scalars(select(schema.migrations.c.name)))
    known = [step.__name__ for step in STEPS]
    if newer := sorted(done.difference(known)):
        raise OverheardError(
            f"this workspace was written by a newer Overheard (it has {newer[-1]})",
            hint="upgrade Overheard, or name another workspace with --home",
        )
    for step in STEPS:
        if step.__name__ in done:
            continue
        with engine.begin() as connection:
            step(connection)
            connection.execute(insert(schema.migrations).values(name=step.__name__, applied_at=datetime.now(UTC)))
    return [name for name in known if name not in done]
