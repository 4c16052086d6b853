"""How long one client waits: before it tries again, as it is told, and so that the calls that are left last."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from tenacity import RetryCallState

from connectors.clock import Clock
from connectors.refusals import Passing, too_long
from connectors.waiting import budget, pause_seconds

logger = logging.getLogger(__name__)

# Full jitter: a moment between 0 and 1, 2, 4 ... seconds, never above the last.
_FIRST_S = 1.0
_LONGEST_S = 30.0


class Patience:
    """The waits of one client; ``longest_s`` is the longest that is sat through."""

    def __init__(self, called: str, clock: Clock, longest_s: float, chance: random.Random) -> None:
        self.longest_s = longest_s
        self._called = called
        self._clock = clock
        self._chance = chance
        self._not_before: datetime | None = None

    def before_again(self, state: RetryCallState) -> float:
        """Seconds before the next attempt: exactly what was told, or a moment by chance."""
        passing = state.outcome.exception() if state.outcome else None
        if isinstance(passing, Passing) and passing.wait is not None:
            wait = passing.wait
        else:
            longest = min(_FIRST_S * 2.0 ** (state.attempt_number - 1), _LONGEST_S, self.longest_s)
            wait = self._chance.uniform(0.0, longest)
        logger.info("%s: waiting %.1f s (%s)", self._called, wait, passing)
        return wait

    def spread(self) -> None:
        """Wait as long as the last answer made advisable.

        Raises:
            RateLimited: none is left, and there are more only after a longer wait than is sat through.
        """
        if self._not_before is None:
            return
        wait = (self._not_before - self._clock.now()).total_seconds()
        self._not_before = None
        if wait > self.longest_s:
            raise too_long(self._called, wait)
        if wait > 0:
            logger.info("%s: waiting %.1f s (few calls are left)", self._called, wait)
            self._clock.sleep(wait)

    def heed(self, headers: Mapping[str, str]) -> None:
        """Remember what an answer says of the calls that are left."""
        now = self._clock.now()
        left = budget(headers, now)
        pause = pause_seconds(left)
        if left is not None and left.remaining >= 1:
            # To spread what is left is our own idea: it slows us down, but does not stop us.
            pause = min(pause, self.longest_s)
        self._not_before = now + timedelta(seconds=pause) if pause else None
