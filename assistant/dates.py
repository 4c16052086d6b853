"""Windows of time as people name them, in three languages and two calendars.

Rules are data (``lexicon/*.toml``, table ``[time]``): a pattern and the name of a function here. Weeks start where the
asker's language says (Sunday in Hebrew, Saturday in Persian, Monday otherwise) unless the workspace says differently;
months and years of Persian questions are Jalali unless the month named is a Gregorian one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from assistant.periods import (
    EVER,
    Clock,
    Window,
    calendar_of,
    day,
    last_n,
    latest_months,
    months,
    period,
    settled,
    this_year,
)

# "The last weeks" without a number.
_A_FEW = 3
_YEAR = r"(?:1[34]\d\d|19[789]\d|20\d\d)"
# A date in figures, year first, of either calendar: 2026-11-22 or 1405/09/01.
_ISO = rf"(?P<year>{_YEAR})[-/](?P<number>\d{{1,2}})[-/](?P<day>\d{{1,2}})"


def find(
    text: str, lexicon: Mapping[str, Any], numbers: Mapping[str, int], clock: Clock
) -> tuple[Window | None, str] | None:
    """The first time named in folded text, and the text without it; None where no time is named.

    The window is None where what was named does not exist (31 September) or is no single window (March and October).
    """
    words = _words(lexicon, numbers, clock)
    for pattern, rule in lexicon["rules"]:
        filled = _filled(f"(?:{lexicon['before']})?(?P<expr>{pattern}){lexicon['after']}", words)
        if found := re.search(rf"(?<!\w)(?:{filled})(?![\w-]|[./]\d)", text):
            said = {name: value for name, value in found.groupdict().items() if value}
            window = _RULES[rule](clock, _Said(said, lexicon, numbers))
            known = settled(window, clock, said["expr"].strip()) if window and window.first <= window.last else None
            return known, f"{text[: found.start()]} {text[found.end() :]}"
    return None


def _words(lexicon: Mapping[str, Any], numbers: Mapping[str, int], clock: Clock) -> dict[str, str]:
    named = [name for names in [*lexicon["months"], *lexicon.get("jalali_months", [])] for name in names]
    words = {
        "unit": _any(pattern for patterns in lexicon["units"].values() for pattern in patterns),
        "month": _any(named),
        "number": rf"(?:\d{{1,3}}|{_any(numbers)})",
        "ordinal": _any(lexicon["ordinals"]),
        "season": _any(lexicon.get("seasons", ())),
        "event": _any(map(re.escape, clock.events)),
        "year": _YEAR,
    }
    dates = (_filled(pattern, words) for pattern in (_ISO, *lexicon["dates"]))
    # Inside a rule a date is one group; its parts are read again by `_Said.date`.
    return {**words, "date": _any(re.sub(r"\?P<\w+>", "?:", pattern) for pattern in dates)}


def _any(patterns: Any) -> str:
    """One of some patterns, longest first; of none, a pattern that never matches."""
    return "(?:" + ("|".join(sorted(patterns, key=len, reverse=True)) or "(?!)") + ")"


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    for name, alternatives in words.items():
        pattern = pattern.replace("{" + name + "}", alternatives)
    return pattern


@dataclass(frozen=True, slots=True)
class _Said:
    """What a pattern caught, read with the words of its language."""

    groups: Mapping[str, str]
    lexicon: Mapping[str, Any]
    numbers: Mapping[str, int]

    @property
    def n(self) -> int:
        word = self.groups["n"]
        return int(word) if word.isdecimal() else self.numbers.get(word) or int(self.lexicon["ordinals"][word])

    @property
    def unit(self) -> str:
        word, units = self.groups["unit"], self.lexicon["units"]
        return next(str(unit) for unit, patterns in units.items() if any(re.fullmatch(p, word) for p in patterns))

    @property
    def year(self) -> int | None:
        return int(self.groups["year"]) if "year" in self.groups else None

    def month(self, group: str = "month") -> tuple[str, int]:
        """Calendar and number of the month named."""
        name = self.groups[group]
        for calendar, table in (("gregorian", "months"), ("jalali", "jalali_months")):
            for number, names in enumerate(self.lexicon.get(table, []), start=1):
                if name in names:
                    return calendar, number
        raise ValueError(f"no month is called {name!r}")

    def date(self, clock: Clock, group: str = "date", after: date | None = None) -> date | None:
        """The day named; without a year the latest up to today, or the first one after another day."""
        parts = self._parts(self.groups[group])
        if "month" in parts.groups:
            calendar, month = parts.month()
        else:
            calendar, month = calendar_of(parts.year, clock.calendar), int(parts.groups["number"])
        first_year = parts.year or this_year(replace(clock, today=after or clock.today), calendar)
        tried = (first_year,) if parts.year else (first_year, first_year + (1 if after else -1))
        for year in tried:
            try:
                found = day(calendar, year, month, int(parts.groups["day"]))
            except ValueError:
                return None
            if parts.year or (found >= after if after else found <= clock.today):
                return found
        return None

    def _parts(self, text: str) -> _Said:
        words = {"month": _any(n for t in ("months", "jalali_months") for ns in self.lexicon.get(t, []) for n in ns)}
        for pattern in (_ISO, *self.lexicon["dates"]):
            if found := re.fullmatch(_filled(pattern, {**words, "year": _YEAR}), text):
                return replace(self, groups={name: value for name, value in found.groupdict().items() if value})
        raise ValueError(f"no date: {text!r}")


def _between(clock: Clock, said: _Said) -> Window | None:
    first = said.date(clock)
    last = said.date(clock, "end", after=first) if first else None
    return Window(min(first, last), max(first, last)) if first and last else None


def _days(clock: Clock, said: _Said) -> Window | None:
    """From a day to another of the same month: "1 to 15 November"."""
    begins = re.sub(r"\d{1,2}", said.groups["from"], said.groups["date"], count=1)
    first, last = replace(said, groups={"date": begins}).date(clock), said.date(clock)
    return Window(first, last) if first and last else None


def _since(clock: Clock, said: _Said) -> Window | None:
    first = said.date(clock)
    return _up_to_today(clock, Window(first, first)) if first else None


def _up_to_today(clock: Clock, begun: Window) -> Window | None:
    return replace(begun, last=clock.today) if begun.first <= clock.today else None


def _day(clock: Clock, said: _Said) -> Window | None:
    found = said.date(clock)
    return Window(found, found) if found else None


def _month(clock: Clock, said: _Said) -> Window:
    calendar, number = said.month()
    return latest_months(clock, calendar, number, said.year)


def _month_number(clock: Clock, said: _Said) -> Window | None:
    number = int(said.groups["number"])
    return months(calendar_of(said.year, clock.calendar), said.year or 0, number) if 1 <= number <= 12 else None


def _months(clock: Clock, said: _Said) -> Window | None:
    """From a month to another; the year stands with the second or is the latest possible."""
    (calendar, first), (other, last) = said.month(), said.month("end")
    if calendar != other:
        return None
    ends = latest_months(clock, calendar, last, said.year)
    begins = latest_months(replace(clock, today=ends.last), calendar, first, None)
    return replace(begins, last=ends.last)


def _next_to_each_other(clock: Clock, said: _Said) -> Window | None:
    """ "September and October" is one window, "March and October" is none."""
    (_, first), (_, last) = said.month(), said.month("end")
    return _months(clock, said) if (last - first) % 12 == 1 else None


def _iso_week(clock: Clock, said: _Said) -> Window | None:
    this_year = clock.today.isocalendar().year
    for year in (said.year,) if said.year else (this_year, this_year - 1):
        try:
            first, last = (date.fromisocalendar(year, said.n, weekday) for weekday in (1, 7))
        except ValueError:
            continue
        if said.year or first <= clock.today:
            return Window(first, last)
    return None


def _quarter(clock: Clock, said: _Said) -> Window | None:
    calendar = calendar_of(said.year, said.lexicon.get("calendar", "gregorian"))
    return latest_months(clock, calendar, 3 * said.n - 2, said.year, 3) if 1 <= said.n <= 4 else None


def _season(clock: Clock, said: _Said) -> Window:
    number = int(said.lexicon["seasons"][said.groups["season"]])
    return latest_months(clock, "jalali", 3 * number - 2, said.year, 3)


def _year(clock: Clock, said: _Said) -> Window | None:
    return months(calendar_of(said.year, clock.calendar), said.year, 1, 12) if said.year else None


_RULES: dict[str, Callable[[Clock, _Said], Window | None]] = {
    "ago": lambda clock, said: period(clock, said.unit, -said.n),
    "all_time": lambda clock, said: Window(EVER, clock.today),
    "between": _between,
    "current": lambda clock, said: period(clock, said.unit, 0),
    "current_year": lambda clock, said: period(clock, "year", 0),
    "day": _day,
    "days": _days,
    "iso_week": _iso_week,
    "last_few": lambda clock, said: last_n(clock, _A_FEW, said.unit),
    "last_n": lambda clock, said: last_n(clock, said.n, said.unit),
    "last_one": lambda clock, said: last_n(clock, 1, said.unit),
    "last_two": lambda clock, said: last_n(clock, 2, said.unit),
    "month": _month,
    "month_number": _month_number,
    "months": _months,
    "months_and": _next_to_each_other,
    "next": lambda clock, said: period(clock, said.unit, 1),
    "previous": lambda clock, said: period(clock, said.unit, -1),
    "previous_year": lambda clock, said: period(clock, "year", -1),
    "quarter": _quarter,
    "season": _season,
    "since": _since,
    "since_event": lambda clock, said: _up_to_today(clock, Window(clock.events[said.groups["event"]], clock.today)),
    "since_month": lambda clock, said: _up_to_today(clock, _month(clock, said)),
    "since_period": lambda clock, said: _up_to_today(clock, period(clock, said.unit, 0)),
    "since_previous": lambda clock, said: _up_to_today(clock, period(clock, said.unit, -1)),
    "since_year": lambda clock, said: _up_to_today(clock, found) if (found := _year(clock, said)) else None,
    "since_yesterday": lambda clock, said: _up_to_today(clock, period(clock, "day", -1)),
    "today": lambda clock, said: period(clock, "day", 0),
    "tomorrow": lambda clock, said: period(clock, "day", 1),
    "two_ago": lambda clock, said: period(clock, said.unit, -2),
    "year": _year,
    "yesterday": lambda clock, said: period(clock, "day", -1),
}
