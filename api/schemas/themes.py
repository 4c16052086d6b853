"""Themes: the same pain or praise, said in many ways, under one name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api.schemas.base import Given, Told
from api.schemas.searching import Cursor

MOST_THEMES = 200


class ThemesQuery(Given):
    """Which themes."""

    model_config = ConfigDict(strict=False)

    side: Literal["pain", "praise"] | None = Field(None, description="Pains (and wishes) or praises alone.")
    hidden: bool = Field(False, description="Those too that somebody hid.")
    limit: int = Field(50, ge=1, le=MOST_THEMES)
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")


class Pain(Told):
    """What themes are ranked by, and what it is made of: docs/pain-score.md."""

    score: float
    volume: float
    negativity: float
    effort: float
    churn: float
    growth: float
    unique: int
    people: int
    small: bool = Field(description="Too little to rank by.")


class Theme(Told):
    """A theme over all time."""

    id: str = Field(description="Stays the same whatever people call it.")
    title: str
    titles: dict[str, str] = Field(description="By language.")
    kind: Literal["pain", "praise"]
    origin: str = Field(description="`catalogue`, `added`, `found` or `touchpoint`.")
    touchpoints: list[str]
    friction: str | None
    keywords: list[str]
    mentions: int
    feedback: int
    unique: int
    authors: int
    first_seen: datetime
    last_seen: datetime
    pain: Pain
    pinned: bool
    hidden: bool
    merged: list[str] = Field(description="Themes that were merged into this one.")


class ThemesResponse(Told):
    """Themes: pinned ones first, then the largest pain."""

    themes: list[Theme]
    total: int
    unthemed: int = Field(description="Mentions that fit no theme.")
    few: list[str] = Field(description="Sides with too few remarks to find themes in.")
    next_cursor: str | None


class Week(Told):
    """Unique items of a week, named by its first day."""

    model_config = ConfigDict(populate_by_name=True)

    from_: date = Field(alias="from")
    unique: int


class ThemeQuote(Told):
    """What somebody said of it."""

    mention_id: str
    text: str
    language: str


class ThemeInFull(Theme):
    """A theme with its last twelve weeks and what people said."""

    weeks: list[Week]
    quotes: list[ThemeQuote]
