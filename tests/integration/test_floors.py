"""No figure of a model that ships falls below its committed floor: see ``overheard eval --check``."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from connectors import plugins
from connectors.errors import ConfigError
from embeddings.base import Reader
from mining.evaluation import floors, labelled, labels, suites

ROOT = Path(__file__).parents[2]
DEV = Path(os.environ.get("OVERHEARD_SHARED") or ROOT.parent / "shared") / "gold" / "dev.jsonl"
MODES = plugins.names("embeddings.readers")


@cache
def reader(mode: str) -> Reader:
    """The reader of a mode as it ships; skips where its weights are not there."""
    made: Reader = plugins.load("embeddings.readers", mode)()
    try:
        made.read(["hello"])
    except ConfigError as error:
        pytest.skip(f"mode {mode} has no weights here: {error.message}")
    return made


def held(mode: str, set_: str) -> dict[tuple[str, ...], float]:
    """The floors; skips where none were written for the mode yet."""
    try:
        return floors.read(mode, set_)
    except ConfigError as error:
        pytest.skip(f"{error.message}: {error.hint}")


@pytest.mark.parametrize("mode", MODES)
def test_labels_stay_above_their_floors(mode: str) -> None:
    if not DEV.is_file():
        pytest.skip(f"there is no {DEV}: OVERHEARD_SHARED names the folder that holds gold/")
    shipped, known = reader(mode), held(mode, "gold")
    assert floors.misses(floors.of_labels(labels.evaluate(shipped, labelled.read(DEV).rows)), known) == []


@pytest.mark.parametrize("mode", MODES)
def test_hard_cases_stay_above_their_floors(mode: str) -> None:
    shipped, known = reader(mode), held(mode, "stress")
    assert floors.misses(floors.of_stress(suites.stress(shipped, suites.cases()).lines), known) == []


@pytest.mark.parametrize("set_", ["gold", "stress", "vectors"])
def test_the_fast_mode_has_floors(set_: str) -> None:
    assert floors.read("fast", set_)
