"""Conversations: what each of them asked last, so that a follow-up has something to follow.

Only the question's meaning and ids of rows are kept, see :mod:`assistant.kept`: no words of customers, so an erasure
has nothing to look for here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from connectors.errors import ConfigError
from mining.database import upsert
from mining.rows import storable_text
from mining.schema import threads
from mining.store import Store

LONGEST = 200
"""A thread's id has at most so many signs."""


def remember(store: Store, thread: str, spec: Mapping[str, Any], at: datetime) -> None:
    """Keep what a conversation asked last, in place of what it asked before. ``spec`` is JSON.

    Raises:
        ConfigError: the id is empty or longer than :data:`LONGEST` signs.
    """
    row = {"id": _key(thread), "spec": dict(spec), "at": at}
    with store.transaction() as connection:
        upsert(connection, threads, [row])


def recall(store: Store, thread: str) -> Mapping[str, Any] | None:
    """What :func:`remember` kept; None where nothing is kept that is a JSON object.

    Raises:
        ConfigError: as :func:`remember`.
    """
    try:
        with store.transaction() as connection:
            spec = connection.scalar(select(threads.c.spec).where(threads.c.id == _key(thread)))
    except ValueError:  # no JSON: somebody wrote there by hand
        return None
    return spec if isinstance(spec, Mapping) else None


def forget(store: Store, thread: str) -> bool:
    """Let go of one conversation; whether there was one.

    Raises:
        ConfigError: as :func:`remember`.
    """
    with store.transaction() as connection:
        return connection.execute(delete(threads).where(threads.c.id == _key(thread))).rowcount > 0


def forget_before(store: Store, at: datetime) -> int:
    """Let go of the conversations that asked nothing since; returns how many there were."""
    with store.transaction() as connection:
        return connection.execute(delete(threads).where(threads.c.at < at)).rowcount


def _key(thread: str) -> str:
    if not 0 < len(thread) <= LONGEST:
        raise ConfigError(
            f"a conversation's id has 1 to {LONGEST} signs, not {len(thread)}", hint="name another one with --thread"
        )
    return storable_text(thread)
