"""Watches: any answer again at a time, a part of a digest, a digest, or an alert when something happens.

:func:`propose` says what would be sent, and for an alert how often it would have been in the last 90 days; only
:func:`save` keeps it. :func:`content` makes what is sent when it is due (:mod:`assistant.scheduler`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.answer import Answer
from assistant.meaning import Asker, Question
from assistant.periods import default_window
from assistant.watches import due, meaning, places, saying
from assistant.watches.alerts import Alert, BackTest, back_test, judge
from assistant.watches.rule import Rule
from assistant.watches.series import measure_of, measured
from connectors.errors import ConfigError
from mining import watches as kept
from mining.filters import Filters
from mining.store import Store
from mining.watches import Watch

if TYPE_CHECKING:
    from assistant.digest import Digest
    from assistant.engine import Engine

    Content = Answer | Digest | Alert

KINDS = ("answer", "section", "digest", "alert")
WEEKLY, DAILY = "0 9 * * MON", "0 8 * * *"
"""When a watch is due where nobody says: answers and digests weekly, alerts each morning."""

TEMPLATE = "manager_weekly"
VERSION = 1
_ASK = "ask a question, such as “top pain points in purchase stage”"
# An alert's run notes the day that it told.
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A watch that is not saved yet, and what it ``says`` of itself in its language, whole sentences.

    ``back_test`` is that of an alert, None for others.
    """

    watch: Watch
    says: tuple[str, ...]
    back_test: BackTest | None = None


def propose(
    store: Store,
    engine: Engine,
    asker: Asker,
    *,
    to: str,
    by: str,
    now: datetime,
    text: str | None = None,
    question: Question | None = None,
    kind: str | None = None,
    schedule: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    rule: Rule | None = None,
    template: str | None = None,
) -> Proposal:
    """What would be watched. ``text`` is what somebody writes, or ``question`` one that was answered already.

    ``to`` is a place, see :mod:`assistant.watches.places`; ``schedule`` a line of cron, read in ``zone`` (a name such
    as Asia/Jerusalem; the asker's by default). What is not given is taken from the words: "every Monday at 9: …" says
    when, "alert me when …" makes an alert. A digest may have neither text nor question.

    Raises:
        ConfigError: it cannot be watched so; the hint says how it can.
    """
    place = places.checked(to)
    zoned = _in_zone(asker, zone, now)
    meant = _meant(text, question, kind, engine, zoned)
    chosen = _kind(kind, meant, rule)
    places.suits(place, chosen)
    spoken = language or (meant.question.language if meant else "en")
    line = "" if chosen == "section" else due.checked(schedule or _line(chosen, meant))
    spec = _spec(chosen, meant, rule, template, engine, zoned)
    watch = Watch(
        f"w{uuid4().hex[:8]}", chosen, by, place, meant.question.text if meant else "", spec, line,
        str(zoned.zone), spoken, now.astimezone(UTC),
    )  # fmt: skip
    tested = back_test(watch, engine, zoned) if chosen == "alert" else None
    return Proposal(watch, tuple(saying.proposal(watch, engine, zoned, now, tested)), tested)


def save(store: Store, proposal: Proposal) -> Watch:
    """Keep what was proposed; from now on it is due."""
    kept.put(store, proposal.watch)
    return proposal.watch


def listed(store: Store, *, by: str | None = None, to: str | None = None) -> list[Watch]:
    """Watches that have not ended, oldest first; of one person, of one place."""
    return kept.listed(store, by=by, to=to)


def mute(store: Store, watch_id: str, until: datetime | None) -> bool:
    """Keep a watch silent until a moment, None: no longer; whether there is such a watch."""
    return kept.mute(store, watch_id, until)


def end(store: Store, watch_id: str, at: datetime) -> bool:
    """End a watch; whether there is such a watch."""
    return kept.end(store, watch_id, at)


def describe(watch: Watch, language: str | None = None) -> str:
    """One sentence: what is sent, when and where; in the watch's language, or in another one."""
    return saying.describe(watch, language)


def sections(store: Store, to: str) -> tuple[tuple[str, str], ...]:
    """Title and question of what is shown in each digest of a place, see :class:`assistant.digest.DigestPlan`."""
    found = (one for one in kept.listed(store, to=to) if one.kind == "section")
    return tuple((one.text, str(one.spec["text"])) for one in found)


def content(
    watch: Watch,
    engine: Engine,
    asker: Asker,
    *,
    store: Store,
    due_at: datetime,
    late: bool = False,
    private_sources: Collection[str] = (),
) -> Content | None:
    """What is sent for a time at which a watch was due; None where there is nothing to send.

    Everything is asked as of that time: "last week" is the one before it. ``late`` is said in a note. A digest leaves
    out quotes of ``private_sources``; of answers and alerts whoever delivers them does.

    Raises:
        ConfigError: what was saved cannot be understood by this version.
    """
    zoned = _in_zone(asker, watch.zone, due_at)
    made: Content | None
    if watch.kind == "alert":
        made = judge(watch, engine, zoned, told(store, watch))
    elif watch.kind == "digest":
        made = _digest(watch, engine, zoned, private_sources, store)
    else:
        question = meaning.again(watch.spec["ask"], watch.text, engine, zoned)
        made = engine.answer(replace(question, language=watch.language), zoned)
    return saying.told_late(made, watch, due_at) if late and made is not None else made


def told(store: Store, watch: Watch) -> list[date]:
    """The days that an alert told already, or may have told, from what its runs noted."""
    ended = [run for run in kept.history(store, watch.id, limit=60) if run.outcome in ("sent", "uncertain")]
    return [date.fromisoformat(run.note[:10]) for run in ended if _DAY.match(run.note)]


# --- what is meant --------------------------------------------------------------------------------------------------


def _in_zone(asker: Asker, zone: str | None, at: datetime) -> Asker:
    """The asker in a zone, on the day that it is there."""
    try:
        place = ZoneInfo(zone) if zone else asker.zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"no time zone is called {zone!r}", hint="such as Asia/Jerusalem") from error
    return replace(asker, zone=place, today=at.astimezone(place).date())


def _meant(
    text: str | None, question: Question | None, kind: str | None, engine: Engine, asker: Asker
) -> meaning.Meant | None:
    if question is not None:
        return meaning.of(meaning.whole(question), engine, asker)
    if text and text.strip():
        return meaning.read(text, engine, asker)
    if kind == "digest":
        return None
    raise ConfigError("what is to be watched?", hint=_ASK)


def _kind(kind: str | None, meant: meaning.Meant | None, rule: Rule | None) -> str:
    if kind is not None and kind not in KINDS:
        raise ConfigError(f"a watch cannot be a {kind!r}", hint=f"of: {', '.join(KINDS)}")
    if rule is not None and kind not in (None, "alert"):
        raise ConfigError("a limit belongs to an alert", hint="leave out --as, or the limit")
    if kind or meant is None:
        return kind or "digest"
    if rule is not None or meant.rule is not None:
        return "alert"
    return "digest" if meant.digest and meant.empty else "answer"


def _line(kind: str, meant: meaning.Meant | None) -> str:
    said = meant.schedule.get("cron") if meant else None
    return said or (DAILY if kind == "alert" else WEEKLY)


def _spec(
    kind: str, meant: meaning.Meant | None, rule: Rule | None, template: str | None, engine: Engine, asker: Asker
) -> dict[str, Any]:
    if kind == "digest":
        return {"v": VERSION, "template": _template(template), "filters": _scope_of_digest(meant, engine, asker).spec()}
    if meant is None or meant.empty:
        raise ConfigError("what is to be watched?", hint=_ASK)
    question = meant.question
    if kind == "alert":
        chosen = rule or meant.rule or Rule.of(measure_of(question))
        whole = replace(question, window=default_window(asker.today), baseline=None, clarify=(), unread_time=())
        ask = meaning.spec(measured(whole, chosen), engine, asker)
        return {"v": VERSION, "ask": ask, "rule": chosen.as_json()}
    ask = meaning.spec(meaning.askable(question), engine, asker)
    if kind == "section" and ask["times"] != "text" and engine.read(meant.rest, asker).inherit:
        raise ConfigError("a part of a digest is asked by its words alone", hint="ask it in one sentence")
    return {"v": VERSION, "ask": ask, "text": meant.rest}


def _template(name: str | None) -> str:
    from assistant.digest import Template

    chosen = name or TEMPLATE
    if chosen not in list(Template):
        raise ConfigError(f"no digest is called {chosen!r}", hint=f"of: {', '.join(Template)}")
    return chosen


def _scope_of_digest(meant: meaning.Meant | None, engine: Engine, asker: Asker) -> Filters:
    """The conditions of a digest: those of a wish to be sent one, else words that are conditions only."""
    from assistant.digest import plan_of

    if meant is None:
        return Filters()
    if meant.schedule or meant.digest:
        return replace(meant.question.scope, intent=())
    return plan_of(engine, asker, meant.question.text).filters


def _digest(watch: Watch, engine: Engine, asker: Asker, private_sources: Collection[str], store: Store) -> Digest:
    from assistant.digest import DigestPlan, Template, compose

    plan = DigestPlan(
        Template(watch.spec["template"]), watch.language, asker.zone, Filters.from_spec(watch.spec["filters"]),
        sections(store, watch.to),
    )  # fmt: skip
    return compose(engine, asker, plan, private_sources=private_sources)
