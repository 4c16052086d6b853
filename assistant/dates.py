"""Windows of time as people name them, in three languages and two calendars.

Rules are data (``lexicon/*.toml``, table ``[time]``): a pattern and the name of a function here. A window is in local
dates, both ends inclusive. Weeks start where the asker's language says (Sunday in Hebrew, Saturday in Persian, Monday
otherwise) unless the workspace says differently; months and years of Persian questions are Jalali unless the month
named is a Gregorian one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from persiantools import jdatetime

DEFAULT_DAYS = 30
_WEEK_STARTS = {"he": 6, "fa": 5}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST = date(1970, 1, 1)
# "The last weeks" without a number.
_A_FEW = 3
# The dates that questions may carry: 2026-11-22, or a Jalali 1405-09-01.
_ISO = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"


# persiantools carries no types.
_jalali: Any = jdatetime.JalaliDate


@dataclass(frozen=True, slots=True)
class Window:
    """Local dates, both inclusive. ``expr`` is how it was said; ``partial``: it runs on after today."""

    first: date
    last: date
    expr: str | None = None
    default: bool = False
    partial: bool = False
    calendar: str = "gregorian"


@dataclass(frozen=True, slots=True)
class Clock:
    """Today as the asker sees it. ``week_start``: 0 is Monday; ``calendar`` is "gregorian" or "jalali"."""

    today: date
    week_start: int = 0
    calendar: str = "gregorian"

    @classmethod
    def of(cls, today: date, language: str, week_start: str | None, calendar: str = "gregorian") -> Clock:
        """The clock of an asker: the workspace's week start wins over the language's."""
        start = _WEEKDAYS.index(week_start) if week_start else _WEEK_STARTS.get(language, 0)
        return cls(today, start, calendar)


def default_window(today: date) -> Window:
    """What is meant when no time is named: the last 30 days, today included."""
    return Window(today - timedelta(days=DEFAULT_DAYS - 1), today, default=True)


def find(text: str, lexicon: Mapping[str, Any], numbers: Mapping[str, int], clock: Clock) -> tuple[Window, str] | None:
    """The first window named in folded text, and the text without it; None where no time is named."""
    words = _words(lexicon, numbers)
    for pattern, rule in lexicon["rules"]:
        for name, alternatives in words.items():
            pattern = pattern.replace("{" + name + "}", alternatives)
        if found := re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text):
            said = {name: value for name, value in found.groupdict().items() if value}
            window = _RULES[rule](clock, _Said(said, lexicon, numbers))
            if window is None:
                continue
            expr = found.group(0).strip()
            # Nothing was said yet after today: the window ends there, and says that it is not over.
            partial = window.last > clock.today or (window.last == clock.today and rule.startswith("current"))
            window = replace(window, last=min(window.last, clock.today), expr=expr, partial=partial)
            return window, f"{text[: found.start()]} {text[found.end() :]}"
    return None


def _words(lexicon: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, str]:
    months = [name for names in [*lexicon["months"], *lexicon.get("jalali_months", [])] for name in names]
    units = [pattern for patterns in lexicon["units"].values() for pattern in patterns]
    longest_first = sorted(numbers, key=len, reverse=True)
    return {
        "unit": "(?:" + "|".join(sorted(units, key=len, reverse=True)) + ")",
        "month": "(?:" + "|".join(sorted(months, key=len, reverse=True)) + ")",
        "number": r"(?:\d{1,3}|" + "|".join(longest_first) + ")",
        "year": r"(?:1[34]\d\d|20\d\d)",
        "iso": _ISO,
    }


@dataclass(frozen=True, slots=True)
class _Said:
    """What a pattern caught, read with the words of its language."""

    groups: Mapping[str, str]
    lexicon: Mapping[str, Any]
    numbers: Mapping[str, int]

    @property
    def n(self) -> int:
        word = self.groups["n"]
        return int(word) if word.isdecimal() else self.numbers[word]

    @property
    def unit(self) -> str:
        word, units = self.groups["unit"], self.lexicon["units"]
        return next(str(unit) for unit, patterns in units.items() if any(re.fullmatch(p, word) for p in patterns))

    @property
    def year(self) -> int | None:
        return int(self.groups["year"]) if "year" in self.groups else None

    def day(self, group: str = "date") -> date | None:
        year, month, day_ = (int(part) for part in re.split("[-/]", self.groups[group]))
        try:
            return _gregorian(year, month, day_) if year < 1500 else date(year, month, day_)
        except ValueError:
            return None

    def month(self, clock: Clock) -> Window | None:
        """The month named, of the year named, or else the latest that has begun."""
        name = self.groups["month"]
        for calendar, table in (("gregorian", "months"), ("jalali", "jalali_months")):
            for number, names in enumerate(self.lexicon.get(table, []), start=1):
                if name in names:
                    return _named_month(clock, calendar, number, self.year)
        return None


def _named_month(clock: Clock, calendar: str, number: int, year: int | None) -> Window:
    named = replace(clock, calendar=calendar)
    this_year = _jalali.to_jalali(clock.today).year if calendar == "jalali" else clock.today.year
    window = _month(named, year or this_year, number)
    return _month(named, this_year - 1, number) if year is None and window.first > clock.today else window


def _gregorian(year: int, month: int, day: int) -> date:
    day_: date = _jalali(year, month, day).to_gregorian()
    return day_


def _month(clock: Clock, year: int, month: int) -> Window:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    after = (year + month // 12, month % 12 + 1)
    if clock.calendar == "jalali":
        first, end = _gregorian(year, month, 1), _gregorian(*after, 1)
    else:
        first, end = date(year, month, 1), date(*after, 1)
    return Window(first, end - timedelta(days=1), calendar=clock.calendar)


def _period(clock: Clock, unit: str, offset: int) -> Window:
    """The day, week, month, quarter or year that holds today, moved by ``offset`` of its kind."""
    today = clock.today
    if unit == "day":
        day = today + timedelta(days=offset)
        return Window(day, day)
    if unit == "week":
        first = today - timedelta(days=(today.weekday() - clock.week_start) % 7) + timedelta(weeks=offset)
        return Window(first, first + timedelta(days=6))
    now: Any = _jalali.to_jalali(today) if clock.calendar == "jalali" else today
    if unit == "month":
        return _month(clock, now.year, now.month + offset)
    months = 3 if unit == "quarter" else 12
    start = (now.month - 1) // months * months + 1 + offset * months
    begins, ends = _month(clock, now.year, start), _month(clock, now.year, start + months - 1)
    return replace(begins, last=ends.last)


def _last_n(clock: Clock, n: int, unit: str) -> Window:
    """The last n units up to today: whole days for days and weeks, the same day n months ago otherwise."""
    today = clock.today
    if unit in ("day", "week"):
        return Window(today - timedelta(days=n * (7 if unit == "week" else 1) - 1), today)
    months = n * {"month": 1, "quarter": 3, "year": 12}[unit]
    now: Any = _jalali.to_jalali(today) if clock.calendar == "jalali" else today
    begun = _month(clock, now.year, now.month - months)
    same_day = min(begun.first + timedelta(days=now.day - 1), begun.last)
    return Window(same_day + timedelta(days=1), today, calendar=clock.calendar)


def _between(clock: Clock, said: _Said) -> Window | None:
    first, last = said.day(), said.day("end")
    return Window(min(first, last), max(first, last)) if first and last else None


def _since(clock: Clock, said: _Said) -> Window | None:
    first = said.day()
    return Window(first, clock.today) if first and first <= clock.today else None


def _since_month(clock: Clock, said: _Said) -> Window | None:
    begun = said.month(clock)
    return replace(begun, last=clock.today) if begun else None


def _day(clock: Clock, said: _Said) -> Window | None:
    day = said.day()
    return Window(day, day) if day else None


def _iso_week(clock: Clock, said: _Said) -> Window | None:
    try:
        first = date.fromisocalendar(said.year or clock.today.year, said.n, 1)
    except ValueError:
        return None
    return Window(first, first + timedelta(days=6))


def _quarter(clock: Clock, said: _Said) -> Window:
    year = said.year or clock.today.year
    if said.year is None and date(year, 3 * said.n - 2, 1) > clock.today:
        year -= 1
    gregorian = replace(clock, calendar="gregorian")
    return replace(_month(gregorian, year, 3 * said.n - 2), last=_month(gregorian, year, 3 * said.n).last)


def _year(clock: Clock, said: _Said) -> Window | None:
    year = said.year
    if year is None:
        return None
    named = replace(clock, calendar="jalali" if year < 1500 else "gregorian")
    return replace(_month(named, year, 1), last=_month(named, year, 12).last)


_RULES: dict[str, Callable[[Clock, _Said], Window | None]] = {
    "between": _between,
    "since": _since,
    "since_month": _since_month,
    "last_n": lambda clock, said: _last_n(clock, said.n, said.unit),
    "last_two": lambda clock, said: _last_n(clock, 2, said.unit),
    "last_few": lambda clock, said: _last_n(clock, _A_FEW, said.unit),
    "previous": lambda clock, said: _period(clock, said.unit, -1),
    "current": lambda clock, said: _period(clock, said.unit, 0),
    "current_year": lambda clock, said: _period(clock, "year", 0),
    "previous_year": lambda clock, said: _period(clock, "year", -1),
    "iso_week": _iso_week,
    "quarter": _quarter,
    "month": lambda clock, said: said.month(clock),
    "day": _day,
    "today": lambda clock, said: _period(clock, "day", 0),
    "yesterday": lambda clock, said: _period(clock, "day", -1),
    "all_time": lambda clock, said: Window(_FIRST, clock.today),
    "year": _year,
}
