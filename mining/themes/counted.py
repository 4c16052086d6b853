"""Every theme over all time, as :mod:`mining.themes.listing` lists them, counted from :mod:`mining.facts`.

That takes a blink where listing takes seconds, and gives the same numbers; the mentions themselves are not at hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import numpy as np

from mining import facts, pain
from mining.facts import Facts
from mining.facts_scored import heeds, uniques
from mining.filters import Filters
from mining.pain import Heed, Score
from mining.store import Store
from mining.themes import table
from mining.themes.catalogue import Theme
from mining.themes.edits import Edits, holding, known
from mining.themes.listing import RECENT, first_said, theme_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counted:
    """A theme, how much is said of it, and its score; ``facts`` are its mentions."""

    theme: Theme
    heed: Heed
    score: Score
    facts: Facts
    pinned: bool
    hidden: bool
    merged: tuple[str, ...]

    @property
    def first_seen(self) -> datetime:
        """When it was first said."""
        return _at(self.facts.said_at.min())

    @property
    def last_seen(self) -> datetime:
        """When it was last said."""
        return _at(self.facts.said_at.max())

    def as_json(self) -> dict[str, Any]:
        """The stable shape of a theme, see :meth:`mining.themes.listing.Listed.as_json`."""
        seen = self.first_seen, self.last_seen
        return theme_json(
            self.theme, self.heed, seen, self.score, pinned=self.pinned, hidden=self.hidden, merged=self.merged
        )

    def weeks(self, zone: tzinfo, begins: int, most: int) -> list[dict[str, Any]]:
        """Unique items of the last weeks in which it was said, by the first local day; ``begins``: 0 is Monday."""
        days = self.facts.days(zone)
        # Day 1 was a Monday.
        starts = days - (days - 1 - begins) % 7
        pairs = np.unique(np.stack([starts.astype(np.int64), self.facts.first.astype(np.int64)]), axis=1)
        counted = Counter(pairs[0].tolist())
        last, first = max(counted), min(counted)
        shown = [last - 7 * back for back in range(most - 1, -1, -1)]
        return [{"from": date.fromordinal(day).isoformat(), "unique": counted[day]} for day in shown if day >= first]

    def surest(self, most: int) -> list[str]:
        """Ids of the mentions that belong to it most surely."""
        places = np.argsort(-self.facts.theme_score, kind="stable")[:most]
        return [id_ for place in places for id_ in self.facts.ids([int(place)])]


@dataclass(frozen=True, slots=True)
class Themes:
    """All themes that have mentions, pinned ones first, then the largest pain; ``unthemed`` mentions are in none.

    ``few`` are the sides with too few remarks to find themes in.
    """

    themes: list[Counted]
    unthemed: int
    few: tuple[str, ...]


def every(store: Store, among: Facts | None = None) -> Themes:
    """All themes, hidden ones too, of this moment or of ``among``: everything, as a server holds it.

    Growth is told from the last four weeks beside the four before.
    """
    with store.transaction() as connection:
        edits = holding(connection)
        themes = known(connection, edits)
        few = tuple(table.state(connection).get("few", ()))
    chosen = facts.select(store, Filters()) if among is None else among
    chosen = chosen.where(chosen.known)
    growth = _growth(chosen, themes, last) if (last := _end(store, chosen)) is not None else None
    found: list[Counted] = []
    unthemed = 0
    for id_, heed, places in heeds(chosen, None, themes):
        if id_ is None:
            unthemed = heed.mentions
            continue
        if growth is not None:
            # As many as there would be if the last four weeks had gone like the four before.
            heed = replace(heed, before=heed.unique - growth.get(id_, 0.0))
        found.append(_counted(themes[id_], heed, chosen.where(places), edits))
    found.sort(key=lambda one: (not one.pinned, *one.score.rank, one.theme.id))
    return Themes(found, unthemed, few)


def _counted(theme: Theme, heed: Heed, own: Facts, edits: Edits) -> Counted:
    merged = tuple(sorted(one for one in edits.into if edits.end(one) == theme.id))
    score = pain.score(heed, theme.side)
    return Counted(theme, heed, score, own, theme.id in edits.pinned, theme.id in edits.hidden, merged)


def _end(store: Store, chosen: Facts) -> int | None:
    """When the last was said, in microseconds; None where there are no eight weeks to compare."""
    first = first_said(store)
    if not len(chosen) or first is None:
        return None
    last = int(chosen.said_at.max())
    return None if first > _at(last) - 2 * RECENT else last


def _growth(chosen: Facts, themes: Collection[str], last: int) -> dict[str | None, float]:
    """How many unique items more each theme had in the last four weeks than in the four before."""
    span = RECENT // timedelta(microseconds=1)
    said_at = chosen.said_at
    now = uniques(chosen.where(said_at > last - span), themes)
    before = uniques(chosen.where((said_at > last - 2 * span) & (said_at <= last - span)), themes)
    return {theme: now.get(theme, 0.0) - before.get(theme, 0.0) for theme in now.keys() | before.keys()}


def _at(microseconds: Any) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))
