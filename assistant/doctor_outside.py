"""The doctor's look at what a workspace depends on: models, the clock, sources, Slack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assistant import sources
from assistant.finding import Finding
from assistant.sources import Standing
from assistant.wiring import Workspace
from connectors.errors import OverheardError
from mining import schema
from mining.sweeps import Outcome

if TYPE_CHECKING:
    from assistant.slack.tokens import Tokens

# Clocks of machines may differ so much.
_DRIFT = timedelta(minutes=5)


def models(where: Workspace) -> Iterator[Finding]:
    """The models can be loaded and read a remark."""
    try:
        labels, vectors = where.miner.tag(["The parcel came late."], ["en"], [None])
    except OverheardError:
        raise
    except Exception as error:  # whatever a damaged file makes a library say
        says, hint = f"the models cannot be used: {type(error).__name__}", "install Overheard again"
        yield Finding("models", ok=False, says=says, hint=hint)
        return
    yield Finding("models", ok=True, says=f"{len(labels[0])} labels and a vector of {vectors.shape[1]} for a remark")


def clock(where: Workspace) -> Iterator[Finding]:
    """Nothing was fetched in the future."""
    now = where.clock.now()
    with where.store.transaction() as connection:
        fetched = connection.scalar(select(func.max(schema.feedback.c.fetched_at)))
        swept = connection.scalar(select(func.max(schema.sweeps.c.started_at)))
    newest = max((at for at in (fetched, swept) if at), default=None)
    if newest is not None and newest > now + _DRIFT:
        says = f"something was fetched at {newest:%Y-%m-%d %H:%M} UTC, and here it is {now:%Y-%m-%d %H:%M}"
        hint = "set the clock of this machine, or of the other one that reads for this workspace"
        yield Finding("clock", ok=False, says=says, hint=hint)
        return
    yield Finding("clock", ok=True, says=f"{now:%Y-%m-%d %H:%M} UTC, and nothing is from later")


def of_sources(where: Workspace) -> Iterator[Finding]:
    """How the configured sources were read the last time; nobody is asked."""
    live = set(sources.live_kinds())
    for one in sources.standings(where, where.clock.now()):
        if one.use is not None:
            yield _source(one, live=one.use in live)


def _source(one: Standing, *, live: bool) -> Finding:
    check, last = f"source {one.name}", one.last
    if last is None:
        return Finding(check, ok=True, says="not read yet", hint=f"overheard pull {one.name}")
    when = f"{last.started_at:%Y-%m-%d %H:%M} UTC"
    if last.outcome is Outcome.FAILED:
        hint = last.hint or f"overheard sources {one.name} --check"
        return Finding(check, ok=False, says=f"could not be read at {when}: {last.says}", hint=hint)
    if live and one.overdue:
        says = f"last read at {when}, and due again since {one.next_at:%Y-%m-%d %H:%M} UTC"
        return Finding(check, ok=False, says=says, hint="overheard serve reads sources when they are due")
    outcome = last.outcome.value if last.outcome else "not ended"
    return Finding(check, ok=True, says=f"{outcome} at {when}" + (f": {last.says}" if last.says else ""))


def online(where: Workspace) -> Iterator[Finding]:
    """Every configured source is asked by one request."""
    for one in sources.checked(where, sorted(where.settings.sources)):
        yield Finding(f"source {one.name} online", ok=bool(one.ok), says=one.says, hint=one.hint)


def slack(where: Workspace) -> Iterator[Finding]:
    """Slack's tokens, where there are any, are there together and of the right kinds."""
    if given := _tokens(where):
        how = "Socket Mode" if given.app else "HTTP"
        yield Finding("slack", ok=True, says=f"the tokens for {how} are set and of the right kinds")


def _tokens(where: Workspace) -> Tokens | None:
    from assistant.slack import tokens

    table = where.settings.slack
    if not (table.bot_token or os.environ.get("SLACK_BOT_TOKEN")):
        return None
    given = tokens.found(table, os.environ)
    return given if given.app else tokens.found(table, os.environ, secret=True)


def slack_online(where: Workspace) -> Iterator[Finding]:
    """Slack takes the bot token."""
    given = _tokens(where)
    if given is None:
        return
    from slack_sdk import WebClient

    from assistant.slack import tokens

    who = tokens.checked(WebClient(given.bot, base_url=where.settings.slack.api_url, timeout=10))
    yield Finding("slack online", ok=True, says=f"Slack takes the bot token, of the workspace {who.team}")
