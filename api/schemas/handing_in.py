"""Feedback that a program hands in, and what becomes of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from api.schemas.base import ChannelName, Given, Text, Told
from mining.rows import storable_text

MOST_ITEMS = 1_000
LONGEST_TEXT = 1_000_000
_YEARS = (1990, 2100)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})")


def _a_moment(value: Any) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        at = datetime.fromisoformat(value.upper())
        if _YEARS[0] <= at.year <= _YEARS[1]:
            return at
    raise ValueError("must be a time with its zone, such as 2026-11-22T09:30:00+02:00")


Moment = Annotated[
    datetime,
    BeforeValidator(_a_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T09:30:00+02:00"]}),
]
Words = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(storable_text)]
# A source's name begins every id; a colon ends it there.
SourceName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[^\s:#\x00-\x1f][^:#\x00-\x1f]*$"),
    AfterValidator(storable_text),
]
Number = Annotated[float, Field(allow_inf_nan=False)]


class ItemTurn(Given):
    """One stretch of a conversation."""

    speaker: Literal["customer", "agent"]
    text: Words
    start_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    end_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class Item(Given):
    """One thing that was said. The same `native_id` again is an edit; with `deleted` it goes, and stays gone."""

    native_id: Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(storable_text)] = Field(
        description="Your id of it. With the source it is the feedback's id, for good."
    )
    said_at: Moment = Field(description="When it was said, with the time zone.")
    text: Words = Field("", description="What was said. Personal data are masked before it is stored.")
    turns: Annotated[tuple[ItemTurn, ...], Field(max_length=5_000, strict=False)] = Field(
        (), description="Of a conversation, in place of `text`."
    )
    channel: ChannelName | None = Field(None, description="Where it is not that of the request.")
    author: Text | None = Field(None, description="Whoever said it, as you call them; kept as a keyed hash.")
    url: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(storable_text)] | None = None
    rating: Number | None = Field(None, description="On a scale from `rating_worst` to `rating_best`.")
    rating_worst: Number = 1
    rating_best: Number = 5
    language: Annotated[str, StringConstraints(min_length=2, max_length=20)] | None = Field(
        None, description="Where it is known: `en`, `he`, `fa`. Otherwise it is told from the words."
    )
    product: Text | None = None
    segment: Annotated[dict[Text, Text], Field(max_length=20)] = Field(
        default_factory=dict, description="Of the customer: `plan`, `region`. No names, no numbers of somebody."
    )
    solicited: bool = Field(False, description="Whether you asked for it.")
    parent: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = Field(
        None, description="`native_id` of what it answers."
    )
    deleted: bool = Field(False, description="It is gone at its source: remove it here.")

    @model_validator(mode="after")
    def _whole(self) -> Item:
        if not (self.text.strip() or any(turn.text.strip() for turn in self.turns) or self.deleted):
            raise ValueError("holds no words: text or turns must be given")
        if self.text and self.turns:
            raise ValueError("text and turns are not given together")
        if not self.rating_worst < self.rating_best:
            raise ValueError("rating_worst must lie below rating_best")
        if self.rating is not None and not self.rating_worst <= self.rating <= self.rating_best:
            raise ValueError(f"rating lies outside {self.rating_worst:g} to {self.rating_best:g}")
        return self


Items = Annotated[
    list[Any],
    Field(min_length=1, max_length=MOST_ITEMS),
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_ITEMS,
            "items": {"$ref": "#/components/schemas/Item"},
        }
    ),
]
"""Looked at one by one: what is wrong with one is told of that one."""


class IngestRequest(Given):
    """Up to 1,000 items of one source."""

    source: SourceName = Field(description="What you call where they come from; ids begin with it.")
    channel: ChannelName = Field(description="How the words reached you.")
    items: Items = Field(description="Each is looked at by itself: a bad one is a reject, the others go on.")


class Reject(Told):
    """An item that was not taken."""

    index: int = Field(description="Its place in `items`, from 0.")
    native_id: str | None
    reason: str


class Stored(Told):
    """What became of the items when they were stored."""

    new: int
    changed: int
    unchanged: int
    deleted: int
    refused: int = Field(description="Deleted or erased before: not taken in again.")


class Job(Told):
    """A hand-in. It is kept through a crash from the moment on that it is answered."""

    id: str
    state: Literal["waiting", "stored", "understood"] = Field(
        description="`waiting` to be stored, `stored` and being labelled, `understood`: it counts in answers."
    )
    source: str
    made_at: datetime
    received: int
    accepted: int
    rejected: int
    rejects: list[Reject]
    stored: Stored | None = Field(description="null while it waits.")
    stored_at: datetime | None
    understood: int = Field(description="Items that are labelled.")
    indexed: int = Field(description="Items that can be found by meaning.")
