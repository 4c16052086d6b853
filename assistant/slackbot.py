"""The assistant in Slack: one Bolt app, the same over Socket Mode and over HTTP, and what it is built from."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from assistant.slack import (
    buttons,
    commands,
    home,
    messages,
    sharing,
    shortcuts,
    tokens,
    unknown,
    verdicts,
    watching,
)
from assistant.slack.answering import Answering
from assistant.slack.lanes import Lanes
from assistant.slack.parts import Parts
from assistant.slack.posting import PACE_S, Posting
from assistant.slack.prompts import Prompts
from assistant.slack.recovery import Recovery, owner_of_this_process
from assistant.slack.refusals import reason_of
from assistant.slack.tokens import Tokens

if TYPE_CHECKING:
    from slack_sdk.socket_mode.builtin import SocketModeClient

    from assistant.question import Asker
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

_WORKERS = 4
_LISTENERS = 10
_BESIDE_A_MODEL = 4
_TIMEOUT_S = 15
# The last takes every action that is left.
_HANDLERS = (messages, commands, home, buttons, sharing, shortcuts, verdicts, watching, unknown)
# So long a running assistant may not know a source or a customer segment that came to be.
_NEW_NAMES_AFTER = timedelta(minutes=1)
_WARMING = ("how is the customer journey?", "zzz", "מה מצב מסע הלקוח?", "وضعیت سفر مشتری چگونه است؟")


@dataclass
class Bot:
    """The app and its threads. Over Socket Mode :meth:`connect`; over HTTP ``app`` is given what comes."""

    app: App
    parts: Parts
    recovery: Recovery
    connection: SocketModeClient | None = None

    def start(self) -> None:
        """Take up what was left unanswered."""
        self.recovery.start()

    def connect(self, app_token: str) -> None:
        """Listen over Socket Mode, reconnecting whenever it breaks.

        Raises:
            AuthFailed: the app-level token is refused.
            Unreachable: Slack did not answer.
        """
        self.connection = tokens.connected(self.app, app_token)

    def stop(self) -> None:
        """End: answers that are being given are given; what has not begun is taken up at the next start."""
        if self.connection is not None:
            tokens.disconnect(self.connection)
        self.recovery.stop()
        self.parts.work.close()
        self.parts.posting.close()
        self.parts.answering.close()


def clients(token: str, api_url: str) -> tuple[WebClient, WebClient, WebClient]:
    """Clients for handlers (which wait when told to), for posting (whose queue waits), and one that never waits."""
    # Made once: reading the authorities for each call would take longer than the call.
    secure = ssl.create_default_context() if api_url.startswith("https:") else None
    several = [WebClient(token, base_url=api_url, timeout=_TIMEOUT_S, ssl=secure, retry_handlers=[]) for _ in range(3)]
    steady = (ConnectionErrorRetryHandler(max_retry_count=2), ServerErrorRetryHandler(max_retry_count=2))
    for client in several[:2]:
        for handler in steady:
            client.retry_handlers.append(handler)
    several[0].retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    return several[0], several[1], several[2]


def build(
    workspace: Workspace,
    given: Tokens,
    *,
    as_of: date | None = None,
    pace_s: float = PACE_S,
) -> Bot:
    """The assistant over a workspace. ``as_of`` answers as if it were that day.

    Raises:
        AuthFailed: Slack refuses the bot token.
        Unreachable: Slack did not answer.
    """
    table = workspace.settings.slack
    waiting, posting_client, quick = clients(given.bot, table.api_url)
    who = tokens.checked(waiting)
    clock = clock_of(as_of)
    posting = Posting(posting_client, workspace.store, clock, quick=quick, team=who.team, pace_s=pace_s)
    parts = Parts(
        workspace.store, workspace.engine, _askers(workspace, clock),
        table if table.team else table.model_copy(update={"team": who.team or None}),
        workspace.taxonomy, clock, posting, Lanes(_WORKERS, "slack-work"),
        workspace.settings.locale.language, workspace.settings.locale.timezone, who.team, who.user, workspace,
        at_once=_BESIDE_A_MODEL if workspace.settings.llm.on else 1,
    )  # fmt: skip
    parts.answering = Answering(parts, owner_of_this_process())
    parts.prompts = Prompts(parts)
    return Bot(application(parts, waiting, given.secret), parts, Recovery(parts.answering))


def application(parts: Parts, client: WebClient, secret: str | None) -> App:
    """The Bolt app with every handler; without a signing ``secret`` it takes nothing over HTTP."""
    app = App(
        logger=_quiet_log(),
        client=client,
        signing_secret=secret or "",
        token_verification_enabled=True,
        process_before_response=False,
        listener_executor=ThreadPoolExecutor(_LISTENERS, "slack-listeners"),
    )
    register(app, parts)
    return app


def register(app: App, parts: Parts) -> None:
    """Every handler there is, and at last one for what nobody handles."""
    for module in _HANDLERS:
        module.register(app, parts)
    _take_the_rest(app)


def warm(parts: Parts) -> None:
    """Load what the first answers need, so that nobody waits for it."""
    asker = parts.askers(None)
    for question in _WARMING:
        parts.engine.ask(question, asker)


def _take_the_rest(app: App) -> None:
    """Acknowledge what no handler knows, and log its id: Bolt would log all that came with it."""
    anything = re.compile(".*")

    def unknown(kind: str) -> Callable[..., Any]:
        def listener(ack: Callable[[], Any], body: dict[str, Any]) -> None:
            ack()
            log.warning("nobody knows what to do with this %s: %s", kind, _name_of(body))

        return listener

    app.action(anything)(unknown("action"))
    app.view(anything)(unknown("view"))
    app.view_closed(anything)(unknown("closed view"))
    app.shortcut(anything)(unknown("shortcut"))
    app.command(anything)(unknown("command"))
    app.options(anything)(unknown("menu"))

    @app.event(anything)
    def unheeded(event: dict[str, Any]) -> None:
        log.debug("an event that nobody heeds: %s", event.get("type"))

    @app.error
    def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        log.error("%s failed: %s", _name_of(body), reason_of(error))
        return BoltResponse(status=500, body="")


def _name_of(body: dict[str, Any]) -> str:
    """What a body is, by ids alone."""
    action: dict[str, Any] = next(iter(body.get("actions") or ()), {})
    event = body.get("event") or {}
    named = action.get("action_id") or (body.get("view") or {}).get("callback_id") or body.get("callback_id")
    return str(named or body.get("command") or event.get("type") or body.get("type"))[:80]


def _askers(workspace: Workspace, clock: Callable[[], datetime]) -> Callable[[str | None], Asker]:
    """Whoever asks, with their own day, and the names that feedback came with until now."""
    looked = datetime.now(UTC)

    def asker(zone: str | None) -> Asker:
        nonlocal looked
        if datetime.now(UTC) - looked > _NEW_NAMES_AFTER:
            looked = datetime.now(UTC)
            workspace.look_again()
        everybody = workspace.asker()
        where = ZoneInfo(zone) if zone else everybody.zone
        return replace(everybody, zone=where, today=clock().astimezone(where).date())

    return asker


def clock_of(as_of: date | None) -> Callable[[], datetime]:
    """Now, or the same time of another day: the days between are taken off, and time goes on."""
    if as_of is None:
        return lambda: datetime.now(UTC)
    behind = timedelta(days=(datetime.now(UTC).date() - as_of).days)
    return lambda: datetime.now(UTC) - behind


def _quiet_log() -> logging.Logger:
    """The log of Slack's libraries: below WARNING they write down what people wrote."""
    level = max(logging.WARNING, logging.getLogger().getEffectiveLevel())
    logging.getLogger("slack_sdk").setLevel(level)
    quiet = logging.getLogger("overheard.slack")
    quiet.setLevel(level)
    return quiet
