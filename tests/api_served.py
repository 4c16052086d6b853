"""The HTTP API on a port of its own, over a small workspace with quick models: what its tests share."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from api import handed_in
from api.app import create
from api.parts import Parts
from api.readiness import Readiness
from api.working import Upkeep
from assistant.settings import Settings
from assistant.wiring import INDEX, Workspace
from mining import keys
from mining.keys import Scope
from mining.pipeline import Miner, understand
from mining.themes.update import update
from tests.engine_store import DECLINED, EMBEDDER, engine_of, late, on, saying
from tests.fakes import HashingReader, MemoryIndex, keep, said

WAIT_S = 30.0
# The version of labels that the worker's models give: what is kept with it is not labelled anew.
_TODAY = {"version": "1.1.2"}


@dataclass
class Served:
    """A server and somebody who asks it."""

    where: Workspace
    url: str
    client: httpx.Client
    upkeep: Upkeep

    def key(self, *scopes: Scope, name: str = "test", expires_at: datetime | None = None) -> dict[str, str]:
        """Headers with a fresh key."""
        _, token = keys.create(self.where.store, name, scopes or [Scope.READ], datetime.now(UTC), expires_at)
        return {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """What comes of a body."""
        return self.client.post(path, json=body, **more)

    def raw(self, path: str, body: bytes, kind: str = "application/json", **more: Any) -> httpx.Response:
        """What comes of bytes."""
        headers = {"Content-Type": kind, **more.pop("headers", {})}
        return self.client.post(path, content=body, headers=headers, **more)

    def understood(self, job: str, **more: Any) -> dict[str, Any]:
        """A job, once all of it is understood."""

        def found() -> dict[str, Any] | None:
            told: dict[str, Any] = self.client.get(f"/v1/jobs/{job}", **more).json()
            return told if told["state"] == "understood" else None

        done: dict[str, Any] = self.until(found)
        return done

    def until(self, found: Callable[[], Any]) -> Any:
        """Wait for something, and give it back."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if (what := found()) is not None:
                return what
            time.sleep(0.02)
        raise TimeoutError("it did not come")


def problem(response: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """A problem document, whole and of a kind."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "hint", "request_id"} <= set(told)
    assert told["type"] == f"/docs#problem-{kind}"
    assert told["status"] == status
    assert told["request_id"] == response.headers["x-request-id"]
    assert told["detail"]
    assert told["hint"]
    return told


def workspace(home: Path, *, empty: bool = False) -> Workspace:
    """Late parcels, declined cards and a word in Hebrew and Persian, with quick models."""
    where = Workspace(home, Settings())
    where.initialise()
    if not empty and not where.store.holds_feedback():
        keep(where.store, *late(12, said_at=on(15)), stage="purchase", **_TODAY)
        keep(where.store, *saying(DECLINED, 6, said_at=on(16)), stage="purchase", **_TODAY)
        thanks = [
            said(f"thanks{place}", f"Thank you for the support {place}", said_at=on(17), rating=1.0)
            for place in range(4)
        ]
        keep(
            where.store, *thanks, stage="loyalty", sentiment="positive", intent="praise", touchpoint="support", **_TODAY
        )
        keep(
            where.store,
            said("he1", "המשלוח איחר מאוד", language="he"),
            said("fa1", "بسته دیر رسید", language="fa"),
            **_TODAY,
        )
        # Whoever looks for the index finds its file; the worker of these tests keeps vectors in memory.
        (home / INDEX).mkdir()
        (home / INDEX / "chroma.sqlite3").touch()
    # The real ones take seconds to load; what they say is no matter here.
    where.__dict__["reader"] = HashingReader(EMBEDDER)
    where.engine = engine_of(where.store)
    return where


def _step(index: MemoryIndex) -> Callable[[Workspace, Callable[[], None]], bool]:
    """What the worker does, with an index in memory."""

    def understood(where: Workspace, _go_on: Callable[[], None]) -> bool:
        with where.writing():
            done = understand(where.store, Miner(where.reader), lambda: index)
            update(where.store, where.miner.embedder)
        return bool(done.feedback)

    return lambda where, go_on: handed_in.step(where, go_on, understood)


@contextmanager
def served(where: Workspace, *, working: bool = True, host: str = "127.0.0.1") -> Iterator[Served]:
    """A server over a workspace; without ``working`` nothing is stored of what is handed in."""
    upkeep = Upkeep(where, busy_s=0.05, step=_step(MemoryIndex(EMBEDDER.name)))
    readiness = Readiness(where)
    app = create(where, parts=Parts(where, nudge=upkeep.nudge), readiness=readiness)
    with socket.socket() as listening:
        listening.bind((host, 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        readiness.start()
        if working:
            upkeep.start()
        url = f"http://{host}:{listening.getsockname()[1]}"
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            try:
                yield Served(where, url, client, upkeep)
            finally:
                upkeep.stop()
                readiness.stop()
                server.should_exit = True
                thread.join()


def items(count: int, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    """Good items, each with words of its own."""
    return [
        {"native_id": f"n{place}", "said_at": "2026-11-18T09:30:00+02:00", "text": f"The kettle {place} leaks.", **more}
        for place in range(first, first + count)
    ]


def handed(*given: Any, source: str = "crm", channel: str = "review") -> dict[str, Any]:
    """The body of a hand-in."""
    return {"source": source, "channel": channel, "items": list(given)}


def dumped(body: Any) -> bytes:
    """The body as bytes."""
    return json.dumps(body, ensure_ascii=False).encode()
