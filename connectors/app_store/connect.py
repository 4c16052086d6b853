"""App Store Connect: all reviews of an app, newest first, and what became of known ones.

``GET /v1/apps/{id}/customerReviews`` leads on by ``links.next``, which is followed as it is written. A review that was
edited comes again, with its old id and a new date; one that was removed just is not there any more. So a deletion is
believed only of a review that a complete listing does not hold, and that is then not found by its id either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.app_store.records import Origin, from_connect, gone
from connectors.base import Page, Reject
from connectors.errors import ConfigError, Unreachable
from connectors.http import Http, NoCircles
from connectors.record import Feedback
from connectors.refusals import Refused
from connectors.trail import Trail

CALLED = "App Store Connect"
# What an unknown or outdated cursor is answered with.
_FORGOTTEN = frozenset({400, 404, 409, 410})
_ID = re.compile(r"[\w.-]{1,100}\Z")


@dataclass(frozen=True, slots=True)
class Listing:
    """Which reviews: at which address, of which app, from which storefronts (none: all), so many at once."""

    base_url: str
    app: str
    territories: tuple[str, ...]
    page_size: int

    @property
    def path(self) -> str:
        """Where it begins."""
        return f"v1/apps/{self.app}/customerReviews"

    @property
    def params(self) -> dict[str, str]:
        """What is asked there."""
        some = {"filter[territory]": ",".join(self.territories)} if self.territories else {}
        return {"sort": "-createdDate", "limit": str(self.page_size), **some}


@dataclass
class _Walk:
    """A walk through a listing. ``next`` is None at its beginning; ``promised`` is how many there are, if it was said.

    Of the numbers that were said the smallest counts: reviews come and go meanwhile, and that is nothing missing.
    """

    next: str | None = None
    counted: int = 0
    promised: int | None = None

    def take(self, rows: Sequence[object], total: int | None) -> None:
        """Count a page."""
        self.counted += len(rows)
        if total is not None:
            self.promised = total if self.promised is None else min(total, self.promised)

    @property
    def complete(self) -> bool:
        """Whether, at the end of the listing, as many came as were promised; if nothing was, whether any came."""
        return self.counted >= self.promised if self.promised is not None else self.counted > 0


@dataclass(frozen=True, slots=True)
class _Answer:
    rows: list[object]
    next: str | None
    total: int | None


def sweep(http: Http, listing: Listing, trail: Trail, origin: Origin) -> Iterator[Page]:
    """From the newest review down to where the sweep began; see :mod:`connectors.trail`."""
    walk = _Walk(**trail.place) if str(trail.place.get("next", "")).startswith(listing.base_url) else _Walk()
    circles = NoCircles(CALLED, patience=1)
    restarted = False
    while True:
        try:
            answer = _page(http, listing, walk.next)
        except Refused as refused:
            if walk.next is None or restarted or refused.status not in _FORGOTTEN:
                raise
            # A cursor is a hint: the same stretch is read from its beginning.
            walk, restarted = _Walk(), True
            continue
        walk.take(answer.rows, answer.total)
        items = [from_connect(row, origin) for row in answer.rows]
        if _behind(items, trail):
            yield trail.end(items)
            return
        if answer.next is None:
            lost = None if walk.complete else _lost(walk)
            yield trail.end(items, partial=lost, missing=lost is not None)
            return
        empty = None if answer.rows else f"{CALLED} showed an empty page with more behind it; it is read again"
        walk.next = circles.check(answer.next)
        done = min(1.0, walk.counted / walk.promised) if walk.promised else None
        place = {"next": walk.next, "counted": walk.counted, "promised": walk.promised}
        yield trail.page(items, place, done=done, partial=empty, missing=empty is not None)


def recheck(http: Http, listing: Listing, native_ids: Sequence[str], origin: Origin) -> Iterator[Page]:
    """Known reviews as they are now: from the listing where that is shorter than asking for each.

    A listing that is not complete declares nothing dead.
    """
    wanted = {native_id for native_id in native_ids if _ID.match(native_id)}
    if not wanted:
        return
    # Asked for in any case: it proves that the app can be read at all before anything is called gone.
    answer = _page(http, listing, None)
    walk, circles = _Walk(), NoCircles(CALLED, patience=1)
    pages = -(-(answer.total or 0) // listing.page_size)
    if answer.total is not None and pages <= len(wanted):
        while True:
            walk.take(answer.rows, answer.total)
            found = [from_connect(row, origin) for row in answer.rows if _id(row) in wanted]
            wanted -= {_id(row) for row in answer.rows}
            yield Page(found, {})
            if not wanted or answer.next is None:
                break
            answer = _page(http, listing, circles.check(answer.next))
        if wanted and not walk.complete:
            return
    for native_id in sorted(wanted):
        yield Page(list(_one(http, native_id, origin)), {})


def check(http: Http, listing: Listing) -> str:
    """What the key lets us see, in a sentence."""
    answer = _page(http, listing, None)
    many = "reviews" if answer.total is None else f"{answer.total:,} reviews"
    return f"{CALLED} lets this key read {many} of app {listing.app}"


def _page(http: Http, listing: Listing, link: str | None) -> _Answer:
    try:
        told = http.json(link) if link else http.json(listing.path, listing.params)
    except Refused as refused:
        if refused.status == 404 and link is None:
            hint = "app is the number in the address of its page in App Store Connect; does the key see that app?"
            raise ConfigError(f"{CALLED} knows no app {listing.app} (404)", hint=hint) from None
        raise
    rows = told.get("data") if isinstance(told, Mapping) else None
    if not isinstance(rows, list):
        raise Unreachable(f"{CALLED} sent JSON that is no list of reviews", hint="check base_url")
    following = _inner(told, "links", "next")
    total = _inner(told, "meta", "paging", "total")
    return _Answer(
        rows,
        following if isinstance(following, str) and following else None,
        total if isinstance(total, int) and not isinstance(total, bool) else None,
    )


def _one(http: Http, native_id: str, origin: Origin) -> Iterator[Feedback | Reject]:
    """A review by its id; ``deleted`` where App Store Connect itself says that there is none."""
    try:
        told = http.json(f"v1/customerReviews/{native_id}")
    except Refused as refused:
        # A proxy says 404 as well; only this word is Apple's.
        if refused.status == 404 and "NOT_FOUND" in refused.reasons:
            yield gone(native_id, origin)
            return
        raise
    row = told.get("data") if isinstance(told, Mapping) else None
    if _id(row) == native_id:
        yield from_connect(row, origin)


def _behind(items: Sequence[Feedback | Reject], trail: Trail) -> bool:
    """Whether a page lies before what is wanted, all of it: a single old review may just stand out of order."""
    said = [item.said_at for item in items if isinstance(item, Feedback)]
    return trail.since is not None and bool(said) and max(said) < trail.since


def _lost(walk: _Walk) -> str:
    if walk.promised is None:
        return f"{CALLED} showed no review and did not say that there is none; it is asked again"
    return f"{CALLED} promised {walk.promised} reviews and showed {walk.counted}; they are asked for again"


def _inner(told: Any, *names: str) -> object:
    for name in names:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def _id(row: object) -> str:
    found = row.get("id") if isinstance(row, Mapping) else None
    return found if isinstance(found, str) else ""
