"""Hacker News: stories and comments in which something is named, by its search; no key is needed.

The search (Algolia, ``search_by_date``) shows 1,000 hits of a question at most, so time is cut into slices that hold
fewer (:mod:`connectors.hackernews.slices`), oldest first. It learns of a remark minutes to days after it was made:
hence the lookback. What was edited or deleted later is asked of the official API (Firebase), which knows single items.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import BaseModel, BeforeValidator, Field

from connectors.base import Connector, Page, Reject, Window
from connectors.clock import Clock, SystemClock
from connectors.errors import Unreachable
from connectors.hackernews.records import Origin, from_hit, from_item, from_raw, gone, said_at
from connectors.hackernews.slices import slices
from connectors.http import Http
from connectors.record import Feedback
from connectors.secrets import Needed, Secret
from connectors.settings import fingerprint, validated
from connectors.trail import Trail

SECRETS: tuple[Needed, ...] = ()

_CALLED = "Hacker News"
# More hits of a question are not shown, whatever the page.
_CEILING = 1000
# The first story ever.
_BEGAN = datetime(2006, 10, 9, tzinfo=UTC)
# Items that are looked at again before they are stored.
_AGAIN = 50
# The first item of all, which is always there.
_FIRST = 1
# So many answers in a row that do not fit their question are no accident.
_STRANGE = 6
_HINT = "what came so far is kept; pull again later"


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Config(BaseModel, extra="forbid"):
    """The settings of ``use = "hackernews"``."""

    query: Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], BeforeValidator(_several)] = Field(
        min_length=1, max_length=50
    )
    tags: Annotated[list[Literal["story", "comment"]], BeforeValidator(_several)] = Field(
        ["story", "comment"], min_length=1
    )
    typos: bool = False
    product: str | None = None
    lookback_days: float = Field(2, ge=0, le=365)
    max_wait_s: float = Field(60, ge=0)
    page_size: int = Field(_CEILING, ge=1, le=_CEILING)
    base_url: str = "https://hn.algolia.com/api/v1"
    item_url: str = "https://hacker-news.firebaseio.com/v0"


class _Asks(BaseModel):
    """What decides which remarks are found."""

    query: list[str]
    tags: list[str]
    typos: bool
    product: str | None


@dataclass
class _Found:
    """What the search says of a slice of time, by hit id: of all questions together, each at least as far as shown.

    ``total`` is the largest number of hits that one of the questions has; ``lost`` counts those that were promised and
    did not come, or that came and were not asked for.
    """

    total: int = 0
    lost: int = 0
    hidden: int = 0
    hits: dict[str, object] = field(default_factory=dict)

    def add(self, total: int, hits: list[object]) -> None:
        """What one question found, newest first."""
        self.total = max(self.total, total)
        self.hidden += max(0, total - _CEILING)
        self.lost += max(0, min(total, _CEILING) - len(hits))
        for hit in reversed(hits):
            identity = hit.get("objectID") if isinstance(hit, Mapping) else None
            self.hits[str(identity)] = hit


class HackerNews:
    """The connector; see :func:`plugin`."""

    def __init__(self, name: str, config: Config, clock: Clock) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._sound = False

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """What was said since the last sweep, oldest first; see :mod:`connectors.trail` for when that is."""
        asks = fingerprint(_Asks.model_validate(self._config.model_dump(include=set(_Asks.model_fields))))
        lookback = timedelta(days=self._config.lookback_days)
        trail = Trail(self.name, cursor, window, self._clock.now(), asks=asks, lookback=lookback)
        if trail.over:
            return
        with self._http(self._config.base_url) as http:
            yield from self._sweep(http, trail)
            if trail.resumed and not trail.backfill:
                yield from self._sweep(http, trail.again(self._clock.now()))

    def _sweep(self, http: Http, trail: Trail) -> Iterator[Page]:
        since = max(trail.since or _BEGAN, _BEGAN)
        first = math.floor(since.timestamp())
        start = int(trail.place.get("at", first))
        # Seconds are read whole: the one in which the sweep began as well, of which the next one reads the rest.
        end = math.ceil(trail.until.timestamp()) if trail.until else math.floor(trail.begun.timestamp()) + 1
        strange = 0
        for _, stop, found in slices(start, end, self._room(), lambda *slice: self._asked(http, *slice)):
            strange = strange + 1 if found.lost else 0
            if strange >= _STRANGE:
                raise Unreachable(f"{_CALLED} answers something else than it is asked, again and again", hint=_HINT)
            items = [from_hit(hit, self._origin()) for hit in found.hits.values()]
            done = (stop - first) / (end - first)
            yield trail.page(items, {"at": stop}, done=done, partial=_said(found), missing=bool(found.lost))
        yield trail.end()

    def check(self) -> str:
        """Ask how much there is.

        Raises:
            OverheardError: nobody answers, or something else does.
        """
        with self._http(self._config.base_url) as http:
            totals = [self._answer(http, query, 0, 2**31, 0)[0] for query in self._config.query[:2]]
        told = " and ".join(
            f"{total:,} {'remark' if total == 1 else 'remarks'} for {query!r}"
            for total, query in zip(totals, self._config.query, strict=False)
        )
        return f"{_CALLED} answers, without a key: {told}"

    def recheck(self, native_ids: Sequence[str]) -> Iterator[Page]:
        """Ask the official API for each item, one request an item.

        Raises:
            Unreachable: it knows nothing at all, so what it does not know is not taken for deleted.
        """
        with self._http(self._config.item_url) as http:
            self._sound = False
            for start in range(0, len(native_ids), _AGAIN):
                part = native_ids[start : start + _AGAIN]
                done = (start + len(part)) / len(native_ids)
                yield Page([item for id in part for item in self._again(http, id)], {}, done)

    def retry(self, reject: Reject) -> Feedback | Reject:
        """Read one rejected record again."""
        return from_raw(reject.raw, reject.where, self._origin())

    def _again(self, http: Http, native_id: str) -> Iterator[Feedback | Reject]:
        """The item as it is now; nothing where the answer is about something else."""
        if not native_id.isdecimal():
            return
        found = http.json(f"item/{native_id}.json")
        if found is None:
            self._believe(http)
            yield gone(native_id, self._origin())
        elif isinstance(found, Mapping) and str(found.get("id")) == native_id:
            yield from_item(found, self._origin())

    def _believe(self, http: Http) -> None:
        """See that the official API knows the first item of all, because a wrong address is answered like a deletion.

        Raises:
            Unreachable: it does not.
        """
        if not self._sound:
            first = http.json(f"item/{_FIRST}.json")
            if not isinstance(first, Mapping) or first.get("id") != _FIRST:
                raise Unreachable(
                    f"{_CALLED} does not know its own first item: nothing is taken for deleted", hint="check item_url"
                )
            self._sound = True

    def _asked(self, http: Http, start: int, stop: int) -> _Found:
        """What all questions find between two moments; asked twice where the first answer cannot be all."""
        found = self._once(http, start, stop)
        return self._once(http, start, stop) if found.lost else found

    def _once(self, http: Http, start: int, stop: int) -> _Found:
        found = _Found()
        for query in self._config.query:
            total, hits = self._answer(http, query, start, stop, 0)
            if total > self._room() and stop - start > 1:
                # Smaller slices will be asked for, unless this is an answer to something else.
                return _Found(total) if _fitting(hits, start, stop) else _Found(lost=min(total, _CEILING))
            for page in range(1, math.ceil(min(total, _CEILING) / self._config.page_size)):
                hits += self._answer(http, query, start, stop, page)[1]
            found.add(total, _fitting(hits, start, stop))
        return found

    def _answer(self, http: Http, query: str, start: int, stop: int, page: int) -> tuple[int, list[object]]:
        """How many hits there are, and those of one page, newest first."""
        told = http.json(
            "search_by_date",
            {
                "query": query,
                "tags": f"({','.join(self._config.tags)})",
                "numericFilters": f"created_at_i>={start},created_at_i<{stop}",
                "hitsPerPage": self._config.page_size,
                "page": page,
                "typoTolerance": str(self._config.typos).lower(),
            },
        )
        total, hits = (told.get("nbHits"), told.get("hits")) if isinstance(told, Mapping) else (None, None)
        if not isinstance(total, int) or not isinstance(hits, list):
            raise Unreachable(f"{_CALLED} sent JSON that is no answer to a search", hint="check base_url")
        if told.get("exhaustiveNbHits") is False:
            # The number is a guess: a page that is not full is the end, and one that is full is none.
            full = len(hits) >= self._config.page_size
            total = max(total, len(hits) + 1) if full else page * self._config.page_size + len(hits)
        # It repeats what it was asked; where that is something else, some cache has mixed up its answers.
        echo = unquote(str(told.get("params") or f"{start} {stop}"))
        return (total, hits) if str(start) in echo and str(stop) in echo else (max(total, 1), [])

    def _room(self) -> int:
        return min(self._config.page_size, _CEILING - 1)

    def _origin(self) -> Origin:
        return Origin(self.name, self._clock.now(), self._config.product)

    def _http(self, url: str) -> Http:
        hints = {400: "check query and tags", 403: "it may have had enough of this address for now: pull again later"}
        return Http(url, self._clock, called=_CALLED, hints=hints, max_wait_s=self._config.max_wait_s)


def plugin(
    *, name: str, clock: Clock | None = None, secrets: Mapping[str, Secret] | None = None, **settings: Any
) -> Connector:
    """Hacker News as a source called ``name``; there are no secrets to be given.

    Raises:
        ConfigError: a setting is unknown or wrong.
    """
    del secrets
    return HackerNews(name, validated(Config, name, settings), clock or SystemClock())


def _fitting(hits: list[object], start: int, stop: int) -> list[object]:
    """Those that lie between two moments, or do not say when they were written."""
    return [hit for hit in hits if start <= (said_at(hit) or start) < stop]


def _said(found: _Found) -> str | None:
    """Why a sweep is not complete."""
    if found.lost:
        return f"{_CALLED} promised {found.lost} remarks that it did not show; they are asked for again"
    if found.hidden:
        return f"{_CALLED} shows {_CEILING:,} remarks of one second at most, and there were {found.hidden} more"
    return None
