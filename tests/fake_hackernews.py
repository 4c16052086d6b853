"""Hacker News on loopback: its search (Algolia, ``/api/v1``) and its official API (Firebase, ``/v0``).

As there, the search shows 1,000 hits of a question and no more, whatever the page; sorts by date, newest first; tells
``nbHits`` of all; writes texts as HTML; and learns of a remark some time after it was made (``lag``). The official API
answers ``null`` for an id that is none, and marks what was deleted or killed.
"""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from tests.fake_site import Answer, FakeSource, Item, Request, Site, retry_after_date, retry_after_seconds

CEILING = 1000
_FILTER = re.compile(r"created_at_i(>=|<=|<|>|=)(\d+)")
_HOLDS = {
    ">": lambda time, bound: time > bound,
    ">=": lambda time, bound: time >= bound,
    "<": lambda time, bound: time < bound,
    "<=": lambda time, bound: time <= bound,
    "=": lambda time, bound: time == bound,
}


class FakeHackerNews(FakeSource):
    """The vendor. A remark is a comment, unless it is put with a ``title``; ``about`` is found by the search too."""

    use = "hackernews"
    limits: ClassVar = {"Retry-After: seconds": retry_after_seconds, "Retry-After: date": retry_after_date}

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.lag = timedelta()
        self.killed: set[str] = set()
        self.vanished: set[str] = set()
        site.route("GET", "/api/v1/search_by_date", self._search)
        site.route("GET", r"/v0/item/(?P<id>\d+)\.json", self._item)

    def settings(self) -> dict[str, Any]:
        return {
            "base_url": f"{self.site.url}/api/v1",
            "item_url": f"{self.site.url}/v0",
            "query": "acme",
            "page_size": 2,
        }

    def empty_page(self) -> Answer:
        return Answer({"hits": [], "nbHits": len(self.shown()), "page": 0, "nbPages": 1, "hitsPerPage": 2})

    def forbidden(self) -> Answer:
        return Answer({"message": "Method not allowed with this API key", "status": 403}, 403)

    def kill(self, id: str) -> None:
        """Moderators do away with it: the search forgets it, the official API calls it dead."""
        self.killed.add(id)

    def vanish(self, id: str) -> None:
        """It is as if it had never been."""
        self.vanished.add(id)

    def words(self, id: str) -> str:
        title = self.items[id].more.get("title")
        return "\n".join(part for part in (title, self.items[id].text) if part)

    def _search(self, request: Request) -> Answer:
        query = request.query
        tags = set(re.findall(r"\w+", query.get("tags", "")))
        if not tags <= {"story", "comment"}:
            return Answer({"message": "unknown tag", "status": 400}, 400)
        bounds = _FILTER.findall(query.get("numericFilters", ""))
        if query.get("numericFilters") and not bounds:
            return Answer({"message": "invalid numeric filter", "status": 400}, 400)
        found = [item for item in reversed(self.shown()) if self._meets(item, query.get("query", ""), tags, bounds)]
        size, page = min(int(query.get("hitsPerPage", 20)), CEILING), int(query.get("page", 0))
        seen = found[:CEILING][page * size : (page + 1) * size]
        return Answer(
            {
                "exhaustive": {"nbHits": True, "typo": True},
                "hits": [self._hit(item) for item in seen],
                "hitsPerPage": size,
                "nbHits": len(found),
                "nbPages": -(-min(len(found), CEILING) // size),
                "page": page,
                "params": urlencode(request.query),
                "query": query.get("query", ""),
            }
        )

    def _meets(self, item: Item, query: str, tags: set[str], bounds: list[tuple[str, str]]) -> bool:
        if item.id in self.killed | self.vanished or item.said_at + self.lag > self.site.clock.now() + timedelta(
            days=1
        ):
            return False
        if self.lag and item.said_at + self.lag > self.site.clock.now():
            return False
        said = f"{item.more.get('title', '')} {item.text} {item.more.get('about', 'acme')}".lower()
        kind = "story" if item.more.get("title") else "comment"
        time = int(item.said_at.timestamp())
        return (
            kind in tags
            and all(word in said for word in query.lower().split())
            and all(_HOLDS[sign](time, int(bound)) for sign, bound in bounds)
        )

    def _hit(self, item: Item) -> dict[str, Any]:
        title = item.more.get("title")
        text = None if item.spoiled else written(item.text)
        hit: dict[str, Any] = {
            "objectID": item.id,
            "author": item.more.get("by", "dana"),
            "created_at": item.said_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "created_at_i": int(item.said_at.timestamp()),
            "updated_at": item.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "_tags": ["story" if title else "comment", f"author_{item.more.get('by', 'dana')}"],
            "_highlightResult": {"author": {"matchLevel": "none", "matchedWords": [], "value": "dana"}},
        }
        if title:
            return hit | {
                "title": None if item.spoiled else title,
                "story_text": text or None,
                "url": item.more.get("url"),
                "points": 3,
                "num_comments": 0,
                "children": [],
            }
        return hit | {"comment_text": text, "parent_id": 1, "story_id": 1, "story_title": "Ask HN", "story_url": None}

    def _item(self, request: Request) -> Answer:
        item = self.items.get(request.found["id"])
        if item is None and request.found["id"] == "1":
            return Answer({"id": 1, "type": "story", "time": 1160418111, "by": "pg", "title": "Y Combinator"})
        if item is None or item.id in self.vanished:
            return Answer("null", headers={"Content-Type": "application/json; charset=utf-8"})
        told: dict[str, Any] = {"id": int(item.id), "time": int(item.said_at.timestamp())}
        told["type"] = "story" if item.more.get("title") else "comment"
        if item.deleted:
            return Answer(told | {"deleted": True})
        told |= {"by": item.more.get("by", "dana"), "kids": []}
        told |= {"dead": True} if item.id in self.killed else {}
        if item.more.get("title"):
            told |= {"title": html.escape(item.more["title"], quote=False), "score": 3, "descendants": 0}
            told |= {"url": item.more["url"]} if item.more.get("url") else {}
        else:
            told["parent"] = 1
        return Answer(told | ({"text": written(item.text)} if item.text else {}))


def written(text: str) -> str:
    """A text as Hacker News writes it: HTML, with slashes and quotes as references and paragraphs that never end."""
    escaped = html.escape(text, quote=False).replace('"', "&quot;").replace("'", "&#x27;").replace("/", "&#x2F;")
    return "<p>".join(escaped.split("\n"))
