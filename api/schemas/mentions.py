"""A mention: one thing that somebody said, with what it was understood as."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.schemas.base import Told


class Name(Told):
    """A name of your catalogue that a mention holds."""

    kind: str = Field(description="`product`, `competitor` or `platform`.")
    name: str = Field(description="As the catalogue writes it.")
    text: str = Field(description="As it was said.")
    start: int = Field(description="First sign of the mention's text that says it.")
    end: int = Field(description="The sign behind the last.")


class Mention(Told):
    """Words of one speaker that carry one opinion, with its labels and the feedback around it."""

    mention_id: str
    feedback_id: str
    text: str = Field(description="Literally what was said, personal data masked.")
    language: str
    speaker: str = Field(description="`customer` or `agent`.")
    said_at: datetime
    source: str
    channel: str
    author: str | None = Field(description="A keyed hash: the same person has the same, nobody can be read from it.")
    url: str | None
    rating: float | None = Field(description="0 (worst) to 1 (best).")
    product: str | None
    stage: str | None = Field(None, description="Left out, as the other labels, while it is not labelled.")
    intent: str | None = None
    sentiment: str | None = None
    effort: str | None = None
    touchpoint: str | None = None
    scores: dict[str, float] = Field(description="How sure each label is, 0 to 1.")
    theme: str | None = Field(description="Id of the theme it belongs to.")
    names: list[Name]


class Beside(Told):
    """Another mention of the same feedback."""

    mention_id: str
    text: str
    speaker: str
    start: int
    end: int


class Turn(Told):
    """One stretch of a conversation."""

    speaker: str
    text: str
    start_s: float | None
    end_s: float | None


class Around(Told):
    """The feedback that a mention was cut from."""

    id: str
    text: str
    turns: list[Turn] = Field(description="Of a conversation; empty for anything else.")
    solicited: bool
    segment: dict[str, str]
    parent: str | None
    fetched_at: datetime
    mentions: list[Beside] = Field(description="All mentions of it, in their order, this one too.")


class MentionInFull(Mention):
    """A mention with all that stood around it."""

    start: int = Field(description="First sign of the feedback's text that it is.")
    end: int = Field(description="The sign behind its last.")
    theme_titles: dict[str, str] = Field(description="What its theme is called, by language; empty without one.")
    feedback: Around
