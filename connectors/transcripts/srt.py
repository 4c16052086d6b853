"""SubRip (.srt), as written by Whisper and by subtitle editors."""

from __future__ import annotations

from connectors.transcripts.base import Conversation, Document, Parser
from connectors.transcripts.reading.cues import is_srt, read_cues
from connectors.transcripts.reading.names import voices


def sniff(document: Document) -> bool:
    """A counter, then a timing with commas."""
    return document.json is None and is_srt(document.text)


def parse(document: Document) -> list[Conversation]:
    """One recording."""
    found = read_cues(document.text)
    return [Conversation(utterances=voices(found.cues, document.labels), skipped_cues=found.skipped)]


def plugin() -> Parser:
    """This format."""
    return Parser("srt", "SubRip", sniff, parse)
