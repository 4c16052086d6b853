"""How fast searching and grouping are over a workspace as large as a company's.

``python -m benchmarks.search [--home DIR] [--feedback 200000] [--rounds 60] [--users 1]`` prints milliseconds (median,
95th and 99th percentile) of every kind of search and of three-way tables on the workspace that
:mod:`benchmarks.workspace` fills and :mod:`benchmarks.workspace_vectors` gives vectors, made in a folder that is thrown
away where no home is given; what a process holds for it; and the load of the machine. With ``--ingest`` another process
stores and understands new feedback of the last month meanwhile. No two searches of a kind are the same.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from assistant.settings import FILE_NAME
from assistant.wiring import Workspace
from benchmarks import workspace, workspace_vectors, workspace_words
from connectors.record import Channel, Feedback
from mining import facts_held, mention, work
from mining.aggregate import Aggregate, aggregate
from mining.filters import Filters
from mining.search import FACETS, Mode, Search, search
from mining.store import Pull

BARS = {"hybrid, three filters, facets": 200, "table of three dimensions": 400}
"""Milliseconds at the 95th percentile."""
_ZONE = ZoneInfo("Asia/Jerusalem")
_WORDS = (
    "refund for a late parcel", "card declined at checkout", "app crashes after the update", "waiting for support",
    "price went up again", "החזר כספי על משלוח", "האפליקציה קורסת", "שירות לקוחות לא עונה", "بازگشت پول سفارش",
    "اپلیکیشن کند است", "login fails", "broken on arrival", "cancel my subscription", "great service", "wrong size",
)  # fmt: skip
_CHANNELS, _SENTIMENTS, _LANGUAGES = ("review", "social", "chat", "call"), ("negative", "positive"), ("en", "he", "fa")


def main() -> None:
    """Print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace with vectors; what is ingested stays in it")
    parser.add_argument("--feedback", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--users", type=int, default=1, help="threads that ask, one search behind the other")
    parser.add_argument("--ingest", action="store_true")
    parser.add_argument("--writer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.writer:
        ingest(Workspace.open(given.home))
        return
    with ExitStack() as stack:
        home = given.home or made(Path(stack.enter_context(tempfile.TemporaryDirectory())), given.feedback)
        if given.ingest:
            writer = subprocess.Popen([sys.executable, "-m", "benchmarks.search", "--home", str(home), "--writer"])
            stack.callback(writer.wait)
            stack.callback(writer.terminate)
        missed = report(Workspace.open(home), given.rounds, given.users)
    sys.exit(missed)


def made(home: Path, feedback: int) -> Path:
    """A workspace filled and given vectors, without an index."""
    (home / FILE_NAME).write_text(workspace_words.settings(), encoding="utf-8")
    where = Workspace.open(home)
    where.initialise()
    begun = time.perf_counter()
    workspace.fill(where.store, feedback)
    facts_held.bring_up(where.store)
    filled = time.perf_counter()
    workspace_vectors.keep(where)
    workspace_vectors.be_of_today(where)
    print(f"{feedback:,} items made: {filled - begun:.0f} s, their vectors: {time.perf_counter() - filled:.0f} s")
    where.store.close()
    return home


def ingest(where: Workspace) -> None:
    """Store and understand feedback of the last month, 200 items at a time, until somebody ends it."""
    pull, number = Pull("benchmark|", "benchmark", {}), 0
    while True:
        now = datetime.now(UTC)
        texts = [f"{_WORDS[place % len(_WORDS)]}, said {number + place} times" for place in range(200)]
        items = [
            Feedback(
                source="benchmark",
                native_id=f"{now.timestamp()}-{place}",
                channel=Channel.REVIEW,
                text=text,
                said_at=workspace_words.UNTIL - timedelta(hours=4 * place),
                fetched_at=now,
            )
            for place, text in enumerate(texts)
        ]
        where.store.put_page(pull, items, {})
        work.put_mined(where.store, where.miner.mine(items), mention.VERSION)
        number += len(items)


def report(where: Workspace, rounds: int, users: int) -> int:
    """Print what was measured; 0 when the bars are met."""
    before = _memory()
    for name, load in {
        "words": lambda: where.searcher.corpus(meaning=False),
        "model and vectors": where.searcher.warm,
    }.items():
        begun = time.perf_counter()
        load()
        print(f"{name} held: {time.perf_counter() - begun:.1f} s")
    print(f"memory: {before:,.0f} MB before, {_memory():,.0f} MB then; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{users} at a time, {rounds} of each kind\n{'milliseconds':<44}{'p50':>9}{'p95':>9}{'p99':>9}{'bar':>7}")
    missed = 0
    with ThreadPoolExecutor(users) as pool:
        for name, ask in _kinds(where).items():
            taken = sorted(pool.map(lambda number, ask=ask: _taken(ask, number), range(rounds)))
            p50, p95, p99 = statistics.median(taken), _at(taken, 0.95), _at(taken, 0.99)
            bar = BARS.get(name)
            print(f"{name:<44}{p50:>9.1f}{p95:>9.1f}{p99:>9.1f}{bar or '':>7}", flush=True)
            missed |= int(bar is not None and p95 > bar)
    print(f"\npeak memory: {_memory():,.0f} MB; load of the machine {os.getloadavg()[0]:.1f}")
    return missed


def _kinds(where: Workspace) -> Mapping[str, Callable[[int], object]]:
    """Every kind of search, by what it is called in the table: each takes a number and asks for something else."""
    scopes = [
        Filters(channel=(channel,), sentiment=(sentiment,), language=(language,))
        for channel, sentiment, language in product(_CHANNELS, _SENTIMENTS, _LANGUAGES)
    ]

    def asked(number: int, mode: Mode, facets: tuple[str, ...] = (), *, scoped: bool = True) -> object:
        since = workspace_words.UNTIL - timedelta(days=700, minutes=number)
        filters = scopes[number % len(scopes)] if scoped else Filters(since=since)
        words = f"{_WORDS[number % len(_WORDS)]} {number}"
        return search(where.searcher, Search(words, mode, filters, facets=facets))

    def table(number: int, *by: str, grain: str | None = None, scoped: bool = False) -> object:
        since = workspace_words.UNTIL - timedelta(days=700, minutes=number)
        filters = scopes[number % len(scopes)] if scoped else Filters(since=since)
        held = where.searcher.corpus(meaning=False).facts
        return aggregate(where.store, Aggregate(filters, by, grain, _ZONE, limit=100), held)

    return {
        "hybrid, three filters": lambda number: asked(number, Mode.HYBRID),
        "hybrid, three filters, facets": lambda number: asked(number, Mode.HYBRID, FACETS),
        "keyword, three filters, facets": lambda number: asked(number, Mode.KEYWORD, FACETS),
        "semantic, three filters, facets": lambda number: asked(number, Mode.SEMANTIC, FACETS),
        "hybrid, of everything, facets": lambda number: asked(number, Mode.HYBRID, FACETS, scoped=False),
        "keyword, of everything, facets": lambda number: asked(number, Mode.KEYWORD, FACETS, scoped=False),
        "table of three dimensions": lambda number: table(number, "stage", "channel", "language"),
        "table of two and weeks": lambda number: table(number, "stage", "channel", grain="week"),
        "table of theme, product and months": lambda number: table(number, "theme", "product", grain="month"),
        "table of three dimensions, three filters": lambda number: table(
            number, "stage", "touchpoint", "theme", scoped=True
        ),
    }


def _taken(ask: Callable[[int], object], number: int) -> float:
    begun = time.perf_counter()
    ask(number)
    return (time.perf_counter() - begun) * 1_000


def _at(taken: list[float], part: float) -> float:
    return taken[max(0, round(part * len(taken)) - 1)]


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    main()
