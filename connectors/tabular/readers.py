"""One door to all formats: the events of a file, and a reject instead of an exception where its bytes end badly."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from connectors.tabular import columnar, delimited, json_rows
from connectors.tabular.events import Bad, Event, Row
from connectors.tabular.header import Known
from connectors.tabular.layout import Kind, Layout

_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)


def read(path: Path, layout: Layout, known: Known) -> Iterator[Event]:
    """Yield rows, bad records and remarks in the order of the file.

    Raises:
        Unreadable: the file as a whole is not what it seemed.
        OSError: the disk refuses.
    """
    if layout.empty:
        return
    last: int | str = 0
    try:
        for event in _events(path, layout, known):
            if isinstance(event, Row | Bad):
                last = event.place
            yield event
    except _DAMAGE:
        yield Bad(f"{last}+", "the gzip file is cut off or damaged after this place; what follows could not be read")


def _events(path: Path, layout: Layout, known: Known) -> Iterator[Event]:
    if layout.kind is Kind.PARQUET:
        return columnar.read(path)
    if layout.kind is Kind.DELIMITED:
        return delimited.read(path, layout, known)
    return json_rows.read(path, layout)
