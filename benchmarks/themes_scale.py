"""Themes at size: how long, in how much memory, and how stable.

python -m benchmarks.themes_scale [--mentions 100000]

Prints, on this machine: seconds and memory for so many mentions themed from nothing, for a thousand new ones, how long
another writer waits meanwhile, and seconds for an edit with the next count. Then, of a fifth of them, what share keeps
its theme when a tenth is added, and the adjusted Rand index between one batch and ten, and between two orders of
arrival. The remarks are our own, two and two together, so that each is another one; labels are those of the first.
Vectors are those of the static model, made before the clock starts, as the pipeline makes them while it labels; with
them the catalogue claims less than in the default mode, and more is left to be grouped.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import numpy as np

from benchmarks.themes import peak
from connectors.record import Channel, Feedback, Speaker
from embeddings.models import static
from mining.database import open_engine
from mining.mention import VERSION, Mention
from mining.store import Pull, Store
from mining.taggers.base import Label
from mining.themes import listing, table
from mining.themes.editor import Editor
from mining.themes.space import space_of
from mining.themes.update import update
from mining.training.themes import LANGUAGES, read, written
from mining.work import Mined, put_mined

_FIRST = datetime(2026, 8, 1, tzinfo=UTC)


def main() -> None:
    """Print the figures; exit status 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, default=100_000)
    parser.add_argument("--at", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.at:
        _size(given.at, given.mentions)
        return
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own, so that the memory is that of themes alone.
        put(Store(open_engine(f"sqlite:///{folder}/big.db")).open(), said(given.mentions))
        arguments = [sys.executable, "-m", "benchmarks.themes_scale", "--at", folder, "--mentions", str(given.mentions)]
        subprocess.run(arguments, check=True)
        _stability(Path(folder), given.mentions // 5)


def said(count: int, seed: int = 5) -> list[tuple[Feedback, str, str]]:
    """Remarks with their language and side, each another one."""
    lots = random.Random(seed)
    sets = (read(kept_aside=False), written(), read(kept_aside=True))
    pool = [
        (rows.texts[language][place], language, rows.sides[place])
        for rows in sets
        for language in LANGUAGES
        for place in range(len(rows.sides))
    ]
    by_kind: dict[tuple[str, str], list[str]] = {}
    for text, language, side in pool:
        by_kind.setdefault((language, side), []).append(text)
    made = []
    for number in range(count):
        text, language, side = pool[lots.randrange(len(pool))]
        more = lots.choice(by_kind[language, side]).split()
        at = _FIRST + timedelta(minutes=lots.randrange(90 * 24 * 60))
        item = Feedback(
            source="load",
            native_id=f"{number:07}",
            channel=Channel.REVIEW,
            text=f"{text} {' '.join(more[: lots.randrange(1, 5)])}",
            said_at=at,
            fetched_at=at,
            author=f"person {lots.randrange(count // 2 + 1)}",
        )
        made.append((item, language, side))
    return made


def put(store: Store, rows: Sequence[tuple[Feedback, str, str]]) -> None:
    """Store remarks, one mention each, with labels of their side and vectors."""
    embedder = static.plugin()
    space = space_of(embedder)
    for at in range(0, len(rows), 5_000):
        part = rows[at : at + 5_000]
        items = [item for item, _, _ in part]
        store.put_page(Pull("load|", "load", {}), items, {})
        mentions = [
            Mention(f"{item.id}#0", item.id, item.text, Speaker.CUSTOMER, 0, len(item.text), language)
            for item, language, _ in part
        ]
        labels = [
            {
                task: Label(value, 0.9, f"{task}@1")
                for task, value in (
                    ("sentiment", "negative" if side == "pain" else "positive"),
                    ("intent", "complaint" if side == "pain" else "praise"),
                    ("touchpoint", "none"),
                    ("stage", "experience"),
                    ("effort", "none"),
                )
            }
            for _, _, side in part
        ]
        vectors = embedder.encode([item.text for item in items])
        kept = space.kept(vectors)
        put_mined(store, Mined([item.id for item in items], mentions, labels, vectors, (), "", kept, space.by), VERSION)


def _size(folder: Path, count: int) -> None:
    store, embedder = Store(open_engine(f"sqlite:///{folder}/big.db")).open(), static.plugin()
    seconds = _timed(lambda: update(store, embedder))
    print(f"{count:,} mentions from nothing: {seconds:.1f} s, at most {peak():.0f} MiB", flush=True)
    before = themes_of(store)
    themed = sum(theme is not None for theme in before.values())
    print(f"  {themed / len(before):.3f} of them in {len(set(before.values()))} themes", flush=True)
    more = said(count + 1_000, seed=6)[count:]
    put(store, more)
    with _another_writer(folder) as waited:
        seconds = _timed(lambda: update(store, embedder))
    print(f"1,000 new ones: {seconds:.1f} s, of which another writer waits {max(waited):.2f} s at most", flush=True)
    biggest = [one.theme.id for one in listing.overview(store).themes if one.theme.side == "pain"][:2]
    begun = time.perf_counter()
    Editor(store, "benchmark").merge(biggest[1], biggest[0])
    from mining.filters import Filters

    listing.grouped(store, Filters(since=_FIRST + timedelta(days=60), until=_FIRST + timedelta(days=90)), "pain")
    print(f"an edit, and the next count of 30 days: {time.perf_counter() - begun:.1f} s", flush=True)
    store.close()


@contextmanager
def _another_writer(folder: Path) -> Iterator[list[float]]:
    """Seconds that somebody waits who would write, again and again."""
    waited, ended = list[float](), Event()

    def write() -> None:
        with closing(sqlite3.connect(folder / "big.db", timeout=600, isolation_level=None)) as connection:
            while not ended.wait(0.02):
                begun = time.perf_counter()
                connection.execute("BEGIN IMMEDIATE")
                waited.append(time.perf_counter() - begun)
                connection.execute("ROLLBACK")

    thread = Thread(target=write)
    thread.start()
    try:
        yield waited
    finally:
        ended.set()
        thread.join()


def _timed(work: object) -> float:
    begun = time.perf_counter()
    work()  # type: ignore[operator]  # a function without arguments
    return time.perf_counter() - begun


def themes_of(store: Store) -> dict[str, str | None]:
    """The theme of every mention."""
    with store.transaction() as connection:
        return {mention_id: theme for mention_id, *_, theme in table.belonging(connection)}


def _stability(folder: Path, count: int) -> None:
    from sklearn.metrics import adjusted_rand_score

    embedder = static.plugin()
    rows = said(count, seed=7)
    tenth = count // 10
    orders = {"in order": rows, "shuffled": random.Random(8).sample(rows, len(rows))}
    outcomes: dict[str, dict[str, str | None]] = {}
    for name, order in orders.items():
        store = Store(open_engine(f"sqlite:///{folder}/{name.replace(' ', '-')}.db")).open()
        for batch in range(10):
            put(store, order[batch * tenth : (batch + 1) * tenth])
            before = themes_of(store)
            update(store, embedder)
            if batch:
                now = themes_of(store)
                kept = np.mean([now[id_] == theme for id_, theme in before.items()])
                print(f"{name}, {10 * batch} % and a tenth more: {kept:.3f} of the old keep their theme", flush=True)
        outcomes[name] = themes_of(store)
        store.close()
    store = Store(open_engine(f"sqlite:///{folder}/one.db")).open()
    put(store, rows)
    update(store, embedder)
    outcomes["one batch"] = themes_of(store)
    store.close()
    ids = sorted(outcomes["in order"])
    for first, second in (("in order", "shuffled"), ("one batch", "in order")):
        pair = [[str(outcomes[one][id_]) for id_ in ids] for one in (first, second)]
        print(f"adjusted Rand, {first} and {second}: {adjusted_rand_score(*pair):.3f}", flush=True)


if __name__ == "__main__":
    main()
