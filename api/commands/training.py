"""The command by which a company's own corrections change the models' last layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from api.commands.ingest import at_work, understand_missing
from api.terminal import AsJson, Config, Home, Mode, err, out, progress, workspace, write_json
from assistant.directions import harmless
from assistant.wiring import TUNED, Workspace
from connectors import plugins
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from embeddings.base import Part
    from mining.evaluation.labelled import Unread
    from mining.refit import Refitted
    from mining.training.rows import Row

# Whoever reads with one of these today may read with the other tomorrow: both are refitted.
_READERS = ("fast", "accurate")
_SHOWN = 20


@dataclass
class _Report:
    """What a run did. ``installed`` are versions by part, ``skipped`` reasons by part."""

    shipped: int
    corrections: int
    rejected: Sequence[Unread]
    parts: list[Refitted] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    installed: dict[str, str] = field(default_factory=dict)


def train(
    sets: Annotated[
        list[Path] | None,
        typer.Option(
            "--set",
            metavar="FILE",
            help="Also this labelled file, as overheard labels export writes; repeatable.",
            show_default=False,
        ),
    ] = None,
    mode: Mode = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge only: install nothing, label nothing.")] = False,
    no_tag: Annotated[bool, typer.Option("--no-tag", help="Leave labelling again to the next overheard tag.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take the refitted layers out again: the shipped models return.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Teach the models your corrections: refit their last layers, judge the result, and label everything again.

    What is installed answered corrections that it had not seen better than the shipped models, and the shipped remarks
    kept aside as well as they. --mode is the mode of labelling again; the models of both modes are refitted.

    \b
        overheard train --dry-run
        overheard train --set corrections-of-last-year.jsonl
    """  # fmt: skip
    where = workspace(home, config, mode)
    if undo:
        _undo(where, alone=not (sets or dry_run), tag=not no_tag, as_json=as_json)
        return
    report, layers = _refitted(where, sets or [])
    if layers and not dry_run:
        report.installed = _installed(where, layers)
    _tell(report, where, dry_run=dry_run, as_json=as_json)
    if report.installed and not no_tag:
        _label_again(where, err if as_json else out)


def _refitted(where: Workspace, sets: Sequence[Path]) -> tuple[_Report, list[Refitted]]:
    """Refit and judge every part that has weights, and those whose layer is worth installing."""
    from mining.evaluation import labelled
    from mining.refit import Rows, extras, refit
    from mining.training.rows import authored, held_out

    files = [labelled.read(path) for path in sets]
    said = [*_corrections(where), *(row for one in files for row in one.rows)]
    written = authored()
    shipped, aside = ([row for row in written if held_out(row) is kept] for kept in (False, True))
    report = _Report(len(shipped), len(said), [reject for one in files for reject in one.rejects])
    extra = where.settings.extra_classes()
    if not said and not extra:
        return report, []
    for part in _parts(where, report):
        seen = _seen(part, (shipped, aside, said), where.home / TUNED)
        examples = extras(part, extra) if extra else seen[-1].of([])
        report.parts.append(refit(part.name, part.shipped, Rows(*seen, examples=examples)))
    return report, [one for one in report.parts if one.layer is not None]


def _corrections(where: Workspace) -> list[Row]:
    from mining.corrections import corrected
    from mining.training.rows import Row

    return [Row(one.id, one.text or "", one.language or "und", one.labels) for one in corrected(where.store)]


def _parts(where: Workspace, report: _Report) -> Iterator[Part]:
    """The parts of all readers, each once; one without weights is skipped and told."""
    known = set[str]()
    for name in dict.fromkeys((*_READERS, where.mode or where.settings.models.mode)):
        for part in plugins.load("embeddings.readers", name)().parts:
            if part.name in known:
                continue
            known.add(part.name)
            try:
                part.features([part.shipped.version])
            except ConfigError as error:
                report.skipped[part.name] = error.message
            else:
                yield part


def _seen(part: Part, rows: Sequence[Sequence[Row]], folder: Path) -> tuple[Any, Any, Any]:
    """What the part sees of the shipped remarks, of those kept aside, and of what people corrected."""
    from mining import refit_files
    from mining.last_layer import Seen
    from mining.pipeline import Progress

    shipped, aside, said = rows
    texts = [row.text for row in (*shipped, *aside)]
    with progress() as show:

        def told(done: int) -> None:
            show(Progress(f"reading ({part.name})", done, len(texts), done))

        made = refit_files.features(part, texts, folder / refit_files.CACHE, told)
    own = part.features([row.text for row in said])
    return Seen(shipped, made[: len(shipped)]), Seen(aside, made[len(shipped) :]), Seen(said, own)


# --- installing and taking out --------------------------------------------------------------------------------------


def _installed(where: Workspace, layers: Sequence[Refitted]) -> dict[str, str]:
    from mining import refit_files

    with where.writing():
        for one in layers:
            if one.layer is not None:
                refit_files.install(one.layer, where.home / TUNED, one.part)
    return {one.part: one.layer.version for one in layers if one.layer is not None}


def _label_again(where: Workspace, console: Console) -> None:
    with at_work(where) as index:
        understand_missing(where, index, console)


def _undo(where: Workspace, *, alone: bool, tag: bool, as_json: bool) -> None:
    from mining import refit_files

    if not alone:
        raise ConfigError("--undo stands alone", hint="overheard train --undo, then overheard train as you like")
    with where.writing():
        parts = refit_files.undo(where.home / TUNED)
    if as_json:
        write_json({"removed": parts})
    else:
        out.print(f"removed: {', '.join(parts)}; the shipped layers count again" if parts else "nothing was installed")
    if parts and tag:
        _label_again(where, err if as_json else out)


# --- telling --------------------------------------------------------------------------------------------------------


def _tell(report: _Report, where: Workspace, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        write_json(_as_json(report))
        return
    for reject in report.rejected[:_SHOWN]:
        out.print(f"{reject.where}: {harmless(reject.reason)}", soft_wrap=True)
    if len(report.rejected) > _SHOWN:
        out.print(f"… and {len(report.rejected) - _SHOWN} more; --json lists all")
    out.print(
        f"{report.corrections} corrected remarks beside {report.shipped} shipped ones, {len(report.rejected)} rejected",
        soft_wrap=True,
    )
    for name, reason in report.skipped.items():
        out.print(f"{name}: skipped, {reason}", soft_wrap=True)
    if report.parts:
        out.print(_table(report.parts), soft_wrap=True)
    for sentence in _outcome(report, where, dry_run=dry_run):
        out.print(sentence, soft_wrap=True)


def _outcome(report: _Report, where: Workspace, *, dry_run: bool) -> Iterator[str]:
    from mining import refit_files

    if not report.parts and not report.skipped:
        yield "nothing to learn from: correct some labels first, see overheard label --help"
    for one in report.parts:
        if one.layer is None:
            yield f"{one.part}: nothing gets better, so nothing is installed"
        elif dry_run:
            yield f"{one.part}: {one.layer.version} would be installed"
        else:
            yield f"{one.part}: {one.layer.version} is installed; overheard train --undo takes it out again"
    if not dry_run:
        stays = refit_files.installed(where.home / TUNED).keys() - report.installed.keys()
        yield from (f"{name}: an earlier refit stays; overheard train --undo takes it out" for name in sorted(stays))


def _table(parts: Sequence[Refitted]) -> str:
    """By part and task: right answers on corrections left out, macro-F1 on remarks kept aside; shipped and refitted."""
    from mining.evaluation.tables import columns

    header = ("part", "task", "corrections", "unseen right", "refitted", "aside F1", "refitted", "outcome")
    rows = [
        (
            *(part.part, one.task, one.corrections, one.shipped_right, one.refitted_right),
            *(one.shipped_f1, one.refitted_f1, f"{'taken' if one.taken else 'left'}: {one.why}"),
        )
        for part in parts
        for one in part.tasks
    ]
    return columns(header, rows)


def _as_json(report: _Report) -> dict[str, Any]:
    parts = [
        {
            "part": one.part,
            "version": one.layer.version if one.layer else None,
            "installed": one.part in report.installed,
            "tasks": [asdict(task) for task in one.tasks],
        }
        for one in report.parts
    ]
    told = {"shipped": report.shipped, "corrections": report.corrections}
    rejected = [{"where": one.where, "reason": one.reason} for one in report.rejected]
    skipped = [{"part": name, "reason": reason} for name, reason in report.skipped.items()]
    return {**told, "rejected": rejected, "skipped": skipped, "parts": parts}
