"""Commands that bring feedback in, understand it, and take it out again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.terminal import AsJson, Config, Home, err, out, progress, workspace, write_json
from assistant.wiring import Workspace
from connectors.errors import ConfigError, OverheardError
from connectors.record import Channel

ingest = typer.Typer(no_args_is_help=True, help="Bring feedback in from files.")

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


def init(home: Home = None, config: Config = None) -> None:
    """Make a workspace: its folder, its hashing key and a commented overheard.toml. Harmless on an existing one."""
    where = workspace(home, config)
    made = where.initialise()
    for path in made:
        out.print(f"made {path}", soft_wrap=True)
    if not made:
        out.print(f"{where.home} is a workspace already; nothing was changed.", soft_wrap=True)
    out.print("Next: overheard ingest files PATH --name NAME --channel review")


@ingest.command("files")
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
        "date_format": date_format,
    }  # fmt: skip
    _ingest(where, name, "files", settings)


@ingest.command("transcripts")
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
    with where.writing():
        read_source(where, name, use, given)
        understand_missing(where)


def pull(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Names of [sources.NAME]; all of them if none is given.", show_default=False),
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Read the sources of overheard.toml on from where each stopped, and understand what is new.

    A source that fails is reported at the end; the others go on.
    """  # fmt: skip
    where = workspace(home, config)
    configured = where.settings.sources
    names = sources or sorted(configured)
    if not names:
        raise ConfigError(
            "no source is configured", hint="add a [sources.NAME] table to overheard.toml, see docs/configuration.md"
        )
    failed: list[tuple[str, OverheardError]] = []
    with where.writing():
        for name in names:
            try:
                where.connector(name)
                read_source(where, name, configured[name].use, configured[name].settings())
            except OverheardError as error:
                failed.append((name, error))
        understand_missing(where)
    if failed:
        said = "; ".join(f"{name}: {error.message}" for name, error in failed)
        raise OverheardError(said, hint=failed[0][1].hint)


def read_source(where: Workspace, name: str, use: str, settings: dict[str, Any]) -> None:
    """Pull one source with a progress bar and say what came; the caller holds the workspace's lock."""
    from mining.pipeline import pull as pull_source

    connector, what = where.built(name, use, settings)
    with progress() as show:
        pulled = pull_source(where.store, connector, what, where.key, on_progress=show)
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


def understand_missing(where: Workspace) -> None:
    """Label and index whatever is not yet, with a progress bar; the caller holds the workspace's lock."""
    from mining.pipeline import understand

    with progress() as show:
        index = _Opened(where)
        try:
            done = understand(where.store, where.miner, index, show)
        finally:
            index.close()
    if done.feedback or done.indexed or done.removed:
        removed = f", {done.removed} removed from the index" if done.removed else ""
        out.print(
            f"understood {done.feedback} items: {done.mentions} mentions, {done.indexed} indexed{removed}",
            soft_wrap=True,
        )


class _Opened:
    """The index, opened when it is first called for and closed at the end."""

    def __init__(self, where: Workspace) -> None:
        self._where = where
        self._index: Any = None

    def __call__(self) -> Any:
        if self._index is None:
            self._index = self._where.index()
        return self._index

    def close(self) -> None:
        if self._index is not None:
            self._index.close()


def rejects(
    source: Annotated[str | None, typer.Option(help="Only of this source.", show_default=False)] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Read them again with today's settings.")] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List the records that could not be read, each with its place and reason; --retry reads them again."""
    where = workspace(home, config)
    if retry:
        _retry(where, source)
    rows = where.store.rejects(source)
    if as_json:
        write_json(
            [
                {**row, "first_seen": row["first_seen"].isoformat(), "last_seen": row["last_seen"].isoformat()}
                for row in rows
            ]
        )
        return
    for row in rows:
        tried = f" (tried {row['tries']} times)" if row["tries"] > 1 else ""
        out.print(f"{row['source']}  {row['where']}: {row['reason']}{tried}", markup=False, soft_wrap=True)
    out.print(f"{len(rows)} rejects")


def _retry(where: Workspace, source: str | None) -> None:
    from mining.pipeline import retry as read_again
    from mining.store import Stored

    with where.writing():
        for name in sorted({row["source"] for row in where.store.rejects(source)}):
            stored = Stored()
            for pulled in where.store.pulls(name):
                configured = where.settings.sources.get(name)
                settings = {**pulled.settings, **(configured.settings() if configured else {})}
                connector, _ = where.built(name, settings.pop("use"), settings)
                stored += read_again(where.store, connector, name, where.key)
            out.print(
                f"{name}: {stored.new + stored.changed} read after all, {stored.rejected} still rejected",
                soft_wrap=True,
            )
        understand_missing(where)


def erase(
    author: Annotated[
        str, typer.Option(help="The person's name or handle as the source calls them, or an author hash.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Erase everything that one author said: texts, labels, vectors. A later import cannot bring it back."""
    from mining.privacy import hash_author

    where = workspace(home, config)
    if not yes:
        typer.confirm("Erase all that this author said? It cannot be undone", abort=True, err=True)
    with where.writing():
        erased = where.store.erase(hash_author(author, where.key) or "")
        # Also when nobody was found: an erasure that was stopped half-way is finished by the next.
        understand_missing(where)
    if as_json:
        write_json(
            {
                "feedback": erased.feedback,
                "mentions": erased.mentions,
                "labels": erased.labels,
                "vectors": erased.vectors,
            }
        )
        return
    out.print(
        f"erased {erased.feedback} items, {erased.mentions} mentions, {erased.labels} labels, {erased.vectors} vectors"
    )
    if not erased.feedback:
        out.print("Nobody of that name said anything here; names are compared without case and outer spaces.")


def reindex(home: Home = None, config: Config = None) -> None:
    """Throw the vector index away and build it again from SQL. Nothing is lost: SQL holds the truth."""
    from mining import work
    from mining.pipeline import fill_index

    where = workspace(home, config)
    with where.writing():
        where.wipe_index()
        work.mark_unindexed(where.store)
        index = _Opened(where)
        try:
            with progress() as show:
                done = fill_index(where.store, where.miner, index, on_progress=show)
        finally:
            index.close()
    out.print(f"indexed {done.indexed} mentions")
