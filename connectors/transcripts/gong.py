"""Gong: a page of ``/v2/calls/transcript``, with several calls.

Speakers are ids; whose they are, and the date, are in ``/v2/calls/extensive``. Its ``calls`` are read where they stand
in the same file beside ``callTranscripts``, or a call's ``metaData`` and ``parties`` inside its transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.speakers import role_of
from connectors.transcripts.reading.values import MILLIS, mapping, mappings, moment, name, seconds, string


def sniff(document: Document) -> bool:
    """A list of call transcripts."""
    return isinstance(mapping(document.json).get("callTranscripts"), list)


def parse(document: Document) -> list[Conversation]:
    """Every call of the page."""
    found = mapping(document.json)
    details = {name(mapping(call.get("metaData")).get("id")): call for call in mappings(found.get("calls"))}
    return [
        _conversation(call, details.get(name(call.get("callId")), call)) for call in mappings(found["callTranscripts"])
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("gong", "Gong", sniff, parse)


def _conversation(call: Mapping[str, Any], details: Mapping[str, Any]) -> Conversation:
    about = mapping(details.get("metaData"))
    people = {label: person for person in mappings(details.get("parties")) if (label := name(person.get("speakerId")))}
    return Conversation(
        utterances=[one for part in mappings(call.get("transcript")) for one in _monologue(part)],
        native_id=name(call.get("callId")),
        said_at=moment(about.get("started")),
        language=string(about.get("language")),
        # External or Internal; anything else is left open.
        roles={label: role for label, who in people.items() if (role := role_of(string(who.get("affiliation"))))},
        authors={label: author for label, who in people.items() if (author := _author(who))},
        url=name(about.get("url")),
    )


def _monologue(part: Mapping[str, Any]) -> list[Utterance]:
    label = name(part.get("speakerId"))
    return [
        Utterance(
            speaker=label,
            text=string(sentence.get("text")),
            start_s=seconds(sentence.get("start"), MILLIS),
            end_s=seconds(sentence.get("end"), MILLIS),
        )
        for sentence in mappings(part.get("sentences"))
    ]


def _author(person: Mapping[str, Any]) -> str | None:
    return name(person.get("emailAddress")) or name(person.get("phoneNumber"))
