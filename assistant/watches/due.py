"""When a line of cron is due in a time zone: once for each time that a wall clock there shows, or would have shown.

APScheduler reads the line; we walk its times on a clock without daylight saving and place each on the zone's clock
ourselves. A time that the clock leaves out is due when it would have come (02:30 becomes 03:30); one that it shows
twice is due at the first. Source of both: PEP 495, ``fold=0``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.errors import ConfigError

if TYPE_CHECKING:
    from datetime import tzinfo

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
HOURLY = "0 * * * *"
# No zone changes its clock by more than this (Pacific islands that crossed the date line moved by a day).
_LARGEST_CHANGE = timedelta(days=1, hours=1)
_EVERY = {
    "hour": "", "day": "* * *", "weekday": "* * MON-FRI", "week": "* * MON", "month": "1 * *",
    "quarter": "1 1,4,7,10 *",
}  # fmt: skip
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", *map(str.lower, DAYS))
# Day and month of what is said as daily, monthly, quarterly.
_SAID = (("*", "*"), ("1", "*"), ("1", "1,4,7,10"))
_HINT = "minute, hour, day of the month, month, day of the week: '0 9 * * MON'"
_DAY = r"(?:[A-Z]{3}|[0-7])"
_FIELDS = (r"\d{1,2}", r"\d{1,2}|\*", r"[\d,]+|\*", r"[\d,]+|\*", rf"\*|{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*")


def checked(line: str) -> str:
    """A line of cron as we keep it: days of the week by name, for people count them from Sunday or from Monday.

    Numbers are those of cron, 0 and 7 being Sunday.

    Raises:
        ConfigError: it is none, or is due more often than every hour.
    """
    fields = line.upper().split()
    if len(fields) != len(_FIELDS) or not all(
        re.fullmatch(pattern, field) for pattern, field in zip(_FIELDS, fields, strict=True)
    ):
        raise ConfigError(f"a schedule cannot be read: {line!r}", hint=_HINT)
    try:
        fields[4] = _weekdays(fields[4])
        told = " ".join(fields)
        first = next(_walls(told, datetime(2026, 1, 1, tzinfo=UTC)), None)
    except ValueError as error:
        raise ConfigError(f"a schedule cannot be read: {line!r}", hint=_HINT) from error
    if first is None:
        raise ConfigError(f"a schedule that never comes: {line!r}", hint=_HINT)
    return told


def _weekdays(field: str) -> str:
    """Days of the week by name, each one that a span holds that begins late in the week (Friday to Monday)."""
    if field == "*":
        return field
    told: list[str] = []
    for part in field.split(","):
        ends = [DAYS[(int(end) - 1) % 7] if end.isdecimal() else end for end in part.split("-")]
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        told += ["-".join(ends)] if first <= last else [DAYS[day % 7] for day in range(first, last + 8)]
    return ",".join(told)


def line_of(every: str, at: str) -> str:
    """A line of cron from what a command line says: ``every`` hour, day, weekday, week (Monday), month, quarter or days
    of the week with commas; ``at`` as 09:00.

    Raises:
        ConfigError: one of them is none.
    """
    hour, colon, minute = at.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise ConfigError(f"{at!r} is no time of the day", hint="write it as 09:00")
    time, word = f"{int(minute)} {int(hour)}", every.strip().lower()
    if word in _EVERY:
        return HOURLY if word == "hour" else f"{time} {_EVERY[word]}"
    days = [day for one in word.split(",") for day in DAYS if one.strip()[:3].upper() == day and one.strip() in _NAMES]
    if not days or len(days) != len(word.split(",")):
        raise ConfigError(
            f"--every {every}: not understood",
            hint=f"monday (or several: monday,thursday), {', '.join(_EVERY)}; or --cron",
        )
    return f"{time} * * {','.join(days)}"


def is_plain(line: str) -> bool:
    """Whether it is one time of the day, on days that a sentence can name (:meth:`assistant.wording.Wording.cron`)."""
    _, hour, day, month, weekday = line.split()
    if hour == "*" or (weekday != "*" and "," in weekday and "-" in weekday):
        return False
    return (day, month) == ("*", "*") if weekday != "*" else (day, month) in _SAID


def between(line: str, zone: str, after: datetime, until: datetime) -> list[datetime]:
    """When a line is due after one moment and up to another (itself), in order, in UTC."""
    place = ZoneInfo(zone)
    first = after.astimezone(place).replace(tzinfo=UTC) - _LARGEST_CHANGE
    last = until.astimezone(place).replace(tzinfo=UTC) + _LARGEST_CHANGE
    found = set()
    for wall in _walls(line, first):
        if wall > last:
            break
        at = _at(wall, place)
        if after < at <= until:
            found.add(at)
    return sorted(found)


def following(line: str, zone: str, after: datetime) -> datetime | None:
    """The first time that a line is due after a moment, in UTC; None where it never is again."""
    place = ZoneInfo(zone)
    walls = _walls(line, after.astimezone(place).replace(tzinfo=UTC) - _LARGEST_CHANGE)
    return next((at for wall in walls if (at := _at(wall, place)) > after), None)


def _at(wall: datetime, place: tzinfo) -> datetime:
    return wall.replace(tzinfo=place, fold=0).astimezone(UTC)


def _walls(line: str, first: datetime) -> Iterator[datetime]:
    """What the wall clock shows, from a time on, as if there were no zones."""
    trigger = _trigger(line)
    at = trigger.get_next_fire_time(None, first)
    while at is not None:
        yield at
        at = trigger.get_next_fire_time(at, at)


@cache
def _trigger(line: str) -> Any:
    from apscheduler.triggers.cron import CronTrigger

    return CronTrigger.from_crontab(line, timezone=UTC)
