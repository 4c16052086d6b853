"""Which feedback repeats which, in SQL: sketches are kept, groups are found anew whenever something came or went."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, select, update

from mining import copies, facts_marks, schema, unhurried
from mining.database import insert_many, slices, upsert
from mining.overlay import alone
from mining.store import Store

_BY = f"copies@{copies.VERSION}"
_AT_ONCE = 5_000
# How many were compared with one another: a deletion takes its sketch along, so that fewer are left.
_COMPARED = "copies"


def bring_up(store: Store, on_progress: Callable[[int, int], None] = lambda _done, _of: None) -> int:
    """Sketch what has none yet and say anew which feedback repeats which; returns how many were sketched."""
    feedback, held = schema.feedback, schema.copies
    with store.transaction() as connection:
        there = select(held.c.feedback_id).where(held.c.by == _BY)
        missing = list(
            connection.scalars(select(feedback.c.id).where(feedback.c.id.not_in(there)).order_by(feedback.c.id))
        )
        compared = connection.scalar(select(schema.theme_state.c.value).where(schema.theme_state.c.key == _COMPARED))
        if not missing and compared == _count(connection):
            return 0
    for at in range(0, len(missing), _AT_ONCE):
        _sketch(store, missing[at : at + _AT_ONCE])
        on_progress(min(at + _AT_ONCE, len(missing)), len(missing))
    # Others may sketch more meanwhile, which have to be compared too.
    unhurried.done(store, _changed, _keep, _count)
    return len(missing)


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(schema.copies)) or 0


def _sketch(store: Store, ids: Sequence[str]) -> None:
    feedback, held = schema.feedback, schema.copies
    with store.transaction() as connection:
        alone(connection)
        rows = [
            row
            for part in slices(ids)
            for row in connection.execute(select(feedback.c.id, feedback.c.text).where(feedback.c.id.in_(part)))
        ]
        sketched = copies.sketch([row.text for row in rows])
        # If the run is killed before they are compared, the next one has to.
        connection.execute(delete(schema.theme_state).where(schema.theme_state.c.key == _COMPARED))
        again = select(held.c.feedback_id).where(held.c.feedback_id.in_([row.id for row in rows]))
        facts_marks.touch(connection, list(connection.scalars(again)))
        connection.execute(delete(held).where(held.c.feedback_id.in_([row.id for row in rows])))
        insert_many(
            connection,
            held,
            [
                {"feedback_id": row.id, "by": _BY, "sketch": one.tobytes(), "first": row.id}
                for row, one in zip(rows, sketched, strict=True)
            ],
        )


def _changed(connection: Connection) -> list[dict[str, str]]:
    """Which feedback repeats another than is kept of it, and the first that says the same."""
    feedback, held = schema.feedback, schema.copies
    rows = connection.execute(
        select(held.c.feedback_id, held.c.sketch, held.c.first, feedback.c.said_at, feedback.c.author)
        .select_from(held.join(feedback, held.c.feedback_id == feedback.c.id))
        .order_by(held.c.feedback_id)
    ).all()
    if not rows:
        return []
    sketches = np.frombuffer(b"".join(row.sketch for row in rows), np.uint8).reshape(len(rows), copies.WIDTH)
    first = copies.groups(sketches, [(row.said_at, row.feedback_id) for row in rows], [row.author for row in rows])
    return [
        {"id_": row.feedback_id, "first_": rows[place].feedback_id}
        for row, place in zip(rows, first, strict=True)
        if rows[place].feedback_id != row.first
    ]


def _keep(connection: Connection, changed: Sequence[dict[str, str]]) -> None:
    held = schema.copies
    connection.execute(delete(held).where(held.c.feedback_id.not_in(select(schema.feedback.c.id))))
    if changed:
        facts_marks.touch(connection, [one["id_"] for one in changed])
        connection.execute(
            update(held).where(held.c.feedback_id == bindparam("id_")).values(first=bindparam("first_")), changed
        )
    upsert(connection, schema.theme_state, [{"key": _COMPARED, "value": _count(connection)}])


def firsts(connection: Connection, feedback_ids: Sequence[str]) -> dict[str, str]:
    """For feedback that was compared with all other: the first that says the same, itself if none does."""
    held, found = schema.copies, dict[str, str]()
    for part in slices(feedback_ids):
        rows = connection.execute(select(held.c.feedback_id, held.c.first).where(held.c.feedback_id.in_(part)))
        found.update((row.feedback_id, row.first) for row in rows)
    return found
