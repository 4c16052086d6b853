"""Forms that are sent twice, by Slack or by an impatient finger, are heeded once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mining import chats

if TYPE_CHECKING:
    from assistant.slack.parts import Parts


def first_time(parts: Parts, view_id: str) -> bool:
    """Whether a form is sent for the first time; it is noted as sent."""
    key, now = f"slack:view:{view_id}", parts.clock()
    if not chats.take(parts.store, key, {}, now):
        return False
    chats.settle(parts.store, key, now, "form")
    return True
