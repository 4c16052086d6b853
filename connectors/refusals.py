"""What a server refused, and what went wrong on the way to it, as errors in words."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from connectors.errors import AuthFailed, ConfigError, OverheardError, RateLimited, Unreachable
from connectors.replies import Reply, code_words

# A clock that is off by less than this is no reason for a key to be refused.
_SKEW_S = 60.0
# Asked again after that, where a server refuses us again and again and never says for how long.
_UNSAID_S = 60.0

_TLS_HINTS = {
    10: "its certificate has run out, or this computer's clock is wrong",
    18: "nobody vouches for its certificate; if it is your company's own, name its file in SSL_CERT_FILE",
    19: "a proxy of your company may read along: name its certificate's file in SSL_CERT_FILE",
    20: "a proxy of your company may read along: name its certificate's file in SSL_CERT_FILE",
    62: "the certificate is another host's: check base_url",
    64: "the certificate is another host's: check base_url",
}
_ON_THE_WAY: tuple[tuple[type[httpx.TransportError], str], ...] = (
    (httpx.ConnectTimeout, "did not answer in time"),
    (httpx.TimeoutException, "stopped answering"),
    (httpx.ProxyError, "cannot be reached through the proxy"),
    (httpx.ConnectError, "cannot be reached"),
    (httpx.TransportError, "closed the connection in the middle of an answer"),
)
_HINT = "check the settings of this source"
_KEY_HINT = "check the key of this source, and what it is allowed to read"
_LATER = "what came so far is kept; it is asked again at the next pull"
_DENIED = {401: "refused the key", 403: "does not let us read this"}
_REFUSED = {400: "does not understand the request", 404: "has nothing at this address", 410: "has taken this away"}


class Denied(AuthFailed):
    """401 or 403. ``reasons`` are the vendor's own words for it (``NOT_AUTHORIZED``)."""

    def __init__(self, message: str, hint: str = "", *, status: int, reasons: frozenset[str]) -> None:
        super().__init__(message, hint)
        self.status = status
        self.reasons = reasons


class Refused(ConfigError):
    """Any other status that will be the same next time: 400, 404, 410."""

    def __init__(self, message: str, hint: str = "", *, status: int, reasons: frozenset[str]) -> None:
        super().__init__(message, hint)
        self.status = status
        self.reasons = reasons


class Passing(Exception):
    """What may be over at the next attempt, in ``wait`` seconds if the server said so.

    ``unsent`` says that the request did nothing there, so that even one that is no question may be sent again.
    """

    def __init__(self, what: str, *, wait: float | None = None, limited: bool = False, unsent: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.wait = wait
        self.limited = limited
        self.unsent = unsent

    def final(self, called: str, attempts: int) -> OverheardError:
        """The error of a source that has tried often enough."""
        times = f" ({attempts} attempts)" if attempts > 1 else ""
        if self.limited:
            return too_long(called, self.wait or _UNSAID_S)
        return Unreachable(f"{called} {self.what}{times}", hint=_LATER)


def too_long(called: str, seconds: float) -> RateLimited:
    """The error of a wait that nobody sits through."""
    minutes = f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
    hint = "what came so far is kept; pull again then"
    return RateLimited(f"{called} asks us to wait {minutes}", hint=hint, retry_after=seconds)


def refusal(called: str, reply: Reply, hints: Mapping[int, str], now: datetime) -> OverheardError:
    """A status that no further attempt changes, as an error; ``hints`` are the source's own, by status."""
    reasons = code_words(reply)
    hint = hints.get(reply.status, "")
    if reply.status in _DENIED:
        hint = hint or _KEY_HINT
        if reply.status == 401 and (skew := _skew(reply, now)):
            hint = f"{skew}; or else {hint}"
        message = f"{called} {_DENIED[reply.status]} ({reply.status})"
        return Denied(message, hint, status=reply.status, reasons=reasons)
    message = f"{called} {_REFUSED.get(reply.status, 'refused the request')} ({reply.status})"
    return Refused(message, hint or _HINT, status=reply.status, reasons=reasons)


def on_the_way(called: str, error: httpx.TransportError) -> Exception:
    """What a request that brought no answer means: :class:`Passing`, or an error where no attempt helps."""
    failed = _tls(error)
    if isinstance(failed, ssl.SSLCertVerificationError):
        hint = _TLS_HINTS.get(failed.verify_code, "check base_url and this computer's clock")
        return Unreachable(f"{called} cannot prove who it is ({failed.verify_message})", hint=hint)
    if failed is not None and isinstance(error, httpx.ConnectError):
        hint = "does base_url begin with https though the server speaks http, or does a proxy stand in between?"
        return Unreachable(f"no secure connection (TLS) to {called} could be made", hint=hint)
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return ConfigError(
            f"{called} cannot be asked at all", hint="check base_url, and that the key holds no space or line break"
        )
    what = next(words for kind, words in _ON_THE_WAY if isinstance(error, kind))
    return Passing(what, unsent=isinstance(error, httpx.ConnectError | httpx.ConnectTimeout))


def _tls(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _skew(reply: Reply, now: datetime) -> str:
    """What to do about a clock that is wrong, as the answer's ``Date`` shows; empty where it is right."""
    try:
        theirs = parsedate_to_datetime(reply.headers.get("date", ""))
        seconds = (now - theirs).total_seconds()
    except (ValueError, TypeError):
        return ""
    if abs(seconds) < _SKEW_S:
        return ""
    off = f"{abs(seconds) / 60:.0f} minutes" if abs(seconds) < 7200 else f"{abs(seconds) / 3600:.0f} hours"
    return f"this computer's clock is {off} {'ahead' if seconds > 0 else 'behind'}, and keys are refused for it: set it"


def keep_logs_clean() -> None:
    """See that httpx logs addresses without their queries, where keys and questions are, and no headers at all."""
    # A filter is added once, however often this is called; that of a parent would not hold for httpcore's children.
    logging.getLogger("httpx").addFilter(_without_queries)
    logging.getLogger("httpcore").setLevel(logging.INFO)


def _without_queries(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(_bare(one) if isinstance(one, httpx.URL) else one for one in record.args)
    return True


def _bare(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"
