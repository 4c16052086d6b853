"""Dates as people and machines write them, in two calendars and three languages, as aware times in UTC.

A year from 1300 to 1500 is Jalali (the solar calendar of Iran), any other Gregorian. Which number of ``05/08/2026`` is
the day cannot be read off one cell: it is part of a :class:`Reading`, decided per column by :func:`order_of`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from persiantools.jdatetime import JalaliDate, JalaliDateTime

from connectors.tabular.cells import cell, fold, plain

# The library has annotations in parts only.
_JalaliDay: Any = JalaliDate
_JalaliTime: Any = JalaliDateTime
_JALALI = range(1300, 1501)
_YEARS = range(1990, 2101)

_ISO = re.compile(r"(?:19|20)\d\d(?:-\d\d-\d\d|\d{4}T)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?")
_OFFSET = re.compile(r"\s*(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d\d))?(?!\d)")
_TRIPLE = re.compile(r"(?<!\d)(\d{1,6})\s*([/.\-])\s*(\d{1,2})\s*\2\s*(\d{1,6})(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]+")
# Digits and letters of a date written without signs: 20260105, 20260105103000.
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
# Seconds, milliseconds, microseconds and nanoseconds since 1970 differ by so much that their size tells them apart.
_EPOCHS = ((1e8, 1e11, 1), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column's dates are read: the zone of naive ones, which number is the day, a ``strptime`` format."""

    zone: tzinfo = UTC
    day_first: bool = True
    pattern: str | None = None


@cache
def _names() -> Mapping[str, Any]:
    tables = tomllib.loads(Path(__file__).with_name("months.toml").read_text(encoding="utf-8"))
    months = {
        fold(name): (calendar, int(number))
        for calendar in "gj"
        for number, names in tables[calendar].items()
        for name in names
    }
    # Hebrew writes "in November" as one word.
    months |= {"ב" + name: month for name, month in months.items() if "א" <= name[0] <= "ת"}
    clock = {fold(word): half for half in ("am", "pm") for word in tables["clock"][half]}
    ignored = {fold(word) for word in tables["ignored"]["words"]}
    return {"months": months, "clock": clock, "ignored": ignored, "zones": tables["zones"]}


def moment(value: object, reading: Reading) -> datetime:
    """A cell as an aware time in UTC; a day without a clock is its midnight in the column's zone.

    Raises:
        ValueError: it is no date, or one outside 1990 to 2100; the message says which and why.
    """
    try:
        found = _read(value, reading)
        aware = found if found.tzinfo else found.replace(tzinfo=reading.zone)
        # The check comes before the conversion, which fails at the ends of the calendar.
        _check_year(aware.year, value)
        return aware.astimezone(UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{shown(value)} is out of range for a date") from error


def shown(value: object) -> str:
    """A cell for an error message; words of a customer that stand in the wrong column are not repeated there."""
    text = cell(value)
    return repr(text) if len(text) <= 40 and any(sign.isdigit() for sign in text) else "the cell"


def _check_year(year: int, value: object) -> None:
    if year not in _YEARS:
        raise ValueError(f"{shown(value)} lies in the year {year}, outside 1990 to 2100")


def _read(value: object, reading: Reading) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = plain(cell(value)).strip()
    if reading.pattern:
        return _by_pattern(text, reading.pattern)
    if _ISO.match(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # 2026-01-05T10:00:00z and "2026-01-05 10:00 UTC" are read below
    if _NUMBER.fullmatch(text):
        return _from_number(text)
    return _from_words(fold(text), value, reading)


def _by_pattern(text: str, pattern: str) -> datetime:
    try:
        found = datetime.strptime(text, pattern)  # noqa: DTZ007 -- the column's zone is set by the caller
        if found.year not in _JALALI:
            return found
    except ValueError:
        pass  # 31/02/1405 is a day in Iran
    try:
        jalali: datetime = _JalaliTime.strptime(text, pattern).to_gregorian()
    except (ValueError, KeyError) as error:
        raise ValueError(f"{shown(text)} does not fit date_format {pattern!r}") from error
    return jalali


def _from_number(text: str) -> datetime:
    pattern = _COMPACT.get(len(text))
    if pattern and text[:2] in ("13", "14", "19", "20"):
        day = _day(int(text[:4]), int(text[4:6]), int(text[6:8]), text)
        clock = (text[8:] + "000000")[:6]
        return datetime.combine(day, time(int(clock[:2]), int(clock[2:4]), int(clock[4:])))
    number = float(text)
    for low, high, scale in _EPOCHS:
        if low <= abs(number) < high:
            return datetime.fromtimestamp(number / scale, UTC)
    if len(text) in range(4, 7):
        _check_year(int(number), text)
        raise ValueError(f"{shown(text)} is only a year")
    raise ValueError(f"{shown(text)} is not a date that can be read")


def _from_words(text: str, value: object, reading: Reading) -> datetime:
    """Take the clock and the zone out of the text; what stays is the day."""
    clock, zone = time(), None
    match = _CLOCK.search(text)
    if match:
        half, zone, rest = _tail(text[match.end() :], value)
        clock = _clock(match, half, value)
        text = f"{text[: match.start()]} {rest}"
    day = _from_triple(text, value, reading) or _from_month(text, value)
    return datetime.combine(day, clock, zone)


def _tail(text: str, value: object) -> tuple[str, tzinfo | None, str]:
    """What follows a clock: the half of the day, the zone, and the rest."""
    names, half, zone = _names(), "", None
    for word in sorted(names["clock"], key=len, reverse=True):
        if text.lstrip().startswith(word):
            half, text = names["clock"][word], text.lstrip()[len(word) :]
            break
    offset = _OFFSET.match(text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes > 14 * 60:
            raise ValueError(f"{shown(value)} has an offset that no zone has")
        zone = timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
        return half, zone, text[offset.end() :]
    word = _LETTERS.match(text.lstrip())
    if word and word[0] in names["zones"]:
        zone = timezone(timedelta(minutes=names["zones"][word[0]]))
        return half, zone, text.lstrip()[word.end() :]
    return half, zone, text


def _clock(match: re.Match[str], half: str, value: object) -> time:
    hour = int(match[1])
    if half and not 1 <= hour <= 12:
        raise ValueError(f"{shown(value)} has an hour that no clock shows")
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    try:
        return time(hour, int(match[2]), int(match[3] or 0), int((match[4] or "0").ljust(6, "0")[:6]))
    except ValueError as error:
        raise ValueError(f"{shown(value)} has an hour that no clock shows") from error


def _from_triple(text: str, value: object, reading: Reading) -> date | None:
    """``2026-01-05``, ``05/01/2026``, ``5.1.26``, ``1405/08/12``."""
    match = _TRIPLE.search(text)
    if not match:
        return None
    _refuse_other_words(text[: match.start()] + text[match.end() :], value)
    first, middle, last = (match[n] for n in (1, 3, 4))
    if len(first) >= 3:
        return _day(int(first), int(middle), int(last), value)
    year = int(last) if len(last) != 2 else _century(int(last))
    a, b = int(first), int(middle)
    # 8.5.2026 is written where the day comes first, whatever the rest of the column says.
    day_first = a > 12 or (b <= 12 and (reading.day_first or match[2] == "."))
    return _day(year, b, a, value) if day_first else _day(year, a, b, value)


def _from_month(text: str, value: object) -> date:
    """``Nov 5, 2026``, ``5 בנובמבר 2026``, ``۱۲ آبان ۱۴۰۵``, ``05-Nov-26``."""
    names = _names()
    text = re.sub(r"\([^)]*\)", " ", text)
    months = [names["months"][word] for word in _LETTERS.findall(text) if word in names["months"]]
    numbers = re.findall(r"\d+", text)
    if len(months) != 1 or len(numbers) != 2:
        raise ValueError(f"{shown(value)} is not a date that can be read")
    _refuse_other_words(text, value)
    calendar, month = months[0]
    day, year = sorted(numbers, key=len) if len(numbers[0]) != len(numbers[1]) else numbers
    full = int(year) if len(year) > 2 else _century(int(year))
    if (calendar == "j") != (full in _JALALI):
        raise ValueError(f"{shown(value)} mixes two calendars")
    return _day(full, month, int(day), value)


def _refuse_other_words(text: str, value: object) -> None:
    names = _names()
    text = re.sub(r"\([^)]*\)", " ", text)
    known = (names["ignored"], names["months"], names["zones"])
    if any(all(word not in words for words in known) for word in _LETTERS.findall(text)):
        raise ValueError(f"{shown(value)} is not a date that can be read")


def _century(year: int) -> int:
    return year + (2000 if year < 69 else 1900)


def _day(year: int, month: int, day: int, value: object) -> date:
    try:
        if year in _JALALI:
            found: date = _JalaliDay(year, month, day).to_gregorian()
            return found
        _check_year(year, value)
        return date(year, month, day)
    except ValueError as error:
        if "outside" in str(error):
            raise
        raise ValueError(f"{shown(value)} is a day that no calendar has") from error


def order_of(votes: Mapping[bool, int]) -> bool | None:
    """Whether a column is day first, by its votes (:func:`vote`); None where no value decides."""
    if not any(votes.values()):
        return None
    return votes.get(True, 0) >= votes.get(False, 0)


def vote(value: object) -> bool | None:
    """What one cell says about its column: True for day first (25/08/2026), False for month first, None for neither."""
    match = _day_and_month(value)
    if not match:
        return None
    first, middle = int(match[1]), int(match[3])
    return None if (first > 12) == (middle > 12) else first > 12


def is_ambiguous(value: object) -> bool:
    """Whether a cell's day and month could be either way round (05/08/2026)."""
    match = _day_and_month(value)
    if not match or match[2] == ".":
        return False
    return int(match[1]) <= 12 and int(match[3]) <= 12 and int(match[1]) != int(match[3])


def _day_and_month(value: object) -> re.Match[str] | None:
    """The numbers of a date that does not begin with its year."""
    text = cell(value)
    if _ISO.match(text):
        return None
    match = _TRIPLE.search(plain(text))
    return match if match and len(match[1]) <= 2 else None
