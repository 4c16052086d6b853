"""Limits of ``table``, ``data_table`` and ``data_visualization``.

Published (docs.slack.dev/reference/block-kit/blocks/...): the JSON shapes; ``table`` at most 100 rows of 20 cells, 20
column settings, one a message; ``data_table`` a caption, 1 to 20 columns, rows of one length, a header without
``rich_text``, ``page_size`` 1 to 100; ``data_visualization`` two a message, title and axis titles 50 characters, labels
and names 20, up to 20 categories, exactly one finite value for each, pie segments above zero.

Where published pages of different dates disagree, the smaller number holds here, so that a message is right under both:
``data_table`` 101 rows (later 201), 10,000 characters in all tables of a message (later 20,000 for data tables). Charts
took 6 series or segments when they appeared and take 12 now; here 12 hold.

A ``raw_number`` cell needs its ``text``: the page leaves it optional, slack_sdk and the live service do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.fake_slack.checks import (
    Check,
    Finding,
    also,
    boolean,
    by_type,
    listed,
    number,
    objects,
    positive,
    shape,
    string,
    under,
    unique,
    whole,
)
from api.fake_slack.limits_elements import ID, RICH_TEXT

MOST_TABLE_CHARACTERS: Final = 10_000
MOST_TABLES: Final = 1
MOST_CHARTS: Final = 2
MOST_SERIES: Final = 12
MOST_CATEGORIES: Final = 20

_RICH: Final = shape({"elements": listed(by_type(RICH_TEXT, "rich text element")), "block_id": ID}, needs=("elements",))
_TEXT: Final = shape({"text": string()}, needs=("text",))
CELLS: Final[Mapping[str, Check]] = {
    "raw_text": _TEXT,
    "raw_number": shape({"value": number, "text": string()}, needs=("value", "text")),
    "rich_text": _RICH,
}
_HEADER_CELLS: Final = {name: check for name, check in CELLS.items() if name != "rich_text"}

_SETTING: Final = shape({"align": string(choices=("left", "center", "right")), "is_wrapped": boolean})


def _setting(path: str, value: Any) -> Iterator[Finding]:
    """Null skips a column."""
    return iter(()) if value is None else _SETTING(path, value)


TABLE: Final = shape(
    {
        "block_id": ID,
        "rows": listed(listed(by_type(CELLS, "table cell"), 20), 100),
        "column_settings": listed(_setting, 20),
    },
    needs=("rows",),
)


def _grid(path: str, value: Any) -> Iterator[Finding]:
    rows = value.get("rows") if isinstance(value, Mapping) else None
    if not isinstance(rows, list) or not rows or any(not isinstance(row, list) for row in rows):
        return
    width = len(rows[0])
    for index, row in enumerate(rows):
        if len(row) != width:
            yield Finding(under(under(path, "rows"), index), f"has {len(row)} cells; the header has {width}")
    yield from listed(by_type(_HEADER_CELLS, "header cell"))(under(under(path, "rows"), 0), rows[0])
    index = value.get("row_header_column_index")
    if isinstance(index, int) and index >= width > 0:
        yield Finding(under(path, "row_header_column_index"), f"is {index}; there are {width} columns")


DATA_TABLE: Final = also(
    shape(
        {
            "block_id": ID,
            "caption": string(),
            "rows": listed(listed(by_type(CELLS, "table cell"), 20), 101, least=2),
            "page_size": whole(1, 100),
            "row_header_column_index": whole(0),
        },
        needs=("caption", "rows"),
    ),
    _grid,
)

LABEL: Final = string(20)
AXIS_TITLE: Final = string(50)
_POINT: Final = shape({"label": LABEL, "value": number}, needs=("label", "value"))
_SERIES: Final = shape({"name": LABEL, "data": listed(_POINT, MOST_CATEGORIES)}, needs=("name", "data"))
_AXIS: Final = shape(
    {"categories": listed(LABEL, MOST_CATEGORIES), "x_label": AXIS_TITLE, "y_label": AXIS_TITLE},
    needs=("categories",),
)
_SEGMENT: Final = shape({"label": LABEL, "value": positive}, needs=("label", "value"))


def _one_value_each(path: str, value: Any) -> Iterator[Finding]:
    """Each series has each category once, and no two series share a name."""
    axis, series = value.get("axis_config"), value.get("series")
    categories = axis.get("categories") if isinstance(axis, Mapping) else None
    if not isinstance(categories, list) or not isinstance(series, list):
        return
    yield from unique([(under(path, "axis_config.categories"), one) for one in map(str, categories)], "category")
    for index, one in enumerate(series):
        labels = [point.get("label") for point in objects(one.get("data") if isinstance(one, Mapping) else None)]
        if sorted(map(str, labels)) != sorted(map(str, categories)):
            where = under(under(path, "series"), index)
            yield Finding(where, "must have exactly one value for each category")
    names = [
        (under(under(path, "series"), i), one.get("name")) for i, one in enumerate(series) if isinstance(one, Mapping)
    ]
    yield from unique(names, "name")


def _segments_differ(path: str, value: Any) -> Iterator[Finding]:
    yield from unique([(under(path, "segments"), one.get("label")) for one in objects(value.get("segments"))], "label")


_PLOT: Final = also(
    shape({"series": listed(_SERIES, MOST_SERIES), "axis_config": _AXIS}, needs=("series", "axis_config")),
    _one_value_each,
)
CHARTS: Final[Mapping[str, Check]] = {
    "line": _PLOT,
    "bar": _PLOT,
    "area": _PLOT,
    "pie": also(shape({"segments": listed(_SEGMENT, MOST_SERIES)}, needs=("segments",)), _segments_differ),
}
DATA_VISUALIZATION: Final = shape(
    {"block_id": ID, "title": string(50), "chart": by_type(CHARTS, "chart")}, needs=("title", "chart")
)


def cell_characters(value: Any) -> int:
    """The characters that a table's cells show, all together."""
    if isinstance(value, list):
        return sum(map(cell_characters, value))
    if not isinstance(value, Mapping):
        return 0
    own = value.get("text") or value.get("url") or (value.get("value", "") if value.get("type") == "raw_number" else "")
    return len(str(own)) + cell_characters(value.get("elements") or [])
