"""How long an answer takes on the demo's workspace: as a whole process, and inside a running one.

python -m benchmarks.ask [--home FOLDER]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assistant import demo
from assistant.wiring import Workspace

OVERHEARD = Path(sys.executable).parent / "overheard"
_RUNS = 5


def main() -> None:
    """Make the demo's workspace unless one is given, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace made by `overheard demo`")
    home = parser.parse_args().home
    with tempfile.TemporaryDirectory() as folder:
        if home is None:
            home = Path(folder) / "demo"
            subprocess.run([OVERHEARD, "demo", "--home", home], check=True, capture_output=True)
        table(home)


def table(home: Path) -> None:
    """Print the median and the slowest of five runs for each of the demo's questions, in seconds and milliseconds."""
    where = Workspace.open(home, demo.CONFIG)
    asker = where.asker(demo.AS_OF)
    empty = [seconds([sys.executable, "-c", "pass"]) for _ in range(_RUNS)]
    print(f"python that does nothing: median {statistics.median(empty):.2f} s")
    print(f"{'whole process, s':>26} {'inside a process, ms':>26}")
    print(f"{'median':>13} {'slowest':>12} {'median':>13} {'slowest':>12}  question")
    for question in demo.QUESTIONS:
        command = [str(OVERHEARD), "ask", question, "--as-of", demo.AS_OF.isoformat(), "--home", str(home)]
        whole = [seconds(command) for _ in range(_RUNS)]
        where.engine.ask(question, asker)
        inside = []
        for _ in range(_RUNS):
            begun = time.perf_counter()
            where.engine.ask(question, asker)
            inside.append(1000 * (time.perf_counter() - begun))
        figures = (statistics.median(whole), max(whole), statistics.median(inside), max(inside))
        print(f"{figures[0]:>13.2f} {figures[1]:>12.2f} {figures[2]:>13.0f} {figures[3]:>12.0f}  {question}")
    where.store.close()


def seconds(command: list[str]) -> float:
    """How long a process takes from start to end."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
