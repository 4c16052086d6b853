"""The rows behind a figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from api.schemas.base import Given, Told
from api.schemas.mentions import Mention
from api.schemas.searching import Cursor

MOST_ITEMS = 200


class QueryQuery(Given):
    """Which page."""

    model_config = ConfigDict(strict=False)

    limit: int = Field(50, ge=1, le=MOST_ITEMS, description="Feedback items of a page.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")


class Counts(Told):
    """How much it holds now, in every unit."""

    feedback: int
    unique: int
    mentions: int
    authors: int


class Opened(Told):
    """A feedback item with those of its mentions that were counted."""

    feedback_id: str
    mentions: list[Mention]


class QueryResponse(Told):
    """Exactly the rows behind a figure, the newest first, counted anew."""

    query: str
    asked_at: datetime = Field(description="When the figure was given.")
    asked_value: int = Field(description="What it was then.")
    filters: dict[str, Any] = Field(description="What the figure counts.")
    counts: Counts
    rows: list[Opened]
    next_cursor: str | None
