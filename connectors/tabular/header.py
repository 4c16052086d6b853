"""Which line of a table is its header, and what its columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
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


def same_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a line repeats the header in force."""
    return [normal(cell) for cell in names_of(cells)] == [normal(name) for name in header]


def is_header(cells: Sequence[str], known: Collection[str], header: Sequence[str] = ()) -> bool:
    """Whether a line names columns: short words, no values, and (past the first line) mostly known names.

    ``header`` is the header in force; empty for the first line, where unknown names are the rule rather than proof.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or any(len(cell) > _LONG for cell in filled):
        return False
    if header and any(_VALUE.fullmatch(cell) for cell in filled):
        return False
    names = [normal(cell) for cell in filled]
    mine = {normal(name) for name in header}
    hits = sum(name in known or name in mine for name in names)
    if header:
        return hits >= max(2, (len(names) + 1) // 2)
    if hits or len(cells) == 1:
        return hits > 0  # of one column, a name that nobody knows is as likely the first remark
    return len(set(names)) == len(names) and not any(_looks_said(cell) for cell in filled)


def _looks_said(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell)) or cell.count(" ") > 5 or cell.endswith((".", "!"))
