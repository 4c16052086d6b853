"""Figures that may not be fallen below, per mode and set: ``floors.toml``, written from a measurement minus 0.02.

A floor's name is a path, such as ``fast.gold.stage.en.accuracy``: mode, set, what was measured, figure. The stress
suite's floors are per phenomenon and per language, not for each pair of them: ten cases are too few to hold to 0.02.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.errors import ConfigError
from mining.evaluation.labels import ALL, Score
from mining.evaluation.suites import Passed
from mining.evaluation.vectors import Vectors

PATH = Path(__file__).parent / "floors.toml"
MARGIN = 0.02
_SAME = 1e-9  # what adding and dividing in another order may cost

Steps = tuple[str, ...]
Figures = Mapping[Steps, float]
"""Path below mode and set -> figure, 0 to 1, more is better."""


# --- what is held to a floor ----------------------------------------------------------------------------------------


def of_labels(scores: Iterable[Score]) -> dict[Steps, float]:
    """Accuracy, macro-F1 and the F1 of high effort, per task and language."""
    named: Iterator[tuple[Steps, float | None]] = (
        ((one.task, one.language, name), getattr(one, name))
        for one in scores
        for name in ("accuracy", "macro_f1", "high_f1")
    )
    return {path: value for path, value in named if value is not None}


def of_stress(lines: Iterable[Passed]) -> dict[Steps, float]:
    """The share of cases passed, per phenomenon and per language."""
    return {
        (one.phenomenon, one.language, "passed"): one.rate for one in lines if ALL in (one.phenomenon, one.language)
    }


def of_vectors(found: Vectors) -> dict[Steps, float]:
    """Retrieval and probes."""
    retrieved: dict[Steps, float] = {
        (_key(one.set), f"{one.one}-{one.other}", "at_1"): one.at_1 for one in found.retrievals
    }
    return retrieved | {(_key(one.set), one.language, "accuracy"): one.accuracy for one in found.probes}


def _key(name: str) -> str:
    return name.lower().replace(" ", "-")


# --- holding figures to it ------------------------------------------------------------------------------------------


def read(mode: str, set_: str, path: Path = PATH) -> dict[Steps, float]:
    """The floors of a mode and a set.

    Raises:
        ConfigError: there are none.
    """
    found = dict(_flat(_table(path).get(mode, {}).get(set_, {})))
    if not found:
        hint = "measure with --write-floors once, and commit the file"
        raise ConfigError(f"{path.name} holds no floors for {set_} in mode {mode}", hint=hint)
    return found


def misses(measured: Figures, floors: Figures) -> list[str]:
    """A sentence for each figure below its floor, or that is no longer measured; none when all is well."""
    return [
        sentence for path, floor in floors.items() if (sentence := _miss(".".join(path), measured.get(path), floor))
    ]


def _miss(name: str, figure: float | None, floor: float) -> str | None:
    if figure is None:
        return f"{name} was not measured; its floor is {floor:.2f}"
    return None if figure >= floor - _SAME else f"{name} is {figure:.3f}, below its floor of {floor:.2f}"


def below(figure: float) -> float:
    """The floor of a figure: 0.02 less, rounded down to two decimals, and never below 0."""
    return max(0.0, math.floor((figure - MARGIN) * 100 + 1e-6) / 100)


def write(mode: str, set_: str, measured: Figures, path: Path = PATH) -> None:
    """Put the floors of a mode and a set in the place of those before; all others stay.

    Raises:
        ConfigError: the file cannot be written.
    """
    table = _table(path) if path.exists() else {}
    fresh: dict[str, Any] = {}
    for (*steps, last), figure in measured.items():
        place = fresh
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = below(figure)
    table[mode] = {**table.get(mode, {}), set_: fresh}
    try:
        path.write_text(_HEAD + "\n".join(_lines(table)) + "\n", encoding="utf-8")
    except OSError as error:
        hint = "floors are kept beside the program's code: run this in a checkout of it"
        raise ConfigError(f"{path} cannot be written: {error.strerror}", hint=hint) from error


_HEAD = """\
# What no figure may fall below, per mode, set, task (or phenomenon) and language: checked by overheard eval --check.
# Written by overheard eval --write-floors: measured figure minus 0.02, rounded down to two decimals.
"""


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read", hint="it comes with the package; install it again") from error


def _flat(table: Mapping[str, Any], above: Steps = ()) -> Iterator[tuple[Steps, float]]:
    for name, held in table.items():
        if isinstance(held, Mapping):
            yield from _flat(held, (*above, name))
        else:
            yield (*above, name), float(held)


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    heading: Steps = ()
    for (*steps, last), floor in sorted(_flat(table)):
        if tuple(steps) != heading:
            heading = tuple(steps)
            yield f"\n[{'.'.join(heading)}]"
        yield f"{last} = {floor:.2f}"
