"""A sweep over listings: newest first, page by page, to where it has been before, and said where that cannot be.

What is told of Reddit and met here: a listing is out of order at times and pins old posts, so a sweep ends after a
hundred places with nothing but old items on them, and never at the first; a place (``after``) that Reddit does not know
any more gives an empty page, and the listing is begun anew; a page may come twice; and no listing has more than about
1,000 places (:mod:`connectors.reddit.listings`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from statistics import median
from typing import Any, Protocol

from connectors.base import Page, Reject
from connectors.clock import Clock
from connectors.errors import OverheardError, Unreachable
from connectors.record import Feedback
from connectors.reddit.listings import PLACES, Listing, Way
from connectors.reddit.records import Records, created
from connectors.reddit.refusals import Closed, Gone
from connectors.reddit.standing import Progress, Standing, key_of
from connectors.reddit.told import missing_from, not_again

logger = logging.getLogger(__name__)

# So many places in a row with old items alone end a sweep.
_OLD_ENOUGH = 100
# How often a page that repeats is asked for again before the listing is given up.
_REPEATS = 2
# How often a listing is begun anew in one sweep.
_RESTARTS = 4


class Asks(Protocol):
    """What a sweep needs of the line."""

    def get(self, path: str, params: Mapping[str, str | int], what: str) -> dict[str, Any]:
        """The JSON object at ``path``."""
        ...


class Outcome(Enum):
    """How a listing stands after a page."""

    MORE = auto()
    REACHED = auto()
    ENDED = auto()
    LOOPED = auto()
    EMPTY = auto()


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a listing; ``after`` is None on the last."""

    children: Sequence[object]
    after: str | None

    @property
    def times(self) -> list[float]:
        """When its items were written."""
        return [when for when in map(created, self.children) if when is not None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a sweep is to find: how many items a page, from when a first sweep reads, how far a later one looks back."""

    page_size: int
    since: float | None
    lookback_s: float


class Sweep:
    """One run over all listings of a source; ``progress`` moves with it and goes into every page."""

    def __init__(
        self,
        line: Asks,
        records: Records,
        listings: Sequence[Listing],
        progress: Progress,
        bounds: Bounds,
        clock: Clock,
    ) -> None:
        self._line = line
        self._records = records
        self._listings = listings
        self._progress = progress
        self._bounds = bounds
        if progress.started is None:
            progress.started = clock.now().timestamp()
        self._started: float = progress.started
        self._seen: set[str] = set()

    def pages(self) -> Iterator[Page]:
        """Every page, and an empty one at the end of the run, whose cursor begins the next.

        Raises:
            OverheardError: Reddit cannot be read, or none of the listings can.
        """
        progress, closed = self._progress, list[OverheardError]()
        for listing in self._listings:
            if listing.key in progress.done:
                continue
            try:
                yield from self._swept(listing, progress.at(listing.key))
            except Closed as refused:
                logger.warning("%s: closed", listing.key)
                closed.append(refused.error)
                progress.at(listing.key).end(complete=False, watermark=False)
                if len(closed) == len(self._listings):
                    raise refused.error from None
                progress.done.append(listing.key)
        progress.end_run(self._bounds.lookback_s)
        said = "; ".join(f"{error.message} ({error.hint})" for error in closed)
        yield Page([], progress.cursor(), partial=said or None)

    def _swept(self, listing: Listing, standing: Standing) -> Iterator[Page]:
        if not standing.begun:
            self._begin(standing)
        used: set[str] = set()
        repeats = 0
        while listing.key not in self._progress.done:
            way = self._ways(listing, standing)[standing.way]
            listed = self._listed(listing, way, standing.after)
            lost = self._is_lost(standing, listed)
            if lost and standing.restarts < _RESTARTS:
                logger.info("%s: the place to go on from is gone; the listing is begun anew", listing.key)
                standing.lost, standing.restarts = standing.after, standing.restarts + 1
                standing.begin_way(standing.way)
                used.clear()
                continue
            looped = listed.after is not None and listed.after in used | {standing.after}
            if looped and repeats < _REPEATS:
                repeats += 1
                continue
            items = self._items(listed, standing)
            standing.fresh += len(items) if standing.way else 0
            if lost or looped:
                outcome = Outcome.EMPTY if lost else Outcome.LOOPED
            else:
                outcome = self._advance(listing, standing, listed)
            used.add(listed.after or "")
            partial, notes = None, list[str]()
            if outcome is not Outcome.MORE:
                partial, notes = self._end_way(listing, standing, way, outcome)
                used.clear()
            yield Page(items, self._progress.cursor(), notes=notes, partial=partial)

    def _begin(self, standing: Standing) -> None:
        """Where this sweep of the listing ends: the lookback before the watermark, or where a first sweep begins."""
        live = self._progress.window is None
        standing.begun = True
        standing.floor = self._bounds.since
        if live and standing.high is not None:
            standing.floor = standing.high - self._bounds.lookback_s

    def _ways(self, listing: Listing, standing: Standing) -> list[Way]:
        """The listing, and what stands in for its end where it was cut off."""
        floor = standing.floor
        first = listing.first(None if floor is None else self._started - floor)
        if not standing.short or standing.reached is None:
            return [first]
        wanted = self._wanted(standing)
        slices = listing.slices(self._started - standing.reached, None if wanted is None else self._started - wanted)
        return [first, *slices]

    def _listed(self, listing: Listing, way: Way, after: str | None) -> Listed:
        params: dict[str, str | int] = {**way.params, "limit": self._bounds.page_size}
        if after is not None:
            params["after"] = after
        try:
            answer = self._line.get(way.path, params, listing.what)
        except Gone:
            return Listed([], None)
        return listed(answer, listing.what)

    def _is_lost(self, standing: Standing, listed: Listed) -> bool:
        """Whether nothing came because Reddit does not know any more where we stood.

        Where nothing comes behind the same place a second time, the listing seems to end there.
        """
        empty = not listed.children and listed.after is None and standing.after is not None
        within = standing.places + self._bounds.page_size < PLACES
        return empty and within and standing.after != standing.lost

    def _advance(self, listing: Listing, standing: Standing, listed: Listed) -> Outcome:
        """Go past a page, and see whether it was the last."""
        first, times = standing.places == 0, listed.times
        standing.blank = standing.after is not None and not listed.children
        standing.places += self._bounds.page_size
        standing.found += len(listed.children)
        standing.after = listed.after
        if standing.way == 0 and times:
            # The middle one: a pinned or misplaced post says nothing of how far back a page goes.
            standing.reached = median(times)
            if first and standing.pending_high is None:
                standing.pending_high = min(max(times), self._started)
            old = standing.floor is not None and max(times) < standing.floor
            standing.old = standing.old + self._bounds.page_size if old else 0
        if standing.old >= _OLD_ENOUGH:
            return Outcome.REACHED
        if listed.after is None:
            unheard = first and not listed.children and standing.high is not None and not listing.search
            return Outcome.EMPTY if unheard else Outcome.ENDED
        # No listing is known to go so far; one that does not end is cut here.
        return Outcome.ENDED if standing.places >= 2 * PLACES else Outcome.MORE

    def _end_way(
        self, listing: Listing, standing: Standing, way: Way, outcome: Outcome
    ) -> tuple[str | None, list[str]]:
        """Go on to the next way to what is missing, or end; what cannot be had is said."""
        if outcome in (Outcome.LOOPED, Outcome.EMPTY):
            said = "came empty, though it was not before" if outcome is Outcome.EMPTY else "came round to a page again"
            self._end(listing, standing, complete=False)
            return f"{listing.what}: the listing {said}; the next pull reads it from where the last one ended", []
        wanted = self._wanted(standing)
        cut = standing.blank or listing.is_cut(standing.places, standing.found, wanted is not None)
        cut = cut and outcome is Outcome.ENDED
        if standing.way == 0:
            standing.short = cut and (wanted is None or standing.reached is None or standing.reached > wanted)
        else:
            covers = way.covers_s is not None and wanted is not None and way.covers_s >= self._started - wanted
            standing.whole = standing.whole or (covers and not (cut and standing.fresh))
        missing = standing.short and not standing.whole
        ways = self._ways(listing, standing)
        if missing and standing.way + 1 < len(ways):
            standing.begin_way(standing.way + 1)
            return None, []
        notes = not_again(listing, standing) if cut and not standing.short else []
        said_missing = missing_from(listing, standing, wanted, len(ways) - 1) if missing else None
        self._end(listing, standing, complete=True)
        return said_missing, notes

    def _end(self, listing: Listing, standing: Standing, complete: bool) -> None:
        standing.end(complete, watermark=self._progress.window is None)
        self._progress.done.append(listing.key)

    def _wanted(self, standing: Standing) -> float | None:
        """From when on something would be missing: a later sweep looks back further, but for edits alone."""
        return standing.floor if standing.high is None or self._progress.window is not None else standing.high

    def _items(self, listed: Listed, standing: Standing) -> list[Feedback | Reject]:
        """What is new or has changed, was said in the window, and did not come in this run already."""
        items = list[Feedback | Reject]()
        newest = standing.pending_high
        if newest is None:
            newest = min([self._started, *sorted(listed.times)[-1:]])
        remembered_from = newest - self._bounds.lookback_s - 1.0
        for item in map(self._records.read, listed.children):
            if item is None:
                continue
            key = key_of(item)
            if (
                key not in self._seen
                and self._is_within(item, standing)
                and self._progress.is_news(item, remembered_from)
            ):
                items.append(item)
            self._seen.add(key)
        return items

    def _is_within(self, item: Feedback | Reject, standing: Standing) -> bool:
        if isinstance(item, Reject):
            return True
        said, window = item.said_at.timestamp(), self._progress.window
        return (standing.floor is None or said >= standing.floor) and (window is None or said < window[1])


def listed(answer: Mapping[str, Any], what: str) -> Listed:
    """A page of a listing.

    Raises:
        Unreachable: the answer is no listing.
    """
    data = answer.get("data")
    children = data.get("children") if isinstance(data, Mapping) else None
    if answer.get("kind") != "Listing" or not isinstance(data, Mapping) or not isinstance(children, list):
        raise Unreachable(f"what Reddit gave for {what} is no listing", hint="try again later; nothing is lost")
    after = data.get("after")
    return Listed(children, after if isinstance(after, str) and after else None)


__all__ = ["Asks", "Bounds", "Sweep", "listed"]
