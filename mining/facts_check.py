"""Whether :mod:`mining.facts` agrees with the tables that it is made of: as many mentions on every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mining import schema
from mining.facts_made import WIDTH
from mining.facts_marks import EPOCH

if TYPE_CHECKING:
    from mining.store import Store


@dataclass(frozen=True, slots=True)
class Compared:
    """Days that are made, days that wait to be, and those that hold another number of mentions than there are."""

    days: int
    waiting: int
    wrong: tuple[date, ...]


def compared(store: Store) -> Compared:
    """Count the mentions of each day both ways; no day is made or read for it."""
    mentions, feedback, facts = schema.mentions, schema.feedback, schema.facts
    day = func.date(feedback.c.said_at)
    wanted = (
        select(day, func.count())
        .select_from(mentions.join(feedback, mentions.c.feedback_id == feedback.c.id))
        .where(mentions.c.speaker == "customer")
        .group_by(day)
    )
    with store.snapshot() as connection:
        there = {date.fromisoformat(str(one)): count for one, count in connection.execute(wanted)}
        rows = connection.execute(select(facts.c.day, func.length(facts.c.rows))).all()
    held = {date.fromordinal(one + EPOCH): None if size is None else size // WIDTH for one, size in rows}
    made = {one: count for one, count in held.items() if count is not None}
    wrong = [one for one, count in made.items() if count != there.get(one, 0)]
    wrong += [one for one in there if one not in held]
    return Compared(len(made), len(held) - len(made), tuple(sorted(wrong)))
