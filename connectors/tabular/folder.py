"""Which files a path means: one file, all that a pattern matches, or all readable ones below a folder."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import ConfigError
from connectors.tabular.layout import READABLE, kind_of


@dataclass(frozen=True, slots=True)
class Found:
    """A file: its name below the root, with ``/`` on every system, and its path."""

    name: str
    path: Path


def find(setting: str) -> list[Found]:
    """The files, by name.

    A file given by name, or matched by a pattern, is read whatever it is called; a folder gives those with a name
    that is read, at any depth, hidden ones left out.

    Raises:
        ConfigError: there is nothing, or nothing that is read; the hint says what there is.
    """
    path = Path(setting).expanduser()
    if path.is_file():
        return [Found(path.name, path)]
    if path.is_dir():
        return _in_folder(path)
    if glob.has_magic(setting):
        return _by_pattern(str(path))
    raise ConfigError(
        f"there is no file or folder {setting}", hint="give a file, a folder or a pattern such as exports/*.csv"
    )


def _in_folder(root: Path) -> list[Found]:
    files = list(_walk(root))
    found = [Found(path.relative_to(root).as_posix(), path) for path in files if kind_of(path)]
    if not found:
        endings = Counter(path.suffix.lower() or "no ending" for path in files)
        there = ", ".join(f"{ending} ({count})" for ending, count in endings.most_common(10)) or "nothing"
        raise ConfigError(f"no file in {root} can be read", hint=f"found: {there}; files that are read: {READABLE}")
    return sorted(found, key=lambda file: file.name)


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        # Office keeps a lock file "~$name" beside every open document.
        yield from (Path(folder) / name for name in names if not name.startswith((".", "~$")))


def _by_pattern(pattern: str) -> list[Found]:
    fixed = []
    for part in Path(pattern).parts:
        if glob.has_magic(part):
            break
        fixed.append(part)
    root = Path(*fixed)
    paths = sorted(Path(name) for name in glob.glob(pattern, recursive=True))  # noqa: PTH207 -- absolute patterns too
    found = [Found(path.relative_to(root).as_posix(), path) for path in paths if path.is_file()]
    if not found:
        raise ConfigError(f"no file matches {pattern}", hint="** goes through folders: exports/**/*.csv")
    return found
