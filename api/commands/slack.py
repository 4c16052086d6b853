"""``overheard slack``: the assistant in a Slack workspace over Socket Mode, or in a Slack of one's own to try it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.reading import AsOf, day_of
from api.terminal import Config, Home, out, workspace, write_json
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from assistant.slack.tokens import Tokens
    from assistant.slackbot import Bot
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

DEMO_HOME = Path("overheard-demo")


def slack(
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Start a Slack of its own on this machine, without an account.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the simulated Slack; 0 takes a free one.", show_default=False)
    ] = 0,
    demo: Annotated[
        bool, typer.Option("--demo", help="Over the made-up company of: overheard demo. Read now if it is not there.")
    ] = False,
    as_of: AsOf = None,
    manifest: Annotated[
        bool, typer.Option("--manifest", help="Print the app's manifest, to create it in Slack.")
    ] = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Answer in Slack, over Socket Mode: in direct messages, mentions, threads, and after /overheard.

    \b
        overheard slack --simulate --demo       try it in the browser, without an account
        overheard slack --manifest              what to paste when you create the app
        overheard slack                         with OVERHEARD_SLACK__APP_TOKEN and OVERHEARD_SLACK__BOT_TOKEN set

    docs/slack.md leads from nothing to the first answer. Ctrl-C ends.
    """  # fmt: skip
    from assistant.slack import tokens

    if manifest:
        write_json(tokens.manifest())
        return
    day = day_of(as_of, "--as-of") if as_of else None
    where, day = _demo(home, day) if demo else (workspace(home, config), day)
    if simulate:
        where, day = _with_something_to_ask(where, day)
        _simulated(where, port, day)
        return
    with running(where, tokens.found(where.settings.slack, os.environ, app=True), day):
        ended = _end()
        out.print("Ready: write to the app in Slack. Ctrl-C ends.")
        _until(ended)


@contextmanager
def running(where: Workspace, given: Tokens, as_of: date | None = None) -> Iterator[Bot]:
    """The assistant over Socket Mode, warm and connected, and what is due at its time; all of it ends with the block.

    Raises:
        AuthFailed: Slack refuses a token.
        Unreachable: Slack did not answer.
    """
    from api.due import kept_going
    from assistant import slackbot

    bot = slackbot.build(where, given, as_of=as_of)
    try:
        slackbot.warm(bot.parts)
        bot.start()
        if given.app:
            bot.connect(given.app)
        with kept_going(where, bot):
            yield bot
    finally:
        bot.stop()


def _end() -> Event:
    """What SIGTERM sets: it ends as orderly as Ctrl-C."""
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    return ended


def _until(ended: Event) -> None:
    try:
        ended.wait()
    except KeyboardInterrupt:
        out.print()
    out.print("stopped.")


# --- trying it out --------------------------------------------------------------------------------------------------


def _simulated(where: Workspace, port: int, as_of: date | None) -> None:
    from api.fake_slack.server import FakeSlack
    from assistant.slack import tokens
    from assistant.slack.tokens import Tokens

    with ExitStack() as ending:
        fake = FakeSlack(tokens.manifest(), port=port)
        try:
            ending.enter_context(fake)
        except OSError as error:
            raise ConfigError(f"port {port} is taken: {error.strerror}", hint="choose another with --port") from error
        there = _pointed_at(where, fake.api_url)
        with running(there, Tokens(fake.bot_token, fake.app_token, fake.signing_secret), as_of):
            ended = _end()
            out.print(f"A Slack of your own: {fake.url}", soft_wrap=True)
            out.print("Ask there, for example: top pain points in purchase stage. Ctrl-C ends.", soft_wrap=True)
            _until(ended)


def _pointed_at(where: Workspace, api_url: str) -> Workspace:
    """The workspace with Slack elsewhere."""
    from dataclasses import replace

    table = where.settings.slack.model_copy(update={"api_url": api_url, "team": None})
    return replace(where, settings=where.settings.model_copy(update={"slack": table}))


def _with_something_to_ask(where: Workspace, as_of: date | None) -> tuple[Workspace, date | None]:
    """The workspace, or the demo's where this one holds nothing and somebody wants that."""
    if where.store.holds_feedback():
        return where, as_of
    if sys.stdin.isatty() and typer.confirm("This workspace is empty. Take the demo's made-up company instead?", True):
        return _demo(None, as_of)
    raise ConfigError(
        "there is nothing to ask about yet", hint="overheard slack --simulate --demo, or first: overheard ingest"
    )


def _demo(home: Path | None, as_of: date | None) -> tuple[Workspace, date | None]:
    """The demo's workspace, read now if it is not there, and the last day of its story."""
    from api.commands.upkeep import demo_workspace
    from assistant import demo
    from assistant.wiring import Workspace

    folder = home or DEMO_HOME
    where: Any = Workspace.open(folder, demo.CONFIG)
    if not where.store.holds_feedback():
        where = demo_workspace(folder)
    return where, as_of or demo.AS_OF
