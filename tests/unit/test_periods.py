"""Periods before others, their pieces, and what holds of every one of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.periods import (
    MONTHS,
    Clock,
    Window,
    before,
    default_window,
    grain,
    last_n,
    period,
    same_days,
    settled,
    shifted,
    steps,
    weekend,
    widened,
)
from tests.named_times import LANGUAGES, TODAY, clock, jalali, named, shown

DAYS = st.dates(date(1990, 1, 1), date(2095, 12, 31))
UNITS = st.sampled_from(["day", "week", "month", "quarter", "half", "year"])
CLOCKS = st.builds(clock, st.sampled_from(LANGUAGES), DAYS)


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, Clock]:
    """A window as questions name them, and the clock it was read by."""
    at, unit = draw(CLOCKS), draw(UNITS)
    offset, n = draw(st.integers(-8, 2)), draw(st.integers(1, 30))
    first = at.today - timedelta(days=draw(st.integers(0, 900)))
    made = draw(
        st.sampled_from(
            [
                period(at, unit, offset),
                last_n(at, n, unit),
                weekend(at, offset),
                Window(first, at.today, unit="since"),
                Window(first, min(at.today, first + timedelta(days=n)), unit="range"),
                default_window(at.today),
            ]
        )
    )
    assert made
    return settled(made, at, "said"), at


BEFORE = [
    ("en", "October", "2026-09-01 2026-09-30"),
    ("en", "January 2026", "2025-12-01 2025-12-31"),
    ("en", "this month", "2026-10-01 2026-10-22 like_for_like"),
    ("en", "last month", "2026-09-01 2026-09-30"),
    ("en", "Q3", "2026-04-01 2026-06-30"),
    ("en", "this quarter", "2026-07-01 2026-08-22 like_for_like"),
    ("en", "this year", "2025-01-01 2025-11-22 like_for_like"),
    ("en", "H1", "2025-07-01 2025-12-31"),
    ("en", "last week", "2026-11-02 2026-11-08"),
    ("en", "yesterday", "2026-11-20 2026-11-20"),
    ("en", "last 7 days", "2026-11-09 2026-11-15"),
    ("en", "last 2 weeks", "2026-10-26 2026-11-08"),
    ("en", "last 3 months", "2026-05-22 2026-08-21"),
    ("en", "last weekend", "2026-11-07 2026-11-08"),
    ("en", "from August to October", "2026-05-01 2026-07-31"),
    ("en", "September and October", "2026-07-01 2026-08-31"),
    ("en", "1 to 15 October", "2026-09-16 2026-09-30"),
    ("en", "since the price increase", "2026-07-08 2026-09-14"),
    ("en", "since 1 November", "2026-10-10 2026-10-31"),
    ("he", "השבוע", "2026-11-15 2026-11-15 like_for_like"),
    ("he", "בשבוע שעבר", "2026-11-08 2026-11-14"),
    ("fa", "این ماه", "1405-08-01 1405-08-01 like_for_like"),
    ("fa", "ماه گذشته", "1405-07-01 1405-07-30"),
    ("fa", "فروردین", "1404-12-01 1404-12-29"),
    ("fa", "این فصل", "1405-04-01 1405-05-30 like_for_like"),
    ("fa", "اکتبر", "2026-09-01 2026-09-30"),
]


@pytest.mark.parametrize(("language", "said", "expected"), BEFORE)
def test_the_period_before_is_of_the_same_kind(language: str, said: str, expected: str) -> None:
    window = named(said, language)[0].window
    assert window
    assert shown(before(window, clock(language))) == jalali(expected)


def test_a_running_month_that_is_longer_than_the_one_before_is_held_against_all_of_that() -> None:
    at = clock("en", date(2026, 3, 30))
    window = settled(period(at, "month", 0), at, "this month")
    assert shown(before(window, at)) == "2026-02-01 2026-02-28"


@given(windows())
def test_the_period_before_ends_where_the_other_begins_or_earlier(made: tuple[Window, Clock]) -> None:
    window, at = made
    earlier = before(window, at)
    assert earlier.first <= earlier.last < window.first
    assert not earlier.partial
    assert not earlier.future


@given(windows())
def test_the_period_before_has_as_many_days_where_it_can(made: tuple[Window, Clock]) -> None:
    window, at = made
    earlier = before(window, at)
    of_days = window.unit not in MONTHS and not window.partial
    if earlier.like_for_like or of_days:
        assert earlier.days == window.days


@given(CLOCKS, UNITS, st.integers(-8, 0))
def test_before_and_the_period_named_as_the_previous_one_are_the_same(at: Clock, unit: str, offset: int) -> None:
    earlier = before(period(at, unit, offset), at)
    assert (earlier.first, earlier.last) == (
        period(at, unit, offset - 1).first,
        period(at, unit, offset - 1).last,
    )


@given(windows(), st.sampled_from(["week", "month", "year"]))
def test_the_same_period_earlier_is_no_longer_than_it_can_be(made: tuple[Window, Clock], unit: str) -> None:
    window, at = made
    earlier = shifted(window, unit, -1, at)
    assert earlier.first <= earlier.last
    assert earlier.first < window.first
    # Months and years differ in their number of days.
    assert abs(earlier.days - window.days) <= 3 or not earlier.like_for_like


@settings(deadline=None)
@given(windows(), UNITS)
def test_the_steps_of_a_window_are_the_window(made: tuple[Window, Clock], grain_: str) -> None:
    window, at = made
    pieces = steps(window, grain_, at)
    assert (pieces[0].first, pieces[-1].last) == (window.first, window.last)
    assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(pieces))
    assert all(piece.first <= piece.last for piece in pieces)
    assert not any(piece.partial for piece in pieces[1:-1] if piece.last < at.today)


def test_weeks_of_a_trend_start_as_the_askers_weeks_do() -> None:
    window = named("last 3 months", "en")[0].window
    assert window
    shown_steps = [shown(step) for step in steps(window, "week", clock("en"))]
    assert shown_steps[:2] == ["2026-08-22 2026-08-23 partial", "2026-08-24 2026-08-30"]
    assert shown_steps[-1] == "2026-11-16 2026-11-22"
    hebrew = [shown(step) for step in steps(window, "week", clock("he"))]
    assert hebrew[:2] == ["2026-08-22 2026-08-22 partial", "2026-08-23 2026-08-29"]
    assert hebrew[-1] == "2026-11-22 2026-11-22 partial"


def test_months_of_a_trend_are_those_of_the_askers_calendar_unless_others_are_named() -> None:
    window = named("از ۱۵ شهریور", "fa")[0].window
    assert window
    assert [shown(step) for step in steps(window, "month", clock("fa"))] == [
        jalali("1405-06-15 1405-06-31 partial"),
        jalali("1405-07-01 1405-07-30"),
        jalali("1405-08-01 1405-08-30"),
        jalali("1405-09-01 1405-09-01 partial"),
    ]
    named_ones = named("از سپتامبر تا اکتبر", "fa")[0].window
    assert named_ones
    assert [shown(step) for step in steps(named_ones, "month", clock("fa"))] == [
        "2026-09-01 2026-09-30",
        "2026-10-01 2026-10-31",
    ]


def test_the_running_month_of_a_year_so_far_is_partial() -> None:
    window = named("this year", "en")[0].window
    assert window
    pieces = steps(window, "quarter", clock("en"))
    assert [piece.partial for piece in pieces] == [False, False, False, True]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("last 14 days", "day"),
        ("last 15 days", "week"),
        ("last 120 days", "week"),
        ("last 121 days", "month"),
        ("last 3 months", "week"),
        ("last 6 months", "month"),
        ("yesterday", "day"),
        ("all time", "month"),
    ],
)
def test_a_trend_is_cut_as_its_length_asks_for(said: str, expected: str) -> None:
    window = named(said, "en")[0].window
    assert window
    assert grain(window) == expected


@pytest.mark.parametrize(
    ("language", "said", "by", "expected"),
    [
        ("en", "last 6 months", "month", "2026-06-01 2026-11-22"),
        ("en", "last 6 months", "week", "2026-05-22 2026-11-22"),
        ("en", "last 12 months", "quarter", "2026-01-01 2026-11-22"),
        ("en", "last 4 quarters", "quarter", "2026-01-01 2026-11-22"),
        ("en", "last 2 quarters", "month", "2026-06-01 2026-11-22"),
        ("en", "past year", "month", "2025-12-01 2026-11-22"),
        ("en", "past month", "month", "2026-10-22 2026-11-22"),
        ("en", "last month", "month", "2026-10-01 2026-10-31"),
        ("en", "since June", "month", "2026-06-01 2026-11-22"),
        ("en", "last 90 days", "month", "2026-08-25 2026-11-22"),
        ("fa", "شش ماه اخیر", "month", "1405-04-01 1405-09-01"),
    ],
)
def test_the_last_months_by_month_are_whole_ones(language: str, said: str, by: str, expected: str) -> None:
    window = named(said, language)[0].window
    assert window
    assert shown(widened(window, by, clock(language))) == jalali(expected)


def test_a_period_beside_a_running_one_is_cut_to_the_same_days() -> None:
    this, last = (one.window for one in named("this month vs last month", "en"))
    assert this
    assert last
    assert shown(same_days(last, this)) == "2026-10-01 2026-10-22 like_for_like"
    assert same_days(last, this).expr == "last month"
    assert same_days(this, last) == this
    october = named("October", "en")[0].window
    assert october
    assert same_days(october, last) == october


@given(windows())
def test_no_window_starts_after_its_end_or_ends_after_today_unless_it_is_to_come(made: tuple[Window, Clock]) -> None:
    window, at = made
    assert window.first <= window.last
    assert window.future == (window.first > at.today)
    assert window.future or window.last <= at.today


def test_today_is_known() -> None:
    assert clock("en").today == TODAY
