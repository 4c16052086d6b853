"""``overheard serve``: HTTP, the scheduler, and Slack where it is set up."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import Config, Home, out, workspace
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from assistant.slack.tokens import Tokens
    from assistant.slackbot import Bot
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    home: Home = None,
    config: Config = None,
) -> None:
    """Serve HTTP and send what is due: watches, digests.

    With OVERHEARD_SLACK__BOT_TOKEN and OVERHEARD_SLACK__SIGNING_SECRET Slack is answered at /slack/events; with an app
    token instead of the secret, over Socket Mode. Ctrl-C ends.
    """
    import uvicorn

    from api.app import create

    listening = _bound(host, port)
    where = workspace(home, config)
    given = _tokens(where)
    bot = _bot(where, given) if given else None
    app = create(
        where,
        bolt=bot.app if bot else None,
        secret=given.secret if given else None,
        alongside=lambda: _alongside(where, bot, given),
    )
    address = f"{host}:{listening.getsockname()[1]}"
    out.print(f"Serving on http://{address}{_how(given) if given else ''}. Ctrl-C ends.", soft_wrap=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


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


def _how(given: Tokens) -> str:
    return ", Slack at /slack/events" if given.secret else ", Slack over Socket Mode"


@contextmanager
def _alongside(where: Workspace, bot: Bot | None, given: Tokens | None) -> Iterator[None]:
    """The scheduler, and the assistant's threads."""
    from api.due import kept_going

    if bot is not None and given is not None:
        bot.start()
        if given.app and not given.secret:
            bot.connect(given.app)
    try:
        with kept_going(where, bot):
            yield
    finally:
        if bot is not None:
            bot.stop()
