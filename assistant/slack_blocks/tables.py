"""A table for Slack: ``data_table`` (sorted and paged by the reader), or the older ``table``.

Source: docs.slack.dev, "Data table block", "Table block": a header and at most 100 rows, at most 20 columns, all cells
together at most 10,000 signs, no empty cell; a message holds one ``table`` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from assistant.slack_blocks.blocks import Block
from assistant.slack_blocks.texts import clean, cut, letters

MOST_COLUMNS = 20
# ``table`` counts its header among its rows, of which it may have 100.
_MOST_ROWS = 99
_CELL, _CAPTION, _PAGE = 300, 150, 20
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, and the number that a reader's sorting goes by, where it is one."""

    text: str
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Heads of columns and rows of cells, as many as heads. ``caption`` is what a screen reader says first."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def within(self, room: int) -> Grid:
        """The first rows that fit into so many signs, heads included."""
        left = room - sum(_length(head) for head in self.heads)
        kept = 0
        for row in self.rows[:_MOST_ROWS]:
            left -= sum(_length(cell.text) for cell in row)
            if left < 0:
                break
            kept += 1
        return replace(self, rows=self.rows[:kept])

    @property
    def length(self) -> int:
        """The signs of all cells."""
        return sum(map(_length, self.heads)) + sum(_length(cell.text) for row in self.rows for cell in row)


def data_table(grid: Grid) -> Block:
    """The table as it can be sorted and filtered; numbers sort as numbers."""
    return {
        "type": "data_table",
        "caption": _shown(grid.caption, _CAPTION),
        "page_size": min(len(grid.rows), _PAGE),
        "rows": [[_raw(head) for head in grid.heads], *([_typed(cell) for cell in row] for row in grid.rows)],
    }


def table(grid: Grid, *, right_to_left: bool) -> Block:
    """The same where ``data_table`` is not known yet."""
    towards = "right" if right_to_left else "left"
    settings: list[dict[str, Any]] = [{"align": towards, "is_wrapped": True}]
    settings += [{"align": "right"} for _ in grid.heads[1:]]
    return {
        "type": "table",
        "column_settings": settings,
        "rows": [[_raw(head) for head in grid.heads], *([_raw(cell.text) for cell in row] for row in grid.rows)],
    }


def _typed(cell: Cell) -> Block:
    if cell.number is None or not isfinite(cell.number):
        return _raw(cell.text)
    return {"type": "raw_number", "value": cell.number, "text": _shown(cell.text, _CELL)}


def _raw(text: str) -> Block:
    return {"type": "raw_text", "text": _shown(text, _CELL)}


def _shown(text: str, most: int) -> str:
    return cut(clean(text), most) or _NOTHING


def _length(text: str) -> int:
    return letters(_shown(text, _CELL))


def columns_fit(heads: Sequence[str]) -> bool:
    """Whether Slack takes so many columns."""
    return 0 < len(heads) <= MOST_COLUMNS
