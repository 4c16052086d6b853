"""Where a sweep stands: the cursor, as JSON and as values.

::

    {"v": 1,
     "listings": {"r/acme/new": {"high": 1763600000.0, "pending_high": 1763650000.0, "after": "t3_1abc", ...}},
     "run": {"started": 1763660000.0, "done": ["r/acme/comments"]},
     "known": {"t3_1abc": [1763650000, "5d0f…"]},  what was brought of the lookback: it comes again if it has changed
     "window": [since, until]}                     a backfill's, which moves no watermark

``high`` is the watermark: everything up to it has been read. It becomes ``pending_high``, the newest that was there
when the sweep began, once the sweep of that listing has come to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from connectors.base import Reject, Window
from connectors.errors import ConfigError
from connectors.record import Feedback

VERSION = 1
# Of a longer lookback the older part comes again with every sweep, which does no harm.
_MOST_KNOWN = 5000


@dataclass(slots=True)
class Standing:
    """Where the sweep of one listing stands. Times are seconds since 1970.

    ``floor`` is where this sweep ends. ``way`` counts the ways begun, 0 being the listing itself; ``places`` and
    ``found`` what was asked for and given on this way, ``old`` the places with nothing but old items on them, since the
    last that had a younger one. ``reached`` is how far back the listing itself went; ``short`` is whether it may not
    have gone far enough, ``fresh`` how many items only the other ways brought, ``whole`` whether one of those has
    shown that nothing is missing. ``lost`` is the place behind which nothing came, ``restarts`` how
    often that was so, and ``blank`` whether it seems to be the end of the listing.
    """

    high: float | None = None
    pending_high: float | None = None
    floor: float | None = None
    after: str | None = None
    begun: bool = False
    way: int = 0
    places: int = 0
    found: int = 0
    fresh: int = 0
    old: int = 0
    reached: float | None = None
    lost: str | None = None
    restarts: int = 0
    blank: bool = False
    short: bool = False
    whole: bool = False

    def begin_way(self, number: int) -> None:
        """Stand at the first page of a way."""
        self.way, self.after = number, None
        self.places = self.found = self.old = 0
        self.blank = False

    def end(self, complete: bool, watermark: bool) -> None:
        """The sweep has come to its end; the watermark moves if it was ``complete`` and is not a backfill's."""
        high = self.high
        if complete and watermark and self.pending_high is not None:
            high = max(self.pending_high, high if high is not None else self.pending_high)
        for one in fields(self):
            setattr(self, one.name, one.default)
        self.high = high


@dataclass(slots=True)
class Progress:
    """The whole cursor."""

    window: tuple[float | None, float] | None
    listings: dict[str, Standing] = field(default_factory=dict)
    started: float | None = None
    done: list[str] = field(default_factory=list)
    finished: bool = False
    known: dict[str, list[Any]] = field(default_factory=dict)

    def is_news(self, item: Feedback | Reject, remembered_from: float) -> bool:
        """Whether an item was not brought before, or has changed since.

        It is remembered if it is no older than ``remembered_from``: a later sweep will not look further back.
        """
        if self.window is not None:
            return True
        key, digest = key_of(item), _digest(item)
        if key in self.known and self.known[key][1] == digest:
            return False
        when = (self.started or 0.0) if isinstance(item, Reject) else item.said_at.timestamp()
        if when >= remembered_from:
            self.known[key] = [int(when), digest]
        return True

    def end_run(self, lookback_s: float) -> None:
        """Forget the run, and what lies too far back to be looked at again."""
        highs = [standing.high for standing in self.listings.values() if standing.high is not None]
        floor = min(highs, default=0.0) - lookback_s - 1.0  # what is remembered is cut to seconds
        newest = sorted(((when, key) for key, (when, _) in self.known.items() if when >= floor), reverse=True)
        self.known = {key: self.known[key] for _, key in newest[:_MOST_KNOWN]}
        self.started, self.done, self.finished = None, [], self.window is not None

    def at(self, key: str) -> Standing:
        """Where a listing stands."""
        return self.listings.setdefault(key, Standing())

    def cursor(self) -> dict[str, object]:
        """As JSON; what is at its default is left out."""
        listings = {key: _told(standing) for key, standing in self.listings.items()}
        cursor: dict[str, object] = {"v": VERSION, "listings": listings}
        if self.started is not None:
            cursor["run"] = {"started": self.started, "done": list(self.done)}
        if self.known:
            cursor["known"] = dict(self.known)
        if self.window is not None:
            cursor |= {"window": list(self.window), "finished": self.finished}
        return cursor


def taken_up(cursor: Mapping[str, object], window: Window) -> Progress:
    """Where to go on: anew with an empty cursor, and with that of a backfill of another window.

    Raises:
        ConfigError: the cursor was written by a newer version, or is no cursor of Reddit's.
    """
    span = _span(window)
    if not cursor:
        return Progress(span)
    if cursor.get("v") != VERSION:
        raise ConfigError(
            f"the cursor is of version {cursor.get('v')}, which this version of Overheard cannot read; it may be newer",
            hint="use the newer version, or pull into a new source name",
        )
    try:
        return _read(cursor, span)
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            "the cursor is not one that the Reddit source wrote", hint="pull into a new source name"
        ) from error


def _read(cursor: Mapping[str, Any], span: tuple[float | None, float] | None) -> Progress:
    told = cursor.get("window")
    if (tuple(told) if told is not None else None) != span:
        return Progress(span)
    run = cursor.get("run") or {}
    known = {one.name for one in fields(Standing)}
    listings = {
        key: Standing(**{name: value for name, value in standing.items() if name in known})
        for key, standing in dict(cursor.get("listings") or {}).items()
    }
    known_items = {
        str(key): [int(when), str(digest)] for key, (when, digest) in dict(cursor.get("known") or {}).items()
    }
    done, finished = list(run.get("done", [])), bool(cursor.get("finished"))
    return Progress(span, listings, run.get("started"), done, finished, known_items)


def _told(standing: Standing) -> dict[str, object]:
    usual = asdict(Standing())
    return {name: value for name, value in asdict(standing).items() if value != usual[name]}


def _span(window: Window) -> tuple[float | None, float] | None:
    """The window of a backfill, which has an end; else None."""
    if window.until is None:
        return None
    return (window.since.timestamp() if window.since else None), window.until.timestamp()


def key_of(item: Feedback | Reject) -> str:
    """What an item is known by: its id, or where it could not be read."""
    return item.where if isinstance(item, Reject) else item.native_id


def _digest(item: Feedback | Reject) -> str:
    """Of all that would be stored; no words can be read from it."""
    what = (item.reason, item.raw) if isinstance(item, Reject) else replace(item, fetched_at=item.said_at)
    return sha256(repr(what).encode("utf-8", "replace")).hexdigest()[:12]


def shown(moment: float) -> str:
    """A moment for people."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
