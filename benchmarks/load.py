"""How the API holds up under many people at once, while feedback comes in.

    python -m benchmarks.load [--home DIR] [--users 20] [--seconds 60] [--pause 1]

``overheard serve`` runs as a process of its own over a large workspace: 200,000 items with 400,000 mentions, made by
``benchmarks.workspace`` and ``benchmarks.workspace_vectors`` in a folder that is thrown away where none is given. A
given one grows by what is handed in, and gets a key that is revoked at the end. People are played by locust
(``benchmarks/load_users.py``), in a process of its own too: they search (hybrid, three filters, three facets), count by
three dimensions, ask, and look at themes.

Three runs of so many seconds: one person without a pause and nothing beside; then all of them, each with a second of
thought between two requests, and then without, while another client hands in 100 to 1,000 items at a time, the next
batch when the last is stored. Every answer other than 200, and every facet that does not add up, is an error. The bars:
no error at all, and for one person a 95th percentile of 200 ms for searches and 400 ms for counting.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from assistant.wiring import Workspace
from benchmarks.workspace_words import UNTIL
from mining import keys
from mining.keys import Scope
from mining.themes.catalogue import of_side

OVERHEARD = Path(sys.executable).parent / "overheard"
USERS = Path(__file__).with_name("load_users.py")
# What a 95th percentile may be, in milliseconds, for one person.
BARS = {"search: hybrid": 200, "aggregate": 400}
_BATCH = (100, 1_000)
_PATIENCE_S = 180.0
_SENTENCES = 3


@dataclass
class HandedIn:
    """What the other client handed in: items, by batch milliseconds until 202 and seconds until stored, and errors.

    ``waiting_s``: how long the last batch had waited when all was over.
    """

    items: int = 0
    taken_ms: list[float] = field(default_factory=list)
    stored_s: list[float] = field(default_factory=list)
    waiting_s: float = 0.0
    wrong: list[str] = field(default_factory=list)


def main() -> None:
    """Print the tables; exit status 1 if there was an error or a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace made by benchmarks.workspace and workspace_vectors")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60, help="of each run")
    parser.add_argument("--pause", type=float, default=1.0, help="mean seconds of thought between two requests")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or _made(Path(folder) / "workspace")
        with _key(home) as key, _served(home) as address:
            client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)
            _warm(client)
            people = _People(address, key, Path(folder), given.seconds)
            missed = people.run("one person, nothing beside", 1, 0, BARS)
            with _handing_in(client) as handed:
                missed += people.run(
                    f"{given.users} people, {given.pause:g} s of thought, an ingest", given.users, given.pause
                )
                missed += people.run(f"{given.users} people without a pause, an ingest", given.users, 0)
            missed += _told(handed)
    sys.exit(f"missed: {'; '.join(missed)}" if missed else 0)


def _made(home: Path) -> Path:
    for module in ("workspace", "workspace_vectors"):
        subprocess.run([sys.executable, "-m", f"benchmarks.{module}", "--home", home], check=True)
    return home


@contextmanager
def _key(home: Path) -> Iterator[str]:
    """A key for reading and handing in, good for as long as it is needed."""
    where = Workspace.open(home)
    made, key = keys.create(where.store, "benchmarks.load", [Scope.READ, Scope.INGEST], datetime.now(UTC))
    try:
        yield key
    finally:
        keys.revoke(where.store, made.id, datetime.now(UTC))
        where.store.close()


@contextmanager
def _served(home: Path) -> Iterator[str]:
    """The address of ``overheard serve``, once it can answer."""
    command = [str(OVERHEARD), "serve", "--port", "0", "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = next(
                (part.rstrip(".,") for line in process.stdout or () for part in line.split() if "http://" in part), ""
            )
            rest = threading.Thread(target=lambda: [None for _ in process.stdout or ()], daemon=True)
            rest.start()
            _ready(address)
            yield address
        finally:
            process.terminate()
            process.wait()
            rest.join()


def _ready(address: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/readyz", timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(f"{address} did not become ready in {_PATIENCE_S:.0f} s")


def _warm(client: httpx.Client) -> None:
    """Ask each route once, and say how long its first answer takes."""
    first: dict[str, Callable[[], httpx.Response]] = {
        "search": lambda: client.post("/v1/search", json={"query": "late delivery", "facets": ["theme"]}),
        "aggregate": lambda: client.post("/v1/aggregate", json={"by": ["stage", "sentiment"], "grain": "month"}),
        "ask": lambda: client.post("/v1/ask", json={"question": "top pain points", "as_of": str(UNTIL.date())}),
        "themes": lambda: client.get("/v1/themes"),
    }
    told = []
    for name, ask in first.items():
        begun = time.perf_counter()
        ask().raise_for_status()
        told.append(f"{name} {time.perf_counter() - begun:.1f} s")
    print(f"first answers: {', '.join(told)}", flush=True)


@dataclass(frozen=True)
class _People:
    """Runs locust against an address, and prints what it saw."""

    address: str
    key: str
    folder: Path
    seconds: int

    def run(self, title: str, users: int, pause: float, bars: Mapping[str, float] | None = None) -> list[str]:
        """Print a table of milliseconds by request; what was missed."""
        seen = self.folder / "seen.jsonl"
        command = [
            sys.executable, "-m", "locust", "-f", str(USERS), "--headless", "--only-summary", "--skip-log",
            "--host", self.address, "-u", str(users), "-r", str(users), "-t", f"{self.seconds}s",
            "--stop-timeout", "60", "--exit-code-on-error", "0",
        ]  # fmt: skip
        environment = {**os.environ, "LOAD_KEY": self.key, "LOAD_SEEN": str(seen), "LOAD_PAUSE": str(pause)}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        rows = [json.loads(line) for line in seen.read_text(encoding="utf-8").splitlines()]
        print(f"\n{title}: {len(rows) / self.seconds:.1f} requests/s, load of the machine {os.getloadavg()[0]:.1f}")
        return _table(rows, bars or {})


def _table(rows: Sequence[Sequence[Any]], bars: Mapping[str, float]) -> list[str]:
    times: dict[str, list[float]] = defaultdict(list)
    wrong: dict[str, list[str]] = defaultdict(list)
    for name, milliseconds, error in rows:
        times[name].append(milliseconds)
        if error is not None:
            wrong[name].append(error)
    print(f"{'':<44}{'n':>6}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}{'errors':>8}  ms", flush=True)
    missed = [] if rows else ["no request was made"]
    for name in sorted(times):
        p50, p95, p99, most = np.percentile(times[name], (50, 95, 99, 100))
        bar = next((most for start, most in bars.items() if name.startswith(start)), None)
        told = "" if bar is None else f"  p95 < {bar:g}: {'held' if p95 < bar else 'MISSED'}"
        errors = len(wrong.get(name, ()))
        print(f"{name:<44}{len(times[name]):>6}{p50:>8.0f}{p95:>8.0f}{p99:>8.0f}{most:>8.0f}{errors:>8}{told}")
        missed += [f"{name}: p95 {p95:.0f} ms"] if bar is not None and p95 >= bar else []
    for name, told_of in wrong.items():
        missed.append(f"{name}: {len(told_of)} errors")
        for error in sorted(set(told_of))[:5]:
            print(f"  {name}: {error}")
    return missed


@contextmanager
def _handing_in(client: httpx.Client) -> Iterator[HandedIn]:
    """Another client hands in batch after batch until the end of the block."""
    handed, over = HandedIn(), threading.Event()

    def hand_in() -> None:
        lots, numbers = random.Random(1), count()
        name = f"load {datetime.now(UTC):%Y-%m-%d %H.%M.%S}"
        while not over.is_set():
            batch = [_item(lots, next(numbers)) for _ in range(lots.randint(*_BATCH))]
            try:
                _post(client, {"source": name, "channel": "review", "items": batch}, handed, over)
            except (httpx.HTTPError, KeyError) as error:
                handed.wrong.append(f"{type(error).__name__}: {error}"[:300])
                over.wait(1)

    thread = threading.Thread(target=hand_in)
    thread.start()
    try:
        yield handed
    finally:
        over.set()
        thread.join()


def _post(client: httpx.Client, body: dict[str, Any], handed: HandedIn, over: threading.Event) -> None:
    """Hand in a batch and wait until it is stored."""
    begun = time.perf_counter()
    taken = client.post("/v1/ingest", json=body)
    taken.raise_for_status()
    handed.taken_ms.append((time.perf_counter() - begun) * 1_000)
    handed.items += len(body["items"])
    while not over.wait(0.5):
        job = client.get(f"/v1/jobs/{taken.json()['id']}")
        job.raise_for_status()
        if job.json()["state"] != "waiting":
            handed.stored_s.append(time.perf_counter() - begun)
            return
    handed.waiting_s = time.perf_counter() - begun


def _item(lots: random.Random, number: int) -> dict[str, Any]:
    language, side = lots.choice(("en", "en", "en", "he", "fa")), lots.choice(("pain", "pain", "praise"))
    themes = of_side(side)
    sentences = [
        lots.choice(lots.choice(themes).examples[language]).rstrip(".") + "."
        for _ in range(lots.randint(1, _SENTENCES))
    ]
    said_at = UNTIL - timedelta(days=lots.random() * 30)
    return {
        "native_id": str(number),
        "said_at": said_at.isoformat(),
        "text": " ".join(sentences),
        "rating": lots.choice((1, 1, 2, 3, 5)),
        "author": f"person {lots.randrange(5_000)}",
    }


def _told(handed: HandedIn) -> list[str]:
    """Print what was handed in; what went wrong."""
    if not handed.taken_ms:
        return ["nothing was handed in", *handed.wrong[:3]]
    taken, stored = np.percentile(handed.taken_ms, (50, 100)), handed.stored_s or [float("nan")]
    print(
        f"\nhanded in beside: {handed.items:,} items in {len(handed.taken_ms)} batches; a batch is taken in "
        f"{taken[0]:.0f} ms (at most {taken[1]:.0f}), stored after {np.median(stored):.1f} s "
        f"(at most {max(stored):.1f}); the last had waited {handed.waiting_s:.0f} s at the end; "
        f"errors: {len(handed.wrong)}"
    )
    for error in sorted(set(handed.wrong))[:5]:
        print(f"  {error}")
    return [f"ingest: {len(handed.wrong)} errors"] if handed.wrong else []


if __name__ == "__main__":
    main()
