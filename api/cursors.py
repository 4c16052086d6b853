"""Cursors: where a page ended, signed, so that one that was made or changed by hand is told from ours."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from api.problems import CURSOR, Problem

LONGEST = 4_000
_SIGNATURE = 12


class Cursors:
    """Makes and reads cursors of one workspace. ``key`` gives the workspace's key, which is asked for only then."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def made(self, what: str, value: Any) -> str:
        """A cursor for a list called ``what`` that goes on behind ``value`` (JSON)."""
        payload = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(what, payload) + payload).decode().rstrip("=")

    def read(self, what: str, cursor: str) -> Any:
        """What :meth:`made` was given.

        Raises:
            Problem: it is none of ours, or one of another list.
        """
        try:
            whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _not_ours() from error
        signature, payload = whole[:_SIGNATURE], whole[_SIGNATURE:]
        if not payload or not hmac.compare_digest(signature, self._signature(what, payload)):
            raise _not_ours()
        return json.loads(payload)

    def _signature(self, what: str, payload: bytes) -> bytes:
        head = what.encode() + b"\0"
        return hashlib.blake2b(head + payload, key=self._key(), digest_size=_SIGNATURE, person=b"cursor").digest()


def _not_ours() -> Problem:
    return Problem(CURSOR, "The cursor is none that was given here for this list.", "Begin again without a cursor.")
