"""Commands that bring feedback in and understand it, and the steps that other commands take as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from api.terminal import Config, Home, err, out, progress, workspace
from assistant.wiring import Workspace
from connectors.errors import ConfigError
from connectors.record import Channel

if TYPE_CHECKING:
    from embeddings.base import Index
    from mining.pulling import Pulled
    from mining.themes.update import Updated

app = typer.Typer(no_args_is_help=True, help="Bring feedback in from files.")

Source = Annotated[str, typer.Option("--source", "--name", help="What to call this source; ids begin with it.")]
Where = Annotated[Path, typer.Argument(help="A file, a folder, or a pattern in quotes ('exports/*.csv').")]
SaidAt = Annotated[
    str | None, typer.Option("--said-at", help="Date for records without one, such as 2026-11-03.", show_default=False)
]
Zone = Annotated[
    str | None,
    typer.Option("--timezone", help="Zone of dates without one. [default: the workspace's]", show_default=False),
]
Language = Annotated[
    str | None,
    typer.Option("--language", help="Language of all records, if it is known (en, he, fa).", show_default=False),
]
Product = Annotated[
    str | None, typer.Option("--product", help="Product that all records are about.", show_default=False)
]


@app.command("files")
def ingest_files(
    path: Where,
    name: Source,
    channel: Annotated[
        Channel | None,
        typer.Option(help="How the words reached you. [default: guessed from the shape]", show_default=False),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="TARGET=COLUMN, repeatable: --map text=body --map said_at=created_at.", show_default=False
        ),
    ] = None,
    said_at: SaidAt = None,
    timezone: Zone = None,
    language: Language = None,
    product: Product = None,
    solicited: Annotated[bool, typer.Option("--solicited", help="These were asked for (a survey).")] = False,
    rating_max: Annotated[
        float | None, typer.Option(help="Top of the rating scale. [default: guessed]", show_default=False)
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Such as cp1255. [default: detected]", show_default=False)
    ] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of CSV files. [default: detected]", show_default=False)] = None,
    date_format: Annotated[
        str | None, typer.Option(help="Such as '%d/%m/%Y'. [default: detected]", show_default=False)
    ] = None,
    duplicates: Annotated[
        Literal["collapse", "keep"],
        typer.Option(help="Whether equal rows without an id count once (collapse) or each (keep)."),
    ] = "collapse",
    max_text: Annotated[
        int | None,
        typer.Option(
            help="Longest text in characters; longer ones are rejects. [default: 1000000]", min=1, show_default=False
        ),
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Read CSV, TSV, JSON, JSON lines or Parquet (also .gz) and understand what is new.

    Columns are guessed and the guess is printed; --map sets them right. Rows that cannot be read are kept as rejects.

    \b
        overheard ingest files reviews.csv --source shop --channel review --map text=body --map said_at=created_at
    """  # fmt: skip
    where = workspace(home, config)
    settings = {
        "path": str(path), "channel": channel.value if channel else None, "map": _mapping(map_ or []),
        "said_at": said_at,
        "timezone": timezone or where.settings.locale.timezone, "language": language, "product": product,
        "solicited": solicited or None, "rating_max": rating_max, "encoding": encoding, "delimiter": delimiter,
        "date_format": date_format, "duplicates": duplicates, "max_text": max_text,
    }  # fmt: skip
    _ingest(where, name, "files", settings)


@app.command("transcripts")
def ingest_transcripts(
    path: Where,
    name: Source,
    channel: Annotated[
        Channel | None, typer.Option(help="call or chat. [default: by format]", show_default=False)
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help="SPEAKER=customer or SPEAKER=agent, repeatable.", show_default=False),
    ] = None,
    said_at: SaidAt = None,
    timezone: Zone = None,
    language: Language = None,
    product: Product = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Read call and chat transcripts of many vendors, told apart by their content, and understand what is new.

    \b
        overheard ingest transcripts calls/ --source calls --role SPEAKER_00=agent
    """  # fmt: skip
    where = workspace(home, config)
    settings = {
        "path": str(path), "channel": channel.value if channel else None, "roles": _mapping(role or []),
        "said_at": said_at, "timezone": timezone or where.settings.locale.timezone,
        "language": language, "product": product,
    }  # fmt: skip
    _ingest(where, name, "transcripts", settings)


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        target, equals, column = pair.partition("=")
        if not equals or not target or not column:
            raise ConfigError(f"{pair!r} is no mapping", hint="write TARGET=COLUMN, such as text=body")
        mapping[target.strip()] = column.strip()
    return mapping


def _ingest(where: Workspace, name: str, use: str, settings: dict[str, Any]) -> None:
    if not name.strip():
        raise ConfigError("a source needs a name", hint="--source shop, for one")
    given = {key: value for key, value in settings.items() if value not in (None, {}, "")}
    # The path as a whole, so that the same folder named from elsewhere keeps its cursor.
    given["path"] = str(Path(given["path"]).expanduser().absolute())
    with at_work(where) as index:
        read_source(where, name, use, given)
        understand_missing(where, index)


def read_source(where: Workspace, name: str, use: str, settings: dict[str, Any]) -> None:
    """Pull files that were given by hand, with a progress bar, and say what came."""
    from mining.pipeline import pull as pull_source
    from mining.sweeps import Kind

    connector, what = where.built(name, use, settings)
    with progress() as show:
        pulled = pull_source(where.store, connector, what, where.key, on_progress=show, kind=Kind.FILES)
    tell_pulled(name, pulled)


def tell_pulled(name: str, pulled: Pulled) -> None:
    """Say what a source brought."""
    for note in pulled.notes:
        err.print(f"note: {note}", soft_wrap=True, markup=False)
    stored = pulled.stored
    parts = [f"{stored.new} new", f"{stored.changed} changed", f"{stored.unchanged} unchanged"]
    parts += [f"{stored.deleted} deleted"] if stored.deleted else []
    parts += [f"{stored.refused} kept out (deleted before)"] if stored.refused else []
    parts += [f"{stored.rejected} rejected"] if stored.rejected else []
    out.print(f"{name}: {', '.join(parts)}", soft_wrap=True, markup=False)
    if stored.rejected:
        out.print(f"  what was rejected, and why: overheard rejects --source {name}", soft_wrap=True, markup=False)
    if pulled.sweep.says:
        err.print(f"note: {name}: {pulled.sweep.says}", soft_wrap=True, markup=False)


@contextmanager
def at_work(where: Workspace) -> Iterator[Callable[[], Index]]:
    """Be the one run that writes here, with the index at hand: its process starts while sources are still read."""
    with where.writing(), where.index_writer() as index:
        yield lambda: index


def understand_missing(where: Workspace, index: Callable[[], Index], console: Console = out) -> None:
    """Label and index whatever is not yet, with a progress bar, and say what was done, if anything was.

    The caller is :func:`at_work`; one that prints JSON has this said on standard error (``err``).
    """
    from mining.pipeline import understand

    with progress() as show:
        done = understand(where.store, where.miner, index, show)
    if done.feedback or done.indexed or done.removed:
        removed = f", {done.removed} removed from the index" if done.removed else ""
        console.print(
            f"understood {done.feedback} items: {done.mentions} mentions, {done.indexed} indexed{removed}",
            soft_wrap=True,
        )
    if done.renamed:
        console.print(f"{done.renamed} items looked through for the names of today's catalogue", soft_wrap=True)
    theme_missing(where, console)


def theme_missing(where: Workspace, console: Console = out, *, anew: bool = False) -> Updated:
    """Give what has no theme yet its theme, with a progress bar, and say what became of themes, if anything did."""
    from mining import facts_held
    from mining.pipeline import Progress
    from mining.themes.update import update

    with progress() as show:
        done = update(
            where.store,
            where.miner.embedder,
            anew=anew,
            brands=where.settings.catalog.every_name(),
            on_progress=lambda stage, at, of: show(Progress(stage, at, of, at)),
        )
        # After whatever changed something, so that the next question need not wait.
        facts_held.bring_up(where.store, lambda at, of: show(Progress("facts", at, of, at)))
    told = [
        f"{len(ids)} {word}"
        for word, ids in (
            ("new", done.new),
            ("merged", done.merged),
            ("split", done.split),
            ("retired", done.retired),
            ("back", done.back),
        )
        if ids
    ]
    if told:
        console.print(f"themes found in the data: {', '.join(told)} (overheard themes lineage)", soft_wrap=True)
    for side in done.few:
        console.print(
            f"too few remarks to find {side} themes in: grouped by the catalogue and by touchpoint", soft_wrap=True
        )
    return done
