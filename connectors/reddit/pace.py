"""When to ask Reddit again: after a refusal, after a fault, and before the calls of a window run out.

prawcore would wait by itself, by a clock of its own, for up to ten minutes; so it is shown no answer that would let it
(:mod:`connectors.reddit.line`), and all waiting is done here.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.clock import Clock
from connectors.errors import OverheardError, RateLimited
from connectors.reddit import refusals
from connectors.reddit.refusals import Answer
from connectors.waiting import Budget, budget, pause_seconds, wait_seconds

logger = logging.getLogger(__name__)

ATTEMPTS = 4
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 524})


class Passing(Exception):
    """A fault that may pass: a broken connection, an answer that was cut off. ``error`` is what to say if it stays."""

    def __init__(self, error: OverheardError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the answer without its body, and the body."""

    answer: Answer
    content: bytes


class Pace:
    """Asks, and waits as it is told; kept over new tokens, since Reddit counts by client id."""

    def __init__(self, clock: Clock, max_wait_s: float) -> None:
        self._clock = clock
        self._max_wait_s = max_wait_s
        self._not_before: datetime | None = None
        self.budget: Budget | None = None

    def ask(self, once: Callable[[], Reply]) -> Reply:
        """The answer to one request, a success with JSON in it or a refusal that will not pass by itself.

        Raises:
            RateLimited: Reddit asks for a longer wait than ``max_wait_s``.
            Unreachable: nothing whole came in four attempts.
        """
        self._keep_pace()
        attempt = 1
        while True:
            try:
                reply = self._noted(once())
            except Passing as passing:
                told, error = None, passing.error
            else:
                if reply.answer.status not in _PASSING and not _is_broken(reply):
                    return reply
                told = wait_seconds(reply.answer.status, reply.answer.headers, self._their_now(reply))
                error = _fault(reply)
            if attempt == ATTEMPTS:
                raise error
            self._wait(told if told is not None else _backoff(attempt), error)
            attempt += 1

    def _noted(self, reply: Reply) -> Reply:
        """Remember what the answer tells of the calls that are left."""
        now, theirs = self._clock.now(), self._their_now(reply)
        found = budget(reply.answer.headers, theirs)
        self.budget = found or self.budget
        pause = pause_seconds(found)
        self._not_before = now + timedelta(seconds=pause) if pause else None
        return reply

    def _their_now(self, reply: Reply) -> datetime:
        """The time by Reddit's clock, by which it names a time to wait for."""
        try:
            told = parsedate_to_datetime(reply.answer.headers.get("date", ""))
        except ValueError:
            return self._clock.now()
        return told if told.tzinfo else told.replace(tzinfo=UTC)

    def _keep_pace(self) -> None:
        if self._not_before is not None:
            left = (self._not_before - self._clock.now()).total_seconds()
            self._wait(left, None)

    def _wait(self, seconds: float, error: OverheardError | None) -> None:
        if seconds <= 0:
            return
        if seconds > self._max_wait_s:
            raise RateLimited(
                f"Reddit asks to wait {seconds:.0f} s, longer than max_wait_s = {self._max_wait_s:g}",
                hint="what was read is stored; the next pull goes on from there",
                retry_after=seconds,
            )
        logger.info("waiting %.1f s for Reddit%s", seconds, f": {error.message}" if error else "")
        self._clock.sleep(seconds)
        self._not_before = None


def _is_broken(reply: Reply) -> bool:
    """Whether a success holds no JSON: a web page, or half an answer."""
    if not 200 <= reply.answer.status < 300:
        return False
    try:
        json.loads(reply.content)
    except (ValueError, RecursionError):
        return True
    return False


def _fault(reply: Reply) -> OverheardError:
    if 200 <= reply.answer.status < 300:
        return refusals.no_json(reply.answer)
    return refusals.of_fault(reply.answer)


def _backoff(attempt: int) -> float:
    """Between half and the whole of 1, 2, 4 seconds: those who failed together do not come back together."""
    return float(2 ** (attempt - 1) * random.uniform(0.5, 1.0))  # noqa: S311 -- no secret is made of it
