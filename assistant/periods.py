"""Days, weeks, months, quarters and years of two calendars, as windows of local dates with both ends inclusive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from persiantools import jdatetime

DEFAULT_DAYS = 30
# "All time" begins here.
EVER = date(1970, 1, 1)
_WEEK_STARTS = {"he": 6, "fa": 5}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A year below this is a Jalali one.
_JALALI_BELOW = 1500
_MONTHS = {"month": 1, "quarter": 3, "year": 12}

# persiantools carries no types.
_jalali: Any = jdatetime.JalaliDate


@dataclass(frozen=True, slots=True)
class Window:
    """Local dates, both inclusive. ``expr`` is how it was said.

    ``partial``: the period runs on, so ``last`` is today; ``future``: it has not begun, so nothing can be in it.
    """

    first: date
    last: date
    expr: str | None = None
    default: bool = False
    partial: bool = False
    future: bool = False
    calendar: str = "gregorian"


@dataclass(frozen=True, slots=True)
class Clock:
    """Today as the asker sees it. ``week_start``: 0 is Monday; ``calendar`` is "gregorian" or "jalali".

    ``events`` are the company's own dates, such as a price increase, by name.
    """

    today: date
    week_start: int = 0
    calendar: str = "gregorian"
    events: Mapping[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, today: date, language: str, week_start: str | None, calendar: str = "gregorian") -> Clock:
        """The clock of an asker: the workspace's week start wins over the language's."""
        start = _WEEKDAYS.index(week_start) if week_start else _WEEK_STARTS.get(language, 0)
        return cls(today, start, calendar)


def default_window(today: date) -> Window:
    """What is meant when no time is named: the last 30 days, today included."""
    return Window(today - timedelta(days=DEFAULT_DAYS - 1), today, default=True)


def calendar_of(year: int | None, otherwise: str) -> str:
    """The calendar that a year belongs to."""
    if year is None:
        return otherwise
    return "jalali" if year < _JALALI_BELOW else "gregorian"


def this_year(clock: Clock, calendar: str) -> int:
    """The year that today lies in."""
    year: int = _jalali.to_jalali(clock.today).year if calendar == "jalali" else clock.today.year
    return year


def day(calendar: str, year: int, month: int, day_: int) -> date:
    """A day of a calendar as a Gregorian date; ``ValueError`` where there is none."""
    if calendar == "jalali":
        found: date = _jalali(year, month, day_).to_gregorian()
        return found
    return date(year, month, day_)


def months(calendar: str, year: int, month: int, count: int = 1) -> Window:
    """``count`` whole months from one on; ``month`` may lie outside 1..12 and moves the year."""
    firsts = [divmod(month - 1 + more, 12) for more in (0, count)]
    begins, ends = (day(calendar, year + years, place + 1, 1) for years, place in firsts)
    return Window(begins, ends - timedelta(days=1), calendar=calendar)


def latest_months(clock: Clock, calendar: str, month: int, year: int | None, count: int = 1) -> Window:
    """Named months of a year or, without one, the latest that have begun."""
    window = months(calendar, year or this_year(clock, calendar), month, count)
    if year is None and window.first > clock.today:
        return months(calendar, this_year(clock, calendar) - 1, month, count)
    return window


def period(clock: Clock, unit: str, offset: int) -> Window:
    """The day, week, month, quarter or year that holds today, moved by ``offset`` of its kind."""
    today = clock.today
    if unit == "day":
        moved = today + timedelta(days=offset)
        return Window(moved, moved)
    if unit == "week":
        first = today - timedelta(days=(today.weekday() - clock.week_start) % 7) + timedelta(weeks=offset)
        return Window(first, first + timedelta(days=6))
    now: Any = _jalali.to_jalali(today) if clock.calendar == "jalali" else today
    length = _MONTHS[unit]
    start = (now.month - 1) // length * length + 1 + offset * length
    return months(clock.calendar, now.year, start, length)


def last_n(clock: Clock, n: int, unit: str) -> Window | None:
    """The last n units up to today: whole days for days and weeks, the same day n months ago otherwise."""
    today = clock.today
    if n < 1:
        return None
    if unit in ("day", "week"):
        return Window(today - timedelta(days=n * (7 if unit == "week" else 1) - 1), today)
    now: Any = _jalali.to_jalali(today) if clock.calendar == "jalali" else today
    begun = months(clock.calendar, now.year, now.month - n * _MONTHS[unit])
    same_day = min(begun.first + timedelta(days=now.day - 1), begun.last)
    return Window(same_day + timedelta(days=1), today, calendar=clock.calendar)


def settled(window: Window, clock: Clock, expr: str) -> Window:
    """A window as it can be answered: it ends today at the latest, because nothing was said later.

    One that has not begun keeps its dates.
    """
    if window.first > clock.today:
        return replace(window, expr=expr, future=True)
    return replace(window, last=min(window.last, clock.today), expr=expr, partial=window.last > clock.today)
