"""Google's conversation data format (CCAI Insights, now Customer Experience Insights). Times are microseconds.

They count from 1970; the first is the date of the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.speakers import role_of
from connectors.transcripts.reading.values import MICROS, epoch, mapping, mappings, name, seconds, string

_TIMES = ("start_timestamp_usec", "startTimestampUsec")


def sniff(document: Document) -> bool:
    """Entries with a time in microseconds."""
    return any(time in entry for entry in mappings(mapping(document.json).get("entries")) for time in _TIMES)


def parse(document: Document) -> list[Conversation]:
    """One conversation; the file's name is all the id it has."""
    entries = mappings(mapping(document.json).get("entries"))
    starts = [start for entry in entries if (start := seconds(_time(entry), MICROS)) is not None]
    first = min(starts, default=0.0)
    return [
        Conversation(
            utterances=[_utterance(entry, first) for entry in entries],
            said_at=epoch(first),
            roles={label: role for entry in entries if (label := _label(entry)) and (role := role_of(label))},
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("google_ccai", "Google CCAI", sniff, parse)


def _time(entry: Mapping[str, Any]) -> object:
    return next((entry[time] for time in _TIMES if time in entry), None)


def _utterance(entry: Mapping[str, Any], first: float) -> Utterance:
    start = seconds(_time(entry), MICROS)
    return Utterance(_label(entry), string(entry.get("text")), None if start is None else round(start - first, 3))


def _label(entry: Mapping[str, Any]) -> str | None:
    return name(entry.get("role")) or name(entry.get("user_id"), "user id")
