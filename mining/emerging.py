"""Which themes have more feedback than their past explains: new ones, and known ones that rise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mining.statistics import DISPERSIONS, Numbers, benjamini_hochberg, dispersion_posterior, upper_tail

# Fewer days of history than two weeks say nothing about what is usual.
LEAST_HISTORY = 14
# A theme counts as new if its baseline has at most one item in so many days: one stray remark is no history.
NEARLY_NONE = 28
# Half an item more than was seen, over the whole baseline (Jeffreys' prior): what a theme without history expects.
_PRIOR_ITEMS = 0.5
# A weekday's share is drawn to the theme's share on all days with the weight of so many of the theme's items.
_WEEKDAY_ITEMS = 10.0
# The dispersion of n periods counts 1 + 4/n times in the next: 1/n for the noise of their mean, the rest because shares
# drift and because few periods show a dispersion badly. Chosen by simulation (benchmarks/emerging.py).
_HEDGE = 4

_Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rise:
    """A theme with more unique feedback in the window than its past explains.

    ``expected`` items against ``observed``; ``ratio`` is observed / expected. ``p`` is the uncorrected probability of
    so many or more without a rise, ``q_value`` the same adjusted for all themes tested. ``new``: the baseline has none
    or nearly none of it (at most one item per 28 days). ``first_seen_in_window``: the day of the theme's first item, if
    that lies in the window; a new theme without it was there before, in the baseline's strays or before the baseline.
    """

    theme: str
    observed: int
    expected: float
    p: float
    q_value: float
    ratio: float
    new: bool
    first_seen_in_window: date | None

    def as_json(self) -> dict[str, object]:
        """Numbers to 6 digits: expectations and ratios after the point, probabilities significant ones."""
        seen = self.first_seen_in_window
        return {
            "theme": self.theme,
            "observed": self.observed,
            "expected": round(self.expected, 6),
            "p": float(f"{self.p:.6g}"),
            "q_value": float(f"{self.q_value:.6g}"),
            "ratio": round(self.ratio, 6),
            "new": self.new,
            "first_seen_in_window": seen.isoformat() if seen else None,
        }


@dataclass(frozen=True, slots=True)
class _Past:
    """The days compared: ``baseline`` and ``window`` are places in the columns, the window's last."""

    first: date
    baseline: _Days
    window: _Days


def enough(totals: Mapping[date, int], until: date, days: int = 7, weeks: int = 8) -> bool:
    """Whether there is a baseline to compare with: feedback for at least two weeks before the window, and some in it.

    Without it ``emerging`` tests nothing; this tells "nothing rises" from "too early to say".
    """
    return _past(totals, until, days, weeks) is not None


def emerging(
    counts: Mapping[str, Mapping[date, int]],
    totals: Mapping[date, int],
    until: date,
    days: int = 7,
    weeks: int = 8,
    *,
    q: float = 0.05,
    least: int = 5,
) -> list[Rise]:
    """Themes that rise in the ``days`` days before ``until`` (exclusive), against the ``weeks`` weeks before those.

    ``counts[theme][day]`` is the number of unique feedback items of the theme on that day, ``totals[day]`` that of all
    feedback; absent days are 0. A baseline that reaches before the first feedback is shortened to it; below two weeks
    nothing is tested and the list is empty (ask ``enough``). Sorted by q_value, then most observed, then theme.
    Raises ValueError for less than one day, fewer than two weeks, q outside 0 to 1, or ``least`` below 1.

    How: a theme's expected count is its share of all feedback on the same weekdays of the baseline, drawn to its share
    on all days, times what came in on the window's days: a partial week, a holiday or a growing volume is no rise. Half
    an item is added to the baseline's count, so a theme without history expects 0.5 * window / baseline volume: 0.06 a
    week after eight even weeks. The p-value is the upper tail of a negative binomial, never narrower than a Poisson's.
    Its dispersion comes from the baseline's n periods on the window's weekdays, shared between themes as far as they
    have little to say themselves (``statistics.dispersion_posterior``), and counted 1 + 4/n times; the uncertainty of a
    share seen c times, 1 / (c + 0.5), is added. Benjamini-Hochberg over ALL themes in ``counts``, also those without a
    single item in the window, holds the false discovery rate at ``q``; of those found, the ones with ``least`` items in
    the window are returned. That is per call: who asks every day must expect more false alarms than who asks weekly.

    Assumed: feedback comes in independently but for the dispersion; without a rise a theme keeps its share of all
    feedback. So a new channel that talks about other things looks like a rise, and when a theme that makes up much of
    all feedback stops, the shares of all others do grow. A rise says that something is different, not why.
    """
    if days < 1 or weeks < 2 or not 0 < q < 1 or least < 1:
        raise ValueError(f"cannot test {days} days against {weeks} weeks at q = {q} with {least} items")
    past = _past(totals, until, days, weeks)
    if past is None or not counts:
        return []
    themes = sorted(counts)
    seen = _daily([counts[theme] for theme in themes], past)
    # No day has less feedback than one of its themes, whatever the totals leave out.
    volume = np.maximum(_daily([totals], past)[0], seen.max(axis=0))
    fitted = _fitted(seen, volume, past)
    observed, expected = seen[:, past.window].sum(axis=1), fitted[:, past.window].sum(axis=1)
    before = seen[:, past.baseline].sum(axis=1)
    p = _tails(seen, fitted, past)
    q_values = benjamini_hochberg(p)
    found = np.flatnonzero((q_values <= q) & (observed >= least))
    rises = [
        Rise(
            theme=themes[place],
            observed=int(observed[place]),
            expected=float(expected[place]),
            p=float(p[place]),
            q_value=float(q_values[place]),
            ratio=float(observed[place] / expected[place]),
            new=bool(before[place] * NEARLY_NONE <= len(past.baseline)),
            first_seen_in_window=_first_seen(counts[themes[place]], until - timedelta(days)),
        )
        for place in found.tolist()
    ]
    return sorted(rises, key=lambda rise: (rise.q_value, -rise.observed, rise.theme))


def _past(totals: Mapping[date, int], until: date, days: int, weeks: int) -> _Past | None:
    """The days to compare, None where there is no baseline."""
    start = until - timedelta(days)
    began = min((day for day, count in totals.items() if count > 0), default=start)
    first = max(began, start - timedelta(weeks=weeks))
    history = (start - first).days
    if history < LEAST_HISTORY or not any(count > 0 for day, count in totals.items() if first <= day < start):
        return None
    return _Past(first, np.arange(history), np.arange(history, history + days))


def _daily(rows: list[Mapping[date, int]], past: _Past) -> Numbers:
    """(rows, days) from the baseline's first to the window's last day."""
    table = np.zeros((len(rows), len(past.baseline) + len(past.window)))
    for row, mapping in zip(table, rows, strict=True):
        for day, count in mapping.items():
            place = (day - past.first).days
            if 0 <= place < len(row):
                row[place] = count
    return table


def _fitted(seen: Numbers, volume: Numbers, past: _Past) -> Numbers:
    """(themes, days): what each theme's past shares make of each day's volume.

    A weekday's ratio to the share on all days is a Gamma-Poisson mean: ten of the theme's items say "no difference".
    """
    before, all_before = seen[:, past.baseline], volume[past.baseline]
    share = (before.sum(axis=1) + _PRIOR_ITEMS) / (all_before.sum() + 2 * _PRIOR_ITEMS)
    weekday = np.arange(len(volume)) % 7
    fitted = np.empty_like(seen)
    for which in range(7):
        chosen = weekday[past.baseline] == which
        usual = share * all_before[chosen].sum()
        ratio = (before[:, chosen].sum(axis=1) + _WEEKDAY_ITEMS) / (usual + _WEEKDAY_ITEMS)
        fitted[:, weekday == which] = np.outer(ratio * share, volume[weekday == which])
    return fitted


def _tails(seen: Numbers, fitted: Numbers, past: _Past) -> Numbers:
    """(themes,): p-values of the window's counts, averaged over what each theme's dispersion may be."""
    observed, expected = (table[:, past.window].sum(axis=1, keepdims=True) for table in (seen, fitted))
    # Periods lie on the window's weekdays, whole weeks before it.
    step = -(-len(past.window) // 7) * 7
    starts = range(past.window[0] - step, -1, -step)
    was, usual = (_sums(table, starts, len(past.window)) for table in (seen, fitted))
    spread = (1 + _HEDGE / max(len(starts), 1)) * DISPERSIONS
    unsure = 1 / (seen[:, past.baseline].sum(axis=1, keepdims=True) + _PRIOR_ITEMS)
    tails = dispersion_posterior(was, usual) * upper_tail(observed, expected, spread + unsure)
    return np.asarray(np.minimum(tails.sum(axis=1), 1.0), np.float64)


def _sums(table: Numbers, starts: range, days: int) -> Numbers:
    """(themes, periods)"""
    sums = [table[:, start : start + days].sum(axis=1) for start in starts]
    return np.stack(sums, axis=1) if sums else table[:, :0]


def _first_seen(days: Mapping[date, int], start: date) -> date | None:
    first = min(day for day, count in days.items() if count > 0)
    return first if first >= start else None
