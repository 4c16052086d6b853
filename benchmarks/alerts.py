"""How rarely alerts on a quiet series cry wolf, and how surely they tell a doubling, on simulated days.

    python -m benchmarks.alerts [--series 30] [--sensitivity normal]

The world: a count a day around a level that stands still, quiet weekends, either Poisson or with days that vary more
(gamma factors of variance 0.05 or 0.2 on each day). Each series has twelve weeks of past and ninety tested days; the
alert judges every day of the last seven each morning, as it does in earnest, without cool-down. Then the last day is
doubled, and the day after it as well: was it told the next morning, was it told on one of the two? Seeds are fixed. A
series with more than one false alarm a month, or a doubling of fifty Poisson items a day that is not told the next
morning in 95 of 100 series, gives exit status 1.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, date, timedelta

import numpy as np

from assistant.periods import Clock
from assistant.watches.alerts import Bench
from assistant.watches.rule import SENSITIVITIES, Rule
from assistant.watches.series import Series
from mining.statistics import Numbers

FALSE, CAUGHT, LEVEL = 1.0, 0.95, 50
LEVELS = (2, 5, 10, 20, 50, 200)
SPREADS = (0.0, 0.05, 0.2)
PAST, TESTED, DOUBLED = 84, 90, 2
FIRST = date(2026, 3, 2)  # a Monday
_SEED = 20261122
_WEEK = (1.25, 1.2, 1.1, 1.05, 1.0, 0.75, 0.65)


@dataclass(frozen=True, slots=True)
class Found:
    """False alarms in thirty days, and the shares of doublings told the next morning, and on one of two mornings."""

    false: float
    caught: float
    within_two: float


def days(level: float, spread: float, lots: np.random.Generator, doubled: int = 0) -> Numbers:
    """A count for each day; the last ones may be doubled."""
    rates = level * np.resize(np.array(_WEEK), PAST + TESTED)
    rates[len(rates) - doubled :] *= 2
    noise = lots.gamma(1 / spread, spread, len(rates)) if spread else np.ones(len(rates))
    return np.asarray(lots.poisson(rates * noise), np.float64)


def told(counts: Numbers, rule: Rule, mornings: range) -> list[int]:
    """The days (by place) that are told on some mornings; a day may be told on a later one."""
    clock = Clock(FIRST)
    bench = Bench(Series(FIRST, counts, None, None, None), rule, UTC, clock)
    found: list[date] = []
    for morning in mornings:
        since = FIRST + timedelta(days=mornings.start - 1)
        # Without cool-down a day is told once, and only the latest day of a morning.
        happened = bench.decide(FIRST + timedelta(days=morning), found, since)
        found += [happened.last] if happened else []
    return [(day - FIRST).days for day in found]


def measure(level: float, spread: float, rule: Rule, series: int) -> Found:
    """Simulate one kind of series."""
    lots = np.random.default_rng([_SEED, int(level * 10), int(spread * 100)])
    last = PAST + TESTED
    false = sum(len(told(days(level, spread, lots), rule, range(PAST + 1, last + 1))) for _ in range(series))
    first = second = 0
    planted = 4 * series
    for _ in range(planted):
        counts = days(level, spread, lots, DOUBLED)
        at_once = bool(told(counts[:-1], rule, range(last - 1, last)))
        first += at_once
        second += at_once or bool(told(counts, rule, range(last, last + 1)))
    return Found(false * 30 / (series * TESTED), first / planted, second / planted)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=30)
    parser.add_argument("--sensitivity", choices=SENSITIVITIES, default="normal")
    asked = parser.parse_args()
    rule = Rule.of("count", kind="anomaly", sensitivity=asked.sensitivity, cool_down_days=0)
    print(f"sensitivity {asked.sensitivity}, {asked.series} series of {TESTED} days each")
    print("a day  beyond Poisson  false alarms a month  doubling told next morning  on one of two mornings")
    missed = []
    for spread in SPREADS:
        for level in LEVELS:
            found = measure(level, spread, rule, asked.series)
            print(
                f"{level:5}  {spread:14.2f}  {found.false:20.2f}  {found.caught:26.0%}  {found.within_two:22.0%}",
                flush=True,
            )
            missed += [f"{level} a day, {spread}: false alarms"] if found.false > FALSE else []
            missed += [f"{level} a day: doubling"] if not spread and level >= LEVEL and found.caught < CAUGHT else []
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
