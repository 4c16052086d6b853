"""Reading ahead: while a page is being stored the next one is already on its way."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")
# So often one who waits looks whether it is still wanted.
_LOOK_S = 0.2


class _Reader(Generic[Item]):
    """Iterates in a thread of its own, one item ahead of whoever takes them."""

    def __init__(self, items: Callable[[], Iterator[Item]]) -> None:
        self._items = items
        # An item, or how it ended: None for well, else what was raised.
        self._ready: Queue[tuple[Item] | BaseException | None] = Queue(maxsize=1)
        self._unwanted = Event()
        # A thread that waits for a network must not keep the program from ending.
        self._thread = Thread(target=self._read, name="read-ahead", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            items = self._items()
            for item in items:
                if not self._put((item,)):
                    # What it holds open, such as a connection, is let go of here and now.
                    if isinstance(items, Generator):
                        items.close()
                    return
        except BaseException as error:  # it is raised in the thread that takes the items
            self._put(error)
        else:
            self._put(None)

    def _put(self, what: tuple[Item] | BaseException | None) -> bool:
        while not self._unwanted.is_set():
            with suppress(Full):
                self._ready.put(what, timeout=_LOOK_S)
                return True
        return False

    def take(self, go_on: Callable[[], None]) -> tuple[Item] | None:
        """The next item, None at the end; raises what was raised there, or what ``go_on`` raises meanwhile."""
        while True:
            go_on()
            with suppress(Empty):
                found = self._ready.get(timeout=_LOOK_S)
                if isinstance(found, BaseException):
                    raise found
                return found

    def leave(self) -> None:
        self._unwanted.set()


def ahead(items: Callable[[], Iterator[Item]], go_on: Callable[[], None]) -> Iterator[Item]:
    """The same items, read one ahead in a thread; two are held at most, beside the one in hand.

    ``go_on`` is called between items and while one is waited for, and raises when that is to end. What the iterator
    raises is raised here, after all items before it.
    """
    reader = _Reader(items)
    try:
        while (found := reader.take(go_on)) is not None:
            yield found[0]
    finally:
        reader.leave()
