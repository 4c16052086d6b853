"""What the runner adds to a source that serves 5,000 items a second, and its memory over a long backfill.

``python -m benchmarks.runner [--count 30000] [--long 300000] [--runs 3]`` reads a source made here that hands out pages
of 100 short posts at 5,000 posts a second, as a network would: it sleeps until each page is due. Beside it stands the
time of taking the same pages and throwing them away. The difference is all that we add: masking of personal data, one
transaction a page with items, rejects and cursor in a SQLite file, and the notes of the run. Runs of both take turns.
How fast the same is done when the source never makes us wait is printed beside it, and so is the peak memory of a
backfill of ``--long`` posts at a tenth, at half and at the end of the way.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from connectors.base import Page, Reject, Window
from connectors.record import Channel, Feedback
from mining.database import open_engine
from mining.pulling import Progress, pull
from mining.store import Pull, Store
from mining.sweeps import Kind

PER_SECOND = 5_000
PAGE = 100
BAR = 0.10
# What the memory may still grow by after half of the way: by then SQLite's own cache (64 MB) is full.
MEMORY_BAR_MB = 10

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_WHO = ("The parcel", "My card", "The app", "Support", "הקופה", "המשלוח שלי", "بسته", "پشتیبانی")
_WHAT = ("came two weeks late", "was declined twice", "keeps crashing on my phone", "never answered me", "קרסה פעמיים",
         "הגיע באיחור של שבוע", "خیلی دیر رسید", "was lovely, thank you so much")  # fmt: skip


class Paced:
    """A live source of made-up posts; ``per_second`` None is as fast as they can be made."""

    name = "posts"

    def __init__(self, count: int, per_second: float | None) -> None:
        self._count = count
        self._rate = per_second
        lots = Random(7)
        self._texts = [
            ". ".join(f"{lots.choice(_WHO)} {lots.choice(_WHAT)}" for _ in range(lots.randint(1, 4)))
            for _ in range(997)
        ]

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """Pages of 100, each when it is due."""
        begun, fetched = time.perf_counter(), datetime.now(UTC)
        start = cursor.get("at", 0)
        for at in range(start if isinstance(start, int) else 0, self._count, PAGE):
            items = [self._post(number, fetched) for number in range(at, min(at + PAGE, self._count))]
            if self._rate:
                due = begun + (at + len(items)) / self._rate
                time.sleep(max(due - time.perf_counter(), 0))
            yield Page(items, {"v": 1, "at": at + len(items)}, done=(at + len(items)) / self._count)

    def _post(self, number: int, fetched: datetime) -> Feedback:
        return Feedback(
            "posts", f"p{number}", Channel.SOCIAL, _BEGIN + timedelta(seconds=number), fetched,
            self._texts[number % len(self._texts)], f"user{number % 5003}", f"https://example.com/p{number}",
            extra={"score": str(number % 90)},
        )  # fmt: skip

    def retry(self, reject: Reject) -> Feedback | Reject:
        """There are none."""
        return reject

    def check(self) -> str:
        """It is here."""
        return "made here"

    def recheck(self, native_ids: Sequence[str]) -> Iterator[Page]:
        """Nothing is known of the past."""
        return iter(())


def main() -> None:
    """Measure and print; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=30_000, help="posts of a run")
    parser.add_argument("--long", type=int, default=300_000, help="posts of the backfill")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    missed = added(given.count, given.runs)
    missed += memory(given.long)
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


def added(count: int, runs: int) -> list[str]:
    """Print what the runner adds; the bars that were missed."""
    bare, ours, unpaced = [], [], []
    for _ in range(runs):
        bare.append(_taken(Paced(count, PER_SECOND)))
        ours.append(_pulled(Paced(count, PER_SECOND)))
        unpaced.append(_pulled(Paced(count, None)))
    source, runner, fast = (
        statistics.median(times) for times in (bare, [clock for clock, _ in ours], [clock for clock, _ in unpaced])
    )
    work = statistics.median(worked for _, worked in ours)
    share = runner / source - 1
    print(f"{count:,} posts in pages of {PAGE}, median of {runs} runs")
    print(f"  the source alone             {source:6.2f} s  {count / source:8,.0f} posts/s")
    print(
        f"  pulled into a store          {runner:6.2f} s  {count / runner:8,.0f} posts/s  {share:+.1%} (bar {BAR:.0%})"
    )
    print(f"  pulled, source never waiting {fast:6.2f} s  {count / fast:8,.0f} posts/s")
    print(f"  of one core, while it is read at its own pace: {work / runner:.0%}")
    print(f"  the runner adds {share:+.1%} (bar {BAR:.0%})")
    return ["what the runner adds"] if share >= BAR else []


def _taken(source: Paced) -> float:
    begun = time.perf_counter()
    for _ in source.pull({}, Window()):
        pass
    return time.perf_counter() - begun


def _pulled(source: Paced) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    with tempfile.TemporaryDirectory() as place:
        store = Store(open_engine(f"sqlite:///{Path(place) / 'overheard.db'}")).open()
        begun, worked = time.perf_counter(), time.process_time()
        pull(store, source, Pull("posts|", "posts", {}), bytes(32))
        spent = time.perf_counter() - begun, time.process_time() - worked
        store.close()
    return spent


def memory(count: int) -> list[str]:
    """Print the peak memory along a backfill; the bars that were missed."""
    marks = {count // 10: 0.0, count // 2: 0.0, count: 0.0}

    def note(step: Progress) -> None:
        if step.items in marks:
            marks[step.items] = _peak_mb()

    with tempfile.TemporaryDirectory() as place:
        store = Store(open_engine(f"sqlite:///{Path(place) / 'overheard.db'}")).open()
        window = Window(_BEGIN, _BEGIN + timedelta(days=365))
        source, what = Paced(count, None), Pull("posts||backfill", "posts", {})
        begun = time.perf_counter()
        pulled = pull(store, source, what, bytes(32), window, note, kind=Kind.BACKFILL)
        spent = time.perf_counter() - begun
        store.close()
    print(f"a backfill of {pulled.stored.new:,} posts in {spent:.0f} s, peak memory:")
    for items, peak in marks.items():
        print(f"  after {items:9,} posts {peak:7.1f} MB")
    grown = marks[count] - marks[count // 2]
    print(f"  grown by {grown:.1f} MB over the second half (bar {MEMORY_BAR_MB} MB)")
    return ["flat memory"] if grown > MEMORY_BAR_MB else []


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    main()
