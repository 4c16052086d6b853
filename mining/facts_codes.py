"""The small numbers that stand for words in :mod:`mining.facts`: 0 is none, and no number ever means something else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, func, insert, select

from mining import schema
from mining.database import slices

Word = tuple[str, str]
"""A kind, such as "stage", and a value of it."""


class Codes:
    """Numbers and the words that they stand for, as far as this process has met them."""

    def __init__(self) -> None:
        self._words: dict[int, Word] = {}
        self._of: dict[Word, int] = {}
        self._last = 0
        self._own: set[int] = set()
        self._parsed: dict[int, Any] = {}

    def word(self, code: int) -> Word | None:
        """What a number stands for; None for 0."""
        return self._words[code] if code else None

    def of(self, kind: str, value: str) -> int | None:
        """The number of a word, None where no mention ever had it."""
        return self._of.get((kind, value))

    def all_of(self, kind: str) -> Iterator[int]:
        """Every number of a kind."""
        return (code for code, (of, _) in list(self._words.items()) if of == kind)

    def parsed(self, code: int) -> Any:
        """What the JSON of a segment or a set of names stands for."""
        if code not in self._parsed:
            self._parsed[code] = json.loads(self._words[code][1])
        return self._parsed[code]

    @property
    def has_own(self) -> bool:
        """Whether :meth:`add_here` gave any number."""
        return bool(self._own)

    @property
    def size(self) -> int:
        """More than the largest number."""
        return max(self._last, max(self._own, default=0)) + 1

    def bring_up(self, connection: Connection) -> bool:
        """Read what was added; False where words went, or numbers were taken that this process gave: then these codes
        are worth nothing any more."""
        table = schema.fact_codes
        new = connection.execute(select(table).where(table.c.id > self._last).order_by(table.c.id)).all()
        held = connection.scalar(select(func.count()).select_from(table)) or 0
        if (new and self._own) or held != len(self._words) - len(self._own) + len(new):
            return False
        for row in new:
            self._know(row.id, (row.kind, row.value))
            self._last = row.id
        return True

    def add(self, connection: Connection, words: Iterable[Word]) -> None:
        """Give numbers to words that have none, in the database; the caller is the only one who does."""
        if missing := self._missing(words):
            rows = [{"kind": kind, "value": value} for kind, value in missing]
            connection.execute(insert(schema.fact_codes), rows)
            self.bring_up(connection)

    def add_here(self, words: Iterable[Word]) -> None:
        """Give numbers to words that have none, for this process alone."""
        for code, word in enumerate(self._missing(words), start=self.size):
            self._know(code, word)
            self._own.add(code)

    def _missing(self, words: Iterable[Word]) -> list[Word]:
        return sorted(word for word in set(words) if word not in self._of)

    def _know(self, code: int, word: Word) -> None:
        self._words[code] = word
        self._of[word] = code


def prune(connection: Connection) -> None:
    """Let go of words that came with feedback which has gone; the caller is the only one who writes."""
    feedback, table = schema.feedback, schema.fact_codes
    columns = {"product": feedback.c.product, "source": feedback.c.source, "segment": cast(feedback.c.segment, Text)}
    for kind, column in columns.items():
        said = set(connection.scalars(select(column).distinct()))
        there = {segment_word(raw) for raw in said} if kind == "segment" else said
        known = connection.execute(select(table.c.id, table.c.value).where(table.c.kind == kind)).all()
        gone = [row.id for row in known if row.value not in there]
        for part in slices(gone):
            connection.execute(delete(table).where(table.c.id.in_(part)))


def segment_word(raw: str | None) -> str | None:
    """A segment, as the database has it, in one spelling; None where it is empty."""
    told = json.loads(raw) if raw else {}
    return json.dumps(told, ensure_ascii=False, sort_keys=True) if told else None
