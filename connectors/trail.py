"""How far a live source has come: the rules of watermarks, in one place, for sources that read a stretch of time.

A sweep reads from the watermark less a lookback to the moment at which it began. Its place within that stretch is the
source's own affair (``place``); when it may be forgotten, and what the next sweep has to read, is decided here:

- The watermark is the beginning of the last complete sweep, never later; a sweep in which something is missing that a
  later one may find leaves it where it is.
- A sweep that was interrupted is gone on with up to its own end, so that what the vendor shows late is still looked
  back for; then comes the one that is due now.
- What was brought before and has not changed since is not brought again: ids and digests of what lies within the
  lookback are part of the cursor, and no words.
- A backfill has its own cursor, which knows its window and moves no watermark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from connectors.base import Page, Reject, Window
from connectors.errors import ConfigError
from connectors.record import Feedback

VERSION = 1
# More than this is remembered of no lookback: what lies beyond it is brought once more, which does no harm.
_MOST_KEPT = 5_000
_DIGEST = 12


class Trail:
    """One sweep of one source; made from a cursor, and written into the cursor of every page.

    ``asks`` changes with what is asked for: a cursor of other questions is none. ``since`` and ``until`` bound the
    sweep (``until`` None: up to ``begun``), ``place`` is what the source wrote last, ``resumed`` says that it is not
    the beginning, ``first`` that no sweep came to its end before, ``over`` that there is nothing left to do.

    Raises:
        ConfigError: the cursor was written by a newer version of this program.
    """

    def __init__(
        self, name: str, cursor: Mapping[str, Any], window: Window, now: datetime, *, asks: str, lookback: timedelta
    ) -> None:
        if cursor and cursor.get("v") != VERSION:
            raise ConfigError(
                f"the place where {name} stopped was written by a newer version of Overheard ({cursor.get('v')})",
                hint="install that version, or read this source from the beginning",
            )
        self._name = name
        self._asks = asks
        self._lookback = lookback
        self._window = window
        self.backfill = window.until is not None
        cursor = cursor if cursor.get("asks") == asks and cursor.get("window") == self._bounds() else {}
        self._high = _time(cursor.get("high"))
        self._kept: dict[str, list[str]] = dict(cursor.get("kept") or {})
        self.over = bool(cursor.get("over"))
        sweep = cursor.get("sweep") or {}
        self.resumed = bool(sweep)
        self.place: Mapping[str, Any] = sweep.get("place") or {}
        self.begun = _time(sweep.get("begun")) or now
        self.since = _time(sweep.get("since")) if sweep else self._start()
        self.until = window.until
        self._missing = bool(sweep.get("missing"))
        self.first = self._high is None or self.backfill

    def _bounds(self) -> list[str | None] | None:
        """The window as a backfill's cursor tells it; None for a live sweep."""
        return [_iso(self._window.since), _iso(self._window.until)] if self.backfill else None

    def _start(self) -> datetime | None:
        if self._high is None or self.backfill:
            return self._window.since
        return self._high - self._lookback

    def again(self, now: datetime) -> Trail:
        """The sweep after this one."""
        return Trail(self._name, self._cursor(None), self._window, now, asks=self._asks, lookback=self._lookback)

    def page(
        self,
        items: Sequence[Feedback | Reject],
        place: Mapping[str, Any],
        *,
        done: float | None = None,
        notes: Sequence[str] = (),
        partial: str | None = None,
        missing: bool = False,
    ) -> Page:
        """A step of the sweep. ``missing`` says that a later sweep may find what this one did not."""
        self._missing = self._missing or missing
        self.place = dict(place)
        fresh = self._fresh(items)
        return Page(fresh, self._cursor(self.place), done, tuple(notes), partial)

    def end(
        self,
        items: Sequence[Feedback | Reject] = (),
        *,
        notes: Sequence[str] = (),
        partial: str | None = None,
        missing: bool = False,
    ) -> Page:
        """The last step: the watermark moves, unless something is missing."""
        fresh = self._fresh(items)
        complete = not (self._missing or missing)
        if not self.backfill and complete:
            self._high = self.begun
        # A backfill in which something is missing is begun anew, if anybody asks for it again.
        self.over = self.backfill and complete
        self._forget()
        return Page(fresh, self._cursor(None), 1.0, tuple(notes), partial)

    def within(self, said_at: datetime) -> bool:
        """Whether something said then is wanted."""
        return (self.since is None or said_at >= self.since) and (self.until is None or said_at < self.until)

    def _fresh(self, items: Sequence[Feedback | Reject]) -> list[Feedback | Reject]:
        """Those that are wanted, and were not brought before as they are now; each once."""
        wanted = {_key(item): item for item in items if isinstance(item, Reject) or self.within(item.said_at)}
        if self.backfill:
            return list(wanted.values())
        fresh: list[Feedback | Reject] = []
        for key, item in wanted.items():
            digest = _digest(item)
            if self._kept.get(key, [""])[0] != digest:
                fresh.append(item)
            said_at = item.said_at if isinstance(item, Feedback) else self.begun
            if said_at >= self.begun - self._lookback:
                self._kept[key] = [digest, said_at.isoformat()]
        if len(self._kept) > 2 * _MOST_KEPT:
            self._keep_newest(self.begun - self._lookback)
        return fresh

    def _forget(self) -> None:
        """Keep what the next sweep reads again."""
        start = self._start()
        if start is None:
            self._kept.clear()
        else:
            self._keep_newest(start)

    def _keep_newest(self, start: datetime) -> None:
        kept = [(_time(said), key) for key, (_, said) in self._kept.items()]
        newest = sorted(((said, key) for said, key in kept if said and said >= start), reverse=True)
        self._kept = {key: self._kept[key] for _, key in newest[:_MOST_KEPT]}

    def _cursor(self, place: Mapping[str, Any] | None) -> dict[str, Any]:
        cursor: dict[str, Any] = {"v": VERSION, "asks": self._asks}
        if self.backfill:
            cursor |= {"window": self._bounds(), "over": self.over}
        else:
            cursor |= {"high": _iso(self._high), "kept": dict(self._kept)}
        if place is not None:
            cursor["sweep"] = {
                "begun": _iso(self.begun),
                "since": _iso(self.since),
                "missing": self._missing,
                "place": place,
            }
        return cursor


def _key(item: Feedback | Reject) -> str:
    return item.native_id if isinstance(item, Feedback) else f"!{item.where}"


def _digest(item: Feedback | Reject) -> str:
    """Changes when the item does; when it was fetched is no change."""
    told = asdict(item)
    told.pop("fetched_at", None)
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:_DIGEST]


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _time(written: object) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) else None
