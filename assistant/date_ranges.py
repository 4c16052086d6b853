"""Ranges between other times, several times at once, and times that are reckoned from the one beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from assistant import periods
from assistant.date_pieces import part, units_after, units_before
from assistant.date_rules import Reading
from assistant.date_words import DeclinedError, Said
from assistant.periods import EVER, MONTHS, Clock, Window, period

_ONE_DAY = timedelta(days=1)
_WEEK = 7
# "November to January" goes over the end of the year, "October to September" holds one against the other.
_WRAPPED = 200


def _around(clock: Clock, said: Said) -> Window | None:
    before, after = _both_sides(clock, said)
    return Window(before.first, after.last, unit=after.unit, event=after.event)


def _both_sides(clock: Clock, said: Said) -> tuple[Window, ...]:
    """Before and after a time: as many days as were said, else as long before it as it is ago."""
    if "n" in said.groups or "unit" in said.groups:
        sides = units_before(clock, said), units_after(clock, said)
        if not (sides[0] and sides[1]):
            raise ValueError("no such days")
        return sides[0], sides[1]
    return _before(clock, said), _since(clock, said)


def _since(clock: Clock, said: Said) -> Window:
    time, whole = said.time(), part(clock, said)
    first = whole.last if time.edge == "last" else whole.first
    return _up_to_today(clock, first, whole)


def _since_point(clock: Clock, said: Said) -> Window:
    """From a point in time on, where the same word before a longer time only says "of"."""
    if said.time().edge != "first" and part(clock, said).unit != "day":
        raise DeclinedError
    return _since(clock, said)


def _after(clock: Clock, said: Said) -> Window:
    """From an event on; from the day after other times."""
    whole = part(clock, said)
    return _up_to_today(clock, whole.first if whole.event else whole.last + _ONE_DAY, whole)


def _up_to_today(clock: Clock, first: date, begun: Window) -> Window:
    if first > clock.today:
        raise ValueError("nothing has happened since")
    return Window(
        first, clock.today, calendar=begun.calendar, unit="event" if begun.event else "since", event=begun.event
    )


def _before(clock: Clock, said: Said) -> Window:
    """Up to the day before; of an event as many days as there have been since."""
    whole = part(clock, said)
    last = whole.first - _ONE_DAY
    if not whole.event:
        return Window(min(EVER, last), last, calendar=whole.calendar, unit="range")
    if whole.first > clock.today:
        return Window(EVER, clock.today, unit="event", event=whole.event)
    days = (clock.today - whole.first).days
    return Window(last - timedelta(days=days), last, unit="event", event=whole.event)


def _until(clock: Clock, said: Said) -> Window | None:
    time, whole = said.time(), part(clock, said)
    last = whole.first if time.edge == "first" else whole.last
    return Window(EVER, last, calendar=whole.calendar, unit="range") if last >= EVER else None


def _range(clock: Clock, said: Said) -> Window | None:
    """From a time to another, both included; of two that stand the wrong way round each is meant by itself."""
    a, b = said.time("a"), said.time("b")
    one, other = a.reads(clock), b.reads(clock)
    first, last = _ends(clock, said)
    if not (one and other and first and last):
        return None
    turned = one.first > other.first and "day" not in (a.kind, b.kind)
    if turned and (last.last - first.first).days not in range(_WRAPPED):
        raise DeclinedError
    begins = first.last if said.time("a").edge == "last" else first.first
    ends = last.first if said.time("b").edge == "first" else last.last
    if begins > ends:
        begins, ends = last.first, first.last
    return _joined(Window(begins, ends), (first, last))


def _range_before(clock: Clock, said: Said) -> Window | None:
    """From a time up to the day before another one."""
    whole = _range(clock, said)
    last = part(clock, said, "b").first - _ONE_DAY
    return replace(whole, last=last) if whole else None


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


def _both_ends(clock: Clock, said: Said) -> tuple[Window, ...]:
    ends = zip(_ends(clock, said), ("a", "b"), strict=True)
    return tuple(replace(end, expr=said.time(group).expr) for end, group in ends if end)


def _joined(whole: Window, pieces: tuple[Window, ...]) -> Window:
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
        found.insert(0, replace(window, expr=time.expr))
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
    if len({piece.unit for piece in pieces}) > 1 or pieces[0].unit in ("since", "event", "ever"):
        raise DeclinedError
    if any(one.last + _ONE_DAY != two.first for one, two in pairwise(pieces)):
        return None
    return _joined(Window(pieces[0].first, pieces[-1].last), tuple(pieces))


def _with_one_before(clock: Clock, said: Said) -> tuple[Window, ...]:
    """A running period and the same days of the one before."""
    now = periods.settled(period(clock, said.unit, 0), clock, "")
    return now, periods.before(now, clock)


def _lean_ago(clock: Clock, said: Said, beside: Window) -> Window | None:
    """ "A year ago" said beside a shorter period is that period a year ago."""
    if beside.rolling and (beside.unit, beside.count) == (said.unit, said.n):
        return periods.before(beside, clock)
    if beside.unit == said.unit or beside.days >= periods.length_of(said.unit):
        return None
    return periods.shifted(beside, said.unit, -said.n, clock)


def _lean_prior(clock: Clock, said: Said, beside: Window) -> Window | None:
    """ "The previous month" said beside a month is the one before that."""
    alike = said.unit == beside.unit or periods.length_of(said.unit) == beside.days
    return periods.before(beside, clock) if alike and said.n in (1, beside.count) else None


def _lean_over(clock: Clock, said: Said, beside: Window) -> Window | None:
    if said.unit == beside.unit and beside.count == 1:
        return periods.before(beside, clock)
    if beside.days > 2 * periods.length_of(said.unit):
        # A long time period by period is no other time.
        return beside
    return periods.shifted(beside, said.unit, -1, clock)


RANGES: dict[str, Reading] = {
    "after": _after,
    "around": _around,
    "before": _before,
    "list": _list,
    "range": _range,
    "range_before": _range_before,
    "since": _since,
    "since_point": _since_point,
    "until": _until,
}
# The windows of times that name several, by the name of their rule.
PARTS: dict[str, Callable[[Clock, Said], tuple[Window, ...]]] = {
    "around": _both_sides,
    "list": _listed,
    "over": _with_one_before,
    "range": _both_ends,
}
# What a time means beside another one, or None where it keeps its own meaning.
LEANING: dict[str, Callable[[Clock, Said, Window], Window | None]] = {
    "ago": _lean_ago,
    "over": _lean_over,
    "prior": _lean_prior,
    "prior_n": _lean_prior,
    "prior_period": lambda clock, _, beside: periods.before(beside, clock),
    "same": lambda clock, said, beside: periods.shifted(beside, said.unit, -1, clock),
}
