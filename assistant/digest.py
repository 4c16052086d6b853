"""A digest: answers to the questions that a manager would ask about a week, a month or a day, each one askable.

Every section holds the text of a question and the engine's own answer to it, so a digest never says another number
than Slack, the command line or the API say; its headline and its comparisons are reckoned from these answers' figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assistant import names, periods
from assistant.answer import Answer, Row
from assistant.digests import templates
from assistant.digests.asking import Asked, Asking
from assistant.digests.phrases import phrases
from assistant.meaning import Asker, Kind, window_json
from assistant.periods import Clock, Window
from connectors.errors import ConfigError
from mining.filters import Filters

if TYPE_CHECKING:
    from assistant.engine import Engine

_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})")
_THURSDAY = 4
# Jalali years begin here, Gregorian ones that can be reckoned with end here.
_FIRST_YEAR, _LAST_YEAR = 1200, 2999

Progress = Callable[[int, int], None]
"""Told after each section: how many are done, of how many."""


class Template(StrEnum):
    """For whom a digest is, and of how much time."""

    EXECUTIVE_MONTHLY = "executive_monthly"
    MANAGER_WEEKLY = "manager_weekly"
    OPERATIONS_DAILY = "operations_daily"

    @property
    def unit(self) -> str:
        """Day, week or month."""
        return {"executive_monthly": "month", "manager_weekly": "week"}.get(self.value, "day")


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """What is wanted: ``filters`` are conditions of the scope (no time, no feeling), ``watched`` further sections as
    title and question; a question of theirs that names no time is asked about the digest's."""

    template: Template = Template.MANAGER_WEEKLY
    language: str = "en"
    zone: tzinfo = UTC
    filters: Filters = field(default_factory=Filters)
    watched: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One part: the ``answer`` to a ``question`` that people can ask. ``rows`` are those of its rows that are shown.

    ``lead`` is the sentence that it begins with, ``beside`` further answers that its sentences rest on. ``exact``: the
    text alone gives this answer; where not, its meaning stands in ``answer.question`` (a theme by its id).
    """

    key: str
    title: str
    question: str
    answer: Answer
    lead: str = ""
    rows: tuple[Row, ...] = ()
    beside: tuple[Asked, ...] = ()
    said: tuple[str, ...] = ()
    exact: bool = True

    @property
    def answers(self) -> list[Answer]:
        """All answers that the section rests on."""
        return [self.answer, *(one.answer for one in self.beside)]

    def as_json(self) -> dict[str, Any]:
        """The section with its answer whole; ``shown`` are the ids of the rows that are told."""
        return {
            "key": self.key,
            "title": self.title,
            "question": self.question,
            "exact": self.exact,
            "lead": self.lead,
            "said": list(self.said),
            "shown": [row.id for row in self.rows],
            "answer": self.answer.as_json(),
            "beside": [{"question": one.text, "answer": one.answer.as_json()} for one in self.beside],
        }


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as it was found; renderers show it. ``baseline`` is what the window is compared with, like for like.

    ``notes`` tell how far the data may be trusted. An empty digest has one section: the count of nothing.
    """

    plan: DigestPlan
    window: Window
    baseline: Window
    headline: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    made_at: datetime
    empty: bool = False

    def as_json(self) -> dict[str, Any]:
        """The stable shape of ``overheard digest --json``."""
        return {
            "template": self.plan.template.value,
            "language": self.plan.language,
            "filters": self.plan.filters.spec(),
            "window": window_json(self.window),
            "baseline": window_json(self.baseline) | {"like_for_like": self.baseline.like_for_like},
            "headline": self.headline,
            "sections": [section.as_json() for section in self.sections],
            "notes": list(self.notes),
            "made_at": self.made_at.isoformat(),
            "empty": self.empty,
        }

    def section(self, key: str) -> Section | None:
        """A section by its key, the first one where several are watched."""
        return next((one for one in self.sections if one.key == key), None)


def compose(
    engine: Engine, asker: Asker, plan: DigestPlan, window: Window | None = None, *,
    private_sources: Collection[str] = (), made_at: datetime | None = None, progress: Progress | None = None,
) -> Digest:  # fmt: skip
    """Ask everything and put it together; by default about the last whole month, week or day before the asker's today.

    Quotes from ``private_sources`` are left out and counted in a note; figures keep counting them. ``made_at`` is the
    engine's clock unless given.
    """
    asker = replace(asker, zone=plan.zone)
    clock = clock_of(asker, plan.language)
    window = window or periods.period(clock, plan.template.unit, -1)
    asking = Asking(engine, asker, phrases(plan.language), plan.filters)
    work = templates.Work(asking, plan.template.value, window, baseline_of(plan, window, clock), clock, plan.watched)
    found = work.compose(progress)
    sections, hidden = _public(found.sections, frozenset(private_sources))
    notes = [*found.notes]
    if hidden:
        notes.append(asking.phrases.say("health.private", count=asking.phrases.words.number(hidden)))
    return Digest(
        plan, window, work.baseline, found.headline, tuple(sections), tuple(notes), made_at or engine.now(),
        empty=found.empty,
    )  # fmt: skip


def clock_of(asker: Asker, language: str) -> Clock:
    """Today as the asker sees it, with the week and the calendar of a language or of the workspace."""
    calendar = names.lexicon(language)["time"].get("calendar", "gregorian")
    return Clock.of(asker.today, language, asker.week_start, calendar)


def baseline_of(plan: DigestPlan, window: Window, clock: Clock) -> Window:
    """What a digest's window is compared with: the period before, of a day the same weekday a week before."""
    if plan.template is Template.OPERATIONS_DAILY:
        return periods.shifted(window, "week", -1, clock)
    return periods.before(window, clock)


def named_window(kind: str, text: str, asker: Asker, language: str) -> Window:
    """The ``week`` 2026-W46, ``month`` 2026-10 (Jalali: 1405-08) or ``day`` 2026-11-20 (1405-08-29), as far as it went.

    A week of the ISO calendar is told by its Thursday: where weeks begin on another day than Monday, by the workspace
    or by the language, it is the week of that kind which holds this Thursday.

    Raises:
        ConfigError: there is no such time, or it has not begun.
    """
    clock = clock_of(asker, language)
    try:
        window = _named(kind, text, clock)
    except (ValueError, OverflowError) as error:
        examples = {"week": "2026-W46", "month": "2026-10", "day": "2026-11-20"}
        raise ConfigError(f"{text!r} is no {kind}", hint=f"write it as {examples[kind]}") from error
    window = periods.settled(window, clock, text)
    if window.future:
        raise ConfigError(f"the {kind} {text} has not begun", hint="name one that has; --as-of sets another today")
    return window


def _named(kind: str, text: str, clock: Clock) -> Window:
    """Raises ValueError where the text is none such."""
    if kind == "week":
        said = _WEEK.fullmatch(text.strip().upper())
        if said is None:
            raise ValueError(text)
        thursday = date.fromisocalendar(int(said[1]), int(said[2]), _THURSDAY)
        return periods.period(replace(clock, today=thursday), "week", 0)
    numbers = [int(part) for part in text.strip().split("-")]
    if len(numbers) != (2 if kind == "month" else 3) or not _FIRST_YEAR <= numbers[0] <= _LAST_YEAR:
        raise ValueError(text)
    calendar = periods.calendar_of(numbers[0], "gregorian")
    if kind == "month":
        if not 1 <= numbers[1] <= 12:
            raise ValueError(text)
        return periods.months(calendar, *numbers)
    day = periods.day(calendar, *numbers)
    return Window(day, day, unit="day")


def plan_of(
    engine: Engine, asker: Asker, words: str = "", *, template: Template = Template.MANAGER_WEEKLY,
    language: str = "en", zone: tzinfo | None = None, watched: Sequence[tuple[str, str]] = (),
) -> DigestPlan:  # fmt: skip
    """A plan whose conditions are read from words such as "Android, in Hebrew", as those of a question are.

    Raises:
        ConfigError: some of the words were not understood, or name a time, a feeling or a topic.
    """
    plan = DigestPlan(template, language, zone or asker.zone, Filters(), tuple(watched))
    if not words.strip():
        return plan
    question = engine.read(words, asker)
    strange = [*question.left, *question.unread_time, *([question.theme] if question.theme else [])]
    if strange:
        raise ConfigError(
            f"not understood in {words!r}: {', '.join(strange)}",
            hint="name products, channels, sources, platforms, languages, stages, touchpoints or regions",
        )
    timed = question.window and not question.window.default
    if timed or question.sentiment or question.scope.intent or question.compare or question.kind is Kind.OUT_OF_SCOPE:
        raise ConfigError(
            f"{words!r} says more than what the digest is about",
            hint="name conditions only, such as “Android, in Hebrew”; the time is the digest's own",
        )
    return replace(plan, filters=question.scope)


def _public(sections: Sequence[Section], private: frozenset[str]) -> tuple[list[Section], int]:
    """The sections without quotes of private sources, and how many different quotes went."""
    if not private:
        return list(sections), 0
    gone: set[str] = set()

    def answer(one: Answer) -> Answer:
        gone.update(quote.mention.mention_id for quote in one.every_quote if quote.mention.source in private)
        kept = tuple(quote for quote in one.quotes if quote.mention.source not in private)
        return replace(one, quotes=kept, rows=rows(one.rows))

    def rows(some: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(
            replace(row, quotes=tuple(quote for quote in row.quotes if quote.mention.source not in private))
            for row in some
        )

    public = [
        replace(
            one, answer=answer(one.answer), rows=rows(one.rows),
            beside=tuple(replace(more, answer=answer(more.answer)) for more in one.beside),
        )
        for one in sections
    ]  # fmt: skip
    return public, len(gone)
