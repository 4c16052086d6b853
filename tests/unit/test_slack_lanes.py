"""Jobs keep their order and their pace, and those of one lane hold up nobody else."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from threading import Event, Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.slack.lanes import Lanes, Later


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    several = Lanes(4, "test")
    yield several
    several.close()


@given(st.lists(st.sampled_from("abc"), max_size=40))
@settings(max_examples=20, deadline=None)
def test_jobs_of_a_lane_are_done_in_order_and_never_two_at_once(names: list[str]) -> None:
    several = Lanes(4, "test")
    done: defaultdict[str, list[int]] = defaultdict(list)
    running: set[str] = set()
    lock = Lock()

    def job(name: str, number: int) -> None:
        with lock:
            assert name not in running
            running.add(name)
        done[name].append(number)
        with lock:
            running.remove(name)

    futures = [several.put(name, lambda n=name, i=number: job(n, i)) for number, name in enumerate(names)]  # type: ignore[misc]
    for future in futures:
        future.result(10)
    several.close()
    assert all(numbers == sorted(numbers) for numbers in done.values())
    assert sum(map(len, done.values())) == len(names)


def test_a_lane_that_waits_holds_up_no_other(lanes: Lanes) -> None:
    go = Event()
    held = lanes.put("slow", lambda: go.wait(10))
    behind = lanes.put("slow", lambda: None)
    assert lanes.put("quick", lambda: "done").result(10) == "done"
    assert not behind.done()
    go.set()
    assert held.result(10)
    behind.result(10)


def test_between_the_beginnings_of_two_jobs_lies_the_pace_and_the_first_begins_at_once() -> None:
    paced = Lanes(4, "test", pace_s=0.05)
    begun: list[float] = []
    asked = time.monotonic()
    for future in [paced.put("a", lambda: begun.append(time.monotonic())) for _ in range(5)]:
        future.result(10)
    paced.close()
    assert begun[0] - asked < 0.05
    assert all(later - earlier >= 0.045 for earlier, later in pairwise(begun))


def test_a_job_that_has_to_wait_keeps_its_place(lanes: Lanes) -> None:
    order: list[str] = []
    waits = iter([0.02, 0.02])

    def first() -> str:
        wait = next(waits, None)
        if wait is not None:
            raise Later(wait)
        order.append("first")
        return "done"

    done = lanes.put("a", first)
    lanes.put("a", lambda: order.append("second")).result(10)
    assert done.result(10) == "done"
    assert order == ["first", "second"]


def test_a_job_that_fails_tells_whoever_asked_and_the_lane_goes_on(lanes: Lanes) -> None:
    failing = lanes.put("a", lambda: 1 / 0)
    assert lanes.put("a", lambda: "on").result(10) == "on"
    assert isinstance(failing.exception(10), ZeroDivisionError)


def test_a_job_that_is_cancelled_before_it_begins_is_not_done(lanes: Lanes) -> None:
    go, done = Event(), []
    lanes.put("a", lambda: go.wait(10))
    unwanted = lanes.put("a", lambda: done.append("unwanted"))
    assert unwanted.cancel()
    go.set()
    lanes.put("a", lambda: None).result(10)
    assert done == []


def test_a_closed_pool_takes_nothing_and_drops_what_has_not_begun() -> None:
    several = Lanes(1, "test")
    go, begun = Event(), Event()
    several.put("a", begun.set)
    several.put("a", lambda: go.wait(10))
    begun.wait(10)
    left = several.put("a", lambda: None)
    several.close(seconds=0.01)
    assert left.cancelled()
    with pytest.raises(RuntimeError, match="closed"):
        several.put("a", lambda: None)
    go.set()
