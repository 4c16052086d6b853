"""``overheard digest``: what a week, a month or a day brought, for a terminal, a file, Slack or e-mail."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import uuid4

import typer

from api.commands.reading import AsOf, day_of
from api.terminal import AsJson, Config, Home, err, workspace
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from assistant.digest import Progress
    from assistant.digests.delivery import Post
    from assistant.renderers.slack import Message
    from assistant.wiring import Workspace

Form = Literal["terminal", "text", "markdown", "html", "slack", "json"]
_UNITS = {"week": "manager_weekly", "month": "executive_monthly", "day": "operations_daily"}


def digest(
    week: Annotated[
        str | None, typer.Option(metavar="YYYY-Www", help="Of a week, such as 2026-W46.", show_default=False)
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Of a month, such as 2026-10.", show_default=False)
    ] = None,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Of a day, such as 2026-11-20.", show_default=False)
    ] = None,
    template: Annotated[
        Literal["manager_weekly", "executive_monthly", "operations_daily"] | None,
        typer.Option(help="For whom. [default: by the time named, else manager_weekly]", show_default=False),
    ] = None,
    language: Annotated[
        Literal["en", "he", "fa"] | None,
        typer.Option(help="In which language. [default: locale.language in the settings]", show_default=False),
    ] = None,
    only: Annotated[
        str, typer.Option("--only", metavar="WORDS", help='Limited to, such as "Android, in Hebrew".')
    ] = "",
    form: Annotated[Form, typer.Option("--format", help="How it is printed.")] = "terminal",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Into a file instead of the terminal.", show_default=False)
    ] = None,
    send: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DESTINATION",
            help="#channel, mailto:ana@example.com, or a file; may be repeated.",
            show_default=False,
        ),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """What is new, worse, better and fixed, what hurts and delights, and how far the data may be trusted.

    \b
        overheard digest
        overheard digest --week 2026-W46 --output week.html
        overheard digest --month 2026-10 --language he --send mailto:ana@example.com
        overheard digest --only "Android, in Hebrew" --send '#cx'

    Every number is what a question gives; the question stands below it. See docs/digest.md.
    """  # fmt: skip
    from assistant.digest import Template, compose, named_window, plan_of
    from assistant.digests import delivery

    where = workspace(home, config)
    for destination in send or ():
        delivery.checked(destination, where.settings.mail)
    kind, said = _one_of({"week": week, "month": month, "day": day})
    asker = where.asker(day_of(as_of, "--as-of") if as_of else None)
    chosen = Template(template or _UNITS[kind or "week"])
    speaks = language or where.settings.locale.language
    window = named_window(kind, said, asker, speaks) if kind and said else None
    plan = plan_of(where.engine, asker, only, template=chosen, language=speaks)
    private = _private(where, send or ())
    with _telling() as progress:
        made = compose(where.engine, asker, plan, window, private_sources=private, progress=progress)
    for destination in send or ():
        delivery.deliver(made, destination, mail=where.settings.mail, post=lambda: _posting(where))
        err.print(f"sent: {destination}", soft_wrap=True)
    if send and not output and not as_json and form == "terminal":
        return
    content = delivery.form(made, "json" if as_json else _form_of(output, form))
    if output:
        delivery.write(output, content)
        err.print(f"written: {output}", soft_wrap=True)
    else:
        sys.stdout.write(content)


def _one_of(named: dict[str, str | None]) -> tuple[str | None, str | None]:
    """The one time that was named, if one was.

    Raises:
        ConfigError: several were.
    """
    given = [(kind, said) for kind, said in named.items() if said is not None]
    if len(given) > 1:
        raise ConfigError("a digest is of one time", hint="give one of --week, --month and --day")
    return given[0] if given else (None, None)


def _form_of(output: Path | None, form: str) -> str:
    """What a file's ending asks for, where no form was."""
    from assistant.digests.delivery import FORMS

    if output is None or form != "terminal":
        return form
    return FORMS.get(output.suffix.lower(), "text")


def _private(where: Workspace, send: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Sources that a channel may not quote; who asks here sees all."""
    from assistant.digests.delivery import kind_of

    return where.settings.slack.private_sources if any(kind_of(one) == "slack" for one in send) else ()


@contextmanager
def _telling() -> Iterator[Progress]:
    """A line on standard error while questions are asked; silent where that is no terminal."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("asking"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task("asking", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _posting(where: Workspace) -> Post:
    """What posts into Slack, with the bot token of the settings."""
    from assistant.slack import tokens
    from assistant.slack.posting import Posting
    from assistant.slackbot import clients

    table = where.settings.slack
    given = tokens.found(table, os.environ)
    waiting, client, _ = clients(given.bot, table.api_url)
    tokens.checked(waiting)

    def clock() -> datetime:
        return datetime.now(UTC)

    def post(channel: str, message: Message) -> object:
        posting = Posting(client, where.store, clock)
        try:
            return posting.post(channel, message, key=f"digest:{uuid4().hex}")
        finally:
            posting.lanes.close()

    return post
