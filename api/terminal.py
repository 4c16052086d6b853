"""What all commands share: options, consoles, progress bars, JSON out, and one way to say an error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from assistant.wiring import Workspace

if TYPE_CHECKING:
    from mining.pipeline import Progress as Step

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="The workspace's folder. [env: OVERHEARD_HOME; default: ~/.overheard]", show_default=False
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="The settings file. [env: OVERHEARD_CONFIG; default: overheard.toml in the home]",
        show_default=False,
    ),
]
Mode = Annotated[
    str | None,
    typer.Option(
        "--mode",
        help="How remarks are read: accurate, fast or auto. [default: models.mode in the settings, else accurate]",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]

# Nobody's words are rewritten on the way out: no markup, and ":)" names no emoji.
out = Console(highlight=False, soft_wrap=False, emoji=False, markup=False)
err = Console(stderr=True, highlight=False, emoji=False, markup=False)


def workspace(home: Path | None, config: Path | None, mode: str | None = None) -> Workspace:
    """The workspace that the options name."""
    return Workspace.open(home, config, mode)


def write_json(value: Any) -> None:
    """One JSON value to standard output, on lines of its own, Hebrew and Persian as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_json_line(value: Any) -> None:
    """One JSON value on one line, at once: the reader may be a pipe that waits for it."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def local(moment: datetime, where: Workspace) -> str:
    """A time in the workspace's zone, to the minute."""
    return moment.astimezone(where.asker().zone).strftime("%Y-%m-%d %H:%M")


_TITLES = {
    "pull": "reading", "understand": "understanding", "index": "indexing", "themes": "theme vectors",
    "copies": "copies", "claims": "known themes", "groups": "new themes",
    "facts": "days to count",
}  # fmt: skip


@contextmanager
def progress() -> Iterator[Callable[[Step], None]]:
    """A bar per stage with rate and time left, on standard error; silent where that is no terminal."""
    columns = (
        TextColumn("{task.description:>14}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[items]:,} {task.fields[unit]}"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        tasks: dict[str, Any] = {}
        alone = Lock()

        def show(step: Step) -> None:
            stage, _, source = step.stage.partition(" ")
            # Sources that are read side by side have a bar each, and tell of themselves from threads of their own.
            with alone:
                if step.stage not in tasks:
                    unit = {"pull": "items", "copies": "items", "groups": "themes", "facts": "days"}.get(
                        stage, "mentions"
                    )
                    title = source or _TITLES.get(stage, stage)
                    tasks[step.stage] = bars.add_task(title, total=step.total, items=0, unit=unit, rate="")
            task = tasks[step.stage]
            spent = bars.tasks[bars.task_ids.index(task)].elapsed or 0.0
            rate = f"{step.items / spent:,.0f}/s" if spent > 0.5 else ""
            bars.update(task, completed=step.done, total=step.total, items=step.items, rate=rate)

        yield show
