"""Amazon Connect Contact Lens: post-contact analysis of calls, chats and emails.

Version 1.1.0 of the voice file and CHAT-2022-11-30, as in Amazon's "Example Contact Lens output files". The voice file
has no date of the call; the key of its recording has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.record import Channel, Speaker
from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.dates import date_in_name
from connectors.transcripts.reading.speakers import role_of
from connectors.transcripts.reading.values import MILLIS, mapping, mappings, moment, name, seconds, string

_CHANNELS = {"CHAT": Channel.CHAT, "EMAIL": Channel.EMAIL}
# Joins, leaves and attachments stand among the messages; buttons and forms are JSON.
_TEXT = ("text/",)


def sniff(document: Document) -> bool:
    """A transcript with the metadata of a contact."""
    found = mapping(document.json)
    return isinstance(found.get("Transcript"), list) and "ContactId" in mapping(found.get("CustomerMetadata"))


def parse(document: Document) -> list[Conversation]:
    """One contact."""
    found = mapping(document.json)
    contact = mapping(found["CustomerMetadata"])
    pieces = [piece for piece in mappings(found.get("Transcript")) if _is_message(piece)]
    began = next((at for piece in pieces if (at := moment(piece.get("AbsoluteTime")))), None)
    return [
        Conversation(
            utterances=[_utterance(piece, began) for piece in pieces],
            native_id=name(contact.get("ContactId")),
            said_at=began or date_in_name(string(contact.get("InputS3Uri"))),
            language=string(found.get("LanguageCode")),
            channel=_CHANNELS.get(string(found.get("Channel")).upper(), Channel.CALL),
            roles=_roles([*mappings(found.get("Participants")), *pieces]),
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("contact_lens", "Amazon Contact Lens", sniff, parse)


def _is_message(piece: Mapping[str, Any]) -> bool:
    kind, content = string(piece.get("Type")) or "MESSAGE", string(piece.get("ContentType")) or "text/plain"
    return kind == "MESSAGE" and content.startswith(_TEXT)


def _utterance(piece: Mapping[str, Any], began: datetime | None) -> Utterance:
    label = name(piece.get("ParticipantId")) or name(piece.get("ParticipantRole"))
    start, end = seconds(piece.get("BeginOffsetMillis"), MILLIS), seconds(piece.get("EndOffsetMillis"), MILLIS)
    at = moment(piece.get("AbsoluteTime"))
    if at and began and (at.tzinfo is None) == (began.tzinfo is None):
        start, end = round((at - began).total_seconds(), 3), None
    return Utterance(label, string(piece.get("Content")), start, end)


def _roles(people: list[Mapping[str, Any]]) -> dict[str, Speaker]:
    found = {}
    for person in people:
        role = role_of(string(person.get("ParticipantRole")))
        label = name(person.get("ParticipantId")) or name(person.get("ParticipantRole"))
        if role and label:
            found[label] = role
    return found
