"""A workspace and some reviews for the real command line."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.command_line import GOOD, Home, lines


@pytest.fixture(autouse=True)
def no_settings_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OVERHEARD_HOME", "OVERHEARD_CONFIG", "OVERHEARD_LOG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.jsonl"
    path.write_text(lines(*GOOD), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the good reviews; to be copied, because a run takes seconds."""
    folder = tmp_path_factory.mktemp("example")
    reviews = folder / "reviews.jsonl"
    reviews.write_text(lines(*GOOD), encoding="utf-8")
    made = Home(folder / "home")
    made.good(*made.ingest(reviews))
    return made.folder


@pytest.fixture
def filled(home: Home, example: Path) -> Home:
    shutil.copytree(example, home.folder)
    return home


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Enough reviews for a run of several seconds."""
    lots = random.Random(13)
    words = (
        "parcel",
        "came late",
        "my card",
        "was declined",
        "support",
        "never answered",
        "the delivery",
        "and",
        "but",
    )
    path = tmp_path / "many.jsonl"
    rows = ({"id": str(n), "date": f"2026-10-{1 + n % 28:02}", "text": " ".join(lots.choices(words, k=14)) + f" {n}."}
            for n in range(2_000))  # fmt: skip
    path.write_text(lines(*rows), encoding="utf-8")
    return path
