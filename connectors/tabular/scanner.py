"""Reading JSON piece by piece, so that an array need not fit in memory and a cut file gives what is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from typing import TextIO

from connectors.tabular.events import MAX_RECORD

# A raw line end inside a string is an exporter's slip, not damage.
DECODER = json.JSONDecoder(strict=False)
BROKEN = (ValueError, RecursionError)
_SPACE = re.compile(r"[\ufeff\s\x00]*")
_CHUNK = 1 << 16


class Damaged(Exception):
    """The JSON is cut off or broken at ``character``; ``rest`` is the beginning of what follows."""

    def __init__(self, character: int, rest: str, *, cut: bool) -> None:
        super().__init__(f"the JSON is {'cut off' if cut else 'broken'} at character {character:,}")
        self.rest = rest


class Scanner:
    """A cursor over a stream of JSON text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._buffer = ""
        self._at = 0
        self._gone = 0
        self._ended = False

    def peek(self) -> str:
        """The next sign that is no space; ``""`` at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return ""

    def value(self) -> object:
        """The value that begins here."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._at)
            except BROKEN:
                if len(self._buffer) - self._at > MAX_RECORD or not self._fill():
                    raise self.damaged() from None
                continue
            # A number that touches the end of the buffer may go on behind it.
            if end < len(self._buffer) or not self._fill():
                self._at = end
                return value

    def items(self) -> Iterator[object]:
        """The elements of the array that begins here."""
        for _ in self._members("]"):
            yield self.value()
            self._compact()

    def first_array(self, depth: int) -> Generator[object, None, bool]:
        """The elements of the first array of objects inside the object that begins here; whether there was one."""
        for _ in self._members("}"):
            self.value()  # the key
            if self.peek() != ":":
                raise self.damaged()
            self._at += 1
            if self.peek() == "[" and self._holds_objects():
                yield from self.items()
                return True
            if self.peek() == "{" and depth > 1:
                if (yield from self.first_array(depth - 1)):
                    return True
            else:
                self.value()
        return False

    def _members(self, last: str) -> Iterator[None]:
        """Stand at each member of the array or object that begins here, one after the other; then behind its end."""
        self._at += 1
        while (sign := self.peek()) != last:
            if not sign:
                raise self.damaged()
            if sign == ",":
                self._at += 1
                continue
            yield
        self._at += 1

    def _holds_objects(self) -> bool:
        start, self._at = self._at, self._at + 1
        sign = self.peek()
        self._at = start
        return sign == "{"

    def damaged(self) -> Damaged:
        """What to raise at this place."""
        return Damaged(self._gone + self._at, self._buffer[self._at : self._at + 2000], cut=self._ended)

    def _compact(self) -> None:
        if self._at > _CHUNK:
            self._gone += self._at
            self._buffer, self._at = self._buffer[self._at :], 0

    def _fill(self) -> bool:
        """Read on, as much again as waits to be understood, so that a long value is not tried too often."""
        more = self._stream.read(max(_CHUNK, len(self._buffer) - self._at))
        self._buffer += more
        self._ended = not more
        return bool(more)
