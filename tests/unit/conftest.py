"""What tests of themes share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mining.database import open_engine
from mining.store import Store
from tests.fakes import keep
from tests.theme_topics import TOPICS, about, bring_up


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which every topic is a theme, to be copied."""
    path = tmp_path_factory.mktemp("themes") / "overheard.db"
    store = Store(open_engine(f"sqlite:///{path}")).open()
    keep(store, *about(range(TOPICS)))
    bring_up(store)
    store.close()
    return path


@pytest.fixture
def grouped(example: Path, tmp_path: Path) -> Iterator[Store]:
    """A store in which every topic is a theme."""
    shutil.copy(example, tmp_path / "copy.db")
    store = Store(open_engine(f"sqlite:///{tmp_path / 'copy.db'}")).open()
    yield store
    store.close()
