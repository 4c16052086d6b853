"""Who reads a source: one run at a time, in all threads and processes, and on all machines that share a server.

The lock is the operating system's or the database server's, so that it goes with a process that is killed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from connectors.errors import Busy
from mining.database import told
from mining.store import Store

_FOLDER = "locks"
# Any number: the first half of the key of every lock of ours on a PostgreSQL server.
_SPACE = 731_203
# A database in memory is this process's alone.
_IN_MEMORY: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()
_GUARD = Lock()


@contextmanager
def reading(store: Store, source: str) -> Iterator[None]:
    """Be the one run that reads a source.

    Raises:
        Busy: another run is reading it.
        OverheardError: the database server does not answer.
    """
    engine = store.engine
    if engine.dialect.name == "postgresql":
        held = _on_server(engine, source)
    elif engine.url.database and engine.url.database != ":memory:":
        held = _in_file(Path(engine.url.database).parent / _FOLDER / _file_name(source), source)
    else:
        held = _in_memory(engine, source)
    with held:
        yield


def is_free(store: Store, source: str) -> bool:
    """Whether nobody reads a source at this moment."""
    try:
        with reading(store, source):
            return True
    except Busy:
        return False


def _busy(source: str) -> Busy:
    return Busy(
        f"another run is reading {source!r}", hint="wait until it has ended; other sources can be read meanwhile"
    )


def _digest(source: str) -> bytes:
    return blake2b(source.encode(errors="replace"), digest_size=4).digest()


def _file_name(source: str) -> str:
    readable = re.sub(r"[^A-Za-z0-9-]+", "_", source)[:40]
    return f"{readable}-{_digest(source).hex()}.lock"


@contextmanager
def _in_file(path: Path, source: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    path.parent.mkdir(exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise _busy(source) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _on_server(engine: Engine, source: str) -> Iterator[None]:
    """A lock of the session: a connection of its own holds it, and the server lets go of it when that breaks."""
    number = int.from_bytes(_digest(source), "big", signed=True)
    apart = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    with told(), apart.connect() as connection:
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_SPACE}, {number})").scalar():
            raise _busy(source)
        yield


@contextmanager
def _in_memory(engine: Engine, source: str) -> Iterator[None]:
    with _GUARD:
        held = _IN_MEMORY.setdefault(engine, set())
        if source in held:
            raise _busy(source)
        held.add(source)
    try:
        yield
    finally:
        held.discard(source)
