"""The sources of a workspace: how each is read, how each stands, and whether each can be read at all."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, select

from assistant.settings import SourceTable
from assistant.wiring import Workspace
from connectors import plugins
from connectors.base import Live, Window
from connectors.errors import ConfigError, OverheardError
from connectors.folder import find
from connectors.secrets import Needed
from mining import runner, schema, sweeps
from mining.pulling import Limits
from mining.runner import Job
from mining.store import Store
from mining.sweeps import Kind, Sweep

PATIENCE = 3
"""A source that was not read for so many times its ``every`` is overdue."""


def job(where: Workspace, name: str, kind: Kind = Kind.LIVE, window: Window | None = None) -> Job:
    """How a source of the settings is read.

    Raises:
        ConfigError: no such source.
    """
    table = where.settings.sources.get(name)
    if table is None:
        where.connector(name)
        raise ConfigError(f"no source is called {name!r}")
    limits = Limits(items=table.max_items, rejects=table.reject_share)
    build = partial(where.connector, name)
    return Job(name, build, kind, window or Window(), limits, table.recheck_days, table.recheck_items)


def due(where: Workspace, at: datetime) -> list[str]:
    """Names of the sources that a server has to read by now."""
    last, live = sweeps.latest(where.store), sweeps.latest(where.store, (Kind.LIVE,))
    found = []
    for name, table in where.settings.sources.items():
        if table.every is None:
            continue
        when = runner.due_at(last.get(name), live.get(name), table.every)
        if when is None or when <= at or runner.is_from_later(last.get(name), at):
            found.append(name)
    return found


# --- how each stands ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """What the store holds of a source: feedback, rejects, and the newest times."""

    stored: int = 0
    rejects: int = 0
    newest_said: datetime | None = None
    newest_fetched: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands. ``use`` is None where the settings do not name it: its files were given by hand.

    ``last`` is its last live reading (or of files by hand), ``good`` the last that came to its end.
    """

    name: str
    use: str | None
    held: Held
    last: Sweep | None
    good: Sweep | None
    seen: int
    next_at: datetime | None
    overdue: bool

    @property
    def last_read(self) -> datetime | None:
        """When it was last read to its end, else when something of it was last fetched."""
        times = [one for one in (self.good.started_at if self.good else None, self.held.newest_fetched) if one]
        return max(times, default=None)

    def lag(self, at: datetime) -> timedelta | None:
        """How old the newest of it is: what was said last."""
        return max(at - self.held.newest_said, timedelta()) if self.held.newest_said else None

    def as_json(self, at: datetime) -> dict[str, Any]:
        """The standing for programs."""
        lag = self.lag(at)
        times = {"last_read": self.last_read, "next_at": self.next_at, **_times(self.held)}
        return {
            "source": self.name,
            "use": self.use,
            **{name: time.isoformat() if time else None for name, time in times.items()},
            "lag_s": round(lag.total_seconds()) if lag is not None else None,
            "seen": self.seen,
            "stored": self.held.stored,
            "rejects": self.held.rejects,
            "overdue": self.overdue,
            "last": self.last.as_json() if self.last else None,
        }


def _times(held: Held) -> dict[str, datetime | None]:
    return {name: time for name, time in asdict(held).items() if name.startswith("newest")}


def standings(where: Workspace, at: datetime, names: Collection[str] = ()) -> list[Standing]:
    """How each source stands, by name: those configured, and those that feedback came from."""
    configured, held = where.settings.sources, _held(where.store)
    last, live = sweeps.latest(where.store), sweeps.latest(where.store, (Kind.LIVE, Kind.FILES))
    good = sweeps.latest_ended(where.store)
    seen = sweeps.seen(where.store)
    found = []
    for name in sorted({*configured, *held, *live}):
        if names and name not in names:
            continue
        table = configured.get(name)
        next_at, overdue = _next(table, last.get(name), live.get(name), at)
        found.append(
            Standing(
                name,
                table.use if table else None,
                held.get(name, Held()),
                live.get(name),
                good.get(name),
                seen.get(name, 0),
                next_at,
                overdue,
            )
        )
    return found


def _next(
    table: SourceTable | None, last: Sweep | None, live: Sweep | None, at: datetime
) -> tuple[datetime | None, bool]:
    """When a server reads it next, and whether it should have long ago."""
    waits = last.next_attempt_at if last else None
    if table is None or table.every is None:
        return (waits if waits and waits > at else None), False
    when = runner.due_at(last, live, table.every)
    overdue = live is not None and when is not None and at - when > (PATIENCE - 1) * table.every
    return when, overdue


def _held(store: Store) -> dict[str, Held]:
    feedback, rejects = schema.feedback, schema.rejects
    newest = func.max(feedback.c.said_at), func.max(feedback.c.fetched_at)
    stored = select(feedback.c.source, func.count(), *newest).group_by(feedback.c.source)
    with store.transaction() as connection:
        bad: dict[str, int] = {
            source: count
            for source, count in connection.execute(select(rejects.c.source, func.count()).group_by(rejects.c.source))
        }
        found = {
            source: Held(count, bad.pop(source, 0), said, fetched)
            for source, count, said, fetched in connection.execute(stored)
        }
    return found | {source: Held(rejects=count) for source, count in bad.items()}


# --- whether each can be read ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a source can be read. ``ok`` is None for a kind of source that is not configured: ``says`` is what it
    would need.
    """

    name: str
    ok: bool | None
    says: str
    hint: str = ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        return " ".join(f"{self.says}; {self.hint}".split()) if self.hint else " ".join(self.says.split())


def checked(where: Workspace, names: Sequence[str] = ()) -> Iterator[Checked]:
    """Ask each configured source whether it can be read, then tell of the live kinds that are not configured."""
    configured = where.settings.sources
    for name in sorted(names or configured):
        yield _checked(where, name)
    if not names:
        used = {table.use for table in configured.values()}
        for kind in live_kinds():
            if kind not in used:
                yield Checked(kind, None, needs(kind))


def _checked(where: Workspace, name: str) -> Checked:
    try:
        connector, what = where.connector(name)
        if isinstance(connector, Live):
            return Checked(name, True, connector.check())
        if path := str(what.settings.get("path", "")):
            find(path, "'exports/*.csv'")
    except OverheardError as error:
        return Checked(name, False, error.message, error.hint)
    return Checked(name, True, f"its files are there: {path}" if path else "ready")


def live_kinds() -> list[str]:
    """The kinds of sources that are asked over a network: those whose module lists ``SECRETS``, be there none."""
    found = []
    for kind in plugins.names("connectors.sources"):
        module = importlib.import_module(plugins.load("connectors.sources", kind).__module__)
        if hasattr(module, "SECRETS"):
            found.append(kind)
    return found


def needs(kind: str) -> str:
    """What has to be set for a kind of source to be read, in one sentence; a module may name it in ``READS``."""
    module = importlib.import_module(plugins.load("connectors.sources", kind).__module__)
    config = getattr(module, "Config", None)
    fields = config.model_fields if isinstance(config, type) and issubclass(config, BaseModel) else {}
    keys = [name for name, field in fields.items() if field.is_required()] or list(getattr(module, "READS", ()))
    secrets: tuple[Needed, ...] = module.SECRETS
    named = [f"{one.variable} ({one.what})" for one in secrets if not one.optional]
    table = f'[sources.NAME] with use = "{kind}"' + "".join(f" and {key}" for key in keys)
    told = f"not configured; it needs {table} in overheard.toml"
    return told + (f", and in the environment {' and '.join(named)}" if named else ", and no key")
