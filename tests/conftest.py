"""What tests of all kinds share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mining.database import open_engine
from mining.store import Store

pytest.register_assert_rewrite(
    "tests.store_behaviour", "tests.chats_behaviour", "tests.watched", "tests.facts_behaviour", "tests.command_line"
)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file of its own."""
    store = Store(open_engine(f"sqlite:///{tmp_path / 'overheard.db'}")).open()
    yield store
    store.close()
