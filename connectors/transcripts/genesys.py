"""Genesys Cloud: the transcript behind ``/speechandtextanalytics/.../transcripturl``.

``startTimeMs`` is milliseconds since 1970 in practice and milliseconds from the start in some exports: a number too
large for a call is the former.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.record import Channel, Speaker
from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.speakers import role_of
from connectors.transcripts.reading.turns import DAY_S
from connectors.transcripts.reading.values import MILLIS, epoch, mapping, mappings, name, seconds, string

_CHANNELS = {"chat": Channel.CHAT, "message": Channel.CHAT, "webmessaging": Channel.CHAT, "email": Channel.EMAIL}


def sniff(document: Document) -> bool:
    """Transcripts made of phrases."""
    return any(isinstance(part.get("phrases"), list) for part in mappings(mapping(document.json).get("transcripts")))


def parse(document: Document) -> list[Conversation]:
    """One communication of a conversation: a transferred call has several."""
    found = mapping(document.json)
    parts = mappings(found.get("transcripts"))
    phrases = [phrase for part in parts for phrase in mappings(part.get("phrases"))]
    starts = [start for phrase in phrases if (start := seconds(phrase.get("startTimeMs"), MILLIS)) is not None]
    first = min(starts, default=0.0)
    said_at = _began(found, parts)
    absolute = first > DAY_S
    began = said_at.timestamp() if said_at and 0 <= first - said_at.timestamp() < DAY_S else first
    labels = {label for phrase in phrases if (label := _label(phrase))}
    return [
        Conversation(
            utterances=[_utterance(phrase, began if absolute else 0.0) for phrase in phrases],
            native_id="/".join(filter(None, (name(found.get("conversationId")), name(found.get("communicationId"))))),
            said_at=said_at or (epoch(first) if absolute else None),
            language=next((code for part in parts if (code := string(part.get("language")))), None),
            channel=_CHANNELS.get(string(found.get("mediaType")).lower(), Channel.CALL),
            roles={label: role for label in labels if (role := role_of(label))},
            authors=_authors(found),
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("genesys", "Genesys Cloud", sniff, parse)


def _began(found: Mapping[str, Any], parts: list[Mapping[str, Any]]) -> datetime | None:
    times = [found.get("conversationStartTime"), found.get("startTime"), *(part.get("startTime") for part in parts)]
    return next((at for time in times if (seconds(time, MILLIS) or 0) > DAY_S and (at := epoch(time, MILLIS))), None)


def _utterance(phrase: Mapping[str, Any], began: float) -> Utterance:
    start = seconds(phrase.get("startTimeMs"), MILLIS)
    length = seconds(mapping(phrase.get("duration")).get("milliseconds"), MILLIS)
    start = None if start is None else round(start - began, 3)
    end = None if start is None or length is None else round(start + length, 3)
    return Utterance(_label(phrase), string(phrase.get("decoratedText")) or string(phrase.get("text")), start, end)


def _label(phrase: Mapping[str, Any]) -> str | None:
    return name(phrase.get("participantPurpose"))


def _authors(found: Mapping[str, Any]) -> dict[str, str]:
    """The caller's number, under the labels that are the customer's."""
    people = mappings(found.get("participants"))
    callers = [person for person in people if role_of(string(person.get("participantPurpose"))) is Speaker.CUSTOMER]
    return {string(person.get("participantPurpose")): ani for person in callers if (ani := name(person.get("ani")))}
