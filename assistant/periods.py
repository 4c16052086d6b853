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
# The first day of a weekend of two days; Saturday elsewhere.
_WEEKENDS = {"he": 4, "fa": 3}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A year below this is a Jalali one.
_JALALI_BELOW = 1500
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
# A trend shows days up to so many days, weeks up to so many, months beyond.
_BY_DAY, _BY_WEEK = 14, 120

# persiantools carries no types.
_jalali: Any = jdatetime.JalaliDate


@dataclass(frozen=True, slots=True)
class Window:
    """Local dates, both inclusive. ``expr`` is how it was said.

    ``partial``: the period runs on, so ``last`` is today, or a piece of it was cut off; ``future``: it has not begun,
    so nothing can be in it; ``like_for_like``: cut to the days that another window has had so far.

    ``unit`` is the kind of period that was named: day, week, weekend, month, quarter, half, year, event (from or up to
    an event of the company, whose name is ``event``), since, range, part (a piece of another period) or ever; ``count``
    of them. ``rolling``: they are counted back from today ("last 3 months") and begin on no first of a month.
    ``week_start`` is the weekday that a week begins on.
    """

    first: date
    last: date
    expr: str | None = None
    default: bool = False
    partial: bool = False
    future: bool = False
    calendar: str = "gregorian"
    unit: str | None = None
    count: int = 1
    rolling: bool = False
    event: str | None = None
    week_start: str | None = None
    like_for_like: bool = False

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Clock:
    """Today as the asker sees it. ``week_start``: 0 is Monday; ``calendar`` is "gregorian" or "jalali".

    ``weekend`` is the first of the two days of a weekend. ``events`` are the company's own dates, such as a price
    increase, by name.
    """

    today: date
    week_start: int = 0
    calendar: str = "gregorian"
    events: Mapping[str, date] = field(default_factory=dict)
    weekend: int = 5

    @classmethod
    def of(cls, today: date, language: str, week_start: str | None, calendar: str = "gregorian") -> Clock:
        """The clock of an asker: the workspace's week start wins over the language's."""
        start = WEEKDAYS.index(week_start) if week_start else _WEEK_STARTS.get(language, 0)
        return cls(today, start, calendar, weekend=_WEEKENDS.get(language, 5))


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
    year: int = dated(calendar, clock.today).year
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
    unit = next((unit for unit, length in MONTHS.items() if length == count), "month")
    named = count if unit == "month" else 1
    return Window(begins, ends - timedelta(days=1), calendar=calendar, unit=unit, count=named)


def latest_months(clock: Clock, calendar: str, month: int, year: int | None, count: int = 1) -> Window:
    """Named months of a year or, without one, the latest that have begun."""
    window = months(calendar, year or this_year(clock, calendar), month, count)
    if year is None and window.first > clock.today:
        return months(calendar, this_year(clock, calendar) - 1, month, count)
    return window


def moved(start: date, months_: int, calendar: str = "gregorian") -> date:
    """The same day some months on or back, or the last day of a month that has no such day."""
    now = dated(calendar, start)
    month = months(calendar, now.year, now.month + months_)
    return min(month.first + timedelta(days=now.day - 1), month.last)


def period(clock: Clock, unit: str, offset: int) -> Window:
    """The day, week, month, quarter, half or year that holds today, moved by ``offset`` of its kind."""
    today = clock.today
    if unit == "day":
        there = today + timedelta(days=offset)
        return Window(there, there, unit="day")
    if unit == "week":
        first = today - timedelta(days=(today.weekday() - clock.week_start) % 7) + timedelta(weeks=offset)
        return week(first)
    now = dated(clock.calendar, today)
    length = MONTHS[unit]
    start = (now.month - 1) // length * length + 1 + offset * length
    return months(clock.calendar, now.year, start, length)


def week(first: date) -> Window:
    """The seven days from one on."""
    return Window(first, first + timedelta(days=6), unit="week", week_start=WEEKDAYS[first.weekday()])


def weekend(clock: Clock, offset: int) -> Window:
    """The latest weekend that has begun, moved by ``offset`` weeks."""
    back = (clock.today.weekday() - clock.weekend) % 7
    first = clock.today - timedelta(days=back) + timedelta(weeks=offset)
    return Window(first, first + timedelta(days=1), unit="weekend")


def last_n(clock: Clock, n: int, unit: str) -> Window | None:
    """The last n units up to today: whole days for days and weeks, else from the same day n months ago on.

    Months are Gregorian ones whatever the calendar, for they are counted and not named.
    """
    if n < 1:
        return None
    if unit in _DAYS:
        first = clock.today - timedelta(days=n * _DAYS[unit] - 1)
        named, count = ("week", 2 * n) if unit == "fortnight" else (unit, n)
        return Window(first, clock.today, unit=named, count=count, rolling=True)
    first = moved(clock.today, -n * MONTHS[unit])
    return Window(first, clock.today, calendar=clock.calendar, unit=unit, count=n, rolling=True)


def settled(window: Window, clock: Clock, expr: str | None) -> Window:
    """A window as it can be answered: it ends today at the latest, because nothing was said later.

    One that has not begun keeps its dates.
    """
    if window.first > clock.today:
        return replace(window, expr=expr, future=True, partial=False)
    partial = window.partial or window.last > clock.today
    return replace(window, last=min(window.last, clock.today), expr=expr, partial=partial)


def before(window: Window, clock: Clock) -> Window:
    """The period before, of the same kind: the month before a month, as many days before other windows.

    While the period is still running, only as many of its days are taken as have passed (``like_for_like``); where the
    one before is shorter than that, it is taken whole.
    """
    if window.unit == "weekend":
        return _cut(_days_on(window, -7), window)
    if window.unit == "week" and not window.rolling:
        whole = replace(week(window.first - timedelta(weeks=window.count)), count=window.count)
        return _cut(replace(whole, last=window.first - timedelta(days=1)), window)
    if window.unit in MONTHS:
        return shifted(window, window.unit, -window.count, clock)
    # Far enough back there is no day any more.
    days = min(window.days, window.first.toordinal() - 1)
    return _fresh(window, window.first - timedelta(days=days), window.first - timedelta(days=1))


def shifted(window: Window, unit: str, offset: int, clock: Clock) -> Window:
    """The same period some units on or back: the same month a year ago, the same weekday of the week before.

    A week stays a week, so it moves by 52 weeks a year and by four a month. It is cut while it runs, as by ``before``.
    """
    if unit in _DAYS:
        return _cut(_days_on(window, offset * _DAYS[unit]), window)
    by = offset * MONTHS[unit]
    if window.unit in ("week", "weekend"):
        years, rest = divmod(abs(by), 12)
        weeks = 52 * years + 4 * rest
        return _cut(_days_on(window, 7 * (weeks if by > 0 else -weeks)), window)
    if window.unit in MONTHS and not window.rolling:
        now = dated(window.calendar, window.first)
        whole = months(window.calendar, now.year, now.month + by, MONTHS[window.unit] * window.count)
        return _cut(replace(whole, unit=window.unit, count=window.count), window)
    first, last = moved(window.first, by), moved(window.last, by)
    if window.rolling and by == -window.count * MONTHS.get(window.unit or "", 0):
        # Side by side: the day that both would have belongs to the later one.
        last = window.first - timedelta(days=1)
    return _fresh(window, first, last)


def same_days(other: Window, window: Window) -> Window:
    """``other`` cut to the days that ``window`` has had so far, where that is still running and both are of a kind."""
    if window.partial and not other.partial and (window.unit, window.count) == (other.unit, other.count):
        return replace(_cut(other, window), expr=other.expr)
    return other


def _cut(whole: Window, running: Window) -> Window:
    """A period as far as the running one has come."""
    if not (running.partial or running.like_for_like) or running.days >= whole.days:
        return whole
    return replace(whole, last=whole.first + timedelta(days=running.days - 1), like_for_like=True)


def _days_on(window: Window, days: int) -> Window:
    """The window moved by days, whole although it may be running."""
    length = {"week": 7 * window.count, "weekend": 2}.get(window.unit or "", window.days)
    length = window.days if window.rolling else length
    first = window.first + timedelta(days=days)
    return _fresh(window, first, first + timedelta(days=length - 1))


def _fresh(window: Window, first: date, last: date) -> Window:
    """Other days of the same kind of window, about which nothing else is known."""
    return replace(window, first=first, last=last, expr=None, default=False, partial=False, future=False)


def steps(window: Window, grain: str, clock: Clock) -> list[Window]:
    """The days, weeks, months, quarters or years of a window, for a trend: side by side, together the window.

    A piece that the window cuts, or that is still running, is ``partial``. Months are those of the window where it
    names some, of the clock's calendar otherwise.
    """
    named = window.unit in MONTHS and not window.rolling
    calendar = window.calendar if named else clock.calendar
    found: list[Window] = []
    first = window.first
    while first <= window.last:
        whole = period(replace(clock, today=first, calendar=calendar), grain, 0)
        last = min(whole.last, window.last)
        cut = (first, last) != (whole.first, whole.last) or first <= clock.today < last
        found.append(replace(whole, first=first, last=last, partial=cut, future=first > clock.today))
        first = last + timedelta(days=1)
    return found


def grain(window: Window) -> str:
    """How a trend over the window is cut where nobody says: day up to 14 days, week up to 120, else month."""
    if window.days <= _BY_DAY:
        return "day"
    return "week" if window.days <= _BY_WEEK else "month"


def widened(window: Window, grain: str, clock: Clock) -> Window:
    """The last n months as whole months, the running one included, where a trend shows them by month or longer.

    Other windows stay as they are.
    """
    length = MONTHS.get(window.unit or "", 0) * window.count
    if not window.rolling or grain not in MONTHS or length <= MONTHS[grain] or length % MONTHS[grain]:
        return window
    at = replace(clock, today=window.last)
    return replace(window, first=period(at, grain, 1 - length // MONTHS[grain]).first, calendar=clock.calendar)


def dated(calendar: str, day_: date) -> Any:
    """A day with the ``year``, ``month`` and ``day`` that a calendar gives it."""
    return _jalali.to_jalali(day_) if calendar == "jalali" else day_


def length_of(unit: str) -> int:
    """The fewest days that such a period has."""
    return _DAYS.get(unit) or {"month": 28, "quarter": 89, "half": 179, "year": 354}.get(unit, 1)
