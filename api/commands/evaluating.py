"""The command that measures: labels, vectors, the stress suite, other languages, and all of them against floors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.terminal import AsJson, Config, Home, Mode, err, out, workspace, write_json
from assistant.directions import apart, harmless
from assistant.wiring import Workspace
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from mining.evaluation.floors import Figures
    from mining.evaluation.labelled import Unread
    from mining.evaluation.suites import Failed

# So many rejects are printed for people; --json lists them all.
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured: for people, for programs, and the figures that have floors."""

    set: str
    text: str
    value: dict[str, Any]
    figures: Figures


def evaluate(
    path: Annotated[
        Path | None,
        typer.Option(
            "--set",
            help="Labelled remarks, JSON lines or CSV. [default: gold/dev.jsonl in OVERHEARD_SHARED]",
            show_default=False,
        ),
    ] = None,
    detail: Annotated[
        bool, typer.Option("--detail", help="Every value and the commonest mistakes; of hard cases, those that failed.")
    ] = False,
    vectors: Annotated[
        bool, typer.Option("--vectors", help="Instead: the vectors, by translations and linear probes.")
    ] = False,
    stress: Annotated[
        bool, typer.Option("--stress", help="Instead: our suite of hard cases, by phenomenon and language.")
    ] = False,
    languages: Annotated[
        bool, typer.Option("--languages", help="Instead: remarks in languages that are not supported.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the committed floors; exit 1 naming each miss.")
    ] = False,
    write_floors: Annotated[
        bool, typer.Option("--write-floors", help="Make what is measured now, minus 0.02, the floors of this mode.")
    ] = False,
    mode: Mode = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """How often the labels are right on remarks that people labelled, per task and language.

    A row of the set holds text and any of stage, intent, sentiment, effort and touchpoint; language and id if known.

    \b
        overheard eval --set mine.csv --detail
        overheard eval --mode fast --stress --check
    """  # fmt: skip
    chosen = [ask for wanted, ask in ((vectors, _vectors), (stress, _stress), (languages, _languages)) if wanted]
    if len(chosen) + (path is not None) > 1:
        raise ConfigError("one set at a time", hint="give only one of --set, --vectors, --stress, --languages")
    where = workspace(home, config, mode)
    if check or write_floors:
        _refuse_without_floors(where, path, vectors=vectors, languages=languages)
    made = chosen[0](where, detail) if chosen else _labels(where, path, detail)
    missed = _against_floors(made, where, check=check, write=write_floors)
    about = {"mode": where.mode or where.settings.models.mode, "set": made.set}
    if as_json:
        write_json({**about, **made.value, **({"missed": missed} if check else {})})
    else:
        out.print(made.text, soft_wrap=True)
    for sentence in missed:
        err.print(f"missed: {sentence}", soft_wrap=True)
    if missed:
        raise typer.Exit(1)


def shared() -> Path:
    """The folder of labelled data."""
    return Path(os.environ.get("OVERHEARD_SHARED") or "../shared")


def _refuse_without_floors(where: Workspace, path: Path | None, *, vectors: bool, languages: bool) -> None:
    if path is not None:
        raise ConfigError("floors belong to the sets of this project, not to --set", hint="leave out --set")
    if languages:
        hint = "what the models would say there is shown, but no promise: leave out --languages"
        raise ConfigError("languages that are not supported have no floors", hint=hint)
    if vectors and where.settings.models.embedder:
        raise ConfigError("floors are of the vectors that ship", hint="leave models.embedder out of the settings")


def _against_floors(made: Report, where: Workspace, *, check: bool, write: bool) -> list[str]:
    from mining.evaluation import floors

    mode = where.mode or where.settings.models.mode
    missed = floors.misses(made.figures, floors.read(mode, made.set)) if check else []
    if write:
        floors.write(mode, made.set, made.figures)
        err.print(f"note: the floors of {made.set} in mode {mode} were written to {floors.PATH}", soft_wrap=True)
    return missed


# --- what can be measured -------------------------------------------------------------------------------------------


def _labels(where: Workspace, chosen: Path | None, detail: bool) -> Report:
    from mining.evaluation import floors, labelled, labels

    path = chosen or shared() / "gold" / "dev.jsonl"
    given = labelled.read(path)
    scores = labels.evaluate(where.reader, given.rows)
    parts = [
        f"{where.reader.name} on {harmless(str(path))}: {len(given.rows)} rows, {len(given.rejects)} rejected",
        *_rejected(given.rejects),
        labels.table(scores),
        f"human kappa: {labels.humans()['source']}",
        *(labels.detail(score) for score in scores if detail),
    ]
    value = {
        "reader": where.reader.name,
        "rows": len(given.rows),
        "rejects": [asdict(one) for one in given.rejects],
        "scores": [asdict(score) for score in scores],
    }
    return Report(str(chosen or "gold"), "\n\n".join(parts), value, floors.of_labels(scores))


def _rejected(rejects: Sequence[Unread]) -> list[str]:
    if not rejects:
        return []
    lines = [f"{harmless(one.where)}: {harmless(one.reason)}" for one in rejects[:_SHOWN]]
    more = [f"… and {len(rejects) - _SHOWN} more; --json lists all"] if len(rejects) > _SHOWN else []
    return ["\n".join([*lines, *more])]


def _stress(where: Workspace, detail: bool) -> Report:
    from mining.evaluation import floors, suites

    result = suites.stress(where.reader, suites.cases())
    total = result.lines[-1]
    parts = [
        f"{where.reader.name}: {total.passed} of {total.cases} cases passed",
        suites.stress_table(result.lines),
        *(["\n".join(map(_failed, result.failed))] if detail else []),
    ]
    value = {
        "reader": where.reader.name,
        "cases": total.cases,
        "passed": total.passed,
        "lines": [{**asdict(one), "rate": one.rate} for one in result.lines],
        "failed": [asdict(one) for one in result.failed],
    }
    return Report("stress", "\n\n".join(parts), value, floors.of_stress(result.lines))


def _failed(one: Failed) -> str:
    wrong = ", ".join(f"{task} {given} instead of {expected}" for task, (expected, given) in one.wrong.items())
    return f"{one.case.id} {one.case.phenomenon}: {apart(one.case.text)}  {wrong}"


def _languages(where: Workspace, detail: bool) -> Report:
    from mining.evaluation import labels, suites

    found = suites.elsewhere(where.reader, suites.others())
    parts = [
        f"{where.reader.name} in languages that are not supported: the product says so, the models would guess",
        suites.elsewhere_table(found),
        *(labels.detail(one.models) for one in found if detail),
    ]
    value = {"reader": where.reader.name, "scores": [asdict(one) for one in found]}
    return Report("languages", "\n\n".join(parts), value, {})


def _vectors(where: Workspace, detail: bool) -> Report:
    from mining.evaluation import floors, vectors

    found = vectors.measure(where.miner.embedder, shared() / "corpora")
    text = f"{found.model}, {found.dimensions} dimensions\n\n{vectors.table(found)}"
    return Report("vectors", text, asdict(found), floors.of_vectors(found))
