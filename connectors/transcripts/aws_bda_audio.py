"""Amazon Bedrock Data Automation: standard output of an audio file. Speakers and channels are numbered, not named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.dates import date_in_name
from connectors.transcripts.reading.values import MILLIS, mapping, mappings, name, seconds, string


def sniff(document: Document) -> bool:
    """Audio, with segments; the output of a custom blueprint has no words of the call."""
    found = mapping(document.json)
    is_audio = mapping(found.get("metadata")).get("semantic_modality") == "AUDIO"
    return is_audio and isinstance(found.get("audio_segments"), list)


def parse(document: Document) -> list[Conversation]:
    """One recording; its id is the recording's key."""
    found = mapping(document.json)
    about = mapping(found.get("metadata"))
    segments = mappings(found.get("audio_segments"))
    spoken = [segment for segment in segments if segment.get("type", "TRANSCRIPT") == "TRANSCRIPT"]
    recording = string(about.get("s3_key"))
    return [
        Conversation(
            utterances=[_utterance(segment) for segment in spoken],
            native_id=name("/".join(filter(None, (string(about.get("s3_bucket")), recording)))),
            said_at=date_in_name(recording),
            language=string(about.get("dominant_asset_language")),
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("aws_bda_audio", "Amazon Bedrock Data Automation", sniff, parse)


def _utterance(segment: Mapping[str, Any]) -> Utterance:
    speaker = name(mapping(segment.get("speaker")).get("speaker_label"))
    channel = name(mapping(segment.get("channel")).get("channel_label"))
    return Utterance(
        speaker=speaker or channel,
        text=string(segment.get("text")),
        start_s=seconds(segment.get("start_timestamp_millis"), MILLIS),
        end_s=seconds(segment.get("end_timestamp_millis"), MILLIS),
    )
