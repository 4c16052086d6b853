"""What a watch says of itself, in its language: what is sent, when, where, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from assistant.answer import Status
from assistant.directions import apart
from assistant.meaning import Asker, Question
from assistant.periods import Window
from assistant.watches import due, meaning
from assistant.watches.alerts import Alert, BackTest
from assistant.watches.alerts import said as measured_as
from assistant.watches.rule import Rule
from assistant.wording import Wording, wording
from connectors.errors import ConfigError
from mining import watches
from mining.watches import Watch

if TYPE_CHECKING:
    from assistant.engine import Engine


def describe(watch: Watch, language: str | None = None) -> str:
    """One sentence: what is sent, when, where; in the watch's language, or in another one."""
    words = wording(language or watch.language)
    frame = {
        "text": apart(watch.text),
        "when": when(watch.schedule, watch.zone, words) if watch.schedule else "",
        "to": apart(watch.to),
    }
    if watch.kind == "digest":
        about = f" “{frame['text']}”" if watch.text else ""
        frame |= {"template": words.say(f"watch.templates.{watch.spec['template']}"), "scope": about}
    if watch.kind == "alert":
        frame["rule"] = of_rule(Rule.from_json(watch.spec["rule"]), words)
    return words.say(f"watch.says.{watch.kind}", **frame)


def when(line: str, zone: str, words: Wording) -> str:
    """How often, with the zone; a line that no sentence is for stands as it is."""
    if line == due.HOURLY:
        told = words.say("watch.hourly")
    else:
        told = words.cron(line) if due.is_plain(line) else words.say("watch.other_times", line=apart(line))
    return words.say("watch.here", when=told, zone=apart(zone))


def of_rule(rule: Rule, words: Wording) -> str:
    """When an alert speaks."""
    if rule.kind == "anomaly":
        return words.say(f"watch.rule.unusual.{rule.direction}")
    return words.say(
        f"watch.rule.limit.{rule.period}.{rule.direction}",
        measure=words.say(f"watch.rule.measures.{rule.measure}"),
        limit=measured_as(rule.value or 0.0, rule, words),
    )


def proposal(watch: Watch, engine: Engine, asker: Asker, now: datetime, tested: BackTest | None) -> Iterator[str]:
    """Every sentence of a proposal."""
    words = wording(watch.language)
    yield describe(watch)
    if watch.schedule and watch.kind != "alert" and (at := due.following(watch.schedule, watch.zone, now)):
        yield words.say("watch.first", **moment(at, watch.zone, words))
    if watch.kind == "alert":
        rule = Rule.from_json(watch.spec["rule"])
        if rule.minimum_support:
            yield words.say("watch.rule.support", count=words.number(rule.minimum_support))
        if rule.cool_down_days:
            yield words.say("watch.rule.cool_down", days=words.number(rule.cool_down_days))
        yield from [words.say(f"watch.sensitivity.{rule.sensitivity}")] if rule.kind == "anomaly" else []
    if tested:
        yield tested.says
    if watch.kind in ("answer", "section"):
        yield from _of_answer(watch, engine, asker, words)
    if watch.kind == "section" and not any(one.kind == "digest" for one in watches.listed(engine.store, to=watch.to)):
        yield words.say("watch.in_no_digest", to=apart(watch.to))


def _of_answer(watch: Watch, engine: Engine, asker: Asker, words: Wording) -> Iterator[str]:
    question = meaning.again(watch.spec["ask"], watch.text, engine, asker)
    answer = engine.answer(replace(question, language=watch.language), asker)
    if answer.status not in (Status.ANSWERED, Status.NO_DATA):
        raise ConfigError(
            "this cannot be watched: it has no answer of its own", hint="ask it first, and see the answer"
        )
    yield words.say("watch.sample", headline=answer.headline)
    if meaning.is_fixed(question, watch.spec["ask"], engine, asker):
        windows = question.compare.windows if question.compare else ()
        yield words.say("watch.fixed", window=words.listed([words.dates(one) for one in windows or _window(question)]))


def _window(question: Question) -> tuple[Window, ...]:
    return (question.window,) if question.window else ()


def moment(at: datetime, zone: str, words: Wording) -> dict[str, str]:
    """A time as ``day`` and ``hour`` of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    hour = "".join(words.number(int(sign)) if sign.isdecimal() else sign for sign in f"{local:%H:%M}")
    return {"day": words.date(local.date()), "hour": hour}


def told_late(made: Any, watch: Watch, due_at: datetime) -> Any:
    """Content with a note that it is sent late, and for when it was due."""
    note = wording(watch.language).say("watch.late", **moment(due_at, watch.zone, wording(watch.language)))
    if isinstance(made, Alert):
        return replace(made, answer=replace(made.answer, notes=(*made.answer.notes, note)))
    return replace(made, notes=(*made.notes, note))
