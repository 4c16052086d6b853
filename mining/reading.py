"""Counting and listing for people: every figure is a :class:`Filters`, stored so that it can be run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from connectors.errors import ConfigError
from mining import copies, copies_held, names_held, schema, sweeps
from mining.database import slices, upsert
from mining.filters import Filters, joined, where
from mining.names import Name
from mining.schema import feedback, labels, mention_themes, mentions, queries
from mining.store import Store
from mining.taxonomy import TASKS


@dataclass(frozen=True, slots=True)
class Heard:
    """One mention with its labels and the feedback around it: what is listed, quoted and exported."""

    mention_id: str
    feedback_id: str
    text: str
    language: str
    speaker: str
    said_at: datetime
    source: str
    channel: str
    author: str | None
    url: str | None
    rating: float | None
    product: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    names: tuple[Name, ...] = ()
    theme: str | None = None
    # The first feedback that says the same, None where that was not looked at yet.
    first: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Flat JSON; labels under the names of their tasks; offsets of ``names`` are of ``text``."""
        return {
            "mention_id": self.mention_id,
            "feedback_id": self.feedback_id,
            "text": self.text,
            "language": self.language,
            "speaker": self.speaker,
            "said_at": self.said_at.isoformat(),
            "source": self.source,
            "channel": self.channel,
            "author": self.author,
            "url": self.url,
            "rating": self.rating,
            "product": self.product,
            **self.labels,
            "scores": dict(self.scores),
            "theme": self.theme,
            "names": [name.as_json(self.text) for name in self.names],
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a selection holds. ``unique`` counts feedback with re-posts and pasted texts taken once."""

    feedback: int
    mentions: int
    authors: int
    unique: int

    def of(self, unit: str) -> int:
        """The count in one unit: feedback, mentions, authors or unique."""
        counts: dict[str, int] = {
            "feedback": self.feedback, "mentions": self.mentions, "authors": self.authors, "unique": self.unique
        }  # fmt: skip
        return counts[unit]


@dataclass(frozen=True, slots=True)
class Query:
    """What stands behind a figure: the selection, narrowed to some mentions where a group is meant."""

    filters: Filters
    members: tuple[str, ...] = ()

    def spec(self) -> dict[str, Any]:
        """JSON form; :meth:`from_spec` reads it back."""
        return {"filters": self.filters.spec(), **({"members": list(self.members)} if self.members else {})}

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Query:
        """Read back what :meth:`spec` wrote."""
        return cls(Filters.from_spec(spec["filters"]), tuple(spec.get("members", ())))

    @property
    def id(self) -> str:
        """Short and the same on every machine: a hash of the spec."""
        canonical = json.dumps(self.spec(), sort_keys=True, ensure_ascii=False)
        return "q" + hashlib.blake2b(canonical.encode(), digest_size=6).hexdigest()


# What a :class:`Heard` is made of: no text of the whole feedback, no JSON columns.
_HEARD = (
    mentions.c.id.label("mention_id"),
    mentions.c.feedback_id,
    mentions.c.text.label("said"),
    mentions.c.language.label("spoken"),
    mentions.c.speaker,
    feedback.c.said_at,
    feedback.c.source,
    feedback.c.channel,
    feedback.c.author,
    feedback.c.url,
    feedback.c.rating,
    feedback.c.product,
)


def heard(store: Store, query: Query, limit: int | None = None, *, bare: bool = False) -> list[Heard]:
    """The mentions that a query selects, newest first, ties by id; ``bare`` ones without labels, names and theme."""
    wanted = (
        select(*_HEARD)
        .select_from(joined())
        .where(where(query.filters))
        .order_by(feedback.c.said_at.desc(), mentions.c.id)
        .limit(limit)
    )  # fmt: skip
    with store.transaction() as connection:
        if query.members:
            rows = [
                row
                for part in slices(query.members)
                for row in connection.execute(wanted.where(mentions.c.id.in_(part)).limit(None))
            ]
            rows = sorted(rows, key=lambda row: (-row.said_at.timestamp(), row.mention_id))[:limit]
        else:
            rows = list(connection.execute(wanted))
        ids = [row.mention_id for row in rows]
        # What only a list shows takes three statements more than a quote is worth.
        listed = [] if bare else ids
        said, held = _labels(connection, query, listed), names_held.of_mentions(connection, listed)
        themes = _themes(connection, listed)
        firsts = copies_held.firsts(connection, list({row.feedback_id for row in rows}))
    made = (_heard(row, said.get(row.mention_id, {}), held.get(row.mention_id, ())) for row in rows)
    return [replace(one, theme=themes.get(one.mention_id), first=firsts.get(one.feedback_id)) for one in made]


def by_ids(store: Store, ids: Sequence[str], filters: Filters | None = None, *, bare: bool = False) -> list[Heard]:
    """Mentions by id, in the order of the ids, those that the filters leave out excepted; ``bare`` as :func:`heard`."""
    query = Query(filters or Filters(speaker=None), tuple(ids))
    found = {item.mention_id: item for item in heard(store, query, bare=bare)} if ids else {}
    return [found[id_] for id_ in ids if id_ in found]


def _labels(connection: Connection, query: Query, ids: Sequence[str]) -> dict[str, dict[str, tuple[str, float]]]:
    found: dict[str, dict[str, tuple[str, float]]] = {}
    for part in slices(ids):
        rows = connection.execute(
            select(labels.c.mention_id, labels.c.task, labels.c.value, labels.c.score).where(
                labels.c.mention_id.in_(part)
            )
        )
        for id_, task, value, score in rows:
            found.setdefault(id_, {})[task] = (value, score)
    return found


def _themes(connection: Connection, ids: Sequence[str]) -> dict[str, str | None]:
    held, found = mention_themes, dict[str, str | None]()
    for part in slices(ids):
        rows = connection.execute(select(held.c.mention_id, held.c.theme).where(held.c.mention_id.in_(part)))
        found.update((row.mention_id, row.theme) for row in rows)
    return found


def _heard(row: Any, said: Mapping[str, tuple[str, float]], held: tuple[Name, ...]) -> Heard:
    return Heard(
        mention_id=row.mention_id,
        feedback_id=row.feedback_id,
        text=row.said,
        language=row.spoken,
        speaker=row.speaker,
        said_at=row.said_at,
        source=row.source,
        channel=row.channel,
        author=row.author,
        url=row.url,
        rating=row.rating,
        product=row.product,
        labels={task: said[task][0] for task in TASKS if task in said},
        scores={task: round(said[task][1], 4) for task in TASKS if task in said},
        names=held,
    )


def counts(rows: Iterable[Heard]) -> Counts:
    """Count rows in every unit. People without a known author are not counted as authors."""
    feedback, firsts, authors = set[str](), set[str](), set[str]()
    total = 0
    for row in rows:
        total += 1
        feedback.add(row.feedback_id)
        firsts.add(row.first or row.feedback_id)
        if row.author:
            authors.add(row.author)
    return Counts(len(feedback), total, len(authors), len(firsts))


@lru_cache(maxsize=100_000)
def fingerprint(text: str) -> str:
    """What a copied text keeps: letters and digits of its folded spelling, whatever was done to spaces and marks."""
    return copies.folded(text)


def total(store: Store, filters: Filters) -> Counts:
    """Counts in SQL, for selections too large to list; ``unique`` is left at the feedback count."""
    wanted = (
        select(func.count(mentions.c.feedback_id.distinct()), func.count(), func.count(feedback.c.author.distinct()))
        .select_from(joined())
        .where(where(filters))
    )
    with store.transaction() as connection:
        said, pieces, people = connection.execute(wanted).one()
    return Counts(said, pieces, people, said)


_COLUMNS = {
    "channel": feedback.c.channel,
    "source": feedback.c.source,
    "language": mentions.c.language,
    "product": feedback.c.product,
    "speaker": mentions.c.speaker,
}


def by(store: Store, filters: Filters, dimensions: Sequence[str]) -> list[dict[str, Any]]:
    """Counts per value of some dimensions (a label's task, theme, channel, source, language, product), largest first.

    Raises:
        ConfigError: an unknown dimension.
    """
    source, columns = joined(), []
    for name in dimensions:
        if name in TASKS:
            label = labels.alias(name)
            source = source.join(label, and_(label.c.mention_id == mentions.c.id, label.c.task == name))
            columns.append(label.c.value.label(name))
        elif name == "theme":
            source = source.outerjoin(mention_themes, mention_themes.c.mention_id == mentions.c.id)
            columns.append(mention_themes.c.theme.label(name))
        elif name in _COLUMNS:
            columns.append(_COLUMNS[name].label(name))
        else:
            raise ConfigError(f"cannot count by {name!r}", hint=f"known: {', '.join((*TASKS, 'theme', *_COLUMNS))}")
    said = func.count(mentions.c.feedback_id.distinct()).label("feedback")
    wanted = (
        select(
            *columns, said, func.count().label("mentions"), func.count(feedback.c.author.distinct()).label("authors")
        )
        .select_from(source)
        .where(where(filters))
        .group_by(*columns)
        .order_by(said.desc(), *columns)
    )
    with store.transaction() as connection:
        return [dict(row._mapping) for row in connection.execute(wanted)]


def unsure_share(store: Store, filters: Filters, task: str, threshold: float = 0.5) -> float:
    """Share of the mentions selected whose label of a task scored below the threshold; 0 where there are none."""
    label = labels.alias("unsure")
    wanted = (
        select(func.count(), func.count().filter(label.c.score < threshold))
        .select_from(joined().join(label, and_(label.c.mention_id == mentions.c.id, label.c.task == task)))
        .where(where(filters))
    )
    with store.transaction() as connection:
        total, unsure = connection.execute(wanted).one()
    return unsure / total if total else 0.0


def freshness(store: Store) -> dict[str, datetime]:
    """When each source that feedback came from was last read: to its end, or when something of it was fetched."""
    with store.transaction() as connection:
        found = {source: at for source, at in connection.execute(_last_fetched())}
    for source, sweep in sweeps.latest_ended(store).items():
        if source in found:
            found[source] = max(found[source], sweep.started_at)
    return found


def _last_fetched() -> Select[str, datetime]:
    """Each source and when the last of it was fetched, by leaps in the index: grouping would read all of it."""
    sources = select(func.min(feedback.c.source).label("source")).cte("sources", recursive=True)
    after, of = feedback.alias("after"), feedback.alias("of")
    behind = select(func.min(after.c.source)).where(after.c.source > sources.c.source).scalar_subquery()
    sources = sources.union_all(select(behind).where(sources.c.source.is_not(None)))
    last = select(func.max(of.c.fetched_at)).where(of.c.source == sources.c.source).scalar_subquery()
    return select(sources.c.source, last).where(sources.c.source.is_not(None)).order_by(sources.c.source)


# A key with more values than this is no segment but a number of somebody.
_MOST_VALUES = 200


def segments(store: Store) -> dict[str, tuple[str, ...]]:
    """What feedback carries about its customers, such as plan and region: key -> values, as far as it was counted."""
    codes = schema.fact_codes
    found: dict[str, set[str]] = {}
    with store.transaction() as connection:
        for line in connection.scalars(select(codes.c.value).where(codes.c.kind == "segment")):
            for key, value in json.loads(line).items():
                found.setdefault(key, set()).add(str(value))
    return {key: tuple(sorted(values)) for key, values in found.items() if len(values) <= _MOST_VALUES}


def remember(store: Store, asked: Mapping[str, tuple[Query, int]], at: datetime) -> None:
    """Keep the queries behind an answer's figures, with what they said."""
    rows = [{"id": id_, "spec": query.spec(), "value": value, "asked_at": at} for id_, (query, value) in asked.items()]
    with store.transaction() as connection:
        upsert(connection, queries, rows)


def recall(store: Store, query_id: str) -> tuple[Query, int, datetime]:
    """A query kept by :func:`remember`, or one that carries itself: what it is, what it counted then, and when.

    Raises:
        ConfigError: no answer of this workspace showed such a figure.
    """
    from mining import replay

    if (carried := replay.unpacked(query_id)) is not None:
        return carried
    with store.transaction() as connection:
        row = connection.execute(select(queries).where(queries.c.id == query_id)).one_or_none()
    if row is None:
        raise ConfigError(
            f"no answer here carries the query {query_id!r}", hint="query ids stand beside each figure of an answer"
        )
    return Query.from_spec(row.spec), row.value, row.asked_at


def narrowed(query: Query, ids: Iterable[str]) -> Query:
    """The same selection, of these mentions only."""
    return replace(query, members=tuple(sorted(ids)))
