"""How far the data behind a digest may be trusted: silent sources, days without data, rejects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

import numpy as np
from sqlalchemy import func, select

from assistant.meaning import within
from assistant.periods import Window
from mining import facts, schema
from mining.filters import Filters
from mining.store import Store

_WEEKS = 8
# Whoever speaks daily may still be silent over a weekend.
_PATIENCE = 2


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that is silent longer than ever before: since its ``last`` day, ``usual`` days at most before that.

    ``last`` is None where it said nothing at all in the weeks looked at.
    """

    source: str
    last: date | None
    days: int
    usual: int


def silences(store: Store, scope: Filters, at: date, zone: tzinfo, known: Mapping[str, datetime]) -> list[Silence]:
    """Sources that said nothing for longer than in the eight weeks up to a day. ``known`` are all sources there are."""
    window = Window(at - timedelta(weeks=_WEEKS) + timedelta(days=1), at)
    spoken = _days(store, replace(Filters(), source=scope.source, channel=scope.channel), window, zone)
    found = []
    for source in known:
        days = spoken.get(source, [])
        if not days:
            if not scope.channel:
                found.append(Silence(source, None, window.days, window.days))
            continue
        usual = max([(later - day).days for day, later in pairwise(days)], default=0)
        silent = (at - days[-1]).days
        if len(days) > 1 and silent > max(usual, _PATIENCE):
            found.append(Silence(source, days[-1], silent, usual))
    return found


def _days(store: Store, filters: Filters, window: Window, zone: tzinfo) -> dict[str, list[date]]:
    """The days on which each source said something."""
    wanted = within(filters, window, zone)
    chosen = facts.on_days(store, *facts.days_of(wanted)).narrowed(wanted)
    return {
        source: [date.fromordinal(int(day)) for day in np.unique(some.days(zone))]
        for source, some in chosen.by("source").items()
        if source is not None
    }


def last_day(store: Store, scope: Filters, until: date, zone: tzinfo) -> date | None:
    """The latest day up to one with feedback of a scope; None where there is none."""
    wanted = within(scope, Window(date(1970, 1, 2), until), zone)
    chosen = facts.on_days(store, *facts.days_of(wanted)).narrowed(wanted)
    return date.fromordinal(int(chosen.days(zone).max())) if len(chosen) else None


def rejected(store: Store, since: date, zone: tzinfo, sources: tuple[str, ...]) -> int:
    """Records that could not be read, first seen on a day or later."""
    table = schema.rejects
    begin = datetime.combine(since, time(), zone)
    wanted = select(func.count()).select_from(table).where(table.c.first_seen >= begin)
    if sources:
        wanted = wanted.where(table.c.source.in_(sources))
    with store.transaction() as connection:
        return int(connection.scalar(wanted) or 0)
