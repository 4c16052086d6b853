"""A question, and its answer: the same JSON as ``overheard ask --json``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from api.schemas.base import Day, Given, Text, Told
from mining.rows import storable_text

LONGEST_QUESTION = 1_000


class AskRequest(Given):
    """A question in words."""

    question: Annotated[
        str, StringConstraints(min_length=1, max_length=LONGEST_QUESTION), AfterValidator(storable_text)
    ] = Field(description="In English, Hebrew or Persian; it is answered in the same language.")
    thread: Text | None = Field(
        None,
        description='A conversation, by any name of yours: a question may go on from the one before it ("just '
        'Android", "and last month?", "#2"). Another key has other conversations.',
    )
    as_of: Day | None = Field(None, description="Answer as if it were this day.")
    zone: Text | None = Field(None, description="Whose today: `Asia/Jerusalem`. By default the workspace's.")


class Figure(Told):
    """A count, its unit, and the query that counts it again: `GET /v1/queries/{query}`."""

    value: int
    unit: Literal["feedback", "unique", "mentions", "authors"]
    query: str


class Quote(Told):
    """Words of a mention, literally."""

    text: str
    mention_id: str
    feedback_id: str
    language: str
    said_at: str
    source: str
    channel: str
    url: str | None


class Row(Told):
    """One line of the answer; its measures stand beside these keys, by kind of question (docs/commands.md)."""

    model_config = ConfigDict(extra="allow")

    rank: int | None
    id: str
    title: str
    titles: dict[str, str]
    group: str | None
    marks: list[str]
    pain: dict[str, Any] | None
    small: bool
    quotes: list[Quote]


class AnswerResponse(Told):
    """An answer that can be checked: every figure carries its query, every quote is literal."""

    model_config = ConfigDict(extra="allow")

    status: Literal["answered", "clarify", "no_data", "out_of_scope", "refused"]
    language: str
    headline: str
    question: dict[str, Any] = Field(description="How the question was read.")
    said: list[str] = Field(description="Sentences below the headline.")
    rows: list[Row]
    quotes: list[Quote]
    more: dict[str, Any]
    figures: list[Figure]
    window: dict[str, Any] | None = Field(description="The time that the answer is about.")
    counted: Figure | None
    denominator: Figure | None
    unnamed: Figure | None
    solicited: Figure | None
    unknown_share: dict[str, float]
    freshness: dict[str, Any] = Field(description="When each source was last read.")
    chart: dict[str, Any] | None = Field(description="A Vega-Lite specification.")
    notes: list[str] = Field(description="What has to be known of the figures.")
    choices: list[str] = Field(description="Whole questions, where one is asked back.")
    next_questions: list[str]
