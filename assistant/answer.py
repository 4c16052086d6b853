"""An answer that people can check: every figure carries its query, every quote is what a stored mention says.

The constructors refuse anything else, so no renderer has to trust anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.periods import Window
from assistant.question import Question
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
class Figure:
    """A count and the query that gives it again. ``unit``: feedback, unique, mentions or authors.

    Raises:
        ValueError: no query.
    """

    value: int
    unit: str
    query: str

    def __post_init__(self) -> None:
        if not self.query:
            raise ValueError(f"a figure without a query: {self.value} {self.unit}")

    def as_json(self) -> dict[str, Any]:
        """Value, unit and query."""
        return {"value": self.value, "unit": self.unit, "query": self.query}


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
    """One line of a ranking. ``share`` is of the feedback that the ranking is about, 0..1.

    ``interval`` is the share's 95 % interval (Wilson); ``pain`` is what the ranking goes by, with its parts.
    """

    rank: int
    id: str
    title: str
    titles: Mapping[str, str]
    feedback: Figure
    unique: Figure
    authors: Figure
    share: float
    interval: tuple[float, float]
    pain: Score
    small: bool
    quotes: tuple[Quote, ...]

    def as_json(self) -> dict[str, Any]:
        """The row, its figures with their queries."""
        return {
            "rank": self.rank,
            "id": self.id,
            "title": self.title,
            "titles": dict(self.titles),
            "feedback": self.feedback.as_json(),
            "unique": self.unique.as_json(),
            "authors": self.authors.as_json(),
            "share": round(self.share, 4),
            "share_interval": [round(end, 4) for end in self.interval],
            "pain": self.pain.as_json(),
            "small": self.small,
            "quotes": [quote.as_json() for quote in self.quotes],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown in the terminal today, in Slack, digest and API tomorrow.

    ``counted`` is the feedback that the rows are about, ``denominator`` all feedback in the same scope and window,
    ``unnamed`` the feedback counted that no row names. ``unknown_share`` is, per task, the share of labels that the
    taggers were unsure of (score below 0.5). ``said`` are the sentences shown, in the asker's language.
    """

    status: Status
    question: Question
    headline: str
    rows: tuple[Row, ...] = ()
    counted: Figure | None = None
    denominator: Figure | None = None
    unnamed: Figure | None = None
    solicited: int = 0
    unknown_share: Mapping[str, float] = field(default_factory=dict)
    freshness: Mapping[str, datetime] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    next_questions: tuple[str, ...] = ()

    @property
    def window(self) -> Window:
        """The time that the answer is about."""
        return self.question.window

    @property
    def figures(self) -> list[Figure]:
        """Every figure of the answer."""
        own = [figure for figure in (self.counted, self.denominator, self.unnamed) if figure]
        return own + [figure for row in self.rows for figure in (row.feedback, row.unique, row.authors)]

    def as_json(self) -> dict[str, Any]:
        """The stable shape of ``overheard ask --json``."""
        window = self.window
        return {
            "status": self.status.value,
            "language": self.question.language,
            "headline": self.headline,
            "question": {"text": self.question.text, **self.question.as_json()},
            "rows": [row.as_json() for row in self.rows],
            "quotes": [quote.as_json() for row in self.rows for quote in row.quotes],
            "figures": [figure.as_json() for figure in self.figures],
            "window": {
                "from": window.first.isoformat(),
                "to": window.last.isoformat(),
                "default": window.default,
                "partial": window.partial,
            },
            "counted": _json(self.counted),
            "denominator": _json(self.denominator),
            "unnamed": _json(self.unnamed),
            "solicited": self.solicited,
            "unknown_share": {task: round(share, 4) for task, share in self.unknown_share.items()},
            "freshness": {source: at.isoformat() for source, at in self.freshness.items()},
            "chart": None,
            "notes": list(self.notes),
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
            fingerprint(mention.text),
        }
        if not marks & seen:
            seen |= marks
            different.append(mention)
    by_language = {mention.language: mention for mention in reversed(different)}
    first = [mention for mention in different if by_language[mention.language] is mention]
    chosen = (first + [mention for mention in different if mention not in first])[:most]
    return tuple(Quote(mention.text, mention) for mention in chosen)
