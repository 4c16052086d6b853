"""Reading values out of JSON that may hold anything: a wrong type is an absent value, never an error."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

MILLIS = 1_000.0
MICROS = 1_000_000.0

# A recorded call is no older than this; a date outside is a number of another kind.
_YEARS = (1980, 2200)
# Lone surrogates cannot be stored, NUL cannot be stored in Postgres.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\x01-\x1f\x7f]+")


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects in a JSON array; anything else in it is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(value: object) -> str:
    """The value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def name(value: object, prefix: str = "") -> str | None:
    """An id or label: a text, or a number after ``prefix`` (``speaker 0``); None if there is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return f"{prefix} {value}".strip()
    return clean(string(value)) or None


def seconds(value: object, per_second: float = 1.0) -> float | None:
    """A time in seconds, to the millisecond, from a number (or a numeral) in units of ``per_second``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) / per_second
    except (ValueError, OverflowError):
        return None
    return round(number, 3) if math.isfinite(number) else None


def moment(value: object) -> datetime | None:
    """A time from an ISO 8601 text; naive if the text names no zone."""
    try:
        return _plausible(datetime.fromisoformat(string(value).strip()))
    except ValueError:
        return None


def epoch(value: object, per_second: float = 1.0) -> datetime | None:
    """A time from a number of seconds (or parts of seconds) since 1970."""
    number = seconds(value, per_second)
    if number is None or number <= 0:
        return None
    try:
        return _plausible(datetime.fromtimestamp(number, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _plausible(at: datetime) -> datetime | None:
    return at if _YEARS[0] <= at.year <= _YEARS[1] else None


def clean(text: str) -> str:
    """The text on one line, with what cannot be stored replaced by U+FFFD."""
    return _BLANKS.sub(" ", _UNSTORABLE.sub("\ufffd", text)).strip()
