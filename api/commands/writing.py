"""Commands that make a workspace, mend what is in it, and take feedback out of it again."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from api.commands.ingest import at_work, understand_missing
from api.terminal import AsJson, Config, Home, err, out, progress, workspace, write_json
from assistant.wiring import Workspace


def init(home: Home = None, config: Config = None) -> None:
    """Make a workspace: its folder, its hashing key and a commented overheard.toml. Harmless on an existing one."""
    where = workspace(home, config)
    made = where.initialise()
    for path in made:
        out.print(f"made {path}", soft_wrap=True)
    if not made:
        out.print(f"{where.home} is a workspace already; nothing was changed.", soft_wrap=True)
    out.print("Next: overheard ingest files PATH --name NAME --channel review")


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
        _retry(where, source, err if as_json else out)
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


def _retry(where: Workspace, source: str | None, console: Console) -> None:
    from mining.pipeline import retry as read_again
    from mining.store import Stored

    with at_work(where) as index:
        for name in sorted({row["source"] for row in where.store.rejects(source)}):
            stored = Stored()
            # A backfill has the settings of its source, and the same rejects.
            for pulled in {json.dumps(one.settings, sort_keys=True): one for one in where.store.pulls(name)}.values():
                configured = where.settings.sources.get(name)
                settings = {**pulled.settings, **(configured.settings() if configured else {})}
                connector, _ = where.built(name, settings.pop("use"), settings)
                stored += read_again(where.store, connector, name, where.key)
            console.print(
                f"{name}: {stored.new + stored.changed} read after all, {stored.rejected} still rejected",
                soft_wrap=True,
            )
        understand_missing(where, index, console)


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
    with at_work(where) as index:
        erased = where.store.erase(hash_author(author, where.key) or "")
        # Also when nobody was found: an erasure that was stopped half-way is finished by the next.
        understand_missing(where, index, err if as_json else out)
    if as_json:
        write_json(
            {
                "feedback": erased.feedback,
                "mentions": erased.mentions,
                "labels": erased.labels,
                "vectors": erased.vectors,
                "corrections": erased.corrections,
            }
        )
        return
    corrected = f", {erased.corrections} corrections" if erased.corrections else ""
    out.print(
        f"erased {erased.feedback} items, {erased.mentions} mentions, {erased.labels} labels, {erased.vectors} vectors"
        + corrected
    )
    if not erased.feedback:
        out.print("Nobody of that name said anything here; names are compared without case and outer spaces.")


def reindex(home: Home = None, config: Config = None) -> None:
    """Throw the vector index, and what counting is made from, away and build them again. SQL holds the truth."""
    from mining import facts_held, work
    from mining.pipeline import Progress, fill_index

    where = workspace(home, config)
    with at_work(where) as index:
        where.wipe_index()
        work.mark_unindexed(where.store)
        with progress() as show:
            done = fill_index(where.store, where.miner, index, on_progress=show)
            facts_held.rebuild(where.store, lambda at, of: show(Progress("facts", at, of, at)))
    out.print(f"indexed {done.indexed} mentions")
