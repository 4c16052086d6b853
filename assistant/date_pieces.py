"""What is said with other times: pieces of them, ranges between them, and several at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from assistant import periods
from assistant.date_rules import Reading
from assistant.date_words import DeclinedError, Said
from assistant.periods import EVER, MONTHS, Clock, Window, months, period

_ONE_DAY = timedelta(days=1)
_WEEK = 7
# Early, mid and late in a month: up to the 10th, up to the 20th, the rest.
_THIRD = 10


def _of(clock: Clock, said: Said, group: str = "time") -> Window:
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
    whole = _of(clock, said)
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
    return _half(_of(clock, said), said.n != 1)


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
    return _counted(_of(clock, said), said.unit, said.n, 1)


def _some_of(clock: Clock, said: Said) -> Window | None:
    """The first or last few units of a longer period."""
    return _counted(_of(clock, said), said.unit, -1 if "last" in said.groups else 1, said.n)


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
    inner, whole = said.time("a"), _of(clock, said, "b")
    if inner.kind == "weekday":
        return _weekday_in(inner.said.weekday, whole)
    if inner.rule == "day_number":
        return _counted(whole, "day", inner.said.n, 1) if whole.unit == "month" else None
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
    whole, unit = _of(clock, said), unit or said.unit
    if whole.days > _WEEK or unit == "fortnight":
        raise DeclinedError
    return period(replace(clock, today=whole.first), unit, 0)


def _weekend_of(clock: Clock, said: Said) -> Window | None:
    """The weekend of a week, or the one that holds a day or comes next after it."""
    whole = _of(clock, said)
    if whole.days > _WEEK:
        raise DeclinedError
    return periods.weekend(replace(clock, today=whole.first + timedelta(days=_WEEK - 1)), 0)


def _week_from(clock: Clock, said: Said) -> Window | None:
    return periods.week(_of(clock, said).first)


def _week_to(clock: Clock, said: Said) -> Window | None:
    return periods.week(_of(clock, said).last - timedelta(days=_WEEK - 1))


def _units_after(clock: Clock, said: Said) -> Window | None:
    """Some units from an event on, or from the day after another time: "two weeks after the release"."""
    whole = _of(clock, said)
    if said.unit == whole.unit and not whole.rolling and not whole.event:
        first = whole.last + _ONE_DAY
        return period(replace(clock, today=first), said.unit, 0) if said.n == 1 and said.unit != "day" else None
    first = whole.first if whole.event else whole.last + _ONE_DAY
    return _spanning(first, _on(first, said.unit, said.n) - _ONE_DAY, whole)


def _units_before(clock: Clock, said: Said) -> Window | None:
    whole = _of(clock, said)
    if said.unit == whole.unit and not whole.rolling and said.n == 1:
        return periods.before(whole, clock)
    return _spanning(_on(whole.first, said.unit, -said.n), whole.first - _ONE_DAY, whole)


def _on(start: date, unit: str, count: int) -> date:
    if unit in MONTHS:
        return periods.moved(start, MONTHS[unit] * count)
    return start + timedelta(days=count * periods.length_of(unit))


def _spanning(first: date, last: date, whole: Window) -> Window:
    return Window(first, last, unit="event" if whole.event else "range", event=whole.event)


def _around(clock: Clock, said: Said) -> Window | None:
    before, after = _both_sides(clock, said)
    return Window(before.first, after.last, unit=after.unit, event=after.event)


def _both_sides(clock: Clock, said: Said) -> tuple[Window, ...]:
    """Before and after a time: as many days as were said, else as long before it as it is ago."""
    if "n" in said.groups or "unit" in said.groups:
        sides = _units_before(clock, said), _units_after(clock, said)
        if not (sides[0] and sides[1]):
            raise ValueError("no such days")
        return sides[0], sides[1]
    return _before(clock, said), _since(clock, said)


def _since(clock: Clock, said: Said) -> Window:
    time, whole = said.time(), _of(clock, said)
    first = whole.last if time.edge == "last" else whole.first
    return _up_to_today(clock, first, whole)


def _since_point(clock: Clock, said: Said) -> Window:
    """From a point in time on, where the same word before a longer time only says "of"."""
    if said.time().edge != "first" and _of(clock, said).unit != "day":
        raise DeclinedError
    return _since(clock, said)


def _after(clock: Clock, said: Said) -> Window:
    """From an event on; from the day after other times."""
    whole = _of(clock, said)
    return _up_to_today(clock, whole.first if whole.event else whole.last + _ONE_DAY, whole)


def _up_to_today(clock: Clock, first: date, begun: Window) -> Window:
    if first > clock.today:
        raise ValueError("nothing has happened since")
    return Window(
        first, clock.today, calendar=begun.calendar, unit="event" if begun.event else "since", event=begun.event
    )


def _before(clock: Clock, said: Said) -> Window:
    """Up to the day before; of an event as many days as there have been since."""
    whole = _of(clock, said)
    last = whole.first - _ONE_DAY
    if not whole.event:
        return Window(min(EVER, last), last, calendar=whole.calendar, unit="range")
    if whole.first > clock.today:
        return Window(EVER, clock.today, unit="event", event=whole.event)
    days = (clock.today - whole.first).days
    return Window(last - timedelta(days=days), last, unit="event", event=whole.event)


def _until(clock: Clock, said: Said) -> Window | None:
    time, whole = said.time(), _of(clock, said)
    last = whole.first if time.edge == "first" else whole.last
    return Window(EVER, last, calendar=whole.calendar, unit="range") if last >= EVER else None


def _range(clock: Clock, said: Said) -> Window | None:
    """From a time to another, both included."""
    first, last = _ends(clock, said)
    if not (first and last):
        return None
    begins = first.last if said.time("a").edge == "last" else first.first
    ends = last.first if said.time("b").edge == "first" else last.last
    if begins > ends:
        begins, ends = last.first, first.last
    return joined(Window(begins, ends), (first, last))


def _ends(clock: Clock, said: Said) -> tuple[Window | None, Window | None]:
    """The two ends; one without a year takes it from the other: "15 December to 10 January"."""
    a, b = said.time("a"), said.time("b")
    first, last = a.reads(clock), b.reads(clock)
    if not (first and last) or first.first <= last.first:
        return first, last
    if a.floating and (b.said.dated() or (b.floating and b.kind != "day")):
        return a.reads(replace(clock, today=last.last)), last
    if b.floating:
        return first, b.reads(replace(clock, today=periods.moved(first.first, 12) - _ONE_DAY))
    return first, last


def joined(whole: Window, pieces: tuple[Window, ...]) -> Window:
    """A window over several, told in their unit where they are whole months or the like, side by side."""
    unit = pieces[0].unit
    alike = all(piece.unit == unit and piece.calendar == pieces[0].calendar for piece in pieces)
    if not alike or unit not in ("week", *MONTHS) or any(piece.rolling for piece in pieces):
        return replace(whole, calendar=pieces[-1].calendar, unit="range")
    if unit == "week":
        count = whole.days // _WEEK
    else:
        first, last = (periods.dated(pieces[0].calendar, day) for day in (whole.first, whole.last))
        count = ((last.year - first.year) * 12 + last.month - first.month + 1) // MONTHS[unit]
    return replace(whole, calendar=pieces[0].calendar, unit=unit, count=count, week_start=pieces[0].week_start)


def _listed(clock: Clock, said: Said) -> tuple[Window, ...]:
    """The times of a list; one without a year takes it from the next."""
    times = [said.times[sign] for sign in said.groups["times"] if sign in said.times]
    found: list[Window] = []
    at = clock
    for time in reversed(times):
        window = time.reads(at if time.floating else clock)
        if not window:
            raise ValueError("one of them is no time")
        found.insert(0, window)
        at = replace(
            clock, today=min(clock.today, window.last) if time.said.dated() or at is not clock else clock.today
        )
    return tuple(found)


def _list(clock: Clock, said: Said) -> Window | None:
    """ "September and October" is one window, "March and October" is none; other things are no list at all."""
    times = [said.times[sign] for sign in said.groups["times"] if sign in said.times]
    if any(time.kind == "event" or time.rule in LEANING for time in times):
        raise DeclinedError
    pieces = sorted(_listed(clock, said), key=lambda piece: piece.first)
    if len({piece.unit for piece in pieces}) > 1:
        raise DeclinedError
    if any(one.last + _ONE_DAY != two.first for one, two in pairwise(pieces)):
        return None
    return joined(Window(pieces[0].first, pieces[-1].last), tuple(pieces))


def _with_one_before(clock: Clock, said: Said) -> tuple[Window, ...]:
    """A running period and the same days of the one before."""
    now = periods.settled(period(clock, said.unit, 0), clock, "")
    return now, periods.before(now, clock)


def _lean_ago(clock: Clock, said: Said, beside: Window) -> Window | None:
    """ "A year ago" said beside a shorter period is that period a year ago."""
    if beside.days >= periods.length_of(said.unit):
        return None
    return periods.shifted(beside, said.unit, -said.n, clock)


def _lean_prior(clock: Clock, said: Said, beside: Window) -> Window | None:
    """ "The previous month" said beside a month is the one before that."""
    alike = said.unit == beside.unit or periods.length_of(said.unit) == beside.days
    return periods.before(beside, clock) if alike and said.n in (1, beside.count) else None


def _lean_over(clock: Clock, said: Said, beside: Window) -> Window | None:
    if said.unit == beside.unit and beside.count == 1:
        return periods.before(beside, clock)
    return periods.shifted(beside, said.unit, -1, clock)


PIECES: dict[str, Reading] = {
    "early": lambda clock, said: _third(clock, said, 0),
    "half_of": _half_of,
    "late": lambda clock, said: _third(clock, said, 2),
    "mid": lambda clock, said: _third(clock, said, 1),
    "nth_of": _nth_of,
    "period_of": _period_of,
    "some_of": _some_of,
    "units_after": _units_after,
    "units_before": _units_before,
    "week_from": _week_from,
    "week_of": _week_of,
    "week_to": _week_to,
    "weekend_of": _weekend_of,
    "within": _within,
    "after": _after,
    "around": _around,
    "before": _before,
    "list": _list,
    "range": _range,
    "since": _since,
    "since_point": _since_point,
    "until": _until,
    "start": lambda clock, said: _third(clock, said, 0),
    "end": lambda clock, said: _third(clock, said, 2),
}
EDGES = {"start": "first", "end": "last"}
PARTS: dict[str, Callable[[Clock, Said], tuple[Window, ...]]] = {
    "around": _both_sides,
    "list": _listed,
    "over": _with_one_before,
    "range": lambda clock, said: tuple(window for window in _ends(clock, said) if window),
}
LEANING: dict[str, Callable[[Clock, Said, Window], Window | None]] = {
    "ago": _lean_ago,
    "over": _lean_over,
    "prior": _lean_prior,
    "prior_n": _lean_prior,
    "prior_period": lambda clock, _, beside: periods.before(beside, clock),
    "same": lambda clock, said, beside: periods.shifted(beside, said.unit, -1, clock),
}
