"""Questions of a digest: a text that people could ask, and the answer that it gives them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.digests.phrases import Phrases
from assistant.meaning import Asker, Compare, Kind, Question, narrowed
from assistant.periods import Window
from mining.filters import Filters
from mining.reading import Query

if TYPE_CHECKING:
    from assistant.engine import Engine

_NO_FILTERS = Filters()
# What has to be the same for two questions to be one. How a time was said is not.
_MEANING = ("kind", "language", "scope", "sentiment", "theme", "n", "group_by", "metric", "grain", "clarify", "left")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer. ``exact``: whoever asks ``text`` gets this very answer; where not, the text cannot
    say all of it (a theme by its id, a condition without a word), and ``answer.question`` holds what was meant."""

    text: str
    answer: Answer
    exact: bool = True


class Asking:
    """Asks in one language under the conditions of one plan."""

    def __init__(self, engine: Engine, asker: Asker, phrases: Phrases, scope: Filters) -> None:
        self.engine = engine
        self.asker = asker
        self.phrases = phrases
        self.scope = scope
        self._asked: dict[tuple[str, Window, Window | None, int | None, str], Asked] = {}

    def ask(
        self, key: str, window: Window, baseline: Window | None = None, n: int | None = None,
        more: Filters = _NO_FILTERS,
    ) -> Asked:  # fmt: skip
        """The answer to a question of the phrases (``[ask]``) about a time; asked twice it is answered once.

        ``more`` are conditions that no text can say, such as a theme by its id.
        """
        place = (key, window, baseline, n, Query(more).id)
        if place not in self._asked:
            self._asked[place] = self._ask(key, window, baseline, n, more)
        return self._asked[place]

    def text(self, key: str, window: Window, baseline: Window | None, n: int | None, about: str) -> str:
        """The words of a question."""
        say = self.phrases
        return say.say(
            f"ask.{key}",
            when=say.when(window),
            bare=say.when(window, "bare"),
            baseline=say.when(baseline, "bare") if baseline else "",
            n=say.words.number(n) if n is not None else "",
            about=about,
        )

    def watched(self, text: str, window: Window) -> Asked:
        """The answer to somebody's own question; one that names no time is asked about this one."""
        question = self.engine.read(text, self.asker)
        if question.window and question.window.default:
            timed = f"{text.rstrip(' ?؟.!')} {self.phrases.when(window)}"
            again = self.engine.read(timed, self.asker)
            same = replace(again, window=question.window, text=question.text) == question
            if same and again.window and _days(again.window) == _days(window):
                return Asked(timed, self.engine.answer(again, self.asker))
            question = replace(question, window=window)
            return Asked(timed, self.engine.answer(question, self.asker), exact=False)
        return Asked(text, self.engine.answer(question, self.asker))

    def _ask(self, key: str, window: Window, baseline: Window | None, n: int | None, more: Filters) -> Asked:
        meant = self._meant(key, window, baseline, n)
        taxonomy = self.asker.taxonomy
        told = replace(self.scope, stage=()) if meant.kind is Kind.JOURNEY_OVERVIEW else self.scope
        text = self.text(key, window, baseline, n, self.phrases.about(told, taxonomy))
        meant = replace(meant, text=text, scope=_both(_both(meant.scope, told), more))
        read = self.engine.read(text, self.asker)
        exact = _same(read, meant)
        return Asked(text, self.engine.answer(read if exact else meant, self.asker), exact)

    def _meant(self, key: str, window: Window, baseline: Window | None, n: int | None) -> Question:
        """The question without conditions, about exactly these days, whatever its text is read as."""
        text = self.text(key, window, baseline, n, "")
        question = self.engine.read(text, self.asker)
        if question.kind is Kind.COMPARE and baseline:
            if question.compare and _of(question.compare.windows) == _of((window, baseline)):
                return question
            return replace(question, compare=Compare("time", windows=(window, baseline)))
        if question.kind is Kind.WHY_CHANGE and baseline:
            sides = [one for one in (question.window, question.baseline) if one]
            return question if _of(sides) == _of((window, baseline)) else _about(question, window, baseline)
        if question.window and _days(question.window) == _days(window):
            return question
        return _about(question, window, question.baseline)


def _about(question: Question, window: Window, baseline: Window | None) -> Question:
    """The question about other days, whatever was not understood of them."""
    return replace(question, window=window, baseline=baseline, clarify=(), left=(), unread_time=())


def _days(window: Window) -> tuple[object, object]:
    return window.first, window.last


def _of(windows: tuple[Window, ...] | list[Window]) -> list[tuple[object, object]]:
    return [_days(window) for window in windows]


def _both(scope: Filters, more: Filters) -> Filters:
    """The conditions of both; where both have one, that of the question (an intent that it asks about)."""
    free = {
        item.name: getattr(more, item.name)
        for item in fields(more)
        if getattr(more, item.name) != getattr(_NO_FILTERS, item.name)
        and getattr(scope, item.name) == getattr(_NO_FILTERS, item.name)
    }
    return narrowed(scope, **free)


def _same(read: Question, meant: Question) -> bool:
    """Whether two questions ask for the same."""
    if any(getattr(read, name) != getattr(meant, name) for name in _MEANING):
        return False
    sides = [(one.window, one.baseline, *(one.compare.windows if one.compare else ())) for one in (read, meant)]
    days = [[_days(window) if window else None for window in some] for some in sides]
    return days[0] == days[1] and (read.compare and read.compare.dim) == (meant.compare and meant.compare.dim)
