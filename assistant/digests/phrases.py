"""The words of a digest: its own sentences, and questions that say a time and conditions as the parser reads them."""

from __future__ import annotations

from datetime import date
from functools import cache

from assistant.meaning import stars
from assistant.periods import MONTHS, Window
from assistant.wording import Wording, wording
from mining.filters import Filters
from mining.language import name as language_name
from mining.taxonomy import Taxonomy

_SEGMENTS = {"region": "region"}


class Phrases:
    """The sentences of a digest in one language, beside those of its answers (``words``)."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words: Wording = wording(language)

    def say(self, key: str, **values: object) -> str:
        """A sentence, by its dotted key."""
        return self.words.say(f"digest.{key}", **values)

    def when(self, window: Window, form: str = "when") -> str:
        """A time as a question names it: "in the week starting 9 Nov 2026". ``bare`` without its preposition;
        ``period`` as a heading has it."""
        unit = window.unit if window.unit in ("week", "month", "day") and window.count == 1 else "range"
        unit = "range" if window.rolling else unit
        if window.first == window.last and unit == "range":
            unit = "day"
        first, last = self.words.date(window.first), self.words.date(window.last)
        month = self._month(window) if unit == "month" else ""
        return self.say(f"{form}.{unit}", first=first, last=last, month=month)

    def _month(self, window: Window) -> str:
        """A month by its name, in the calendar that the window is of."""
        if window.calendar == "gregorian":
            name = self.say(f"gregorian.m{window.first.month}")
            return self.say("gregorian.month", month=name, year=self.words.figures(window.first.year))
        whole = Window(window.first, _end_of(window), unit="month", calendar=window.calendar)
        return self.words.dates(whole)

    def weekday(self, day: date) -> str:
        """What a weekday is called."""
        return self.words.weekday(day)

    def about(self, scope: Filters, taxonomy: Taxonomy) -> str:
        """Conditions as a question says them, "" without any; each begins with a blank."""
        return "".join(self.say(f"about.{key}", name=name, low=name) for key, name in self._named(scope, taxonomy))

    def _named(self, scope: Filters, taxonomy: Taxonomy) -> list[tuple[str, str]]:
        words, language = self.words, self.language
        found = [
            (task, taxonomy.name(task, value, language))
            for task in ("stage", "touchpoint", "effort")
            for value in getattr(scope, task)
        ]
        found += [("product", name) for name in scope.product]
        found += [("competitor", name) for name in scope.competitor]
        found += [("platform", words.platform(name)) for name in scope.platform]
        found += [("channel", words.channel(value)) for value in scope.channel]
        found += [("source", name) for name in scope.source]
        found += [("language", language_name(code, language)) for code in scope.language]
        found += [(_SEGMENTS.get(key, "region"), value) for key, value in scope.segment.items()]
        return found + self._rated(scope)

    def _rated(self, scope: Filters) -> list[tuple[str, str]]:
        said = stars(scope) or {}
        low, high = said.get("gte"), said.get("lte")
        if low is not None and high is not None:
            return [("rating_exactly", self.words.number(low))] if low == high else []
        if low is not None:
            return [("rating_at_least", self.words.number(low))]
        return [("rating_at_most", self.words.number(high))] if high is not None else []


def _end_of(window: Window) -> date:
    """The last day of the month that a window begins with, also where it is still running."""
    from assistant import periods

    now = periods.dated(window.calendar, window.first)
    return periods.months(window.calendar, now.year, now.month, MONTHS["month"]).last


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language: en, he or fa."""
    return Phrases(language)
