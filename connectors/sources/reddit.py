"""Feedback from Reddit: posts and comments of subreddits, and what searches find; see ``docs/sources/reddit.md``.

::

    [sources.reddit]
    use = "reddit"
    subreddits = ["acme"]
    searches = ["acme pro", { query = "acme", subreddit = "gadgets" }]

The client's id and secret come from the environment. Reddit is asked over praw, which is imported when a pull begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from connectors.base import Connector, Page, Reject, Window
from connectors.clock import Clock, SystemClock
from connectors.errors import AuthFailed, ConfigError
from connectors.record import Feedback
from connectors.reddit import listings
from connectors.reddit.listings import Listing
from connectors.reddit.recheck import newest, recheck
from connectors.reddit.records import Records, created
from connectors.reddit.refusals import APPROVAL, Closed
from connectors.reddit.standing import shown, taken_up
from connectors.reddit.sweep import Bounds, Sweep, listed
from connectors.secrets import Needed, Secret, required
from connectors.settings import validated

if TYPE_CHECKING:
    from connectors.reddit.line import Line

SECRETS = (
    Needed("client_id", "OVERHEARD_REDDIT_CLIENT_ID", "the id of your Reddit app"),
    Needed("client_secret", "OVERHEARD_REDDIT_CLIENT_SECRET", "the secret of your Reddit app"),
)
READS = ("subreddits or searches",)
_DAY = 86_400.0
_STALE_S = 3600.0
_NAME = re.compile(r"[A-Za-z0-9_]{2,50}")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def _subreddit(value: str) -> str:
    name = value.strip().strip("/").removeprefix("r/")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{value!r} is no name of a subreddit; write it as in r/NAME")
    return name


def _safe(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("an address begins with https://")
    if parts.username or parts.password or parts.query:
        raise ValueError("an address holds no user, password or query: secrets come from the environment")
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise ValueError("the client's secret is sent there, so it must be https")
    return value.rstrip("/")


Subreddit = Annotated[str, AfterValidator(_subreddit)]
Address = Annotated[str, AfterValidator(_safe)]


class Search(BaseModel, extra="forbid", frozen=True):
    """A search, anywhere or in one subreddit."""

    query: str = Field(min_length=1, max_length=512)
    subreddit: Subreddit | None = None


def _as_search(value: object) -> object:
    return {"query": value} if isinstance(value, str) else value


class Config(BaseModel, extra="forbid", frozen=True):
    """The settings of one source of Reddit's."""

    subreddits: tuple[Subreddit, ...] = ()
    searches: tuple[Annotated[Search, BeforeValidator(_as_search)], ...] = ()
    comments: bool = True
    lookback_days: float = Field(default=2, ge=0, le=365)
    max_wait_s: float = Field(default=120, ge=0)
    product: str | None = None
    user_agent: str = Field(default=f"python:overheard:v{version('overheard')}", min_length=7, max_length=200)
    page_size: int = Field(default=100, ge=1, le=100)
    base_url: Address = "https://www.reddit.com"
    oauth_url: Address | None = None

    @model_validator(mode="after")
    def _something_to_read(self) -> Config:
        if not self.subreddits and not self.searches:
            raise ValueError('name something to read: subreddits = ["acme"], or searches = ["acme pro"]')
        return self

    def listings(self) -> list[Listing]:
        """What is swept, each once."""
        found = [listings.posts(name) for name in self.subreddits]
        if self.comments:
            found += [listings.comments(name) for name in self.subreddits]
        found += [listings.search(one.query, one.subreddit) for one in self.searches]
        return list({listing.key: listing for listing in found}.values())


class Reddit:
    """The connector; nothing is imported or asked before ``pull``, ``check`` or ``recheck`` is at work."""

    def __init__(self, name: str, config: Config, secrets: Mapping[str, Secret], clock: Clock) -> None:
        self.name = name
        self._config = config
        self._secrets = secrets
        self._clock = clock
        self._records = Records(name, config.product, clock)
        self._kept: Line | None = None

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """Yield what is new, listing by listing, newest first.

        Raises:
            ConfigError: the cursor is a stranger's, or no listing can be read.
            AuthFailed: a key is missing or refused, or the app is not approved.
            RateLimited: Reddit asks for a longer wait than ``max_wait_s``.
            Unreachable: nothing whole came, several times.
        """
        progress = taken_up(cursor, window)
        if progress.finished:
            return
        line = self._line()
        since = window.since.timestamp() if window.since else None
        bounds = Bounds(self._config.page_size, since, self._config.lookback_days * _DAY)
        # What was broken off long ago is read to its end first, and then what has been said since.
        stale = progress.started is not None and self._clock.now().timestamp() - progress.started > _STALE_S
        try:
            for _ in range(2 if stale and progress.window is None else 1):
                yield from Sweep(line, self._records, self._config.listings(), progress, bounds, self._clock).pages()
        finally:
            line.close()

    def retry(self, reject: Reject) -> Feedback | Reject:
        """Read a rejected record again with today's settings."""
        return self._records.again(reject)

    def recheck(self, native_ids: Sequence[str]) -> Iterator[Page]:
        """Known posts and comments as they are now, a hundred a request; what has gone is ``deleted``."""
        if not native_ids:
            return
        line = self._line()
        try:
            yield from recheck(line, self._records, native_ids, lambda: newest(line, self._config.listings()))
        finally:
            line.close()

    def check(self) -> str:
        """Ask for the newest post of each subreddit and search; one that is closed is told of beside the others."""
        line = self._line()
        seen, closed = list[str](), list[Closed]()
        try:
            for listing in self._config.listings():
                if listing.key.endswith("/comments"):
                    continue  # who may read a subreddit's posts may read its comments
                try:
                    seen.append(self._looked_at(line, listing))
                except Closed as refused:
                    closed.append(refused)
        finally:
            line.close()
        if not seen:
            raise closed[0].error
        left = line.pace.budget
        calls = f"; {left.remaining:.0f} requests left in this window" if left else ""
        shut = "".join(f"; {one.error.message} ({one.error.hint})" for one in closed)
        return f"Reddit answers: {'; '.join(seen)}{shut}{calls}"

    def _looked_at(self, line: Line, listing: Listing) -> str:
        found = listed(line.get(listing.way.path, {**listing.way.params, "limit": 1}, listing.what), listing.what)
        newest = next(filter(None, map(created, found.children)), None)
        return f"{listing.what}, newest of {shown(newest)}" if newest else f"{listing.what}, nothing there yet"

    def _line(self) -> Line:
        """The way to Reddit, with the token that it has.

        Raises:
            AuthFailed: the environment does not hold the keys.
            ConfigError: praw is not installed.
        """
        if self._kept is None:
            self._kept = self._made()
        return self._kept

    def _made(self) -> Line:
        try:
            required(SECRETS, self._secrets, "Reddit")
        except AuthFailed as error:
            raise AuthFailed(error.message, hint=f"{error.hint}; {APPROVAL}") from None
        try:
            from connectors.reddit.line import Hosts, Line
        except ImportError as error:
            raise ConfigError("praw is not installed", hint="pip install 'praw>=8,<9'") from error
        base = self._config.base_url
        usual = "https://oauth.reddit.com" if base == Config.model_fields["base_url"].default else base
        hosts = Hosts(base, self._config.oauth_url or usual)
        return Line(hosts, self._config.user_agent, self._secrets, self._clock, self._config.max_wait_s)


def plugin(
    *, name: str, secrets: Mapping[str, Secret] | None = None, clock: Clock | None = None, **settings: Any
) -> Connector:
    """A source of Reddit's called ``name``.

    Raises:
        ConfigError: a setting is unknown or wrong.
    """
    return Reddit(name, validated(Config, name, settings), secrets or {}, clock or SystemClock())
