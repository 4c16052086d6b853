"""What the rules of the time lexicon mean: each is a function from a clock and what was said to a window."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from assistant import periods
from assistant.date_words import DeclinedError, Said
from assistant.periods import EVER, Clock, Window, calendar_of, last_n, latest_months, months, period

Reading = Callable[[Clock, Said], Window | None]
_ONE_DAY = timedelta(days=1)
# "The last weeks" without a number.
_A_FEW = 3


def _one(found: date | None) -> Window | None:
    return Window(found, found, unit="day") if found else None


def _period(clock: Clock, unit: str, offset: int) -> Window | None:
    """A period of its kind; fortnights have no beginning of their own, so they are counted back from today."""
    if unit != "fortnight":
        return period(clock, unit, offset)
    return last_n(clock, 1, unit) if offset in (0, -1) else period(clock, "week", 2 * offset)


def _ago(clock: Clock, said: Said) -> Window | None:
    return period(clock, "week", -2 * said.n) if said.unit == "fortnight" else period(clock, said.unit, -said.n)


def _days(clock: Clock, said: Said) -> Window | None:
    """From a day to another of the same month: "1 to 15 November" or "November 1-15"."""
    last = said.date(clock)
    if not last:
        return None
    other = replace(said, groups={"day": re.sub(r"(?<=\d)\D+", "", said.groups["other"])}).day
    calendar = said.groups.get("calendar") or _calendar_of_date(clock, said)
    now = periods.dated(calendar, last)
    first = periods.day(calendar, now.year, now.month, other)
    return replace(_range(min(first, last), max(first, last)), calendar=calendar)


def _calendar_of_date(clock: Clock, said: Said) -> str:
    names = {name for names in said.lexicon.get("jalali_months", []) for name in names}
    return "jalali" if any(name in said.groups["date"] for name in names) else "gregorian"


def _range(first: date, last: date) -> Window:
    return Window(first, last, unit="range")


def _month(clock: Clock, said: Said) -> Window:
    calendar, number = said.month()
    return latest_months(clock, calendar, number, said.year(clock, calendar))


def _finished_month(clock: Clock, said: Said) -> Window:
    """ "Last October": the latest one that is over."""
    calendar, number = said.month()
    this = months(calendar, periods.this_year(clock, calendar), number)
    return this if this.last < clock.today else months(calendar, periods.this_year(clock, calendar) - 1, number)


def _this_month(clock: Clock, said: Said) -> Window:
    calendar, number = said.month()
    return months(calendar, periods.this_year(clock, calendar), number)


def _next_month(clock: Clock, said: Said) -> Window:
    calendar, number = said.month()
    this = months(calendar, periods.this_year(clock, calendar), number)
    return this if this.first > clock.today else months(calendar, periods.this_year(clock, calendar) + 1, number)


def _month_number(clock: Clock, said: Said) -> Window | None:
    number, year = int(said.groups["number"]), said.figure_year()
    return months(calendar_of(year, clock.calendar), year or 0, number) if 1 <= number <= 12 else None


def _figures(clock: Clock, said: Said) -> Window | None:
    """Day and month in figures, which Americans write the other way round: a day only where one order exists."""
    year, numbers = said.figure_year(), (int(said.groups["a"]), int(said.groups["b"]))
    calendar = calendar_of(year, clock.calendar)
    orders = {(month, day) for month, day in (numbers, numbers[::-1]) if month <= 12}
    if len(orders) != 1 and year is None:
        # "3/4" is more often a share than a day.
        raise DeclinedError
    if len(orders) != 1:
        return None
    [(month, day)] = orders
    this = year or periods.this_year(clock, calendar)
    found = periods.day(calendar, this, month, day)
    return _one(found if year or found <= clock.today else periods.day(calendar, this - 1, month, day))


def _day_month(clock: Clock, said: Said) -> Window | None:
    """Day and month in figures without a year: the latest such day."""
    this, month = periods.this_year(clock, clock.calendar), int(said.groups["number"])
    found = periods.day(clock.calendar, this, month, said.day)
    return _one(found if found <= clock.today else periods.day(clock.calendar, this - 1, month, said.day))


def _day_number(clock: Clock, said: Said) -> Window | None:
    """ "The 15th": the latest day of that number."""
    now = periods.dated(clock.calendar, clock.today)
    back = 0 if said.n <= now.day else -1
    month = months(clock.calendar, now.year, now.month + back)
    return _one(month.first + timedelta(days=said.n - 1)) if 1 <= said.n <= month.days else None


def _iso_week(clock: Clock, said: Said) -> Window | None:
    this_year, year = clock.today.isocalendar().year, said.figure_year()
    for tried in (year,) if year else (this_year, this_year - 1):
        try:
            first = date.fromisocalendar(tried, said.n, 1)
        except ValueError:
            continue
        if year or first <= clock.today:
            return periods.week(first)
    return None


def _quarter(clock: Clock, said: Said) -> Window | None:
    return _nth_of_year(clock, said, 3)


def _half(clock: Clock, said: Said) -> Window | None:
    return _nth_of_year(clock, said, 6)


def _nth_of_year(clock: Clock, said: Said, length: int) -> Window | None:
    own = str(said.lexicon.get("calendar", "gregorian"))
    calendar, count = calendar_of(said.figure_year(), own), 12 // length
    n = count if said.n < 0 else said.n
    year = said.year(clock, calendar)
    return latest_months(clock, calendar, length * (n - 1) + 1, year, length) if 1 <= n <= count else None


def _season(clock: Clock, said: Said) -> Window:
    number = int(said.lexicon["seasons"][said.groups["season"]])
    return latest_months(clock, "jalali", 3 * number - 2, said.year(clock, "jalali"), 3)


def _year(clock: Clock, said: Said) -> Window | None:
    year = said.figure_year()
    return months(calendar_of(year, clock.calendar), year, 1, 12) if year else None


def _weekday(clock: Clock, said: Said) -> Window | None:
    """The latest one up to today."""
    return _one(clock.today - timedelta(days=(clock.today.weekday() - said.weekday) % 7))


def _last_weekday(clock: Clock, said: Said) -> Window | None:
    return _weekday(replace(clock, today=clock.today - _ONE_DAY), said)


def _this_weekday(clock: Clock, said: Said) -> Window | None:
    return _in_week(period(clock, "week", 0), said.weekday)


def _next_weekday(clock: Clock, said: Said) -> Window | None:
    return _one(clock.today + _ONE_DAY + timedelta(days=(said.weekday - clock.today.weekday() - 1) % 7))


def _in_week(week: Window, weekday: int) -> Window | None:
    return _one(week.first + timedelta(days=(weekday - week.first.weekday()) % 7))


def _finished_weekend(clock: Clock, _: Said) -> Window:
    latest = periods.weekend(clock, 0)
    return latest if latest.last < clock.today else periods.weekend(clock, -1)


def _event(clock: Clock, said: Said) -> Window | None:
    name = said.groups["event"]
    at = clock.events[name]
    return Window(at, at, unit="event", event=name)


def _nothing(_: Clock, __: Said) -> None:
    return None


# Times that stand alone, by the name of their rule.
NAMED: dict[str, Reading] = {
    "ago": _ago,
    "all_time": lambda clock, _: Window(EVER, clock.today, unit="ever"),
    "current": lambda clock, said: _period(clock, said.unit, 0),
    "day": lambda clock, said: _one(said.date(clock)),
    "day_month": _day_month,
    "day_number": _day_number,
    "days": _days,
    "event": _event,
    "figures": _figures,
    "finished_month": _finished_month,
    "half": _half,
    "iso_week": _iso_week,
    "last_few": lambda clock, said: last_n(clock, _A_FEW, said.unit),
    "last_n": lambda clock, said: last_n(clock, said.n, said.unit),
    "last_one": lambda clock, said: last_n(clock, 1, said.unit),
    "last_two": lambda clock, said: last_n(clock, 2, said.unit),
    "last_weekday": _last_weekday,
    "last_weekend": _finished_weekend,
    "month": _month,
    "month_number": _month_number,
    "next": lambda clock, said: _period(clock, said.unit, 1),
    "next_month": _next_month,
    "next_weekday": _next_weekday,
    "next_weekend": lambda clock, _: periods.weekend(clock, 1),
    "nothing": _nothing,
    "over": lambda clock, said: _period(clock, said.unit, 0),
    "previous": lambda clock, said: _period(clock, said.unit, -1),
    "prior": lambda clock, said: _period(clock, said.unit, -1),
    "prior_n": lambda clock, said: last_n(clock, said.n, said.unit),
    "prior_period": lambda clock, _: periods.before(periods.default_window(clock.today), clock),
    "quarter": _quarter,
    "same": lambda clock, said: periods.shifted(periods.default_window(clock.today), said.unit, -1, clock),
    "season": _season,
    "this_month": _this_month,
    "this_weekday": _this_weekday,
    "two_ago": lambda clock, said: _period(clock, said.unit, -2),
    "weekday": _weekday,
    "weekend": lambda clock, _: periods.weekend(clock, 0),
    "year": _year,
}
KIND_OF = {
    "day": "day",
    "figures": "day",
    "day_month": "day",
    "day_number": "day",
    "event": "event",
    "month": "month",
    "year": "year",
}
KIND_OF |= {name: "weekday" for name in ("weekday", "last_weekday", "this_weekday")}
FLOATING = {"day", "half", "month", "quarter", "season", "weekday", "days"}
