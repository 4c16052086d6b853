"""A question on a slate: the folded text, and what each stretch of it was taken for. Places never move."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Span = tuple[int, int]


@dataclass(slots=True)
class Slate:
    """``text`` is folded; ``taken`` holds stretches of it with what they were taken for, in the order of taking."""

    text: str
    taken: list[tuple[Span, str]] = field(default_factory=list)

    def rest(self, *, keep: Iterable[str] = ()) -> str:
        """The text, blanks where it was taken; what was taken for one of ``keep`` stays."""
        return blanked(self.text, (span for span, what in self.taken if what not in keep))

    def take(self, span: Span, what: str) -> None:
        """Note what a stretch is."""
        self.taken.append((span, what))

    def find(self, pattern: re.Pattern[str], what: str) -> re.Match[str] | None:
        """The first match in what is left; it is taken."""
        found = pattern.search(self.rest())
        if found:
            self.take(found.span(), what)
        return found

    def find_all(self, pattern: re.Pattern[str], what: str) -> list[re.Match[str]]:
        """All matches in what is left; they are taken."""
        found = list(pattern.finditer(self.rest()))
        for match in found:
            self.take(match.span(), what)
        return found

    def spans(self, *what: str) -> list[Span]:
        """The stretches taken for any of these, in the order of the text."""
        return sorted(span for span, taken in self.taken if taken in what)

    def release(self, what: str, spans: Iterable[Span]) -> None:
        """Let go of stretches that turned out to be something else."""
        gone = {(span, what) for span in spans}
        self.taken = [one for one in self.taken if one not in gone]

    def at(self, place: int) -> Iterator[str]:
        """What the sign at a place was taken for."""
        return (what for (start, end), what in self.taken if start <= place < end)


def blanked(text: str, spans: Iterable[Span]) -> str:
    """The text with blanks in some places."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
