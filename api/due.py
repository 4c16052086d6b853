"""What is due while a server runs: sources are read, what came is understood, watches and digests are sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.working import Upkeep
    from assistant.slackbot import Bot
    from assistant.wiring import Workspace


@contextmanager
def kept_going(where: Workspace, bot: Bot | None, upkeep: Upkeep | None = None) -> Iterator[None]:
    """Do what falls due, as long as the block lasts; with a ``bot`` by its clock, which may be that of another day.

    ``upkeep`` is the worker that understands what came, where somebody else nudges it as well.
    """
    from api.pulling import Pulling
    from api.working import Upkeep
    from assistant import delivery
    from assistant.scheduler import Scheduler, process_name

    work = delivery.deliveries(where, bot.parts if bot else None)
    if bot is not None:
        parts = bot.parts
        work.asker, work.clock = lambda: parts.askers(None), parts.clock
    scheduler = Scheduler(where.store, work, work.clock, process_name())
    upkeep = upkeep or Upkeep(where)
    pulling = Pulling(where, upkeep)
    scheduler.start()
    upkeep.start()
    pulling.start()
    try:
        yield
    finally:
        pulling.stop()
        upkeep.stop()
        scheduler.stop()
