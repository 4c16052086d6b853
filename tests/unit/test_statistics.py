"""The small formulas: against published figures, other implementations, and the rules they must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mining.statistics import (
    DISPERSIONS,
    Interval,
    benjamini_hochberg,
    dispersion_posterior,
    upper_tail,
    wilson,
)

rule = settings(max_examples=60, deadline=None)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40).map(np.array)


def test_wilson_without_trials_knows_nothing() -> None:
    assert wilson(0, 0) == Interval(0, 1)


def test_wilson_agrees_with_another_implementation() -> None:
    for successes, n in ((0, 10), (1, 10), (34, 212), (5, 5), (999, 1000), (15, 10_000)):
        other = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
        z = float(stats.norm.ppf(0.975))
        assert (wilson(successes, n, z).low, wilson(successes, n, z).high) == pytest.approx((other.low, other.high))


def test_wilson_gives_the_known_interval_of_one_in_ten() -> None:
    assert (wilson(1, 10).low, wilson(1, 10).high) == pytest.approx((0.0179, 0.4042), abs=1e-4)


@rule
@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.1, 5))
def test_wilson_holds_the_share_and_mirrors_its_opposite(found: tuple[int, int], z: float) -> None:
    successes, n = found
    interval, mirrored = wilson(successes, n, z), wilson(n - successes, n, z)
    assert 0 <= interval.low <= successes / n <= interval.high <= 1
    assert interval.low < interval.high
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize(("successes", "n"), [(-1, 3), (4, 3), (0, -1)])
def test_wilson_refuses_more_successes_than_trials(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="successes of"):
        wilson(successes, n)


@rule
@given(P_VALUES)
def test_adjusted_p_values_agree_with_another_implementation(p: np.ndarray) -> None:
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p, method="bh"))


@rule
@given(P_VALUES)
def test_adjusting_keeps_the_order_and_never_makes_a_p_value_smaller(p: np.ndarray) -> None:
    adjusted = benjamini_hochberg(p)
    assert np.all(adjusted >= p)
    assert np.all(adjusted <= 1)
    assert np.all(np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0)


def test_no_p_values_adjust_to_none() -> None:
    assert len(benjamini_hochberg(np.array([]))) == 0


@rule
@given(st.integers(0, 300), st.floats(0.01, 200), st.floats(0.005, 5))
def test_the_tail_is_that_of_the_negative_binomial(observed: int, expected: float, dispersion: float) -> None:
    tail = upper_tail(np.array([float(observed)]), np.array([expected]), np.array([dispersion]))[0]
    size = 1 / dispersion
    assert tail == pytest.approx(stats.nbinom.sf(observed - 1, size, size / (size + expected)), rel=1e-6, abs=1e-300)


def test_the_tail_comes_near_the_poisson_and_is_never_lighter() -> None:
    observed, expected = np.arange(1.0, 30), np.full(29, 4.0)
    poisson = stats.poisson.sf(observed - 1, 4.0)
    assert upper_tail(observed, expected, np.full(29, 1e-9)) == pytest.approx(poisson, rel=1e-4)
    above = observed > 6  # a wider distribution has less in the middle
    assert np.all(upper_tail(observed, expected, np.full(29, 0.2))[above] > poisson[above])


def test_nothing_observed_is_no_surprise_and_something_where_nothing_can_be_is() -> None:
    tails = upper_tail(np.array([0.0, 0.0, 3.0]), np.array([0.0, 5.0, 0.0]), np.full(3, 0.1))
    assert tails.tolist() == [1.0, 1.0, 0.0]


def _typical(posterior: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(posterior @ np.log(DISPERSIONS)))


def _counts(dispersion: float, mean: float, rows: int, periods: int = 8) -> np.ndarray:
    lots = np.random.default_rng(7)
    return lots.poisson(mean * lots.gamma(1 / dispersion, dispersion, (rows, periods))).astype(float)


def _posterior(counts: np.ndarray) -> np.ndarray:
    return dispersion_posterior(counts, np.repeat(counts.mean(axis=1, keepdims=True), counts.shape[1], axis=1))


@pytest.mark.parametrize("dispersion", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("periods", [3, 8])
def test_the_shared_dispersion_is_found_within_a_half(dispersion: float, periods: int) -> None:
    typical = np.median(_typical(_posterior(_counts(dispersion, 60, 200, periods))))
    assert dispersion / 1.5 < typical < dispersion * 1.5


def test_frequent_themes_speak_for_themselves_and_rare_ones_take_the_shared_dispersion() -> None:
    counts = np.vstack([_counts(0.02, 200, 30), _counts(1.0, 200, 1), _counts(1.0, 0.2, 1)])
    typical = _typical(_posterior(counts))
    assert typical[30] > 5 * np.median(typical[:30])
    assert typical[31] < 2 * np.median(typical[:30])


def test_one_old_incident_moves_its_own_dispersion_and_hardly_the_others() -> None:
    counts = _counts(0.05, 60, 40)
    burst = counts.copy()
    burst[0, 3] = 900
    before, after = _typical(_posterior(counts)), _typical(_posterior(burst))
    assert after[0] > 4 * before[0]
    assert np.all(after[1:] < 1.25 * before[1:])


def test_probabilities_sum_to_one_also_without_periods_or_rows_or_counts() -> None:
    for rows, periods in ((3, 0), (3, 1), (1, 8), (4, 8)):
        nothing = np.zeros((rows, periods))
        assert dispersion_posterior(nothing, nothing).sum(axis=1) == pytest.approx(np.ones(rows))
    assert dispersion_posterior(np.zeros((0, 8)), np.zeros((0, 8))).shape == (0, len(DISPERSIONS))
