"""The record that every connector yields: one feedback item, and the turns of a conversation.

Identity is decided here, once: ``source`` (the name the user gave the source) and ``native_id`` (the id the vendor
gave the item). Nothing that we conclude later, such as a label or a vector, is ever part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How the words reached us."""

    CALL = "call"
    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"
    REVIEW = "review"
    SURVEY = "survey"


class Speaker(StrEnum):
    """Whose words a turn holds; anyone who is not the customer (agent, bot, IVR, supervisor) is ``agent``."""

    CUSTOMER = "customer"
    AGENT = "agent"


TURN_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Turn:
    """One uninterrupted stretch of speech or typing. Times are seconds from the start of the conversation."""

    speaker: Speaker
    text: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thing that was said: a post, a review, a call.

    ``text`` is what is stored and quoted. For a conversation it is made here, from the turns joined by one newline, so
    that an offset into ``text`` means the same thing for a call as for a review. ``rating`` is normalised to 0..1.
    ``author`` is whatever the source calls the person; it is replaced by a keyed hash before it is stored.

    Raises:
        ValueError: an empty source or native id, a naive time, or a rating outside 0..1.
    """

    source: str
    native_id: str
    channel: Channel
    said_at: datetime
    fetched_at: datetime
    text: str = ""
    author: str | None = None
    url: str | None = None
    rating: float | None = None
    language: str | None = None
    turns: tuple[Turn, ...] = ()
    product: str | None = None
    segment: Mapping[str, str] = field(default_factory=dict)
    solicited: bool = False
    parent: str | None = None
    deleted: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.source or not self.native_id:
            raise ValueError("feedback needs a source and a native id")
        if self.said_at.tzinfo is None or self.fetched_at.tzinfo is None:
            raise ValueError("feedback times must be aware")
        if self.rating is not None and not 0.0 <= self.rating <= 1.0:
            raise ValueError(f"rating {self.rating} is outside 0..1")
        if self.turns:
            object.__setattr__(self, "text", TURN_SEPARATOR.join(turn.text for turn in self.turns))

    @classmethod
    def gone(cls, source: str, native_id: str, channel: Channel, at: datetime) -> Feedback:
        """What is left of an item that is not there any more: its id; ``at`` is when that was seen."""
        return cls(source, native_id, channel, said_at=at, fetched_at=at, deleted=True)

    @property
    def id(self) -> str:
        """The id used everywhere: ``source:native_id``."""
        return f"{self.source}:{self.native_id}"
