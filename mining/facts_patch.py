"""Themes in days of :mod:`mining.facts` that are made: one that is merged into another moves there without a making.

A merge touches every day, and to make all of them again takes twenty times as long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from sqlalchemy import Connection, bindparam, insert, select, update

from mining import schema
from mining.database import slices
from mining.facts_made import Array, Chunk, hashed
from mining.facts_marks import day_of, mark, new_stamp

_TABLE = schema.facts
_KIND = "theme"
_DAYS_AT_ONCE = 100


def move(connection: Connection, themes: Mapping[str, str | None]) -> None:
    """Some mentions belong to other themes, by id; the caller is :func:`mining.overlay.alone`."""
    by_day = _by_day(connection, list(themes))
    mark_, stamp = [], new_stamp()
    codes = _codes(connection, {theme for theme in themes.values() if theme is not None})
    days = sorted(by_day)
    made = update(_TABLE).where(_TABLE.c.day == bindparam("day_")).values(stamp=stamp, rows=bindparam("rows_"))
    for at in range(0, len(days), _DAYS_AT_ONCE):
        part = days[at : at + _DAYS_AT_ONCE]
        wanted = select(_TABLE.c.day, _TABLE.c.stamp, _TABLE.c.made, _TABLE.c.rows).where(_TABLE.c.day.in_(part))
        rows = connection.execute(wanted.where(_TABLE.c.made.is_not(None))).all()
        mark_ += sorted(set(part) - {row.day for row in rows})
        if patched := [
            {"day_": row.day, "rows_": _patched(Chunk(*row), by_day[row.day], themes, codes)} for row in rows
        ]:
            connection.execute(made, patched)
    mark(connection, mark_)


def _by_day(connection: Connection, mention_ids: list[str]) -> Mapping[int, list[str]]:
    mentions, feedback = schema.mentions, schema.feedback
    source = feedback.join(mentions, mentions.c.feedback_id == feedback.c.id)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for part in slices(mention_ids):
        wanted = select(mentions.c.id, feedback.c.said_at).select_from(source).where(mentions.c.id.in_(part))
        for row in connection.execute(wanted):
            found[day_of(row.said_at)].append(row.id)
    return found


def _codes(connection: Connection, themes: Iterable[str]) -> Mapping[str | None, int]:
    """The numbers of themes, given where there are none yet."""
    table = schema.fact_codes
    wanted = select(table.c.value, table.c.id).where(table.c.kind == _KIND).order_by(table.c.id)
    known = {row.value: row.id for row in connection.execute(wanted)}
    if missing := sorted(set(themes) - set(known)):
        connection.execute(insert(table), [{"kind": _KIND, "value": theme} for theme in missing])
        known = {row.value: row.id for row in connection.execute(wanted)}
    return {None: 0, **known}


def _patched(
    chunk: Chunk, mention_ids: list[str], themes: Mapping[str, str | None], codes: Mapping[str | None, int]
) -> bytes:
    rows, mentions = bytearray(chunk.rows), chunk.column("mention")
    if not len(mentions):
        return bytes(rows)  # only agents spoke on that day
    order, wanted = np.argsort(mentions), hashed(mention_ids)
    place = order[np.minimum(np.searchsorted(mentions, wanted, sorter=order), len(order) - 1)]
    customers = mentions[place] == wanted
    numbers = np.array([codes[themes[id_]] for id_ in mention_ids], np.uint32)
    column: Array = Chunk(chunk.day, chunk.stamp, chunk.made, rows).column("theme")
    column[place[customers]] = numbers[customers]
    return bytes(rows)
