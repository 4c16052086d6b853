"""One thing fixed and confirmed: a pain that fell beyond chance against the time before, and stayed low since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from assistant.answer import Row
from assistant.digests.asking import Asked, Asking
from assistant.digests.movement import SURE, moved
from assistant.measures import Share
from assistant.periods import Window
from mining.filters import Filters
from mining.statistics import different_rates

# Weeks that have to be low, and weeks before them that tell what was usual.
_LOW, _USUAL = 4, 8
_WEEK = timedelta(days=7)
# Half of what was usual is low; of what was rarer than this a week nobody can tell.
_HALF, _RARE = 0.5, 1.5
_THEMES = 30
_TRIED = 5
# An event so long before the fall, or within its first week, may be named beside it.
_BEFORE, _WITHIN = timedelta(days=14), timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The theme's row of the comparison, its weeks one by one, and the event beside the fall, if there is one."""

    row: Row
    now: Share
    before: Share
    weeks: Asked
    since: date
    event: tuple[str, date] | None


@dataclass(frozen=True, slots=True)
class Fix:
    """What was looked at, and what was found, if anything was."""

    compared: Asked
    after: Window
    before: Window
    found: Confirmed | None

    @property
    def is_news(self) -> bool:
        """Whether it could not have been confirmed a week ago."""
        return self.found is not None and self.found.since >= self.after.first - _WEEK


def fix(asking: Asking, window: Window) -> Fix:
    """The pain that fell most, if one did and was low in each of the four weeks up to the window's end."""
    end = window.last
    after = Window(end - _LOW * _WEEK + timedelta(days=1), end, unit="range")
    before = Window(after.first - _USUAL * _WEEK, after.first - timedelta(days=1), unit="range")
    compared = asking.ask("compare", after, before, n=_THEMES)
    for row in _fallen(compared, after, before)[:_TRIED]:
        shares = moved(row)
        weeks = asking.ask(
            "negative_by_week", Window(before.first, after.last, unit="range"), more=Filters(theme=(row.id,))
        )
        low_since = _low_since(weeks)
        if shares and low_since and low_since <= after.first + _WITHIN:
            return Fix(compared, after, before, Confirmed(row, *shares, weeks, low_since, _event(asking, low_since)))
    return Fix(compared, after, before, None)


def _fallen(compared: Asked, after: Window, before: Window) -> list[Row]:
    """Themes said at most half as often, beyond chance both as a share of the pains and as a number, largest first."""
    found = []
    themes = [(row, shares) for row in compared.answer.rows if (shares := moved(row)) and not row.small]
    for row, (now, was) in themes:
        rate_now, rate_before = now.part.value / after.days, was.part.value / before.days
        p = different_rates(now.part.value, after.days, was.part.value, before.days)
        # Where nothing hurts any more there is no share to compare: then the number alone, all themes considered.
        sure = p <= SURE if row.marks else not now.whole.value and p * len(themes) <= SURE
        if sure and now.value <= _HALF * was.value and rate_now <= _HALF * rate_before:
            found.append((rate_now - rate_before, row))
    return [row for _, row in sorted(found, key=lambda one: (one[0], one[1].id))]


def _low_since(weeks: Asked) -> date | None:
    """The first day of the unbroken run of low weeks up to the end; None where the last week is not low."""
    counts = [(row, row.figure().value) for row in weeks.answer.rows]
    usual = [count for row, count in counts[: -_LOW or None] if not row.marks]
    mean = sum(usual) / len(usual) if usual else 0.0
    if mean < _RARE:
        return None
    since = None
    for row, count in reversed(counts):
        if count > _HALF * mean:
            break
        since = date.fromisoformat(row.id.removeprefix("time:").partition("/")[0])
    return since


def _event(asking: Asking, low_since: date) -> tuple[str, date] | None:
    """The event of the settings that lies nearest to the fall."""
    near = [
        (abs((day - low_since).days), name, day)
        for name, day in asking.asker.events.items()
        if low_since - _BEFORE <= day <= low_since + _WITHIN
    ]
    return min(near)[1:] if near else None
