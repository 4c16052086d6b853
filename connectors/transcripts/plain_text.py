"""Plain text: a speaker's label at the beginning of a line (``Agent: …``, ``[00:12] לקוח: …``), words until the next.

A label is a word for a role (English, Hebrew, Persian), a speaker that the settings name, or, where lines bear a time,
any name that comes back. What stands above the first label is a heading; its ``Date:`` and ``Call ID:`` are read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from connectors.transcripts.base import Conversation, Document, Parser, Utterance
from connectors.transcripts.reading.cues import has_timings
from connectors.transcripts.reading.names import looks_like_a_name
from connectors.transcripts.reading.speakers import is_common_word, is_speaker_word, key, strip_marks
from connectors.transcripts.reading.values import moment

_CLOCK = (
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[T ,]+)?(?P<clock>\d{1,2}:\d\d(?::\d\d)?)(?:[.,]\d{1,6})?Z?"
    r"[ ]?(?P<half>[AP]\.?M\.?)?"
)
_STAMPED = re.compile(rf"^[\[(]?{_CLOCK}[\])]?\s*[-–—|:]?\s*(?=\D)", re.IGNORECASE)
_BRACKETED = re.compile(r"^[\[(](?P<label>[^\[\]():]{1,40})[\])]\s*[:：\-–—]?\s*(?P<words>.*)$")
_LABELLED = re.compile(
    rf"^(?P<label>[^:：\[\]*]{{1,40}}?)\s*(?:[\[(]{_CLOCK}[\])])?\**\s*[:：]\**\s*(?P<words>.*)$", re.IGNORECASE
)
_DASHED = re.compile(r"^(?P<label>[^:：\[\]*]{1,40}?)\s+[-–—]\s+(?P<words>.*)$")
_MARKS = "-*•>#· \t"
_HEADING = {
    "said_at": re.compile(r"^(?:call |start )?(?:date|time|started|תאריך|تاریخ)\b[^:]{0,12}:\s*(?P<value>\d.*)$", re.I),
    "native_id": re.compile(
        r"^(?:(?:call|contact|conversation|interaction)[ _-]?id|מספר שיחה|شناسه تماس)\s*:\s*(?P<value>\S+)", re.I
    ),
}
# Words with a colon that begin the lines of logs and notes, stamped or not.
_NO_NAMES = {
    "error",
    "info",
    "warn",
    "warning",
    "debug",
    "trace",
    "fatal",
    "critical",
    "notice",
    "note",
    "todo",
    "http",
}
# Files that are text, and something else.
_FOREIGN = {".csv", ".tsv", ".xml", ".html", ".htm", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".py", ".js", ".jsonl"}
_NAMES_AT_MOST = 8
_HOUR_S = 3600
# A transcript shows itself in its first lines; a log of a million lines need not be read to its end.
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class _Line:
    """A line taken apart: its label (None if it has none), the words, and its time: seconds, or a moment."""

    label: str | None
    words: str
    span_s: float | None = None
    at: datetime | None = None

    @property
    def stamped(self) -> bool:
        return self.span_s is not None or self.at is not None


def sniff(document: Document) -> bool:
    """Two labelled lines, one of whose labels does not begin lines of any text."""
    if document.json is not None or has_timings(document.text) or PurePosixPath(document.name).suffix in _FOREIGN:
        return False
    lines = _lines(document, _LOOKED_AT)
    known = {key(label) for label in document.labels}
    labels = [line.label for line in lines if line.label]
    sure = any(not is_common_word(label) or key(label) in known for label in labels)
    return len(labels) > 1 and (sure or any(line.stamped for line in lines if line.label))


def parse(document: Document) -> list[Conversation]:
    """One conversation."""
    lines = _lines(document)
    first = next((at for at, line in enumerate(lines) if line.label), 0)
    heading = _heading([line.words for line in lines[:first]])
    starts, began = _starts(lines[first:])
    spoken: list[Utterance] = []
    for line, start in zip(lines[first:], starts, strict=True):
        if line.label is None and spoken:
            last = spoken[-1]
            spoken[-1] = Utterance(last.speaker, f"{last.text} {line.words}".strip(), last.start_s)
        else:
            spoken.append(Utterance(line.label, line.words, start))
    said_at = began or moment(heading.get("said_at"))
    return [Conversation(utterances=spoken, native_id=heading.get("native_id"), said_at=said_at)]


def plugin() -> Parser:
    """This format."""
    return Parser("plain_text", "plain text with speaker labels", sniff, parse)


def _lines(document: Document, most: int | None = None) -> list[_Line]:
    raw = [strip_marks(line).strip() for line in document.text.splitlines()[:most]]
    taken = [_take_apart(line.lstrip(_MARKS)) for line in raw if any(character.isalnum() for character in line)]
    names = _names([line for line, _ in taken], document.labels)
    return [line if line.label in names else _Line(None, whole) for line, whole in taken]


def _take_apart(line: str) -> tuple[_Line, str]:
    """The line with whatever might be its label, and all its words in case it is none ("10:30 suits me" is speech)."""
    stamped = _STAMPED.match(line)
    rest = line[stamped.end() :] if stamped else line
    found = next((match for form in (_BRACKETED, _LABELLED, _DASHED) if (match := form.match(rest))), None)
    groups = found.groupdict() if found else {}
    span_s, at = _time(stamped.groupdict() if stamped else groups)
    label = groups.get("label", "").strip(" *")
    # Only a colon makes a speaker of any name.
    sure = found is not None and (found.re is _LABELLED or is_speaker_word(label))
    return _Line(label if sure else None, groups.get("words", ""), span_s, at), rest if line[:1] in "[(" else line


def _names(lines: Sequence[_Line], labels: Collection[str]) -> set[str]:
    """Which labels are speakers."""
    known = {key(label) for label in labels}
    sure = {line.label for line in lines if line.label and (is_speaker_word(line.label) or key(line.label) in known)}
    stamped = Counter(line.label for line in lines if line.label and line.stamped)
    named = {label for label in stamped if looks_like_a_name(label) and key(label) not in _NO_NAMES}
    a_talk = 1 < len(named) <= _NAMES_AT_MOST and max(stamped[label] for label in named) > 1
    return sure | named if a_talk else sure


def _time(found: Mapping[str, str | None]) -> tuple[float | None, datetime | None]:
    """Of a stamp: seconds (``mm:ss``, ``h:mm:ss``), or with a date the moment (``h:mm``, ``h:mm:ss``)."""
    clock, half, date = found.get("clock"), found.get("half"), moment(found.get("date"))
    if not clock:
        return None, None
    parts = [int(part) for part in clock.split(":")]
    if half or date or len(parts) > 2:
        parts = [*parts, 0][:3]
    hours, minutes, seconds = [0, *parts][-3:]
    if half:
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return (None, date + span) if date else (span.total_seconds(), None)


def _starts(lines: Sequence[_Line]) -> tuple[list[float | None], datetime | None]:
    """Seconds from the start for each line, and when that was, if a line bears a date.

    The order of the lines is certain, so times that run backwards are left out.
    """
    began = next((line.at for line in lines if line.at), None)
    first = next((line.span_s for line in lines if line.span_s is not None), 0.0)
    # A first line after an hour bears the time of day.
    zero = first if first >= _HOUR_S else 0.0
    starts = [
        (line.at - began).total_seconds() if line.at and began else None if line.span_s is None else line.span_s - zero
        for line in lines
    ]
    known = [start for start in starts if start is not None]
    return (starts if known == sorted(known) else [None] * len(lines)), began


def _heading(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        for field, form in _HEADING.items():
            if match := form.match(line):
                found[field] = match["value"].strip()
    return found
