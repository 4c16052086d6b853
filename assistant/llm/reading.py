"""Another reading of a question that ours is unsure of: asked for, checked, and made a question of."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.llm import proposal as proposals
from assistant.llm.pages import fenced, page
from assistant.llm.proposal import KINDS, LANGUAGES, METRICS, Proposal, Read, Time
from assistant.llm.server import Failed, completed
from assistant.meaning import DEFAULT_N, IMPLIED, LISTED, TIMED, Asker, Compare, Kind, Question, from_stars
from assistant.periods import WEEKDAYS, Clock, Window, default_window, settled
from connectors.record import Channel
from mining.filters import Filters

if TYPE_CHECKING:
    from assistant.settings import LlmTable

logger = logging.getLogger(__name__)

MOST_LETTERS = 1000
"""A longer text is no question that somebody typed, and is sent nowhere."""

_NAMED = ("stage", "touchpoint", "channel", "source", "product", "competitor", "platform", "intent")
_KEPT = ("n", "group_by", "metric", "grain", "compare", "baseline", "rank", "want", "time")


def propose(text: str, language: str, asker: Asker, settings: LlmTable) -> Mapping[str, Any] | None:
    """What the server takes the question for, in the shape of ``Question.as_json()``, every value of it known to us.

    Sent are the question, personal data in it masked, and the names of the workspace: stages, touchpoints, catalogue,
    sources, segments, events. Nothing that a customer said is. None where no server is configured, where it fails (one
    line in the log says how), and where anything in its proposal is unknown.
    """
    if not settings.on or language not in LANGUAGES or not text.strip() or len(text) > MOST_LETTERS:
        return None
    from mining.privacy import mask

    try:
        said = completed(settings, _instructions(language, asker), fenced(mask(text).text))
    except Failed as failure:
        logger.warning("llm: %s; questions are read without it", failure)
        return None
    read = proposals.read(said, text, asker)
    if read is None or read.proposal.language != language:
        logger.warning("llm: it proposes what is not known here; questions are read without it")
        return None
    return read.proposal.as_json()


def meant(proposal: Mapping[str, Any], text: str, asker: Asker) -> Question | None:
    """The question that a proposal tells; None where it does not hold for this text and workspace.

    Times that our own rules have read are surer than the server's: ``dataclasses.replace`` puts them back.
    """
    try:
        read = proposals.read(json.dumps(dict(proposal)), text, asker)
    except (TypeError, ValueError):
        return None
    return _question(read, text, asker) if read else None


def _question(read: Read, text: str, asker: Asker) -> Question:
    told = read.proposal
    kind = told.kind
    follows = kind is Kind.DRILLDOWN
    question = Question(
        text, told.language, kind, _scope(read), _window(told, asker), asker.zone,
        sentiment=told.filters.sentiment or IMPLIED.get(kind),
        theme=told.filters.theme,
        n=told.n or (DEFAULT_N if kind in LISTED else None),
        group_by=("stage",) if kind is Kind.JOURNEY_OVERVIEW else tuple(told.group_by or ()),
        metric=told.metric, grain=told.grain, compare=_compare(read, asker),
        baseline=_settled(told.baseline, asker) if told.baseline else None,
        premise=told.premise, inherit=follows, rank=told.rank, want=told.want,
        clarify=("kind",) if kind is Kind.AMBIGUOUS else (),
        privacy=_privacy(told), left=tuple(told.left or ()), taxonomy=asker.taxonomy,
    )  # fmt: skip
    return replace(question, changed=tuple(_changes(read))) if follows else question


def _scope(read: Read) -> Filters:
    named, picked = read.named, read.proposal.filters
    segment = {key.removeprefix("segment."): value for key, (value, *_) in named.items() if key.startswith("segment.")}
    if region := named.get("region"):
        segment["region"] = region[0]
    stars = picked.rating
    called: dict[str, Any] = {name: named[name] for name in _NAMED if name in named}
    return Filters(
        **called,
        language=named.get("feedback_language", ()),
        phrase=picked.phrase,
        rating_min=from_stars(stars.gte) if stars and stars.gte else None,
        rating_max=from_stars(stars.lte) if stars and stars.lte else None,
        segment=segment,
    )


def _window(told: Proposal, asker: Asker) -> Window | None:
    if told.time and not told.time.default:
        return _settled(told.time, asker)
    by_time = told.compare is not None and told.compare.dim == "time"
    return default_window(asker.today) if told.kind in TIMED and not by_time else None


def _settled(time: Time, asker: Asker) -> Window:
    """A time as it can be answered; that its period runs on is the server's word, and only of one that ends today."""
    window = settled(Window(time.first, time.last, calendar=time.calendar), Clock(asker.today), time.expr or "")
    runs_on = window.partial or (time.partial and window.last == asker.today)
    return replace(window, expr=time.expr, partial=runs_on)


def _compare(read: Read, asker: Asker) -> Compare | None:
    compare = read.proposal.compare
    if compare is None:
        return None
    windows = tuple(_settled(time, asker) for time in compare.values if isinstance(time, Time))
    return Compare(compare.dim, read.sides, windows)


def _privacy(told: Proposal) -> str | None:
    """Who is about to leave is never told by name, whatever was proposed."""
    if told.kind is Kind.CHURN_RISK:
        return "mask_people"
    return "refuse" if told.privacy == "refuse" else None


def _changes(read: Read) -> Iterable[str]:
    """What a follow-up says itself."""
    told, picked = read.proposal, read.proposal.filters
    yield from read.named
    yield from (name for name in ("sentiment", "rating", "theme", "phrase") if getattr(picked, name))
    yield from (name for name in _KEPT if getattr(told, name))


def _instructions(language: str, asker: Asker) -> str:
    clock = Clock.of(asker.today, language, asker.week_start)
    return page("parse.md").substitute(
        today=f"{asker.today:%A} {asker.today.isoformat()}",
        language=language,
        week_start=WEEKDAYS[clock.week_start].capitalize(),
        kinds=", ".join(KINDS),
        metrics="\n".join(f"- {kind}: {', '.join(metrics)}" for kind, metrics in METRICS.items()),
        groups=", ".join(proposals.GROUPS),
        dimensions=", ".join(proposals.DIMENSIONS),
        grains=", ".join(proposals.GRAINS),
        premises=", ".join(proposals.PREMISES),
        wants=", ".join(proposals.WANTS),
        names="\n".join(_names(language, asker)),
    )


def _names(language: str, asker: Asker) -> Iterable[str]:
    """The values of each condition, with what they are called."""
    taxonomy = asker.taxonomy
    for task in ("stage", "touchpoint", "intent"):
        called = [f"{one} ({taxonomy.name(task, one, language)})" for one in taxonomy.values(task) if one != "none"]
        yield f"- {task}: {', '.join(called)}"
    yield f"- channel: {', '.join(Channel)}"
    yield f"- feedback_language: {', '.join(LANGUAGES)}"
    for name, table in (("product", asker.products), ("competitor", asker.competitors), ("platform", asker.platforms)):
        yield f"- {name}: {json.dumps({one: list(more) for one, more in table.items()}, ensure_ascii=False)}"
    yield f"- source: {json.dumps(list(asker.sources), ensure_ascii=False)}"
    segments = {key: list(values) for key, values in asker.segments.items()}
    yield f"- region: {json.dumps(segments.pop('region', []), ensure_ascii=False)}"
    yield f"- segment: {json.dumps(segments, ensure_ascii=False)}"
    yield f"- event: {json.dumps({name: day.isoformat() for name, day in asker.events.items()}, ensure_ascii=False)}"
