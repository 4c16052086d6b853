"""Themes for people: what a selection of mentions falls into, counted and scored, and what every theme is over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, func, select

from mining import pain, schema
from mining.filters import Filters, joined, where
from mining.pain import Heed, Score
from mining.reading import Counts
from mining.store import Store
from mining.themes import table
from mining.themes.catalogue import Theme
from mining.themes.edits import Edits, holding, known

RECENT = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Said:
    """One mention of a selection, with no more than what counting needs."""

    mention_id: str
    feedback_id: str
    said_at: datetime
    author: str | None
    first: str
    theme: str | None
    score: float
    sentiment: str | None
    intent: str | None
    effort: str | None
    # Whether it was looked at for a theme.
    known: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The mentions of a selection that belong to a theme, the surest first; ``theme`` is None for the rest."""

    theme: Theme | None
    said: tuple[Said, ...]
    counts: Counts
    score: Score


@dataclass(frozen=True, slots=True)
class Grouped:
    """A selection in groups: those with a theme, the largest pain first; what has none; what people hid."""

    themes: list[Group]
    rest: Group | None
    hidden: list[Group]
    waiting: int


def said(store: Store, filters: Filters) -> list[Said]:
    """The mentions that filters select, with their themes, by id."""
    mentions, feedback, held, copies = schema.mentions, schema.feedback, schema.mention_themes, schema.copies
    labels = {task: schema.labels.alias(f"said_{task}") for task in ("sentiment", "intent", "effort")}
    source: Any = joined()
    source = source.outerjoin(held, held.c.mention_id == mentions.c.id)
    source = source.outerjoin(copies, copies.c.feedback_id == feedback.c.id)
    for task, label in labels.items():
        source = source.outerjoin(label, and_(label.c.mention_id == mentions.c.id, label.c.task == task))
    wanted = (
        select(
            mentions.c.id,
            mentions.c.feedback_id,
            feedback.c.said_at,
            feedback.c.author,
            func.coalesce(copies.c.first, feedback.c.id),
            held.c.theme,
            func.coalesce(held.c.score, 0.0),
            *(labels[task].c.value for task in ("sentiment", "intent", "effort")),
            held.c.mention_id.is_not(None),
        )
        .select_from(source)
        .where(where(filters))
        .order_by(mentions.c.id)
    )
    with store.transaction() as connection:
        return [Said(*row) for row in connection.execute(wanted)]


def counts(rows: Iterable[Said]) -> Counts:
    """Count in every unit; ``unique`` takes re-posts and pasted texts once."""
    rows = list(rows)
    feedback = {row.feedback_id for row in rows}
    authors = {row.author for row in rows if row.author}
    return Counts(len(feedback), len(rows), len(authors), len({row.first for row in rows}))


def churning(store: Store) -> set[str]:
    """Feedback in which somebody says that they leave, have left or may leave."""
    mentions, labels = schema.mentions, schema.labels
    wanted = (
        select(mentions.c.feedback_id)
        .select_from(mentions.join(labels, labels.c.mention_id == mentions.c.id))
        .where(labels.c.task == "intent", labels.c.value == "churn", mentions.c.speaker == "customer")
    )
    with store.transaction() as connection:
        return set(connection.scalars(wanted))


def heed(rows: Sequence[Said], churn: set[str], before: float | None = None) -> Heed:
    """What a score needs of some mentions."""
    told = counts(rows)
    anonymous = {row.first for row in rows if not row.author}
    return Heed(
        mentions=told.mentions,
        feedback=told.feedback,
        unique=told.unique,
        authors=told.authors,
        anonymous=len(anonymous),
        negative=sum(row.sentiment == "negative" for row in rows),
        mixed=sum(row.sentiment == "mixed" for row in rows),
        high_effort=len({row.feedback_id for row in rows if row.effort == "high"}),
        churn=len({row.feedback_id for row in rows} & churn),
        before=before,
    )


def grouped(store: Store, filters: Filters, side: str) -> Grouped:
    """What a selection of one side falls into. Growth is told against the time before, if the selection has a start."""
    rows = said(store, filters)
    with store.transaction() as connection:
        edits = holding(connection)
        themes = known(connection, edits)
    churn = churning(store)
    before = _before(store, filters)
    by_theme: defaultdict[str | None, list[Said]] = defaultdict(list)
    for row in rows:
        by_theme[row.theme if row.theme in themes else None].append(row)
    groups = []
    for id_, members in by_theme.items():
        earlier = None if before is None else before.get(id_, 0.0)
        groups.append(_group(themes[id_] if id_ else None, members, churn, earlier, side))
    ranked = sorted(groups, key=lambda group: (*group.score.rank, group.theme.id if group.theme else ""))
    named = [group for group in ranked if group.theme]
    return Grouped(
        [group for group in named if group.theme and group.theme.id not in edits.hidden],
        next((group for group in ranked if not group.theme), None),
        [group for group in named if group.theme and group.theme.id in edits.hidden],
        sum(not row.known for row in rows),
    )


def _group(theme: Theme | None, rows: Sequence[Said], churn: set[str], before: float | None, side: str) -> Group:
    surest = tuple(sorted(rows, key=lambda row: (-row.score, row.mention_id)))
    return Group(theme, surest, counts(rows), pain.score(heed(rows, churn, before), side))


def _before(store: Store, filters: Filters) -> dict[str | None, float] | None:
    """Unique items by theme that the time before would lead one to expect; None without a start or an earlier time."""
    if not filters.since or not filters.until or filters.since.year < 1971:
        return None
    length = filters.until - filters.since
    earlier = replace(filters, since=filters.since - length, until=filters.since)
    first = first_said(store)
    if first is None or first > filters.since - length:
        return None
    by_theme: defaultdict[str | None, set[str]] = defaultdict(set)
    for row in said(store, earlier):
        by_theme[row.theme].add(row.first)
    return {theme: float(len(items)) for theme, items in by_theme.items()}


def first_said(store: Store) -> datetime | None:
    """When the oldest feedback was said; None where there is none."""
    with store.transaction() as connection:
        first: datetime | None = connection.scalar(select(func.min(schema.feedback.c.said_at)))
    return first


# --- every theme ----------------------------------------------------------------------------------------------------


def theme_json(
    theme: Theme,
    told: Counts | Heed,
    seen: tuple[datetime, datetime],
    score: Score,
    *,
    pinned: bool,
    hidden: bool,
    merged: Sequence[str],
) -> dict[str, Any]:
    """The stable shape of a theme with its figures; ``seen`` is when it was first and last said."""
    return {
        "id": theme.id,
        "title": theme.name("en"),
        "titles": dict(theme.names),
        "kind": theme.side,
        "origin": theme.origin,
        "touchpoints": list(theme.touchpoints),
        "friction": theme.friction,
        "keywords": list(theme.keywords),
        "mentions": told.mentions,
        "feedback": told.feedback,
        "unique": told.unique,
        "authors": told.authors,
        "first_seen": seen[0].isoformat(),
        "last_seen": seen[1].isoformat(),
        "pain": score.as_json(),
        "pinned": pinned,
        "hidden": hidden,
        "merged": list(merged),
    }


@dataclass(frozen=True, slots=True)
class Listed:
    """A theme over all time: what ``overheard themes`` lists."""

    theme: Theme
    group: Group
    pinned: bool
    hidden: bool
    merged: tuple[str, ...]

    @property
    def first_seen(self) -> datetime:
        """When it was first said."""
        return min(row.said_at for row in self.group.said)

    @property
    def last_seen(self) -> datetime:
        """When it was last said."""
        return max(row.said_at for row in self.group.said)

    def as_json(self, *, members: bool = False) -> dict[str, Any]:
        """The stable shape of a theme."""
        told, score = self.group.counts, self.group.score
        seen = self.first_seen, self.last_seen
        shown = theme_json(self.theme, told, seen, score, pinned=self.pinned, hidden=self.hidden, merged=self.merged)
        if members:
            shown["members"] = [
                {"mention_id": row.mention_id, "feedback_id": row.feedback_id} for row in self.group.said
            ]
        return shown


@dataclass(frozen=True, slots=True)
class Overview:
    """All themes that have mentions, pinned ones first, then the largest pain.

    ``unthemed`` mentions were looked at and are in none, ``waiting`` ones were not looked at yet.

    ``few`` are the sides with too few remarks to find themes in: they are grouped by catalogue and touchpoint alone.
    """

    themes: list[Listed]
    unthemed: int
    waiting: int
    few: tuple[str, ...]


def overview(store: Store, *, hidden: bool = False) -> Overview:
    """All themes over all time. Growth is told from the last four weeks beside the four before."""
    with store.transaction() as connection:
        edits = holding(connection)
        themes = known(connection, edits)
        few = tuple(table.state(connection).get("few", ()))
        waiting = sum(not place.known for place in table.places(connection))
    rows = [row for row in said(store, Filters()) if row.known]
    churn = churning(store)
    by_theme: defaultdict[str | None, list[Said]] = defaultdict(list)
    for row in rows:
        by_theme[row.theme if row.theme in themes else None].append(row)
    last, first = max((row.said_at for row in rows), default=None), first_said(store)
    if last is None or first is None or first > last - 2 * RECENT:
        last = None  # there are no four weeks before to compare with
    listed = [
        _listed(themes[id_], members, churn, last, edits)
        for id_, members in by_theme.items()
        if id_ and (hidden or id_ not in edits.hidden)
    ]
    listed.sort(key=lambda one: (not one.pinned, *one.group.score.rank, one.theme.id))
    return Overview(listed, len(by_theme.get(None, ())), waiting, few)


def _listed(theme: Theme, rows: Sequence[Said], churn: set[str], last: datetime | None, edits: Edits) -> Listed:
    group = _group(theme, rows, churn, None, theme.side)
    merged = tuple(sorted(one for one in edits.into if edits.end(one) == theme.id))
    if last is not None:
        group = replace(group, score=pain.score(replace(heed(rows, churn), before=_steady(rows, last)), theme.side))
    return Listed(theme, group, theme.id in edits.pinned, theme.id in edits.hidden, merged)


def _steady(rows: Sequence[Said], last: datetime) -> float:
    """How many unique items there would be if the last four weeks had gone like the four before."""
    now = {row.first for row in rows if row.said_at > last - RECENT}
    before = {row.first for row in rows if last - 2 * RECENT < row.said_at <= last - RECENT}
    everything = {row.first for row in rows}
    return float(len(everything) - len(now) + len(before))


def unthemed(store: Store) -> list[Said]:
    """Mentions that complain, wish or praise and belong to no theme, the newest first."""
    rows = [row for row in said(store, Filters()) if row.known and row.theme is None]
    return sorted(rows, key=lambda row: (-row.said_at.timestamp(), row.mention_id))


def daily(store: Store, zone: tzinfo) -> tuple[dict[str, dict[date, int]], dict[date, int]]:
    """Unique feedback items by theme and local day, and of everything by day: what :mod:`mining.emerging` looks at."""
    with store.transaction() as connection:
        themes = known(connection, holding(connection))
    by_theme: defaultdict[str, defaultdict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    every: defaultdict[date, set[str]] = defaultdict(set)
    for row in said(store, Filters()):
        day = row.said_at.astimezone(zone).date()
        every[day].add(row.first)
        if row.theme in themes:
            by_theme[str(row.theme)][day].add(row.first)
    counted = {theme: {day: len(items) for day, items in days.items()} for theme, days in by_theme.items()}
    return counted, {day: len(items) for day, items in every.items()}


def names(store: Store) -> Mapping[str, Theme]:
    """Every theme by id, with the names that people gave it."""
    with store.transaction() as connection:
        return known(connection, holding(connection))


def hidden(store: Store) -> frozenset[str]:
    """Themes that somebody hid."""
    with store.transaction() as connection:
        return frozenset(holding(connection).hidden)
