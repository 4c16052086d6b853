"""The line to Reddit: praw for the token and the requests, our own transport below it, one JSON object an answer.

praw asks over the :class:`Transport` that it is given here, which sees every answer first. prawcore is shown whole
JSON and nothing else: on a 429 it would give up at once (and fail on a ``Retry-After`` that is a date), on a 401
without ``WWW-Authenticate`` it would fail with a ``KeyError``, on a 5xx and near the end of its calls it would sleep by
its own clock, and it would follow redirects with the client's secret when it asks for a token.

Importing this module imports praw, which takes half a second: do it when a pull begins.
"""

from __future__ import annotations

import configparser
import io
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import praw
import prawcore
import requests
from praw.config import Config
from requests import exceptions as faults

from connectors.clock import Clock
from connectors.errors import AuthFailed, ConfigError, OverheardError, Unreachable
from connectors.reddit import refusals
from connectors.reddit.pace import Pace, Passing, Reply
from connectors.reddit.refusals import Answer, Closed, Gone, TokenEnded
from connectors.secrets import Secret

_TOKEN_PATH = "/api/v1/access_token"  # noqa: S105 -- a path
_LARGEST = 32_000_000
_CHUNK = 65_536
_LATER = "look at the network and at https://www.redditstatus.com, and try again"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where tokens are given out and where data is."""

    reddit: str
    oauth: str


class Line:
    """One source's connection; made at the first request."""

    def __init__(
        self, hosts: Hosts, user_agent: str, secrets: Mapping[str, Secret], clock: Clock, max_wait_s: float
    ) -> None:
        self._hosts = hosts
        self._user_agent = user_agent
        self._secrets = secrets
        self._reddit: praw.Reddit | None = None
        self._session: requests.Session | None = None
        self.pace = Pace(clock, max_wait_s)

    def get(self, path: str, params: Mapping[str, str | int], what: str) -> dict[str, Any]:
        """The JSON object at ``path``; ``what`` is what to call it in an error.

        Raises:
            Closed: this listing cannot be read.
            Gone: it was refused, and ``params`` said where to go on.
            OverheardError: the source cannot be read at all.
        """
        try:
            answer = self._request(path, params, what)
        except TokenEnded:
            self._forget()
            try:
                answer = self._request(path, params, what)
            except TokenEnded:
                raise refusals.ended_again() from None
        if not isinstance(answer, dict):
            raise Unreachable(f"Reddit answered with a list instead of {what}", hint=_LATER)
        return answer

    def close(self) -> None:
        """Let go of the connections; the token stays, for whoever asks again."""
        if self._session is not None:
            self._session.close()

    def _forget(self) -> None:
        """Let go of the token as well."""
        self.close()
        self._reddit = self._session = None

    def _request(self, path: str, params: Mapping[str, str | int], what: str) -> Any:
        if self._reddit is None:
            self._reddit = self._made()
        try:
            return self._reddit.request(method="GET", path=path, params={**params, "raw_json": 1})
        except _Refused as refused:
            if "after" in params and refused.answer.status in (400, 404):
                raise Gone from None
            raise refusals.of_listing(refused.answer, what) from None

    def _made(self) -> praw.Reddit:
        """praw, told all that a ``praw.ini`` or the environment could tell it otherwise.

        A ``praw.ini`` in the working directory is whoever's who could write there: its addresses, its user and its
        password are outdone by arguments, so praw's warning that our keys will go to its host would be untrue.
        """
        told: dict[str, Any] = {
            "client_id": self._secrets["client_id"].reveal(),
            "client_secret": self._secrets["client_secret"].reveal(),
            "user_agent": self._user_agent,
            "reddit_url": self._hosts.reddit,
            "oauth_url": self._hosts.oauth,
            "short_url": self._hosts.reddit,
            "username": None,
            "password": None,
            "refresh_token": None,
            "redirect_uri": None,
            "timeout": 16,
            "ratelimit_seconds": 5,
            "window_size": 600,
            "check_for_updates": False,
            "check_for_async": False,
        }
        self._session = requests.Session()
        # A ~/.netrc would put its own password in the place of the token.
        self._session.auth = _as_it_is
        below: dict[str, Any] = {"pace": self.pace, "session": self._session}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return praw.Reddit("DEFAULT", requestor_class=Transport, requestor_kwargs=below, **told)
        except configparser.Error:
            Config.CONFIG = None
            raise ConfigError(
                "the praw.ini in the working directory or in ~/.config cannot be read",
                hint="mend it or take it away; Overheard uses none of it",
            ) from None


class _Refused(Exception):
    """An answer that is no success, on its way past prawcore."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}")
        self.answer = answer


class Transport(prawcore.Requestor):
    """How praw's requests are sent: paced, never redirected, bounded in size."""

    def __init__(self, *, pace: Pace, **known: Any) -> None:
        super().__init__(**known)
        self._pace = pace

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> requests.Response:
        """Send one request; what comes back is a success with a JSON object or array.

        Raises:
            _Refused: Reddit refused for good.
            OverheardError: see :meth:`connectors.reddit.pace.Pace.ask`.
        """
        reply = self._pace.ask(lambda: self._once(*args, timeout=timeout, **kwargs))
        for_token = urlsplit(str(args[1])).path.endswith(_TOKEN_PATH)
        if not 200 <= reply.answer.status < 300:
            raise refusals.of_token(reply.answer) if for_token else _Refused(reply.answer)
        if for_token:
            _see_token(json.loads(reply.content))
        return _plain(reply)

    def _once(self, *args: Any, **kwargs: Any) -> Reply:
        kwargs |= {"allow_redirects": False, "stream": True}
        try:
            with super().request(*args, **kwargs) as response:
                content = _bounded(response)
        except prawcore.RequestException as failed:
            raise _broken(failed.original_exception) from None
        except faults.RequestException as failed:
            raise _broken(failed) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        host = urlsplit(str(args[1])).hostname or ""
        return Reply(Answer(response.status_code, headers, _object(content), host), content)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _bounded(response: requests.Response) -> bytes:
    """The body, unpacked as it comes; an answer that grows too large is dropped."""
    content = bytearray()
    for part in response.iter_content(_CHUNK):
        content += part
        if len(content) > _LARGEST:
            raise Unreachable(
                f"an answer of Reddit's is larger than {_LARGEST // 1_000_000} MB", hint="a proxy may be at fault"
            )
    return bytes(content)


def _broken(failed: Exception) -> Passing | OverheardError:
    """What a request that got no whole answer means; only what may pass is tried again."""
    if isinstance(failed, faults.SSLError):
        hint = "check base_url, this computer's clock and its certificates"
        return Unreachable("the connection to Reddit is not to be trusted (TLS)", hint=hint)
    if isinstance(failed, UnicodeError | faults.InvalidHeader):
        return AuthFailed("the client id or secret holds signs that none can hold", hint=f"set {refusals.KEYS} anew")
    if isinstance(failed, faults.Timeout):
        return Passing(Unreachable("Reddit did not answer in time", hint=_LATER))
    if isinstance(failed, faults.ConnectionError | faults.ChunkedEncodingError | faults.ContentDecodingError):
        return Passing(Unreachable("the connection to Reddit broke off or was not made", hint=_LATER))
    return Unreachable(f"the request to Reddit could not be made ({type(failed).__name__})", hint="check base_url")


def _see_token(found: object) -> None:
    """See that a token is one, since prawcore takes what it gets.

    Raises:
        AuthFailed: Reddit said in a success why it gives none.
        Unreachable: it is no token.
    """
    told = found if isinstance(found, Mapping) else {}
    if "error" in told:
        raise refusals.of_token(Answer(401, {}, {}))
    token, seconds, scope = (told.get(name) for name in ("access_token", "expires_in", "scope"))
    if not (isinstance(token, str) and token and isinstance(seconds, int | float) and isinstance(scope, str)):
        raise Unreachable("what Reddit gave for a token is none", hint="check base_url; try again later")


def _object(content: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(reply: Reply) -> requests.Response:
    """The answer as prawcore may see it: without the counts by which it would sleep."""
    response = requests.Response()
    response.status_code = reply.answer.status
    response.headers["content-type"] = "application/json"
    response.encoding = "utf-8"
    response.raw = io.BytesIO(reply.content)
    return response


__all__ = ["Closed", "Gone", "Hosts", "Line"]
