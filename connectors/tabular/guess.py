"""Guessing what columns mean: first by their names (``columns.toml``), then by what stands in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from connectors.record import Channel
from connectors.tabular import dates, ratings
from connectors.tabular.cells import cell, is_empty
from connectors.tabular.header import Known, normal
from connectors.tabular.mapping import Mapped, Spec
from connectors.tabular.ratings import Scale

Columns = Mapping[str, Sequence[str]]  # column: its cells in the sample that say something

_URL = re.compile(r"https?://\S+|/r/\S+")
_STAMP = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[^\W\d_]{3,} \d{1,2},? \d{4}|\d{1,2} [^\W\d_]{3,} \d{4}")
_GRADE = re.compile(r"\d+(?:[.,]\d+)?\s*(?:/|out of|of|از|מתוך)\s*\d+|[★⭐☆]+|.*\bout of 5\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """An export that was recognised by its columns."""

    name: str = ""
    channel: Channel | None = None
    scale: Scale | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    needs: str = ""


@cache
def _tables() -> Mapping[str, Any]:
    tables = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
    return {
        "names": {target: [normal(name) for name in names] for target, names in tables["names"].items()},
        "not": {normal(name) for name in tables["not"]["names"]},
        "shapes": [(set(row["when"]), _shape(row)) for row in tables["shapes"]],
    }


def _shape(row: Mapping[str, Any]) -> Shape:
    scale = Scale(*row["scale"]) if "scale" in row else None
    return Shape(row["name"], Channel(row["channel"]), scale, row["map"], row.get("needs", ""))


@cache
def known() -> Known:
    """All names in the tables: what a header line is recognised by."""
    tables = _tables()
    named = {name for names in tables["names"].values() for name in names}
    shaped = {name for when, shape in tables["shapes"] for name in when.union(*shape.columns.values())}
    return Known(frozenset(named | shaped | tables["not"]), frozenset(tables["names"]["text"]))


def shape_of(columns: Iterable[str]) -> Shape:
    """The export that has these columns; a nameless shape where none is known."""
    names = {normal(column) for column in columns}
    return next((shape for when, shape in _tables()["shapes"] if when <= names), Shape())


def guess(columns: Columns, shape: Shape, told: Mapped, off: Iterable[str]) -> dict[str, Spec]:
    """Fill the targets that nobody told about; ``off`` are those that are to stay empty.

    A column is used once. What is guessed has to look right too: a date must parse, an id must not repeat.
    """
    names = {normal(column): column for column in reversed(list(columns))}
    used = {column for spec in told.values() for column in spec.columns}
    found: dict[str, Spec] = {}
    closed = {*told, *off}
    for target, wanted in shape.columns.items():
        present = tuple(names[name] for name in wanted if name in names and names[name] not in used)
        if target not in closed and present:
            found[target] = Spec(present)
            used |= set(present)
    closed |= {target for target, wanted in shape.columns.items() if target in found or not wanted}
    for target, wanted in _tables()["names"].items():
        column = next((names[name] for name in wanted if _fits(target, name, names, columns, used)), None)
        if target not in closed and column:
            found[target] = Spec((column,))
            used.add(column)
    # An export that is known is not searched for what it is known to lack.
    return found | _by_content(columns, used, closed | set(found) | set(shape.columns))


def _fits(target: str, name: str, names: Mapping[str, str], columns: Columns, used: set[str]) -> bool:
    column = names.get(name)
    if column is None or column in used:
        return False
    check = _CHECKS.get(target)
    return check is None or not columns[column] or check(columns[column])


def _share(cells: Sequence[str], check: Callable[[str], bool]) -> float:
    return sum(map(check, cells)) / len(cells) if cells else 0.0


def _is_date(text: str) -> bool:
    try:
        dates.moment(text, dates.Reading())
    except ValueError:
        return False
    return True


def _is_rating(text: str) -> bool:
    try:
        found = ratings.score(text)
    except ValueError:
        return False
    return found is not None and abs(found.value) <= 100


def _is_said(text: str) -> bool:
    return any(sign.isalpha() for sign in text) and not _URL.fullmatch(text) and not _STAMP.match(text)


def _is_id(cells: Sequence[str]) -> bool:
    """No two alike, and more than a count of the rows, which another export would count anew."""
    if len(set(cells)) < len(cells):
        return False
    first = cells[0] in ("0", "1")
    counts = first and list(cells) == [str(int(cells[0]) + n) for n in range(len(cells))]
    return not (counts and len(cells) > 1)


_CHECKS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "native_id": _is_id,
    "text": lambda cells: _share(cells, _is_said) >= 0.5 or _share(cells, _is_rating) < 0.5,
    "said_at": lambda cells: _share(cells, _is_date) >= 0.5,
    "rating": lambda cells: _share(cells, _is_rating) >= 0.8,
    "author": lambda cells: sum(map(len, cells)) / len(cells) < 60,
    "url": lambda cells: _share(cells, lambda text: bool(_URL.match(text))) >= 0.5,
    "language": lambda cells: max(map(len, cells)) <= 20,
    "product": lambda cells: sum(map(len, cells)) / len(cells) < 80,
}


def _by_content(columns: Columns, used: set[str], closed: set[str]) -> dict[str, Spec]:
    """The longest column that reads like words, the first that reads like dates, one that is plainly a rating."""
    never = _tables()["not"]
    free = {name: cells for name, cells in columns.items() if name not in used and cells and normal(name) not in never}
    found: dict[str, Spec] = {}
    words = {name: sum(map(len, cells)) / len(cells) for name, cells in free.items() if _reads_like_words(cells)}
    # A file of one column is a list of remarks, however short they are.
    words |= {name: 1.0 for name, cells in free.items() if len(columns) == 1 and _share(cells, _is_said) >= 0.5}
    if "text" not in closed and words:
        found["text"] = Spec((max(words, key=lambda name: words[name]),))
    if "said_at" not in closed and (stamped := _first(free, lambda text: _STAMP.match(text) and _is_date(text))):
        found["said_at"] = Spec((stamped,))
    if "rating" not in closed and (graded := _first(free, _GRADE.fullmatch) or _few_marks(free)):
        found["rating"] = Spec((graded,))
    return found


def _reads_like_words(cells: Sequence[str]) -> bool:
    spaced = _share(cells, lambda text: len(text.split()) > 2)
    return spaced >= 0.5 and _share(cells, _is_said) >= 0.8


def _first(columns: Columns, match: Callable[[str], object]) -> str | None:
    """The first column of which four fifths match."""
    return next((name for name, cells in columns.items() if _share(cells, lambda text: bool(match(text))) >= 0.8), None)


def _few_marks(columns: Columns) -> str | None:
    """The first column that holds nothing but 1 to 5, over at least 20 rows."""
    marks = {"1", "2", "3", "4", "5"}
    return next(
        (name for name, cells in columns.items() if len(cells) >= 20 and {"1", "5"} <= set(cells) <= marks), None
    )


def sample_cells(rows: Sequence[Mapping[str, object]]) -> dict[str, list[str]]:
    """The columns of a sample, in order of appearance, with the cells that say something."""
    found: dict[str, list[str]] = {}
    for fields in rows:
        for name, value in fields.items():
            text = cell(value)
            cells = found.setdefault(name, [])
            # Lists are columns that may be named in a mapping, but nobody's words as they stand.
            if not is_empty(text) and not isinstance(value, list):
                cells.append(text)
    return found
