"""What Reddit's refusals mean, in words a person can act on. No address, key or text of an answer is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.errors import AuthFailed, ConfigError, OverheardError, RateLimited, Unreachable

DOCS = "docs/sources/reddit.md"
KEYS = "OVERHEARD_REDDIT_CLIENT_ID and OVERHEARD_REDDIT_CLIENT_SECRET"
APPROVAL = (
    "since November 2025 Reddit gives API keys only to those whom it has approved (Responsible Builder Policy): ask"
    f" for approval, or read an export with the source 'files'; see {DOCS}"
)
# The reasons that Reddit names in the body of a 403 or 404 of a subreddit.
_CLOSED = {
    "private": ("is private (403)", "ask its moderators to let the app's account in, or take it out of the settings"),
    "quarantined": ("is quarantined (403)", "Reddit shows it to no app; take it out of the settings"),
    "banned": ("was banned by Reddit (404)", "take it out of the settings"),
    "gold_only": ("is for subscribers alone (403)", "take it out of the settings"),
    "gated": ("shows itself only to those who opted in (403)", "take it out of the settings"),
}


class Closed(Exception):
    """One listing cannot be read, and others may be; ``error`` says why."""

    def __init__(self, error: OverheardError) -> None:
        super().__init__(error.message)
        self.error = error


class Gone(Exception):
    """Reddit refused a request that named where to go on: a place that it does not know any more, perhaps."""


class TokenEnded(Exception):
    """Reddit refused the token (401): it may have ended, and a new one may do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was no success: its status, headers, body as JSON (empty where it is none), and its host."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, object]
    host: str = ""

    @property
    def reason(self) -> str:
        """The code word by which Reddit says why."""
        return str(self.body.get("reason") or "").lower()


def of_token(answer: Answer) -> OverheardError:
    """Why no token was given."""
    if answer.status in (400, 401):
        hint = f"compare {KEYS} with the app at https://www.reddit.com/prefs/apps; the id stands below the app's name"
        return AuthFailed(f"Reddit does not know the client id and secret ({answer.status})", hint=hint)
    if answer.status == 403:
        return AuthFailed("Reddit gives the app no token (403)", hint=APPROVAL)
    return _other(answer, "the token")


def of_listing(answer: Answer, what: str) -> OverheardError | Closed | TokenEnded:
    """Why ``what`` (``the posts of r/acme``) was not given."""
    if answer.status == 401:
        return TokenEnded()
    if answer.reason in _CLOSED:
        said, hint = _CLOSED[answer.reason]
        return Closed(ConfigError(f"{what} cannot be read: it {said}", hint=hint))
    if "insufficient_scope" in answer.headers.get("www-authenticate", ""):
        hint = "let the app have the scope 'read', or make one of the kind 'script' or 'web app' anew"
        return AuthFailed(f"the token lacks the scope for {what} (403)", hint=hint)
    if answer.status == 403:
        return Closed(AuthFailed(f"Reddit refuses {what} to this app (403)", hint=APPROVAL))
    if answer.status == 404 or _leads_to_search(answer):
        hint = "compare the name with the address in a browser"
        return Closed(ConfigError(f"{what} cannot be read: Reddit knows no such place ({answer.status})", hint=hint))
    if answer.status == 451:
        error = ConfigError(f"{what} may not be shown here by law (451)", hint="take it out of the settings")
        return Closed(error)
    return _other(answer, what)


def ended_again() -> AuthFailed:
    """A new token was refused like the old one."""
    hint = f"revoke the app's tokens or make a new secret, and set {KEYS}"
    return AuthFailed("Reddit refuses the token that it has just given (401)", hint=hint)


def no_json(answer: Answer) -> Unreachable:
    """A success without JSON in it."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    said = "a web page" if kind == "text/html" else "something that is no JSON, or was cut off"
    return Unreachable(
        f"Reddit answered with {said} instead of JSON",
        hint="a proxy or a login page may stand in between; try again later",
    )


def of_fault(answer: Answer) -> OverheardError:
    """A fault that did not pass."""
    return _other(answer, "what was asked for")


def _leads_to_search(answer: Answer) -> bool:
    """Whether it is the redirect that Reddit gives for a subreddit that was never made."""
    return 300 <= answer.status < 400 and "/subreddits/search" in answer.headers.get("location", "")


def _other(answer: Answer, what: str) -> OverheardError:
    if 300 <= answer.status < 400:
        host = urlsplit(answer.headers.get("location", "")).hostname or answer.host
        hint = "check base_url and oauth_url; the redirect was not followed, since the key would go with it"
        return Unreachable(f"instead of {what}, Reddit leads to {host} ({answer.status})", hint=hint)
    if answer.status == 429:
        said = "Reddit refused for too many requests and went on refusing (429)"
        return RateLimited(said, hint="try again in a minute", retry_after=60.0)
    if answer.status >= 500 or answer.status == 408:
        return Unreachable(
            f"Reddit is in trouble ({answer.status}): {what} did not come", hint="try again later; nothing is lost"
        )
    return Unreachable(f"Reddit refused {what} ({answer.status})", hint=f"check the settings; see {DOCS}")
