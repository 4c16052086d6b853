"""``overheard pull`` and ``overheard sources``: read the sources of the settings, and say how each stands."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.ingest import at_work, tell_pulled, understand_missing
from api.terminal import AsJson, Config, Home, err, local, out, progress, workspace, write_json
from connectors.errors import Busy, ConfigError, OverheardError, RateLimited

if TYPE_CHECKING:
    from assistant.sources import Standing
    from assistant.wiring import Workspace
    from connectors.base import Window
    from mining.runner import Job, Report
    from mining.sweeps import Sweep

_DAY = timedelta(days=1)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


def pull(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Names of [sources.NAME]; all of them if none is given.", show_default=False),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Where a first sweep begins: a day (2026-11-03) or a time (2026-11-03T09:00).", show_default=False
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="The last day (or the moment) that a backfill reads; now by default.", show_default=False),
    ] = None,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Read the past from --since to --until, apart from what is read on.")
    ] = False,
    now: Annotated[bool, typer.Option("--now", help="Ask those sources as well that told us to wait.")] = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Read the sources of overheard.toml on from where each stopped, and understand what is new.

    Sources are read side by side. One that fails is reported at the end; the others go on. Whatever ends a run, what
    was stored stays, and the same command goes on from there: also a --backfill of the same --since and --until.

    \b
        overheard pull                                             all of them
        overheard pull reddit --backfill --since 2026-01-01        the past of one
    """  # fmt: skip
    from mining.pipeline import is_behind

    where = workspace(home, config)
    configured = where.settings.sources
    names = list(dict.fromkeys(sources or sorted(configured)))
    if not names:
        raise ConfigError(
            "no source is configured", hint="add a [sources.NAME] table to overheard.toml, see docs/live-sources.md"
        )
    jobs = _jobs(where, names, _window(where, since, until, backfill=backfill), backfill=backfill)
    reports = _read(where, jobs, now=now)
    try:
        if is_behind(where.store, where.miner):
            with at_work(where) as index:
                understand_missing(where, index)
    except Busy:
        err.print("note: another run is writing to this workspace: what came is stored, and labelled by the next run")
    _fail(reports)


def _jobs(where: Workspace, names: list[str], window: Window, *, backfill: bool) -> list[Job]:
    from assistant.sources import job
    from mining.sweeps import Kind

    return [job(where, name, Kind.BACKFILL if backfill else Kind.LIVE, window) for name in names]


def _read(where: Workspace, jobs: list[Job], *, now: bool) -> list[Report]:
    """Read them, with a bar each; each is told of when it has ended."""
    from mining import runner

    key, reports = where.key, []
    with progress() as show:
        running = runner.run(
            where.store, jobs, key, clock=where.clock, now=now,
            on_progress=lambda source, step: show(replace(step, stage=f"pull {source}")),
        )  # fmt: skip
        with closing(running):  # type: ignore[type-var]  # a generator, which ends its threads when it is closed
            for report in running:
                reports.append(report)
                _tell(where, report, alone=len(jobs) == 1)
    return reports


def _tell(where: Workspace, report: Report, *, alone: bool) -> None:
    from mining import sweeps

    for pulled in (report.pulled, report.rechecked):
        if pulled is not None:
            what = " (known items asked for again)" if pulled is report.rechecked else ""
            tell_pulled(report.source + what, pulled)
    if report.skipped:
        out.print(f"{report.source}: left alone: {report.skipped}", soft_wrap=True)
    if isinstance(report.error, OverheardError) and not alone and not isinstance(report.error, RateLimited):
        hint = f" ({report.error.hint})" if report.error.hint else ""
        err.print(f"{report.source}: failed: {report.error.message}{hint}", soft_wrap=True)
    if isinstance(report.error, RateLimited):
        last = sweeps.history(where.store, report.source, limit=1)[0]
        again = f"; from {local(last.next_attempt_at, where)} on it may be asked again" if last.next_attempt_at else ""
        out.print(f"{report.source}: waiting: {report.error.message}{again}", soft_wrap=True)


def _fail(reports: list[Report]) -> None:
    """Raise what sources failed with, where any did: a bug as it is, so that it keeps its traceback."""
    failed = [one for one in reports if one.error and not isinstance(one.error, RateLimited)]
    for one in failed:
        if not isinstance(one.error, OverheardError):
            raise one.error  # type: ignore[misc]  # there is one
    if not failed:
        return
    if len(reports) == 1 and isinstance(failed[0].error, OverheardError):
        raise OverheardError(f"{failed[0].source}: {failed[0].error.message}", hint=failed[0].error.hint)
    names = ", ".join(sorted(one.source for one in failed))
    raise OverheardError(
        f"{len(failed)} of {len(reports)} sources could not be read: {names}",
        hint="it says above why; overheard sources says it again",
    )


def _window(where: Workspace, since: str | None, until: str | None, *, backfill: bool) -> Window:
    from connectors.base import Window

    if until and not backfill:
        raise ConfigError("--until goes with --backfill", hint="what is read on has no end: leave --until out")
    window = Window(
        _moment(where, since, "--since") if since else None,
        _moment(where, until, "--until", whole=True) if until else None,
    )
    if window.since and window.until and window.since >= window.until:
        raise ConfigError("--since is not before --until", hint="--since 2026-01-01 --until 2026-03-31")
    return window


def _moment(where: Workspace, said: str, option: str, *, whole: bool = False) -> datetime:
    """A moment; of a day its beginning in the workspace's zone, or with ``whole`` its end."""
    zone = where.asker().zone
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise ConfigError(
            f"{option} {said}: not a day or a time", hint="such as 2026-11-03 or 2026-11-03T09:00"
        ) from error
    if len(said) == len("2026-11-03") and moment.time() == time():
        moment += _DAY if whole else timedelta()
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


# --- how they stand -------------------------------------------------------------------------------------------------


def sources(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names of sources; all of them if none is given.", show_default=False)
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask each source whether it can be read, and say what is missing.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Say of each source when it was last read, how old its newest is, what it brought, and when it is read next.

    With --check each configured source is asked by one request, and each kind of live source that is not configured
    says in a line what it needs. Exit status 1 when a configured source cannot be read.
    """
    from assistant import sources as of

    where = workspace(home, config)
    now = where.clock.now()
    if unknown := set(names or ()) - set(where.settings.sources) - {one.name for one in of.standings(where, now)}:
        raise ConfigError(f"no source is called {sorted(unknown)[0]!r}", hint="overheard sources lists them all")
    if check:
        _check(where, names or [], as_json=as_json)
        return
    found = of.standings(where, now, names or ())
    if as_json:
        write_json([one.as_json(now) for one in found])
        return
    if not found:
        out.print("No source yet: add a [sources.NAME] table to overheard.toml, or: overheard ingest --help")
    for one in found:
        out.print(_told(one, where), soft_wrap=True, markup=False)


def _check(where: Workspace, names: list[str], *, as_json: bool) -> None:
    from assistant.sources import checked

    found = []
    for one in checked(where, [name for name in names if name in where.settings.sources]):
        found.append(one)
        if not as_json:
            mark = {True: "ok  ", False: "LOOK", None: "    "}[one.ok]
            out.print(f"{mark}  {one.name}: {one.line}", soft_wrap=True, markup=False)
    if as_json:
        write_json([{"source": one.name, "ok": one.ok, "says": one.says, "hint": one.hint} for one in found])
    if any(one.ok is False for one in found):
        raise typer.Exit(1)


def _told(one: Standing, where: Workspace) -> str:
    """A source in two or three lines."""
    now, held = where.clock.now(), one.held
    head = f"{one.name} ({one.use or ('files by hand' if one.last else 'handed in')}): {_state(one, where)}"
    if one.next_at is not None:
        head += f"; next {'now' if one.next_at <= now else local(one.next_at, where)}" + (
            ", OVERDUE" if one.overdue else ""
        )
    lag = one.lag(now)
    counts = [
        f"last {'read' if one.use or one.last else 'came'} {local(one.last_read, where)}"
        if one.last_read
        else "never read to its end",
        f"newest is {_span(lag)} old" if lag is not None else "nothing stored",
        f"{f'{one.seen:,} seen, ' if one.use or one.last else ''}{held.stored:,} stored, {held.rejects:,} rejects",
    ]
    lines = [head, f"  {'; '.join(counts)}"]
    if one.last and one.last.says:
        hint = f" ({one.last.hint})" if one.last.hint else ""
        lines.append(f"  {one.last.says}{hint}")
    return "\n".join(lines)


def _state(one: Standing, where: Workspace) -> str:
    last: Sweep | None = one.last
    if last is None:
        return "not read yet" if one.use else "it is not pulled"
    if last.outcome is None:
        return f"being read since {local(last.started_at, where)}, or killed then"
    return f"{last.outcome.value} {local(last.ended_at or last.started_at, where)}"


def _span(span: timedelta) -> str:
    """A length of time in its largest unit."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if span >= unit:
            return f"{span // unit} {name}"
    return "under 1 min"
