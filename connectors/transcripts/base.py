"""A transcript file before it is understood, and the one shape that every format makes of it.

A format is one file in this folder whose ``plugin()`` returns a :class:`Parser`. ``sniff`` looks at a document and says
"mine" or not: exactly one parser may say so. ``parse`` turns the document into conversations in the vendor's own words
and labels; who is the customer and where a turn ends is settled later, for all formats alike
(:mod:`connectors.transcripts.reading.turns`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from connectors.encoding import decode
from connectors.record import Channel, Speaker


class RoleSource(StrEnum):
    """What told us who is the customer, the surest first."""

    CONFIG = "config"
    VENDOR = "vendor"
    CHANNEL = "channel"
    LABEL = "label"
    GUESS = "guess"


@dataclass(frozen=True)
class Document:
    """One file, unpacked. ``name`` is its path relative to the source's folder.

    ``labels`` are the speakers that the user has named in ``roles``: a text file may then use them as line labels.
    """

    name: str
    raw: bytes
    labels: frozenset[str] = frozenset()

    @cached_property
    def text(self) -> str:
        """The file as text; bytes that fit no known encoding become U+FFFD."""
        return decode(self.raw)

    @cached_property
    def json(self) -> object:
        """The file as JSON; None if it is not JSON (or the word ``null``)."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one voice says in one piece, as the vendor cuts it.

    ``speaker`` is the vendor's label, or None where it is the speaker before. Times are seconds from the start of the
    conversation, or None.
    """

    speaker: str | None
    text: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One call or chat. Naive times are in the source's time zone.

    ``roles`` says which label is whose, as far as the payload tells, and ``role_source`` by what. ``transcribed_at`` is
    the time of transcription, which stands in for a missing ``said_at``. ``authors`` names the person behind a label.
    """

    utterances: Sequence[Utterance]
    native_id: str | None = None
    said_at: datetime | None = None
    transcribed_at: datetime | None = None
    language: str | None = None
    channel: Channel = Channel.CALL
    roles: Mapping[str, Speaker] = field(default_factory=dict)
    role_source: RoleSource = RoleSource.VENDOR
    authors: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    skipped_cues: int = 0


@dataclass(frozen=True, slots=True)
class Parser:
    """One format: its plug-in name, its name for people, and the two functions."""

    name: str
    title: str
    sniff: Callable[[Document], bool]
    parse: Callable[[Document], list[Conversation]]
