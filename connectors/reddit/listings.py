"""What Reddit lists, and what else it lists of the same time when a listing ends too early.

Every listing ends after about 1,000 places, and searches have been seen to end near 250. Searching by timestamps ended
in 2018. What is left are filters of time (the last hour, day, week, month, year) on ``top``, ``controversial`` and
searches: each is a listing of its own, in another order, with another 1,000 places. One that covers the time wanted and
brings nothing that was not known already shows that nothing is missing. Comments have one listing only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

PLACES = 1000
_SEARCH_ENDS = range(225, 260)
_MAYBE_CUT = 500
_HOUR = 3600.0
_EVER = float("inf")
# Reddit's filters of time, with their lengths; a little short, since they move while a sweep goes on.
_FILTERS = (
    ("hour", 0.9 * _HOUR),
    ("day", 23.5 * _HOUR),
    ("week", 6.9 * 24 * _HOUR),
    ("month", 29 * 24 * _HOUR),
    ("year", 363 * 24 * _HOUR),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One listing as it is asked for; ``covers_s`` is how far back it reaches, where a filter bounds it."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    covers_s: float | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Something that is swept: ``key`` names it in the cursor, ``what`` in sentences.

    ``way`` goes newest first. ``others`` are further ways, as (path, parameters), that take a filter of time.
    """

    key: str
    what: str
    way: Way
    others: tuple[tuple[str, Mapping[str, str]], ...] = ()
    search: bool = False

    def first(self, wanted_s: float | None) -> Way:
        """The listing itself; a search is asked for the time that is wanted, where it is young enough."""
        name, length = next((one for one in _FILTERS if self.search and one[1] >= (wanted_s or _EVER)), ("", None))
        return Way(self.way.path, {**self.way.params, "t": name}, length) if name else self.way

    def is_cut(self, places: int, found: int, bounded: bool) -> bool:
        """Whether a listing that ended after so many places and items may have ended before its items did.

        What was removed holds a place and is not shown: listings have been seen to end after 700 items. Where a sweep
        is ``bounded`` by a beginning that it did not reach, that many are suspicious, and other ways tell.
        """
        few = bounded and found >= _MAYBE_CUT
        return places >= PLACES or few or (self.search and found in _SEARCH_ENDS)

    def slices(self, seen_s: float, wanted_s: float | None) -> list[Way]:
        """Further ways to what is older than ``seen_s`` seconds and younger than ``wanted_s``.

        The filter that covers it all comes first: if it brings nothing new, the others need not be asked.
        None without a beginning: the most voted posts of all time would be no sample of what people say.
        """
        if wanted_s is None:
            return []
        return [
            Way(path, {**params, "t": name}, length)
            for name, length in reversed(list(_needed(seen_s, wanted_s)))
            for path, params in self.others
        ]


def _needed(seen_s: float, wanted_s: float) -> Iterator[tuple[str, float]]:
    """The filters that reach beyond what was seen, to the first that reaches as far as wanted."""
    for name, length in (*_FILTERS, ("all", _EVER)):
        if length > seen_s:
            yield name, length
            if length >= wanted_s:
                return


def posts(subreddit: str) -> Listing:
    """The posts of a subreddit."""
    others = tuple((f"/r/{subreddit}/{name}", dict[str, str]()) for name in ("top", "controversial"))
    key = f"r/{subreddit.lower()}/new"
    return Listing(key, f"the posts of r/{subreddit}", Way(f"/r/{subreddit}/new"), others)


def comments(subreddit: str) -> Listing:
    """The comments of a subreddit, flat, whatever they answer."""
    way = Way(f"/r/{subreddit}/comments")
    return Listing(f"r/{subreddit.lower()}/comments", f"the comments of r/{subreddit}", way)


def search(query: str, subreddit: str | None) -> Listing:
    """The posts that a search finds, in one subreddit or anywhere; Reddit's API finds no comments."""
    path = f"/r/{subreddit}/search" if subreddit else "/search"
    asked = {"q": query, "type": "link"} | ({"restrict_sr": "1"} if subreddit else {})
    key = f"r/{subreddit.lower()}/search:{query}" if subreddit else f"search:{query}"
    what = f"the search for {query!r}" + (f" in r/{subreddit}" if subreddit else "")
    others = tuple((path, {**asked, "sort": sort}) for sort in ("top", "comments", "relevance"))
    return Listing(key, what, Way(path, {**asked, "sort": "new"}), others, search=True)
