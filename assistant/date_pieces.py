"""Pieces of other times and stretches beside them: "the first week of October", "two weeks after the release"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from assistant import periods
from assistant.date_rules import Reading
from assistant.date_words import DeclinedError, Said
from assistant.periods import MONTHS, Clock, Window, months, period

_ONE_DAY = timedelta(days=1)
_WEEK = 7
# Early, mid and late in a month: up to the 10th, up to the 20th, the rest.
_THIRD = 10


def part(clock: Clock, said: Said, group: str = "time") -> Window:
    """The window of a time inside the pattern; without one there is none of the whole either."""
    window = _maybe(clock, said, group)
    if not window:
        raise ValueError("a part of what was said is no time")
    return window


def _maybe(clock: Clock, said: Said, group: str = "time") -> Window | None:
    if group in said.groups:
        return said.time(group).reads(clock)
    # "The end of the month" without saying which one.
    return period(clock, said.unit, 0) if "unit" in said.groups else None


def _piece(whole: Window, first: date, last: date) -> Window | None:
    """A part of a window; a part that would lie outside of it is none."""
    if not whole.first <= first <= last <= whole.last:
        return None
    return Window(first, last, calendar=whole.calendar, unit="part")


def _third(clock: Clock, said: Said, place: int) -> Window | None:
    """The first, second or last third of a period: ten days of a month, months of longer ones."""
    whole = part(clock, said)
    if whole.unit == "month" and whole.count == 1 and not whole.rolling:
        first = whole.first + timedelta(days=_THIRD * place)
        return _piece(whole, first, whole.last if place == 2 else first + timedelta(days=_THIRD - 1))
    if whole.unit in MONTHS and not whole.rolling:
        length = MONTHS[whole.unit] * whole.count
        now = periods.dated(whole.calendar, whole.first)
        begins, ends = (round(length * part / 3) for part in (place, place + 1))
        found = months(whole.calendar, now.year, now.month + begins, max(1, ends - begins))
        return _piece(whole, found.first, found.last)
    if whole.days < 3:
        raise DeclinedError
    begins, ends = (round(whole.days * part / 3) for part in (place, place + 1))
    return _piece(whole, whole.first + timedelta(days=begins), whole.first + timedelta(days=ends - 1))


def _half_of(clock: Clock, said: Said) -> Window | None:
    return _half(part(clock, said), said.n != 1)


def _half(whole: Window, second: bool) -> Window | None:
    """The first or second half: 15 days of a month, six months of a year."""
    if whole.unit == "month" and whole.count == 1 and not whole.rolling:
        middle = whole.first + timedelta(days=15)
    elif whole.unit in MONTHS and MONTHS[whole.unit] * whole.count % 2 == 0 and not whole.rolling:
        middle = periods.moved(whole.first, MONTHS[whole.unit] * whole.count // 2, whole.calendar)
    elif whole.days > 1:
        middle = whole.first + timedelta(days=(whole.days + 1) // 2)
    else:
        raise DeclinedError
    found = _piece(whole, middle, whole.last) if second else _piece(whole, whole.first, middle - _ONE_DAY)
    return replace(found, unit="half") if found and whole.unit == "year" and whole.count == 1 else found


def _nth_of(clock: Clock, said: Said) -> Window | None:
    """The n-th day, week, month or quarter of a longer period; its last one for n = -1."""
    return _counted(part(clock, said), said.unit, said.n, 1)


def _some_of(clock: Clock, said: Said) -> Window | None:
    """The first or last few units of a longer period."""
    return _counted(part(clock, said), said.unit, -1 if "last" in said.groups else 1, said.n)


def _weeks_of_month(clock: Clock, said: Said) -> Window | None:
    """The n-th week of a named month, or so many weeks or days at one of its ends."""
    calendar, number = said.month()
    whole = periods.latest_months(clock, calendar, number, said.year(clock, calendar))
    count = replace(said, groups={"n": said.groups.get("count", "1")}).n
    unit = said.unit if "unit" in said.groups else "week"
    return _counted(whole, unit, said.n, count)


def _early_in_year(clock: Clock, said: Said) -> Window | None:
    """Only years: "orders came early last week" tells of orders."""
    if part(clock, said).unit != "year":
        raise DeclinedError
    return _third(clock, said, 0)


def _event_on(clock: Clock, said: Said) -> Window | None:
    """An event with its day told again."""
    event, day = part(clock, said), part(clock, said, "b")
    if not day.first <= event.first <= day.last:
        raise DeclinedError
    return event


def _half_of_month(clock: Clock, said: Said) -> Window | None:
    calendar, number = said.month()
    return _half(periods.latest_months(clock, calendar, number, said.year(clock, calendar)), said.n != 1)


def _counted(whole: Window, unit: str, nth: int, count: int) -> Window | None:
    """``count`` units of a window from the nth on; -1: the last ones."""
    if unit in MONTHS:
        length = MONTHS[unit] * count
        now, end = periods.dated(whole.calendar, whole.first), periods.dated(whole.calendar, whole.last)
        skipped = (nth - 1) * MONTHS[unit]
        month = end.month + 1 - length if nth < 0 else now.month + skipped
        year = end.year if nth < 0 else now.year
        run = months(whole.calendar, year, month, length)
        inside = whole.first <= run.first <= run.last <= whole.last
        return replace(run, unit=unit, count=count) if inside else None
    days = {"week": _WEEK, "fortnight": 2 * _WEEK}.get(unit, 1) * count
    first = whole.last - timedelta(days=days - 1) if nth < 0 else whole.first + timedelta(days=(nth - 1) * days)
    found = _piece(whole, first, min(first + timedelta(days=days - 1), whole.last))
    return replace(found, unit="day") if found and days == 1 else found


def _within(clock: Clock, said: Said) -> Window | None:
    """One time of another: Tuesday of last week, the last quarter of 2025, the 3rd of last month."""
    inner, whole = said.time("a"), part(clock, said, "b")
    if inner.kind == "weekday":
        return _weekday_in(inner.said.weekday, whole)
    if inner.rule == "day_number":
        return _counted(whole, "day", inner.said.n, 1) if whole.unit == "month" else None
    if inner.rule == "quarter" and not inner.said.dated() and whole.unit == "year":
        return _counted(whole, "quarter", inner.said.n, 1)
    if inner.rule == "half" and not inner.said.dated():
        return _half(whole, inner.said.n != 1)
    if inner.rule in ("last_n", "previous", "last_one") and periods.length_of(inner.said.unit) < whole.days:
        return _counted(whole, inner.said.unit, -1, inner.said.n)
    if inner.kind == "month" and not inner.said.dated() and whole.unit == "year":
        return _month_in(inner.said, whole)
    raise DeclinedError


def _month_in(said: Said, year: Window) -> Window | None:
    calendar, number = said.month()
    found = months(calendar, periods.dated(calendar, year.first).year, number)
    return found if found.first >= year.first else months(calendar, periods.dated(calendar, year.last).year, number)


def _weekday_in(weekday: int, whole: Window) -> Window | None:
    """The weekday in a week; beside a date it only says that date again."""
    if whole.days > _WEEK:
        raise DeclinedError
    first = whole.first + timedelta(days=(weekday - whole.first.weekday()) % _WEEK)
    return Window(first, first, unit="day") if first <= whole.last else None


def _week_of(clock: Clock, said: Said) -> Window | None:
    """The week that holds a day."""
    return _period_of(clock, said, "week")


def _period_of(clock: Clock, said: Said, unit: str | None = None) -> Window | None:
    whole, unit = part(clock, said), unit or said.unit
    if whole.days > _WEEK or unit == "fortnight":
        raise DeclinedError
    return period(replace(clock, today=whole.first), unit, 0)


def _weekend_of(clock: Clock, said: Said) -> Window | None:
    """The weekend of a week, or the one that holds a day or comes next after it."""
    whole = part(clock, said)
    if whole.days > _WEEK:
        raise DeclinedError
    return periods.weekend(replace(clock, today=whole.first + timedelta(days=_WEEK - 1)), 0)


def _week_from(clock: Clock, said: Said) -> Window | None:
    return periods.week(part(clock, said).first)


def _week_to(clock: Clock, said: Said) -> Window | None:
    return periods.week(part(clock, said).last - timedelta(days=_WEEK - 1))


def units_after(clock: Clock, said: Said) -> Window | None:
    """Some units from an event on, or from the day after another time: "two weeks after the release"."""
    whole = part(clock, said)
    if said.unit == whole.unit and not whole.rolling and not whole.event:
        first = whole.last + _ONE_DAY
        return period(replace(clock, today=first), said.unit, 0) if said.n == 1 and said.unit != "day" else None
    first = whole.first if whole.event else whole.last + _ONE_DAY
    return _spanning(first, _on(first, said.unit, said.n) - _ONE_DAY, whole)


def units_before(clock: Clock, said: Said) -> Window | None:
    """Some units up to the day before a time."""
    whole = part(clock, said)
    if said.unit == whole.unit and not whole.rolling and said.n == 1:
        return periods.before(whole, clock)
    return _spanning(_on(whole.first, said.unit, -said.n), whole.first - _ONE_DAY, whole)


def _units_to(clock: Clock, said: Said) -> Window | None:
    """Some units that end with a time: "the three months to October"."""
    whole = part(clock, said)
    return Window(_on(whole.last + _ONE_DAY, said.unit, -said.n), whole.last, calendar=whole.calendar, unit="range")


def _on(start: date, unit: str, count: int) -> date:
    if unit in MONTHS:
        return periods.moved(start, MONTHS[unit] * count)
    return start + timedelta(days=count * periods.length_of(unit))


def _spanning(first: date, last: date, whole: Window) -> Window:
    return Window(first, last, unit="event" if whole.event else "range", event=whole.event)


PIECES: dict[str, Reading] = {
    "early": lambda clock, said: _third(clock, said, 0),
    "early_in_year": _early_in_year,
    "event_on": _event_on,
    "half_of": _half_of,
    "half_of_month": _half_of_month,
    "itself": _maybe,
    "late": lambda clock, said: _third(clock, said, 2),
    "mid": lambda clock, said: _third(clock, said, 1),
    "nth_of": _nth_of,
    "period_of": _period_of,
    "some_of": _some_of,
    "units_after": units_after,
    "units_before": units_before,
    "units_to": _units_to,
    "weeks_of_month": _weeks_of_month,
    "week_from": _week_from,
    "week_of": _week_of,
    "week_to": _week_to,
    "weekend_of": _weekend_of,
    "within": _within,
    "start": lambda clock, said: _third(clock, said, 0),
    "end": lambda clock, said: _third(clock, said, 2),
}
EDGES = {"start": "first", "end": "last"}
