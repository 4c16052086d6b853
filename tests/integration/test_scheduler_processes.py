"""The scheduler in processes of its own: two at once send nothing twice, and one that is killed loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from mining import watches
from mining.database import open_engine
from mining.store import Store
from tests.integration.test_postgres import server, url
from tests.watched import MONDAY, WatchesBehaviour, keys, watch

__all__ = ["server", "url"]

# A process of its own: the real scheduler, whose work writes a line for what it sends.
PROCESS = dedent("""
    import sys, time
    from datetime import timedelta
    from pathlib import Path
    from assistant.scheduler import Made, Scheduler
    from mining.database import open_engine
    from mining.store import Store
    from tests.watched import MONDAY

    class Writing:
        def __init__(self, path, hang):
            self.path, self.hang = Path(path), hang
        def make(self, due, due_at, *, late):
            return Made(due.text)
        def send(self, due, made, key):
            if self.hang == "before":
                self.path.with_suffix(".hangs").touch(); time.sleep(600)
            with self.path.open("a") as file:
                file.write(key + "\\n")
            if self.hang == "after":
                self.path.with_suffix(".hangs").touch(); time.sleep(600)
            return "written"
        def sent(self, due, key, since):
            return "written" if self.path.exists() and key in self.path.read_text().split() else None
        def tell(self, due, why):
            pass

    url, path, hang, minutes = sys.argv[1:]
    store = Store(open_engine(url)).open()
    scheduler = Scheduler(store, Writing(path, hang), lambda: MONDAY + timedelta(minutes=float(minutes)), workers=2)
    for job in scheduler.tick():
        job.result(60)
    scheduler.stop()
""")


def process(url: str, path: Path, hang: str = "", minutes: int = 0) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PROCESS, url, str(path), hang, str(minutes)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(root)}, cwd=root)


def written(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def two_processes(url: str, path: Path) -> None:
    store = Store(open_engine(url)).open()
    for number in range(40):
        watches.put(store, watch(f"w{number}", to=f"#c{number % 5}"))
    both = [process(url, path) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    assert sorted(written(path)) == sorted(key for number in range(40) for key in keys(f"w{number}", MONDAY))
    assert watches.unfinished(store) == []
    store.close()


def killed(url: str, path: Path, hang: str) -> None:
    store = Store(open_engine(url)).open()
    watches.put(store, watch())
    first = process(url, path, hang)
    wait_for(path.with_suffix(".hangs"))
    os.kill(first.pid, signal.SIGKILL)
    first.wait(60)
    [left] = watches.unfinished(store)
    assert left.note.startswith("sending")
    # On the same host nobody waits for the lease: the process is gone.
    assert process(url, path, minutes=1).wait(120) == 0
    assert written(path) == keys("w1", MONDAY)
    [run] = watches.history(store, "w1")
    assert run.outcome == "sent"
    store.close()


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'overheard.db'}"


def test_two_processes_send_everything_once(file: str, tmp_path: Path) -> None:
    two_processes(file, tmp_path / "sent")


@pytest.mark.parametrize("hang", ["before", "after"])
def test_what_a_killed_process_left_is_sent_once(file: str, tmp_path: Path, hang: str) -> None:
    killed(file, tmp_path / "sent", hang)


class TestOnPostgres(WatchesBehaviour):
    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        store = Store(open_engine(url)).open()
        yield store
        store.close()

    def test_two_processes_send_everything_once(self, url: str, tmp_path: Path) -> None:
        two_processes(url, tmp_path / "sent")

    def test_what_a_killed_process_left_is_sent_once(self, url: str, tmp_path: Path) -> None:
        killed(url, tmp_path / "sent", "after")


def test_a_running_scheduler_sends_by_itself_and_stops(file: str, tmp_path: Path) -> None:
    from assistant.scheduler import Scheduler
    from tests.watched import Clock, Noting

    store = Store(open_engine(file)).open()
    watches.put(store, watch())
    work, clock = Noting(), Clock(MONDAY - timedelta(seconds=1))
    scheduler = Scheduler(store, work, clock, every_s=0.01)
    scheduler.start()
    clock.now = MONDAY
    deadline = time.monotonic() + 30
    while not work.delivered and time.monotonic() < deadline:
        time.sleep(0.01)
    scheduler.stop()
    assert work.delivered == keys("w1", MONDAY)
    clock.now = MONDAY + timedelta(days=7)
    time.sleep(0.05)
    assert work.delivered == keys("w1", MONDAY)
    store.close()
