"""Every request has an id: the client's own where it is a sane one, else one of ours; it stands in every log line."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from uuid import uuid4

HEADER = "X-Request-Id"

_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_CURRENT: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request that is being answered in this thread or task, "" beside one."""
    return _CURRENT.get()


def begin(given: str | None) -> str:
    """Take a client's id, or make one, for what follows here."""
    taken = given if given is not None and _SANE.fullmatch(given) else uuid4().hex
    _CURRENT.set(taken)
    return taken


class InLog(logging.Filter):
    """Gives every record ``request``: the id in brackets, or nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass every record."""
        id_ = current()
        record.request = f"[{id_}] " if id_ else ""
        return True


def put_in_log() -> None:
    """Have the id in every line that the root's handlers write."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(InLog())
        handler.setFormatter(logging.Formatter("%(request)s%(name)s: %(message)s"))
