"""What is due while a server runs: watches and digests, at their times, sent through Slack where they go there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.slackbot import Bot
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

_SCHEDULER = "assistant.scheduler"


@contextmanager
def kept_going(where: Workspace, bot: Bot | None) -> Iterator[None]:
    """Do what falls due, as long as the block lasts."""
    if find_spec(_SCHEDULER) is None:
        yield
        return
    scheduler: Any = import_module(_SCHEDULER)
    running = scheduler.start(where, bot.parts.posting.post if bot else None)
    try:
        yield
    finally:
        running.stop()
