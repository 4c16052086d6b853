"""How long each kind of question takes over a workspace as large as a company's, and how much memory.

    python -m benchmarks.assistant [--home DIR] [--rounds 3]

The workspace is that of ``python -m benchmarks.workspace`` (200,000 items, 400,000 remarks), made in a folder that is
thrown away where none is given. Half of the questions are about all time. Printed are milliseconds inside one process
that was asked before, then seconds of ``overheard ask`` as a whole process, one question of each kind.
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
import tomllib
from datetime import timedelta
from pathlib import Path

from assistant.meaning import Kind
from assistant.wiring import Workspace
from benchmarks.workspace_words import UNTIL

QUESTIONS = Path(__file__).parent / "assistant.toml"
OVERHEARD = Path(sys.executable).parent / "overheard"
_THREAD, _BEFORE = "benchmark", "top pain points, all time"
P95_BAR_MS, WHOLE_BAR_S, MEMORY_BAR_MB = 300, 2.0, 1_000


def main() -> None:
    """Make the workspace unless one is given, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace made by benchmarks.workspace")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        if given.home is None:
            subprocess.run([sys.executable, "-m", "benchmarks.workspace", "--home", home], check=True)
        questions = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")
        inside(home, questions, given.rounds)
        whole(home, questions)


def inside(home: Path, questions: dict[str, list[str]], rounds: int) -> None:
    """Print milliseconds by kind in this process, the first round not counted, and its peak memory."""
    where = Workspace.open(home)
    today = (UNTIL - timedelta(days=1)).date()
    asker = where.asker(today)
    print(f"{'kind':18} {'n':>4} {'p50':>6} {'p95':>6} {'max':>6}  ms; the bar is p95 < {P95_BAR_MS}")
    held = True
    for kind in Kind:
        times = []
        if kind is Kind.DRILLDOWN:
            where.engine.ask(_BEFORE, asker, _THREAD)
        for turn in range(rounds + 1):
            for question in questions[kind.value]:
                begun = time.perf_counter()
                answer = where.engine.ask(question, asker, _THREAD if kind is Kind.DRILLDOWN else None)
                if turn:
                    times.append(1000 * (time.perf_counter() - begun))
                elif answer.question.kind is not kind and kind is not Kind.DRILLDOWN:
                    print(f"  {question!r} was read as {answer.question.kind}")
        p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
        held = held and p95 < P95_BAR_MS
        print(f"{kind.value:18} {len(times):4} {statistics.median(times):6.0f} {p95:6.0f} {max(times):6.0f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"the bar {'holds' if held else 'is missed'}; peak memory {memory:.0f} MiB (the bar is {MEMORY_BAR_MB})")
    where.store.close()


def whole(home: Path, questions: dict[str, list[str]]) -> None:
    """Print seconds of a whole process, one question of each kind."""
    today = (UNTIL - timedelta(days=1)).date().isoformat()
    seconds = {}
    for kind, asked in questions.items():
        begun = time.perf_counter()
        command = [str(OVERHEARD), "ask", asked[0], "--home", str(home), "--as-of", today]
        subprocess.run(command, check=True, capture_output=True)
        seconds[kind] = time.perf_counter() - begun
    slowest = max(seconds, key=lambda kind: seconds[kind])
    middle = statistics.median(seconds.values())
    print(
        f"a whole process: median {middle:.2f} s, slowest {seconds[slowest]:.2f} s ({slowest}); the bar: {WHOLE_BAR_S}"
    )


if __name__ == "__main__":
    main()
