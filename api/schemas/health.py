"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Told


class Alive(Told):
    """It is there and reads its store."""

    ok: bool


class Check(Told):
    """One thing that answering needs."""

    check: str
    ok: bool
    says: str


class Ready(Told):
    """All that answering needs is there."""

    ok: bool = Field(description="Always true here: a server that is not ready answers 503.")
    checks: list[Check]
