"""How tests of times ask for them, and show what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from persiantools.jdatetime import JalaliDate

from assistant import dates
from assistant.dates import Found
from assistant.names import lexicon
from assistant.periods import Clock, Window
from mining.language import normalise

# persiantools carries no types.
_jalali: Any = JalaliDate
TODAY = date(2026, 11, 22)  # a Sunday, 1 Azar 1405
LANGUAGES = ("en", "he", "fa")
EVENTS = {"price increase": date(2026, 9, 15), "4.2 release": date(2026, 10, 26)}


def clock(language: str, today: date = TODAY, week_start: str | None = None) -> Clock:
    """The clock of an asker of a company with two events."""
    at = Clock.of(today, language, week_start, lexicon(language)["time"].get("calendar", "gregorian"))
    return replace(at, events=EVENTS)


def named(said: str, language: str, at: Clock | None = None) -> list[Found]:
    """The times that are named in a text."""
    words = lexicon(language)
    return dates.times(normalise(said), words["time"], words["numbers"]["words"], at or clock(language))


def left(said: str, language: str) -> list[str]:
    """The words of time that nobody understood."""
    text = normalise(said)
    for one in reversed(named(said, language)):
        text = f"{text[: one.start]} {text[one.end :]}"
    return dates.unread(text, lexicon(language)["time"])


def shown(window: Window | None) -> str:
    """A window as "first last", and what is special about it."""
    if window is None:
        return "none"
    special = [name for name in ("partial", "future", "like_for_like") if getattr(window, name)]
    return " ".join([str(window.first), str(window.last), *special])


def spans(said: str, language: str, at: Clock | None = None) -> str:
    """All windows of a text, one after the other."""
    return "; ".join(shown(one.window) for one in named(said, language, at))


def parts(said: str, language: str) -> list[str]:
    """The windows of the only time of a text that names several."""
    [one] = named(said, language)
    return [shown(part) for part in one.parts]


def jalali(days: str) -> str:
    """Jalali days "1405-07-01 1405-07-30" as Gregorian ones, reckoned by persiantools; other words stay."""
    words = []
    for word in days.split(" "):
        day, _, sign = word.partition(";")
        numbers = day.split("-")
        told = (
            str(_jalali(*map(int, numbers)).to_gregorian())
            if len(numbers) == 3 and day.startswith(("13", "14"))
            else day
        )
        words.append(told + (";" if word.endswith(";") else sign))
    return " ".join(words)
