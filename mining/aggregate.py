"""Counts of what is said by up to three dimensions and a step of time: exact, and each of them can be run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

import numpy as np

from connectors.errors import ConfigError
from mining import facts
from mining.aggregate_groups import Grouped, Measured, grouped, measured, measured_whole
from mining.facts import Facts
from mining.facts_groups import NAME_KINDS
from mining.facts_made import TASKS, Array
from mining.filters import Filters
from mining.reading import Counts, Query
from mining.store import Store

GRAINS = ("day", "week", "month", "quarter", "year")
DIMENSIONS = (*TASKS, "theme", "channel", "source", "language", *NAME_KINDS)
"""What may be grouped by; ``segment.KEY`` too."""
MOST_DIMENSIONS = 3
MOST = 10_000
"""Rows at most."""
_SEGMENT = "segment."
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What is to be counted: customers' mentions that ``filters`` select, by ``by`` and by ``grain`` of local time.

    ``limit`` rows are given: the latest periods first, and within one, or without a grain, those with the most
    feedback. ``week_start`` is 0 (Monday) to 6 (Sunday).
    """

    filters: Filters = field(default_factory=Filters)
    by: tuple[str, ...] = ()
    grain: str | None = None
    zone: tzinfo = UTC
    week_start: int = 0
    limit: int = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """A count behind a measure, and the selection that gives it again; see :mod:`mining.replay`."""

    value: int
    query: Query


@dataclass(frozen=True, slots=True)
class Group:
    """What is said in one group. ``values`` maps each dimension to its value, None where there is none.

    ``period`` and ``until`` are the first local day of a period and that behind its last; None without a grain. A
    period at the edge of the time selected holds no more than was selected. ``query`` gives ``counts`` again.
    ``share`` is the group's feedback of the feedback of all that is selected. ``net`` is positive less negative
    mentions, of all mentions, -1 to 1; it is None, as its parts are, where the selection or the grouping goes by
    sentiment already. ``mean_rating`` is in stars of five, of the ``rated`` feedback; None where none is.
    """

    values: Mapping[str, str | None]
    period: date | None
    until: date | None
    counts: Counts
    query: Query
    share: float
    positive: Part | None
    negative: Part | None
    rated: Part
    mean_rating: float | None

    @property
    def net(self) -> float | None:
        """Net sentiment."""
        if self.positive is None or self.negative is None or not self.counts.mentions:
            return None
        return (self.positive.value - self.negative.value) / self.counts.mentions


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, how many there are in all (``limit`` may leave some out), and the same of all that is selected.

    Where a mention may hold several values (product, competitor, platform) it counts in the group of each.
    """

    groups: tuple[Group, ...]
    count: int
    whole: Group


def aggregate(store: Store, asked: Aggregate, among: Facts | None = None) -> Table:
    """Count by groups, all of one state of the database: that of this moment, or of ``among``, which a server holds.

    Raises:
        ConfigError: an unknown dimension or grain, more than three dimensions, one of them twice, a limit out of
            bounds, or filters for other speakers than customers.
    """
    _check(asked)
    chosen = facts.select(store, asked.filters) if among is None else among.narrowed(asked.filters)
    periods, period_of = _periods(chosen, asked)
    all_ = _row(asked, measured_whole(chosen), 0, {}, None, 0)
    if not asked.by and asked.grain is None:
        return Table((all_,), 1, all_)
    parts = grouped(chosen, asked.by, asked.filters, period_of)
    order = _order(chosen, parts)
    return Table(
        tuple(_rows(chosen, asked, parts, order[: asked.limit], periods, all_.counts.feedback)), len(order), all_
    )


def _check(asked: Aggregate) -> None:
    for name in asked.by:
        if name not in DIMENSIONS and not (name.startswith(_SEGMENT) and len(name) > len(_SEGMENT)):
            known = ", ".join((*DIMENSIONS, "segment.KEY"))
            raise ConfigError(f"cannot count by {name!r}", hint=f"known: {known}")
    if len(asked.by) > MOST_DIMENSIONS or len(set(asked.by)) < len(asked.by):
        raise ConfigError("too many dimensions, or one of them twice", hint=f"up to {MOST_DIMENSIONS}, each once")
    if asked.grain is not None and asked.grain not in GRAINS:
        raise ConfigError(f"there is no grain {asked.grain!r}", hint=f"known: {', '.join(GRAINS)}")
    if not 1 <= asked.limit <= MOST or not 0 <= asked.week_start <= 6:
        raise ConfigError("a limit or week start out of bounds", hint=f"limit 1 to {MOST}, week_start 0 to 6")


# --- time -----------------------------------------------------------------------------------------------------------


def _periods(chosen: Facts, asked: Aggregate) -> tuple[tuple[date, ...], Array]:
    """The first days of the periods that there are, and for each mention the place of its period among them."""
    if asked.grain is None:
        return (), np.zeros(len(chosen), np.int64)
    days = chosen.days(asked.zone)
    if not len(days):
        return (), np.zeros(0, np.int64)
    first = int(days.min())
    there = np.flatnonzero(np.bincount(days - first))
    firsts = {day: _first_day(date.fromordinal(first + day), asked) for day in there.tolist()}
    periods = sorted(set(firsts.values()))
    place = {begin: number for number, begin in enumerate(periods)}
    table = np.zeros(int(there[-1]) + 1, np.int64)
    for day, begin in firsts.items():
        table[day] = place[begin]
    return tuple(periods), table[days - first]


def _first_day(day: date, asked: Aggregate) -> date:
    if asked.grain == "day":
        return day
    if asked.grain == "week":
        return date.fromordinal(day.toordinal() - (day.weekday() - asked.week_start) % 7)
    months = _MONTHS[str(asked.grain)]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _day_behind(begin: date, grain: str) -> date:
    if grain in ("day", "week"):
        return date.fromordinal(begin.toordinal() + (1 if grain == "day" else 7))
    months = begin.year * 12 + begin.month - 1 + _MONTHS[grain]
    return date(months // 12, months % 12 + 1, 1)


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


# --- rows -----------------------------------------------------------------------------------------------------------


def _order(chosen: Facts, parts: Grouped) -> Array:
    """Groups, the latest period first, then the most feedback, then the most mentions, then by value."""
    feedback, mentions = parts.feedback(chosen), parts.mentions
    order: Array = np.lexsort((*reversed(parts.codes[1:]), -mentions, -feedback, -parts.codes[0]))
    return order


def _rows(
    chosen: Facts, asked: Aggregate, parts: Grouped, order: Array, periods: tuple[date, ...], whole: int
) -> list[Group]:
    told, made = measured(chosen, parts), []
    for group in order.tolist():
        values = {name: column[parts.codes[place + 1][group]] for place, (name, column) in enumerate(parts.values)}
        period = periods[int(parts.codes[0][group])] if periods else None
        made.append(_row(asked, told, group, values, period, whole))
    return made


def _row(
    asked: Aggregate, told: Measured, group: int, values: Mapping[str, str | None], period: date | None, whole: int
) -> Group:
    until = _day_behind(period, str(asked.grain)) if period else None
    filters = _narrowed(asked, values, period, until)
    numbers = {name: int(column[group]) for name, column in told.counts.items()}
    counts = Counts(numbers["feedback"], numbers["mentions"], numbers["authors"], numbers["unique"])
    by_feeling = not filters.sentiment and "sentiment" not in filters.without
    positive, negative = (
        Part(numbers[feeling], Query(replace(filters, sentiment=(feeling,)))) if by_feeling else None
        for feeling in ("positive", "negative")
    )
    rated = Part(numbers["rated"], Query(replace(filters, rating_min=max(filters.rating_min or 0.0, 0.0))))
    mean = 1 + 4 * float(told.ratings[group]) / rated.value if rated.value else None
    share = counts.feedback / (whole or counts.feedback or 1)
    return Group(values, period, until, counts, Query(filters), share, positive, negative, rated, mean)


def _narrowed(asked: Aggregate, values: Mapping[str, str | None], period: date | None, until: date | None) -> Filters:
    """The filters that select a group and nothing else."""
    filters = asked.filters
    if lacking := tuple(name for name, value in values.items() if value is None):
        filters = replace(filters, without=tuple(dict.fromkeys((*filters.without, *lacking))))
    told = {name: value for name, value in values.items() if value is not None}
    segment = {name.removeprefix(_SEGMENT): told.pop(name) for name in list(told) if name.startswith(_SEGMENT)}
    conditions: dict[str, Any] = {name: (value,) for name, value in told.items()}
    filters = replace(filters, **conditions)
    if segment:
        filters = replace(filters, segment={**filters.segment, **segment})
    if period is None or until is None:
        return filters
    since, behind = _begins(period, asked.zone), _begins(until, asked.zone)
    return replace(
        filters,
        since=max(since, filters.since) if filters.since else since,
        until=min(behind, filters.until) if filters.until else behind,
    )
