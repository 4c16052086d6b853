"""What is due while a server runs: watches and digests, at their times, sent through Slack where they go there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.slackbot import Bot
    from assistant.wiring import Workspace


@contextmanager
def kept_going(where: Workspace, bot: Bot | None) -> Iterator[None]:
    """Do what falls due, as long as the block lasts."""
    from assistant import delivery

    scheduler = delivery.running(where, bot.parts if bot else None)
    try:
        yield
    finally:
        scheduler.stop()
