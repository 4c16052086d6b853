"""Twilio Conversational Intelligence v2: the sentences of a transcript.

The sentences name a channel only. Which channel is whose, the language and the date are in the parent Transcript: it
is read where it stands in the same file, as its own fields or under ``transcript``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.record import Speaker
from connectors.transcripts.base import Conversation, Document, Parser, RoleSource, Utterance
from connectors.transcripts.reading.speakers import role_of
from connectors.transcripts.reading.values import mapping, mappings, moment, name, seconds, string

_TRANSCRIPT_ID = re.compile(r"GT[0-9a-f]{32}")


def sniff(document: Document) -> bool:
    """A list of sentences on media channels, or a page that says it is one."""
    found = mapping(document.json)
    sentences = found.get("sentences")
    says_so = mapping(found.get("meta")).get("key") == "sentences"
    return isinstance(sentences, list) and (says_so or any("media_channel" in one for one in mappings(sentences)))


def parse(document: Document) -> list[Conversation]:
    """One call."""
    found = mapping(document.json)
    parent = mapping(found.get("transcript")) or found
    sentences = mappings(found.get("sentences"))
    people = mappings(mapping(parent.get("channel")).get("participants"))
    return [
        Conversation(
            utterances=[_utterance(sentence) for sentence in sentences],
            native_id=_native_id(found, parent, sentences),
            said_at=moment(parent.get("media_start_time")),
            transcribed_at=moment(parent.get("date_created")),
            language=string(parent.get("language_code")),
            roles=_roles(people),
            role_source=RoleSource.CHANNEL,
            authors={_label(person): who for person in people if (who := _who(person))},
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("twilio", "Twilio Conversational Intelligence", sniff, parse)


def _utterance(sentence: Mapping[str, Any]) -> Utterance:
    channel = name(sentence.get("media_channel"))
    return Utterance(
        speaker=f"channel {channel}" if channel else None,
        text=string(sentence.get("transcript")),
        start_s=seconds(sentence.get("start_time")),
        end_s=seconds(sentence.get("end_time")),
    )


def _native_id(found: Mapping[str, Any], parent: Mapping[str, Any], sentences: list[Mapping[str, Any]]) -> str | None:
    """The transcript's id; a further page of sentences is a conversation of its own rather than a repetition."""
    meta = mapping(found.get("meta"))
    in_url = _TRANSCRIPT_ID.search(string(meta.get("url")) or string(meta.get("first_page_url")))
    of_sentences = (name(sentence.get("transcript_sid")) for sentence in sentences)
    sid = name(parent.get("sid")) or next(filter(None, of_sentences), None) or (in_url.group() if in_url else None)
    page = meta.get("page")
    return f"{sid}/{page}" if sid and isinstance(page, int) and page > 0 else sid


def _roles(people: list[Mapping[str, Any]]) -> dict[str, Speaker]:
    return {_label(person): role for person in people if (role := role_of(string(person.get("role"))))}


def _label(person: Mapping[str, Any]) -> str:
    return f"channel {name(person.get('channel_participant'))}"


def _who(person: Mapping[str, Any]) -> str | None:
    return next((who for part in ("email", "media_participant_id") if (who := name(person.get(part)))), None)
