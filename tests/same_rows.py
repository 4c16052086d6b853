"""Whether two workspaces hold the same, however they came by it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, select

from mining import schema
from mining.store import Store

# When something happened on our clock; all else must be equal to the last bit but a score's rounding.
_CLOCKS = {"fetched_at", "first_seen", "last_seen", "finished_at", "deleted_at", "asked_at", "applied_at"}
# Made of the other tables under stamps and numbers that no two workspaces share: what they count is compared instead.
_COUNTED_FROM = {"facts", "fact_words", "fact_codes"}
RUNS = frozenset({"sweeps", "rechecks"})
"""Tables of how often and when sources were read."""
CURSORS = "pulls"
"""The table of where each reading stopped."""


def told(store: Store, table: Table) -> list[tuple[Any, ...]]:
    """The rows of a table without what a clock says."""
    columns = [column for column in table.columns if column.name not in _CLOCKS | {"tries"}]
    with store.transaction() as connection:
        rows = connection.execute(select(*columns).order_by(*table.primary_key)).all()
    return [tuple(round(value, 4) if isinstance(value, float) else value for value in row) for row in rows]


def assert_same_rows(one: Store, other: Store, but: Collection[str] = ()) -> None:
    """Every table of both holds the same, but for those named."""
    for table in (*schema.metadata.sorted_tables, *schema.later.sorted_tables):
        if table.name not in _COUNTED_FROM and table.name not in but:
            assert told(one, table) == told(other, table), table.name
