"""AssemblyAI: the transcript object of ``/v2/transcript``. Times are milliseconds; it has no date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.values import MILLIS, mapping, mappings, name, string
from connectors.transcripts.reading.words import PAUSE_S, by_voice, segment, words_of


def sniff(document: Document) -> bool:
    """A transcript of an ``audio_url``."""
    found = mapping(document.json)
    return "audio_url" in found and ("utterances" in found or "words" in found)


def parse(document: Document) -> list[Conversation]:
    """One recording: its utterances, else its words, else its whole text."""
    found = mapping(document.json)
    utterances = [one for utterance in mappings(found.get("utterances")) for one in _utterance(utterance)]
    words = by_voice(words_of(found.get("words"), ("text",), per_second=MILLIS), pause_s=PAUSE_S)
    return [
        Conversation(
            utterances=utterances or words or [Utterance(None, string(found.get("text")))],
            native_id=name(found.get("id")),
            language=string(found.get("language_code")),
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("assemblyai", "AssemblyAI", sniff, parse)


def _utterance(found: Mapping[str, Any]) -> list[Utterance]:
    words = words_of(found.get("words"), ("text",), per_second=MILLIS)
    return segment(found, string(found.get("text")), words, per_second=MILLIS)
