"""What a reader yields: rows, records that could not be read, and remarks about the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# A record larger than this is taken for damage (a quote that never closes, a file without line ends). In characters.
MAX_RECORD = 16_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One record. ``place`` is its line (delimited, JSON lines), item (JSON) or row (Parquet), counted from 1;
    for replies inside a record the place of the record and their number, ``17.2``.

    ``section`` counts the headers met so far: a file glued together from two exports has two.
    """

    place: int | str
    fields: Mapping[str, object]
    section: int = 0


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that could not be read. ``fields`` holds as much of it as could be told apart."""

    place: int | str
    reason: str
    raw: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    section: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about the file for the person at the keyboard."""

    sentence: str


Event = Row | Bad | Remark


class Unreadable(Exception):
    """The file as a whole cannot be read: ``reason`` says why, ``hint`` what to do."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
