"""Tokens of a Slack app: found, told apart, tried out; what is wrong with one is said with its variable and scope."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from json import loads
from typing import TYPE_CHECKING, Any

from assistant.slack.refusals import reason_of
from connectors.errors import AuthFailed, ConfigError, Unreachable

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk import WebClient
    from slack_sdk.socket_mode.builtin import SocketModeClient

    from assistant.settings import SlackTable

log = logging.getLogger(__name__)

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "to hear when it is mentioned",
    "assistant:write": "to show status and suggested questions",
    "channels:history": "to hear replies in threads of public channels, and to find its answers after a crash",
    "chat:write": "to answer",
    "commands": "for /overheard and the shortcuts",
    "files:write": "to show a chart as a picture where Slack draws none",
    "groups:history": "to hear replies in threads of private channels",
    "im:history": "to hear direct messages",
    "im:write": "to tell somebody something in a direct message",
    "reactions:write": "to show on a mention that it was seen",
    "users:read": "for the time zone and language of whoever asks",
}
"""Every scope that the bot token needs, and what for; the manifest asks for these and no others."""

NEEDED = frozenset({"app_mentions:read", "chat:write", "commands", "im:history"})
"""Without one of these nobody can ask; without another one something else is missing."""

_HINT = "docs/slack.md leads to it step by step"
_VARIABLES = {
    "bot": ("OVERHEARD_SLACK__BOT_TOKEN", "SLACK_BOT_TOKEN"),
    "app": ("OVERHEARD_SLACK__APP_TOKEN", "SLACK_APP_TOKEN"),
    "secret": ("OVERHEARD_SLACK__SIGNING_SECRET", "SLACK_SIGNING_SECRET"),
}
_WHAT = {"xoxb-": "a bot token", "xapp-": "an app-level token", "xoxp-": "a user token", "xoxe": "a refresh token"}
_WANTED = {"bot": "xoxb-", "app": "xapp-"}


@dataclass(frozen=True, slots=True)
class Tokens:
    """A bot token, and an app-level token for Socket Mode or a signing secret for HTTP; shown nowhere."""

    bot: str
    app: str | None = None
    secret: str | None = None

    def __repr__(self) -> str:
        return "Tokens(…)"


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a bot token stands for."""

    team: str
    user: str


def manifest() -> dict[str, Any]:
    """The app's manifest, as it is given to Slack."""
    read: dict[str, Any] = loads((files("assistant.slack") / "manifest.json").read_text(encoding="utf-8"))
    return read


def found(table: SlackTable, environment: Mapping[str, str], *, app: bool = False, secret: bool = False) -> Tokens:
    """The tokens of the settings, else those under the names that Slack's own examples use.

    Raises:
        ConfigError: one that is wanted is missing, or is of another kind.
    """
    given = {
        "bot": _given(table.bot_token, "bot", environment),
        "app": _given(table.app_token, "app", environment),
        "secret": _given(table.signing_secret, "secret", environment),
    }
    for name, wanted in (("bot", True), ("app", app), ("secret", secret)):
        if wanted and not given[name]:
            raise ConfigError(_missing(name), hint=f"set {_VARIABLES[name][0]}; {_HINT}")
    for name, start in _WANTED.items():
        value = given[name]
        if value and not value.startswith(start):
            what = next((what for prefix, what in _WHAT.items() if value.startswith(prefix)), "something else")
            raise ConfigError(
                f"{_VARIABLES[name][0]} holds {what}, not {_WHAT[start]} ({start}…)",
                hint=f"copy {_where(name)}; {_HINT}",
            )
    return Tokens(given["bot"] or "", given["app"], given["secret"])


def _given(setting: Any, name: str, environment: Mapping[str, str]) -> str | None:
    return setting.get_secret_value() if setting else (environment.get(_VARIABLES[name][1]) or "").strip() or None


def _missing(name: str) -> str:
    what = {"bot": "bot token (xoxb-…)", "app": "app-level token (xapp-…)", "secret": "signing secret"}[name]
    return f"there is no {what} for Slack"


def _where(name: str) -> str:
    if name == "app":
        return "the token from Basic Information > App-Level Tokens, with the scope connections:write"
    return "the Bot User OAuth Token from OAuth & Permissions"


# --- trying them out ------------------------------------------------------------------------------------------------


def checked(client: WebClient) -> Who:
    """Try a bot token out: whom it stands for.

    Raises:
        AuthFailed: Slack refuses it, or it lacks a scope without which nobody can ask.
        Unreachable: Slack did not answer.
    """
    from slack_sdk.errors import SlackApiError, SlackClientError

    variable = _VARIABLES["bot"][0]
    try:
        told = client.auth_test()
    except SlackApiError as error:
        raise AuthFailed(
            f"Slack refuses the bot token: {reason_of(error)}", hint=_auth_hint(error, variable)
        ) from error
    except (SlackClientError, OSError) as error:
        raise Unreachable("Slack did not answer", hint="check the network and [slack] api_url") from error
    granted = _granted(told.headers)
    missing = sorted(scope for scope in SCOPES if granted is not None and scope not in granted)
    needed = [scope for scope in missing if scope in NEEDED]
    if needed:
        raise AuthFailed(
            f"the bot token lacks the scope {', '.join(needed)}",
            hint="add it under OAuth & Permissions > Bot Token Scopes, then reinstall the app",
        )
    for scope in missing:
        log.warning("the bot token lacks the scope %s: it is there %s", scope, SCOPES[scope])
    return Who(str(told.get("team_id") or ""), str(told.get("user_id") or ""))


def _auth_hint(error: BaseException, variable: str) -> str:
    if reason_of(error) in ("account_inactive", "token_revoked", "token_expired"):
        return f"install the app into the workspace again and put its new bot token into {variable}"
    return f"check {variable}: {_where('bot')}"


def _granted(headers: Mapping[str, Any]) -> frozenset[str] | None:
    told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if told is None:
        return None
    return frozenset(scope.strip() for scope in (told if isinstance(told, str) else ",".join(told)).split(","))


def connected(app: App, app_token: str) -> SocketModeClient:
    """Listen over Socket Mode; a connection that ends is made anew.

    Raises:
        AuthFailed: the app-level token is refused, or lacks its scope, or Socket Mode is off.
        Unreachable: Slack did not answer.
    """
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk.errors import SlackApiError, SlackClientError

    variable = _VARIABLES["app"][0]
    handler = SocketModeHandler(app, app_token, ping_interval=5)
    client: SocketModeClient = handler.client
    client.on_close_listeners.append(_closed)
    try:
        client.connect()
    except SlackApiError as error:
        client.close()
        reason = reason_of(error)
        hint = {
            "missing_scope": "give the app-level token the scope connections:write (Basic Information)",
            "socket_mode_disabled": "switch Socket Mode on in the app's settings",
        }.get(reason, f"check {variable}: {_where('app')}")
        raise AuthFailed(f"Slack refuses the app-level token: {reason}", hint=hint) from error
    except (SlackClientError, OSError) as error:
        client.close()
        raise Unreachable("Slack did not answer", hint="check the network and [slack] api_url") from error
    return client


def disconnect(client: SocketModeClient) -> None:
    """End a connection for good."""
    client.auto_reconnect_enabled = False
    for _ in range(2):
        # The SDK looks whether there is a socket before it waits for its turn to close it, and by then there is none.
        with suppress(AttributeError):
            client.close()
            return


def _closed(code: int, _reason: str | None) -> None:
    log.info("the connection to Slack ended (%s) and is made anew", code)
