"""Amazon Transcribe Call Analytics: post-call output. Its only hint at the call's date is the name of the job."""

from __future__ import annotations

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.dates import date_in_name
from connectors.transcripts.reading.speakers import role_of
from connectors.transcripts.reading.values import MILLIS, mapping, mappings, name, seconds, string


def sniff(document: Document) -> bool:
    """A job with a transcript, and no contact of Amazon Connect."""
    found = mapping(document.json)
    return "JobName" in found and isinstance(found.get("Transcript"), list) and "CustomerMetadata" not in found


def parse(document: Document) -> list[Conversation]:
    """One call."""
    found = mapping(document.json)
    utterances = [
        Utterance(
            speaker=name(turn.get("ParticipantRole")),
            text=string(turn.get("Content")),
            start_s=seconds(turn.get("BeginOffsetMillis"), MILLIS),
            end_s=seconds(turn.get("EndOffsetMillis"), MILLIS),
        )
        for turn in mappings(found.get("Transcript"))
    ]
    labels = {one.speaker for one in utterances if one.speaker}
    return [
        Conversation(
            utterances=utterances,
            native_id=name(found.get("JobName")),
            said_at=date_in_name(string(found.get("JobName"))),
            language=string(found.get("LanguageCode")),
            roles={label: role for label in labels if (role := role_of(label))},
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("transcribe_call_analytics", "Amazon Transcribe Call Analytics", sniff, parse)
