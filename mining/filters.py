"""What a question, a search or an export selects: plain values here, and their one translation to SQL.

Every figure that Overheard shows is a count under a :class:`Filters`, which is why it can be stored and run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, FromClause, Select, and_, exists, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from connectors.errors import ConfigError
from mining.schema import feedback, labels, mention_themes, mentions, names

_LABEL_TASKS = ("stage", "touchpoint", "intent", "sentiment", "effort")
_NAME_KINDS = ("product", "competitor", "platform")


@dataclass(frozen=True, slots=True)
class Filters:
    """All conditions must hold; within one, any of the values. ``since`` is inclusive, ``until`` exclusive, aware.

    ``speaker`` is "customer" unless agents' words are asked for: they are never counted as customer opinion.
    ``product``, ``competitor`` and ``platform`` are canonical names of the catalogue: what a mention holds, or what its
    feedback is about (``Feedback.product``). ``language`` is the mention's own. ``phrase`` is looked for literally, in
    any letter case. ``rating`` is 0..1. ``leaving``: some customer's mention of the same feedback tells of leaving.
    A mention of ``not_competitor`` names none of these. ``theme`` holds ids of themes, as people's edits have left
    them; a mention of ``not_theme`` is in none of those, as one without a theme is.
    """

    since: datetime | None = None
    until: datetime | None = None
    channel: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    competitor: tuple[str, ...] = ()
    not_competitor: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    touchpoint: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    not_theme: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    phrase: str | None = None
    rating_min: float | None = None
    rating_max: float | None = None
    solicited: bool | None = None
    leaving: bool | None = None
    segment: Mapping[str, str] = field(default_factory=dict)
    speaker: str | None = "customer"

    def spec(self) -> dict[str, Any]:
        """JSON form, without what was left open; :meth:`from_spec` reads it back."""
        spec: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, tuple):
                if value:
                    spec[name] = list(value)
            elif isinstance(value, datetime):
                spec[name] = value.astimezone(UTC).isoformat()
            elif isinstance(value, Mapping):
                if value:
                    spec[name] = dict(value)
            elif value is not None:
                spec[name] = value
        return spec

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Filters:
        """Read back what :meth:`spec` wrote.

        Raises:
            ConfigError: a condition that this version does not know.
        """
        known = {item.name for item in fields(cls)}
        if unknown := sorted(set(spec) - known):
            raise ConfigError(f"unknown filter {unknown[0]!r}", hint=f"known: {', '.join(sorted(known))}")
        values: dict[str, Any] = {"speaker": None}
        for name, value in spec.items():
            is_time = name in ("since", "until")
            values[name] = (
                datetime.fromisoformat(value) if is_time else tuple(value) if isinstance(value, list) else value
            )
        return cls(**values)


def joined() -> FromClause:
    """Mentions beside the feedback that they were cut from."""
    return mentions.join(feedback, mentions.c.feedback_id == feedback.c.id)


def where(filters: Filters) -> ColumnElement[bool]:
    """The SQL condition over :func:`joined`."""
    conditions: list[ColumnElement[bool]] = [mentions.c.id.is_not(None)]
    if filters.since:
        conditions.append(feedback.c.said_at >= filters.since)
    if filters.until:
        conditions.append(feedback.c.said_at < filters.until)
    for column, values in (
        (feedback.c.channel, filters.channel),
        (feedback.c.source, filters.source),
        (mentions.c.language, filters.language),
    ):
        if values:
            conditions.append(column.in_(values))
    for task in _LABEL_TASKS:
        if values := getattr(filters, task):
            conditions.append(_labelled(task, values))
    for kind in _NAME_KINDS:
        if values := getattr(filters, kind):
            conditions.append(_named(kind, values))
    if filters.theme:
        conditions.append(_themed(filters.theme))
    if filters.not_theme:
        conditions.append(~_themed(filters.not_theme))
    if filters.speaker:
        conditions.append(mentions.c.speaker == filters.speaker)
    if filters.rating_min is not None:
        conditions.append(feedback.c.rating >= filters.rating_min)
    if filters.rating_max is not None:
        conditions.append(feedback.c.rating <= filters.rating_max)
    if filters.solicited is not None:
        conditions.append(feedback.c.solicited == filters.solicited)
    if filters.not_competitor:
        # Without a product the comparison is unknown, which is no "no".
        about = feedback.c.product.is_(None) | feedback.c.product.not_in(filters.not_competitor)
        conditions.append(about & ~_said("competitor", filters.not_competitor))
    conditions.extend(_lacking(name) for name in filters.without)
    if filters.leaving is not None:
        conditions.append(_leaving() if filters.leaving else ~_leaving())
    if filters.phrase:
        conditions.append(says(filters.phrase))
    conditions.extend(feedback.c.segment[key].as_string() == value for key, value in filters.segment.items())
    return and_(*conditions)


def says(phrase: str) -> ColumnElement[bool]:
    """The SQL condition that a mention's text holds some words literally, in any letter case."""
    if any(not letter.isascii() and letter.lower() != letter.upper() for letter in phrase):
        return mentions.c.text.icontains(phrase, autoescape=True)
    return _Says(mentions.c.text, phrase)


class _Says(ColumnElement[bool]):
    """A phrase whose letters have no case outside ASCII: on SQLite its LIKE needs no help, which takes a quarter."""

    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012  # what SQLAlchemy's own elements have
        ("native", InternalTraversal.dp_clauseelement),
        ("general", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, text: ColumnElement[str], phrase: str) -> None:
        self.native = text.contains(phrase, autoescape=True)
        self.general = text.icontains(phrase, autoescape=True)


@compiles(_Says)
def _in_general(element: _Says, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.general, **more))


@compiles(_Says, "sqlite")
def _on_sqlite(element: _Says, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.native, **more))


def _labelled(task: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    return exists(
        select(labels.c.mention_id).where(
            labels.c.mention_id == mentions.c.id, labels.c.task == task, labels.c.value.in_(values)
        )
    )


def _themed(values: tuple[str, ...]) -> ColumnElement[bool]:
    held = mention_themes
    wanted = select(held.c.mention_id).where(held.c.mention_id == mentions.c.id, held.c.theme.in_(values))
    return exists(wanted.correlate(mentions))  # what is selected may stand beside the same table


def _lacking(dimension: str) -> ColumnElement[bool]:
    """Nothing of a dimension.

    Raises:
        ConfigError: a dimension that every mention has something of, or none of ours.
    """
    of_this = mentions.c.id
    if dimension in _LABEL_TASKS:
        return ~exists(select(labels.c.mention_id).where(labels.c.mention_id == of_this, labels.c.task == dimension))
    if dimension == "theme":
        held = select(mention_themes.c.mention_id)
        held = held.where(mention_themes.c.mention_id == of_this, mention_themes.c.theme.is_not(None))
        return ~exists(held.correlate(mentions))
    if dimension in _NAME_KINDS:
        nameless = ~exists(select(names.c.mention_id).where(names.c.mention_id == of_this, names.c.kind == dimension))
        return nameless & feedback.c.product.is_(None) if dimension == "product" else nameless
    value: ColumnElement[str] = feedback.c.segment[segment_key(dimension)].as_string()
    return value.is_(None)


def segment_key(dimension: str) -> str:
    """The KEY of ``segment.KEY``.

    Raises:
        ConfigError: it is none.
    """
    begin, _, key = dimension.partition(".")
    if begin != "segment" or not key:
        known = ", ".join((*_LABEL_TASKS, "theme", *_NAME_KINDS, "segment.KEY"))
        raise ConfigError(f"a mention cannot be without {dimension!r}", hint=f"known: {known}")
    return key


def _leaving() -> ColumnElement[bool]:
    beside = mentions.alias("beside")
    told = select(labels.c.mention_id).where(
        labels.c.mention_id == beside.c.id, labels.c.task == "intent", labels.c.value == "churn"
    )
    return exists(
        select(beside.c.id).where(
            beside.c.feedback_id == mentions.c.feedback_id, beside.c.speaker == "customer", exists(told)
        )
    )


def _named(kind: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    return or_(feedback.c.product.in_(values), _said(kind, values))


def _said(kind: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    return exists(
        select(names.c.mention_id).where(
            names.c.mention_id == mentions.c.id, names.c.kind == kind, names.c.name.in_(values)
        )
    )


def selection(filters: Filters) -> Select[str]:
    """Ids of the mentions selected."""
    return select(mentions.c.id).select_from(joined()).where(where(filters))
