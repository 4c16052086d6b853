"""Dates that stand in the names of files and recordings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

# Eight digits at the head of a UUID may look like a date.
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DAY = r"(?P<zone>GMT|UTC)?(?<!\d)(?P<year>(?:199|20\d)\d)(?P<dash>[-_.]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d)[:._h-]?(?P<minute>\d\d)(?:[:._m-]?(?P<second>\d\d)(?:[.,]\d+)?)?"
_OFFSET = r"[ _]?(?P<offset>Z|UTC|GMT|\+\d\d:?\d\d|-\d\d:\d\d)?"
_FORMS = (
    re.compile(rf"{_DAY}[T _.-]+{_TIME}{_OFFSET}(?!\d)", re.IGNORECASE),
    re.compile(rf"{_DAY}(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d){_OFFSET}(?!\d)", re.IGNORECASE),
    re.compile(rf"{_DAY}(?!\d)", re.IGNORECASE),
)
# S3 keys by day (2024/03/05) and hive partitions (year=2024/month=03/day=05).
_FOLDERS = re.compile(r"(?:^|/)(?:year=)?(?P<year>20\d\d)/(?:month=)?(?P<month>\d\d)/(?:day=)?(?P<day>\d\d)(?=/)")


def date_in_name(name: str) -> datetime | None:
    """The date in a file's path or an object's key; naive if no zone is named, at midnight if no hour is.

    Understood: ``2022-06-22T16:55:12Z`` (also with ``_``, ``-`` or ``.`` for the colons), ``20220622T16:55_UTC``,
    Zoom's ``GMT20240305-140512``, plain days, and folders such as ``2024/03/05``. The file's own name goes first.
    """
    for part in _parts(name):
        for form in _FORMS:
            for found in form.finditer(part):
                date = _date(found.groupdict())
                if date:
                    return date
    found_folder = _FOLDERS.search(name)
    return _date(found_folder.groupdict()) if found_folder else None


def _parts(name: str) -> Iterator[str]:
    """The name and its folders, the innermost first."""
    for part in reversed(PurePosixPath(name).parts):
        yield _UUID.sub("", part)


def _date(found: dict[str, str | None]) -> datetime | None:
    year, month, day, hour, minute, second = (
        int(found.get(unit) or 0) for unit in ("year", "month", "day", "hour", "minute", "second")
    )
    zone = found.get("offset") or found.get("zone") or ""
    try:
        date = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a name without a zone is naive here
        if zone[:1] in {"+", "-"}:
            return datetime.fromisoformat(f"{date.isoformat()}{zone}")
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if zone else date
