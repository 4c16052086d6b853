"""The worker beside a server: every nudge is followed by a look, whatever goes wrong in between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from api import working
from api.working import Stopped, Upkeep
from connectors.errors import Busy, OverheardError


class Place:
    """What stands in for a workspace: it counts how often it was told to look again."""

    def __init__(self) -> None:
        self.looked = 0

    def look_again(self) -> None:
        self.looked += 1


def upkeep(step: Callable[[Any, Callable[[], None]], bool], **more: Any) -> tuple[Upkeep, Place]:
    place = Place()
    return Upkeep(place, step=step, **{"every_s": 60.0, "busy_s": 0.01, **more}), place  # type: ignore[arg-type]  # a stand-in


def test_a_nudge_is_followed_by_a_look_and_caches_are_told_when_something_was_done() -> None:
    done = [True, False, True]
    worker, place = upkeep(lambda _where, _go_on: done.pop())
    worker.start()
    assert worker.wait(1, 30), "it looks when it begins"
    for _ in range(2):
        assert worker.wait(worker.nudge(), 30)
    worker.stop()
    assert (done, place.looked) == ([], 2)


def test_many_nudges_while_it_works_are_followed_by_one_look() -> None:
    looks: list[int] = []
    begun, go = Event(), Event()

    def step(_where: Any, _go_on: Callable[[], None]) -> bool:
        looks.append(1)
        begun.set()
        assert go.wait(30)
        return False

    worker, _ = upkeep(step)
    worker.start()
    assert begun.wait(30)
    numbers = [worker.nudge() for _ in range(5)]
    assert not worker.is_done(1)
    go.set()
    assert worker.wait(numbers[-1], 30)
    worker.stop()
    assert len(looks) == 2


def test_while_another_run_writes_it_asks_again_until_it_may() -> None:
    refusals = [Busy("another run"), Busy("another run")]

    def step(_where: Any, _go_on: Callable[[], None]) -> bool:
        if refusals:
            raise refusals.pop()
        return True

    worker, place = upkeep(step)
    worker.start()
    assert worker.wait(1, 30)
    worker.stop()
    assert place.looked == 1


@pytest.mark.parametrize("error", [OverheardError("the disk is full"), RuntimeError("a bug")])
def test_an_error_is_logged_and_what_is_missing_is_looked_for_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(working, "FAILED_S", 0.01)
    errors = [error]

    def step(_where: Any, _go_on: Callable[[], None]) -> bool:
        if errors:
            raise errors.pop()
        return True

    worker, _ = upkeep(step)
    with caplog.at_level(logging.ERROR):
        worker.start()
        assert worker.wait(1, 30)
    worker.stop()
    assert "could not be understood" in caplog.text


def test_it_ends_between_two_steps() -> None:
    begun, ended = Event(), Event()

    def step(_where: Any, go_on: Callable[[], None]) -> bool:
        try:
            while True:
                begun.set()
                go_on()
        except Stopped:
            ended.set()
            raise

    worker, place = upkeep(step)
    worker.start()
    assert begun.wait(30)
    worker.stop(30)
    assert ended.wait(30)
    assert not worker.is_done(1)
    assert not worker.wait(1, 30), "nobody waits for what will not be done"
    assert place.looked == 0
