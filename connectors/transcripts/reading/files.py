"""The files behind a path: one file, a pattern, or a folder with all that lies below."""

from __future__ import annotations

import glob
import gzip
import os
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from connectors.errors import ConfigError
from connectors.transcripts.reading.sniffer import Unreadable

_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
# Of one call's files the one that tells most goes first: Whisper, say, writes all of these at once.
_RANKS = {".json": 0, ".vtt": 1, ".srt": 2, ".txt": 3}
# Contact Lens keeps the raw and the redacted analysis of a contact under the same id.
_REDACTED = re.compile(r"(?i)[_\-]?redacted[_\-]?/?")


@dataclass(frozen=True, slots=True)
class File:
    """A file as listed. ``where`` is its path below the root, with slashes, fit to be stored and printed."""

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
    """The files behind a path, each family's together, hidden ones left out.

    Raises:
        ConfigError: there is nothing.
    """
    root, paths = _listed(path.expanduser())
    files = [file for found in paths if (file := _file(found, root))]
    if not files:
        raise ConfigError(
            f"there is no file at {path}", hint="give a transcript, a pattern such as calls/**/*.json, or a folder"
        )
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
        with file.path.open("rb") as stream:
            raw = stream.read(most + 1)
            if raw.startswith(b"\x1f\x8b"):
                stream.seek(0)
                raw = _unpacked(stream, most + 1)
    except FileNotFoundError as error:
        raise Unreadable("the file is gone") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable("the gzip archive is damaged or breaks off") from error
    except OSError as error:
        raise Unreadable(f"the file cannot be read: {error.strerror or 'input error'}") from error
    if len(raw) > most:
        raise Unreadable(f"the file is larger than max_bytes ({most:,})")
    return raw


def _unpacked(stream: BinaryIO, most: int) -> bytes:
    """Up to ``most`` bytes; a damaged end shows only when it is reached, so one read is not enough."""
    found = b""
    with gzip.GzipFile(fileobj=stream) as unpacked:
        while len(found) < most and (part := unpacked.read(most - len(found))):
            found += part
    return found


def _listed(path: Path) -> tuple[Path, list[Path]]:
    if path.is_file():
        return path.parent, [path]
    if path.is_dir():
        return path, list(_below(path))
    fixed = [part for part in path.parts if not glob.has_magic(part)]
    if len(fixed) == len(path.parts):
        return path, []
    until = next(at for at, part in enumerate(path.parts) if glob.has_magic(part))
    root, pattern = Path(*path.parts[:until]), list(path.parts[until:])
    # For pathlib a pattern that ends in ** means the folders alone.
    found = root.glob("/".join([*pattern, "*"] if pattern[-1] == "**" else pattern))
    return root, [one for one in found if one.is_file() and not _is_hidden(one.relative_to(root))]


def _below(folder: Path) -> Iterator[Path]:
    for inside, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(inside, name) for name in names if not name.startswith("."))


def _is_hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _file(path: Path, root: Path) -> File | None:
    try:
        about = path.stat()
        relative = path.relative_to(root).as_posix()
    except (OSError, ValueError):
        return None
    # File systems differ in how they spell accents, and a name may hold bytes that are no text at all.
    where = unicodedata.normalize("NFC", relative).encode("utf-8", "backslashreplace").decode()
    return File(path, where, about.st_size, about.st_mtime_ns)


def _stem(where: str) -> str:
    return _SUFFIX.sub("", where.removesuffix(".gz")) or where


def _rank(file: File) -> tuple[bool, int]:
    raw = _REDACTED.search(file.stem) is None
    return raw, _RANKS.get(PurePosixPath(file.where.removesuffix(".gz")).suffix.lower(), len(_RANKS))
