"""Reviews from Apple's App Store: by App Store Connect, with a key of the app's owner, or by the public feed, without.

The two doors know the same review by different ids, so a source keeps to the one that it began with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from connectors.app_store import connect, feed
from connectors.app_store.connect import Listing
from connectors.app_store.records import Origin, from_raw
from connectors.app_store.territories import Territory
from connectors.app_store.tokens import SECRETS, Tokens
from connectors.base import Connector, Page, Reject, Window
from connectors.clock import Clock, SystemClock
from connectors.errors import ConfigError
from connectors.http import Http
from connectors.record import Feedback
from connectors.secrets import Secret, required
from connectors.settings import fingerprint, validated
from connectors.trail import Trail

__all__ = ["SECRETS", "AppStore", "Config", "plugin"]

_ADDRESSES = {"api": "https://api.appstoreconnect.apple.com", "rss": "https://itunes.apple.com"}
_VARIABLES = {one.name: one.variable for one in SECRETS}
_NAMES = ", ".join(_VARIABLES.values())
_KEY_HINT = f"check {_NAMES}; the key needs the role Customer Support, or a higher one"


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Config(BaseModel, extra="forbid"):
    """The settings of ``use = "app_store"``. ``feed`` unset means ``api`` where a key is set, else ``rss``."""

    app: Annotated[str, BeforeValidator(_text), Field(pattern=r"^[0-9]{1,20}$")]
    feed: Literal["api", "rss"] | None = None
    territories: list[Territory] = Field(default_factory=list, max_length=200)
    product: str | None = None
    lookback_days: float = Field(7, ge=0, le=365)
    max_wait_s: float = Field(60, ge=0)
    page_size: int = Field(200, ge=1, le=200)
    base_url: str | None = None


class _Asks(BaseModel):
    """What decides which reviews are found."""

    app: str
    territories: list[str]
    product: str | None


class AppStore:
    """The connector; see :func:`plugin`."""

    def __init__(self, name: str, config: Config, secrets: Mapping[str, Secret], clock: Clock) -> None:
        self.name = name
        self._config = config
        self._secrets = secrets
        self._clock = clock
        self._door = config.feed or ("api" if secrets else "rss")

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """What was written since the last sweep; see :mod:`connectors.trail` for when that is.

        Raises:
            AuthFailed: the key is missing, refused, or may not read reviews.
            ConfigError: the source was read through the other door before.
        """
        trail = self._trail(cursor, window)
        if trail.over:
            return
        with self._http() as http:
            yield from self._sweep(http, trail)
            if trail.resumed and not trail.backfill:
                yield from self._sweep(http, trail.again(self._clock.now()))

    def check(self) -> str:
        """Ask for the newest reviews; without a key, what the public feed shows."""
        with self._http() as http:
            if self._door == "api":
                return connect.check(http, self._listing())
            said = feed.check(http, self._config.app, self._storefronts()[0])
        missing = f"; for all reviews set {_NAMES}" if not self._secrets else ""
        return said + missing

    def recheck(self, native_ids: Sequence[str]) -> Iterator[Page]:
        """What became of known reviews. The public feed cannot say that, so it says nothing."""
        if self._door == "api" and native_ids:
            with self._http() as http:
                yield from connect.recheck(http, self._listing(), native_ids, self._origin())

    def retry(self, reject: Reject) -> Feedback | Reject:
        """Read one rejected record again."""
        return from_raw(reject.raw, reject.where, self._origin())

    def _trail(self, cursor: Mapping[str, Any], window: Window) -> Trail:
        """Raises ConfigError where the cursor is that of the other door."""
        known = str(cursor.get("asks", self._door)).partition(":")[0]
        if known != self._door:
            told = {"api": "App Store Connect", "rss": "the public feed"}
            raise ConfigError(
                f"{self.name} was read from {told.get(known, known)} so far, and {told[self._door]} has other ids",
                hint=f'set feed = "{known}" for it, and give {told[self._door]} a source of its own',
            )
        meaning = fingerprint(_Asks.model_validate(self._config.model_dump(include=set(_Asks.model_fields))))
        asks, lookback = f"{self._door}:{meaning}", timedelta(days=self._config.lookback_days)
        return Trail(self.name, cursor, window, self._clock.now(), asks=asks, lookback=lookback)

    def _sweep(self, http: Http, trail: Trail) -> Iterator[Page]:
        if self._door == "api":
            return connect.sweep(http, self._listing(), trail, self._origin())
        notes = feed.first_notes(bool(self._config.territories), bool(self._secrets), _VARIABLES)
        return feed.sweep(http, self._config.app, self._storefronts(), trail, self._origin(), notes)

    def _listing(self) -> Listing:
        return Listing(self._address(), self._config.app, tuple(self._config.territories), self._config.page_size)

    def _storefronts(self) -> tuple[str, ...]:
        return tuple(self._config.territories) or ("USA",)

    def _address(self) -> str:
        return (self._config.base_url or _ADDRESSES[self._door]).rstrip("/")

    def _origin(self) -> Origin:
        return Origin(self.name, self._clock.now(), self._config.product)

    def _http(self) -> Http:
        if self._door == "rss":
            hints = dict.fromkeys((401, 403), f"Apple may have closed it; set {_NAMES} to ask App Store Connect")
            waits = self._config.max_wait_s
            return Http(self._address(), self._clock, called=feed.CALLED, hints=hints, max_wait_s=waits)
        required(SECRETS, self._secrets, self.name)
        tokens = Tokens(self.name, self._secrets, self._clock)
        return Http(
            self._address(),
            self._clock,
            called=connect.CALLED,
            headers=tokens.headers,
            refresh=tokens.renew,
            hints=dict.fromkeys((401, 403), _KEY_HINT),
            max_wait_s=self._config.max_wait_s,
        )


def plugin(
    *, name: str, clock: Clock | None = None, secrets: Mapping[str, Secret] | None = None, **settings: Any
) -> Connector:
    """The App Store's reviews of one app, as a source called ``name``.

    Raises:
        ConfigError: a setting is unknown or wrong.
    """
    return AppStore(name, validated(Config, name, settings), secrets or {}, clock or SystemClock())
