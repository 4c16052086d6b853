"""The company's names that stored mentions hold: those of some mentions, and how often each is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from mining.database import slices
from mining.filters import Filters, joined, where
from mining.names import Name
from mining.schema import feedback, mentions, names

if TYPE_CHECKING:
    from mining.store import Store


def of_mentions(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Name, ...]]:
    """The names in some mentions by the mentions' ids, in the order of the text; one that holds none is left out."""
    found: dict[str, tuple[Name, ...]] = {}
    if not connection.scalar(select(names.c.mention_id).limit(1)):
        return found
    for part in slices(ids):
        rows = connection.execute(select(names).where(names.c.mention_id.in_(part)).order_by(names.c.start))
        for row in rows:
            found[row.mention_id] = (*found.get(row.mention_id, ()), Name(row.kind, row.name, row.start, row.end))
    return found


def by_name(store: Store, filters: Filters) -> list[dict[str, Any]]:
    """Counts per name that mentions hold: kind, name, feedback, mentions and authors; most mentions first."""
    said = func.count(mentions.c.id.distinct()).label("mentions")
    people = func.count(feedback.c.author.distinct()).label("authors")
    items = func.count(mentions.c.feedback_id.distinct()).label("feedback")
    wanted = (
        select(names.c.kind, names.c.name, items, said, people)
        .select_from(joined().join(names, names.c.mention_id == mentions.c.id))
        .where(where(filters))
        .group_by(names.c.kind, names.c.name)
        .order_by(said.desc(), names.c.kind, names.c.name)
    )
    with store.transaction() as connection:
        return [dict(row._mapping) for row in connection.execute(wanted)]
