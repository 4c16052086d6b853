"""Which files a path means (one file, all that a pattern matches, or all below a folder), and their bytes."""

from __future__ import annotations

import glob
import gzip
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from connectors.errors import ConfigError

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Found:
    """A file: its name below the root, with ``/`` on every system and fit to be stored and printed, and its path."""

    name: str
    path: Path


def find(setting: str | Path, example: str) -> list[Found]:
    """The files, by name; hidden ones are left out, unless one is named itself.

    Raises:
        ConfigError: there is none; the hint shows ``example``, a pattern.
    """
    path = Path(setting).expanduser()
    if path.is_file():
        root, paths = path.parent, [path]
    elif path.is_dir():
        root, paths = path, list(_below(path))
    else:
        root, paths = _fixed_part(path), _matching(str(path))
    if not paths:
        hint = f"give a file, a folder or a pattern such as {example}; ** goes through folders"
        raise ConfigError(f"there is no file at {setting}", hint=hint)
    return sorted((Found(_name(found.relative_to(root)), found) for found in paths), key=lambda file: file.name)


def open_binary(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if it is a gzip file, whatever its name says."""
    raw = path.open("rb")
    packed = raw.read(2) == _GZIP
    raw.seek(0)
    if not packed:
        return raw
    return cast(BinaryIO, _Unpacked(raw))


class _Unpacked(gzip.GzipFile):
    """Closes the packed file together with itself."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__(fileobj=raw)
        self._raw = raw

    def close(self) -> None:
        super().close()
        self._raw.close()


def _below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        # Office keeps a lock file "~$name" beside every open document.
        yield from (Path(folder) / name for name in names if not name.startswith((".", "~$")))


def _fixed_part(pattern: Path) -> Path:
    until = next((at for at, part in enumerate(pattern.parts) if glob.has_magic(part)), len(pattern.parts))
    return Path(*pattern.parts[:until])


def _matching(pattern: str) -> list[Path]:
    found = map(Path, glob.glob(pattern, recursive=True))  # noqa: PTH207 -- absolute patterns too
    return [path for path in found if path.is_file()]


def _name(below: Path) -> str:
    # File systems differ in how they spell accents, and a name may hold bytes that are no text at all.
    return unicodedata.normalize("NFC", below.as_posix()).encode("utf-8", "backslashreplace").decode()
