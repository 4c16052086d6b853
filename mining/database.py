"""The database below the store: engines, transactions that fail in words, upserts for both dialects, slices of ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from connectors.errors import ConfigError, OverheardError

# SQLite takes 32,766 bound values in a statement; ids are asked for in slices well below it.
_SLICE = 5_000
Id = TypeVar("Id")

_PLAIN_WORDS = (
    (
        "is full",
        "the disk is full: nothing of the last step was stored",
        "free some space and run the same command again",
    ),
    (
        "not a database",
        "the workspace's database file is damaged or is no database",
        "restore it, or name another --home",
    ),
    ("malformed", "the workspace's database file is damaged", "restore it from a copy, or name another --home"),
    (
        "database is locked",
        "another program holds the workspace's database",
        "wait until it has finished, then run again",
    ),
    ("readonly", "the workspace's database cannot be written", "check who owns the folder, or name another --home"),
    (
        "unable to open",
        "the workspace's database cannot be opened",
        "check the folder's permissions, or name another --home",
    ),
    (
        "disk i/o error",
        "the workspace's database cannot be read or written: the disk is full or failing",
        "free some space and run the same command again",
    ),
    ("could not decode", "the workspace's database file is damaged", "restore it from a copy, or name another --home"),
    ("connection", "the database server did not answer", "check [store] url and that the server runs"),
)


def open_engine(url: str) -> Engine:
    """An engine for a database URL, SQLite set to WAL.

    Raises:
        ConfigError: the URL cannot be read or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.database and parsed.get_backend_name() == "sqlite":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # An error must not carry the values of a statement: they are customers' words, and errors are logged.
        engine = create_engine(parsed, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(
            f"the store's URL cannot be used: {error}",
            hint="sqlite:///PATH, or postgresql+psycopg://… after: pip install 'overheard[postgres]'",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"the workspace cannot be made: {error.strerror}", hint="name another one with --home"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # WAL lets people ask while a run writes; NORMAL is safe against a killed process, which is what we promise.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "cache_size=-65536"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite's own lower() knows ASCII only; phrases are compared with it.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: str | None) -> str | None:
    return value.lower() if value is not None else None


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction.

    Raises:
        OverheardError: the disk is full, the file is damaged, locked or out of reach.
    """
    with told(), engine.begin() as connection:
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One state of the database for several statements that read.

    Raises:
        OverheardError: as :func:`transaction`.
    """
    with transaction(engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield connection


@contextmanager
def told() -> Iterator[None]:
    """What can go wrong with a database, in words a person can act on; anything else is raised as it is.

    Raises:
        OverheardError: as :func:`transaction`.
    """
    try:
        yield
    except DatabaseError as error:
        reason = str(error.orig).lower()
        for sign, message, hint in _PLAIN_WORDS:
            if sign in reason:
                raise OverheardError(message, hint=hint) from error
        raise


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *, only_new: bool = False) -> None:
    """Insert rows; on a known primary key overwrite what the rows name, or with ``only_new`` leave what is there."""
    if not rows:
        return
    statement = _upsert_into(table, connection.dialect.name, tuple(rows[0]), only_new=only_new)
    connection.execute(statement, list(rows))


@cache
def _upsert_into(table: Table, dialect: str, names: tuple[str, ...], *, only_new: bool) -> Any:
    """The statement; making it takes longer than storing fifty rows."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    if only_new:
        return statement.on_conflict_do_nothing(index_elements=keys)
    taken = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=taken)


def insert_many(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert new rows of text and numbers, by the driver: SQLAlchemy's care for each value takes longer than SQLite."""
    if not rows:
        return
    make: Any = type(connection.dialect)
    dialect = make(paramstyle="named" if connection.dialect.name == "sqlite" else "pyformat")
    sql = str(table.insert().values({name: bindparam(name) for name in rows[0]}).compile(dialect=dialect))
    connection.exec_driver_sql(sql, list(rows))


def slices(ids: Sequence[Id]) -> Iterator[Sequence[Id]]:
    """Ids in parts that one statement can take."""
    return (ids[start : start + _SLICE] for start in range(0, len(ids), _SLICE))
