"""Two runs at once, Ctrl-C, a full disk, a workspace that was tampered with: said in words, and nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.wiring import DATABASE, INDEX, KEY, Workspace
from tests.command_line import Home

# --- two at once ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def running(home: Home, *arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run that has taken the workspace's lock and is at work."""
    process = subprocess.Popen(home.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)


def wait_for_more_than(home: Home, count: int) -> None:
    for _ in range(60):
        if home.count() > count:
            return
        time.sleep(0.05)
    raise AssertionError("the run stored nothing in a minute")


def wait_for(path: Path) -> None:
    for _ in range(3_000):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"no {path.name} in half a minute")


def test_the_second_of_two_runs_is_told_to_wait_while_readers_go_on(filled: Home, reviews: Path) -> None:
    first = Workspace.open(filled.folder)
    with first.writing(), first.index():
        assert "another run" in filled.refused(*filled.ingest(reviews))
        assert "another run" in filled.refused("tag")
        assert json.loads(filled.good("ask", "top pain points in October", "--as-of", "2026-11-22", "--json"))
        assert json.loads(filled.good("search", "parcel", "--json"))
    filled.good("tag")


def test_first_runs_at_once_on_a_new_workspace(home: Home, reviews: Path) -> None:
    runs = [subprocess.Popen(home.command(*home.ingest(reviews)), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            for _ in range(3)]  # fmt: skip
    said = [(process.communicate(timeout=120)[1].decode(), process.returncode) for process in runs]
    assert all(code == 0 or "another run" in error for error, code in said), said
    assert any(code == 0 for _, code in said)
    assert home.count() == 9
    home.good("doctor")


# --- Ctrl-C ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["starting", "storing"])
def test_a_run_stopped_by_hand_says_so_and_the_next_goes_on(home: Home, many: Path, moment: str) -> None:
    with running(home, *home.ingest(many)) as process:
        if moment == "storing":
            wait_for_more_than(home, 0)
        else:
            wait_for(home.folder / "run.lock")
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130, error
    assert "Traceback" not in error
    assert "goes on from there" in error
    home.good(*home.ingest(many))
    assert home.count() == 2_000
    home.good("doctor")


# --- a full disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here: this takes root and the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full(small_disk: Path, many: Path) -> None:
    home = Home(small_disk / "home")
    home.good("init")
    assert "full" in home.refused(*home.ingest(many))


@pytest.mark.parametrize("what", ["database", "index"])
def test_a_disk_that_fills_up_on_the_way(small_disk: Path, filled: Home, many: Path, tmp_path: Path, what: str) -> None:
    home = filled
    if what == "database":
        home = Home(small_disk / "home")
        shutil.copytree(filled.folder, home.folder)
    else:
        shutil.move(home.folder / INDEX, small_disk / INDEX)
        (home.folder / INDEX).symlink_to(small_disk / INDEX)
    more = tmp_path / "more.jsonl"
    more.write_text("".join(many.read_text(encoding="utf-8").splitlines(keepends=True)[100:400]), encoding="utf-8")
    ballast = small_disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"x" * 1_024):
            pass
    os.truncate(ballast, ballast.stat().st_size - 40 * 1_024)
    assert "disk is full" in home.refused(*home.ingest(more))
    assert home.count() == (9 if what == "database" else 309)
    ballast.unlink()
    home.good(*home.ingest(more))
    assert home.count() == 309
    home.good("doctor")


# --- a workspace that was tampered with -----------------------------------------------------------------------------


def a_mention(home: Home) -> str:
    """The id of some mention."""
    id_: str = json.loads(home.good("search", "parcel", "--json"))[0]["mention_id"]
    return id_


def test_an_index_deleted_by_hand(filled: Home) -> None:
    mention = a_mention(filled)
    shutil.rmtree(filled.folder / INDEX)
    assert "overheard reindex" in filled.refused("similar", mention)
    assert json.loads(filled.good("search", "parcel", "--json"))
    filled.good("ask", "top pain points in October", "--as-of", "2026-11-22")
    filled.good("tag")
    assert json.loads(filled.good("similar", mention, "--json"))
    filled.good("doctor")


@pytest.mark.parametrize("name", ["chroma.sqlite3", "link_lists.bin", "data_level0.bin", "header.bin"])
def test_a_damaged_index(filled: Home, name: str) -> None:
    mention = a_mention(filled)
    found = list((filled.folder / INDEX).rglob(name))
    for path in found:
        path.write_bytes(random.Random(13).randbytes(5_000))
    if name == "chroma.sqlite3":
        assert "overheard reindex" in filled.refused("similar", mention)
    filled.good("reindex")
    assert json.loads(filled.good("similar", mention, "--json"))
    filled.good("doctor")


def test_a_damaged_database(filled: Home, reviews: Path) -> None:
    path = filled.folder / DATABASE
    path.write_bytes(random.Random(13).randbytes(20_000))
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("stats",), ("ask", "top pain points"), ("search", "parcel"), ("tag",), filled.ingest(reviews),
    )  # fmt: skip
    for command in commands:
        assert "damaged" in filled.refused(*command)
    done = filled.run("doctor")
    assert done.returncode == 1
    assert "damaged" in done.stdout


def test_a_database_damaged_in_the_middle(filled: Home) -> None:
    path = filled.folder / DATABASE
    content = bytearray(path.read_bytes())
    content[8_192:] = random.Random(13).randbytes(len(content) - 8_192)
    path.write_bytes(content)
    assert "damaged" in filled.refused("stats", "--by", "stage")


def test_a_missing_key(filled: Home, many: Path) -> None:
    (filled.folder / KEY).unlink()
    assert "key" in filled.refused(*filled.ingest(many))
    assert "key" in filled.refused("erase", "--author", "d", "--yes")
    filled.good("ask", "top pain points in October", "--as-of", "2026-11-22")
    assert filled.run("doctor").returncode == 1
