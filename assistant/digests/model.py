"""A digest as a page that any renderer can set: lines of text whose directions stand apart, and nothing to reckon.

Nothing here trusts a title, a source or a quote: what could reach past its own words is gone, as in
:mod:`assistant.renderers.base`. Renderers escape for their own readers.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answer import Answer
from assistant.renderers import base
from assistant.wording import Wording

WORSE, BETTER, NEW = "worse", "better", "new"


@dataclass(frozen=True, slots=True)
class Tile:
    """One number beside the same of before. ``tone`` is worse, better or ""; ``verdict`` says whether it is chance."""

    label: str
    value: str
    before: str = ""
    change: str = ""
    verdict: str = ""
    tone: str = ""
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One line: a title, its number, more about it in small letters, and marks.

    ``size`` is how long a bar for it is, -1 to 1, None where none makes sense. Items of one ``group`` stand together.
    """

    title: str = ""
    value: str = ""
    detail: str = ""
    marks: tuple[str, ...] = ()
    tone: str = ""
    size: float | None = None
    quotes: tuple[base.Said, ...] = ()
    queries: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its question, what it says first, tiles or items, and what is to be known of them.

    ``series`` are numbers over time, drawn as columns. ``chart`` is the answer whose chart is shown.
    """

    key: str
    title: str
    question: str
    lead: str = ""
    tiles: tuple[Tile, ...] = ()
    items: tuple[Item, ...] = ()
    series: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    chart: Answer | None = None

    @property
    def holds_something(self) -> bool:
        """Whether there is anything below the title."""
        return bool(self.lead or self.tiles or self.items or self.series or self.chart or self.notes)


@dataclass(frozen=True, slots=True)
class Page:
    """The whole digest, in the order in which it is read."""

    words: Wording
    title: str
    period: str
    about: tuple[str, ...]
    headline: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    footer: tuple[str, ...]
    language: str

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return "rtl" if self.words.right_to_left else "ltr"
