"""What would be usual on a day of a series, given its past: the statistics of alerts.

A series holds a number for each day, the oldest first; the day asked about is the one after the last. Weekdays are
told by place: the same weekday lies 7, 14, 21 … days back. Pure functions of numbers; who counts what is decided in
:mod:`assistant.watches.alerts`.

Three habits are common to all: the latest weeks weigh most (half as much every four weeks), a weekday that has said
little is drawn to all days, and past days that stand out are cut to what was still usual, so that an old incident
neither raises what is expected nor hides the next one. Holidays are not known here: a quiet public holiday is unusual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, stdtrit

from mining.statistics import DISPERSIONS, Numbers, dispersion_posterior, upper_tail

DAYS = 84
"""So much of the past is heeded: twelve weeks."""

LEAST_DAYS = 28
"""Less past than this says nothing about weekdays."""

CHANCES = {"low": 1 / 365, "normal": 1 / 90, "high": 1 / 45}
"""How often a day falls outside what is usual though nothing happened: the false alarms that one accepts, a day."""

_WEEK = 7
_HALF_LIFE_WEEKS = 4.0
# So many items of a weekday weigh as much as "it is like all days".
_ITEMS = 10.0
# Half an item more than was seen (Jeffreys' prior): even without any past item one may come.
_PRIOR_ITEMS = 0.5
# A past day beyond this chance is cut to it: one day in a thousand.
_CUT = 0.001
# Bounds of the dispersion before the first fit, which tells what is cut.
_NARROW, _WIDE = 0.05, 1.0
# The standard deviation of a normal distribution over its median absolute deviation.
_OF_MEDIAN = 1.4826
_LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class Usual:
    """``low`` to ``high``, both inside, would be usual; ``expected`` lies between them."""

    low: float
    high: float
    expected: float


def usual_count(past: Numbers, chance: float) -> Usual | None:
    """The counts that would be usual on the next day; None where the past is too short (four weeks).

    Above ``high`` lies a chance of at most ``chance``, and below ``low`` as well.

    How: the expected count is the level (weighted mean) times the weekday's ratio to it, a Gamma-Poisson mean in which
    ten items say "like all days". Counts are negative binomial around it: their dispersion is learned from the past
    days (:func:`mining.statistics.dispersion_posterior`), never narrower than Poisson's, and what is not known about
    level and weekday is added to it. Source of the form: A. Noufaily et al., "An improved algorithm for outbreak
    detection in multiple surveillance systems", Statistics in Medicine 32 (2013) 1206 (quantiles of a negative
    binomial around a fitted mean with past outbreaks weighed down); the fit is our own and simpler.
    """
    whole = _whole_weeks(past)
    if whole is None:
        return None
    fit = _first_look(whole)
    spread = np.array([[1.0]]), np.array([_first_spread(whole, fit)])
    for _ in range(2):
        cut = np.minimum(whole, np.resize(_at_chance(fit.weekdays, spread, _CUT), len(whole)))
        fit = _fitted(cut)
        told = np.resize(fit.weekdays, len(whole))
        posterior = dispersion_posterior(cut[None, :], told[None, :])
        spread = posterior, DISPERSIONS
    expected = float(fit.weekdays[0])
    # What is estimated is not known: the mean of few days varies as the days do.
    dispersions = DISPERSIONS + (1 / expected + DISPERSIONS) * fit.unsure
    mean = np.array([expected])
    high = _at_chance(mean, (posterior, dispersions), chance)[0]
    # P(X < low) <= chance: the complement's tail from below.
    low = _at_chance(mean, (posterior, dispersions), 1 - chance, below=True)[0]
    return Usual(float(low), float(high), float(expected))


@dataclass(frozen=True, slots=True)
class _Fit:
    """What is expected of each of the seven weekdays, the next day's first, and how ``unsure`` that is, relatively."""

    weekdays: Numbers
    unsure: float


def _whole_weeks(past: Numbers) -> Numbers | None:
    """The latest whole weeks of what is heeded: their first day is of the next day's weekday."""
    weeks = min(len(past), DAYS) // _WEEK
    return None if weeks * _WEEK < LEAST_DAYS else np.asarray(past[len(past) - weeks * _WEEK :], np.float64)


def _weights(weeks: int) -> Numbers:
    """(weeks,): the last week's is 1."""
    return np.asarray(0.5 ** (np.arange(weeks)[::-1] / _HALF_LIFE_WEEKS), np.float64)


def _first_look(days: Numbers) -> _Fit:
    """Level and weekdays by medians, which an incident of some weeks does not move."""
    table = days.reshape(-1, _WEEK)
    weeks = len(table)
    level = float(np.median(table.mean(axis=1))) + _PRIOR_ITEMS / len(days)
    seen = np.median(table, axis=0) * weeks
    return _Fit(level * (seen + _ITEMS) / (level * weeks + _ITEMS), 0.0)


def _first_spread(days: Numbers, fit: _Fit) -> float:
    """The dispersion that the middle half of the days shows."""
    told = np.resize(fit.weekdays, len(days))
    deviation = _OF_MEDIAN * float(np.median(np.abs(days - told)))
    mean = float(told.mean())
    return float(np.clip((deviation**2 - mean) / mean**2, _NARROW, _WIDE))


def _fitted(days: Numbers) -> _Fit:
    table = days.reshape(-1, _WEEK)
    weights = _weights(len(table))
    total = weights.sum()
    sums = weights @ table
    level = float((sums.sum() + _PRIOR_ITEMS) / (total * _WEEK))
    usual = level * total
    ratios = (sums + _ITEMS) / (usual + _ITEMS)
    weeks = total**2 / (weights**2).sum()
    own = usual / (usual + _ITEMS)
    return _Fit(level * ratios, float(own**2 / weeks + 1 / (weeks * _WEEK)))


def _at_chance(means: Numbers, spread: tuple[Numbers, Numbers], chance: float, *, below: bool = False) -> Numbers:
    """(days,): the largest count that is reached with more than a chance; with ``below`` the smallest usual one.

    ``spread``: how probable dispersions are (1, d), and the dispersions (d,).
    """
    weights, dispersions = spread
    low, high = np.zeros(len(means)), np.full(len(means), 2.0)

    def reached(counts: Numbers) -> NDArray[np.bool_]:
        tails = upper_tail(counts[:, None], means[:, None], dispersions[None, :])
        # From below, a count is usual if fewer than it come with at most the chance: P(X >= c) >= 1 - chance.
        told = (tails * weights).sum(axis=1)
        return np.asarray(told >= chance if below else told > chance)

    while np.any(up := reached(high) & (high < _LARGEST)):
        high = np.where(up, high * 2, high)
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        up = reached(middle)
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    return low


# --- shares and balances --------------------------------------------------------------------------------------------

# Before any data speak, as many days' worth of it: shares vary as if drawn anew from a beta of 1 / 0.005 items a day.
_USUAL_CORRELATION, _PRIOR_DAYS = 0.005, 14.0
# Residuals beyond this many standard deviations are cut to it; the deviation is that of the middle half.
_FAR = 3.5
_MEDIAN_SQUARE = 0.4549  # of a standard normal
# Degrees of freedom of the balance's tail: it is reckoned from some weeks.
_FREEDOM = 20.0


def usual_share(parts: Numbers, wholes: Numbers, whole: int, chance: float) -> Usual | None:
    """The shares that would be usual of ``whole`` items on the next day; None as for :func:`usual_count`, or of none.

    ``parts`` of ``wholes`` were counted on the past days. Chances as there, on each side.

    How: the expected share is the weighted one of the past, drawn from the weekday's to that of all days with the
    weight of ten items; the count of the part is beta-binomial around it. Its correlation is Pearson's dispersion of
    the past days less 1, over their mean size less 1 (J. Williams, Applied Statistics 31 (1982) 144), with residuals
    beyond 3.5 cut and drawn to 0.005 with the weight of 14 days; what is not known about the share is added.
    """
    part, all_ = _whole_weeks(parts), _whole_weeks(wholes)
    if part is None or all_ is None or whole < 1 or not all_.sum():
        return None
    weekdays, items = _shares(part, all_)
    share = np.resize(weekdays, len(part))
    variance = share * (1 - share)
    there = all_ > 0
    residuals = (part - all_ * share)[there] / np.sqrt(all_[there] * variance[there])
    squares = residuals**2
    squares = np.minimum(squares, _FAR**2 * max(1.0, float(np.median(squares)) / _MEDIAN_SQUARE))
    excess = max(0.0, float(squares.mean()) * len(squares) / max(len(squares) - _WEEK, 1) - 1)
    correlation = excess / max(float(all_[there].mean()) - 1, 1.0)
    days = len(squares)
    correlation = (correlation * days + _USUAL_CORRELATION * _PRIOR_DAYS) / (days + _PRIOR_DAYS)
    correlation = min(correlation + 1 / items + correlation / (days / _WEEK), 0.99)
    low, high = _beta_binomial(whole, float(weekdays[0]), correlation, chance)
    return Usual(low / whole, high / whole, float(weekdays[0]))


def _shares(parts: Numbers, wholes: Numbers) -> tuple[Numbers, float]:
    """(7,) expected shares, the next day's first, and the items that the first one stands on."""
    weights = _weights(len(parts) // _WEEK)
    part, all_ = (weights @ table.reshape(-1, _WEEK) for table in (parts, wholes))
    share = float((part.sum() + _PRIOR_ITEMS) / (all_.sum() + 2 * _PRIOR_ITEMS))
    drawn = (part + _ITEMS * share) / (all_ + _ITEMS)
    return np.asarray(drawn, np.float64), float(all_[0] + _ITEMS)


def _beta_binomial(n: int, share: float, correlation: float, chance: float) -> tuple[int, int]:
    """From and to, both usual: below and above lies at most a chance each."""
    size = 1 / correlation - 1
    a, b = share * size, (1 - share) * size
    k = np.arange(n + 1, dtype=float)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    each = np.exp(choose + betaln(k + a, n - k + b) - betaln(a, b))
    from_below = np.cumsum(each)
    from_above = np.cumsum(each[::-1])[::-1]
    return int(np.argmax(from_below > chance)), int(n - np.argmax(from_above[::-1] > chance))


def usual_balance(sums: Numbers, squares: Numbers, weights: Numbers, weight: int, chance: float) -> Usual | None:
    """The mean values that would be usual of ``weight`` remarks on the next day; None as for :func:`usual_share`.

    The past days have ``sums`` of values from -1 to 1 over ``weights`` remarks, and ``squares`` of them (for values
    -1, 0 and 1 the count of those that are not 0). Chances as there, on each side.

    How: the expected mean is the weighted one of the past, drawn from the weekday's to all days' with the weight of ten
    remarks. Around it a day's mean varies by the remarks' own variance over their number and by a variance between days
    (moments of the residuals, those beyond 3.5 standard deviations cut); tails of Student's t with 20 degrees.
    """
    total, square, all_ = (_whole_weeks(one) for one in (sums, squares, weights))
    if total is None or square is None or all_ is None or weight < 1 or not all_.sum():
        return None
    by_week = _weights(len(total) // _WEEK)
    of_weekday, remarks = (by_week @ table.reshape(-1, _WEEK) for table in (total, all_))
    mean = float(of_weekday.sum() / remarks.sum())
    weekdays = (of_weekday + _ITEMS * mean) / (remarks + _ITEMS)
    own = max(float(square.sum() / all_.sum()) - mean**2, 1e-4)
    there = all_ > 0
    residuals = total[there] / all_[there] - np.resize(weekdays, len(total))[there]
    usual = np.median(residuals**2) / _MEDIAN_SQUARE
    cut = np.minimum(residuals**2, _FAR**2 * np.maximum(own / all_[there], usual))
    days = len(cut)
    between = max(0.0, float(cut.mean()) * days / max(days - _WEEK, 1) - own * float((1 / all_[there]).mean()))
    error = own / weight + between + own / float(remarks[0] + _ITEMS) + between / (days / _WEEK)
    reach = float(stdtrit(_FREEDOM, 1 - chance)) * float(np.sqrt(error))
    expected = float(weekdays[0])
    return Usual(max(-1.0, expected - reach), min(1.0, expected + reach), expected)
