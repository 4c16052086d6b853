"""The smallest live source that keeps the whole contract, and its vendor: what a new one may be copied from.

"Notes" gives the newest first, leads on by marks that it forgets, hands out tokens for a secret, and can be asked for
one note by its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel

from connectors.base import Page, Reject, Window
from connectors.clock import Clock
from connectors.errors import ConfigError, Unreachable
from connectors.http import Http, NoCircles
from connectors.record import Channel, Feedback
from connectors.refusals import Refused
from connectors.secrets import Needed, Secret, required
from connectors.settings import validated
from tests.fake_site import Answer, FakeSource, Item, Request, Site, retry_after_date, retry_after_seconds

SECRETS = (Needed("password", "OVERHEARD_NOTES_PASSWORD", "the password of Notes"),)
_VERSION = 1
_LOOKBACK = timedelta(days=2)
_RAW = 60_000


class Config(BaseModel, extra="forbid"):
    """What can be set."""

    base_url: str = "https://notes.example"
    page_size: int = 100
    max_wait_s: float = 60.0


def plugin(name: str, secrets: Mapping[str, Secret], clock: Clock, **settings: Any) -> Notes:
    """A source of notes."""
    return Notes(name, validated(Config, name, settings), secrets, clock)


class Notes:
    """The source. Its cursor is ``{v, high, began, floor, after}``; the last three only within a sweep."""

    def __init__(self, name: str, config: Config, secrets: Mapping[str, Secret], clock: Clock) -> None:
        self.name = name
        self._config = config
        self._secrets = secrets
        self._clock = clock
        self._token: Secret | None = None

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """From the newest down to the watermark less the lookback, or through the window of a backfill."""
        if cursor.get("v", _VERSION) != _VERSION:
            raise ConfigError(
                f"{self.name} was read by a newer Overheard (cursor of version {cursor['v']})", hint="upgrade Overheard"
            )
        now = self._clock.now().isoformat()
        floor = _less(cursor["high"]) if cursor.get("high") else window.since and window.since.isoformat()
        place = {"v": _VERSION, "high": None, "began": now, "floor": floor, "after": None, **cursor}
        circles = NoCircles("Notes")
        with self._http() as http:
            while "after" in place:
                page, place = self._page(http, place, window)
                circles.check(str(place.get("after", "the end")))
                yield page

    def _page(self, http: Http, place: dict[str, Any], window: Window) -> tuple[Page, dict[str, Any]]:
        try:
            found = self._listing(http, place["after"])
        except Refused as refused:
            if refused.status != 410:
                raise
            found = self._listing(http, None)  # the mark is forgotten: from the newest again, to the same floor
        items = [self._read(note) for note in found["notes"]]
        said = [item.said_at for item in items if isinstance(item, Feedback)]
        floor = place["floor"] and datetime.fromisoformat(place["floor"])
        over = found["next"] is None or bool(floor and said and max(said) < floor)
        missing = "a page was empty where one was expected" if found["next"] is None and not items else None
        # A backfill moves no watermark, and what may be missing is looked for again.
        high = place["high"] if missing or window.until else place["began"]
        place = {"v": _VERSION, "high": high} if over else {**place, "after": found["next"]}
        wanted = [item for item in items if isinstance(item, Reject) or _within(item.said_at, floor, window.until)]
        return Page(wanted, place, partial=missing), place

    def _listing(self, http: Http, after: str | None) -> dict[str, Any]:
        given = {"after": after} if after else {}
        found = http.json("notes", {"limit": self._config.page_size, **given})
        if not isinstance(found, dict) or not isinstance(found.get("notes"), list):
            raise Unreachable("Notes sent something that is no list of notes", hint="check base_url")
        return {"next": None, **found}

    def _read(self, note: dict[str, Any]) -> Feedback | Reject:
        try:
            return Feedback(
                self.name,
                note["id"],
                Channel.SOCIAL,
                said_at=datetime.fromisoformat(note["made"]),
                fetched_at=self._clock.now(),
                text=note["body"],
                author=note["by"],
            )
        except (KeyError, TypeError, ValueError) as error:
            return Reject(str(note.get("id")), f"this note cannot be read: {type(error).__name__}", _raw(note))

    def retry(self, reject: Reject) -> Feedback | Reject:
        """The same record, read again."""
        return self._read(json.loads(reject.raw))

    def check(self) -> str:
        """Ask for the newest note."""
        with self._http() as http:
            found = self._listing(http, None)
        return f"Notes answers; it holds {len(found['notes'])} notes or more"

    def recheck(self, native_ids: Sequence[str]) -> Iterator[Page]:
        """One request a note."""
        if not native_ids:
            return
        with self._http() as http:
            for native_id in native_ids:
                yield Page(list(self._again(http, native_id)), {})

    def _again(self, http: Http, native_id: str) -> Iterator[Feedback | Reject]:
        try:
            found = http.json(f"notes/{native_id}")
            if isinstance(found, dict) and found.get("id") == native_id:
                yield self._read(found)
        except Refused as refused:
            if refused.status != 404 or "NOTE_DELETED" not in refused.reasons:
                raise
            now = self._clock.now()
            yield Feedback(self.name, native_id, Channel.SOCIAL, said_at=now, fetched_at=now, deleted=True)

    def _http(self) -> Http:
        required(SECRETS, self._secrets, self.name)
        return Http(
            self._config.base_url,
            self._clock,
            called="Notes",
            headers=self._headers,
            refresh=self._renew,
            hints=dict.fromkeys((401, 403), f"check {SECRETS[0].variable}"),
            max_wait_s=self._config.max_wait_s,
        )

    def _headers(self) -> dict[str, str]:
        if self._token is None:
            self._renew()
        return {"Authorization": f"Bearer {self._token.reveal()}"} if self._token else {}

    def _renew(self) -> None:
        with Http(self._config.base_url, self._clock, called="Notes", max_wait_s=self._config.max_wait_s) as door:
            given = door.post("token", {"password": self._secrets["password"].reveal()}, repeatable=True)
        self._token = Secret(given["token"])


def _less(high: object) -> str:
    return (datetime.fromisoformat(str(high)) - _LOOKBACK).isoformat()


def _within(said_at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or said_at >= since) and (until is None or said_at < until)


def _raw(note: dict[str, Any]) -> str:
    return json.dumps(note, ensure_ascii=False)[:_RAW]


class FakeNotes(FakeSource):
    """The vendor."""

    use = "notes"
    secrets: ClassVar = {"password": "p4ss-of-the-notes-9c1f"}
    limits: ClassVar = {"Retry-After: seconds": retry_after_seconds, "Retry-After: date": retry_after_date}
    tokens = True

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._given = 0
        self._valid = ""
        site.route("POST", "/token", self._token, data=False)
        site.route("GET", "/notes", self._listing)
        site.route("GET", r"/notes/(?P<id>\d+)", self._one)

    def settings(self) -> dict[str, Any]:
        return {"base_url": self.site.url, "page_size": 2}

    def empty_page(self) -> Answer:
        return Answer({"notes": [], "next": None})

    def dead_cursor(self) -> Answer:
        return Answer({"error": "MARK_FORGOTTEN"}, 410)

    def revoke(self) -> None:
        self._valid = ""

    def _token(self, request: Request) -> Answer:
        if json.loads(request.body) != {"password": self.secrets["password"]}:
            return Answer({"error": "WRONG_PASSWORD"}, 401)
        self._given += 1
        self._valid = f"token-{self._given}-of-the-notes"
        return Answer({"token": self._valid})

    def _admitted(self, request: Request) -> bool:
        return bool(self._valid) and request.headers.get("authorization") == f"Bearer {self._valid}"

    def _listing(self, request: Request) -> Answer:
        if not self._admitted(request):
            return Answer({"error": "NO_TOKEN"}, 401)
        newest_first = self.shown()[::-1]
        ids = [item.id for item in newest_first]
        start = ids.index(request.query["after"]) + 1 if "after" in request.query else 0
        end = start + int(request.query["limit"])
        page = newest_first[start:end]
        return Answer({"notes": [_shown(item) for item in page], "next": page[-1].id if end < len(ids) else None})

    def _one(self, request: Request) -> Answer:
        if not self._admitted(request):
            return Answer({"error": "NO_TOKEN"}, 401)
        item = self.items.get(request.found["id"])
        return Answer(_shown(item)) if item and not item.deleted else Answer({"error": "NOTE_DELETED"}, 404)


def _shown(item: Item) -> dict[str, Any]:
    made = "the other day" if item.spoiled else item.said_at.isoformat()
    return {"id": item.id, "body": item.text, "made": made, "by": "Dana"}
