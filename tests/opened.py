"""What is opened, listed or connected to while something runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_watchers: list[list[str]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir", "glob.glob", "socket.connect"):
        for watcher in _watchers:
            watcher.append(f"{event} {arguments}")


sys.addaudithook(_note)  # cannot be taken back, and does nothing while nobody watches


@contextmanager
def watched() -> Iterator[list[str]]:
    """Each thing touched meanwhile, as "event (arguments)"."""
    touched: list[str] = []
    _watchers.append(touched)
    try:
        yield touched
    finally:
        _watchers.remove(touched)
