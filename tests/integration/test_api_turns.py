"""Who stands in line at the API, and whom nobody waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.turns import AT_ONCE
from assistant.engine import Engine
from mining.searching import Searcher
from tests.api_served import Served, handed, items, served, workspace

SEARCH = ("/v1/search", {"query": "support", "mode": "keyword"})
ASK = ("/v1/ask", {"question": "top pain points"})


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Served]:
    where = workspace(tmp_path / "home")
    with served(where) as there:
        # To get ready it asks and searches itself.
        there.until(lambda: there.client.get("/readyz").status_code == 200 or None)
        yield there
    where.store.close()


class Gate:
    """Stands before a method: lets nobody through until it is opened, and counts who is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        self._behind = getattr(owner, name)
        self._open = threading.Event()
        self._changed = threading.Condition()
        self.there = self.most = 0
        gate = self

        def stopped(self: Any, *args: Any, **kwargs: Any) -> Any:
            gate._come(1)
            gate._open.wait(30)
            try:
                return gate._behind(self, *args, **kwargs)
            finally:
                gate._come(-1)

        monkeypatch.setattr(owner, name, stopped)

    def _come(self, one: int) -> None:
        with self._changed:
            self.there += one
            self.most = max(self.most, self.there)
            self._changed.notify_all()

    def until(self, there: int) -> None:
        """Wait until so many are there."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.there == there, 30)

    def open(self) -> None:
        self._open.set()


def asked(api: Served, pool: ThreadPoolExecutor, what: tuple[str, Any], times: int) -> list[Any]:
    """So many people who ask the same at once, each by a connection of their own."""
    return [pool.submit(httpx.post, api.url + what[0], json=what[1], timeout=60, trust_env=False) for _ in range(times)]


def test_searches_take_turns_and_all_are_answered(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, Searcher, "search")
    with ThreadPoolExecutor(8) as pool:
        waiting = asked(api, pool, SEARCH, 8)
        gate.until(AT_ONCE)
        gate.open()
        assert [one.result().status_code for one in waiting] == [200] * 8
    assert gate.most == AT_ONCE


def test_nobody_else_waits_behind_searches(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, Searcher, "search")
    with ThreadPoolExecutor(4) as pool:
        waiting = asked(api, pool, SEARCH, 4)
        gate.until(AT_ONCE)
        assert api.client.get("/healthz").status_code == 200
        assert api.post(*ASK).status_code == 200
        assert api.post("/v1/ingest", handed(*items(1))).status_code == 202
        gate.open()
        assert {one.result().status_code for one in waiting} == {200}


def test_no_search_waits_behind_a_question(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, Engine, "ask")
    with ThreadPoolExecutor(3) as pool:
        waiting = asked(api, pool, ASK, 3)
        gate.until(1)
        assert api.post(*SEARCH).status_code == 200
        gate.open()
        assert {one.result().status_code for one in waiting} == {200}
    assert gate.most == 1
