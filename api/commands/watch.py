"""``overheard watch`` and ``overheard watches``: have an answer, a digest or an alert sent, and see what is."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from api.commands.reading import day_of
from api.terminal import AsJson, Config, Home, local, out, workspace, write_json
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from assistant.meaning import Asker
    from assistant.watch import Proposal
    from assistant.watches.rule import Rule
    from assistant.wiring import Workspace
    from mining.watches import Watch

app = typer.Typer(help="What is watched: list it, mute it, end it.", invoke_without_command=True)
_ID = typer.Argument(metavar="ID", help="As `overheard watches` shows it.")
_ALERT = "alert: "


def watch(
    question: Annotated[
        str | None, typer.Argument(help="What to send, in English, Hebrew or Persian; a digest may have none.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="'#cx' or an id of Slack, mailto:cx@example.com, file:cx-{date}.md.", show_default=False),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(help="monday (or monday,thursday), day, weekday, week, month, quarter, hour.", show_default=False),
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="HH:MM", help="[default: 09:00]", show_default=False)] = None,
    cron: Annotated[str | None, typer.Option(help="Instead: a line of cron, five fields.", show_default=False)] = None,
    zone: Annotated[
        str | None, typer.Option(help="Whose clock. [default: locale.timezone in the settings]", show_default=False)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--as", help="answer, section (of that place's digests), digest, alert.", show_default=False),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(help="Of a digest: manager_weekly, executive_monthly, operations_daily.", show_default=False),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="en, he or fa. [default: the question's]", show_default=False)
    ] = None,
    above: Annotated[
        str | None, typer.Option(help=_ALERT + "above so many, or such a share (15%).", show_default=False)
    ] = None,
    below: Annotated[str | None, typer.Option(help=_ALERT + "below it.", show_default=False)] = None,
    per: Annotated[str, typer.Option(help=_ALERT + "what is counted, a day or a week.")] = "day",
    unusual: Annotated[bool, typer.Option("--unusual", help=_ALERT + "a day that is unusual for its weekday.")] = False,
    direction: Annotated[
        str | None, typer.Option(help=_ALERT + "unusually much (above), little (below), either.", show_default=False)
    ] = None,
    sensitivity: Annotated[str | None, typer.Option(help=_ALERT + "low, normal, high.", show_default=False)] = None,
    measure: Annotated[
        str | None,
        typer.Option(help=_ALERT + "count, share, net_sentiment. [default: the question's]", show_default=False),
    ] = None,
    min_support: Annotated[
        int | None, typer.Option("--min-support", help=_ALERT + "pass over days with fewer.", show_default=False)
    ] = None,
    cool_down: Annotated[
        int | None, typer.Option("--cool-down", help=_ALERT + "days of silence after one.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and save nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Have an answer sent again and again, or be told when something happens; `overheard serve` sends.

    \b
        overheard watch "top pain points in purchase stage last week" --every monday --at 09:00 --to '#cx'
        overheard watch "complaints about delivery" --unusual --to '#cx'
        overheard watch "complaints about delivery" --above 20 --per day --to mailto:cx@example.com
        overheard watch --as digest --template manager_weekly --every sunday --to '#cx' --language he

    The question may say when itself: "every Monday at 9: top pain points", "alert me when complaints pass 20 a day".
    Of an alert it is said how often it would have been sent in the last 90 days, before it is saved.
    """  # fmt: skip
    from assistant import watch as watching

    where = workspace(home, config)
    asker, now = where.asker(), datetime.now(UTC)
    language = language or (None if question else where.settings.locale.language)
    given = {"unusual": unusual, "above": above, "below": below, "direction": direction, "sensitivity": sensitivity,
             "measure": measure, "min_support": min_support, "cool_down": cool_down, "per": per}  # fmt: skip
    proposal = watching.propose(
        where.store, where.engine, asker, text=question, kind=kind, to=_place(to, dry_run), by=_me(), now=now,
        schedule=_schedule(every, at, cron, question, where, asker), zone=zone, language=language, template=template,
        rule=_rule(question, where, asker, given),
    )  # fmt: skip
    for line in () if as_json else proposal.says:
        out.print(line, markup=False, soft_wrap=True)
    saved = not dry_run and (yes or as_json or _agreed())
    if saved:
        watching.save(where.store, proposal)
    if as_json:
        write_json({"saved": saved, **_shown(proposal.watch), "says": list(proposal.says), **_tested(proposal)})
    elif saved:
        out.print(f"saved as {proposal.watch.id}; `overheard serve` sends it", markup=False, soft_wrap=True)
    elif dry_run:
        out.print("not saved", markup=False)


def _place(to: str | None, dry_run: bool) -> str:
    if to is None and not dry_run:
        raise ConfigError("where is it to be sent?", hint="--to '#cx', or mailto:cx@example.com, or file:cx-{date}.md")
    return to or "#cx"


def _schedule(
    every: str | None, at: str | None, cron: str | None, question: str | None, where: Workspace, asker: Asker
) -> str | None:
    """The line that the options say; the hour alone keeps the days that the words say."""
    from assistant.watches import due, meaning

    if cron and (every or at):
        raise ConfigError("--cron says it all", hint="leave out --every and --at, or --cron")
    if cron or not (every or at):
        return cron
    if every is None and question:
        said = meaning.read(question, where.engine, asker).schedule.get("cron")
        if said:
            return " ".join([*due.line_of("day", at or "09:00").split()[:2], *said.split()[2:]])
    return due.line_of(every or "monday", at or "09:00")


def _rule(question: str | None, where: Workspace, asker: Asker, given: dict[str, Any]) -> Rule | None:
    """The rule of an alert that the options set; None where they set none."""
    from assistant.watches import meaning
    from assistant.watches.rule import Rule
    from assistant.watches.series import measure_of

    limits = {side: given[side] for side in ("above", "below") if given[side] is not None}
    if len(limits) + given["unusual"] > 1:
        raise ConfigError("one alert, one rule", hint="--above, --below or --unusual; make two watches for two")
    wanted = {"minimum_support": given["min_support"], "cool_down_days": given["cool_down"]}
    if not limits and not given["unusual"]:
        return None
    asked = measure_of(meaning.read(question, where.engine, asker).question) if question else "count"
    told = given["measure"] or asked
    if not limits:
        return Rule.of(told, direction=given["direction"], sensitivity=given["sensitivity"], **wanted)
    [(side, said)] = limits.items()
    told = "share" if said.strip().endswith("%") and told == "count" else told
    return Rule.of(told, kind="threshold", direction=side, value=_value(said, told), period=given["per"], **wanted)


def _value(said: str, measure: str) -> float:
    """A limit: items, per cent of a share, points of a balance."""
    try:
        value = float(said.strip().rstrip("%").strip())
    except ValueError as error:
        raise ConfigError(f"{said!r} is no limit", hint="such as 20, 15% or -10") from error
    return value if measure == "count" else value / 100


def _me() -> str:
    """Whoever is logged in, as the one who has a watch."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):
        return "cli:somebody"


def _agreed() -> bool:
    """Whether it is to be saved: somebody at a terminal is asked."""
    return not (sys.stdin.isatty() and sys.stdout.isatty()) or typer.confirm("Save it?", default=True)


def _tested(proposal: Proposal) -> dict[str, Any]:
    tested = proposal.back_test
    if tested is None:
        return {"back_test": None}
    fired = [{"from": one.first.isoformat(), "to": one.last.isoformat(), "value": one.value} for one in tested.fired]
    return {"back_test": {"days": tested.days, "known": tested.known, "fired": fired}}


def _shown(one: Watch) -> dict[str, Any]:
    """A watch for programs."""
    from assistant.watches import due

    following = due.following(one.schedule, one.zone, datetime.now(UTC)) if one.schedule else None
    return {
        "id": one.id, "kind": one.kind, "by": one.by, "to": one.to, "text": one.text, "schedule": one.schedule or None,
        "zone": one.zone, "language": one.language, "rule": one.spec.get("rule"), "made_at": one.made_at.isoformat(),
        "muted_until": one.muted_until.isoformat() if one.muted_until else None,
        "next": following.isoformat() if following else None,
    }  # fmt: skip


# --- overheard watches ----------------------------------------------------------------------------------------------


@app.callback(invoke_without_command=True)
def watches(context: typer.Context, as_json: AsJson = False, home: Home = None, config: Config = None) -> None:
    """List what is watched, with the last run of each.

    \b
        overheard watches
        overheard watches mute w3f9a1c2e --until 2026-12-01
        overheard watches resume w3f9a1c2e
        overheard watches end w3f9a1c2e
    """  # fmt: skip
    if context.invoked_subcommand is not None:
        return
    from assistant import watch as watching
    from mining import watches as kept

    where = workspace(home, config)
    every = watching.listed(where.store)
    runs = {one.id: kept.history(where.store, one.id, limit=1) for one in every}
    if as_json:
        write_json({"watches": [{**_shown(one), "last": _last(runs[one.id])} for one in every]})
        return
    if not every:
        out.print("Nothing is watched yet: overheard watch --help", markup=False)
    for one in every:
        out.print(f"{one.id}  {watching.describe(one)}", markup=False, soft_wrap=True)
        out.print(f"           {_state(one, runs[one.id], where)}", markup=False, soft_wrap=True)


def _last(runs: list[Any]) -> dict[str, Any] | None:
    return {"due": runs[0].due_at.isoformat(), "outcome": runs[0].outcome, "note": runs[0].note} if runs else None


def _state(one: Watch, runs: list[Any], where: Workspace) -> str:
    from assistant.scheduler import is_paused

    told = f"last: {runs[0].outcome or 'being done'}, {local(runs[0].due_at, where)}" if runs else "not due yet"
    if is_paused(one):
        return f"{told}; paused, overheard watches resume {one.id}"
    return f"{told}; muted until {local(one.muted_until, where)}" if one.muted_until else told


@app.command()
def mute(
    watch_id: Annotated[str, _ID],
    until: Annotated[str, typer.Option(metavar="DATE", help="Silent until this day (YYYY-MM-DD) begins.")],
    home: Home = None,
    config: Config = None,
) -> None:
    """Keep a watch silent until a day; what it missed is not sent afterwards."""
    from assistant import watch as watching

    where = workspace(home, config)
    kept = _known(watch_id, where)
    moment = datetime.combine(day_of(until, "--until"), time(), ZoneInfo(kept.zone))
    watching.mute(where.store, watch_id, moment)
    out.print(f"{watch_id} is silent until {local(moment, where)}", markup=False)


@app.command()
def resume(watch_id: Annotated[str, _ID], home: Home = None, config: Config = None) -> None:
    """Let a watch speak again that was muted or paused."""
    from assistant import watch as watching

    where = workspace(home, config)
    _known(watch_id, where)
    watching.mute(where.store, watch_id, None)
    out.print(f"{watch_id} speaks again", markup=False)


@app.command()
def end(watch_id: Annotated[str, _ID], home: Home = None, config: Config = None) -> None:
    """End a watch."""
    from assistant import watch as watching

    where = workspace(home, config)
    _known(watch_id, where)
    watching.end(where.store, watch_id, datetime.now(UTC))
    out.print(f"{watch_id} has ended", markup=False)


def _known(watch_id: str, where: Workspace) -> Watch:
    from mining import watches as kept

    found = kept.get(where.store, watch_id)
    if found is None or found.ended_at is not None:
        raise ConfigError(f"nothing is watched as {watch_id!r}", hint="overheard watches lists what is")
    return found
