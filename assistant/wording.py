"""Sentences of an answer in the asker's language: templates are data, numbers and dates as people write them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from persiantools import jdatetime

from assistant.periods import Window
from assistant.question import Question
from mining.language import name as language_name

# persiantools carries no types.
_jalali: Any = jdatetime.JalaliDate
# A window that begins before this is "all time": it is told by its end alone.
_EVER = date(1971, 1, 1)


class Wording:
    """The templates of one language, filled."""

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language = language
        self._table = table

    def say(self, key: str, **values: object) -> str:
        """A sentence; ``key`` may be dotted (``headline.top_praise``)."""
        template: Any = self._table
        for part in key.split("."):
            template = template[part]
        return str(template).format(**values)

    def number(self, value: int) -> str:
        """A whole number in the language's digits."""
        return self._digits(str(value))

    def percent(self, share: float) -> str:
        """A share, 0..1, as a whole percentage."""
        return self._digits(f"{share * 100:.0f}") + str(self._table["percent"])

    def date(self, day: date) -> str:
        """A date as it is written in the language, Jalali in Persian."""
        shown: Any = _jalali.to_jalali(day) if self._table.get("calendar") == "jalali" else day
        month = self._table["months"][shown.month - 1]
        return self._digits(self.say("day", day=shown.day, month=month, year=shown.year))

    def window(self, window: Window) -> str:
        """A window with its dates, and what has to be said about it."""
        first, last = self.date(window.first), self.date(window.last)
        one_day = window.first == window.last
        key = "until_today" if window.first < _EVER else "one_day" if one_day else "window"
        said = self.say(key, first=first, last=last)
        remarks = [name for name in ("default", "partial", "future") if getattr(window, name)]
        return f"{said} ({self.say(f'{remarks[0]}_window')})" if remarks else said

    def scope(self, question: Question) -> str:
        """The conditions of a question in brackets, "" where there are none."""
        scope, name = question.scope, question.taxonomy.name
        parts = [self.say("stage", name=name("stage", value, self.language)) for value in scope.stage]
        parts += [name("touchpoint", value, self.language) for value in scope.touchpoint]
        parts += [name("intent", value, self.language) for value in scope.intent]
        parts += [self._table["channels"].get(value, value) for value in scope.channel]
        parts += [self.say("feedback_language", name=language_name(code, self.language)) for code in scope.language]
        parts += [*scope.product, *scope.competitor, *scope.platform]
        return self.say("scope", parts=self._table["list"].join(parts)) if parts else ""

    def dimensions(self, names: tuple[str, ...]) -> str:
        """What a ranking may be split by, listed."""
        return self.listed([self._table["dimensions"][name] for name in names])

    def listed(self, items: list[str]) -> str:
        """Items with the language's comma."""
        return str(self._table["list"]).join(items)

    def examples(self, *, apart_from: Question) -> tuple[str, ...]:
        """Three questions that can be answered, not the one just asked, other kinds among them."""
        table = self._table["examples"]
        mixed = [question for pair in zip(*table.values(), strict=False) for question in pair]
        return tuple(question for question in mixed if question != apart_from.text)[:3]

    def _digits(self, text: str) -> str:
        return text.translate({ord(str(i)): digit for i, digit in enumerate(self._table["digits"])})


@cache
def wording(language: str) -> Wording:
    """The wording of a language: en, he or fa."""
    path = files("assistant") / "phrasing" / f"{language}.toml"
    return Wording(language, tomllib.loads(path.read_text(encoding="utf-8")))
