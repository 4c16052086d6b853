"""Watches and runs on SQLite."""

from __future__ import annotations

import pytest

from mining.store import Store
from tests.watched import WatchesBehaviour


class TestOnSqlite(WatchesBehaviour):
    @pytest.fixture
    def store(self, sqlite: Store) -> Store:
        return sqlite
