"""Which files of a folder are tables."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from connectors import folder
from connectors.errors import ConfigError
from connectors.folder import Found
from connectors.tabular.layout import READABLE, kind_of


def find(setting: str) -> list[Found]:
    """The files, by name.

    A file given by name, or matched by a pattern, is read whatever it is called; a folder gives those with a name
    that is read.

    Raises:
        ConfigError: there is nothing, or nothing that is read; the hint says what there is.
    """
    files = folder.find(setting, example="exports/*.csv")
    if not Path(setting).expanduser().is_dir():
        return files
    found = [file for file in files if kind_of(file.path)]
    if not found:
        endings = Counter(file.path.suffix.lower() or "no ending" for file in files)
        there = ", ".join(f"{ending} ({count})" for ending, count in endings.most_common(10))
        raise ConfigError(f"no file in {setting} can be read", hint=f"found: {there}; files that are read: {READABLE}")
    return found
