"""Long work on what is stored, done without keeping others from writing: only its result is written under a lock.

It is worked out from one state of the database, and written if nothing that it hangs on has changed since. Where things
change too often for that, it is worked out again under the lock, and others wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from mining import facts_marks
from mining.overlay import alone
from mining.store import Store

_TRIES = 2

Worked = TypeVar("Worked")
Written = TypeVar("Written")


def done(
    store: Store,
    work_out: Callable[[Connection], Worked],
    write: Callable[[Connection, Worked], Written],
    hangs_on: Callable[[Connection], object] = lambda _connection: None,
) -> Written:
    """Work something out, and write it.

    Args:
        store: where everything is.
        work_out: reads and writes nothing; called again where things changed.
        write: called once, alone.
        hangs_on: what the work hangs on beside mentions, their labels and their themes; compared by ``==``.
    """

    def state(connection: Connection) -> object:
        return facts_marks.state(connection), hangs_on(connection)

    for _ in range(_TRIES):
        with store.snapshot() as connection:
            before, worked = state(connection), work_out(connection)
        with store.transaction() as connection:
            alone(connection)
            if state(connection) == before:
                return write(connection, worked)
    with store.transaction() as connection:
        alone(connection)
        return write(connection, work_out(connection))
