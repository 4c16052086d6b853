"""A day beside the same weekdays before it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.answer import Row
from assistant.digests.asking import Asked, Asking
from assistant.digests.movement import SURE
from assistant.periods import Window

_WEEKS = 8
_LEAST = 3


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day's items in the answer ``asked``, whose rows ``same`` are its weekday's, the day itself last."""

    asked: Asked
    same: tuple[Row, ...]

    @property
    def count(self) -> int:
        """How many items the day had."""
        return self.same[-1].figure().value if self.same else 0

    @property
    def before(self) -> list[int]:
        """The items of the weekdays before it, from the first one with feedback on: before that nothing was read."""
        counts = [row.figure().value for row in self.same[:-1]]
        first = next((place for place, count in enumerate(counts) if count), len(counts))
        return counts[first:]

    @property
    def usual(self) -> float | None:
        """The mean of the weekdays before it; None of too few."""
        return sum(self.before) / len(self.before) if len(self.before) >= _LEAST else None

    @property
    def verdict(self) -> str:
        """Whether the day had more or less than usual: more, less, same (within chance), unknown."""
        usual = self.usual
        if usual is None:
            return "unknown"
        spread = sum((count - usual) ** 2 for count in self.before) / (len(self.before) - 1)
        # Never narrower than a Poisson's, and the mean is itself uncertain.
        variance = max(spread, usual) * (1 + 1 / len(self.before))
        p = math.erfc(abs(self.count - usual) / math.sqrt(2 * variance))
        return "same" if p > SURE else "more" if self.count > usual else "less"


def beside_its_weekday(asking: Asking, day: date) -> Weekday:
    """A day and the same weekdays of the eight weeks before it."""
    asked = asking.ask("by_day", Window(day - timedelta(weeks=_WEEKS), day, unit="range"))
    same = tuple(row for row in asked.answer.rows if _day(row).weekday() == day.weekday())
    return Weekday(asked, same)


def _day(row: Row) -> date:
    """The day that a row is of."""
    return date.fromisoformat(row.id.removeprefix("time:").partition("/")[0])
