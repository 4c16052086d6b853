"""When a line of cron is due: once for each time that a clock on the wall shows, or would have shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.watches import due
from connectors.errors import ConfigError

ZONES = ("Europe/London", "Asia/Jerusalem", "Asia/Tehran", "America/New_York", "UTC")
# The nights of 2026 in which clocks change; Tehran's have not since 2022.
CHANGES = (
    ("Europe/London", "2026-03-29", "2026-10-25"),
    ("Asia/Jerusalem", "2026-03-27", "2026-10-25"),
    ("America/New_York", "2026-03-08", "2026-11-01"),
    ("Asia/Tehran", "2026-03-21", "2026-09-22"),
)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("hour", ["30 0", "30 1", "0 2", "30 2", "0 3", "30 3", "0 9"])
@pytest.mark.parametrize(("zone", "spring", "autumn"), CHANGES)
def test_every_day_has_its_time_once_though_clocks_change(zone: str, spring: str, autumn: str, hour: str) -> None:
    for night in (spring, autumn):
        middle = at(night, zone)
        found = due.between(f"{hour} * * *", zone, middle - timedelta(days=3), middle + timedelta(days=4))
        days = [moment.astimezone(ZoneInfo(zone)).date() for moment in found]
        assert len(days) == len(set(days)) == 7, found
        minute, wanted = map(int, hour.split())
        shown = [moment.astimezone(ZoneInfo(zone)).time() for moment in found]
        assert sum((one.hour, one.minute) != (wanted, minute) for one in shown) <= 1


def test_a_time_that_the_clock_leaves_out_is_due_when_it_would_have_come() -> None:
    [found] = due.between("30 2 * * *", "America/New_York", at("2026-03-08"), at("2026-03-08T23:00"))
    assert found == at("2026-03-08T03:30", "America/New_York")


def test_a_time_that_the_clock_shows_twice_is_due_at_the_first() -> None:
    [found] = due.between("30 1 * * *", "America/New_York", at("2026-11-01"), at("2026-11-01T23:00"))
    assert found == at("2026-11-01T05:30")


def test_nine_oclock_stays_nine_oclock_on_the_wall() -> None:
    found = due.between("0 9 * * MON", "Europe/London", at("2026-10-18"), at("2026-11-03"))
    assert [moment.hour for moment in found] == [8, 9, 9]


def test_what_is_due_every_hour_is_due_at_no_moment_twice() -> None:
    for zone, spring, autumn in CHANGES:
        for night in (spring, autumn):
            found = due.between("0 * * * *", zone, at(night, zone), at(night, zone) + timedelta(days=1))
            assert len(found) == len(set(found)) >= 23


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0 9 * * 1", "0 9 * * MON"),
        ("0 9 * * 0", "0 9 * * SUN"),
        ("0 9 * * 7", "0 9 * * SUN"),
        ("0 9 * * mon-fri", "0 9 * * MON-FRI"),
        ("0 9 * * 0-4", "0 9 * * SUN,MON,TUE,WED,THU"),
        ("0 9 * * 1,3", "0 9 * * MON,WED"),
        ("0 * * * *", "0 * * * *"),
        ("0 9 1 1,4,7,10 *", "0 9 1 1,4,7,10 *"),
    ],
)
def test_days_of_the_week_are_kept_by_name(said: str, kept: str) -> None:
    assert due.checked(said) == kept


@pytest.mark.parametrize(
    "line", ["", "nine", "* * * * *", "*/5 * * * *", "0 9 * *", "61 9 * * *", "0 25 * * *", "0 9 30 2 *", "0 9 * * FOO"]
)
def test_what_is_no_schedule_or_comes_too_often_is_refused(line: str) -> None:
    with pytest.raises(ConfigError, match="schedule"):
        due.checked(line)


def test_the_next_time_follows_the_one_before() -> None:
    first = due.following("0 9 * * MON", "Asia/Jerusalem", at("2026-11-22T12:00"))
    assert first == at("2026-11-23T07:00")
    assert first is not None
    assert due.following("0 9 * * MON", "Asia/Jerusalem", first) == first + timedelta(days=7)


LINES = st.sampled_from(["0 9 * * *", "30 2 * * *", "30 1 * * SUN", "0 9 1 * *", "15 23 * * MON-FRI", "0 * * * *"])
MOMENTS = st.integers(0, 60 * 24 * 700).map(lambda minutes: at("2026-01-01T00:00") + timedelta(minutes=minutes))


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from(ZONES), MOMENTS, st.lists(st.integers(1, 60 * 24 * 20), min_size=1, max_size=6))
def test_times_are_the_same_however_they_are_asked_for(line: str, zone: str, start: datetime, gaps: list[int]) -> None:
    moments = [start]
    for gap in gaps:
        moments.append(moments[-1] + timedelta(minutes=gap))
    at_once = due.between(line, zone, moments[0], moments[-1])
    piece_by_piece = [one for first, last in pairwise(moments) for one in due.between(line, zone, first, last)]
    assert piece_by_piece == at_once
    assert all(moments[0] < one <= moments[-1] for one in at_once)


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from(ZONES), MOMENTS)
def test_the_next_time_is_the_first_of_those_between(line: str, zone: str, start: datetime) -> None:
    found = due.following(line, zone, start)
    assert found is not None
    assert due.between(line, zone, start, found)[0] == found
