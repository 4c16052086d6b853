"""Events taken once, our messages, and people, on SQLite."""

from __future__ import annotations

import pytest

from mining.store import Store
from tests.chats_behaviour import ChatsBehaviour


class TestOnSqlite(ChatsBehaviour):
    @pytest.fixture
    def store(self, sqlite: Store) -> Store:
        return sqlite
