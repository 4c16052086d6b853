"""How fast feedback is taken in, end to end, beside Chroma's own bare rate for the same vectors.

``python -m benchmarks.ingest [--count 20000] [--runs 3] [--mode fast]`` prints feedback per second, where time goes,
peak memory, and the ratio of the time that Chroma alone needs for the vectors to the time of the whole run. Runs of
both take turns, each in a process and a folder of its own, because other work on the machine slows both.
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
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import corpus

RATIO_BAR = 0.5
MEMORY_BAR_MB = 1_500
_BATCH = 5_000
_STAGES = ("reading the file", "masking", "cutting", "labels and vectors", "SQL", "waiting for the index", "the rest")


def main() -> None:
    """Measure and print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, help="reviews")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--mode", default="accurate", help="how remarks are read: accurate, fast or auto")
    parser.add_argument("--part", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        name, folder, reviews = given.part
        print(json.dumps(_PARTS[name](Path(folder), Path(reviews))))
        return
    with tempfile.TemporaryDirectory() as place:
        folder, reviews = Path(place), Path(place) / "reviews.jsonl"
        corpus.write(reviews, given.count)
        for run in range(given.runs):
            home = folder / f"ours-{run}"
            home.mkdir()
            (home / "overheard.toml").write_text(f'[models]\nmode = "{given.mode}"\n', encoding="utf-8")
        measured = [
            {name: _apart(name, folder / f"{name}-{run}", reviews) for name in _PARTS} for run in range(given.runs)
        ]
    sys.exit(report(given.count, measured))


def report(count: int, runs: list[dict[str, dict[str, Any]]]) -> int:
    """Print medians; 0 when the bars are met."""

    def median(part: str, figure: str) -> float:
        return float(statistics.median(run[part][figure] for run in runs))

    whole, process = median("ours", "seconds"), median("ours", "process")
    memory = max(run["ours"]["memory"] for run in runs)
    vectors = runs[0]["ours"]["vectors"]
    print(f"{count:,} reviews, {vectors:,} mentions with a vector and five labels each; median of {len(runs)} runs\n")
    print(f"{'':<44}{'seconds':>9}{'feedback/s':>12}{'vectors/s':>11}")
    rows = [("the whole run", whole), ("the same, process start and imports included", process)]
    rows += [("bare Chroma upsert, our settings", median("bare", "seconds"))]
    rows += [("bare Chroma upsert, Chroma's own settings", median("default", "seconds"))]
    for name, seconds in rows:
        print(f"{name:<44}{seconds:>9.1f}{count / seconds:>12,.0f}{vectors / seconds:>11,.0f}")
    ratios = [median(part, "seconds") / whole for part in ("bare", "default")]
    print(f"\nbare Chroma's time / ours: {ratios[0]:.2f} (its own settings {ratios[1]:.2f}; the bar is {RATIO_BAR})")
    print(f"peak memory of both processes: {memory:,.0f} MB (the bar is {MEMORY_BAR_MB:,})\n")
    for stage in _STAGES:
        seconds = statistics.median(run["ours"]["stages"].get(stage, 0.0) for run in runs)
        print(f"  {stage:<24}{seconds:>7.1f} s {seconds / whole:>6.0%}")
    return int(ratios[0] < RATIO_BAR or memory > MEMORY_BAR_MB)


def _apart(part: str, folder: Path, reviews: Path) -> dict[str, Any]:
    """What a part measures in a process of its own, with its whole time as ``process``."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--part", part, str(folder), str(reviews)]
    begun = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**measured, "process": time.perf_counter() - begun}


# --- ours -----------------------------------------------------------------------------------------------------------


class Stopwatch:
    """Seconds per stage: functions put under it add their time to it, less the time of those that they call."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._within: list[float] = []

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Put a function of a module or class under a stage."""
        function: Callable[..., Any] = getattr(owner, name)

        def watched(*arguments: Any, **more: Any) -> Any:
            self._within.append(0.0)
            begun = time.perf_counter()
            try:
                return function(*arguments, **more)
            finally:
                spent = time.perf_counter() - begun
                self.seconds[stage] += spent - self._within.pop()
                if self._within:
                    self._within[-1] += spent

        setattr(owner, name, watched)


def ours(home: Path, reviews: Path) -> dict[str, Any]:
    """A whole run as the command line makes it, from an empty folder."""
    from assistant.wiring import Workspace
    from mining import mention, pipeline, pulling, store, work

    watch = Stopwatch()
    for owner, name, stage in (
        (pipeline, "pull", "reading the file"), (pulling, "mask_feedback", "masking"),
        (store.Store, "put_page", "SQL"), (pipeline, "understand", "waiting for the index"),
        (work, "to_mine", "SQL"), (work, "feedback", "SQL"), (work, "put_mined", "SQL"),
        (work, "stale_vectors", "SQL"), (work, "unindexed", "SQL"), (work, "indexed", "SQL"),
        (mention, "split", "cutting"), (pipeline.Miner, "tag", "labels and vectors"),
    ):  # fmt: skip
        watch.watch(owner, name, stage)
    begun = time.perf_counter()
    where = Workspace.open(home)
    with where.writing(), where.index_writer() as index:
        settings = {"path": str(reviews), "channel": "review"}
        connector, what = where.built("shop", "files", settings)
        pipeline.pull(where.store, connector, what, where.key)
        done = pipeline.understand(where.store, where.miner, lambda: index)
    seconds = time.perf_counter() - begun
    where.store.close()
    watch.seconds["the rest"] = seconds - sum(watch.seconds.values())
    memory = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1_024
    return {"seconds": seconds, "vectors": done.indexed, "memory": memory, "stages": watch.seconds}


# --- bare Chroma ----------------------------------------------------------------------------------------------------


def bare(folder: Path, reviews: Path) -> dict[str, Any]:
    """Nothing but Chroma's upsert into a fresh folder, with the settings of our collection."""
    from embeddings.chroma import _CONFIGURATION

    return _bare(folder, _CONFIGURATION)


def default(folder: Path, reviews: Path) -> dict[str, Any]:
    """The same with the settings that Chroma itself would choose."""
    return _bare(folder, None)


def _bare(folder: Path, configuration: Any) -> dict[str, Any]:
    import chromadb
    from chromadb.config import Settings

    ids, vectors = _made_before(folder)
    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection("mentions", embedding_function=None, configuration=configuration)
    begun = time.perf_counter()
    for start in range(0, len(ids), _BATCH):
        collection.upsert(ids=ids[start : start + _BATCH], embeddings=vectors[start : start + _BATCH])
    return {"seconds": time.perf_counter() - begun}


def _made_before(folder: Path) -> tuple[list[str], Any]:
    """Ids and vectors of the whole run that came before in the same round."""
    from assistant.wiring import Workspace
    from mining import work

    where = Workspace.open(folder.with_name(f"ours-{folder.name.rpartition('-')[2]}"))
    rows = work.unindexed(where.store, "no model")
    where.store.close()
    return [id_ for id_, _ in rows], where.miner.embedder.encode([text for _, text in rows])


_PARTS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {"ours": ours, "bare": bare, "default": default}

if __name__ == "__main__":
    main()
