"""How often something is wanted, as a line of cron; "when it passes 50" is a threshold."""

from __future__ import annotations

from collections.abc import Mapping

from assistant import names
from assistant.slate import Slate

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOUR = 9
_NOON = 12
_HALF = 30


def schedule(slate: Slate, language: str, *, threshold: bool) -> dict[str, str]:
    """``{"cron": "0 9 * * MON", "tz": "asker"}`` or ``{"when": "threshold"}``; what says so is taken from the slate.

    So are ``limits`` ("more than 50"): their number is no number of lines.
    """
    words = names.lexicon(language)
    table = words["periods"]
    minute, hour = _hour(slate, table, words["numbers"]["words"])
    named = []
    for period, said in table.items():
        taken = period != "hours" and slate.find_all(names.pattern(names.any_of(said, words)), "schedule")
        if taken and period != "limits":
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


def _hour(slate: Slate, table: Mapping[str, list[str]], numbers: Mapping[str, int]) -> tuple[int, int]:
    """Minute and hour; a pattern's group ``pm`` says that it is after noon, ``past`` that it is half an hour later."""
    for pattern in table["hours"]:
        found = slate.find(names.pattern(pattern), "schedule")
        if not found:
            continue
        said = found.groupdict()
        if said.get("noon"):
            return 0, _NOON
        hour = numbers[said["hour"]] if said["hour"] in numbers else int(said["hour"])
        minute = int(said.get("minute") or (_HALF if said.get("past") else 0))
        half = (said.get("half") or "").replace(".", "")
        if (half in ("pm", "evening") or said.get("pm")) and hour < _NOON:
            hour += _NOON
        elif half == "am" and hour == _NOON:
            hour = 0
        if hour < 24 and minute < 60:
            return minute, hour
    return 0, _HOUR
