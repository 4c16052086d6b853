"""Small formulas behind the figures: an interval for a share, a tail of counts, many tests at once.

Pure functions of numbers; who counts what is decided by the callers (``mining.emerging``, ``mining.change``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln, logsumexp

Numbers = NDArray[np.float64]

# Dispersions considered, each root 2 times the one before: counts that vary by 7 % to 226 % beyond chance.
DISPERSIONS: Numbers = 0.005 * 2 ** (np.arange(21) / 2)
# Before any data speak: a third beyond chance (0.32 squared), within a factor e or so; rows differ by a factor 2 or so.
_USUAL, _USUAL_SPREAD, _ROWS_SPREAD = 0.1, 1.0, 0.7
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both inside."""

    low: float
    high: float


def wilson(successes: int, n: int, z: float = 1.96) -> Interval:
    """The Wilson score interval of the share ``successes / n``; z = 1.96 gives 95 % confidence.

    It never leaves 0 to 1, is never empty for shares of 0 or 1, and covers well for small n. Without any trial nothing
    is known: (0, 1). Raises ValueError unless 0 <= successes <= n.
    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if n == 0:
        return Interval(0.0, 1.0)
    share, square = successes / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    reach = z / (1 + square) * math.sqrt(share * (1 - share) / n + square / (4 * n))
    # At the ends the formula gives 0 and 1 exactly; floating point misses them by a hair.
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    high = 1.0 if successes == n else min(1.0, middle + reach)
    return Interval(low, high)


def benjamini_hochberg(p: Numbers) -> Numbers:
    """Adjusted p-values (q-values), in the order given: those at or below q form a set with false discovery rate q.

    Holds for tests that are independent or positively dependent.
    Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995) 289.
    """
    order = np.argsort(p, kind="stable")
    scaled = p[order] * (len(p) / np.arange(1, len(p) + 1))
    adjusted = np.empty_like(scaled)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return adjusted


def upper_tail(observed: Numbers, expected: Numbers, dispersion: Numbers) -> Numbers:
    """P(X >= observed) of negative binomials with mean m = ``expected`` and variance m + ``dispersion`` * m * m.

    ``dispersion`` must be above 0; towards 0 it becomes the Poisson's tail. Nothing observed: 1. Nothing expected and
    something observed: 0. The tail is a regularised incomplete beta function, so it stays exact where 1 - cdf is not.
    """
    spread = dispersion * expected
    tail = betainc(np.maximum(observed, 1.0), 1 / dispersion, spread / (1 + spread))
    return np.asarray(np.where(observed > 0, tail, 1.0), np.float64)


def dispersion_posterior(observed: Numbers, expected: Numbers) -> Numbers:
    """(rows, len(DISPERSIONS)): how probable each dispersion is for each row, given its counts over some periods.

    Both arguments are (rows, periods); ``expected`` is fitted to the same counts. Empirical Bayes on a grid: rows have
    log-normal dispersions around one shared value, which is learned from all rows (and drawn to 0.1), so a row of rare
    items takes the shared one, a row of frequent items nearly its own, and one old incident moves its own row, not all.
    The likelihood is the negative binomial's with the adjustment for the fitted mean of D. Cox and N. Reid (JRSS B 49
    (1987) 1), shrunk as for the counts of D. McCarthy, Y. Chen and G. Smyth (Nucleic Acids Res. 40 (2012) 4288).
    """
    grid = np.log(DISPERSIONS)
    likelihood = _adjusted_likelihood(observed, expected)
    of_rows = -0.5 * ((grid - grid[:, None]) / _ROWS_SPREAD) ** 2  # (shared, own)
    of_rows -= logsumexp(of_rows, axis=1, keepdims=True)
    shared = -0.5 * ((grid - np.log(_USUAL)) / _USUAL_SPREAD) ** 2
    shared += logsumexp(likelihood[:, None, :] + of_rows, axis=2).sum(axis=0)
    prior = logsumexp((shared - logsumexp(shared))[:, None] + of_rows, axis=0)
    posterior = likelihood + prior
    return np.asarray(np.exp(posterior - logsumexp(posterior, axis=1, keepdims=True)), np.float64)


def _adjusted_likelihood(observed: Numbers, expected: Numbers) -> Numbers:
    """(rows, len(DISPERSIONS)): logarithms, but for what does not depend on the dispersion."""
    count, mean, size = observed[..., None], np.maximum(expected, _NOTHING)[..., None], 1 / DISPERSIONS
    each = gammaln(count + size) - gammaln(size) - size * np.log1p(mean / size) - count * np.log(size + mean)
    information = (mean / (1 + mean / size)).sum(axis=1)
    return np.asarray(each.sum(axis=1) - 0.5 * np.log(np.maximum(information, _NOTHING)), np.float64)


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether a series moves one way: ``slope`` a step, its two-sided ``p``. ``points`` are those that hold some."""

    slope: float
    p: float
    points: int


def drift(sums: Numbers, weights: Numbers, variance: float) -> Drift:
    """A test for a linear trend of ``sums / weights`` over equal steps, of sums with variance ``variance`` a weight.

    Shares: sums are successes, weights trials, variance p (1 - p), which is the trend test of Cochran and Armitage.
    Counts: sums are counts, weights days, variance the mean count a day (Poisson). Means: sums of values. Where the
    points scatter around the line more than that, the variance is enlarged as much (Pearson's dispersion, not below 1),
    so a series that jumps up and down needs a larger slope. Fewer than three points with weight say nothing: p = 1.
    Source: P. Armitage, "Tests for linear trends in proportions and frequencies", Biometrics 11 (1955) 375.
    """
    there = np.flatnonzero(weights > 0)
    place, total, weight = there.astype(float), sums[there].astype(float), weights[there].astype(float)
    if len(there) < 3 or variance <= 0:
        return Drift(0.0, 1.0, len(there))
    centred = place - np.average(place, weights=weight)
    mean = total.sum() / weight.sum()
    spread = float((weight * centred**2).sum())
    slope = float((centred * (total - weight * mean)).sum()) / spread
    left = total - weight * (mean + slope * centred)
    dispersion = float((left**2 / (weight * variance)).sum()) / (len(there) - 2)
    z = slope / math.sqrt(max(1.0, dispersion) * variance / spread)
    return Drift(slope, math.erfc(abs(z) / math.sqrt(2)), len(there))


def different_shares(part: int, whole: int, other_part: int, other_whole: int) -> float:
    """Two-sided p-value of the difference of two shares (pooled two-proportion z test), 1 where a whole is nothing.

    Raises ValueError unless each part lies within its whole.
    """
    if not (0 <= part <= whole and 0 <= other_part <= other_whole):
        raise ValueError(f"{part} of {whole}, {other_part} of {other_whole}")
    if not whole or not other_whole:
        return 1.0
    pooled = (part + other_part) / (whole + other_whole)
    variance = pooled * (1 - pooled) * (1 / whole + 1 / other_whole)
    return math.erfc(abs(part / whole - other_part / other_whole) / math.sqrt(2 * variance)) if variance > 0 else 1.0


def different_means(mean: float, variance: float, n: int, other: float, other_variance: float, other_n: int) -> float:
    """Two-sided p-value of the difference of two means with known variances (z test), 1 where a side is empty."""
    if not n or not other_n:
        return 1.0
    error = variance / n + other_variance / other_n
    return math.erfc(abs(mean - other) / math.sqrt(2 * error)) if error > 0 else float(mean == other)


def different_rates(count: int, exposure: float, other: int, other_exposure: float) -> float:
    """Two-sided p-value of the difference of two Poisson rates (z test, pooled rate), 1 where none was counted."""
    total = count + other
    if not total or exposure <= 0 or other_exposure <= 0:
        return 1.0
    rate = total / (exposure + other_exposure)
    error = rate * (1 / exposure + 1 / other_exposure)
    return math.erfc(abs(count / exposure - other / other_exposure) / math.sqrt(2 * error))
