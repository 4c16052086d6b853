"""What would be usual on a day: small worlds with known rates, at fixed seeds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.watches.rule import Rule
from benchmarks.alerts import LEVEL, PAST, TESTED, days, measure, told
from mining.anomaly import CHANCES, DAYS, LEAST_DAYS, Usual, usual_balance, usual_count, usual_share
from mining.statistics import Numbers

WEEK = np.array([1.25, 1.2, 1.1, 1.05, 1.0, 0.75, 0.65])
RULE = Rule.of("count", cool_down_days=0)


def lots(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def counts(level: float, length: int = DAYS, seed: int = 1) -> Numbers:
    return np.asarray(lots(seed).poisson(level * np.resize(WEEK, length)), np.float64)


def usual(past: Numbers, chance: float = CHANCES["normal"]) -> Usual:
    found = usual_count(past, chance)
    assert found is not None
    return found


# --- counts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days_known", [0, 1, 7, LEAST_DAYS - 1])
def test_too_short_a_past_says_nothing(days_known: int) -> None:
    assert usual_count(counts(20, days_known), 0.01) is None
    assert usual_share(counts(5, days_known), counts(20, days_known), 20, 0.01) is None
    past = counts(5, days_known)
    assert usual_balance(past, past, past, 20, 0.01) is None


def test_what_is_usual_lies_around_the_rate_of_the_weekday() -> None:
    past = counts(40)
    on_monday, on_sunday = usual(past), usual(past[:-1])
    assert on_monday.low < 40 * WEEK[0] < on_monday.high
    assert on_sunday.low < 40 * WEEK[6] < on_sunday.high
    assert on_sunday.high < on_monday.high


def test_poisson_counts_are_judged_nearly_as_if_their_rate_were_known() -> None:
    from scipy.stats import poisson

    ends = [(found.low, found.high) for found in (usual(counts(50, seed=seed)) for seed in range(30))]
    low, high = np.mean(ends, axis=0)
    assert poisson.isf(CHANCES["normal"], 50 * WEEK[0]) - 1 < high < 1.2 * poisson.isf(CHANCES["normal"], 50 * WEEK[0])
    assert 0.8 * poisson.ppf(CHANCES["normal"], 50 * WEEK[0]) < low < 50 * WEEK[0]


def test_days_that_vary_more_widen_what_is_usual() -> None:
    restless = np.asarray(lots().poisson(40 * np.resize(WEEK, DAYS) * lots(2).gamma(5, 0.2, DAYS)), np.float64)
    assert usual(restless).high > 1.25 * usual(counts(40)).high


def test_an_old_incident_neither_raises_what_is_expected_nor_hides_the_next_one() -> None:
    past = counts(30)
    with_incident = past.copy()
    with_incident[40:45] *= 8
    assert usual(with_incident).expected < 1.15 * usual(past).expected
    assert usual(with_incident).high < 1.5 * usual(past).high


def test_a_new_level_is_usual_after_some_weeks() -> None:
    past = counts(20, 2 * DAYS)
    past[DAYS:] *= 2
    after = [usual(past[: DAYS + weeks * 7]).expected for weeks in (1, 4, 8)]
    assert after[0] < 33 < 40 < after[2]
    assert after == sorted(after)


def test_nothing_for_weeks_makes_one_remark_no_alarm_by_itself() -> None:
    assert usual(np.zeros(DAYS)).high <= 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=LEAST_DAYS, max_size=120), st.sampled_from([0.003, 0.02, 0.2]))
def test_what_is_usual_is_in_order_and_holds_what_is_expected(past: list[int], chance: float) -> None:
    found = usual(np.array(past, float), chance)
    assert 0 <= found.low <= found.high
    assert found.low - 1 <= found.expected <= found.high + 1
    rarer = usual(np.array(past, float), chance / 2)
    assert rarer.low <= found.low
    assert found.high <= rarer.high


# --- the bars -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spread", [0.0, 0.1])
@pytest.mark.parametrize("level", [3, 20, 100])
def test_a_quiet_series_cries_wolf_at_most_once_a_month(level: int, spread: float) -> None:
    alarms = mornings = 0
    for seed in range(8):
        counted = days(level, spread, lots(seed))
        for day in range(PAST, PAST + TESTED, 6):
            alarms += counted[day] > usual(counted[day - DAYS : day]).high
            mornings += 1
    assert alarms * 30 / mornings <= 1.0


def test_a_doubling_is_told_the_next_morning_where_there_is_enough_to_tell_it_by() -> None:
    last = PAST + TESTED
    caught = [told(days(LEVEL, 0.0, lots(seed), 1), RULE, range(last, last + 1)) == [last - 1] for seed in range(40)]
    assert sum(caught) >= 38


def test_the_table_of_the_benchmark_is_made_of_these() -> None:
    found = measure(100, 0.0, RULE, 1)
    assert found.false <= 1.0
    assert found.caught == found.within_two == 1.0


# --- shares and balances --------------------------------------------------------------------------------------------


def shares(share: float, items: float, correlation: float = 0.0, length: int = DAYS + 1, seed: int = 1) -> Numbers:
    """(2, days): parts and wholes; shares of single days vary with a correlation."""
    chance = lots(seed)
    wholes = chance.poisson(items * np.resize(WEEK, length))
    size = 1 / correlation - 1 if correlation else 0.0
    day = chance.beta(share * size, (1 - share) * size, length) if correlation else np.full(length, share)
    return np.array([chance.binomial(wholes, day), wholes], np.float64)


@pytest.mark.parametrize("correlation", [0.0, 0.02])
@pytest.mark.parametrize("items", [30, 300])
def test_a_quiet_share_cries_wolf_at_most_once_a_month(items: int, correlation: float) -> None:
    alarms = tested = 0
    for seed in range(12):
        parts, wholes = shares(0.2, items, correlation, DAYS + 30, seed)
        for day in range(DAYS, DAYS + 30):
            found = usual_share(parts[:day], wholes[:day], int(wholes[day]), CHANCES["normal"])
            assert found is not None
            alarms += parts[day] / wholes[day] > found.high
            tested += 1
    assert alarms * 30 / tested <= 1.0


def test_a_share_that_doubles_is_told_where_there_are_enough_items() -> None:
    caught = 0
    for seed in range(20):
        parts, wholes = shares(0.2, 200, seed=seed)
        found = usual_share(parts[:-1], wholes[:-1], int(wholes[-1]), CHANCES["normal"])
        assert found is not None
        caught += lots(seed).binomial(int(wholes[-1]), 0.4) / wholes[-1] > found.high
    assert caught == 20


def test_a_share_of_nothing_says_nothing() -> None:
    parts, wholes = shares(0.2, 50)
    assert usual_share(parts[:-1], wholes[:-1], 0, 0.01) is None
    assert usual_share(np.zeros(DAYS), np.zeros(DAYS), 10, 0.01) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.floats(0.0, 1.0), st.integers(0, 200), st.sampled_from([0.003, 0.02, 0.2]))
def test_a_usual_share_is_one_of_whole_items(whole: int, share: float, items: int, chance: float) -> None:
    parts, wholes = shares(share, items)
    found = usual_share(parts[:-1], wholes[:-1], whole, chance)
    if found is not None:
        assert 0 <= found.low <= found.high <= 1
        assert found.high * whole == pytest.approx(round(found.high * whole))


def balances(mean: float, remarks: float, length: int = DAYS + 1, seed: int = 1) -> tuple[Numbers, Numbers, Numbers]:
    chance = lots(seed)
    numbers = chance.poisson(remarks * np.resize(WEEK, length))
    each = [chance.choice([-1, 0, 1], n, p=[0.35 - mean / 2, 0.3, 0.35 + mean / 2]) for n in numbers]
    sums, squares = ([float(f(one).sum()) for one in each] for f in (np.asarray, np.abs))
    return np.array(sums), np.array(squares), numbers.astype(float)


def test_a_quiet_balance_cries_wolf_at_most_once_a_month() -> None:
    alarms = tested = 0
    for seed in range(12):
        sums, squares, weights = balances(0.1, 60, DAYS + 30, seed)
        for day in range(DAYS, DAYS + 30):
            past = sums[:day], squares[:day], weights[:day]
            found = usual_balance(*past, int(weights[day]), CHANCES["normal"] / 2)
            assert found is not None
            alarms += not found.low <= sums[day] / weights[day] <= found.high
            tested += 1
    assert alarms * 30 / tested <= 1.0


def test_a_balance_that_falls_far_is_told() -> None:
    sums, squares, weights = balances(0.2, 200)
    found = usual_balance(sums[:-1], squares[:-1], weights[:-1], 200, CHANCES["normal"])
    assert found is not None
    assert -0.2 < found.low < 0.2 < found.high < 0.6
