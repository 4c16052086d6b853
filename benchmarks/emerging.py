"""How surely emerging themes are found, and how rarely quiet weeks cry wolf, on simulated feedback.

    python -m benchmarks.emerging [--runs 200]

The world: 10,000 feedback items over 12 weeks, quiet weekends, a fifth without a theme, the rest in 60 themes of Zipf
volumes, each with weekdays of its own. Counts are overdispersed: a theme's share varies from week to week (gamma,
variance 0.03) and from day to day (0.2), in some themes more than in others, and drifts (random walk, 5 % a week). The
last four weeks are tested, each against the eight before. Seeds are fixed. A missed bar gives exit status 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc

from mining.emerging import Rise, emerging

FOUND, FALSE = 0.95, 0.3  # share of planted issues; false alarms in four quiet weeks (the promise is 1)
START, WEEKS, TESTED = date(2026, 8, 31), 12, 4  # a Monday
PLANTED = 15
_SEED = 20261122
_WEEK = (1.25, 1.2, 1.1, 1.05, 1.0, 0.55, 0.45)

_Table = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What feedback comes in; variances are those of gamma factors with mean 1, ``drift`` a standard deviation."""

    items: int = 10_000
    themes: int = 60
    weekly: float = 0.03
    daily: float = 0.2
    drift: float = 0.05
    echoes: float = 0.0
    change: Callable[[_Table, np.random.Generator], None] = lambda rates, lots: None

    def counts(self, seed: int) -> tuple[_Table, _Table]:
        """(themes, days) and (days,): items of each theme and of all."""
        lots = np.random.default_rng(seed)
        rates = self._rates(lots)
        self.change(rates, lots)
        found = lots.poisson(rates).astype(float)
        if self.echoes:  # some items come with one to three others that say the same on the same day
            found += lots.binomial(found.astype(int), self.echoes) * lots.integers(1, 4, found.shape)
        return found[:-1], found.sum(axis=0)

    def _rates(self, lots: np.random.Generator) -> _Table:
        days = WEEKS * 7
        zipf = 1 / np.arange(1, self.themes + 1)
        shares = np.append(0.8 * zipf / zipf.sum(), 0.2)[:, None]  # the last row has no theme
        walk = np.repeat(lots.normal(0, self.drift, (len(shares), WEEKS)).cumsum(axis=1), 7, axis=1)
        own_week = np.tile(np.exp(lots.normal(0, 0.15, (len(shares), 7))), WEEKS)
        busy = np.tile(_WEEK, WEEKS) * _gamma(lots, 0.03, (1, days)) * self.items / (np.sum(_WEEK) * WEEKS)
        restless = np.exp(lots.normal(-0.125, 0.5, (len(shares), 1)))  # some themes vary more than others
        by_week = np.repeat(_gamma(lots, self.weekly * restless, (len(shares), WEEKS)), 7, axis=1)
        by_day = _gamma(lots, self.daily * restless, (len(shares), days))
        return np.asarray(shares * busy * np.exp(walk) * own_week * by_week * by_day, np.float64)


def _gamma(lots: np.random.Generator, variance: _Table | float, shape: tuple[int, int]) -> _Table:
    """Factors with mean 1; a variance of 0 gives ones."""
    if not np.any(variance):
        return np.ones(shape)
    return np.asarray(lots.gamma(1 / variance, variance, shape), np.float64)


def scaled(days: slice, factor: float) -> Callable[[_Table, np.random.Generator], None]:
    """A change of all volume on some days."""

    def change(rates: _Table, lots: np.random.Generator) -> None:
        rates[:, days] *= factor

    return change


def holidays(rates: _Table, lots: np.random.Generator) -> None:
    """A tenth of the volume on two days of the baseline, and on two days of the week tested last."""
    for day in (16, 17, 78, 79):
        rates[:, day] *= 0.1


def theme_scaled(place: int, days: slice, factor: float = 0.0) -> Callable[[_Table, np.random.Generator], None]:
    """A change of one theme's volume."""

    def change(rates: _Table, lots: np.random.Generator) -> None:
        rates[place, days] *= factor

    return change


def mappings(found: _Table, totals: _Table) -> tuple[dict[str, dict[date, int]], dict[date, int]]:
    """The tables in the shape that is asked for: days with nothing are absent."""
    calendar = [START + timedelta(day) for day in range(len(totals))]

    def row(numbers: _Table) -> dict[date, int]:
        return {day: int(number) for day, number in zip(calendar, numbers, strict=True) if number}

    return {f"theme-{place:03}": row(numbers) for place, numbers in enumerate(found)}, row(totals)


@dataclass(frozen=True)
class Asked:
    """How the question is put: days of the window and from one window to the next, weeks of the baseline."""

    days: int = 7
    step: int = 7
    weeks: int = 8


WEEKLY = Asked()


def alarms(world: World, seed: int, asked: Asked) -> int:
    """Alarms in four quiet weeks; a theme that is still rising in the next overlapping window counts once."""
    counts, totals = mappings(*world.counts(seed))
    raised, last = 0, set[str]()
    for end in range((WEEKS - TESTED) * 7 + asked.days, WEEKS * 7 + 1, asked.step):
        until = START + timedelta(end)
        now = {rise.theme for rise in emerging(counts, totals, until, asked.days, asked.weeks)}
        raised += len(now - last) if asked.step < asked.days else len(now)
        last = now
    return raised


def naive(world: World, seed: int) -> int:
    """For comparison: the same four weeks by a Poisson test of each theme against its mean week, at p < 0.05."""
    by_week = world.counts(seed)[0].reshape(-1, WEEKS, 7).sum(axis=2)
    raised = 0
    for week in range(WEEKS - TESTED, WEEKS):
        mean = by_week[:, week - 8 : week].mean(axis=1) + 0.5 / 8
        raised += int(((pdtrc(by_week[:, week] - 1, mean) < 0.05) & (by_week[:, week] >= 5)).sum())
    return raised


def planted(world: World, seed: int, *, known: bool, weeks: int = 8) -> tuple[Rise | None, int]:
    """The rise found for 15 items spread over one tested week at random, and how many other themes rose."""
    week = WEEKS - TESTED + seed % TESTED
    found, totals = world.counts(seed)
    lots = np.random.default_rng(seed + 1_000_000)
    extra = np.zeros(len(totals))
    np.add.at(extra, week * 7 + lots.integers(0, 7, PLANTED), 1)
    if known:
        history = lots.poisson(2 / 7 * np.array(_WEEK) * _gamma(lots, 0.3, (WEEKS, 7)) * 7 / np.sum(_WEEK)).reshape(-1)
        extra += history
    counts, all_days = mappings(np.vstack([found, extra]), totals + extra)
    issue = f"theme-{len(found):03}"
    rises = emerging(counts, all_days, START + timedelta(week * 7 + 7), weeks=weeks)
    others = [rise for rise in rises if rise.theme != issue]
    return next((rise for rise in rises if rise.theme == issue), None), len(others)


def grown(world: World, seed: int, place: int, factor: float) -> bool:
    """Whether a theme that grows in the last week is found."""
    change = theme_scaled(place, slice((WEEKS - 1) * 7, None), factor)
    counts, totals = mappings(*replace(world, change=change).counts(seed))
    return any(rise.theme == f"theme-{place:03}" for rise in emerging(counts, totals, START + timedelta(WEEKS * 7)))


USUAL = World()
RESTLESS = replace(USUAL, weekly=0.06, daily=0.4)
BEFORE, TESTING = slice(35, 42), slice((WEEKS - TESTED) * 7, None)
OLD = replace(USUAL, change=theme_scaled(2, BEFORE, 8))
# name -> world, known before, weeks of the baseline, whether it has a bar
FINDING: Mapping[str, tuple[World, bool, int, bool]] = {
    "a new theme": (USUAL, False, 8, True),
    "on about 2 a week": (USUAL, True, 8, True),
    "new, twice as dispersed": (RESTLESS, False, 8, False),
    "on 2 a week, twice as dispersed": (RESTLESS, True, 8, False),
    "on 2 a week, baseline of 2 weeks": (USUAL, True, 2, False),
    "on 2 a week, old incident elsewhere": (OLD, True, 8, False),
    "on 2 a week, of 500 items": (replace(USUAL, items=500, themes=10), True, 8, False),
    "on 2 a week, of 100,000 items": (replace(USUAL, items=100_000), True, 8, False),
}
QUIET: Mapping[str, tuple[World, Asked, bool]] = {
    "as usual": (USUAL, WEEKLY, True),
    "a rare theme never heard": (replace(USUAL, change=theme_scaled(55, slice(None))), WEEKLY, True),
    "a rare theme falls silent": (replace(USUAL, change=theme_scaled(40, TESTING)), WEEKLY, True),
    "holidays of low volume": (replace(USUAL, change=holidays), WEEKLY, True),
    "total volume doubles": (replace(USUAL, change=scaled(TESTING, 2)), WEEKLY, True),
    "total volume doubles, last week": (replace(USUAL, change=scaled(slice(77, None), 2)), WEEKLY, True),
    "windows of 3 days (9 of them)": (USUAL, Asked(3, 3), True),
    "an old incident in the baseline": (OLD, WEEKLY, False),
    "windows of 14 days (2)": (USUAL, Asked(14, 14), False),
    "windows of 1 day (28)": (USUAL, Asked(1, 1), False),
    "7 days, asked every day (22)": (USUAL, Asked(7, 1), False),
    "3 days, asked every day (26)": (USUAL, Asked(3, 1), False),
    "baseline of 4 weeks": (USUAL, Asked(weeks=4), False),
    "baseline of 2 weeks": (USUAL, Asked(weeks=2), False),
    "Poisson, no drift": (replace(USUAL, weekly=0, daily=0, drift=0), WEEKLY, False),
    "twice as dispersed": (RESTLESS, WEEKLY, False),
    "drift of 10 % a week": (replace(USUAL, drift=0.1), WEEKLY, False),
    "one in ten with 1 to 3 echoes": (replace(USUAL, echoes=0.1), WEEKLY, False),
    "500 items": (replace(USUAL, items=500), WEEKLY, False),
    "100,000 items": (replace(USUAL, items=100_000), WEEKLY, False),
    "5 themes": (replace(USUAL, themes=5), WEEKLY, False),
    "300 themes": (replace(USUAL, themes=300), WEEKLY, False),
    "the largest theme stops": (replace(USUAL, change=theme_scaled(0, TESTING)), WEEKLY, False),
}


def main() -> None:
    """Print the tables; exit status 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    seeds = range(_SEED, _SEED + parser.parse_args().runs)
    begun = time.perf_counter()
    missed = finding(seeds)
    growing(seeds)
    missed += quiet(seeds)
    print(f"{len(seeds)} runs each, {time.perf_counter() - begun:.0f} s in all")
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


def finding(seeds: range) -> list[str]:
    """Planted issues; returns the bars missed."""
    print(f"{'15 items within one week':<37}{'found':>7}{'called new':>12}{'others a run':>14}{'bar':>7}")
    missed = []
    for name, (world, known, weeks, barred) in FINDING.items():
        results = [planted(world, seed, known=known, weeks=weeks) for seed in seeds]
        rises = [rise for rise, _ in results if rise]
        share, new = len(rises) / len(seeds), sum(rise.new for rise in rises) / max(len(rises), 1)
        others = sum(other for _, other in results) / len(seeds)
        print(f"{name:<37}{share:>7.1%}{new:>12.1%}{others:>14.3f}{f'{FOUND:.0%}' if barred else '':>7}", flush=True)
        missed += [name] if barred and share < FOUND else []
    return missed


def growing(seeds: range) -> None:
    """What it takes for a theme with a history to be found."""
    print(f"\n{'one theme grows in the last week':<37}{'x 1.5':>7}{'x 2':>7}{'x 3':>7}{'x 5':>7}")
    for place in (0, 4, 19, 49):
        weekly = 0.8 * USUAL.items / WEEKS / (place + 1) / sum(1 / rank for rank in range(1, USUAL.themes + 1))
        shares = [sum(grown(USUAL, seed, place, factor) for seed in seeds) / len(seeds) for factor in (1.5, 2, 3, 5)]
        print(f"{f'about {weekly:.0f} items a week':<37}" + "".join(f"{share:>7.1%}" for share in shares), flush=True)


def quiet(seeds: range) -> list[str]:
    """False alarms; returns the bars missed."""
    print(f"\n{'four quiet weeks':<37}{'false alarms':>14}{'runs with any':>15}{'bar':>7}")
    missed = []
    for name, (world, asked, barred) in QUIET.items():
        raised = [alarms(world, seed, asked) for seed in seeds]
        mean, some = sum(raised) / len(seeds), sum(map(bool, raised)) / len(seeds)
        print(f"{name:<37}{mean:>14.3f}{some:>15.1%}{FALSE if barred else '':>7}", flush=True)
        missed += [name] if barred and mean > FALSE else []
    plain = sum(naive(USUAL, seed) for seed in seeds) / len(seeds)
    print(f"{'as usual, by a plain Poisson test':<37}{plain:>14.3f}")
    return missed


if __name__ == "__main__":
    main()
