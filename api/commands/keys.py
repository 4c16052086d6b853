"""Commands for the keys of programs that ask over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from api.commands.reading import day_of
from api.terminal import AsJson, Config, Home, err, local, out, workspace, write_json
from assistant.wiring import Workspace
from connectors.errors import ConfigError
from mining import keys
from mining.keys import Scope

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys for the HTTP API.")

_LENGTHS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = 36_500


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, such as 'BI dashboard'.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What it may do; may be repeated. admin holds all. [default: read]", show_default=False),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(help="When it ends: 12h, 90d, 26w or a day. [default: never]", show_default=False),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make a key and show it, this once. From the first key on nobody is answered without one.

    \b
        overheard keys create "BI dashboard" --scope read --expires 90d
    """  # fmt: skip
    where = workspace(home, config)
    now = datetime.now(UTC)
    made, token = keys.create(where.store, name, scope or [Scope.READ], now, _end(expires, now, where))
    if as_json:
        write_json({"key": token, **made.as_json(now)})
        return
    out.print(token, markup=False, soft_wrap=True)
    until = f", until {local(made.expires_at, where)}" if made.expires_at else ""
    err.print(f"{made.id}: {made.name}, may {', '.join(made.scopes)}{until}.", markup=False, soft_wrap=True)
    err.print("It is not shown again. Send it as Authorization: Bearer, never in a URL.", soft_wrap=True)


@app.command("list")
def list_(as_json: AsJson = False, home: Home = None, config: Config = None) -> None:
    """List all keys, without their secrets: what they may do, when they end and were last used."""
    where = workspace(home, config)
    now, found = datetime.now(UTC), keys.listed(where.store)
    if as_json:
        write_json([key.as_json(now) for key in found])
        return
    if not found:
        out.print("There are no keys: the server answers this machine alone. overheard keys create NAME")
        return
    table = Table("id", "name", "may", "state", "made", "ends", "last used", box=None)
    for key in found:
        times = [local(at, where) if at else "-" for at in (key.made_at, key.expires_at, key.used_at)]
        table.add_row(key.id, key.name, ", ".join(key.scopes), key.state(now), *times)
    out.print(table)


@app.command()
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as overheard keys list shows it.")],
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Take a key out of use at once and for good."""
    where = workspace(home, config)
    now = datetime.now(UTC)
    key = keys.revoke(where.store, id_, now)
    if as_json:
        write_json(key.as_json(now))
        return
    out.print(f"{key.id} ({key.name}) opens nothing any more.", markup=False, soft_wrap=True)


def _end(told: str | None, now: datetime, where: Workspace) -> datetime | None:
    """When a key ends: after a length of time, or with a day that begins.

    Raises:
        ConfigError: neither of the two.
    """
    if told is None:
        return None
    length = re.fullmatch(r"(\d{1,5})\s*([hdw])", told.strip().lower())
    if length:
        if int(length[1]) > _LONGEST:
            raise ConfigError(f"--expires: {told} is out of reach", hint="90d, for one; or none, for never")
        return now + int(length[1]) * _LENGTHS[length[2]]
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", told.strip()):
        raise ConfigError(f"--expires: {told!r} is no time", hint="12h, 90d, 26w, or a day such as 2027-03-31")
    zone = ZoneInfo(where.settings.locale.timezone)
    return datetime.combine(day_of(told.strip(), "--expires"), time(), zone).astimezone(UTC)
