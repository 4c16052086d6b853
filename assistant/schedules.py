"""How often something is wanted, as a line of cron; "when it passes 50" is a threshold."""

from __future__ import annotations

from assistant import names
from assistant.slate import Slate

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOUR = 9
_NOON = 12


def schedule(slate: Slate, language: str, *, threshold: bool) -> dict[str, str]:
    """``{"cron": "0 9 * * MON", "tz": "asker"}`` or ``{"when": "threshold"}``; what says so is taken from the slate."""
    table = names.lexicon(language)["periods"]
    minute, hour = _hour(slate, table)
    named = []
    for period, said in table.items():
        if period != "hours" and slate.find_all(names.pattern(names.any_of(said, names.lexicon(language))), "schedule"):
            named.append(period)
    if threshold and not set(named) - {"day", "week", "month"}:
        return {"when": "threshold"}
    days = [day[:3].upper() for day in _WEEKDAYS if day in named]
    if days:
        when = f"* * {','.join(days)}"
    elif "weekday" in named:
        when = "* * MON-FRI"
    elif "quarter" in named:
        when = "1 1,4,7,10 *"
    elif "month" in named:
        when = "1 * *"
    elif "day" in named:
        when = "* * *"
    else:
        when = "* * MON"
    return {"cron": f"{minute} {hour} {when}", "tz": "asker"}


def _hour(slate: Slate, table: dict[str, list[str]]) -> tuple[int, int]:
    """Minute and hour."""
    for pattern in table["hours"]:
        found = slate.find(names.pattern(pattern), "schedule")
        if not found:
            continue
        said = found.groupdict()
        if said.get("noon"):
            return 0, _NOON
        hour, minute = int(said["hour"]), int(said.get("minute") or 0)
        half = (said.get("half") or "").replace(".", "")
        if half in ("pm", "evening") and hour < _NOON:
            hour += _NOON
        elif half == "am" and hour == _NOON:
            hour = 0
        if hour < 24 and minute < 60:
            return minute, hour
    return 0, _HOUR
