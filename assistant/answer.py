"""An answer that people can check: every figure carries its query, every quote is what a stored mention says.

The constructors refuse anything else, so no renderer has to trust anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.meaning import Question, window_json
from assistant.measures import Cell, Figure, Measure, Share
from assistant.periods import Window
from mining.pain import Score
from mining.reading import Heard, fingerprint


class Status(StrEnum):
    """How it went."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    NO_DATA = "no_data"
    OUT_OF_SCOPE = "out_of_scope"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a mention, literally.

    Raises:
        ValueError: the mention does not say that.
    """

    text: str
    mention: Heard

    def __post_init__(self) -> None:
        if not self.text or self.text not in self.mention.text:
            raise ValueError(f"a quote that {self.mention.mention_id} does not hold")

    def as_json(self) -> dict[str, Any]:
        """The words and where they stand."""
        said = self.mention
        return {
            "text": self.text,
            "mention_id": said.mention_id,
            "feedback_id": said.feedback_id,
            "language": said.language,
            "said_at": said.said_at.isoformat(),
            "source": said.source,
            "channel": said.channel,
            "url": said.url,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer: a theme, a month, a stage, a side of a comparison, a reason.

    ``group`` is the heading that it stands under ("purchase stage"), ``marks`` what has to be said of it in words
    ("more than usual"). ``pain`` is what a ranking goes by, with its parts; a ``small`` row has too little to rank by.
    """

    id: str
    title: str
    cells: tuple[Cell, ...] = ()
    rank: int | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    marks: tuple[str, ...] = ()
    pain: Score | None = None
    small: bool = False
    quotes: tuple[Quote, ...] = ()

    def __getitem__(self, key: str) -> Measure:
        """A measure by its key; ``KeyError`` where the row has none such."""
        for cell in self.cells:
            if cell.key == key:
                return cell.measure
        raise KeyError(key)

    def figure(self, key: str = "feedback") -> Figure:
        """A count by its key; ``KeyError`` where the row has none such."""
        found = self[key]
        if not isinstance(found, Figure):
            raise KeyError(key)
        return found

    @property
    def figures(self) -> Iterator[Figure]:
        """Every count in the row."""
        for cell in self.cells:
            yield from cell.measure.figures

    def as_json(self) -> dict[str, Any]:
        """The row, its measures by their keys; of a share the value, with its interval and counts beside it."""
        shown: dict[str, Any] = {"rank": self.rank, "id": self.id, "title": self.title, "titles": dict(self.titles)}
        for cell in self.cells:
            if isinstance(cell.measure, Share):
                told = cell.measure.as_json()
                shown |= {cell.key: told["value"], f"{cell.key}_interval": told["interval"]}
                shown |= {f"{cell.key}_part": told["part"], f"{cell.key}_of": told["whole"]}
            else:
                shown[cell.key] = cell.measure.as_json()
        return shown | {
            "group": self.group,
            "marks": list(self.marks),
            "pain": self.pain.as_json() if self.pain else None,
            "small": self.small,
            "quotes": [quote.as_json() for quote in self.quotes],
        }


@dataclass(frozen=True, slots=True)
class Chart:
    """How the rows may be drawn: ``mark`` is bars, lines or pairs (two bars a row), of the measure called ``key``.

    For ``pairs`` two measures are drawn beside each other: ``key`` and ``beside``.
    """

    mark: str
    key: str
    title: str
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the terminal, Slack, the digest and the API show.

    ``counted`` is the feedback that the rows are about, ``denominator`` all feedback in the same scope and window,
    ``unnamed`` the feedback with such remarks that no row names, ``solicited`` how much of what was counted was asked
    for (surveys). ``unknown_share`` is, per task, the share of labels that the taggers were unsure of (score below
    0.5). ``said`` are sentences below the headline, ``notes`` what has to be known about the figures; both are in the
    asker's language, as are the ``choices`` of a clarifying question, each a whole question.
    """

    status: Status
    question: Question
    headline: str
    rows: tuple[Row, ...] = ()
    quotes: tuple[Quote, ...] = ()
    said: tuple[str, ...] = ()
    counted: Figure | None = None
    denominator: Figure | None = None
    unnamed: Figure | None = None
    solicited: Figure | None = None
    more: tuple[Cell, ...] = ()
    unknown_share: Mapping[str, float] = field(default_factory=dict)
    freshness: Mapping[str, datetime] = field(default_factory=dict)
    chart: Chart | None = None
    notes: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    next_questions: tuple[str, ...] = ()

    @property
    def window(self) -> Window | None:
        """The time that the answer is about."""
        return self.question.window

    @property
    def figures(self) -> list[Figure]:
        """Every figure of the answer."""
        own = [figure for figure in (self.counted, self.denominator, self.unnamed, self.solicited) if figure]
        more = [figure for cell in self.more for figure in cell.measure.figures]
        return own + more + [figure for row in self.rows for figure in row.figures]

    @property
    def every_quote(self) -> list[Quote]:
        """The quotes of the answer and of its rows."""
        return [*self.quotes, *(quote for row in self.rows for quote in row.quotes)]

    def as_json(self, chart: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The stable shape of ``overheard ask --json``; ``chart`` is a Vega-Lite specification, if one was made."""
        return {
            "status": self.status.value,
            "language": self.question.language,
            "headline": self.headline,
            "question": {"text": self.question.text, **self.question.as_json()},
            "said": list(self.said),
            "rows": [row.as_json() for row in self.rows],
            "quotes": [quote.as_json() for quote in self.every_quote],
            "more": {cell.key: cell.measure.as_json() for cell in self.more},
            "figures": [figure.as_json() for figure in self.figures],
            "window": window_json(self.window) if self.window else None,
            "counted": _json(self.counted),
            "denominator": _json(self.denominator),
            "unnamed": _json(self.unnamed),
            "solicited": _json(self.solicited),
            "unknown_share": {task: round(share, 4) for task, share in self.unknown_share.items()},
            "freshness": {source: at.isoformat() for source, at in self.freshness.items()},
            "chart": dict(chart) if chart else None,
            "notes": list(self.notes),
            "choices": list(self.choices),
            "next_questions": list(self.next_questions),
        }


def _json(figure: Figure | None) -> dict[str, Any] | None:
    return figure.as_json() if figure else None


def distinct(mentions: Sequence[Heard], most: int) -> tuple[Quote, ...]:
    """Quotes of different people with different words; one of each language first, in the order given."""
    seen: set[str] = set()
    different: list[Heard] = []
    for mention in mentions:
        marks = {
            f"author {mention.author or mention.feedback_id}",
            f"feedback {mention.feedback_id}",
            f"first {mention.first or mention.feedback_id}",
            fingerprint(mention.text),
        }
        if not marks & seen:
            seen |= marks
            different.append(mention)
    by_language = {mention.language: mention for mention in reversed(different)}
    first = [mention for mention in different if by_language[mention.language] is mention]
    chosen = (first + [mention for mention in different if mention not in first])[:most]
    return tuple(Quote(mention.text, mention) for mention in chosen)
