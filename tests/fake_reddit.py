"""A Reddit on loopback: its token door, its listings with their thousand places, ``/api/info``, and its refusals.

Paths, headers and shapes as in Reddit's API documentation, praw's own recordings and ``docs/sources/reddit.md``. An id
is what Reddit calls an id without its kind: whether ``103`` is a comment or a post is told by ``put(comment=True)``,
and where nothing is told every fourth is a comment.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tests.fake_site import (
    Answer,
    FakeSource,
    Item,
    Limit,
    Request,
    Site,
    retry_after_date,
    retry_after_seconds,
)

PLACES = 1000
TITLE = "My experience"
_SPANS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24, "year": 365 * 24}


def ratelimit_headers(seconds: float, now: datetime) -> Answer:
    """Reddit's own dialect: no ``Retry-After``, a float of what is left, and seconds to the reset."""
    headers = {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "996", "x-ratelimit-reset": str(round(seconds))}
    return Answer({"message": "Too Many Requests", "error": 429}, 429, headers)


@dataclass
class Calls:
    """The calls of a window, as the headers tell them; by default there are more than anybody needs."""

    left: float = 10_000.0
    used: int = 0
    reset: datetime | None = None
    allowed: float = 10_000.0
    window: timedelta = field(default=timedelta(minutes=10))

    def headers(self, now: datetime) -> dict[str, str]:
        """One call more, told as Reddit tells it."""
        if self.reset is None or now >= self.reset:
            self.left, self.used, self.reset = self.allowed, 0, now + self.window
        self.left, self.used = max(0.0, self.left - 1), self.used + 1
        return {
            "x-ratelimit-remaining": f"{self.left:.1f}",
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-reset": str(int((self.reset - now).total_seconds())),
        }


class FakeReddit(FakeSource):
    """Reddit, with one subreddit (r/acme) unless items say another; searches look for words in titles and texts."""

    use: ClassVar[str] = "reddit"
    secrets: ClassVar[dict[str, str]] = {"client_id": "fake-client-id-4711", "client_secret": "fake-client-secret-0815"}
    limits: ClassVar[dict[str, Limit]] = {
        "x-ratelimit": ratelimit_headers,
        "Retry-After: seconds": retry_after_seconds,
        "Retry-After: date": retry_after_date,
    }
    tokens = True

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.calls = Calls()
        self.places = PLACES
        self.closed: dict[str, Answer] = {}
        self.scope = "*"
        self._tokens: set[str] = set()
        self._given = 0
        site.route("POST", "/api/v1/access_token", self._token, data=False)
        for name in ("new", "comments", "top", "controversial", "search"):
            site.route("GET", rf"/r/(?P<sub>\w+)/{name}", self._guarded(name))
        site.route("GET", "/search", self._guarded("search"))
        site.route("GET", "/api/info", self._guarded("info"))

    def settings(self) -> dict[str, Any]:
        return {"base_url": self.site.url, "subreddits": ["acme"], "page_size": 2}

    def put(self, id: str, text: str, said_at: datetime | None = None, **more: Any) -> None:
        """``more``: comment, subreddit, title, author, votes, and fields as they stand in Reddit's record."""
        if "comment" not in more:
            more["comment"] = id.isdigit() and int(id) % 4 == 3
        super().put(id, text, said_at, **more)

    def native_id(self, id: str) -> str:
        return f"{'t1' if self.items[id].more['comment'] else 't3'}_{id}"

    def words(self, id: str) -> str:
        item = self.items[id]
        return item.text if item.more["comment"] else f"{item.more.get('title', TITLE)}\n{item.text}"

    def empty_page(self) -> Answer:
        return self._listing([], None)

    def dead_cursor(self) -> Answer:
        return self.empty_page()

    def forbidden(self) -> Answer:
        return Answer({"message": "Forbidden", "error": 403}, 403)

    def revoke(self) -> None:
        self._tokens.clear()

    def close(self, subreddit: str, reason: str, status: int = 403) -> None:
        """Shut a subreddit: private, quarantined, banned (404) or not there (404)."""
        said = {403: "Forbidden", 404: "Not Found"}[status]
        body = {"message": said, "error": status} | ({"reason": reason} if reason else {})
        self.closed[subreddit.lower()] = Answer(body, status)

    # --- the door ---------------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> Answer:
        """Basic auth of id and secret, and the grant of an app that is nobody in particular."""
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(told).decode() != ":".join(self.secrets.values()):
            return Answer({"message": "Unauthorized", "error": 401}, 401)
        if request.form().get("grant_type") != "client_credentials":
            return Answer({"error": "unsupported_grant_type"})
        self._given += 1
        token = f"fake-token-{self._given:04}-{'x' * 20}"
        self._tokens.add(token)
        return Answer({"access_token": token, "token_type": "bearer", "expires_in": 86400, "scope": self.scope})

    def _guarded(self, name: str) -> Callable[[Request], Answer]:
        def answer(request: Request) -> Answer:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or token not in self._tokens:
                return Answer({"message": "Unauthorized", "error": 401}, 401)
            if self.scope != "*" and "read" not in self.scope:
                headers = {"www-authenticate": 'Bearer realm="reddit", error="insufficient_scope"'}
                return Answer({"message": "Forbidden", "error": 403}, 403, headers)
            shut = self.closed.get(request.found.get("sub", "").lower())
            found = shut or (self._info(request) if name == "info" else self._page(name, request))
            return Answer(found.body, found.status, {**found.headers, **self.calls.headers(self.site.clock.now())})

        return answer

    # --- what it shows ----------------------------------------------------------------------------------------------

    def _placed(self) -> list[Item]:
        """What holds a place in listings, newest first: what was deleted or removed, too, though it is not shown."""
        return sorted(self.items.values(), key=lambda item: (item.id in self.pinned, item.said_at, item.id))[::-1]

    def _page(self, name: str, request: Request) -> Answer:
        placed = self._listed(name, request)[: self.places]
        listed = [item for item in placed if not item.deleted and not item.more.get("removed")]
        after, limit = request.query.get("after"), min(100, int(request.query.get("limit", 25)))
        names = [self.native_id(item.id) for item in listed]
        if after is not None and after not in names:
            return self._listing([], None)
        start = names.index(after) + 1 if after else 0
        page = listed[start : start + limit]
        following = self.native_id(page[-1].id) if page and start + limit < len(listed) else None
        return self._listing([self._thing(item, request) for item in page], following)

    def _listed(self, name: str, request: Request) -> list[Item]:
        """The items of a listing in its order; the filter of time is heeded where Reddit heeds it."""
        sub, query = request.found.get("sub", "").lower(), request.query.get("q", "").lower()
        found = [item for item in self._placed() if bool(item.more["comment"]) is (name == "comments")]
        if sub and (name != "search" or request.query.get("restrict_sr")):
            found = [item for item in found if self._subreddit(item).lower() == sub]
        if name == "search":
            found = [item for item in found if query in self.words(item.id).lower()]
        if name in ("top", "controversial", "search") and (span := _SPANS.get(request.query.get("t", "all"))):
            since = self.site.clock.now() - timedelta(hours=span)
            found = [item for item in found if item.said_at >= since]
        if name in ("top", "controversial") or request.query.get("sort", "new") != "new":
            found.sort(key=lambda item: item.more.get("votes", 0), reverse=name != "controversial")
        return found

    def _info(self, request: Request) -> Answer:
        """Known items, the deleted as Reddit leaves them behind; those that were purged are not in the answer."""
        names = {self.native_id(id): item for id, item in self.items.items()}
        asked = request.query.get("id", "").split(",")[:100]
        found = [names[name] for name in asked if name in names and not names[name].more.get("purged")]
        return self._listing([self._thing(item, request) for item in found], None)

    def _listing(self, children: list[Any], after: str | None) -> Answer:
        data = {"modhash": "", "dist": len(children), "children": children, "after": after, "before": None}
        return Answer({"kind": "Listing", "data": data})

    def _subreddit(self, item: Item) -> str:
        return str(item.more.get("subreddit", "acme"))

    def _thing(self, item: Item, request: Request) -> dict[str, Any]:
        """The record as Reddit sends it; ``&``, ``<`` and ``>`` are escaped unless it is asked for raw JSON."""
        comment = bool(item.more["comment"])
        kind, name = ("t1" if comment else "t3"), self.native_id(item.id)
        gone = "[deleted]" if item.deleted else "[removed]" if item.more.get("removed") else ""
        text = gone or item.text
        sub = self._subreddit(item)
        data: dict[str, Any] = {
            "id": item.id,
            "name": name,
            "subreddit": sub,
            "author": "[deleted]" if item.deleted else item.more.get("author", "shopper"),
            "created_utc": "some day" if item.spoiled else item.said_at.timestamp(),
            "edited": item.updated_at.timestamp() if item.updated_at > item.said_at and not gone else False,
            "score": item.more.get("votes", 1),
            "stickied": item.id in self.pinned,
        }
        if comment:
            data |= {"body": text, "parent_id": "t3_p0", "link_id": "t3_p0", "replies": ""}
            data["permalink"] = f"/r/{sub}/comments/p0/_/{item.id}/"
        else:
            data |= {"title": item.more.get("title", TITLE), "selftext": text, "is_self": True, "num_comments": 0}
            data["permalink"] = f"/r/{sub}/comments/{item.id}/my_experience/"
            data["url"] = f"https://www.reddit.com{data['permalink']}"
            data["removed_by_category"] = "moderator" if item.more.get("removed") else None
        data |= item.more.get("fields", {})
        if request.query.get("raw_json") != "1":
            data = {key: _escaped(value) for key, value in data.items()}
        return {"kind": kind, "data": data}


def _escaped(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
