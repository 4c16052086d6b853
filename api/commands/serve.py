"""``overheard serve``: the HTTP server, what is due, what has to be understood, and Slack where it is configured."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import Config, Home, out, workspace
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from api.readiness import Readiness
    from api.working import Upkeep
    from assistant.slack.tokens import Tokens
    from assistant.slackbot import Bot
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

_PATIENCE_S = 30
"""So long running requests may take when the server is told to end."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all, which takes a key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    home: Home = None,
    config: Config = None,
) -> None:
    """Serve the HTTP API, pull sources, understand what comes in, and send what is due: watches, digests.

    With OVERHEARD_SLACK__BOT_TOKEN and OVERHEARD_SLACK__SIGNING_SECRET Slack is answered at /slack/events; with an app
    token instead of the secret, over Socket Mode. Ctrl-C ends.
    """
    import uvicorn

    from api import request_ids
    from api.app import create
    from api.parts import Parts
    from api.readiness import Readiness

    where = workspace(home, config)
    has_keys = _allowed(where, host)
    listening = _bound(host, port)
    given = _tokens(where)
    bot = _bot(where, given) if given else None
    upkeep, readiness = _upkeep(where), Readiness(where)
    app = create(
        where,
        bolt=bot.app if bot else None,
        secret=given.secret if given else None,
        alongside=lambda: _alongside(where, bot, given, upkeep, readiness),
        parts=Parts(where, nudge=upkeep.nudge),
        readiness=readiness,
    )
    request_ids.put_in_log()
    _greet(f"http://{_shown(host)}:{listening.getsockname()[1]}", _how(given) if given else "", has_keys)
    # uvicorn ends in order at SIGTERM too, and then raises it again: that is no reason to be killed by it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=_PATIENCE_S
    )
    try:
        uvicorn.Server(settings).run(sockets=[listening])
    except KeyboardInterrupt:
        out.print()
    out.print("stopped.")


def _allowed(where: Workspace, host: str) -> bool:
    """Whether there is a key that opens something.

    Raises:
        ConfigError: there is none, and others than this machine would be listened to.
    """
    from api.security import is_local
    from mining import keys

    if keys.any_live(where.store, datetime.now(UTC)):
        return True
    if not is_local(host):
        raise ConfigError(
            f"{host} could be reached by others, and there is no key yet",
            hint="first: overheard keys create NAME --scope read; or leave --host out, for this machine alone",
        )
    return False


def _greet(address: str, how: str, has_keys: bool) -> None:
    out.print(f"Serving on {address}{how}. Ctrl-C ends.", soft_wrap=True)
    out.print(f"  the API, described:  {address}/docs", soft_wrap=True)
    key = "overheard keys create NAME --scope read" + ("" if has_keys else "   (without keys: this machine alone)")
    out.print(f"  a key for a program: {key}", soft_wrap=True)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bound(host: str, port: int) -> socket.socket:
    """The socket to listen on; who comes before the server is ready waits.

    Raises:
        ConfigError: the address is not ours, or the port is taken.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        raise ConfigError(f"{host}:{port} cannot be listened on: {error.strerror}", hint="--host, --port") from error
    return listening


def _tokens(where: Workspace) -> Tokens | None:
    """The tokens, where there is a bot token at all.

    Raises:
        ConfigError: it has neither secret nor app token beside it, or is of another kind.
    """
    from assistant.slack import tokens

    table = where.settings.slack
    if not (table.bot_token or os.environ.get("SLACK_BOT_TOKEN")):
        return None
    given = tokens.found(table, os.environ)
    return given if given.app else tokens.found(table, os.environ, secret=True)


def _bot(where: Workspace, given: Tokens) -> Bot:
    from assistant import slackbot

    bot = slackbot.build(where, given)
    slackbot.warm(bot.parts)
    return bot


def _upkeep(where: Workspace) -> Upkeep:
    """Stores what was handed in, then understands what is missing."""
    from api.handed_in import step
    from api.working import Upkeep

    return Upkeep(where, step=step)


def _how(given: Tokens) -> str:
    return ", Slack at /slack/events" if given.secret else ", Slack over Socket Mode"


@contextmanager
def _alongside(
    where: Workspace, bot: Bot | None, given: Tokens | None, upkeep: Upkeep, readiness: Readiness
) -> Iterator[None]:
    """All that runs beside the server; it ends in the opposite order."""
    from api.due import kept_going

    with ExitStack() as ending:
        if bot is not None and given is not None:
            ending.callback(bot.stop)
            bot.start()
            if given.app and not given.secret:
                bot.connect(given.app)
        readiness.start()
        ending.callback(readiness.stop)
        ending.enter_context(kept_going(where, bot, upkeep))
        yield
