"""The rules of watermarks: when one moves, where the next sweep begins, and what is not brought twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Page, Reject, Window
from connectors.errors import ConfigError
from connectors.record import Channel, Feedback
from connectors.trail import Trail
from tests.fake_clock import START

DAY = timedelta(days=1)


def said(id: str, at: datetime, text: str = "Late again") -> Feedback:
    return Feedback("shop", id, Channel.REVIEW, said_at=at, fetched_at=START, text=text)


def trail(
    cursor: Mapping[str, Any] | None = None, now: datetime = START, window: Window | None = None, asks: str = "acme"
) -> Trail:
    written = json.loads(json.dumps(cursor or {}))
    return Trail("shop", written, window or Window(), now, asks=asks, lookback=2 * DAY)


def ids(page: Page) -> list[str]:
    return [item.native_id if isinstance(item, Feedback) else item.where for item in page.items]


def test_a_first_sweep_begins_where_the_window_does() -> None:
    assert trail().since is None
    assert trail(window=Window(since=START - 9 * DAY)).since == START - 9 * DAY


def test_a_later_sweep_begins_at_the_watermark_less_the_lookback_whatever_the_window_says() -> None:
    later = trail(trail().end().cursor, START + DAY, Window(since=START - 99 * DAY))
    assert later.since == START - 2 * DAY
    assert not later.resumed


def test_the_watermark_is_the_beginning_of_the_sweep_not_its_end() -> None:
    first = trail()
    first.page([said("1", START + 5 * DAY)], {"at": 1})
    assert trail(first.end().cursor, START + 9 * DAY).since == START - 2 * DAY


def test_an_interrupted_sweep_goes_on_to_its_own_end() -> None:
    cursor = trail(window=Window(since=START - 9 * DAY)).page([], {"at": 7}).cursor
    on = trail(cursor, START + DAY)
    assert (on.resumed, on.place, on.since, on.begun) == (True, {"at": 7}, START - 9 * DAY, START)
    on.end()
    due = on.again(START + DAY)
    assert (due.resumed, due.begun, due.since) == (False, START + DAY, START - 2 * DAY)


@pytest.mark.parametrize("when", ["page", "end"])
def test_a_sweep_in_which_something_is_missing_moves_no_watermark(when: str) -> None:
    first = trail()
    if when == "page":
        first.page([], {"at": 1}, missing=True)
    cursor = first.end(missing=when == "end").cursor
    assert trail(cursor, START + DAY).since is None


def test_that_something_is_missing_survives_a_crash() -> None:
    cursor = trail().page([], {"at": 1}, missing=True).cursor
    assert trail(trail(cursor).end().cursor, START + DAY).since is None


def test_what_was_brought_and_has_not_changed_is_not_brought_again() -> None:
    first = trail()
    assert ids(first.page([said("1", START - DAY), said("2", START - DAY)], {"at": 1})) == ["1", "2"]
    again = trail(first.end().cursor, START + DAY)
    later = replace(said("1", START - DAY), fetched_at=START + DAY)
    assert ids(again.page([later, said("2", START - DAY, "Edited")], {"at": 1})) == ["2"]


def test_a_reject_is_brought_again_only_when_it_reads_otherwise() -> None:
    first = trail()
    bad = Reject("review 1", "no date", "{}")
    assert ids(first.page([bad], {})) == ["review 1"]
    again = trail(first.end().cursor, START + DAY)
    assert ids(again.page([bad, replace(bad, raw='{"a": 1}')], {})) == ["review 1"]
    assert ids(trail(again.end().cursor, START + 2 * DAY).page([replace(bad, raw='{"a": 1}')], {})) == []


def test_a_page_that_holds_an_item_twice_brings_it_once() -> None:
    assert ids(trail().page([said("1", START), said("1", START, "As it is now")], {})) == ["1"]


def test_a_cursor_remembers_no_words_and_only_what_is_read_again() -> None:
    first = trail()
    first.page([said("old", START - 30 * DAY), said("new", START)], {"at": 1})
    cursor = first.end().cursor
    assert "Late" not in json.dumps(cursor)
    assert set(cursor["kept"]) == {"new"}  # type: ignore[call-overload]


def test_a_cursor_stays_small_however_much_is_said() -> None:
    first = trail()
    for start in range(0, 15_000, 1_000):
        first.page([said(str(start + number), START - timedelta(seconds=number)) for number in range(1_000)], {})
    assert len(json.dumps(first.end().cursor)) < 500_000


def test_what_lies_outside_the_window_is_left_out() -> None:
    window = Window(START - 5 * DAY, START - 3 * DAY)
    items = [said(str(day), START - day * DAY) for day in range(1, 8)]
    assert ids(trail(window=window).page(items, {})) == ["4", "5"]


def test_a_backfill_moves_no_watermark_and_is_over_once() -> None:
    window = Window(START - 5 * DAY, START - 3 * DAY)
    done = trail(window=window).end().cursor
    assert "high" not in done
    assert trail(done, window=window).over
    assert not trail(done, window=Window(START - 9 * DAY, START - 3 * DAY)).over


def test_a_backfill_in_which_something_is_missing_is_not_over() -> None:
    window = Window(START - 5 * DAY, START - 3 * DAY)
    assert not trail(trail(window=window).end(missing=True).cursor, window=window).over


def test_other_questions_begin_anew() -> None:
    cursor = trail(window=Window(since=START - 9 * DAY)).end().cursor
    assert trail(cursor, START + DAY, asks="globex").since is None


@pytest.mark.parametrize("version", [2, 10_000, "1", None])
def test_a_cursor_of_another_version_is_refused_in_words(version: object) -> None:
    with pytest.raises(ConfigError, match="newer version"):
        trail({**trail().end().cursor, "v": version})


@given(st.lists(st.sampled_from(["page", "gap", "crash", "end", "day"]), max_size=30))
def test_the_watermark_never_passes_the_beginning_of_the_last_whole_sweep(acts: list[str]) -> None:
    now, whole, clean = START, None, True
    cursor: dict[str, Any] = {}
    sweep = trail(cursor, now)
    for number, act in enumerate(acts):
        if act == "day":
            now += DAY
        elif act in ("page", "gap"):
            cursor = dict(sweep.page([said(str(number), now)], {"at": number}, missing=act == "gap").cursor)
            clean = clean and act == "page"
        elif act == "crash":
            # What was not stored is lost, and what was stored is gone on with.
            sweep = trail(cursor, now)
        else:
            begun = sweep.begun
            cursor = dict(sweep.end().cursor)
            whole, clean = (begun if clean else whole), True
            sweep = sweep.again(now)
        assert sweep.begun <= now
    high = cursor.get("high")
    assert (datetime.fromisoformat(high) if isinstance(high, str) else None) == whole
