"""The cursor: how far each file was read, and what it was like then.

::

    {"v": 1, "settings": "5f3c…",
     "files": {"reviews.csv": {"size": 812, "mtime_ns": …, "sha": "…", "row": 9, "done": true}}}

``sha`` covers the first 64 KB. A file that has changed in any way is read again from its start; ids make that harmless.
So is every file when the settings have changed, or when an earlier run looked at less time (``since``, ``until``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.base import Window
from connectors.errors import ConfigError

VERSION = 1
_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class State:
    """One file's entry; ``row`` counts the records behind us."""

    size: int
    mtime_ns: int
    sha: str
    row: int = 0
    done: bool = False
    since: float | None = None
    until: float | None = None

    def same_file(self, other: State) -> bool:
        """Whether the bytes are those of ``other``; a small file is known by its content, not by its clock."""
        known_whole = self.size <= _HEAD
        return (self.size, self.sha) == (other.size, other.sha) and (known_whole or self.mtime_ns == other.mtime_ns)

    def covers(self, window: Window) -> bool:
        """Whether all of this window was looked at."""
        since, until = _instant(window.since), _instant(window.until)
        from_then = self.since is None or (since is not None and since >= self.since)
        until_then = self.until is None or (until is not None and until <= self.until)
        return from_then and until_then

    def as_json(self) -> dict[str, object]:
        """The entry without what says nothing."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def _instant(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def stamp(path: Path, window: Window) -> State:
    """What a file is like now.

    Raises:
        OSError: it cannot be opened.
    """
    found = path.stat()
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    return State(
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
        sha=sha256(head).hexdigest()[:32],
        since=_instant(window.since),
        until=_instant(window.until),
    )


class Ledger:
    """The entries of all files, between two cursors."""

    def __init__(self, cursor: Mapping[str, Any], settings: str) -> None:
        """Take up a cursor.

        Raises:
            ConfigError: it was written by another version, or by no version of this source.
        """
        self._settings = settings
        self._files: dict[str, State] = {}
        if not cursor:
            return
        hint = "it was written by another version; update, or begin this source anew"
        if cursor.get("v") != VERSION:
            raise ConfigError(f"the cursor has version {cursor.get('v')!r}, and {VERSION} is known", hint=hint)
        try:
            files = {name: State(**entry) for name, entry in cursor["files"].items()}
        except (AttributeError, KeyError, TypeError) as error:
            raise ConfigError("the cursor is not one of files", hint=hint) from error
        if cursor.get("settings") == settings:
            self._files = files

    def start(self, name: str, now: State, window: Window) -> int | None:
        """How many records of a file are behind us; None where the whole file is."""
        before = self._files.get(name)
        if before is None or not before.same_file(now):
            return 0
        if before.done and before.covers(window):
            return None
        same_window = (before.since, before.until) == (now.since, now.until)
        return 0 if before.done or not same_window else before.row

    def advance(self, name: str, now: State, row: int, *, done: bool = False) -> None:
        """Note how far a file was read."""
        self._files[name] = replace(now, row=row, done=done)

    def keep_only(self, names: set[str]) -> None:
        """Forget files that are no longer there."""
        self._files = {name: state for name, state in self._files.items() if name in names}

    def cursor(self) -> dict[str, object]:
        """The cursor as it stands."""
        files = {name: state.as_json() for name, state in self._files.items()}
        return {"v": VERSION, "settings": self._settings, "files": files}
