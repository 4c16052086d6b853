"""Sources read by processes: two at once never read the same one, and one that is killed leaves no lock behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from connectors.errors import Busy
from connectors.record import Feedback
from mining import locks, runner, schema, sweeps
from mining.database import open_engine
from mining.pulling import pull
from mining.store import Pull, Store
from mining.sweeps import Outcome
from tests.fakes import KEY
from tests.integration.test_postgres import server, url
from tests.store_behaviour import rows
from tests.swept import LiveReading, Vendor

__all__ = ["server", "url"]

SHOP = Pull("shop|", "shop", {})

# A process of its own: it reads the source and says after which page; its last page never comes.
PROCESS = dedent("""
    import sys, time
    from pathlib import Path
    from mining.database import open_engine
    from mining.pulling import pull
    from mining.store import Pull, Store
    from tests.fakes import KEY
    from tests.swept import LiveReading, Vendor

    url, file = sys.argv[1:]

    class Hanging(LiveReading):
        def pull(self, cursor, window):
            for number, page in enumerate(super().pull(cursor, window)):
                if number == 2:
                    time.sleep(600)
                yield page

    vendor = Vendor()
    for _ in range(9):
        vendor.write()
    store = Store(open_engine(url)).open()
    told = lambda step: step.items == 6 and Path(file).touch()
    pull(store, Hanging(vendor), Pull("shop|", "shop", {}), KEY, on_progress=told)
""")


def started(url: str, file: Path) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROCESS, url, str(file)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(root)}, cwd=root)
    deadline = time.monotonic() + 60
    while not file.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def one_at_a_time(url: str, folder: Path) -> None:
    store = Store(open_engine(url)).open()
    vendor = Vendor()
    for _ in range(9):
        vendor.write()
    process = started(url, folder / "stored")
    try:
        with pytest.raises(Busy, match="another run is reading 'shop'"):
            pull(store, LiveReading(vendor), SHOP, KEY)
        # Another source is nobody's business.
        assert pull(store, LiveReading(Vendor()), Pull("other|", "other", {}), KEY).sweep.outcome is Outcome.COMPLETE
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    wait_until_free(store)
    pulled = pull(store, LiveReading(vendor), SHOP, KEY)
    assert pulled.stored.new == 3, "six were stored before it was killed"
    assert {row.id: row.text for row in rows(store, schema.feedback)} == vendor.alive
    assert [sweep.outcome for sweep in sweeps.history(store, "shop")] == [Outcome.COMPLETE, Outcome.STOPPED]
    store.close()


def wait_until_free(store: Store) -> None:
    """A server needs a moment to notice that somebody has gone."""
    deadline = time.monotonic() + 60
    while not locks.is_free(store, "shop"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_processes_never_read_the_same_source_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    one_at_a_time(f"sqlite:///{tmp_path / 'overheard.db'}", tmp_path)


def test_so_it_is_on_a_server(url: str, tmp_path: Path) -> None:
    one_at_a_time(url, tmp_path)


@pytest.fixture
def on_server(url: str) -> Iterator[Store]:
    store = Store(open_engine(url)).open()
    yield store
    store.close()


def test_sources_are_read_side_by_side_into_a_server(on_server: Store) -> None:
    vendor = Vendor()
    for number in range(40):
        vendor.write()
        vendor.edit(number // 2)
    vendor.delete(3)

    def named(name: str) -> runner.Job:
        class Renamed(LiveReading):
            def pull(self, cursor, window):  # type: ignore[no-untyped-def]  # as the class above has it
                for page in super().pull(cursor, window):
                    items = [replace(item, source=name) if isinstance(item, Feedback) else item for item in page.items]
                    yield replace(page, items=items)

        return runner.Job(name, lambda: (Renamed(vendor), Pull(f"{name}|", name, {})))

    names = [f"source-{number}" for number in range(12)]
    for _ in range(2):
        reports = list(runner.run(on_server, [named(name) for name in names], KEY))
        assert all(report.error is None and report.pulled for report in reports)
    held = [row.id for row in rows(on_server, schema.feedback)]
    assert sorted(held) == sorted(f"{name}:{id_.partition(':')[2]}" for name in names for id_ in vendor.alive)
