"""Rows of JSON: an array, an object that holds one, Reddit's listings, and one object per line.

Arrays and lines are read as streams. An object that holds its array somewhere inside is read whole while it is whole
and below 256 MB; when it is larger, cut off or damaged, its first array of objects is read as far as it goes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from connectors.tabular import reddit
from connectors.tabular.events import MAX_RECORD, Bad, Event, Remark, Row, Unreadable
from connectors.tabular.layout import Kind, Layout, open_text
from connectors.tabular.scanner import BROKEN, DECODER, Damaged, Scanner

_DEPTH = 6
_WHOLE = 256_000_000


def read(path: Path, layout: Layout) -> Iterator[Event]:
    """Yield the file's objects; ``place`` is the line for JSON lines, else the number of the item.

    Raises:
        Unreadable: it holds no object that could be a row.
    """
    left_out: Counter[str] = Counter()
    with open_text(path, layout) as stream:
        events = _lines(stream) if layout.kind is Kind.JSON_LINES else _document(stream, path.stat().st_size)
        for event in events:
            if isinstance(event, Row) and reddit.is_thing(event.fields):
                yield from _unfold(event, left_out)
            else:
                yield event
    for kind, count in sorted(left_out.items()):
        yield Remark(f"Reddit records of kind {kind!r} hold no remark and were left out: {count}")


def _unfold(row: Row, left_out: Counter[str]) -> Iterator[Event]:
    """A Reddit record and the replies inside it, each a row of its own."""
    found = 0
    for kind, fields in reddit.things(row.fields):
        if kind not in reddit.REMARKS:
            left_out[kind] += 1
            continue
        found += 1
        yield Row(row.place if found == 1 else f"{row.place}.{found}", fields)


def _lines(stream: TextIOWrapper) -> Iterator[Event]:
    number = 0
    while line := stream.readline(MAX_RECORD):
        number += 1
        if len(line) >= MAX_RECORD and not line.endswith(("\n", "\r")):
            yield Bad(number, f"the line is longer than {MAX_RECORD:,} characters", line[:2000])
            while (rest := stream.readline(MAX_RECORD)) and not rest.endswith(("\n", "\r")):
                pass
            continue
        text = line.strip().strip("\ufeff").replace("\x00", "")
        if text:
            yield _line(number, text)


def _line(number: int, text: str) -> Event:
    try:
        value = DECODER.decode(text)
    except BROKEN:
        return Bad(number, "the line is not whole JSON", text)
    return _event(number, value)


def _event(place: int, value: object) -> Event:
    if isinstance(value, dict):
        return Row(place, value)
    return Bad(place, "it is not a JSON object", json.dumps(value, ensure_ascii=False))


def _document(stream: TextIOWrapper, size: int) -> Iterator[Event]:
    scanner = Scanner(stream)
    if scanner.peek() != "{":
        yield from _guarded(_values(scanner))
        return
    if size > _WHOLE:
        yield from _guarded(_first_array(scanner))
        return
    stream.seek(0)
    text = stream.read().strip("\ufeff \t\r\n").replace("\x00", "")
    try:
        document = DECODER.decode(text)
    except BROKEN as error:
        scanner = Scanner(_reread(stream))
        scanner.peek()
        one_after_another = getattr(error, "msg", "") == "Extra data"
        yield from _guarded(_values(scanner) if one_after_another else _first_array(scanner))
        return
    yield from _inside(document)


def _reread(stream: TextIOWrapper) -> TextIO:
    stream.seek(0)
    return stream


def _guarded(values: Iterator[object]) -> Iterator[Event]:
    """What was whole is kept; the rest is one reject that says where it begins."""
    place = 0
    try:
        for value in values:
            place += 1
            yield _event(place, value)
    except Damaged as error:
        yield Bad(place + 1, f"{error}; what follows could not be read", error.rest)


def _values(scanner: Scanner) -> Iterator[object]:
    while sign := scanner.peek():
        if sign == "[":
            yield from scanner.items()
        else:
            yield scanner.value()


def _first_array(scanner: Scanner) -> Iterator[object]:
    found = yield from scanner.first_array(_DEPTH)
    if not found:
        raise Unreadable("no array of objects was found in the JSON", "export JSON lines: one object per line")


def _inside(document: Mapping[str, object]) -> Iterator[Event]:
    """The rows of an object: of its largest array of objects, or itself, if it holds none."""
    if reddit.is_thing(document):
        for place, thing in enumerate(reddit.children(document), 1):
            yield _event(place, thing)
        return
    arrays = dict(_arrays(document))
    if not arrays:
        yield Row(1, document)
        return
    path = max(arrays, key=lambda path: len(json.dumps(arrays[path])) if len(arrays) > 1 else 0)
    if len(arrays) > 1:
        others = ", ".join(repr(other) for other in arrays if other != path)
        yield Remark(f"rows are read from {path!r}, not from {others}")
    for place, value in enumerate(arrays[path], 1):
        yield _event(place, value)


def _arrays(fields: Mapping[str, object], prefix: str = "", depth: int = _DEPTH) -> Iterator[tuple[str, list[object]]]:
    for name, value in fields.items():
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield f"{prefix}{name}", value
        elif isinstance(value, dict) and depth > 1:
            yield from _arrays(value, f"{prefix}{name}.", depth - 1)
