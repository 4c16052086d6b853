"""Deepgram: pre-recorded transcription (``/v1/listen``). It knows the time of transcription, not that of the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.values import mapping, mappings, moment, name, seconds, string
from connectors.transcripts.reading.words import PAUSE_S, by_voice, segment, words_of

_WORD = ("punctuated_word", "word")


def sniff(document: Document) -> bool:
    """Results by channel."""
    channels = mappings(mapping(mapping(document.json).get("results")).get("channels"))
    return any("alternatives" in channel for channel in channels)


def parse(document: Document) -> list[Conversation]:
    """One recording: its utterances, else its paragraphs, else its words, else its whole text."""
    found = mapping(document.json)
    about, results = mapping(found.get("metadata")), mapping(found.get("results"))
    channels = mappings(results.get("channels"))
    several = len(channels) > 1
    utterances = [
        one
        for utterance in mappings(results.get("utterances"))
        for one in _on_channel(_utterance(utterance), utterance.get("channel"), several)
    ] or [one for at, channel in enumerate(channels) for one in _on_channel(_channel(channel), at, several)]
    return [
        Conversation(
            utterances=utterances,
            native_id=name(about.get("request_id")),
            transcribed_at=moment(about.get("created")),
            language=next((code for channel in channels if (code := string(channel.get("detected_language")))), None),
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("deepgram", "Deepgram", sniff, parse)


def _utterance(found: Mapping[str, Any]) -> list[Utterance]:
    return segment(found, string(found.get("transcript")), words_of(found.get("words"), _WORD))


def _channel(channel: Mapping[str, Any]) -> list[Utterance]:
    best = next(iter(mappings(channel.get("alternatives"))), {})
    paragraphs = [
        Utterance(
            speaker=name(paragraph.get("speaker"), "speaker"),
            text=" ".join(string(sentence.get("text")) for sentence in mappings(paragraph.get("sentences"))),
            start_s=seconds(paragraph.get("start")),
            end_s=seconds(paragraph.get("end")),
        )
        for paragraph in mappings(mapping(best.get("paragraphs")).get("paragraphs"))
    ]
    words = by_voice(words_of(best.get("words"), _WORD), pause_s=PAUSE_S)
    return paragraphs or words or [Utterance(None, string(best.get("transcript")))]


def _on_channel(said: list[Utterance], channel: object, several: bool) -> list[Utterance]:
    """With more than one channel, the channel is the speaker: diarisation numbers each channel's speakers anew."""
    label = name(channel, "channel") if several else None
    return [replace(one, speaker=label) for one in said] if label else said
