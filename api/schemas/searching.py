"""Search and aggregate: what is asked, and what comes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.cursors import LONGEST
from api.schemas.base import Given, Text, Told
from api.schemas.filters import Filters, Share
from api.schemas.mentions import Mention
from mining.aggregate import MOST_DIMENSIONS
from mining.rows import storable_text
from mining.search import NEAR

LONGEST_QUERY = 1_000
MOST_HITS = 200

Facet = Literal[
    "stage", "touchpoint", "intent", "sentiment", "effort", "theme", "channel", "source", "language", "product",
    "competitor", "platform",
]  # fmt: skip
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class SearchRequest(Given):
    """What is looked for."""

    query: Annotated[str, StringConstraints(max_length=LONGEST_QUERY), AfterValidator(storable_text)] = Field(
        "",
        description='Words in any language. `"two words"` in quotes stand beside each other, `-word` is not said. '
        "Empty: all that the filters select, the newest first.",
    )
    mode: Literal["keyword", "semantic", "hybrid"] = Field(
        "hybrid", description="By word, by meaning (across languages), or both in one ranking."
    )
    filters: Filters = Field(default_factory=lambda: Filters.model_validate({}))
    facets: Annotated[tuple[Facet, ...], Field(max_length=12, strict=False)] = Field(
        (), description="Count all hits by these, not only those of this page."
    )
    order: Literal["best", "newest"] = "best"
    near: Share = Field(NEAR, description="From this cosine on, 0 to 1, meaning makes a hit.")
    limit: int = Field(20, ge=1, le=MOST_HITS, description="Hits of a page.")
    cursor: Cursor | None = Field(
        None, description="`next_cursor` of the page before; all else but `limit` and `facets` as it was there."
    )


class Highlight(Told):
    """Signs of a hit's text that say a word looked for."""

    start: int
    end: int


class Hit(Mention):
    """A mention that fits, and how well."""

    score: float = Field(
        description="By meaning the cosine; by word 0 to 1; hybrid the cosine and up to 0.15 each for words and "
        "length; 0 where the newest come first."
    )
    highlights: list[Highlight]


class FacetValue(Told):
    """How many hits have a value."""

    value: str | None = Field(description="null: hits that have none.")
    mentions: int


class SearchResponse(Told):
    """A page of hits, and what is true of all pages."""

    hits: list[Hit]
    total: int = Field(description="All hits, exactly, in mentions.")
    total_feedback: int = Field(description="The feedback that they are of.")
    facets: dict[str, list[FacetValue]] = Field(
        description="For each facet asked for its values, the most frequent first. Labels, theme, channel, source and "
        "language add up to `total`; of names a mention may hold several or none."
    )
    next_cursor: str | None = Field(description="For the page behind this one; null at the end.")


class AggregateRequest(Given):
    """What is counted, and by what."""

    filters: Filters = Field(default_factory=lambda: Filters.model_validate({}))
    by: Annotated[tuple[Text, ...], Field(max_length=MOST_DIMENSIONS, strict=False)] = Field(
        (), description="Up to three of the facets of a search, or `segment.KEY`."
    )
    grain: Literal["day", "week", "month", "quarter", "year"] | None = Field(
        None, description="Also by this step of local time."
    )
    zone: Text | None = Field(None, description="Whose days: `Asia/Tehran`. By default the workspace's.")
    week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = Field(
        None, description="By default the workspace's, else Monday."
    )
    limit: int = Field(100, ge=1, le=1_000, description="Rows: those with the most feedback, or the latest periods.")


class Part(Told):
    """A count, and the query that counts it again: `GET /v1/queries/{query}`."""

    value: int
    query: str


class Net(Told):
    """Positive less negative mentions, of all: -1 to 1; null where nothing was said."""

    value: float | None
    positive: Part
    negative: Part


class Rating(Told):
    """The mean in stars of five, and of how much feedback; null where none is rated."""

    mean: float | None
    rated: Part


class Period(Told):
    """Local days, both included."""

    first: date
    last: date


class Group(Told):
    """One row of an aggregate."""

    values: dict[str, str | None] = Field(description="The value of each dimension; null: what has none.")
    period: Period | None
    feedback: int = Field(description="Items; a call counts once.")
    mentions: int
    authors: int = Field(description="People who are known.")
    unique: int = Field(description="Items, with copies taken once.")
    share: float = Field(description="Feedback of this row, of all that the filters select: 0 to 1.")
    net: Net | None = Field(description="null where filters or groups go by sentiment already.")
    rating: Rating
    query: str = Field(description="The rows behind the counts: `GET /v1/queries/{query}`.")


class AggregateResponse(Told):
    """Rows, and the same measures of everything that the filters select."""

    rows: list[Group]
    count: int = Field(description="How many rows there are, of which `limit` may leave some out.")
    whole: Group
