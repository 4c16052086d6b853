"""WhisperX: Whisper aligned to words, with a speaker at each word. A segment may hold the words of two speakers."""

from __future__ import annotations

from connectors.transcripts.base import Conversation, Document, Parser
from connectors.transcripts.reading.values import mapping, mappings, string
from connectors.transcripts.reading.words import segment, words_of


def sniff(document: Document) -> bool:
    """Segments, and the list of all words beside them."""
    found = mapping(document.json)
    return isinstance(found.get("word_segments"), list) and isinstance(found.get("segments"), list)


def parse(document: Document) -> list[Conversation]:
    """One recording."""
    found = mapping(document.json)
    utterances = [
        one
        for part in mappings(found.get("segments"))
        for one in segment(part, string(part.get("text")), words_of(part.get("words"), ("word",)))
    ]
    return [Conversation(utterances=utterances, language=string(found.get("language")))]


def plugin() -> Parser:
    """This format."""
    return Parser("whisperx", "WhisperX", sniff, parse)
