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
    """Do what falls due, as long as the block lasts; with a ``bot`` by its clock, which may be that of another day."""
    from assistant import delivery
    from assistant.scheduler import Scheduler, process_name

    work = delivery.deliveries(where, bot.parts if bot else None)
    if bot is not None:
        parts = bot.parts
        work.asker, work.clock = lambda: parts.askers(None), parts.clock
    scheduler = Scheduler(where.store, work, work.clock, process_name())
    scheduler.start()
    try:
        yield
    finally:
        scheduler.stop()
