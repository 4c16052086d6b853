"""Sentences of an answer in the asker's language: templates are data, numbers and dates as people write them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from persiantools import jdatetime

from assistant.directions import apart
from assistant.meaning import IMPLIED, Question, only, stars
from assistant.measures import Figure, Mean, Measure, Net, Points, Share
from assistant.periods import Window
from mining.language import name as language_name

# persiantools carries no types.
_jalali: Any = jdatetime.JalaliDate
# A window that begins before this is "all time": it is told by its end alone.
_EVER = date(1971, 1, 1)
# What is shown for a measure of nothing, such as the mean of no ratings.
_NOTHING = "–"
_MINUS = "−"
# Complaints are negative and praise is positive: said of one, the other need not be said.
_FELT = {"complaint": "negative", "praise": "positive"}
# Platforms that are known without a catalogue, as their makers spell them.
_SPELT = {"ios": "iOS", "android": "Android"}


Day = date
_LONGER_THAN_A_MONTH = 32
_CRON_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class Wording:
    """The templates of one language, filled."""

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language = language
        self._table = table
        self._digits = {ord(str(value)): digit for value, digit in enumerate(table["digits"])}
        self._signs = self._digits | {ord(","): table["thousands"], ord("."): table["decimal"], ord("-"): _MINUS}

    @property
    def right_to_left(self) -> bool:
        """Whether lines of this language begin at the right."""
        return bool(self._table["direction"] == "rtl")

    def say(self, key: str, **values: object) -> str:
        """A sentence; ``key`` may be dotted (``headline.top_praise``)."""
        template: Any = self._table
        for part in key.split("."):
            template = template[part]
        return str(template).format(**values)

    def number(self, value: int) -> str:
        """A whole number in the language's digits, thousands set apart."""
        return f"{value:,}".translate(self._signs)

    def figures(self, value: int) -> str:
        """A whole number in the language's digits with nothing between them: a year."""
        return str(value).translate(self._digits)

    def weekday(self, day: Day) -> str:
        """What the weekday of a day is called."""
        return str(self._table["schedules"]["days"][day.weekday()])

    def decimal(self, value: float, digits: int = 1) -> str:
        """A number with so many decimal digits, halves rounded away from nothing, as by hand."""
        return f"{_rounded(value, digits):,f}".translate(self._signs)

    def signed(self, value: float, digits: int = 0) -> str:
        """A change or a balance with its sign; none before nothing.

        Between letters that run from the right a sign would jump to the other side of its number (rule N1 of Unicode's
        bidirectional algorithm takes it for a neutral), so there the two stand in an isolate of their own.
        """
        rounded = _rounded(value, digits)
        if not rounded:
            return self.decimal(0, digits)
        shown = ("+" if rounded > 0 else _MINUS) + self.decimal(abs(value), digits)
        return apart(shown) if self.right_to_left else shown

    def percent(self, share: float) -> str:
        """A share, 0..1, as a whole percentage."""
        return self.decimal(share * 100, 0) + str(self._table["percent"])

    def measure(self, measure: Measure) -> str:
        """What was measured as people read it: a count, a share with its counts, net sentiment in points of a hundred,
        a mean of stars, a signed part of a change.
        """
        match measure:
            case Figure():
                return self.number(measure.value)
            case Share(part, whole):
                percent = self.percent(measure.value) if whole.value else _NOTHING
                return self.say("share", percent=percent, part=self.number(part.value), whole=self.number(whole.value))
            case Net():
                return _NOTHING if measure.value is None else self.signed(measure.value * 100)
            case Mean():
                return _NOTHING if measure.value is None else self.decimal(measure.value)
        return self._points(measure)

    def _points(self, points: Points) -> str:
        """Points of a hundred where shares or balances changed; items or stars where those did."""
        if isinstance(points.before, Figure):
            return self.signed(points.value)
        if isinstance(points.before, Mean):
            return self.signed(points.value, 1)
        parts = (points.value, points.rate, points.mix)
        value, rate, mix = (self.signed(part * 100, 1) for part in parts)
        return self.say("change_parts", value=self.say("points", value=value), rate=rate, mix=mix)

    def date(self, day: date) -> str:
        """A date as it is written in the language, Jalali in Persian."""
        shown = self._shown(day)
        month = self._table["months"][shown.month - 1]
        return self.say("day", day=shown.day, month=month, year=shown.year).translate(self._digits)

    def _shown(self, day: Day) -> Any:
        """A day in the language's calendar."""
        return _jalali.to_jalali(day) if self._table.get("calendar") == "jalali" else day

    def ago(self, days: int) -> str:
        """How long ago something was, in whole days: today, yesterday, 3 days ago.

        Raises:
            ValueError: it is still to come.
        """
        if days < 0:
            raise ValueError(f"{days} days ago is still to come")
        key = {0: "today", 1: "yesterday"}.get(days, "days")
        return self.say(f"ago.{key}", days=self.number(days))

    def window(self, window: Window) -> str:
        """A window with its dates, and what has to be said about it."""
        first, last = self.date(window.first), self.date(window.last)
        one_day = window.first == window.last
        key = "until_today" if window.first < _EVER else "one_day" if one_day else "window"
        said = self.say(key, first=first, last=last)
        remarks = [name for name in ("default", "partial", "future") if getattr(window, name)]
        return f"{said} ({self.say(f'{remarks[0]}_window')})" if remarks else said

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        table: Any = self._table
        for part in key.split("."):
            if not isinstance(table, Mapping) or part not in table:
                return False
            table = table[part]
        return isinstance(table, str)

    def timed(self, question: Question) -> str:
        """The window of a question, as :meth:`window` says it."""
        return self.window(question.window) if question.window else self.say("that_time")

    def dates(self, window: Window) -> str:
        """The days of a window, a whole month or a single day by its name."""
        if window.first == window.last:
            return self.date(window.first)
        first, last = (self._shown(day) for day in (window.first, window.last + timedelta(days=1)))
        begins, ends = first.day == 1, last.day == 1
        if begins and ends and (last.month - first.month) % 12 == 1 and window.days < _LONGER_THAN_A_MONTH:
            month = self._table["months"][first.month - 1]
            return self.say("month", month=month, year=first.year).translate(self._digits)
        return self.say("to", first=self.date(window.first), last=self.date(window.last))

    def channel(self, value: str) -> str:
        """What a channel is called, in the plural."""
        return str(self._table["channels"].get(value, value))

    def platform(self, value: str) -> str:
        """A platform as its makers spell it."""
        return _SPELT.get(value, value)

    def changed(self, name: str, question: Question) -> str:
        """What a follow-up changed."""
        match name:
            case "time":
                return self.timed(question)
            case "n":
                return self.say("changed.n", n=self.number(question.lines))
            case "group_by":
                return self.say("changed.group_by", dimensions=self.dimensions(question.group_by))
            case "rank":
                return self.say("changed.rank", rank=self.number(question.rank or 0)) if question.rank else ""
            case "kind" | "want":
                return self.say(f"changed.{name}")
        alone = replace(question, scope=only(question.scope, name), theme=question.theme if name == "theme" else None)
        return self.scope(replace(alone, sentiment=question.sentiment if name == "sentiment" else None)).strip(" ()")

    def cron(self, line: str) -> str:
        """How often, from a line of cron (minute, hour, day of the month, month, day of the week)."""
        minute, hour, day, _, weekday = line.split()
        at = f"{int(hour):02}:{int(minute):02}".translate(self._digits)
        if weekday != "*":
            days = [self._table["schedules"]["days"][_CRON_DAYS.index(one)] for one in _weekdays(weekday)]
            return self.say("schedules.weekly", days=self.listed(days), hour=at)
        key = "daily" if day == "*" else "monthly" if line.split()[3] == "*" else "quarterly"
        return self.say(f"schedules.{key}", hour=at)

    def scope(self, question: Question) -> str:
        """The conditions of a question in brackets, "" where there are none."""
        parts = [*self._labels(question), *self._places(question), *self._topics(question)]
        return self.say("scope", parts=self.listed(parts)) if parts else ""

    def _labels(self, question: Question) -> list[str]:
        """Conditions on what the taggers say; a feeling only where nothing else implies it."""
        scope, name = question.scope, question.taxonomy.name
        parts = [self.say("stage", name=name("stage", value, self.language)) for value in scope.stage]
        for task in ("touchpoint", "intent", "effort"):
            parts += [name(task, value, self.language) for value in getattr(scope, task)]
        implied = {IMPLIED.get(question.kind), *(_FELT.get(intent) for intent in scope.intent)}
        if question.sentiment and question.sentiment not in implied:
            parts.append(name("sentiment", question.sentiment, self.language))
        return parts

    def _places(self, question: Question) -> list[str]:
        """Conditions on the feedback that a remark stands in."""
        scope = question.scope
        parts = [self.channel(value) for value in scope.channel]
        parts += [self.say("from_source", name=name) for name in scope.source]
        parts += [self.say("feedback_language", name=language_name(code, self.language)) for code in scope.language]
        parts += [*scope.product, *scope.competitor, *map(self.platform, scope.platform)]
        for key, name in scope.segment.items():
            parts.append(name if key == "region" else self.say("segment", name=key, value=name))
        return parts + self._ratings(stars(scope))

    def _ratings(self, said: Mapping[str, int] | None) -> list[str]:
        """A condition on stars."""
        if not said:
            return []
        low, high = said.get("gte"), said.get("lte")
        key = "at_most" if low is None else "at_least" if high is None else "exactly" if low == high else "between"
        ends = {name: self.number(end) for name, end in (("low", low), ("high", high)) if end is not None}
        return [self.say(f"rated.{key}", **ends)]

    def _topics(self, question: Question) -> list[str]:
        """Topics in the asker's words."""
        return [self.say("topic", name=said) for said in (question.theme, question.scope.phrase) if said]

    def dimensions(self, names: tuple[str, ...]) -> str:
        """What a ranking may be split by, listed."""
        table = {**self._table["more_dimensions"], **self._table["dimensions"]}
        return self.listed([table.get(name, name) for name in names])

    def task(self, name: str) -> str:
        """What a task of the taggers is called."""
        return str(self._table["tasks"].get(name, name))

    def listed(self, items: Sequence[str]) -> str:
        """Items with the language's comma."""
        return str(self._table["list"]).join(items)

    def examples(self, *, apart_from: Question) -> tuple[str, ...]:
        """Three questions that can be answered, not the one just asked, other kinds among them."""
        table = self._table["examples"]
        mixed = [question for pair in zip(*table.values(), strict=False) for question in pair]
        return tuple(question for question in mixed if question != apart_from.text)[:3]


def _weekdays(said: str) -> list[str]:
    """The days of the week that cron names: MON,WED or MON-FRI."""
    first, dash, last = said.partition("-")
    if dash:
        return list(_CRON_DAYS[_CRON_DAYS.index(first) : _CRON_DAYS.index(last) + 1])
    return said.split(",")


def _rounded(value: float, digits: int) -> Decimal:
    # What binary fractions leave beyond the ninth digit would turn a half down: 0.285 of 100 is 28.499999999999996.
    return Decimal(str(round(value, 9))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@cache
def wording(language: str) -> Wording:
    """The wording of a language: en, he or fa."""
    folder = files("assistant") / "phrasing"
    parts = sorted(part.name for part in folder.iterdir() if part.name.endswith(f"_{language}.toml"))
    table: dict[str, Any] = {}
    for name in (f"{language}.toml", *parts):
        table |= tomllib.loads((folder / name).read_text(encoding="utf-8"))
    return Wording(language, table)
