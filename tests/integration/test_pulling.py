"""Sources read as long as a server runs, on a real workspace: what is due is read, understood and counted."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from api.pulling import Pulling
from api.working import Upkeep
from assistant import doctor, sources
from assistant.wiring import Workspace
from mining import locks, reading, schema, sweeps
from mining.filters import Filters
from mining.sweeps import Outcome
from tests.swept import Ticking

CONFIG = """
[sources.shop]
use = "files"
path = "{folder}/shop/*.csv"
every = "15m"
[sources.gone]
use = "files"
path = "{folder}/gone/*.csv"
[sources.by-hand]
use = "files"
path = "{folder}/shop/*.csv"
every = "off"
"""


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.delenv("OVERHEARD_CONFIG", raising=False)
    (tmp_path / "shop").mkdir()
    write(tmp_path, "one", "The parcel came two weeks late.")
    home = tmp_path / "home"
    home.mkdir()
    (home / "overheard.toml").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    made = Workspace.open(home, mode="fast")
    made.initialise()
    yield made
    made.store.close()


def write(folder: Path, name: str, text: str) -> None:
    (folder / "shop" / f"{name}.csv").write_text(f"id,date,text\n{name},2026-11-02,{text}\n", encoding="utf-8")


def heard(where: Workspace) -> int:
    return reading.total(where.store, Filters()).mentions


def test_what_is_due_is_read_and_counted_and_a_source_that_fails_stops_nothing(
    where: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Ticking(datetime.now(UTC))
    where.clock = clock
    assert sources.due(where, clock.now()) == ["shop", "gone"]
    upkeep = Upkeep(where)
    pulling = Pulling(where, upkeep)
    upkeep.start()
    try:
        with caplog.at_level(logging.WARNING):
            for job in pulling.tick():
                job.result(60)
        assert upkeep.wait(upkeep.nudge(), 120)
        assert "gone: there is no file at" in caplog.text
        assert heard(where) == 1
        assert {name: sweep.outcome for name, sweep in sweeps.latest(where.store).items()} == {
            "gone": Outcome.FAILED,
            "shop": Outcome.COMPLETE,
        }
        assert pulling.tick() == [], "nothing is due again yet"
        write(tmp_path, "two", "Lovely beans.")
        clock.at += timedelta(minutes=16)
        [job] = pulling.tick()
        job.result(60)
        assert upkeep.wait(upkeep.nudge(), 120)
        assert heard(where) == 2
    finally:
        pulling.stop()
        upkeep.stop(60)


def test_a_source_that_another_process_reads_is_left_to_it(where: Workspace) -> None:
    pulling = Pulling(where, Upkeep(where))
    with locks.reading(where.store, "shop"):
        for job in pulling.tick():
            job.result(60)
        assert sweeps.history(where.store, "shop") == []
    for job in pulling.tick():
        job.result(60)
    assert [sweep.outcome for sweep in sweeps.history(where.store, "shop")] == [Outcome.COMPLETE]
    pulling.stop()


def test_it_looks_by_itself_and_ends_when_it_is_told_to(where: Workspace) -> None:
    upkeep = Upkeep(where)
    pulling = Pulling(where, upkeep, every_s=0.05)
    pulling.start()
    deadline = time.monotonic() + 60
    while not where.store.count_feedback():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    pulling.stop()
    assert {sweep.outcome for sweep in sweeps.latest(where.store).values()} <= {Outcome.COMPLETE, Outcome.FAILED}
    assert locks.is_free(where.store, "shop")


def test_the_doctor_tells_of_sources_and_of_a_clock_that_is_wrong(where: Workspace) -> None:
    pulling = Pulling(where, Upkeep(where))
    assert finding(where, "source shop").says == "not read yet"
    for job in pulling.tick():
        job.result(60)
    pulling.stop()
    assert finding(where, "source shop").ok
    assert not finding(where, "source gone").ok
    assert "no file at" in finding(where, "source gone").says
    assert finding(where, "clock").ok
    sweep = sweeps.history(where.store, "shop")[0]
    later = update(schema.sweeps).where(schema.sweeps.c.id == sweep.id)
    with where.store.transaction() as connection:
        connection.execute(later.values(started_at=datetime(2040, 1, 1, tzinfo=UTC)))
    assert "2040-01-01" in finding(where, "clock").says


def finding(where: Workspace, check: str) -> doctor.Finding:
    [found] = [one for one in doctor.examine(where) if one.check == check]
    return found
