"""The App Store's public feed of reviews (Atom): no key, the newest 500 of a storefront, and no promise.

Ten pages of fifty a storefront and an app; page 11 is an error. A page is sometimes empty though there are reviews, so
an empty one is "unknown" and never "done": the sweep says so and its watermark stays. Traps that real feeds hold: the
first entry may be the app itself, an entry has its text twice (as text and as HTML), and its link is that of the app.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.app_store.records import Origin, from_entry
from connectors.app_store.territories import region, two_letters
from connectors.base import Page, Reject
from connectors.errors import ConfigError, Unreachable
from connectors.http import Http
from connectors.record import Feedback
from connectors.refusals import Refused
from connectors.replies import CutOff, Reply, is_web_page
from connectors.trail import Trail

CALLED = "the App Store's public feed"
_PAGES = 10
_FULL = 50
_ATOM = "{http://www.w3.org/2005/Atom}"
_ITUNES = "{http://itunes.apple.com/rss}"
_HINT = "what came so far is kept; pull again later"


@dataclass(frozen=True, slots=True)
class Feed:
    """A page: its entries flattened, without the app's own, and the number of the last page, where it says that."""

    entries: list[dict[str, str]]
    last: int | None


@dataclass
class _Walk:
    """The storefront and the page that are read next, the size of the one before, and the last page as it was told.

    ``again`` says that the storefront is being read a second time, and ``ids`` what came the first time.
    """

    storefront: int = 0
    page: int = 1
    size: int = 0
    last: int | None = None
    again: bool = False
    ids: list[str] = field(default_factory=list)

    def came(self, items: Sequence[Feedback | Reject]) -> None:
        """Remember what came; the list of the page before stays as it is, in a cursor."""
        self.ids = [*self.ids, *map(_id, items)]

    def go(self, size: int, last: int | None, *, ended: bool, rounds: int) -> None:
        """To the next page, to the first one once more where there are two rounds, or to the next storefront."""
        if not ended:
            self.page, self.size, self.last = self.page + 1, size, last or self.last
        elif rounds == 2 and self.page > 1 and not self.again:
            self.page, self.size, self.last, self.again = 1, 0, None, True
        else:
            self.storefront, self.page, self.size, self.last = self.storefront + 1, 1, 0, None
            self.again, self.ids = False, []


def sweep(
    http: Http, app: str, territories: Sequence[str], trail: Trail, origin: Origin, notes: Sequence[str]
) -> Iterator[Page]:
    """Each storefront from its newest review down to where the sweep began.

    Pages are numbered: when a review is removed in mid-sweep, one that stood behind it moves up past us. A later sweep
    finds it within its lookback; so the first one, which has none behind it, reads what has several pages twice.
    """
    rounds = 2 if trail.first else 1
    walk = _Walk(**trail.place) if trail.place else _Walk()
    while walk.storefront < len(territories):
        territory = territories[walk.storefront]
        feed = page(http, app, territory, walk.page)
        items = [from_entry({**entry, "territory": territory}, origin) for entry in feed.entries]
        partial, missing, ended = _judged(walk, feed, items, trail, territory)
        fresh = [item for item in items if _id(item) not in walk.ids]
        walk.came(fresh if rounds == 2 else ())
        walk.go(len(items), feed.last, ended=ended, rounds=rounds)
        pages = walk.page - 1 + (_PAGES if walk.again else 0)
        done = min(1.0, (walk.storefront + pages / (_PAGES * rounds)) / len(territories))
        yield trail.page(fresh, vars(walk), done=done, notes=notes, partial=partial, missing=missing)
        notes = ()
    yield trail.end(notes=notes)


def _judged(
    walk: _Walk, feed: Feed, items: Sequence[Feedback | Reject], trail: Trail, territory: str
) -> tuple[str | None, bool, bool]:
    """Why a sweep is not complete with this page, whether a later one may be, and whether the storefront is read."""
    last = feed.last or walk.last
    if not items:
        if last is None and 0 < walk.size < _FULL:
            return None, False, True
        unknown = (
            f"{CALLED} showed an empty page for {region(territory)}: nobody knows what is missing; it is read again"
        )
        return unknown, True, last is None or walk.page >= last
    if _behind(items, trail):
        return None, False, True
    if walk.page >= _PAGES:
        ceiling = f"{CALLED} shows the newest 500 reviews of {region(territory)}; there may be older ones"
        return ceiling if len(items) >= _FULL else None, False, True
    return None, False, last is not None and walk.page >= last


def check(http: Http, app: str, territory: str) -> str:
    """What the feed shows of the first storefront, in a sentence."""
    found = len(page(http, app, territory, 1).entries)
    seen = f"shows {found} on its first page for {region(territory)}" if found else "shows an empty page"
    return f"{CALLED} answers, without a key, and {seen}; it holds the newest 500 of a storefront, and no deletions"


def page(http: Http, app: str, territory: str, number: int) -> Feed:
    """One page of one storefront.

    Raises:
        ConfigError: there is no such app or storefront.
        Unreachable: what came is no feed.
    """
    path = f"{two_letters(territory)}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/xml"
    try:
        return http.read(path, None, parse)
    except Refused as refused:
        hint = "app is the number in the address of its page in the App Store, after id"
        message = f"{CALLED} has no reviews of app {app} in {region(territory)} ({refused.status})"
        raise ConfigError(message, hint=hint) from None


def parse(reply: Reply) -> Feed:
    """A page as it came.

    Raises:
        CutOff: it is no XML, or only the beginning of some.
        Unreachable: it is another kind of document, or declares entities, which a feed has no need of.
    """
    if is_web_page(reply) and b"<feed" not in reply.body[:2000]:
        raise Unreachable("answered with a web page where a feed was expected", hint=_HINT)
    try:
        root = fromstring(reply.body, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreachable(
            "answered with XML that declares entities of its own: not read", hint="check base_url"
        ) from None
    except (ParseError, ValueError, LookupError):
        # Without the cause: it may quote the text.
        raise CutOff("was no XML, or was cut off") from None
    if root.tag != f"{_ATOM}feed":
        raise Unreachable("answered with XML that is no feed", hint="check base_url")
    entries = [_flat(entry) for entry in root.findall(f"{_ATOM}entry") if not _is_app(entry)]
    return Feed(entries, _last(root))


def _is_app(entry: Element) -> bool:
    return entry.find(f"{_ITUNES}name") is not None and entry.find(f"{_ITUNES}rating") is None


def _flat(entry: Element) -> dict[str, str]:
    """An entry by plain names. Of the two contents the one of type text counts."""
    contents = {content.get("type", "text"): content for content in entry.findall(f"{_ATOM}content")}
    found: dict[str, Any] = {
        "id": entry.find(f"{_ATOM}id"),
        "updated": entry.find(f"{_ATOM}updated"),
        "title": entry.find(f"{_ATOM}title"),
        "content": contents.get("text"),
        "rating": entry.find(f"{_ITUNES}rating"),
        "version": entry.find(f"{_ITUNES}version"),
        "author": entry.find(f"{_ATOM}author/{_ATOM}name"),
    }
    return {name: (element.text or "").strip() for name, element in found.items() if element is not None}


def _last(root: Element) -> int | None:
    """The number in the link to the last page."""
    for link in root.findall(f"{_ATOM}link"):
        if link.get("rel") == "last":
            number = link.get("href", "").partition("/page=")[2].partition("/")[0]
            return int(number) if number.isdecimal() and 0 < int(number) <= _PAGES else None
    return None


def _id(item: Feedback | Reject) -> str:
    return item.native_id if isinstance(item, Feedback) else item.where


def _behind(items: Sequence[Feedback | Reject], trail: Trail) -> bool:
    """Whether a page lies before what is wanted, all of it."""
    said = [item.said_at for item in items if isinstance(item, Feedback)]
    return trail.since is not None and bool(said) and max(said) < trail.since


def first_notes(named: bool, keyed: bool, variables: Mapping[str, str]) -> tuple[str, ...]:
    """What a person should know who reads the feed: that there is a key to be had, and storefronts to be named."""
    notes = []
    if not keyed:
        notes.append(
            f"no key is set, so {CALLED} is read: the newest 500 reviews of a storefront; "
            f"with {variables['key_id']} and its two companions all of them"
        )
    if not named:
        notes.append("only the storefront of the United States is read; name others with territories")
    return tuple(notes)
