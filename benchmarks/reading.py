"""How fast remarks are read in each mode, and what the auto mode loses.

    python -m benchmarks.reading

Remarks written for this project, cut to 15 words, all three languages mixed; each mode in the same process, one after
the other, so that the ratios mean something on a noisy machine. A bar of docs/benchmarks.md that is missed gives exit
status 1.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from connectors import plugins
from embeddings.base import Reader
from embeddings.readers.auto import AutoReader
from mining.evaluation.labels import ALL, evaluate
from mining.training.rows import authored, held_out

WORDS = 15
RATES = {"fast": 5_000, "auto": 2_000, "accurate": 900}  # texts a second
LOADING, QUESTION, LOSS = 1.0, 0.005, 0.01  # s, s, macro-F1


def texts() -> list[str]:
    """Remarks of at least 12 words, cut to 15: one mention of a call or review."""
    found = (row.text.split() for row in authored())
    return [" ".join(words[:WORDS]) for words in found if len(words) >= 12]


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The quickest of so many runs: what else the machine does only ever adds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def loading(mode: str) -> float:
    """Seconds that a new process needs to import, load and read one text, beyond Python's own."""
    code = f"from embeddings.readers.{mode} import plugin; plugin().read(['hello'])"
    whole = seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True), 3)
    return whole - seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 3)


def rate(mode: str, remarks: list[str]) -> tuple[float, float]:
    """Texts a second of a reader that meets them for the first time, and seconds for one question."""
    fresh = plugins.load("embeddings.readers", mode)
    best = []
    for _ in range(3):
        reader: Reader = fresh()
        reader.read(["hello"])
        best.append(len(remarks) / seconds(lambda reader=reader: reader.read(remarks)))  # type: ignore[misc]
    one = min(seconds(lambda text=text: reader.read([text])) for text in remarks[:200])  # type: ignore[misc]
    return max(best), one


def losses() -> dict[str, float]:
    """Task -> macro-F1 that auto loses against accurate, all languages, on remarks kept aside from training."""
    aside = [row for row in authored() if held_out(row)]
    found = [
        {score.task: score.macro_f1 or 0.0 for score in evaluate(reader, aside) if score.language == ALL}
        for reader in (plugins.load("embeddings.readers", mode)() for mode in ("accurate", "auto"))
    ]
    return {task: found[0][task] - found[1][task] for task in found[0]}


def main() -> None:
    """Print the table."""
    remarks = texts()
    print(f"{len(remarks)} remarks of {np.mean([len(text.split()) for text in remarks]):.1f} words, en/he/fa")
    missed = []
    for mode, bar in RATES.items():
        a_second, one = rate(mode, remarks)
        loaded = loading(mode)
        print(
            f"{mode:<9} {a_second:>7,.0f} texts/s (bar {bar:,})  one question {one * 1000:.1f} ms  load {loaded:.2f} s"
        )
        missed += [mode] if a_second < bar or one > QUESTION or loaded > LOADING else []
    auto = plugins.load("embeddings.readers", "auto")()
    assert isinstance(auto, AutoReader)
    print(f"auto settles {auto.settled(auto.fast.read(remarks)).mean():.0%} of them without the encoder")
    for task, lost in losses().items():
        print(f"auto loses {lost:+.3f} macro-F1 of {task}")
        missed += [f"auto {task}"] if lost > LOSS else []
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
