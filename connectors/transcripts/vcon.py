"""vCon, the IETF's container for conversations (draft-ietf-vcon-vcon-core).

The words are in text dialogs, or in an analysis of type transcript whose body is a vendor's own format: that is read by
the format's own parser. Some tools put a plain text there, a paragraph for each turn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.record import Speaker
from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.sniffer import recognise
from connectors.transcripts.reading.speakers import role_of
from connectors.transcripts.reading.values import mapping, mappings, moment, name, string

# Analyses that hold the words of the conversation, the most telling first; summaries and scores do not.
_TRANSCRIPTS = ("wtf_transcription", "diarized", "transcript", "transcription")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def sniff(document: Document) -> bool:
    """The container's version, and something inside."""
    found = mapping(document.json)
    return "vcon" in found and any(isinstance(found.get(part), list) for part in ("dialog", "analysis"))


def parse(document: Document) -> list[Conversation]:
    """One conversation."""
    found = mapping(document.json)
    people, dialogs = mappings(found.get("parties")), mappings(found.get("dialog"))
    began = next((at for dialog in dialogs if (at := moment(dialog.get("start")))), None)
    labels = _labels(people)
    written = [one for dialog in dialogs for one in _written(dialog, labels, began)]
    spoken = _spoken(mappings(found.get("analysis")), document)
    roles = {label: _role(person) for label, person in zip(labels, people, strict=True)}
    return [
        Conversation(
            utterances=_once(written) or spoken.utterances,
            native_id=name(found.get("uuid")),
            said_at=began or moment(found.get("created_at")),
            language=spoken.language,
            roles={**spoken.roles, **{label: role for label, role in roles.items() if role}},
            authors={label: who for label, person in zip(labels, people, strict=True) if (who := _who(person))},
        )
    ]


def plugin() -> Parser:
    """This format."""
    return Parser("vcon", "vCon", sniff, parse)


def _labels(people: Sequence[Mapping[str, Any]]) -> list[str]:
    """The parties' names; a party without a name of its own has a number."""
    names = [name(person.get("name")) for person in people]
    return [who if who and names.count(who) == 1 else f"{who or 'party'} {at}" for at, who in enumerate(names)]


def _role(person: Mapping[str, Any]) -> Speaker | None:
    return role_of(string(person.get("role")) or string(mapping(person.get("meta")).get("role")))


def _who(person: Mapping[str, Any]) -> str | None:
    return next((who for part in ("mailto", "tel", "id", "uuid") if (who := name(person.get(part)))), None)


def _written(dialog: Mapping[str, Any], labels: Sequence[str], began: datetime | None) -> list[Utterance]:
    body, at = string(dialog.get("body")), moment(dialog.get("start"))
    if dialog.get("type") != "text" or not body or string(dialog.get("encoding")) not in {"", "none"}:
        return []
    parties = dialog.get("parties")
    party = dialog.get("originator", parties[0] if isinstance(parties, list) and parties else parties)
    label = labels[party] if isinstance(party, int) and 0 <= party < len(labels) else None
    comparable = at and began and (at.tzinfo is None) == (began.tzinfo is None)
    return [Utterance(label, body, round((at - began).total_seconds(), 3) if at and began and comparable else None)]


def _once(said: list[Utterance]) -> list[Utterance]:
    """Some tools list the whole dialogue twice over, with new times."""
    half = len(said) // 2
    words = [(one.speaker, one.text) for one in said]
    return said[:half] if half > 1 and words[:half] == words[half:] else said


def _spoken(analyses: Sequence[Mapping[str, Any]], document: Document) -> Conversation:
    """The most telling transcript of each dialog, one after the other."""
    ranked = sorted(
        (analysis for analysis in analyses if analysis.get("type") in _TRANSCRIPTS),
        key=lambda analysis: _TRANSCRIPTS.index(analysis["type"]),
    )
    by_dialog: dict[str, Conversation] = {}
    for analysis in ranked:
        read = _body(analysis.get("body"), document)
        if read.utterances:
            by_dialog.setdefault(str(analysis.get("dialog")), read)
    parts = [by_dialog[dialog] for dialog in sorted(by_dialog)]
    language = next((part.language for part in parts if part.language), None)
    if len(parts) == 1:
        return replace(parts[0], language=language or _language(ranked))
    # Several recordings: each begins at nought, so their times say nothing about the whole.
    said = [replace(one, start_s=None, end_s=None) for part in parts for one in part.utterances]
    return Conversation(said, language=language, roles={k: v for part in parts for k, v in part.roles.items()})


def _body(body: object, document: Document) -> Conversation:
    """A vendor's format inside, as an object or as text; else paragraphs."""
    text = (
        body if isinstance(body, str) else string(mapping(body).get("transcript")) or string(mapping(body).get("text"))
    )
    for inside in (body, text):
        raw = inside if isinstance(inside, str) else json.dumps(inside)
        nested = replace(document, name="", raw=raw.encode("utf-8", "replace"))
        parser = next((parser for parser in recognise(nested) if parser.name != "vcon"), None)
        found = parser.parse(nested) if parser else []
        if found:
            return found[0]
    paragraphs = [paragraph for paragraph in _PARAGRAPHS.split(text) if paragraph.strip()]
    # Diarised, but nobody wrote down whose a paragraph is: two people take turns.
    return Conversation([Utterance(f"speaker {at % 2}", words) for at, words in enumerate(paragraphs)])


def _language(analyses: Sequence[Mapping[str, Any]]) -> str | None:
    bodies = [mapping(analysis.get("body")) for analysis in analyses]
    keys = ("detected_language", "language", "language_code")
    return next((code for body in bodies for part in keys if (code := string(body.get(part)))), None)
