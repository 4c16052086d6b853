"""How a file is written: its kind, packing, encoding and, for tables of text, its dialect. Decided once per file."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast

from connectors import encoding as encodings
from connectors.folder import open_binary
from connectors.tabular.events import MAX_RECORD, Unreadable


class Kind(StrEnum):
    """The formats that are read."""

    DELIMITED = "delimited"
    JSON = "json"
    JSON_LINES = "json lines"
    PARQUET = "parquet"


SUFFIXES = {
    ".csv": Kind.DELIMITED,
    ".tsv": Kind.DELIMITED,
    ".tab": Kind.DELIMITED,
    ".json": Kind.JSON,
    ".jsonl": Kind.JSON_LINES,
    ".ndjson": Kind.JSON_LINES,
    ".parquet": Kind.PARQUET,
}
READABLE = f"{', '.join(SUFFIXES)}, and each of them with .gz"

_CHUNK = 1 << 20
_PIECE = 1 << 16
_PARQUET = b"PAR1"
_DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"  # the unit separator: one column, commas and all
_LONE_RETURN = re.compile("\r(?!\n)")
_TOLD = re.compile(r"\ufeff?sep=(.)\r?\n")  # Excel's own hint about the delimiter
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "save the sheet as CSV UTF-8, or unpack the archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "save the sheet as CSV UTF-8"),
    (b"%PDF", "a PDF", "export the table behind it as CSV"),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"GIF8", "a picture", ""),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    (b"\x7fELF", "a program", ""),
    (b"<?xml", "XML", "export JSON or CSV instead"),
    (b"<!DOCTYPE", "a web page", "export JSON or CSV instead"),
    (b"<html", "a web page", "export JSON or CSV instead"),
    (b"WEBVTT", "a transcript", "read it with the transcripts source"),
    (b"BZh", "packed with bzip2", "unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "packed with xz", "unpack it, or pack it with gzip"),
    (b"(\xb5/\xfd", "packed with zstd", "unpack it, or pack it with gzip"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are told apart. ``escape`` is the backslash of exporters that do not double their quotes."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    skip: int = 0

    def reader(self, lines: Iterator[str], *, strict: bool = False) -> Iterator[list[str]]:
        """A ``csv.reader`` of this dialect."""
        # A limit of the whole process; never lowered, since somebody else may have raised it.
        if csv.field_size_limit() < 2 * MAX_RECORD:
            csv.field_size_limit(2 * MAX_RECORD)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape, strict=strict)


@dataclass(frozen=True, slots=True)
class Layout:
    """What has to be known to read a file. ``empty`` files have no rows and are no mistake.

    ``newline`` is ``"\\n"`` where that, or ``"\\r\\n"``, ends lines: a lone ``"\\r"`` is then part of a text, which
    exporters often leave without quotes. It is ``""`` where ``"\\r"`` ends lines.
    """

    kind: Kind
    encoding: str = "utf-8"
    dialect: Dialect = Dialect()
    newline: str = ""
    empty: bool = False
    notes: tuple[str, ...] = ()


def kind_of(path: Path) -> Kind | None:
    """The kind that a file's name promises; None where it promises none that is read."""
    name = path.name.lower().removesuffix(".gz")
    return SUFFIXES.get(Path(name).suffix)


def open_text(path: Path, layout: Layout) -> io.TextIOWrapper:
    """The file's text with its own line ends; bytes that are no text in its encoding become the replacement sign."""
    return io.TextIOWrapper(open_binary(path), encoding=layout.encoding, errors="replace", newline=layout.newline)


def inspect(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Layout:
    """Look at a file's beginning and say how it is written; the two settings overrule what would be found.

    Raises:
        Unreadable: it is no text and no Parquet file, or it is damaged at its very start.
        OSError: it cannot be opened.
    """
    head = b"".join(islice(_chunks(path), _CHUNK // _PIECE))
    if not head and path.stat().st_size:
        raise Unreadable("the gzip file is damaged at its start", "fetch it again")
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        return Layout(kind_of(path) or Kind.DELIMITED, empty=True, notes=("the file is empty",))
    if head.startswith(_PARQUET):
        return Layout(Kind.PARQUET)
    _refuse_foreign(head)
    guessed = encodings.Guess(encoding) if encoding else encodings.guess(_chunks(path))
    _refuse_binary(head, guessed.name)
    sample = head[: _CHUNK // 4].decode(guessed.name, "replace").replace("\x00", "")
    kind = _kind(path, sample)
    newline = "\n" if "\n" in sample else ""
    if newline:
        sample = _LONE_RETURN.sub(" ", sample)
    dialect = sniff(sample, delimiter) if kind is Kind.DELIMITED else Dialect()
    if dialect.delimiter == _NO_DELIMITER and kind_of(path) is None and path.suffix.lower() != ".txt":
        raise Unreadable("neither its name nor its content is that of a table", f"files that are read: {READABLE}")
    return Layout(
        kind, guessed.name, dialect, newline, notes=_notes(guessed, 0 if _TOLD.match(sample) else dialect.skip)
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with open_binary(path) as stream:
        try:
            while chunk := stream.read(_PIECE):
                yield chunk
        except (EOFError, gzip.BadGzipFile, zlib.error):
            return  # the reader will come to the damaged place and say where it is


def _notes(guessed: encodings.Guess, skipped: int) -> tuple[str, ...]:
    notes = []
    if guessed.damaged:
        notes.append("read as UTF-8 with a few broken letters replaced")
    elif not guessed.sure:
        notes.append(f"encoding guessed: {guessed.name}; override with encoding")
    if skipped:
        notes.append(f"the table begins in line {skipped + 1}; what stands above it was left out")
    return tuple(notes)


def _refuse_foreign(head: bytes) -> None:
    start = head[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, what, hint in _MAGIC:
        if start.startswith(magic):
            raise Unreadable(f"it is {what}, not a table of text", hint or f"files that are read: {READABLE}")


def _refuse_binary(head: bytes, encoding: str) -> None:
    text = head[: 1 << 16].decode(encoding, "replace")
    # A stray NUL or a few broken letters do not make a file binary; a tenth of its letters does.
    strange = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]", text))
    if strange * 10 > len(text):
        raise Unreadable("it is not text", f"files that are read: {READABLE}; set encoding if it is text")


def _kind(path: Path, sample: str) -> Kind:
    first = sample.lstrip("\ufeff \t\r\n")[:1]
    if first not in ("[", "{"):
        return Kind.DELIMITED if kind_of(path) in (None, Kind.DELIMITED) else kind_of(path) or Kind.JSON
    if kind_of(path) is Kind.DELIMITED:
        return Kind.DELIMITED
    return Kind.JSON if first == "[" else Kind.JSON_LINES if _lines_of_json(path, sample) else Kind.JSON


def _lines_of_json(path: Path, sample: str) -> bool:
    """One object to a line, or one object over many lines: a line of its own ends with its brace."""
    lines = [line.strip() for line in sample.splitlines()[:2] if line.strip()]
    if kind_of(path) is Kind.JSON_LINES:
        return len(lines[0]) > 1
    return len(lines) > 1 and all(line[0] == "{" for line in lines) and lines[0].endswith("}")


def sniff(sample: str, delimiter: str | None = None) -> Dialect:
    """The dialect under which the most rows are as wide as the header; one column where none fits."""
    told = _TOLD.match(sample)
    if told:
        return Dialect(delimiter or told[1], skip=1)
    quotes = ("'", '"') if sample.lstrip("\ufeff").startswith("'") else ('"',)
    candidates = [
        Dialect(sign, quote, escape)
        for quote in quotes
        for escape in (None, "\\")
        for sign in ((delimiter,) if delimiter else _DELIMITERS)
    ]
    scored = [(_score(sample, dialect), -n, dialect) for n, dialect in enumerate(candidates)]
    (agreement, _), _, best = max(scored, key=lambda row: row[:2])
    if agreement:
        return best
    below = [dialect for dialect in map(partial(_below_a_preamble, sample), candidates) if dialect]
    return below[0] if below else Dialect(delimiter or _NO_DELIMITER)


def _below_a_preamble(sample: str, dialect: Dialect) -> Dialect | None:
    """Reports have a line or two above their table; sentences do not agree on three columns."""
    lines = io.StringIO(sample, newline="")
    reader = dialect.reader(lines)
    starts: list[tuple[int, int]] = []
    before = 0
    try:
        for row, _ in zip(reader, range(300), strict=False):
            starts.append((len(row), before))
            before = cast(Any, reader).line_num
    except csv.Error:
        return None
    widths = [width for width, _ in starts if width]
    width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
    first = next((start for found, start in starts if found == width), 0)
    return replace(dialect, skip=first) if width >= 3 and count >= 0.6 * len(widths) and 0 < first <= 20 else None


def _score(sample: str, dialect: Dialect) -> tuple[float, int]:
    """The share of rows as wide as the header, and that width; nothing where the header has one column."""
    try:
        rows = [row for _, row in zip(range(300), dialect.reader(io.StringIO(sample, newline="")), strict=False) if row]
    except csv.Error:
        return (0.0, 0)
    if len(rows) > 2:
        rows.pop()  # may be cut off in the middle
    width = len(rows[0]) if rows else 0
    if width < 2:
        return (0.0, 0)
    share = Counter(len(row) for row in rows)[width] / len(rows)
    # A sentence with a comma at the top of a one-column file is no header of two columns.
    sentence = any(name.count(" ") > 3 for name in rows[0])
    return (round(share, 2), width) if share >= (0.5 if sentence else 0.1) else (0.0, 0)
