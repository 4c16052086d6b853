"""What an alert looks at: its measure on every day, from the same selections as the answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from assistant import turned
from assistant.meaning import Asker, Kind, Question
from assistant.periods import Window
from assistant.planners import sharing
from connectors.errors import ConfigError
from mining.statistics import Numbers

if TYPE_CHECKING:
    from assistant.desk import Desk
    from assistant.engine import Engine
    from assistant.watches.rule import Rule
    from mining.facts import Facts

_SHARES = ("share", "negative_share", "positive_share", "churn_share")


@dataclass(frozen=True, eq=False, slots=True)
class Series:
    """A number for each day from ``first`` on: ``top`` over ``bottom``, or ``top`` alone where that is None.

    ``squares`` are those of a balance's values. ``read_until``: feedback from later may still be on its way.
    """

    first: date
    top: Numbers
    bottom: Numbers | None
    squares: Numbers | None
    read_until: datetime | None

    def place(self, day: date) -> int:
        """Where a day stands."""
        return (day - self.first).days

    def value(self, first: date, last: date) -> float:
        """The measure of some days together; 0 where a share or balance is one of nothing."""
        days = slice(self.place(first), self.place(last) + 1)
        top = float(self.top[days].sum())
        if self.bottom is None:
            return top
        bottom = float(self.bottom[days].sum())
        return top / bottom if bottom else 0.0

    def support(self, first: date, last: date) -> int:
        """How many items or remarks stand behind the measure of some days."""
        days = slice(self.place(first), self.place(last) + 1)
        return int((self.top if self.bottom is None else self.bottom)[days].sum())


def measured(question: Question, rule: Rule) -> Question:
    """The question whose answer tells the measure of a rule.

    Raises:
        ConfigError: it has no such measure.
    """
    if rule.measure == "count":
        # Complaints are counted whatever feeling is in them: it was the ranking that asked for pain.
        felt = None if question.scope.intent and question.kind in turned.RANKINGS.values() else question.sentiment
        return turned.as_kind(turned.uncompared(replace(question, sentiment=felt)), Kind.COUNT)
    if rule.measure == "net_sentiment":
        bare = turned.selecting(turned.uncompared(question), intent=())
        return replace(turned.as_kind(replace(bare, sentiment=None), Kind.TREND), metric="net_sentiment", grain="day")
    return replace(turned.as_kind(turned.uncompared(question), Kind.SHARE), metric=_share(question))


def measure_of(question: Question) -> str:
    """The measure that a question asks for: a count where it names none."""
    metric = question.metric or ""
    named = question.kind in (Kind.SHARE, Kind.TREND, Kind.WHY_CHANGE, Kind.SUBSCRIBE)
    if metric in _SHARES and named:
        return "share"
    return "net_sentiment" if metric == "net_sentiment" and named else "count"


def _share(question: Question) -> str:
    return question.metric if question.metric in _SHARES else "share"


def series(engine: Engine, asker: Asker, question: Question, first: date, last: date) -> Series:
    """The measure of each day; ``question`` as :func:`measured` gave it.

    Raises:
        ConfigError: a share of everything.
    """
    desk = engine.desk(replace(question, window=Window(first, last)), asker)
    if question.kind is Kind.TREND:
        return _balance(desk, first, last)
    if question.kind is Kind.SHARE:
        part, whole = sharing.parts(desk)
        if part == whole:
            raise ConfigError("a share of everything is always the same", hint="name a topic, an intent or a feeling")
        top, bottom = (_items(desk, desk.select(filters), first, last) for filters in (part, whole))
        return _heard(desk, Series(first, top, bottom, None, None), bottom)
    everything = _items(desk, desk.select(desk.whole), first, last)
    return _heard(
        desk, Series(first, _items(desk, desk.select(desk.filters), first, last), None, None, None), everything
    )


def _balance(desk: Desk, first: date, last: date) -> Series:
    chosen = desk.select(desk.filters)
    by = chosen.by("sentiment")
    sides = {
        side: _days(some, desk, first, last)
        if (some := by.get(side)) is not None
        else np.zeros((last - first).days + 1)
        for side in ("positive", "negative")
    }
    whole = _days(chosen, desk, first, last)
    told = Series(first, sides["positive"] - sides["negative"], whole, sides["positive"] + sides["negative"], None)
    return _heard(desk, told, whole)


def _items(desk: Desk, chosen: Facts, first: date, last: date) -> Numbers:
    return _days(chosen.first_of_each(), desk, first, last)


def _days(chosen: Facts, desk: Desk, first: date, last: date) -> Numbers:
    places = chosen.days(desk.question.zone) - first.toordinal()
    return np.bincount(places.astype(np.intp), minlength=(last - first).days + 1).astype(np.float64)


def _heard(desk: Desk, told: Series, everything: Numbers) -> Series:
    """The series from the first day on that anything of its scope was said: before it, nothing is not zero."""
    heard = np.flatnonzero(everything)
    began = int(heard[0]) if len(heard) else len(everything)
    bottom, squares = (None if one is None else one[began:] for one in (told.bottom, told.squares))
    latest = max(desk.freshness.values(), default=None)
    return Series(told.first + timedelta(days=began), told.top[began:], bottom, squares, latest)
