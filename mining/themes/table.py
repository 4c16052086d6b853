"""What is kept of themes in SQL: vectors, what each mention belongs to, themes found in the data, and their lineage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, delete, func, insert, or_, select, update

from mining import facts_marks, facts_patch, schema
from mining.database import insert_many, slices, upsert
from mining.themes.catalogue import Theme
from mining.themes.space import Floats

_OPINIONS = {"negative": "pain", "mixed": "pain", "positive": "praise"}
_WISHES = ("complaint", "request", "suggestion", "churn")
_LABEL = {task: schema.labels.alias(f"theme_{task}") for task in ("sentiment", "intent", "touchpoint")}


@dataclass(frozen=True, slots=True)
class Place:
    """A mention that has a side, and where it stands today: ``found`` is None if nothing was, or not asked yet."""

    mention_id: str
    feedback_id: str
    side: str
    touchpoint: str | None
    found: str | None
    known: bool


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A theme found in the data. ``centre`` (width,) and ``reach``, a cosine, say which new mentions belong to it."""

    theme: Theme
    by: str
    centre: Floats
    reach: float
    made_at: datetime
    retired_at: datetime | None = None


def side() -> ColumnElement[Any]:
    """The side of a mention, NULL where it neither complains, nor wishes, nor praises: sentiment first, then intent."""
    sentiment, intent = _LABEL["sentiment"].c.value, _LABEL["intent"].c.value
    return case(
        *((sentiment == value, name) for value, name in _OPINIONS.items()),
        (intent.in_(_WISHES), "pain"),
        (intent == "praise", "praise"),
        else_=None,
    )


def _labelled() -> Any:
    mentions = schema.mentions
    joined: Any = mentions
    for task, label in _LABEL.items():
        joined = joined.outerjoin(label, and_(label.c.mention_id == mentions.c.id, label.c.task == task))
    return joined


def places(connection: Connection) -> list[Place]:
    """Customers' mentions with a side, by id; one that was never looked at, or has another side now, is not known."""
    mentions, held = schema.mentions, schema.mention_themes
    told = side()
    wanted = (
        select(
            mentions.c.id,
            mentions.c.feedback_id,
            told.label("told"),
            _LABEL["touchpoint"].c.value.label("touchpoint"),
            held.c.side,
            held.c.found,
        )
        .select_from(_labelled().outerjoin(held, held.c.mention_id == mentions.c.id))
        .where(mentions.c.speaker == "customer", told.is_not(None))
        .order_by(mentions.c.id)
    )
    rows = connection.execute(wanted).all()
    return [
        Place(id_, feedback_id, of, touchpoint, found if before == of else None, before == of)
        for id_, feedback_id, of, touchpoint, before, found in rows
    ]


def is_unsorted(connection: Connection) -> bool:
    """Whether any customer's mention with a side was never looked at, or has another side now."""
    mentions, held, told = schema.mentions, schema.mention_themes, side()
    joined = _labelled().outerjoin(held, held.c.mention_id == mentions.c.id)
    unknown = or_(held.c.side.is_(None), held.c.side != told)
    wanted = select(mentions.c.id).select_from(joined).where(mentions.c.speaker == "customer", told.is_not(None))
    return connection.scalar(wanted.where(unknown).limit(1)) is not None


def without_side(connection: Connection) -> list[str]:
    """Mentions that have a theme's row but no side any more: their labels were corrected."""
    mentions, held = schema.mentions, schema.mention_themes
    wanted = (
        select(held.c.mention_id)
        .select_from(held.outerjoin(_labelled(), mentions.c.id == held.c.mention_id))
        .where(or_(mentions.c.id.is_(None), mentions.c.speaker != "customer", side().is_(None)))
    )
    return list(connection.scalars(wanted))


def forget(connection: Connection, mention_ids: Sequence[str]) -> None:
    """Take the themes of some mentions away."""
    held = schema.mention_themes
    facts_marks.touch_mentions(connection, mention_ids)
    for part in slices(mention_ids):
        connection.execute(delete(held).where(held.c.mention_id.in_(part)))


def texts(connection: Connection, mention_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Text and language by mention id."""
    mentions, found = schema.mentions, dict[str, tuple[str, str]]()
    for part in slices(mention_ids):
        rows = connection.execute(
            select(mentions.c.id, mentions.c.text, mentions.c.language).where(mentions.c.id.in_(part))
        )
        found.update((row.id, (row.text, row.language)) for row in rows)
    return found


# --- vectors --------------------------------------------------------------------------------------------------------


def without_vector(connection: Connection, by: str) -> list[tuple[str, str]]:
    """Ids and texts of customers' mentions with a side that have no vector of this space yet, by id."""
    mentions, held = schema.mentions, schema.theme_vectors
    has = select(held.c.mention_id).where(held.c.by == by)
    wanted = (
        select(mentions.c.id, mentions.c.text)
        .select_from(_labelled())
        .where(mentions.c.speaker == "customer", side().is_not(None), mentions.c.id.not_in(has))
        .order_by(mentions.c.id)
    )
    return [(row.id, row.text) for row in connection.execute(wanted)]


def put_vectors(connection: Connection, mention_ids: Sequence[str], by: str, kept: Sequence[bytes]) -> None:
    """Keep vectors, over those of another space."""
    held = schema.theme_vectors
    facts_marks.touch_mentions(connection, mention_ids)
    for part in slices(mention_ids):
        connection.execute(delete(held).where(held.c.mention_id.in_(part)))
    rows = [{"mention_id": id_, "by": by, "vector": one} for id_, one in zip(mention_ids, kept, strict=True)]
    insert_many(connection, held, rows)


def vectors(connection: Connection, mention_ids: Sequence[str]) -> dict[str, bytes]:
    """What is kept of the vectors of some mentions, by id."""
    held, found = schema.theme_vectors, dict[str, bytes]()
    for part in slices(mention_ids):
        rows = connection.execute(select(held.c.mention_id, held.c.vector).where(held.c.mention_id.in_(part)))
        found.update((row.mention_id, row.vector) for row in rows)
    return found


# --- what mentions belong to ----------------------------------------------------------------------------------------


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of ``mention_themes``; ``theme`` is set by :func:`mining.themes.edits.lay_over`."""
    held = schema.mention_themes
    facts_marks.touch_mentions(connection, [row["mention_id"] for row in rows])
    for part in slices([row["mention_id"] for row in rows]):
        connection.execute(delete(held).where(held.c.mention_id.in_(part)))
    insert_many(connection, held, [{**row, "theme": row["found"]} for row in rows])


def move(connection: Connection, themes: Iterable[tuple[str, str | None]]) -> None:
    """Set the theme that mentions belong to after people's edits."""
    held = schema.mention_themes
    rows = [{"id_": id_, "theme_": theme} for id_, theme in themes]
    if rows:
        facts_patch.move(connection, {str(row["id_"]): row["theme_"] for row in rows})
        connection.execute(
            update(held).where(held.c.mention_id == bindparam("id_")).values(theme=bindparam("theme_")), rows
        )


def refound(connection: Connection, themes: Sequence[tuple[str, str | None]]) -> None:
    """Set the theme that mentions were found in, before people's edits."""
    held = schema.mention_themes
    rows = [{"id_": id_, "theme_": theme} for id_, theme in themes]
    if rows:
        connection.execute(
            update(held).where(held.c.mention_id == bindparam("id_")).values(found=bindparam("theme_")), rows
        )


def belonging(connection: Connection) -> list[tuple[str, str, str | None, str | None]]:
    """Mention id, side, theme found and theme after edits, of all, by id."""
    held = schema.mention_themes
    rows = connection.execute(
        select(held.c.mention_id, held.c.side, held.c.found, held.c.theme).order_by(held.c.mention_id)
    )
    return [tuple(row) for row in rows]


def displaced(
    connection: Connection, themes: Collection[str], mention_ids: Collection[str]
) -> list[tuple[str, str, str | None, str | None]]:
    """As :func:`belonging`, of those alone that stand elsewhere than they were found, that were found in one of some
    themes, or that have one of some ids."""
    held = schema.mention_themes
    wanted = select(held.c.mention_id, held.c.side, held.c.found, held.c.theme)
    rows = list(connection.execute(wanted.where(held.c.theme.is_distinct_from(held.c.found))))
    for column, values in ((held.c.found, themes), (held.c.mention_id, mention_ids)):
        for part in slices(sorted(values)):
            rows += connection.execute(wanted.where(column.in_(part)))
    return sorted({tuple(row) for row in rows}, key=lambda row: row[0])


def with_mentions(connection: Connection) -> set[str]:
    """Themes that some mention was found in or belongs to."""
    held = schema.mention_themes
    return {
        id_
        for column in (held.c.found, held.c.theme)
        for id_ in connection.scalars(select(column).where(column.is_not(None)).distinct())
    }


# --- themes found in the data ---------------------------------------------------------------------------------------


def found(connection: Connection, *, retired: bool = False) -> dict[str, Found]:
    """Themes found in the data by id, those that have gone only if asked for."""
    table = schema.themes
    wanted = select(table).order_by(table.c.id)
    if not retired:
        wanted = wanted.where(table.c.retired_at.is_(None))
    return {row.id: _found(row) for row in connection.execute(wanted)}


def _found(row: Row[Any]) -> Found:
    touchpoints = (row.touchpoint,) if row.touchpoint else ()
    theme = Theme(row.id, row.side, row.names, touchpoints, origin="found", keywords=tuple(row.keywords))
    return Found(theme, row.by, np.frombuffer(row.centre, np.float32), row.reach, row.made_at, row.retired_at)


def gone(connection: Connection, by: str) -> list[Found]:
    """Themes of this space that lost all their mentions, without those that went into others: they may come back."""
    log = schema.theme_lineage
    wanted = select(log.c.theme).where(log.c.event.in_(("merged", "split"))).distinct()
    went = set(connection.scalars(wanted))
    every = found(connection, retired=True).values()
    return [one for one in every if one.retired_at is not None and one.by == by and one.theme.id not in went]


def put_found(connection: Connection, themes: Sequence[Found]) -> None:
    """Keep themes found, over what was kept of the same ids."""
    upsert(
        connection,
        schema.themes,
        [
            {
                "id": one.theme.id,
                "side": one.theme.side,
                "names": dict(one.theme.names),
                "keywords": list(one.theme.keywords),
                "touchpoint": one.theme.touchpoints[0] if one.theme.touchpoints else None,
                "by": one.by,
                "centre": one.centre.astype(np.float32).tobytes(),
                "reach": one.reach,
                "made_at": one.made_at,
                "retired_at": one.retired_at,
            }
            for one in themes
        ],
    )


# --- lineage and state ----------------------------------------------------------------------------------------------


def log(
    connection: Connection, at: datetime, event: str, theme: str, others: Collection[str] = (), note: str = ""
) -> None:
    """Add a line to the lineage."""
    row = {"at": at, "event": event, "theme": theme, "others": sorted(others), "note": note}
    connection.execute(insert(schema.theme_lineage).values(**row))


def last_logged(connection: Connection) -> int:
    """The number of the last line of the lineage, 0 where there is none."""
    return connection.scalar(select(func.max(schema.theme_lineage.c.id))) or 0


def state(connection: Connection) -> dict[str, Any]:
    """What :func:`put_state` kept."""
    return {row.key: row.value for row in connection.execute(select(schema.theme_state))}


def put_state(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep by which rules and data the themes were brought up to date."""
    upsert(connection, schema.theme_state, [{"key": key, "value": value} for key, value in values.items()])


def count(connection: Connection) -> int:
    """How many mentions have a side and were looked at."""
    return connection.scalar(select(func.count()).select_from(schema.mention_themes)) or 0
