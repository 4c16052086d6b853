"""How long a server asks us to wait, in every dialect in which servers say so.

Pure functions over an answer's status and headers and the time. What differs between vendors is data (``DIALECTS``,
``COMPOUND``, ``UNTIL_MIDNIGHT``); what a value means is one rule for all: above 1e9 it is a moment in seconds since
1970, a date is a moment, anything else is seconds from now, and nothing is ever negative. That rule tells Reddit's
seconds from Intercom's epoch and from Mastodon's date, though all three send ``x-ratelimit-reset``. A moment is one of
the server's own clock: where an answer says what that shows (``Date``), it is counted from there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# Above this a number is no number of seconds to wait (31 years) but a moment.
_EPOCH = 1e9
# Below this share of its calls a source spreads those that are left over the time until there are more.
_SCARCE = 0.1
_PACIFIC = ZoneInfo("America/Los_Angeles")
# YouTube names its daily quota in the body alone; it begins anew at midnight in California.
UNTIL_MIDNIGHT = frozenset({"quotaExceeded", "dailyLimitExceeded"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """The headers in which a vendor counts our calls: how many are left, of how many, and when there are more."""

    remaining: str
    reset: str
    limit: str = ""
    used: str = ""


DIALECTS = (
    # Reddit (seconds), Mastodon (date), Intercom and GitHub (epoch); Reddit says how many were used, not the limit.
    Dialect("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-used"),
    # X (epoch), with one hyphen more.
    Dialect("x-rate-limit-remaining", "x-rate-limit-reset", "x-rate-limit-limit"),
    # Bluesky (epoch), and Zendesk's newer headers (seconds).
    Dialect("ratelimit-remaining", "ratelimit-reset", "ratelimit-limit"),
    # Zendesk's older headers, which leave the reset to the newer ones.
    Dialect("x-rate-limit-remaining", "ratelimit-reset", "x-rate-limit"),
    # Yelp (date), per day.
    Dialect("ratelimit-remaining", "ratelimit-resettime", "ratelimit-dailylimit"),
)


@dataclass(frozen=True, slots=True)
class Compound:
    """A header that holds several numbers by name; ``window_s`` is where the vendor's window is fixed and unsaid."""

    header: str
    limit: str
    remaining: str
    reset: str = ""
    window_s: float = 0.0


COMPOUND = (
    # App Store Connect counts over a rolling hour: an hour later all calls are there again, at the latest.
    Compound("x-rate-limit", "user-hour-lim", "user-hour-rem", window_s=3600.0),
    # Zendesk, per kind of call: zendesk-ratelimit-tickets-index: total=100;remaining=99;resets=37
    Compound("zendesk-ratelimit-", "total", "remaining", "resets"),
)
_PAIR = re.compile(r"\s*([\w-]+)\s*[:=]\s*([^;,\s]+)")


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls that are left, of how many (None where unsaid), until more come in ``reset_s`` seconds (None: unsaid)."""

    remaining: float
    limit: float | None
    reset_s: float | None


def wait_seconds(status: int, headers: Mapping[str, str], now: datetime, reasons: Collection[str] = ()) -> float | None:
    """The seconds that an answer asks us to wait before the next call; None where it asks for nothing, or for no time.

    ``reasons`` are the code words of its body (``quotaExceeded``), where a vendor says it there. Only refusals are
    read (429, 403, and ``Retry-After`` of 5xx): what an answer that was given says of the future is :func:`budget`.
    """
    told = _lowered(headers)
    now = _theirs(told, now)
    if status == 403 and UNTIL_MIDNIGHT.intersection(reasons):
        return until_midnight(now)
    if status not in (403, 429) and status < 500:
        return None
    after = seconds_until(told.get("retry-after", ""), now)
    if after is not None or status >= 500:
        return after
    spent = [one for one in _budgets(told, now) if one.remaining < 1 and one.reset_s is not None]
    if spent:
        return max(one.reset_s or 0.0 for one in spent)
    # A vendor that names the moment, and not what is left, means that nothing is.
    return _lonely_reset(told, now) if status == 429 else None


def budget(headers: Mapping[str, str], now: datetime) -> Budget | None:
    """The scarcest of the counts that an answer tells; None where it tells none."""
    told = _lowered(headers)
    counts = _budgets(told, _theirs(told, now))
    return max(counts, key=lambda one: (_pause(one), one.reset_s is not None), default=None)


def pause_seconds(found: Budget | None) -> float:
    """How long to pause before the next call, so that the calls that are left last until there are more.

    0 while a tenth or more of them is left; with none left, the whole time to the reset.
    """
    return 0.0 if found is None else _pause(found)


def seconds_until(value: str, now: datetime) -> float | None:
    """What a header's value means in seconds from ``now``: an epoch, a date, or seconds. None if it is none of them."""
    value = value.strip()
    try:
        number = float(value)
    except ValueError:
        moment = _moment(value)
        return None if moment is None else max(0.0, (moment - now).total_seconds())
    if not math.isfinite(number):
        return None
    return max(0.0, number - now.timestamp() if number > _EPOCH else number)


def until_midnight(now: datetime) -> float:
    """Seconds to the next midnight in California, where a day has 23 or 25 hours twice a year."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    # Through UTC: times of one zone are subtracted as the clock on the wall shows them, not as they pass.
    midnight = datetime.combine(tomorrow, time(), _PACIFIC).astimezone(UTC)
    return (midnight - now.astimezone(UTC)).total_seconds()


def _moment(value: str) -> datetime | None:
    """An ISO or HTTP date, in UTC where it names no zone."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _theirs(told: Mapping[str, str], now: datetime) -> datetime:
    return _moment(told.get("date", "")) or now


def _budgets(told: Mapping[str, str], now: datetime) -> list[Budget]:
    return [*_simple(told, now), *_compound(told, now)]


def _simple(told: Mapping[str, str], now: datetime) -> Iterator[Budget]:
    for dialect in DIALECTS:
        remaining = _count(told.get(dialect.remaining))
        if remaining is None:
            continue
        limit, used = _count(told.get(dialect.limit)), _count(told.get(dialect.used))
        if limit is None and used is not None:
            limit = remaining + used
        yield Budget(remaining, limit, seconds_until(told.get(dialect.reset, ""), now))


def _compound(told: Mapping[str, str], now: datetime) -> Iterator[Budget]:
    for dialect in COMPOUND:
        for header, value in told.items():
            if header != dialect.header and not (dialect.header.endswith("-") and header.startswith(dialect.header)):
                continue
            parts = dict(_PAIR.findall(value))
            remaining = _count(parts.get(dialect.remaining))
            if remaining is not None:
                reset = seconds_until(parts.get(dialect.reset, ""), now) if dialect.reset else dialect.window_s
                yield Budget(remaining, _count(parts.get(dialect.limit)), reset)


def _lonely_reset(told: Mapping[str, str], now: datetime) -> float | None:
    waits = [seconds_until(told.get(one.reset, ""), now) for one in DIALECTS if one.remaining not in told]
    return max((wait for wait in waits if wait is not None), default=None)


def _count(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _pause(one: Budget) -> float:
    if one.reset_s is None:
        return 0.0
    if one.remaining < 1:
        return one.reset_s
    scarce = one.limit is not None and one.remaining < one.limit * _SCARCE
    return one.reset_s / one.remaining if scarce else 0.0
