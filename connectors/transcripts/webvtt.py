"""WebVTT, as written by Zoom, Teams, WhisperX, YouTube and many others. Speakers are ``<v Name>`` or ``Name:``."""

from __future__ import annotations

from connectors.transcripts.base import Conversation, Document, Parser
from connectors.transcripts.reading.cues import is_webvtt, read_cues
from connectors.transcripts.reading.names import voices


def sniff(document: Document) -> bool:
    """The header, without which it is not WebVTT."""
    return is_webvtt(document.text)


def parse(document: Document) -> list[Conversation]:
    """One recording."""
    found = read_cues(document.text)
    return [
        Conversation(
            utterances=voices(found.cues, document.labels),
            language=found.header.get("language"),
            skipped_cues=found.skipped,
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("webvtt", "WebVTT", sniff, parse)
