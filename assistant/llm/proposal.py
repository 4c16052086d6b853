"""A reading of a question that somebody else proposes: its shape, and the closed lists that every value must come from.

Nothing is taken on trust. What is no word of the question, no name of the workspace and no value of ours makes the
whole proposal void; and what only some kinds have must be there for them, and for no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.meaning import IMPLIED, MAX_N, TIMED, US, Asker, Kind
from assistant.periods import EVER
from connectors.record import Channel
from mining.language import normalise

LANGUAGES = ("en", "he", "fa")
KINDS = tuple(kind for kind in Kind if kind not in (Kind.ACTION, Kind.SUBSCRIBE))
"""Kinds that may be proposed. What does something is only ever read by rules of our own."""

_COUNTED = ("count", "distinct_authors", "mentions")
_SHARES = ("negative_share", "positive_share", "churn_share")
_MOVING = ("net_sentiment", *_SHARES, *_COUNTED, "rating")
METRICS: Mapping[Kind, tuple[str, ...]] = {
    Kind.COUNT: _COUNTED,
    Kind.SHARE: ("share", *_SHARES),
    Kind.TREND: _MOVING,
    Kind.WHY_CHANGE: _MOVING,
    Kind.UNANSWERABLE: ("nps", "csat", "ces", "revenue", "forecast", "response_time", "clv", "cost", "market_share"),
}
"""What may be measured, by kind; other kinds have no metric."""

Group = Literal[
    "stage", "channel", "touchpoint", "product", "feedback_language", "source", "platform", "theme", "week", "month"
]
Dimension = Literal[
    "product", "channel", "platform", "feedback_language", "stage", "touchpoint", "competitor", "time", "source",
    "segment", "region", "theme",
]  # fmt: skip
Grain = Literal["day", "week", "month", "quarter"]
Premise = Literal["drop", "rise", "change"]
Want = Literal["quotes", "evidence", "trend", "why", "more"]
GROUPS, DIMENSIONS, GRAINS, PREMISES, WANTS = map(get_args, (Group, Dimension, Grain, Premise, Want))

# What only some kinds have, and what some kinds cannot be answered without.
_ONLY: Mapping[str, tuple[Kind, ...]] = {
    "metric": tuple(METRICS),
    "grain": (Kind.TREND,),
    "compare": (Kind.COMPARE,),
    "baseline": (Kind.WHY_CHANGE,),
    "premise": (Kind.WHY_CHANGE,),
    "rank": (Kind.DRILLDOWN,),
    "want": (Kind.DRILLDOWN,),
    "inherit": (Kind.DRILLDOWN,),
    "novelty": (Kind.EMERGING,),
    "clarify": (Kind.AMBIGUOUS,),
    "privacy": (Kind.CHURN_RISK, Kind.UNANSWERABLE),
}
_NEEDED: Mapping[Kind, tuple[str, ...]] = {
    Kind.COMPARE: ("compare",),
    Kind.COUNT: ("metric",),
    Kind.SHARE: ("metric",),
    Kind.TREND: ("metric", "grain"),
    Kind.WHY_CHANGE: ("metric", "baseline", "premise"),
}
# A time that is further away is none that feedback is asked about.
_FUTURE = timedelta(days=2 * 366)

Words = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[tuple[Words, ...], Field(max_length=20)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Time(_Part):
    """A window: dates inclusive. What follows from today is found out anew and only accepted here."""

    expr: Words | None = None
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    default: bool = False
    partial: bool = False
    future: bool = False
    calendar: Literal["gregorian", "jalali"] = "gregorian"
    week_start: Words | None = None
    event: Words | None = None


class Rating(_Part):
    """Bounds in stars of five."""

    gte: int | None = Field(None, ge=1, le=5)
    lte: int | None = Field(None, ge=1, le=5)


class Picked(_Part):
    """The conditions."""

    stage: Names | None = None
    touchpoint: Names | None = None
    channel: Names | None = None
    source: Names | None = None
    product: Names | None = None
    competitor: Names | None = None
    platform: Names | None = None
    region: Annotated[tuple[Words, ...], Field(max_length=1)] | None = None
    feedback_language: Names | None = None
    intent: Names | None = None
    sentiment: Literal["negative", "positive", "neutral"] | None = None
    rating: Rating | None = None
    theme: Words | None = None
    phrase: Words | None = None
    segment: Annotated[dict[Words, Words], Field(max_length=5)] | None = None


class Sides(_Part):
    """What is set side by side."""

    dim: Dimension
    values: tuple[Words | Time, ...] = Field(min_length=2, max_length=6)


class Proposal(_Part):
    """The shape of ``Question.as_json()``; whatever is not said may be null or stay out."""

    kind: Kind
    language: Literal["en", "he", "fa"]
    filters: Picked = Picked()
    time: Time | None = None
    n: int | None = Field(None, ge=1, le=MAX_N)
    group_by: Annotated[tuple[Group, ...], Field(max_length=3)] | None = None
    metric: Words | None = None
    grain: Grain | None = None
    compare: Sides | None = None
    baseline: Time | None = None
    premise: Premise | None = None
    inherit: bool | None = None
    rank: int | None = Field(None, ge=1, le=MAX_N)
    want: Want | None = None
    offset: Literal[0] | None = None
    novelty: bool | None = None
    clarify: tuple[Literal["kind"], ...] | None = None
    action: None = None
    schedule: None = None
    privacy: Literal["mask_people", "refuse"] | None = None
    left: Names | None = None
    read_as: Annotated[dict[str, str], Field(max_length=0)] | None = None

    @property
    def windows(self) -> list[Time]:
        """Every time in it."""
        sides = self.compare.values if self.compare else ()
        return [time for time in (self.time, self.baseline, *sides) if isinstance(time, Time)]

    @property
    def topics(self) -> list[str]:
        """Every topic in it."""
        sides = self.compare.values if self.compare and self.compare.dim == "theme" else ()
        return [topic for topic in (self.filters.theme, *sides) if isinstance(topic, str)]

    def as_json(self) -> dict[str, Any]:
        """As it was proposed, dates as text; :func:`read` takes it again."""
        return self.model_dump(mode="json", by_alias=True)


@dataclass(frozen=True, slots=True)
class Read:
    """A proposal that holds, and its names as the workspace writes them: condition -> values, and what is compared."""

    proposal: Proposal
    named: Mapping[str, tuple[str, ...]]
    sides: tuple[str, ...]


Closed = Mapping[str, Mapping[str, str]]


def known(asker: Asker) -> Closed:
    """Every name that may be proposed: condition -> folded name or alias -> value. Segments are ``segment.KEY``."""
    tasks = {task: asker.taxonomy.values(task) for task in ("stage", "touchpoint", "intent")}
    alone: dict[str, Iterable[str]] = {
        **{task: [value for value in values if value != "none"] for task, values in tasks.items()},
        "channel": map(str, Channel),
        "source": asker.sources,
        "feedback_language": LANGUAGES,
        "region": asker.segments.get("region", ()),
        **{f"segment.{key}": values for key, values in asker.segments.items()},
    }
    closed = {name: {normalise(value): value for value in values} for name, values in alone.items()}
    for name, table in (("product", asker.products), ("competitor", asker.competitors), ("platform", asker.platforms)):
        closed[name] = {normalise(said): value for value, more in table.items() for said in (value, *more)}
    return closed


def read(content: str, text: str, asker: Asker) -> Read | None:
    """A proposal for the question ``text``, in JSON; None where anything in it is not known to us."""
    try:
        proposal = Proposal.model_validate_json(content)
    except ValidationError:
        return None
    if not (_fits_its_kind(proposal) and _is_said(proposal, text) and _is_sane(proposal, asker)):
        return None
    closed = known(asker)
    named = {name: _resolved(said, closed.get(name, {})) for name, said in _wanted(proposal.filters).items()}
    sides = _sides(proposal.compare, closed)
    if None in named.values() or sides is None:
        return None
    return Read(proposal, {name: values for name, values in named.items() if values}, sides)


def _wanted(picked: Picked) -> dict[str, Iterable[str]]:
    """The names that are conditions, by condition."""
    wanted: dict[str, Iterable[str]] = {
        name: said for name in Picked.model_fields if isinstance(said := getattr(picked, name), tuple)
    }
    return wanted | {f"segment.{key}": (value,) for key, value in (picked.segment or {}).items()}


def _resolved(said: Iterable[str], table: Mapping[str, str]) -> tuple[str, ...] | None:
    """Values by their names; None where one has none."""
    values = [table.get(normalise(one)) for one in said]
    return None if None in values else tuple(dict.fromkeys(value for value in values if value))


def _sides(compare: Sides | None, closed: Closed) -> tuple[str, ...] | None:
    """What is compared, where it is no time; None where it is not known or is one thing alone."""
    said = [value for value in compare.values if isinstance(value, str)] if compare else []
    if compare is None or compare.dim == "time":
        return None if said else ()
    if len(said) != len(compare.values):
        return None
    table = dict(closed.get(compare.dim, {}))
    if compare.dim == "segment":
        table = {name: value for key in closed if key.startswith("segment.") for name, value in closed[key].items()}
    if compare.dim == "competitor":
        table[US] = US
    values = tuple(dict.fromkeys(said)) if compare.dim == "theme" else _resolved(said, table)
    return values if values and len(values) > 1 else None


def _fits_its_kind(proposal: Proposal) -> bool:
    kind = proposal.kind
    return (
        kind in KINDS
        and all(kind in kinds or not getattr(proposal, name) for name, kinds in _ONLY.items())
        and all(getattr(proposal, name) is not None for name in _NEEDED.get(kind, ()))
        and (proposal.metric is None or proposal.metric in METRICS[kind])
        and (kind not in IMPLIED or proposal.filters.sentiment in (None, IMPLIED[kind]))
    )


def _is_said(proposal: Proposal, text: str) -> bool:
    """Whether all that is free to say are words of the question: nothing else may come before the asker's eyes."""
    whole = _plain(text)
    together = [*(time.expr for time in proposal.windows if time.expr), *(proposal.left or ())]
    apart = [word for topic in proposal.topics for word in _plain(topic).split() or [""]]
    phrase = proposal.filters.phrase
    return all((words := _plain(said)) and words in whole for said in (*together, *apart)) and (
        phrase is None or normalise(phrase) in normalise(text)
    )


def _plain(text: str) -> str:
    """The words of a text, folded, a blank between them."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in normalise(text)).split())


def _is_sane(proposal: Proposal, asker: Asker) -> bool:
    """Whether stars have an order, and each window is one and is named by the question, unless it is the default."""
    stars = proposal.filters.rating
    if stars and (stars.gte or 1) > (stars.lte or 5):
        return False
    if proposal.windows and proposal.kind not in (*TIMED, Kind.DRILLDOWN):
        return False
    named = (time for time in proposal.windows if not (time is proposal.time and time.default))
    return all(_is_a_time(time, time is proposal.baseline, asker) for time in named)


def _is_a_time(time: Time, implied: bool, asker: Asker) -> bool:
    known_event = time.event is None or time.event in asker.events
    said = time.expr is not None or implied
    return said and known_event and EVER <= time.first <= time.last <= asker.today + _FUTURE
