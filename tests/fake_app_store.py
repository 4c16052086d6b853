"""The App Store on loopback: App Store Connect, which wants signed tokens, and the public feed of reviews.

Both doors show the same reviews, each under ids of its own. As there, App Store Connect lists the newest first and
leads on by ``links.next``; a review that was edited comes with a new date, one that was removed not at all. The feed
has ten pages a storefront, and an error behind them.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.fake_site import Answer, FakeSource, Item, Request, Site, retry_after_date, retry_after_seconds

APP = "1404176564"
FEED_PAGES = 10
_KEY = ec.generate_private_key(ec.SECP256R1())
PRIVATE_KEY = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
_LONGEST = 20 * 60


def problem(status: int, code: str, detail: str, **more: Any) -> Answer:
    """An error as App Store Connect writes it."""
    one = {"id": "b90a", "status": str(status), "code": code, "title": detail, "detail": detail, **more}
    return Answer({"errors": [one]}, status)


class _Reviews(FakeSource):
    """What both doors show. ``put`` takes ``rating``, ``title``, ``by`` and ``territory`` (three letters) besides."""

    use = "app_store"

    def newest_first(self) -> list[Item]:
        """By the date that is shown: that of the last edit."""
        return sorted(self.shown(), key=lambda item: (item.id in self.pinned, item.updated_at, item.id), reverse=True)

    def words(self, id: str) -> str:
        item = self.items[id]
        return "\n".join(part for part in (item.more.get("title"), item.text) if part)

    @staticmethod
    def date(item: Item) -> str:
        return "the other day" if item.spoiled else item.updated_at.isoformat()


class FakeAppStore(_Reviews):
    """App Store Connect."""

    secrets: ClassVar = {"key_id": "2X9R4HXF34", "issuer_id": "57246542-96fe-1a63-e053", "private_key": PRIVATE_KEY}
    limits: ClassVar = {"Retry-After: seconds": retry_after_seconds, "Retry-After: date": retry_after_date}

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.left = 3545
        """Calls that are left in this hour, as it tells them."""
        self.tokens_seen: list[str] = []
        site.route("GET", rf"/v1/apps/{APP}/customerReviews", self._admitted(self._listing))
        site.route("GET", r"/v1/apps/\d+/customerReviews", self._admitted(self._no_app))
        site.route("GET", r"/v1/customerReviews/(?P<id>[\w-]+)", self._admitted(self._one))

    def settings(self) -> dict[str, Any]:
        return {"base_url": self.site.url, "app": APP, "page_size": 2}

    def native_id(self, id: str) -> str:
        return f"00000028-b08c-0014-729e-{int(id):012d}"

    def empty_page(self) -> Answer:
        paging = {"paging": {"total": len(self.shown()), "limit": 2}}
        return Answer({"data": [], "links": {"self": self.site.url}, "meta": paging})

    def dead_cursor(self) -> Answer:
        detail = "'cursor' is not a valid cursor for this request"
        return problem(400, "PARAMETER_ERROR.INVALID", detail, source={"parameter": "cursor"})

    def forbidden(self) -> Answer:
        return problem(403, "FORBIDDEN_ERROR", "The API key in use does not allow this request")

    def _admitted(self, route: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        def checked(request: Request) -> Answer:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not self._accepts(token):
                detail = "Provide a properly configured and signed bearer token, and make sure that it has not expired."
                return problem(401, "NOT_AUTHORIZED", detail)
            self.tokens_seen.append(token)
            answer = route(request)
            counts = {"X-Rate-Limit": f"user-hour-lim:3600;user-hour-rem:{self.left};"}
            return Answer(answer.body, answer.status, {**answer.headers, **counts})

        return checked

    def _accepts(self, token: str) -> bool:
        """Signed by our key, meant for this API, not older than twenty minutes by this server's clock."""
        try:
            claims = jwt.decode(
                token,
                _KEY.public_key(),
                algorithms=["ES256"],
                audience="appstoreconnect-v1",
                issuer=self.secrets["issuer_id"],
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]},
            )
            known = jwt.get_unverified_header(token).get("kid") == self.secrets["key_id"]
        except jwt.PyJWTError:
            return False
        now = self.site.clock.now().timestamp()
        return known and claims["iat"] <= now + 60 and now < claims["exp"] <= claims["iat"] + _LONGEST

    def _no_app(self, request: Request) -> Answer:
        return problem(404, "NOT_FOUND", "The specified resource does not exist")

    def _listing(self, request: Request) -> Answer:
        query = request.query
        if query.get("sort") != "-createdDate":
            return problem(400, "PARAMETER_ERROR.ILLEGAL", "this fake lists the newest first")
        limit, wanted = int(query.get("limit", 50)), query.get("filter[territory]", "")
        if limit > 200:
            return problem(400, "PARAMETER_ERROR.INVALID", "'limit' is at most 200")
        found = [item for item in self.newest_first() if not wanted or self._territory(item) in wanted.split(",")]
        start = self._after(found, query["cursor"]) if "cursor" in query else 0
        if start is None:
            return self.dead_cursor()
        rows, rest = found[start : start + limit], found[start + limit :]
        links = {"self": f"{self.site.url}{request.target}"}
        if rest:
            links["next"] = f"{self.site.url}{request.path}?{urlencode({**query, 'cursor': self._cursor(rows[-1])})}"
        meta = {"paging": {"total": len(found), "limit": limit}}
        return Answer({"data": [self._row(item) for item in rows], "links": links, "meta": meta})

    def _one(self, request: Request) -> Answer:
        for item in self.shown():
            if self.native_id(item.id) == request.found["id"]:
                return Answer({"data": self._row(item), "links": {"self": self.site.url + request.target}})
        return problem(404, "NOT_FOUND", "The specified resource does not exist")

    def _cursor(self, item: Item) -> str:
        return urlsafe_b64encode(f"{item.updated_at.isoformat()}|{item.id}".encode()).decode()

    def _after(self, found: list[Item], cursor: str) -> int | None:
        """Where the reviews behind a cursor begin: it names the last one before them, be it gone by now."""
        try:
            date, _, id = urlsafe_b64decode(cursor).decode().partition("|")
            last = (id in self.pinned, datetime.fromisoformat(date), id)
        except ValueError:
            return None
        return sum((item.id in self.pinned, item.updated_at, item.id) >= last for item in found)

    @staticmethod
    def _territory(item: Item) -> str:
        return str(item.more.get("territory", "USA"))

    def _row(self, item: Item) -> dict[str, Any]:
        native_id = self.native_id(item.id)
        own = f"{self.site.url}/v1/customerReviews/{native_id}"
        return {
            "type": "customerReviews",
            "id": native_id,
            "attributes": {
                "rating": item.more.get("rating", 4),
                "title": item.more.get("title"),
                "body": item.text,
                "reviewerNickname": item.more.get("by", "Dana of the Hills"),
                "createdDate": self.date(item),
                "territory": self._territory(item),
            },
            "relationships": {"response": {"links": {"related": f"{own}/response"}}},
            "links": {"self": own},
        }


class FakeAppStoreFeed(_Reviews):
    """The public feed. ``size``: reviews of a page (there: fifty); ``last_link``: whether it tells its last page."""

    limits: ClassVar = {"Retry-After: seconds": retry_after_seconds, "Retry-After: date": retry_after_date}
    rechecks = False

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.size = 2
        self.last_link = True
        self.with_app = True
        site.route(
            "GET",
            rf"/(?P<cc>[a-z]{{2}})/rss/customerreviews/page=(?P<page>\d+)/id={APP}/sortby=mostrecent/xml",
            self._page,
        )

    def settings(self) -> dict[str, Any]:
        return {"base_url": self.site.url, "app": APP, "territories": ["US"]}

    def native_id(self, id: str) -> str:
        return f"63{int(id):08d}"

    def empty_page(self) -> Answer:
        return self._written("us", 1, [], 1)

    def _page(self, request: Request) -> Answer:
        number = int(request.found["page"])
        if not 1 <= number <= FEED_PAGES:
            return Answer("CustomerReviews RSS page depth is limited to 10", 400, {"Content-Type": "text/plain"})
        country = request.found["cc"]
        found = [item for item in self.newest_first() if item.more.get("country", "us") == country]
        found = found[: FEED_PAGES * self.size]
        shown = found[(number - 1) * self.size : number * self.size]
        return self._written(country, number, shown, max(1, -(-len(found) // self.size)))

    def _written(self, country: str, number: int, shown: list[Item], last: int) -> Answer:
        pages = {"self": number, "first": 1, **({"last": last} if self.last_link else {})}
        links = "".join(
            f'<link rel="{rel}" href="https://itunes.apple.com/{country}/rss/customerreviews/page={page}/id={APP}'
            '/sortby=mostrecent/xml?urlDesc=/customerreviews/x"/>'
            for rel, page in pages.items()
        )
        app = _APP_ENTRY if self.with_app and number == 1 else ""
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns:im="http://itunes.apple.com/rss" '
            f'xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><id>x</id><title>Reviews</title>{links}{app}'
            f"{''.join(self._entry(item) for item in shown)}</feed>"
        )
        return Answer(body, headers={"Content-Type": "text/xml; charset=utf-8"})

    def _entry(self, item: Item) -> str:
        title = item.more.get("title", "")
        return (
            f"<entry><updated>{self.date(item)}</updated><id>{self.native_id(item.id)}</id>"
            f'<title>{escape(title)}</title><content type="text">{escape(item.text)}</content>'
            '<im:contentType term="Application" label="Application"/><im:voteSum>0</im:voteSum>'
            f"<im:rating>{item.more.get('rating', 4)}</im:rating><im:version>8.2.1</im:version>"
            f"<author><name>{escape(item.more.get('by', 'Dana'))}</name><uri>https://itunes.apple.com/us/reviews/id1</uri>"
            f'</author><link rel="related" href="https://itunes.apple.com/us/review?id={APP}"/>'
            f'<content type="html">{escape(f"<b>{escape(title)}</b><br/>{escape(item.text)}")}</content></entry>'
        )


_APP_ENTRY = (
    "<entry><updated>2026-01-01T00:00:00-07:00</updated><id>https://itunes.apple.com/us/app/acme/id1</id>"
    "<title>Acme - Acme Ltd.</title><im:name>Acme</im:name><im:contentType term='Application' label='Application'/>"
    "</entry>"
)
