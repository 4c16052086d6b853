"""Keys of programs that ask over HTTP: shown once when they are made, kept as a hash.

A key is ``oh_``, eight signs that name it, 43 that are secret and six that check the rest, so that a slip of the hand
and a key in a log can both be told by looking. The secret part has 256 random bits: nobody can try them all, however
fast the hash, so it is plain SHA-256; slow hashes are for passwords that people choose.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zlib import crc32

from sqlalchemy import Row, insert, or_, select, update

from connectors.errors import ConfigError
from mining.rows import storable_text
from mining.schema import api_keys
from mining.store import Store

_SIGNS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_NAME, _SECRET, _CHECK = 8, 43, 6
_SHAPE = re.compile(rf"oh_([0-9A-Za-z]{{{_NAME}}})[0-9A-Za-z]{{{_SECRET + _CHECK}}}")

LIKE_A_KEY = re.compile(r"oh_([0-9A-Za-z]{8})[0-9A-Za-z]{12,}")
"""What looks like a key or a good part of one, wherever it stands; the group names it."""

LONGEST_NAME = 80


class Scope(StrEnum):
    """What a key may be used for; ``admin`` holds all others."""

    READ = "read"
    INGEST = "ingest"
    LABEL = "label"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: all but the secret."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def state(self, now: datetime) -> str:
        """``live``, ``revoked`` or ``expired``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "live"

    def may(self, scope: Scope) -> bool:
        """Whether it holds a scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def as_json(self, now: datetime) -> dict[str, Any]:
        """What ``overheard keys list --json`` shows."""
        times = {name: getattr(self, name) for name in ("made_at", "expires_at", "revoked_at", "used_at")}
        told = {name: at.isoformat() if at else None for name, at in times.items()}
        return {"id": self.id, "name": self.name, "scopes": list(self.scopes), "state": self.state(now), **told}


def create(
    store: Store, name: str, scopes: Sequence[Scope], now: datetime, expires_at: datetime | None = None
) -> tuple[Key, str]:
    """Make a key and keep its hash; the second value is the key itself, which nobody can read again.

    Raises:
        ConfigError: no name, or too long a one, or an end that is over.
    """
    name = storable_text(" ".join(name.split()))
    if not name or len(name) > LONGEST_NAME:
        raise ConfigError(f"a key has a name of 1 to {LONGEST_NAME} signs", hint='overheard keys create "BI dashboard"')
    if expires_at is not None and expires_at <= now:
        raise ConfigError("that time is over: the key would never open anything", hint="--expires 90d, for one")
    id_ = _random(_NAME)
    begun = f"oh_{id_}{_random(_SECRET)}"
    token = begun + _check(begun)
    made = Key(id_, name, tuple(dict.fromkeys(scopes)), now, expires_at, None, None)
    row = {"id": id_, "name": name, "hash": _hash(token), "scopes": list(made.scopes), "made_at": now}
    with store.transaction() as connection:
        connection.execute(insert(api_keys).values(**row, expires_at=expires_at))
    return made, token


def listed(store: Store) -> list[Key]:
    """Every key ever made, in the order in which they were made."""
    with store.transaction() as connection:
        return [_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.made_at, api_keys.c.id))]


def any_made(store: Store) -> bool:
    """Whether there ever was a key, revoked and expired ones counted: from then on nobody is let in without one."""
    with store.transaction() as connection:
        return connection.scalar(select(api_keys.c.id).limit(1)) is not None


def any_live(store: Store, now: datetime) -> bool:
    """Whether there is a key that opens something."""
    table = api_keys
    live = table.c.revoked_at.is_(None) & or_(table.c.expires_at.is_(None), table.c.expires_at > now)
    with store.transaction() as connection:
        return connection.scalar(select(table.c.id).where(live).limit(1)) is not None


def known(store: Store, token: str) -> Key | None:
    """The key that somebody shows, whatever its state; None where there is none such."""
    shape = _SHAPE.fullmatch(token)
    if shape is None or not hmac.compare_digest(token[-_CHECK:], _check(token[:-_CHECK])):
        return None
    with store.transaction() as connection:
        row = connection.execute(select(api_keys).where(api_keys.c.id == shape[1])).one_or_none()
    # An unknown name is compared too, so that it takes as long as a wrong secret.
    kept = row.hash if row is not None else _hash("")
    return _key(row) if hmac.compare_digest(kept, _hash(token)) and row is not None else None


def revoke(store: Store, id_: str, now: datetime) -> Key:
    """Take a key out of use, at once and for good; harmless to repeat.

    Raises:
        ConfigError: there is no such key.
    """
    with store.transaction() as connection:
        row = connection.execute(select(api_keys).where(api_keys.c.id == id_)).one_or_none()
        if row is None:
            raise ConfigError(f"there is no key {id_!r}", hint="overheard keys list shows their ids")
        if row.revoked_at is None:
            connection.execute(update(api_keys).where(api_keys.c.id == id_).values(revoked_at=now))
        return _key(connection.execute(select(api_keys).where(api_keys.c.id == id_)).one())


def note_use(store: Store, used: Mapping[str, datetime]) -> None:
    """Keep when keys were used last."""
    with store.transaction() as connection:
        for id_, at in used.items():
            connection.execute(update(api_keys).where(api_keys.c.id == id_).values(used_at=at))


def _key(row: Row[Any]) -> Key:
    scopes = tuple(Scope(one) for one in row.scopes)
    return Key(row.id, row.name, scopes, row.made_at, row.expires_at, row.revoked_at, row.used_at)


def _random(length: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(length))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _check(begun: str) -> str:
    rest, signs = crc32(begun.encode()), ""
    for _ in range(_CHECK):
        rest, place = divmod(rest, len(_SIGNS))
        signs = _SIGNS[place] + signs
    return signs
