"""Commands by which people correct labels: say it, take it back, list it, and carry it in and out of files."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from api.commands.ingest import theme_missing
from api.terminal import AsJson, Config, Home, err, local, out, workspace, write_json, write_json_line
from assistant.directions import apart, harmless
from assistant.wiring import Workspace
from connectors.errors import Busy, ConfigError
from mining import corrections
from mining.corrections import NOBODY, Change, Corrected, Given
from mining.reading import by_ids
from mining.rows import storable_text
from mining.taxonomy import TASKS, Taxonomy

app = typer.Typer(no_args_is_help=True, help="List, export and import the corrections that people made.")

# A correction of these may move a mention from pains to praises, or out of both.
_TELLS_SIDE = ("sentiment", "intent")
# So many rejects are printed for people; --json lists them all.
_SHOWN = 20

By = Annotated[
    str | None, typer.Option("--by", help="Whose word it is. [default: your login name]", show_default=False)
]


def label(
    mention: Annotated[
        str, typer.Argument(help="Id of a mention, or its beginning: at least 6 signs that fit no other.")
    ],
    said: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TASK=VALUE]...", help="Such as stage=purchase intent=praise.", show_default=False),
    ] = None,
    by: By = None,
    note: Annotated[str, typer.Option(help="Why, for those who read it later.", show_default=False)] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Take corrections back, all or of the tasks named: the model's word returns.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Correct the labels of a mention. What a person said wins over every model, now and after each re-tagging.

    \b
        overheard label shop:r7#1 stage=purchase intent=complaint --note "it happened at the checkout"
        overheard label shop:r7#1 --undo stage
    """  # fmt: skip
    where = workspace(home, config)
    if undo:
        tasks = _tasks(said or [])
        id_ = mention if _waits(where, mention) else corrections.found(where.store, mention)
        changes = corrections.take_back(where.store, id_, tasks)
    else:
        values = corrections.checked(_pairs(said or []), where.taxonomy)
        id_ = corrections.found(where.store, mention)
        changes = corrections.correct(where.store, id_, values, by or _me(), note, where.taxonomy)
    if any(one.task in _TELLS_SIDE for one in changes):
        _sort_again(where)
    _tell(where, id_, changes, as_json=as_json)


def _sort_again(where: Workspace) -> None:
    """Another feeling or intent may mean another theme; a run that is writing now sorts it when it ends."""
    with suppress(Busy), where.writing():
        theme_missing(where, err)


def _pairs(said: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in said:
        task, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"{pair!r} is no label", hint="write TASK=VALUE, such as stage=purchase")
        if task in values:
            raise ConfigError(f"{task} is given twice", hint="a mention has one value of each task")
        values[task] = value
    if not values:
        raise ConfigError("nothing to correct", hint=f"write TASK=VALUE; tasks: {', '.join(TASKS)}; or --undo")
    return values


def _tasks(said: list[str]) -> list[str]:
    for task in said:
        if "=" in task:
            hint = "to say another value, leave --undo out"
            raise ConfigError(f"{task!r}: with --undo a task is named alone", hint=hint)
        corrections.allowed(task)
    return said


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return NOBODY


def _waits(where: Workspace, id_: str) -> bool:
    return "@" in id_ and any(one.waits and one.id == id_ for one in corrections.listed(where.store))


def _tell(where: Workspace, id_: str, changes: list[Change], *, as_json: bool) -> None:
    now = next(iter(by_ids(where.store, [id_])), None)
    if as_json:
        about = {"id": id_, "language": now and now.language, "text": now and now.text}
        told = [{"task": one.task, "before": one.before, "after": one.after, "by": one.by} for one in changes]
        write_json({**about, "labels": dict(now.labels) if now else {}, "changes": told})
        return
    out.print(f"{apart(now.text)}  [{id_}]" if now else f"[{id_}]", soft_wrap=True)
    for one in changes:
        by = f"  ({apart(one.by)})" if one.by else ""
        out.print(f"{one.task}: {one.before or 'no label'} -> {one.after or 'no label'}{by}", soft_wrap=True)
    if not changes:
        out.print("nothing was corrected there")


# --- listing and carrying out ---------------------------------------------------------------------------------------


@app.command("list")
def list_(as_json: AsJson = False, home: Home = None, config: Config = None) -> None:
    """List what people corrected, with the model's value before; one whose words no mention says now is waiting."""
    where = workspace(home, config)
    found = corrections.listed(where.store)
    if as_json:
        write_json([{**one.as_json(), "waits": one.waits} for one in found])
        return
    for one in found:
        out.print(_line(one, where), soft_wrap=True)
    waiting = sum(one.waits for one in found)
    out.print(f"{len(found)} mentions corrected, {waiting} of them waiting until a mention says their words again")


def _line(one: Corrected, where: Workspace) -> str:
    labels = ", ".join(f"{task}: {one.was[task] or 'no label'} -> {value}" for task, value in one.labels.items())
    told = (one.id, labels, apart(one.by), local(one.at, where), apart(one.note) if one.note else "")
    said = "(the words have gone)" if one.text is None else apart(one.text)
    return f"{'waiting  ' if one.waits else ''}{said}  [{' · '.join(part for part in told if part)}]"


@app.command("export")
def export(
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only from this day on (YYYY-MM-DD).", show_default=False)
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="File to write. [default: standard output]", show_default=False)
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Write the corrections as JSON lines, the form that "overheard eval --set" and "overheard labels import" read."""
    where = workspace(home, config)
    found = corrections.listed(where.store, _day(since, where) if since else None)
    written = [one.as_json() for one in found if one.text is not None]
    if to is None:
        for row in written:
            write_json_line(row)
    else:
        _write(to, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in written))
        out.print(f"{len(written)} corrected mentions written to {to}", soft_wrap=True)
    if gone := len(found) - len(written):
        err.print(f"note: {gone} left out: their words have gone; overheard labels list shows them", soft_wrap=True)


def _day(text: str, where: Workspace) -> datetime:
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, time(), ZoneInfo(where.settings.locale.timezone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"--since: {text!r} is no date", hint="write it as 2026-11-22") from error


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", hint="name another file with --out") from error


# --- carrying in ----------------------------------------------------------------------------------------------------


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines as exported, or CSV with the same columns.")],
    by: By = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Take corrections in from a file; rows that fit no mention are counted and told, the rest goes on.

    Columns: id, and any of stage, intent, sentiment, effort, touchpoint; text, by, at and note may be there too.
    What was said here later than the row's "at" stays. --by names whose word the rows without "by" are.
    """  # fmt: skip
    where = workspace(home, config)
    rows = list(_rows(path, by or _me(), where.taxonomy))
    given = [(place, row) for place, row in rows if isinstance(row, Given)]
    rejects = [(place, row) for place, row in rows if isinstance(row, str)]
    made = corrections.bring_in(where.store, [row for _, row in given])
    gone = [place for (place, _), changes in zip(given, made, strict=True) if changes is None]
    if any(one.task in _TELLS_SIDE for changes in made for one in changes or ()):
        _sort_again(where)
    rejects += [(place, "no mention of this id says these words") for place in gone]
    corrected, same = sum(bool(changes) for changes in made), sum(changes == [] for changes in made)
    if as_json:
        told = [{"where": place, "reason": reason} for place, reason in rejects]
        write_json({"corrected": corrected, "unchanged": same, "rejected": told})
        return
    for place, reason in rejects[:_SHOWN]:
        out.print(f"{place}: {harmless(reason)}", soft_wrap=True)
    if len(rejects) > _SHOWN:
        out.print(f"… and {len(rejects) - _SHOWN} more; --json lists all")
    out.print(f"{corrected} corrected, {same} unchanged, {len(rejects)} rejected", soft_wrap=True)


def _rows(path: Path, by: str, known: Taxonomy) -> Iterator[tuple[str, Given | str]]:
    """Each row of a file: its place, and what it says or why it cannot be read.

    Raises:
        ConfigError: there is no such file, or it is no table.
    """
    from connectors.tabular import readers
    from connectors.tabular.events import Bad, Row, Unreadable
    from connectors.tabular.header import Known
    from connectors.tabular.layout import inspect

    columns = Known(frozenset({"id", "text", "language", "by", "at", "note", "was", *TASKS}), frozenset({"text"}))
    try:
        for event in readers.read(path, inspect(path), columns):
            if isinstance(event, Row):
                yield f"{path.name}:{event.place}", _given(event.fields, by, known)
            elif isinstance(event, Bad):
                yield f"{path.name}:{event.place}", event.reason
    except Unreadable as error:
        raise ConfigError(
            f"{path} cannot be read: {error.args[0]}", hint=error.hint or "see docs/commands.md"
        ) from error
    except OSError as error:
        hint = "name a file that overheard labels export wrote"
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint=hint) from error


def _given(fields: Mapping[str, object], by: str, known: Taxonomy) -> Given | str:
    row = {name.strip().lower(): value for name, value in fields.items() if value not in (None, "")}
    names = ("id", "text", "by", "at", "note", *TASKS)
    if odd := next((name for name in names if not isinstance(row.get(name, ""), str)), None):
        return f"{odd} is no text"
    said: dict[str, str] = {name: storable_text(str(row[name])) for name in names if name in row}
    try:
        values = corrections.checked({task: said[task] for task in TASKS if task in said}, known)
        at = _moment(said["at"]) if "at" in said else None
    except ConfigError as error:
        return f"{error.message}; {error.hint}"
    if not values or "id" not in said:
        return "no id" if values else "nothing is corrected: no stage, intent, sentiment, effort or touchpoint"
    return Given(said["id"], values, said.get("text"), said.get("by", by), at, said.get("note", ""), _was(row))


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"at: {text!r} is no time", hint="2026-11-22T10:30:00+00:00, or nothing") from error


def _was(row: Mapping[str, Any]) -> dict[str, str]:
    was = row.get("was")
    return {task: value for task, value in was.items() if isinstance(value, str)} if isinstance(was, dict) else {}
