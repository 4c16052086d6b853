"""What is asked each time: the meaning of a watch, and that meaning on another day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant import dates, kept, names, periods, schedules, turned
from assistant.meaning import TIMED, Asker, Kind, Question
from assistant.periods import Clock, Window, default_window
from assistant.seen import Seen
from assistant.slate import Slate, blanked
from assistant.watches import limits
from assistant.watches.limits import Limited
from assistant.watches.rule import Rule
from connectors.errors import ConfigError
from mining.language import normalise

if TYPE_CHECKING:
    from assistant.engine import Engine

_ASKABLE = TIMED - {Kind.AMBIGUOUS, Kind.UNANSWERABLE}
_AGAIN = "ask it whole and with a time, such as “top pain points in purchase stage last week”"


@dataclass(frozen=True, slots=True)
class Meant:
    """What somebody wants to be told of: a question, how often where they said so, and of which sort.

    ``schedule`` is :attr:`assistant.meaning.Question.schedule`; ``digest``: the words ask for one; ``rule``: they set
    the rule of an alert. ``rest`` are the words without those that say when; ``empty``: they do not say what.
    """

    question: Question
    schedule: Mapping[str, str]
    rest: str
    digest: bool = False
    rule: Rule | None = None
    empty: bool = False


def read(text: str, engine: Engine, asker: Asker) -> Meant:
    """Read what is wanted: a question, with or without how often ("every Monday at 9: top pain points")."""
    return of(engine.read(text, asker), engine, asker)


def whole(question: Question) -> Question:
    """A question that was answered in a conversation, as one that stands alone: what it went on from is in it."""
    return question if question.clarify else replace(question, inherit=False, changed=(), rank=None)


def of(question: Question, engine: Engine, asker: Asker) -> Meant:
    """The same of a question that was read; one about sending becomes the question that is to be sent."""
    seen = Seen(question.text, normalise(question.text), question.language, asker)
    digest = "digest" in seen.cues
    if question.kind is not Kind.SUBSCRIBE:
        return _at_times(question, seen, engine, asker) if _says_when(question, seen) else _plainly(question, digest)
    limited = limits.read(seen) if "when" in question.schedule else None
    words = limited.rest if limited else _without_schedule(seen)
    rest = engine.read(words, asker)
    alone = _is_whole(rest, question, limited)
    about = replace(rest, text=question.text) if alone else _sent(question, asker)
    empty = not alone and says_nothing(question)
    return Meant(about, question.schedule, words, digest, limited.rule if limited else None, empty)


def _plainly(question: Question, digest: bool) -> Meant:
    return Meant(question, {}, question.text, digest)


def _says_when(question: Question, seen: Seen) -> bool:
    """Whether a question says how often in passing ("top pain points every Friday"); of a trend that is its steps."""
    return "periodic" in seen.cues and question.kind is not Kind.TREND and not question.clarify


def _at_times(question: Question, seen: Seen, engine: Engine, asker: Asker) -> Meant:
    seen.slate = Slate(seen.folded)
    plan = schedules.schedule(seen.slate, question.language, threshold=False)
    words = _without_schedule(seen)
    rest = engine.read(words, asker)
    alone = _is_whole(rest, question, None) and rest.kind is question.kind
    return Meant(replace(rest, text=question.text) if alone else question, plan, words, "digest" in seen.cues)


def _is_whole(rest: Question, question: Question, limited: Limited | None) -> bool:
    """Whether the words that are left ask for the same as all the words did."""
    if rest.left or rest.unread_time or rest.language != question.language:
        return False
    if limited:
        # The words of a limit may have been taken for a topic or a time.
        return rest.kind in _ASKABLE | {Kind.AMBIGUOUS}
    return (
        rest.kind in _ASKABLE
        and not rest.clarify
        and (rest.scope, rest.theme) == (question.scope, question.theme)
        and (rest.window == question.window or question.window is None)
    )


def _without_schedule(seen: Seen) -> str:
    spans = [*seen.slate.spans("schedule"), *seen.cues.found.get("periodic", ())]
    return " ".join(blanked(seen.folded, spans).split()).strip(" :,;-")


def _sent(question: Question, asker: Asker) -> Question:
    """The question that "send me …" stands for."""
    window = question.window or default_window(asker.today)
    told = replace(question, window=window, schedule={}, clarify=(), unread_time=(), left=())
    metric = question.metric or ""
    if metric.endswith("share"):
        return turned.as_kind(told, Kind.SHARE)
    if metric in ("count", "distinct_authors", "mentions"):
        return turned.as_kind(told, Kind.COUNT)
    if metric:
        return turned.as_kind(told, Kind.TREND)
    if question.sentiment == "positive" or question.scope.intent == ("praise",):
        return turned.as_kind(told, Kind.TOP_PRAISE)
    if says_nothing(question):
        return turned.as_kind(told, Kind.JOURNEY_OVERVIEW)
    return turned.as_kind(told, Kind.TOP_PAIN_POINTS)


def says_nothing(question: Question) -> bool:
    """Whether a wish to be sent something does not say what."""
    empty = replace(question.scope, speaker=None).spec() == {}
    return empty and not (question.sentiment or question.theme or question.metric or question.group_by)


def askable(question: Question) -> Question:
    """A question that has an answer every time.

    Raises:
        ConfigError: it has none; the hint says what to ask instead.
    """
    if question.privacy == "refuse":
        raise ConfigError("this cannot be watched: nobody's person is told", hint="ask about topics, not about people")
    if question.unread_time or "time" in question.clarify:
        raise ConfigError("this cannot be watched: its time is not understood", hint=_AGAIN)
    row = question.kind is Kind.DRILLDOWN and bool(question.scope.theme) and not question.inherit
    if not (question.kind in _ASKABLE or row) or question.clarify or question.inherit:
        raise ConfigError("this cannot be watched: it has no answer of its own", hint=_AGAIN)
    return question


# --- on another day -------------------------------------------------------------------------------------------------


def spec(question: Question, engine: Engine, asker: Asker) -> dict[str, Any]:
    """A question as a watch keeps it; :func:`again` asks it on another day.

    Raises:
        ConfigError: its times cannot be told for another day.
    """
    kept_so = {"question": kept.question_json(question), "read_in": question.language}
    for times in ("text", "words"):
        told = {**kept_so, "times": times}
        if _times(_redated(question, told, question.text, engine, asker)) == _times(question):
            return told
    raise ConfigError("this cannot be watched: its time means one day only", hint=_AGAIN)


def again(told: Mapping[str, Any], text: str, engine: Engine, asker: Asker) -> Question:
    """The question of a watch as of the asker's day: "last week" is the one before that day.

    Raises:
        ConfigError: what was kept cannot be understood by this version.
    """
    question = kept.question_from(told.get("question"), asker.taxonomy)
    if question is None:
        raise ConfigError("what this watch asks cannot be read any more", hint="end it, and save it anew")
    return _redated(replace(question, zone=asker.zone), told, text, engine, asker)


def is_fixed(question: Question, told: Mapping[str, Any], engine: Engine, asker: Asker) -> bool:
    """Whether the question is about the same days whenever it is asked."""
    later = replace(asker, today=periods.moved(asker.today, 14))
    if question.window is None and question.compare is None:
        return False
    return _times(_redated(question, told, question.text, engine, later)) == _times(question)


def _times(question: Question) -> tuple[object, ...]:
    return question.window, question.baseline, question.compare


def _redated(question: Question, told: Mapping[str, Any], text: str, engine: Engine, asker: Asker) -> Question:
    if told["times"] == "text":
        read = of(engine.read(text, asker), engine, asker).question
        return replace(question, window=read.window, baseline=read.baseline, compare=read.compare)
    clock = _clock(question, asker)
    if question.compare and question.compare.windows:
        # "The week before" means nothing by itself: what cannot be told is no time at all.
        return replace(question, compare=None)
    window = _window(question.window, told["read_in"], clock, asker)
    baseline = question.baseline
    if baseline is not None and window is not None:
        named = baseline.expr is not None
        baseline = _window(baseline, told["read_in"], clock, asker) if named else periods.before(window, clock)
    return replace(question, window=window, baseline=baseline)


def _window(window: Window | None, language: str, clock: Clock, asker: Asker) -> Window | None:
    if window is None:
        return None
    if window.default:
        return default_window(asker.today)
    if window.expr is None:
        return window
    words = names.lexicon(language)
    at = replace(clock, calendar=words["time"].get("calendar", "gregorian"))
    found = dates.times(normalise(window.expr), words["time"], words["numbers"]["words"], at)
    meant = found[0].window if found else None
    return replace(meant, expr=window.expr) if meant else None


def _clock(question: Question, asker: Asker) -> Clock:
    events = {normalise(name): day for name, day in asker.events.items()}
    calendar = names.lexicon(question.language)["time"].get("calendar", "gregorian")
    return replace(Clock.of(asker.today, question.language, asker.week_start, calendar), events=events)


__all__ = ["Meant", "again", "askable", "is_fixed", "of", "read", "says_nothing", "spec", "whole"]
