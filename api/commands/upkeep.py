"""Commands about the workspace itself: is it sound, which version, and the demo."""

from __future__ import annotations

from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import AsJson, Config, Home, out, workspace, write_json
from connectors.errors import OverheardError

if TYPE_CHECKING:
    from assistant.wiring import Workspace


def version() -> None:
    """Print the version."""
    out.print(f"overheard {package_version('overheard')}")


def doctor(
    online: Annotated[
        bool, typer.Option("--online", help="Also ask each source and Slack whether they take our keys.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Check the workspace: database, key, clock, models, what is not understood yet, index, sources, Slack's tokens.

    Exit status 1 when something has to be done; each finding says what.
    """
    from assistant.doctor import examine

    where = workspace(home, config)
    findings = examine(where, online=online)
    if as_json:
        write_json([{"check": item.check, "ok": item.ok, "says": item.says, "hint": item.hint} for item in findings])
    else:
        for item in findings:
            out.print(f"{'ok  ' if item.ok else 'LOOK'}  {item.check}: {item.says}", markup=False, soft_wrap=True)
            if item.hint:
                out.print(f"      {item.hint}", markup=False, soft_wrap=True)
    if not all(item.ok for item in findings):
        raise typer.Exit(1)


def demo(
    home: Annotated[
        Path, typer.Option("--home", help="Where the demo's workspace is made; it can be deleted afterwards.")
    ] = Path("overheard-demo"),
) -> None:
    """Read twelve weeks of a made-up company's calls, posts and reviews, and ask six questions in three languages."""
    from assistant import demo as corpus
    from assistant.renderers import terminal

    where = demo_workspace(home)
    asker = where.asker(corpus.AS_OF)
    for question in corpus.QUESTIONS:
        out.print(f'\n$ overheard ask "{question}"', markup=False, style="bold")
        answer = where.engine.ask(question, asker)
        out.print(terminal.plugin(answer, today=corpus.AS_OF), markup=False, soft_wrap=True)
    out.print(corpus.next_steps(home), markup=False, soft_wrap=True)


def demo_workspace(home: Path) -> Workspace:
    """The demo's workspace in a folder, with all of its feedback read."""
    from api.commands.ingest import at_work, read_source, understand_missing
    from assistant import demo as corpus
    from assistant.wiring import Workspace

    where = Workspace.open(home, corpus.CONFIG)
    # So that whatever is asked there later knows the company's names too.
    where.template = corpus.CONFIG.read_text(encoding="utf-8")
    out.print(f"A workspace in {home}: {corpus.COMPANY}", soft_wrap=True)
    with at_work(where) as index:
        for source in corpus.SOURCES:
            read_source(where, source.name, source.use, source.settings())
        understand_missing(where, index)
    return where


def failed(error: OverheardError) -> str:
    """How an error is said at the command line."""
    return f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else "")
