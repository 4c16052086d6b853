"""Rows of CSV, TSV and their kin, read as a stream, with the line number of every record."""

from __future__ import annotations

import csv
import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path

from connectors.tabular.events import MAX_RECORD, Bad, Event, Remark, Row
from connectors.tabular.header import Known, is_another_header, is_header, listed, names_of, same_header
from connectors.tabular.layout import Layout, open_text

# Cells of a record that does not fit its header are kept under this name, so that a retry cannot mistake them.
CELLS = "_cells"
# Stands for a lone carriage return while a line is taken apart: it is no line end here, but csv would take it for one.
_RETURN = "\ufdd0"
_UNCLOSED = "a quote opens here that never closes properly"
_CUT = "the file ends inside a quoted field"
_LONG = f"the record is longer than {MAX_RECORD:,} characters"


class _TooLong(Exception):
    pass


@dataclass(slots=True)
class _Lines:
    """Numbered lines for ``csv.reader`` that can be given back when a record turns out to be damage."""

    stream: TextIOWrapper
    lone_returns: bool = False
    number: int = 0
    taken: list[str] = field(default_factory=list)
    ended: bool = False
    _size: int = 0
    _back: deque[str] = field(default_factory=deque)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self.stream.readline(MAX_RECORD)
        if not line:
            self.ended = True
            raise StopIteration
        line = self._readable(line)
        self._size += len(line)
        self.taken.append(line)
        if self._size >= MAX_RECORD:
            raise _TooLong
        self.number += 1
        return line

    def _readable(self, line: str) -> str:
        # NUL is no text in any encoding here; spreadsheets of the nineties and broken disks leave it.
        if "\x00" in line:
            line = line.replace("\x00", "")
        if self.lone_returns and "\r" in line:
            words = line.removesuffix("\n").removesuffix("\r")
            line = words.replace("\r", _RETURN) + line[len(words) :]
        return line

    def start(self) -> int:
        """Begin a record; its line number."""
        self.taken, self._size = [], 0
        return self.number + 1

    def again(self, lines: Sequence[str]) -> None:
        """Give lines back, to be read once more."""
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)
        self.ended = False

    def drop_line(self) -> None:
        """Leave out the rest of a line that has no end in sight."""
        while (rest := self.stream.readline(MAX_RECORD)) and not rest.endswith(("\n", "\r")):
            pass
        self.number += 1


@dataclass(frozen=True, slots=True)
class _Record:
    place: int
    cells: list[str]
    problem: str = ""


def read(path: Path, layout: Layout, known: Known) -> Iterator[Event]:
    """Yield the file's rows; by ``known`` names a header is recognised."""
    with open_text(path, layout) as stream:
        lines = _Lines(stream, lone_returns=layout.newline == "\n")
        for _ in range(layout.dialect.skip):
            next(lines, None)
        yield from _rows(_records(lines, layout), known)


def _records(lines: _Lines, layout: Layout) -> Iterator[_Record]:
    reader = layout.dialect.reader(lines)
    while True:
        place = lines.start()
        try:
            cells = next(reader, None)
        except (_TooLong, csv.Error):
            yield _Record(place, _said(_damage(lines)), _LONG if len(lines.taken) == 1 else _UNCLOSED)
            reader = layout.dialect.reader(lines)
            continue
        if cells is None:
            return
        problem = _problem(lines, layout)
        if problem and len(lines.taken) > 1:
            cells = [lines.taken[0]]
            lines.again(lines.taken[1:])
            reader = layout.dialect.reader(lines)
        if any(cells):
            yield _Record(place, _said(cells), problem)


def _said(cells: list[str]) -> list[str]:
    return [cell.replace(_RETURN, "\n") for cell in cells]


def _damage(lines: _Lines) -> list[str]:
    """After a record without an end: go on after its first line."""
    first, *others = lines.taken
    if others:
        lines.number += 1  # the line that was one too many had not been counted
        lines.again(others)
    elif first.endswith(("\n", "\r")):
        lines.number += 1
    else:
        lines.drop_line()
    return [first]


def _problem(lines: _Lines, layout: Layout) -> str:
    """A quote left open swallows the lines after it; only a strict reading of those lines tells."""
    if len(lines.taken) == 1 and not lines.ended:
        return ""
    try:
        list(layout.dialect.reader(iter(lines.taken), strict=True))
    except csv.Error as error:
        cut = "unexpected end" in str(error)
        if len(lines.taken) == 1:
            return _CUT if cut else ""
        return _CUT if cut and lines.ended and len(lines.taken) < 3 else _UNCLOSED
    return ""


def _rows(records: Iterator[_Record], known: Known) -> Iterator[Event]:
    first = next(records, None)
    if first is None:
        return
    section = 0
    header = names_of(first.cells)
    if first.problem or not is_header(first.cells, known):
        header = [f"column_{n}" for n in range(1, len(first.cells) + 1)]
        yield Remark(f"no header line was found; the columns are called {listed(header)}")
        yield _row(first, header, section)
    for record in records:
        if record.problem or not is_another_header(record.cells, known, header):
            yield _row(record, header, section)
        elif same_header(record.cells, header):
            yield Remark(f"line {record.place} repeats the header and was left out")
        else:
            header, section = names_of(record.cells), section + 1
            yield Remark(f"line {record.place} is another header ({listed(header)}); it is used from there on")


def _row(record: _Record, header: Sequence[str], section: int) -> Event:
    if record.problem:
        return Bad(record.place, record.problem, _raw(record.cells), section=section)
    cells = record.cells
    if len(cells) > len(header) and not any(cells[len(header) :]):
        cells = cells[: len(header)]  # a delimiter too many at the end of the line says nothing
    fields = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        reason = f"the row has {len(cells)} columns where the header has {len(header)}"
        return Bad(record.place, reason, _raw(cells), fields, section)
    return Row(record.place, fields, section)


def _raw(cells: Sequence[str]) -> str:
    return json.dumps({CELLS: cells}, ensure_ascii=False)
