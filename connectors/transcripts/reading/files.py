"""The files of transcripts: which of them belong together, and their bytes."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from connectors import folder
from connectors.folder import Found
from connectors.transcripts.reading.sniffer import Unreadable

_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
# Of one call's files the one that tells most goes first: Whisper, say, writes all of these at once.
_RANKS = {".json": 0, ".vtt": 1, ".srt": 2, ".txt": 3}
# Contact Lens keeps the raw and the redacted analysis of a contact under the same id.
_REDACTED = re.compile(r"(?i)[_\-]?redacted[_\-]?/?")


@dataclass(frozen=True, slots=True)
class File:
    """A file as listed. ``where`` is its name below the root."""

    path: Path
    where: str
    size: int
    mtime_ns: int

    @property
    def stem(self) -> str:
        """``where`` without its suffix: what stays the same when the folder moves."""
        return _stem(self.where)

    @property
    def family(self) -> str:
        """The same for all files of one call: other formats, and the redacted twin."""
        return _REDACTED.sub("", self.stem)


def find(path: Path) -> list[File]:
    """The files behind a path, each family's together.

    Raises:
        ConfigError: there is none.
    """
    files = [file for found in folder.find(path, example="calls/**/*.json") if (file := _file(found))]
    return sorted(files, key=lambda file: (file.family, _rank(file), file.where))


def families(files: list[File]) -> Iterator[list[File]]:
    """Files as :func:`find` sorts them, by family."""
    for _, family in groupby(files, key=lambda file: file.family):
        yield list(family)


def read_bytes(file: File, most: int) -> bytes:
    """The file's bytes, unpacked if it is gzipped.

    Raises:
        Unreadable: it is larger than ``most`` bytes (unpacked), damaged, gone, or may not be read.
    """
    try:
        with folder.open_binary(file.path) as stream:
            raw = stream.read(most + 1)
    except FileNotFoundError as error:
        raise Unreadable("the file is gone") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable("the gzip archive is damaged or breaks off") from error
    except OSError as error:
        raise Unreadable(f"the file cannot be read: {error.strerror or 'input error'}") from error
    if len(raw) > most:
        raise Unreadable(f"the file is larger than max_bytes ({most:,})")
    return raw


def _file(found: Found) -> File | None:
    """The file with its size and time; None if it has gone meanwhile."""
    try:
        about = found.path.stat()
    except OSError:
        return None
    return File(found.path, found.name, about.st_size, about.st_mtime_ns)


def _stem(where: str) -> str:
    return _SUFFIX.sub("", where.removesuffix(".gz")) or where


def _rank(file: File) -> tuple[bool, int]:
    raw = _REDACTED.search(file.stem) is None
    return raw, _RANKS.get(PurePosixPath(file.where.removesuffix(".gz")).suffix.lower(), len(_RANKS))
