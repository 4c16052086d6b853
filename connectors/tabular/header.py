"""Which line of a table is its header, and what its columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from connectors.tabular.cells import fold

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN = re.compile(r"[^\w.]+|_+")
_VALUE = re.compile(r"[-+\d.,:/%\sTZ★☆]*\d[-+\d.,:/%\sTZ]*|https?://.*|[★☆⭐]+|.*@.*\..*", re.DOTALL)
# A header's names are short; the longest real ones ("Review Last Update Millis Since Epoch") stay below this.
_LONG = 60


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """``Review Text``, ``reviewText`` and ``review_text`` are one name: lower case words joined by ``_``.

    Dots stay, since they divide the steps of a path.
    """
    spaced = _CAMEL.sub("_", unicodedata.normalize("NFKC", name).strip().replace("\u200c", "_"))
    joined = _BETWEEN.sub("_", fold(spaced))
    return ".".join(step.strip("_") for step in joined.split("."))


def names_of(cells: Sequence[str]) -> list[str]:
    """Column names of a header line: none empty, none twice."""
    names: list[str] = []
    for n, cell in enumerate(cells, 1):
        name = cell.strip().strip("\ufeff") or f"column_{n}"
        names.append(name if name not in names else f"{name}_{n}")
    return names


def listed(names: Sequence[str], most: int = 40) -> str:
    """Names for a sentence; JSON may have hundreds."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def same_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a line repeats the header in force."""
    return [normal(cell) for cell in names_of(cells)] == [normal(name) for name in header]


@dataclass(frozen=True, slots=True)
class Known:
    """Names that columns are likely to have, normalised; ``words`` are those of columns that hold what was said."""

    names: frozenset[str]
    words: frozenset[str]


def is_header(cells: Sequence[str], known: Known) -> bool:
    """Whether the first line of a file names its columns: a known name, or short words and no values."""
    filled = _filled(cells)
    if not filled or any(len(cell) > _LONG for cell in filled):
        return False
    names = [normal(cell) for cell in filled]
    hits = sum(name in known.names for name in names)
    if hits or len(cells) == 1:
        return hits > 0  # of one column, a name that nobody knows is as likely the first remark
    return len(set(names)) == len(names) and not any(_looks_said(cell) for cell in filled)


def is_another_header(cells: Sequence[str], known: Known, header: Sequence[str]) -> bool:
    """Whether a later line names columns. Taking a row for a header would misread all that follow, so much is asked.

    Half of its names must be those of the header in force; or, where two exports were glued together, all of three or
    more (half, if their number changes) must be known names, with one among them for what was said.
    """
    filled = _filled(cells)
    if len(filled) < 2 or any(len(cell) > _LONG or _VALUE.fullmatch(cell) for cell in filled):
        return False
    names = [normal(cell) for cell in filled]
    half = (len(names) + 1) // 2
    if len(set(names) & {normal(name) for name in header}) >= max(2, half):
        return True
    hits, needed = sum(name in known.names for name in names), (len(names) if len(cells) == len(header) else half)
    return hits >= max(2 if len(cells) != len(header) else 3, needed) and any(name in known.words for name in names)


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _looks_said(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell)) or cell.count(" ") > 5 or cell.endswith((".", "!"))
