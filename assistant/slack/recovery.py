"""What was asked and never answered: found after a crash, and now and then, and answered or apologised for.

A question is somebody else's as long as the process that took it lives. One on another machine counts as alive for
five minutes. An answer that stands in Slack already is found by its metadata and not given twice.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Thread
from typing import TYPE_CHECKING

from assistant.kept import DAYS
from assistant.slack import telling
from assistant.slack.answering import Answering, Asked
from assistant.slack.posting import Order
from connectors.errors import OverheardError
from mining import answered, chats

if TYPE_CHECKING:
    from mining.chats import Event

log = logging.getLogger(__name__)

ANSWERED_FOR = timedelta(minutes=10)
"""A question as old as this is answered; for an older one we apologise."""

APOLOGISED_FOR = timedelta(hours=24)
"""For one older than this nobody waits any more."""

_ELSEWHERE_FOR = timedelta(minutes=5)
_A_TRY_TAKES = timedelta(minutes=1)
_URL_LIVES = timedelta(minutes=25)
_EVERY_S = 60.0
_KEPT = timedelta(days=30)
# As long as a conversation can be gone on with.
_BUTTONS_LIVE = timedelta(days=DAYS)


def owner_of_this_process() -> str:
    """Who takes a question here: machine, process, and a word of its own, for numbers of processes come again."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Recovery:
    """Looks for what is unanswered: once at the start, then every minute.

    ``patience`` is how old a question of this process must be before it is tried again.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._parts = answering.parts
        self.patience = _A_TRY_TAKES
        self._ended = Signal()
        self._thread = Thread(target=self._watch, name="slack-recovery", daemon=True)

    def start(self) -> None:
        """Look now, and go on looking."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def _watch(self) -> None:
        first = True
        while first or not self._ended.wait(_EVERY_S):
            first = False
            try:
                self.look()
                self._forget()
            except OverheardError as error:
                log.error("what is unanswered could not be looked for: %s", error.message)
            except Exception as error:
                log.error("what is unanswered could not be looked for: %s", type(error).__name__)

    def _forget(self) -> None:
        """Let go of what nobody comes back to: settled questions, and answers whose buttons nobody presses any more."""
        now = self._parts.clock()
        chats.forget_before(self._parts.store, now - _KEPT)
        answered.forget_before(self._parts.store, now - _BUTTONS_LIVE)

    def look(self) -> int:
        """Take up what is unanswered and nobody's; returns how many there were."""
        now = self._parts.clock()
        found = [event for event in chats.unanswered(self._parts.store) if self._is_lost(event, now)]
        for event in found:
            self._take_up(event, now)
        return len(found)

    def _is_lost(self, event: Event, now: datetime) -> bool:
        if self._answering.is_flying(event.id):
            return False
        owner, age = str(event.payload.get("owner") or ""), now - event.at
        if owner == self._answering.owner:
            return age > self.patience  # ours, and it could not be posted
        host, _, process = owner.rpartition(":")[0].rpartition(":")
        if host != socket.gethostname():
            return age > _ELSEWHERE_FOR
        return not _lives(process)

    def _take_up(self, event: Event, now: datetime) -> None:
        asked, age = Asked.from_payload(event.payload), now - event.at
        if asked is None or age > APOLOGISED_FOR or (asked.url and age > _URL_LIVES):
            log.warning("%s was never answered, and is too old now", event.id)
            chats.settle(self._parts.store, event.id, now, "too old")
        elif age > ANSWERED_FOR:
            log.warning("%s was never answered: apologising", event.id)
            self._apologise(asked)
        else:
            log.warning("%s was never answered: answering it now", event.id)
            by = asked.by if asked.by == "command" else "message"
            self._answering.start(replace(asked, by=by), found=True)

    def _apologise(self, asked: Asked) -> None:
        language = telling.language_of(asked.text, self._parts.person(asked.user).language)
        message = telling.notice("away", language)
        try:
            if asked.url is not None:
                telling.respond(self._parts, asked.url, message)
            else:
                order = Order(asked.channel, message, asked.key, asked.thread, since=asked.ts)
                found = self._parts.posting.find(order)
                if found is None:
                    self._parts.posting.put(order).result()
        except (OverheardError, RuntimeError) as error:
            log.warning("%s: nobody could be told: %s", asked.key, type(error).__name__)
        chats.settle(self._parts.store, asked.key, self._parts.clock(), "apologised")


def _lives(process: str) -> bool:
    """Whether another process of this machine runs."""
    if not process.isdecimal() or int(process) == os.getpid():
        return False
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(int(process), 0)
        return True
    return False
