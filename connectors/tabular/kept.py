"""Rejected rows as they are kept: JSON of at most 64 KB, and the id under which the row would be known.

The id of a row without one is a hash of its cells (:mod:`connectors.tabular.build`). Whoever keeps a reject masks
names and numbers in it, so the hash could not be made again from what is left: it is kept beside the cells, with a mark
of the columns that it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.tabular.cells import cell, clean
from connectors.tabular.delimited import CELLS

RAW_BYTES = 65_536
_CUT = "_cut"  # only the beginnings of the cells were kept
_ID, _MADE_FROM = "_id", "_id_from"


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that can be read again; ``native_id`` and ``made_from`` are empty where the row has an id of its own."""

    fields: Mapping[str, object]
    native_id: str = ""
    made_from: str = ""


def keep(fields: Mapping[str, object], native_id: str = "", made_from: str = "") -> str:
    """A row as a JSON object; one that is too long loses the ends of its cells and says so."""
    known = {_ID: native_id, _MADE_FROM: made_from} if native_id else {}
    try:
        whole = clean(json.dumps({**fields, **known}, ensure_ascii=False, default=cell))
    except (ValueError, RecursionError):
        whole = ""
    if whole and len(whole.encode("utf-8", "replace")) <= RAW_BYTES:
        return whole
    # A sign takes up to six bytes in JSON, or twelve as two halves; names count as well.
    names = list(fields)[: RAW_BYTES // 1000]
    room = max(0, RAW_BYTES // 12 // max(1, len(names)) - 80)
    return clean(json.dumps({**{str(name)[:40]: cell(fields[name])[:room] for name in names}, _CUT: True}))


def keep_text(text: str) -> str:
    """What was no row, as it stands, up to 64 KB."""
    return clean(text).encode("utf-8", "replace")[:RAW_BYTES].decode("utf-8", "ignore")


def take_up(raw: str) -> Kept | None:
    """A kept row; None where only a part was kept, or cells that may stand under the wrong names."""
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or _CUT in fields or CELLS in fields:
        return None
    native_id, made_from = (str(fields.pop(name, "")) for name in (_ID, _MADE_FROM))
    return Kept(fields, native_id, made_from)
