"""What tests of all kinds share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mining.database import open_engine
from mining.store import Store

# A slow machine is no error of the code. "thorough" looks elsewhere at every run; "fixed" tries the same examples each
# time, so that a change is never refused for what was wrong before it (.ci/run).
for _name, _fixed in (("thorough", False), ("fixed", True)):
    settings.register_profile(
        _name, deadline=None, derandomize=_fixed, suppress_health_check=[HealthCheck.too_slow], print_blob=True
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "thorough"))

pytest.register_assert_rewrite(
    "tests.store_behaviour", "tests.chats_behaviour", "tests.watched", "tests.facts_behaviour", "tests.command_line"
)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file of its own."""
    store = Store(open_engine(f"sqlite:///{tmp_path / 'overheard.db'}")).open()
    yield store
    store.close()
