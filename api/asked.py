"""From what a client sends to what the engine takes; what the workspace does not know is refused in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.problems import INVALID, Problem
from mining.filters import Filters

if TYPE_CHECKING:
    from api.schemas import filters as given
    from assistant.wiring import Workspace

_TASKS = ("stage", "touchpoint", "intent", "sentiment", "effort")
_AS_THEY_ARE = (
    "channel", "source", "language", "product", "competitor", "not_competitor", "platform", *_TASKS, "theme",
    "not_theme", "phrase", "rating_min", "rating_max", "solicited", "leaving", "segment",
)  # fmt: skip


def filters_of(where: Workspace, told: given.Filters) -> Filters:
    """The conditions, days in the workspace's zone.

    Raises:
        Problem: a label that the workspace does not know.
    """
    for task in _TASKS:
        known = where.taxonomy.values(task)
        for place, value in enumerate(getattr(told, task)):
            if value not in known:
                wrong = f"filters.{task}[{place}]: there is no such {task}"
                raise Problem(
                    INVALID, wrong, f"Known: {', '.join(known)}.",
                    errors=[{"pointer": f"#/filters/{task}/{place}", "detail": wrong}],
                )  # fmt: skip
    zone = ZoneInfo(where.settings.locale.timezone)
    return Filters(
        since=_start(told.since, zone),
        until=_start(told.until, zone, days=1),
        speaker=None if told.speaker == "any" else told.speaker,
        **{name: getattr(told, name) for name in _AS_THEY_ARE},
    )


def zone_of(where: Workspace, name: str | None) -> ZoneInfo:
    """A time zone by its name, else the workspace's.

    Raises:
        Problem: there is none such.
    """
    try:
        return ZoneInfo(name or where.settings.locale.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        wrong = "zone: no time zone is called so"
        raise Problem(
            INVALID, wrong, "An example is Asia/Jerusalem.", errors=[{"pointer": "#/zone", "detail": wrong}]
        ) from error


def _start(day: date | None, zone: ZoneInfo, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
