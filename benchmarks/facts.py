"""How fast counting is over a workspace as large as a company's, all of its time included.

``python -m benchmarks.facts [--home DIR] [--feedback 200000] [--rounds 20]`` prints milliseconds (median and 95th
percentile) of every kind of counting on the workspace that :mod:`benchmarks.workspace` fills, made in a folder that is
thrown away where no home is given; first in a new process, then in one that was asked before; and peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

from benchmarks.workspace import fill
from benchmarks.workspace_words import UNTIL
from mining import corrections, facts_held
from mining.database import open_engine
from mining.facts import scored, select
from mining.filters import Filters
from mining.store import Store
from mining.themes.editor import Editor

# What counting may take, in milliseconds at the 95th percentile, once the process was asked before.
BARS = {"all time, counts": 120, "30 days, counts": 25, "all time, scored": 150, "all time, by stage": 60}
MEMORY_BAR_MB = 1_000
_DATABASE = "overheard.db"
_ZONE = ZoneInfo("Asia/Jerusalem")
_MONTH = Filters(since=UNTIL - timedelta(days=30), until=UNTIL)
_BEFORE = Filters(since=UNTIL - timedelta(days=60), until=UNTIL - timedelta(days=30))
_PAINS = ("negative", "mixed")


class Measured(TypedDict):
    """Milliseconds by name, and peak memory in MB."""

    times: dict[str, list[float]]
    memory: float


def main() -> None:
    """Print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace that benchmarks.workspace filled")
    parser.add_argument("--feedback", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--part", choices=("cold", "warm", "edits"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(_PARTS[given.part](given.home, given.rounds)))
        return
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        if not given.home:
            store = Store(open_engine(f"sqlite:///{home / _DATABASE}")).open()
            fill(store, given.feedback)
            begun = time.perf_counter()
            days = facts_held.bring_up(store)
            print(f"{given.feedback:,} items, {days} days made: {time.perf_counter() - begun:.1f} s")
            store.close()
        sys.exit(report(home, given.rounds))


def report(home: Path, rounds: int) -> int:
    """Print what was measured; 0 when the bars are met."""
    cold = [_apart("cold", home, 1) for _ in range(5)]
    warm, edits = _apart("warm", home, rounds), _apart("edits", home, 3)
    print(f"{'milliseconds':<44}{'first':>9}{'p50':>9}{'p95':>9}{'bar':>7}")
    missed = []
    for name, taken in warm["times"].items():
        first = statistics.median(run["times"][name][0] for run in cold)
        p95 = sorted(taken)[max(0, round(0.95 * len(taken)) - 1)]
        bar = BARS.get(name)
        print(f"{name:<44}{first:>9.1f}{statistics.median(taken):>9.1f}{p95:>9.1f}{bar or '':>7}")
        missed += [name] if bar and p95 > bar else []
    for name, taken in edits["times"].items():
        print(f"{name:<44}{'':>9}{statistics.median(taken):>9.1f}{max(taken):>9.1f}")
    memory = max(warm["memory"], *(run["memory"] for run in cold))
    print(f"\npeak memory: {memory:,.0f} MB (the bar is {MEMORY_BAR_MB:,})")
    if missed:
        print(f"missed: {', '.join(missed)}")
    return int(bool(missed) or memory > MEMORY_BAR_MB)


def _apart(part: str, home: Path, rounds: int) -> Measured:
    command = [sys.executable, "-m", "benchmarks.facts", "--part", part, "--home", str(home), "--rounds", str(rounds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    measured: Measured = json.loads(done.stdout.splitlines()[-1])
    return measured


def _counting(store: Store, theme: str) -> Mapping[str, Callable[[], object]]:
    """Every kind of counting, by what it is called in the table."""
    return {
        "all time, counts": lambda: select(store, Filters()).counts(),
        "30 days, counts": lambda: select(store, _MONTH).counts(),
        "all time, scored": lambda: scored(select(store, Filters()), "pain"),
        "30 days, scored, with the 30 before": lambda: scored(
            select(store, _with_pains(_MONTH)), "pain", select(store, _with_pains(_BEFORE))
        ),
        "all time, by stage": lambda: [one.counts() for one in select(store, Filters()).by("stage").values()],
        "all time, by theme": lambda: [one.counts() for one in select(store, Filters()).by("theme").values()],
        "all time, by competitor": lambda: [one.counts() for one in select(store, Filters()).by("competitor").values()],
        "all time, by segment": lambda: [one.counts() for one in select(store, Filters()).by("segment.plan").values()],
        "all time, five conditions": lambda: select(
            store, Filters(sentiment=_PAINS, language=("en",), channel=("review",), rating_max=0.5, not_theme=(theme,))
        ).counts(),
        "all time, a theme by local day": lambda: select(store, Filters(theme=(theme,))).days(_ZONE),
        "all time, a phrase": lambda: select(store, Filters(phrase="refund")).counts(),
        "all time, a theme and a phrase": lambda: select(store, Filters(theme=(theme,), phrase="refund")).counts(),
        "all time, a theme's ids": lambda: select(store, Filters(theme=(theme,))).ids(),
    }


def _with_pains(filters: Filters) -> Filters:
    return Filters(since=filters.since, until=filters.until, sentiment=_PAINS)


def _frequent(store: Store) -> str:
    groups = select(store, _MONTH).by("theme")
    return max((theme for theme in groups if theme), key=lambda theme: len(groups[theme]))


def _opened(home: Path) -> Store:
    return Store(open_engine(f"sqlite:///{home / _DATABASE}")).open()


def _taken(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def _cold(home: Path, _: int) -> Measured:
    """Each kind once, with nothing in memory: as the first question of a process."""
    theme, times = _frequent(_opened(home)), {}
    for name in _counting(_opened(home), theme):
        store = _opened(home)
        times[name] = [_taken(_counting(store, theme)[name])]
        store.close()
    return {"times": times, "memory": _memory()}


def _warm(home: Path, rounds: int) -> Measured:
    """All kinds, over and over."""
    store = _opened(home)
    works = _counting(store, _frequent(store))
    select(store, Filters()).counts()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(_taken(work))
    return {"times": times, "memory": _memory()}


def _edits(home: Path, rounds: int) -> Measured:
    """What people change, and the first count after it; all is taken back."""
    store = _opened(home)
    ranked = [one.theme for one in scored(select(store, Filters(sentiment=_PAINS)), "pain") if one.theme]
    [mention] = select(store, _MONTH).ids([0])
    editor = Editor(store, "benchmark")
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, work in {
            "a label is corrected": lambda: corrections.correct(store, mention, {"stage": "loyalty"}, "benchmark"),
            "the correction is taken back": lambda: corrections.take_back(store, mention),
            "a theme is merged into another": lambda: editor.merge(ranked[1], ranked[0]),
            "the merge is undone": lambda: editor.undo(),
        }.items():
            times.setdefault(name, []).append(_taken(work))
            times.setdefault(f"{name}: the next count", []).append(_taken(lambda: select(store, Filters()).counts()))
    return {"times": times, "memory": _memory()}


_PARTS: Mapping[str, Callable[[Path, int], Measured]] = {"cold": _cold, "warm": _warm, "edits": _edits}

if __name__ == "__main__":
    main()
