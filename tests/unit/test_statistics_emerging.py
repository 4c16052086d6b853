"""Emerging and rising themes: what is found, what is not, and what the answer says. Seeds are fixed."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.emerging import Rise, emerging, enough

UNTIL = date(2026, 11, 22)
DAYS = 63  # eight weeks of baseline and the window
BEGAN = UNTIL - timedelta(DAYS)
WEEK = np.tile([1.2, 1.2, 1.1, 1.1, 1.0, 0.5, 0.4], 9)  # quiet weekends
Daily = dict[date, int]


def daily(numbers: np.ndarray) -> Daily:
    return {BEGAN + timedelta(place): int(number) for place, number in enumerate(numbers) if number}


def world(seed: int, themes: int = 20, volume: float = 120) -> np.ndarray:
    """(themes, days): Zipf volumes, overdispersed from week to week and from day to day."""
    lots = np.random.default_rng(seed)
    shares = 1 / np.arange(1, themes + 1)
    weekly = np.repeat(lots.gamma(30, 1 / 30, (themes, 9)), 7, axis=1)
    rates = volume * np.outer(shares / shares.sum(), WEEK) * weekly * lots.gamma(5, 1 / 5, (themes, DAYS))
    return np.asarray(lots.poisson(rates))


def asked(counts: np.ndarray, **how: object) -> list[Rise]:
    table = {f"t{place:02}": daily(row) for place, row in enumerate(counts)}
    return emerging(table, daily(counts.sum(axis=0)), UNTIL, **how)  # type: ignore[arg-type]  # days, weeks, q, least


def issue(seed: int, items: int = 15) -> np.ndarray:
    """So many items spread over the last seven days."""
    days = np.zeros(DAYS, int)
    np.add.at(days, DAYS - 7 + np.random.default_rng(seed).integers(0, 7, items), 1)
    return days


def test_a_new_issue_of_15_items_is_found_in_its_week_and_called_new() -> None:
    for seed in range(10):
        rises = asked(np.vstack([world(seed), issue(seed)]))
        found = {rise.theme: rise for rise in rises}["t20"]
        assert found.new
        assert found.observed == 15
        assert found.first_seen_in_window == BEGAN + timedelta(int(np.flatnonzero(issue(seed))[0]))
        assert found.expected < 0.1


def test_15_more_items_on_a_theme_of_two_a_week_are_found_and_not_called_new() -> None:
    found = []
    for seed in range(20):
        history = np.random.default_rng(seed + 100).poisson(2 / 7, DAYS)
        rises = {rise.theme: rise for rise in asked(np.vstack([world(seed), issue(seed) + history]))}
        found += [rises["t20"]] if "t20" in rises else []
    assert len(found) >= 19
    assert not any(rise.new or rise.first_seen_in_window for rise in found)


@pytest.mark.parametrize("how", [{}, {"days": 3}, {"weeks": 2}, {"days": 14}])
def test_quiet_weeks_raise_next_to_no_alarms(how: dict[str, int]) -> None:
    assert sum(len(asked(world(seed), **how)) for seed in range(20)) <= 2


def test_twice_the_volume_of_everything_is_no_rise() -> None:
    for seed in range(5):
        counts = world(seed)
        counts[:, -7:] += world(seed + 1000)[:, -7:]
        assert asked(counts) == []


def test_holidays_are_no_rise_before_or_after() -> None:
    for seed in range(5):
        counts = world(seed)
        counts[:, [20, 21, 57, 58]] //= 10
        assert asked(counts) == []


def test_a_theme_of_the_weekend_does_not_rise_at_the_weekend() -> None:
    counts = np.full((10, DAYS), 6)
    counts[0] = np.tile([0, 0, 0, 0, 0, 12, 12], 9)
    assert asked(counts, days=2) == []


def test_a_theme_that_falls_or_stays_away_is_no_rise() -> None:
    counts = np.vstack([world(1), np.zeros(DAYS, int)])
    counts[3, -7:] = 0
    assert asked(counts) == []


def test_an_old_incident_does_not_deafen_the_other_themes() -> None:
    for seed in range(10):
        counts = np.vstack([world(seed), issue(seed) + np.tile([1, 0, 0, 1, 0, 0, 0], 9)])
        counts[2, 30:37] *= 8
        assert "t20" in {rise.theme for rise in asked(counts)}


def test_fewer_than_two_weeks_of_baseline_test_nothing_and_say_so() -> None:
    totals = daily(np.full(DAYS, 10))
    counts = {"new": {UNTIL - timedelta(1): 9}}
    late = {day: count for day, count in totals.items() if day >= UNTIL - timedelta(20)}
    assert not enough(late, UNTIL, 7)
    assert emerging(counts, late, UNTIL) == []
    late[UNTIL - timedelta(21)] = 1
    assert enough(late, UNTIL, 7)
    assert [rise.theme for rise in emerging(counts, late, UNTIL)] == ["new"]


def test_an_empty_baseline_is_not_enough() -> None:
    assert not enough({}, UNTIL)
    assert not enough({UNTIL - timedelta(300): 5, UNTIL - timedelta(2): 50}, UNTIL)
    assert not enough({UNTIL - timedelta(n): 0 for n in range(1, 60)}, UNTIL)
    assert (
        emerging({"a": {UNTIL - timedelta(2): 50}}, {UNTIL - timedelta(300): 5, UNTIL - timedelta(2): 50}, UNTIL) == []
    )
    assert emerging({}, daily(np.full(DAYS, 10)), UNTIL) == []


def test_the_day_until_and_later_days_are_not_looked_at() -> None:
    counts = np.vstack([world(3), issue(3)])
    table = {f"t{place:02}": daily(row) for place, row in enumerate(counts)}
    totals = daily(counts.sum(axis=0))
    before = emerging(table, totals, UNTIL)
    for later in (UNTIL, UNTIL + timedelta(3)):
        table["t05"][later], totals[later] = 500, 900
    assert emerging(table, totals, UNTIL) == before


def test_fewer_items_than_asked_for_are_not_reported() -> None:
    counts = np.vstack([world(2), issue(2, 6)])
    assert [rise.theme for rise in asked(counts)] == ["t20"]
    assert asked(counts, least=7) == []


def test_nearly_none_is_one_item_in_four_weeks() -> None:
    for strays, new in ((0, True), (2, True), (3, False)):
        row = issue(4)
        row[10 : 10 + strays] = 1
        found = {rise.theme: rise for rise in asked(np.vstack([world(4), row]))}["t20"]
        assert found.new is new
        assert (found.first_seen_in_window is None) is (strays > 0)


def test_a_theme_that_comes_back_is_new_but_not_first_seen() -> None:
    counts = world(5)
    table = {f"t{place:02}": daily(row) for place, row in enumerate(counts)}
    table["back"] = daily(issue(5)) | {BEGAN - timedelta(200): 3}
    totals = daily(counts.sum(axis=0) + issue(5)) | {BEGAN - timedelta(200): 40}
    back = {rise.theme: rise for rise in emerging(table, totals, UNTIL)}["back"]
    assert back.new
    assert back.first_seen_in_window is None


def test_rises_come_surest_first_then_most_observed_then_by_theme() -> None:
    counts = np.vstack([world(6), issue(6, 12), issue(6, 40), issue(6, 12)])
    rises = asked(counts)
    assert [rise.theme for rise in rises] == ["t21", "t20", "t22"]
    assert rises[1].q_value == rises[2].q_value


def test_themes_that_are_tested_beside_it_make_a_rise_less_sure_but_its_p_value_stays() -> None:
    few, many = np.vstack([world(7), issue(7)]), np.vstack([world(7), issue(7), np.zeros((200, DAYS), int)])
    one, other = asked(few)[0], asked(many)[0]
    assert one.theme == other.theme == "t20"
    assert other.q_value > 5 * one.q_value
    assert one.p <= one.q_value
    assert other.p == pytest.approx(one.p, rel=0.5)


def test_totals_that_leave_out_items_do_not_divide_by_nothing() -> None:
    counts = {"a": {UNTIL - timedelta(2): 9}, "b": daily(np.full(DAYS, 3))}
    assert [rise.theme for rise in emerging(counts, daily(np.full(DAYS - 7, 3)), UNTIL)] == ["a"]


@pytest.mark.parametrize("how", [{"days": 0}, {"weeks": 1}, {"q": 0.0}, {"q": 1.0}, {"least": 0}])
def test_what_cannot_be_tested_is_refused(how: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot test"):
        asked(world(0), **how)


def test_json_is_plain() -> None:
    rise = asked(np.vstack([world(8), issue(8)]))[0]
    read = json.loads(json.dumps(rise.as_json()))
    assert read["theme"] == "t20"
    assert read["first_seen_in_window"] == str(rise.first_seen_in_window)
    assert read["p"] == pytest.approx(rise.p, rel=1e-5)
    assert read["ratio"] == pytest.approx(rise.ratio, abs=1e-6)


COUNTS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]),
    st.dictionaries(st.integers(-80, 3).map(lambda n: UNTIL + timedelta(n)), st.integers(0, 60), max_size=30),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(1, 21), st.integers(2, 10))
def test_any_counts_give_a_sound_answer(counts: dict[str, Daily], days: int, weeks: int) -> None:
    totals: Daily = {UNTIL - timedelta(n): 5 for n in range(1, 80)}
    for row in counts.values():
        for day, count in row.items():
            totals[day] = totals.get(day, 0) + count
    rises = emerging(counts, totals, UNTIL, days, weeks)
    assert emerging(dict(reversed(counts.items())), totals, UNTIL, days, weeks) == rises
    for rise in rises:
        window = sum(count for day, count in counts[rise.theme].items() if UNTIL - timedelta(days) <= day < UNTIL)
        assert rise.observed == window >= 5
        assert 0 <= rise.p <= rise.q_value <= 0.05
        assert rise.ratio == pytest.approx(rise.observed / rise.expected)
        assert rise.ratio > 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 19), st.integers(1, 60))
def test_more_items_make_a_theme_no_less_surprising(seed: int, place: int, more: int) -> None:
    counts = world(seed % 50)
    fewer, further = counts.copy(), counts.copy()
    fewer[place, -1] += 200
    further[place, -1] += 200 + more
    first, second = (
        {rise.theme: rise.p for rise in asked(table, q=0.999)}.get(f"t{place:02}", 1.0) for table in (fewer, further)
    )
    assert second <= first
