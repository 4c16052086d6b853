"""One polite HTTP client for every source: it waits as it is told, tries again where that helps, says what is wrong.

::

    with Http(base_url, clock, called="Hacker News") as http:
        found = http.json("search_by_date", {"query": "acme"})

What it promises:

- Only what may pass is tried again (408, 429, 5xx, a connection that broke, a body that was cut off), with full jitter;
  where the server says how long to wait (:mod:`connectors.waiting`), after exactly so long.
- A wait beyond ``max_wait_s`` is :class:`connectors.errors.RateLimited` at once, and so is the next call after an
  answer that said that none is left.
- Keys go to the host of ``base_url`` alone: a redirect to another is refused, and so is such an address in a body.
  Where there are keys, that host speaks https, unless it is this computer.
- A body is unpacked as it comes, and dropped as soon as it is larger than ``max_bytes``.
- No key, no query and no word of a body is in any message, log line or ``repr``.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from connectors.clock import Clock
from connectors.errors import AuthFailed, ConfigError, OverheardError, Unreachable
from connectors.patience import Patience
from connectors.refusals import Passing, keep_logs_clean, on_the_way, refusal, too_long
from connectors.replies import CutOff, Reply, TooLarge, code_words, read_json, read_text, receive
from connectors.waiting import wait_seconds

logger = logging.getLogger(__name__)
Parsed = TypeVar("Parsed")

_REDIRECTS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})
# Of a refusal only the code words are read.
_REFUSAL_BYTES = 100_000


def user_agent() -> str:
    """Who we say that we are."""
    try:
        ours = version("overheard")
    except PackageNotFoundError:
        ours = "0"
    return f"overheard/{ours} (+customer feedback reader)"


@dataclass
class _Ask:
    """One request, and whether credentials were refreshed for it already."""

    method: str
    url: httpx.URL
    params: Mapping[str, Any] | None
    content: object
    repeatable: bool
    refreshed: bool = field(default=False)


class Http:
    """The client; see the module. Nothing is opened before the first request; ``close`` it, or use it in a ``with``.

    ``called`` is the other side's name in messages. ``headers`` is asked before every attempt (a token may have been
    renewed), ``refresh`` once when a key is refused; ``hints`` say what to do, by status. ``chance`` makes the jitter.
    """

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        *,
        called: str,
        headers: Callable[[], Mapping[str, str]] = dict,
        refresh: Callable[[], object] | None = None,
        hints: Mapping[int, str] | None = None,
        max_wait_s: float = 60.0,
        attempts: int = 5,
        max_bytes: int = 50_000_000,
        timeout_s: float = 30.0,
        chance: random.Random | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._clock = clock
        self._called = called
        self._headers = headers
        self._keyed = headers is not dict
        self._refresh = refresh
        self._hints = hints or {}
        self._attempts = attempts
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._patience = Patience(called, clock, max_wait_s, chance or random.SystemRandom())
        self._opened: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"<Http {self._called}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def json(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """What a GET brings as JSON; see :meth:`read` for what is raised."""
        return self.read(path, params, read_json)

    def text(self, path: str, params: Mapping[str, Any] | None = None) -> str:
        """What a GET brings as text, in the encoding that it names."""
        return self.read(path, params, read_text)

    def content(self, path: str, params: Mapping[str, Any] | None = None) -> bytes:
        """What a GET brings, as it is (unpacked)."""
        return self.read(path, params, lambda reply: reply.body)

    def post(self, path: str, content: object, *, repeatable: bool = False) -> Any:
        """What a POST of JSON brings as JSON. ``repeatable`` says that sending it twice does no harm (a search)."""
        return self._asked(_Ask("POST", self._address(path), None, content, repeatable), read_json)

    def read(self, path: str, params: Mapping[str, Any] | None, parse: Callable[[Reply], Parsed]) -> Parsed:
        """What ``parse`` makes of what a GET brings.

        ``path`` lies below ``base_url``, or is a whole address at the same host. ``parse`` raises
        :class:`connectors.replies.CutOff` for what another attempt may mend.

        Raises:
            AuthFailed: 401 (after one refresh of the credentials) or 403, as ``Denied``.
            ConfigError: another refusal that stays (400, 404), as ``Refused`` with its status.
            RateLimited: the wait is longer than ``max_wait_s``, or there is no end of waiting.
            Unreachable: no answer, none that can be read, or one that must not be followed.
        """
        return self._asked(_Ask("GET", self._address(path), params, None, repeatable=True), parse)

    def _address(self, path: str) -> httpx.URL:
        try:
            url = httpx.URL(path if "://" in path else f"{self._base}/{path.lstrip('/')}")
            if not self._at_home(url):
                hint = "the key was not sent there; check base_url"
                raise Unreachable(f"{self._called} names an address at another host ({url.host}): not asked", hint=hint)
            if self._keyed and url.scheme == "http" and not _loopback(url.host):
                hint = "base_url has to begin with https"
                raise ConfigError(f"{self._called} would be sent its key where everybody can read it", hint=hint)
        except httpx.InvalidURL:
            # Without the cause: the address may hold a key.
            raise ConfigError(f"the address of {self._called} is none", hint="check base_url") from None
        return url

    def _at_home(self, url: httpx.URL) -> bool:
        home = httpx.URL(self._base)
        return (url.scheme, url.host, _port(url)) == (home.scheme, home.host, _port(home))

    def _asked(self, ask: _Ask, parse: Callable[[Reply], Parsed]) -> Parsed:
        trying = Retrying(
            stop=stop_after_attempt(self._attempts),
            retry=retry_if_exception_type(Passing),
            wait=self._patience.before_again,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            found: Parsed = trying(self._once, ask, parse)
        except Passing as passing:
            raise passing.final(self._called, self._attempts) from None
        return found

    def _once(self, ask: _Ask, parse: Callable[[Reply], Parsed]) -> Parsed:
        """One attempt, in which the credentials may be refreshed."""
        try:
            self._patience.spread()
            reply = self._sent(ask)
            if reply.status == 401 and self._refresh is not None and not ask.refreshed:
                ask.refreshed = True
                self._refresh()
                reply = self._sent(ask)
            if not 200 <= reply.status < 300:
                raise self._refusal(reply)
            self._patience.heed(reply.headers)
            return self._parsed(reply, parse)
        except Passing as passing:
            if ask.repeatable or passing.unsent:
                raise
            raise passing.final(self._called, 1) from None

    def _parsed(self, reply: Reply, parse: Callable[[Reply], Parsed]) -> Parsed:
        try:
            return parse(reply)
        except CutOff as error:
            raise Passing(f"sent an answer that {error}") from None
        except Unreachable as error:
            raise Unreachable(f"{self._called} {error.message}", hint=error.hint) from None

    def _refusal(self, reply: Reply) -> Exception:
        now = self._clock.now()
        wait = wait_seconds(reply.status, reply.headers, now, code_words(reply))
        if wait is not None and wait > self._patience.longest_s:
            return too_long(self._called, wait)
        limited = reply.status == 429 or wait is not None
        if limited or reply.status == 408 or reply.status >= 500:
            unsent = reply.status in (429, 503)
            return Passing(f"answered with an error ({reply.status})", wait=wait, limited=limited, unsent=unsent)
        return refusal(self._called, reply, self._hints, now)

    def _sent(self, ask: _Ask) -> Reply:
        """The answer, after redirects within the host."""
        url, params = ask.url, ask.params
        for _ in range(_REDIRECTS + 1):
            reply = self._exchange(ask, url, params)
            if reply.status not in _MOVED or not (location := reply.headers.get("location", "")):
                return reply
            url, params = self._moved(ask, url, location), None
        raise Unreachable(f"{self._called} sends us from one address to the next without end", hint="check base_url")

    def _moved(self, ask: _Ask, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            raise Unreachable(f"{self._called} sends us to an address that is none", hint="check base_url") from None
        if not self._at_home(target):
            hint = "the key was not sent there; check base_url"
            raise Unreachable(f"{self._called} sends us to another host ({target.host}): not followed", hint=hint)
        if ask.method != "GET":
            raise Unreachable(f"{self._called} has moved what was asked", hint="check base_url")
        return target

    def _exchange(self, ask: _Ask, url: httpx.URL, params: Mapping[str, Any] | None) -> Reply:
        request = self._request(ask, url, params)
        try:
            with closing(self._client.send(request, stream=True)) as response:
                reply = Reply(response.status_code, response.headers, self._body(response))
        except httpx.TransportError as error:
            # Without the cause: it may show a header as it was sent, and holds the request.
            raise on_the_way(self._called, error) from None
        logger.debug("%s: %s %s: %d, %d bytes", self._called, ask.method, url.path, reply.status, len(reply.body))
        return reply

    def _request(self, ask: _Ask, url: httpx.URL, params: Mapping[str, Any] | None) -> httpx.Request:
        try:
            return self._client.build_request(
                ask.method, url, params=params, headers=dict(self._headers()), json=ask.content
            )
        except UnicodeEncodeError:
            hint = "copy the key again: it holds letters that no key has"
            raise AuthFailed(f"the key of {self._called} cannot be sent", hint=hint) from None

    def _body(self, response: httpx.Response) -> bytes:
        """The whole body; of a refusal only as much as its code words need."""
        fine = response.is_success
        limit = self._max_bytes if fine else _REFUSAL_BYTES
        packed = response.headers.get("content-encoding", "")
        try:
            return receive(response.iter_raw(), packed, limit, seconds=10 * self._timeout_s)
        except (TooLarge, CutOff, Unreachable) as error:
            if not fine:
                return b""
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> Exception:
        if isinstance(error, TooLarge):
            hint = "ask for smaller pages (page_size); a body that unpacks to so much may be meant to do harm"
            return Unreachable(f"{self._called} sent more than {self._max_bytes:,} bytes at once: dropped", hint=hint)
        if isinstance(error, OverheardError):
            return Unreachable(f"{self._called} {error.message}", hint=error.hint)
        return Passing(f"sent an answer that {error}")

    @property
    def _client(self) -> httpx.Client:
        if self._opened is None:
            keep_logs_clean()
            # What is not asked for is not unpacked either: of the encodings only those that can be stopped halfway.
            told = {"User-Agent": user_agent(), "Accept": "application/json, */*", "Accept-Encoding": "gzip, deflate"}
            # Certificates take long to load, and no other scheme than that of base_url is ever spoken.
            secure = not self._base.lower().startswith("http:")
            self._opened = httpx.Client(headers=told, timeout=self._timeout_s, verify=secure, follow_redirects=False)
        return self._opened


class NoCircles:
    """Sees that a vendor's pages lead on: ``check`` what it names as the next one.

    ``patience`` is how often the same may be named again: a server that answers with the last page once more, by
    mistake, is asked again.
    """

    def __init__(self, called: str, patience: int = 0) -> None:
        self._called = called
        self._patience = patience
        self._named: Counter[str] = Counter()

    def check(self, mark: str) -> str:
        """The mark (a cursor, an address) as it is.

        Raises:
            Unreachable: it was named too often.
        """
        self._named[mark] += 1
        if self._named[mark] > self._patience + 1:
            raise Unreachable(
                f"{self._called} leads in circles: it named the same next page again and again",
                hint="what came so far is kept; it is asked again at the next pull",
            )
        return mark


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
