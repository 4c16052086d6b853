"""Alerts: whether a day is worth a message, what the message says, and how often it would have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from assistant import suggestions, turned
from assistant.answer import Answer
from assistant.meaning import Asker, Kind, Question
from assistant.measures import Cell
from assistant.periods import Clock, Window, period
from assistant.watches import meaning
from assistant.watches.rule import Rule
from assistant.watches.series import Series, measured, series
from assistant.wording import Wording, wording
from mining import anomaly
from mining.anomaly import CHANCES, Usual
from mining.watches import Watch

if TYPE_CHECKING:
    from assistant.engine import Engine

BACK_DAYS = 90
"""So many days are gone through before an alert is saved."""

LOOK_BACK = 7
"""Days that are judged again each time: what reaches us late may make one of them worth a message after all."""

_ROWS = 3
_NEXT = ("why", "trend", "quotes")


@dataclass(frozen=True, slots=True)
class Happened:
    """Some days that are worth a message: a day, or a week. ``usual`` is None where a limit was passed."""

    first: date
    last: date
    value: float
    above: bool
    usual: Usual | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert sends: an answer about the days that it is about, its headline saying what is unusual."""

    answer: Answer
    happened: Happened


@dataclass(frozen=True, slots=True)
class BackTest:
    """When an alert would have spoken in the last ``days`` days, oldest first; ``known`` are those with enough past.

    ``says`` it in a sentence. It was reckoned with what had been said by each day, not with what had reached us.
    """

    days: int
    known: int
    fired: tuple[Happened, ...]
    says: str = ""


@dataclass(slots=True)
class Bench:
    """A rule over a series; each day is judged once. ``zone`` and ``clock`` are the watch's."""

    series: Series
    rule: Rule
    zone: tzinfo
    clock: Clock
    judged: dict[date, Happened | None] = field(default_factory=dict)

    def decide(self, today: date, told: Sequence[date], since: date) -> Happened | None:
        """The latest of the last complete days (or the last week) that is worth a message, on the morning of a day.

        Nothing before ``since``, and nothing near the days that were ``told``.
        """
        for first, last in self._complete(today):
            near = any(abs((last - day).days) <= self.rule.cool_down_days for day in told)
            if last < since or near or self.series.place(first) < 0:
                continue
            if last not in self.judged:
                self.judged[last] = _judged(self.series, self.rule, first, last)
            found = self.judged[last]
            if found and (found.above or self._is_read(last)):
                return found
        return None

    def _complete(self, today: date) -> Iterator[tuple[date, date]]:
        if self.rule.period == "week":
            week = period(replace(self.clock, today=today), "week", -1)
            yield week.first, week.last
            return
        for back in range(1, LOOK_BACK + 1):
            day = today - timedelta(days=back)
            yield day, day

    def _is_read(self, day: date) -> bool:
        """Whether something was read after a day had ended: before that, little may just not have reached us yet."""
        end = datetime.combine(day + timedelta(days=1), time(), self.zone)
        return self.series.read_until is not None and self.series.read_until >= end


def _judged(known: Series, rule: Rule, first: date, last: date) -> Happened | None:
    value, support = known.value(first, last), known.support(first, last)
    counted = rule.measure == "count"
    if not counted and support < max(rule.minimum_support, 1):
        return None
    if rule.kind == "threshold":
        above, limit = rule.direction == "above", rule.value or 0.0
        passed = value > limit if above else value < limit
        enough = not (counted and above) or support >= rule.minimum_support
        return Happened(first, last, value, above) if passed and enough else None
    usual = _usual(known, rule, last)
    if usual is None:
        return None
    if rule.direction != "below" and value > usual.high and (not counted or value >= rule.minimum_support):
        return Happened(first, last, value, True, usual)
    if rule.direction != "above" and value < usual.low and (not counted or usual.expected >= rule.minimum_support):
        return Happened(first, last, value, False, usual)
    return None


def _usual(known: Series, rule: Rule, day: date) -> Usual | None:
    """What would be usual on a day, as its past tells."""
    end = known.place(day)
    past = slice(max(0, end - anomaly.DAYS), end)
    chance = CHANCES[rule.sensitivity] / (2 if rule.direction == "either" else 1)
    if known.bottom is None:
        return anomaly.usual_count(known.top[past], chance)
    weight = int(known.bottom[end])
    if known.squares is None:
        return anomaly.usual_share(known.top[past], known.bottom[past], weight, chance)
    return anomaly.usual_balance(known.top[past], known.squares[past], known.bottom[past], weight, chance)


# --- now, and in the past -------------------------------------------------------------------------------------------


def judge(watch: Watch, engine: Engine, asker: Asker, told: Sequence[date]) -> Alert | None:
    """The alert of a watch on the asker's day; None where nothing is worth one.

    ``told`` are the last days of what was told already.
    """
    question, rule = _meant(watch, engine, asker)
    made = watch.made_at.astimezone(asker.zone).date()
    bench = _bench(engine, asker, question, rule, asker.today - timedelta(days=anomaly.DAYS + LOOK_BACK))
    found = bench.decide(asker.today, told, made - timedelta(days=1))
    return Alert(_answer(engine, asker, question, rule, found), found) if found else None


def back_test(watch: Watch, engine: Engine, asker: Asker) -> BackTest:
    """How often an alert would have spoken in the last 90 days: the same judgement, day by day, from the past alone."""
    question, rule = _meant(watch, engine, asker)
    first = asker.today - timedelta(days=BACK_DAYS)
    bench = _bench(engine, asker, question, rule, first - timedelta(days=anomaly.DAYS + LOOK_BACK))
    fired: list[Happened] = []
    for today in (first + timedelta(days=place) for place in range(1, BACK_DAYS + 1)):
        found = bench.decide(today, [one.last for one in fired], first)
        fired += [found] if found else []
    needs = anomaly.LEAST_DAYS if rule.kind == "anomaly" else 0
    known = (asker.today - max(first, bench.series.first + timedelta(days=needs))).days
    tested = BackTest(BACK_DAYS, max(0, known), tuple(fired))
    return replace(tested, says=_back_says(tested, rule, wording(watch.language)))


def _meant(watch: Watch, engine: Engine, asker: Asker) -> tuple[Question, Rule]:
    rule = Rule.from_json(watch.spec["rule"])
    question = meaning.again(watch.spec["ask"], watch.text, engine, asker)
    return measured(replace(question, language=watch.language, zone=asker.zone), rule), rule


def _bench(engine: Engine, asker: Asker, question: Question, rule: Rule, first: date) -> Bench:
    known = series(engine, asker, question, first, asker.today - timedelta(days=1))
    clock = Clock.of(asker.today, question.language, asker.week_start)
    return Bench(known, rule, asker.zone, clock)


# --- what it says ---------------------------------------------------------------------------------------------------


def _answer(engine: Engine, asker: Asker, question: Question, rule: Rule, found: Happened) -> Answer:
    """The live answer about the days, under the alert's headline; below it what was said most then."""
    days = Window(found.first, found.last, unit="day" if found.first == found.last else "week")
    asked = replace(question, window=days, group_by=())
    answer = engine.answer(asked, asker)
    words = wording(question.language)
    negative = question.sentiment != "positive" and question.scope.intent != ("praise",)
    ranked = turned.as_kind(asked, Kind.TOP_PAIN_POINTS if negative else Kind.TOP_PRAISE)
    top = engine.answer(replace(ranked, n=_ROWS), asker)
    more: tuple[Cell, ...] = answer.more or (answer.rows[0].cells if answer.rows else ())
    about = suggestions.phrase(engine.desk(asked, asker))
    quotes = () if any(row.quotes for row in top.rows) else answer.quotes
    return replace(
        answer, headline=headline(question, rule, found, words), said=answer.said if rule.measure == "share" else (),
        rows=top.rows[:_ROWS], quotes=quotes, more=more, chart=None,
        next_questions=tuple(words.say(f"ask.{key}", about=about).strip() for key in _NEXT),
    )  # fmt: skip


def headline(question: Question, rule: Rule, found: Happened, words: Wording) -> str:
    """What happened, with numbers: "41 items (delivery) on Tuesday 17 November 2026: more than usual. …"."""
    weekday = words.say(f"watch.weekdays.{found.last.weekday()}")
    one_day = found.first == found.last
    when = words.say(
        "watch.on_day" if one_day else "watch.in_week",
        weekday=weekday, first=words.date(found.first), last=words.date(found.last),
    )  # fmt: skip
    frame = {
        "what": words.say(f"watch.measured.{rule.measure}", value=said(found.value, rule, words)),
        "scope": words.scope(question),
        "when": when,
        "weekday": weekday,
    }
    side = "above" if found.above else "below"
    if found.usual is None:
        limit = said(rule.value or 0.0, rule, words)
        return words.say(f"watch.limit_{side}", limit=limit, **frame)
    ends = {"low": said(found.usual.low, rule, words), "high": said(found.usual.high, rule, words)}
    return words.say("watch.unusual", how=words.say(f"watch.how.{rule.measure}.{side}"), **ends, **frame)


def said(value: float, rule: Rule, words: Wording) -> str:
    """A value of a rule's measure as people read it."""
    if rule.measure == "count":
        return words.number(round(value))
    if rule.measure == "share":
        return words.percent(value)
    return words.signed(value * 100)


def _back_says(tested: BackTest, rule: Rule, words: Wording) -> str:
    days = words.number(tested.days)
    few = "" if tested.known >= tested.days else words.say("watch.back_few", known=words.number(tested.known))
    if not tested.fired:
        return words.say("watch.back_none", days=days) + few
    when = [f"{words.date(one.last)} ({said(one.value, rule, words)})" for one in tested.fired]
    shown = words.listed(when[-5:])
    count = len(tested.fired)
    times = words.say("watch.once") if count == 1 else words.say("watch.times", count=words.number(count))
    return words.say("watch.back_fired", days=days, times=times, when=shown) + few


__all__ = ["BACK_DAYS", "LOOK_BACK", "Alert", "BackTest", "Bench", "Happened", "back_test", "headline", "judge", "said"]
