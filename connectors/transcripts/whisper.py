"""Whisper without diarisation: openai-whisper, OpenAI's API, faster-whisper dumps and whisper.cpp.

openai-whisper and the API write ``segments``; faster-whisper yields objects, which people dump as a list (of objects,
or of arrays: its older segments are named tuples); whisper.cpp writes ``transcription``. There is no date in any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.values import MILLIS, mapping, mappings, name, seconds, string
from connectors.transcripts.reading.words import segment, words_of

# Where start, end and text stand in a named tuple of faster-whisper: (id, seek, start, end, text, tokens, ...).
_START, _END, _TEXT = 2, 3, 4


def sniff(document: Document) -> bool:
    """Segments with start and text, without the word list that WhisperX adds."""
    found = document.json
    if isinstance(found, list):
        return bool(found) and all(map(_is_segment, found[:5]))
    about = mapping(found)
    if "word_segments" in about or "vcon" in about:
        return False
    if "segments" in about:
        segments = mappings(about["segments"])
        return all(map(_is_segment, segments)) if segments else about["segments"] == [] and "text" in about
    return "offsets" in next(iter(mappings(about.get("transcription"))), {})


def parse(document: Document) -> list[Conversation]:
    """One recording."""
    found = document.json
    about = mapping(found)
    segments = found if isinstance(found, list) else about.get("segments")
    heard = mapping(about.get("info")), mapping(about.get("result")), mapping(about.get("transcript")), about
    utterances = [one for each in segments or [] for one in _segment(each)] if isinstance(segments, list) else []
    return [
        Conversation(
            utterances=utterances or [_cpp(each) for each in mappings(about.get("transcription"))],
            language=next((code for part in heard if (code := string(part.get("language")))), None),
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("whisper", "Whisper", sniff, parse)


def _is_segment(found: object) -> bool:
    if isinstance(found, list):
        return len(found) > _TEXT and isinstance(found[_TEXT], str) and seconds(found[_START]) is not None
    part = mapping(found)
    return isinstance(part.get("text"), str) and "start" in part and "end" in part


def _segment(found: object) -> list[Utterance]:
    if isinstance(found, list):
        return (
            [Utterance(None, found[_TEXT], seconds(found[_START]), seconds(found[_END]))] if _is_segment(found) else []
        )
    part = mapping(found)
    return segment(part, string(part.get("text")), words_of(part.get("words"), ("word", "text")))


def _cpp(found: Mapping[str, Any]) -> Utterance:
    offsets = mapping(found.get("offsets"))
    start, end = seconds(offsets.get("from"), MILLIS), seconds(offsets.get("to"), MILLIS)
    return Utterance(name(found.get("speaker"), "speaker"), string(found.get("text")), start, end)
