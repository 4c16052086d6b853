"""What a pattern of the time lexicon caught, read with the words of its language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from assistant.periods import Clock, Window, calendar_of, day, this_year

GREGORIAN_YEAR = r"(?:19[789]\d|20\d\d)"
YEAR = rf"(?:1[34]\d\d|{GREGORIAN_YEAR})"
# Units of so many letters stand behind figures only: "6mo".
_LETTERS = 2
# A date in figures, year first, of either calendar: 2026-11-22 or 1405/09/01.
ISO = rf"(?P<year>{YEAR})[-/](?P<number>\d{{1,2}})[-/](?P<day>\d{{1,2}})"


class DeclinedError(Exception):
    """What a pattern caught is no time after all, so other readings of the words are tried."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time that was named, before it is known what stands around it. ``reads`` says which window it is on a day.

    ``kind`` is what it can be combined as: time, day, weekday, month, year or event. ``floating``: without a year, so
    what stands beside it may give it one. ``edge``: it was named by its "first" or "last" day. ``parts``: the windows
    of a time that names several. ``expr``: its words.
    """

    rule: str
    said: Said
    reads: Callable[[Clock], Window | None]
    kind: str = "time"
    floating: bool = False
    edge: str | None = None
    parts: Callable[[Clock], tuple[Window, ...]] | None = None
    expr: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The groups of a match; ``times`` are those that were read before, by the sign that stands for each."""

    groups: Mapping[str, str]
    lexicon: Mapping[str, Any]
    numbers: Mapping[str, int]
    times: Mapping[str, Time] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """The number said, 1 where there is none, -1 for the last of several."""
        word = self.groups.get("n", "1")
        if found := re.match(r"\d+", word):
            return int(found[0])
        return int(self.numbers.get(word) or self.lexicon["ordinals"].get(word) or 1)

    @property
    def unit(self) -> str:
        """The unit said, by its English name."""
        word, units = self.groups["unit"], self.lexicon["units"]
        return next((str(unit) for unit in units if word == unit or _one_of(units[unit], word)), "day")

    @property
    def weekday(self) -> int:
        """The weekday said; Monday is 0."""
        word = self.groups["weekday"]
        return next(number for number, names in enumerate(self.lexicon["weekdays"]) if _one_of(names, word))

    def time(self, group: str = "time") -> Time:
        """A time that was read before."""
        return self.times[self.groups[group]]

    def year(self, clock: Clock, calendar: str) -> int | None:
        """The year said, in figures or as "last year"."""
        word = self.groups.get("year")
        if word is None or word.isdecimal():
            return int(word) if word else None
        years: Mapping[str, int] = self.lexicon["years"]
        offset = next((offset for pattern, offset in years.items() if re.fullmatch(pattern, word)), 0)
        return this_year(clock, calendar) + offset

    def figure_year(self) -> int | None:
        """The year said in figures."""
        word = self.groups.get("year", "")
        return int(word) if word.isdecimal() else None

    def month(self, group: str = "month") -> tuple[str, int]:
        """Calendar and number of the month named."""
        name = self.groups[group]
        for calendar, table in (("gregorian", "months"), ("jalali", "jalali_months")):
            for number, names in enumerate(self.lexicon.get(table, []), start=1):
                if name in names:
                    return calendar, number
        raise ValueError(f"no month is called {name!r}")

    def date(self, clock: Clock, group: str = "date") -> date | None:
        """The day named; without a year the latest up to today; None where there is no such day."""
        parts = self._parts(self.groups[group])
        if "month" in parts.groups:
            calendar, month = parts.month()
        else:
            calendar, month = calendar_of(parts.figure_year(), clock.calendar), int(parts.groups["number"])
        year = parts.year(clock, calendar)
        for tried in (year,) if year else (this_year(clock, calendar), this_year(clock, calendar) - 1):
            found = day(calendar, tried, month, parts.day)
            if year or found <= clock.today:
                return found
        return None

    @property
    def day(self) -> int:
        """The day of a month said."""
        word = self.groups["day"]
        return int(word) if word.isdecimal() else int(self.lexicon["day_words"][word])

    def dated(self) -> bool:
        """Whether a year was said, here or in the date."""
        return "year" in self.groups or ("date" in self.groups and "year" in self._parts(self.groups["date"]).groups)

    def _parts(self, text: str) -> Said:
        words = words_of(self.lexicon, self.numbers)
        for pattern in (ISO, *self.lexicon["dates"]):
            if found := re.fullmatch(filled(pattern, words), text):
                return replace(self, groups={name: value for name, value in found.groupdict().items() if value})
        raise ValueError(f"no date: {text!r}")


def words_of(lexicon: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, str]:
    """The alternatives that patterns name in braces: unit, month, weekday, number, ordinal, season, year and date."""
    units = [pattern for patterns in lexicon["units"].values() for pattern in patterns]
    named = [name for names in [*lexicon["months"], *lexicon.get("jalali_months", [])] for name in names]
    words = {
        "unit": any_of(unit for unit in units if len(unit) > _LETTERS),
        "short": any_of(unit for unit in units if len(unit) <= _LETTERS),
        "month": any_of(named),
        "weekday": any_of(name for names in lexicon["weekdays"] for name in names),
        "number": rf"(?:\d{{1,4}}|{any_of(numbers)})",
        "ordinal": any_of(lexicon["ordinals"]),
        "day_word": any_of(lexicon.get("day_words", ())),
        "season": any_of(lexicon.get("seasons", ())),
        "year": any_of((YEAR, *lexicon["years"])),
        "figures": YEAR,
        "gregorian": GREGORIAN_YEAR,
    }
    # Inside a rule a date is one group; its parts are read again by `Said.date`.
    dates = (filled(pattern, words) for pattern in (ISO, *lexicon["dates"]))
    return {**words, "date": any_of(re.sub(r"\?P<\w+>", "?:", pattern) for pattern in dates)}


def any_of(patterns: Iterable[str]) -> str:
    """One of some patterns, longest first; of none, a pattern that never matches."""
    return "(?:" + ("|".join(sorted(patterns, key=len, reverse=True)) or "(?!)") + ")"


def filled(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with the alternatives that it names."""
    for name, alternatives in words.items():
        pattern = pattern.replace("{" + name + "}", alternatives)
    return pattern


def _one_of(patterns: Iterable[str], word: str) -> bool:
    return any(re.fullmatch(pattern, word) for pattern in patterns)
