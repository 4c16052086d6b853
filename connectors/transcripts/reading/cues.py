"""WebVTT and SubRip into cues. A broken cue is counted and passed over; the rest of the file is read.

After the W3C's WebVTT (https://www.w3.org/TR/webvtt1/), and forgiving where real exports are sloppy: hours may be
missing, either mark may stand before the milliseconds, an empty line between cues may be missing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TIME = r"(?:(\d+):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s|$)")
_ANY_TIMING = re.compile(r"\d:\d\d[.,]\d{1,3}[ \t]*-->")
_COUNTER = re.compile(r"^\s*\d+\s*$")
_SRT_CUE = re.compile(r"^[ \t\ufeff]*\d+[ \t]*(?:\r\n|\r|\n)[ \t]*\d+:\d\d:\d\d,\d{1,3}\s*-->", re.MULTILINE)
_NOT_CUES = ("NOTE", "STYLE", "REGION")
_INLINE_TIME = re.compile(r"<\d[\d:.]*>")
_TAG = re.compile(
    r"</?(?:c|i|b|u|s|v|lang|ruby|rt|font)(?:[.\s][^>]{0,200})?>|<\d[\d:.]{0,20}>|\{\\an?\d\}", re.IGNORECASE
)
_HEADER_FIELD = re.compile(r"^([A-Za-z][\w-]*):\s*(\S.*)$")


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines shown for a stretch of time, tags and all; seconds from the start."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cues:
    """A file's cues, the fields of its header (WebVTT only, names in lower case), and how many cues were broken."""

    cues: tuple[Cue, ...]
    header: dict[str, str]
    skipped: int


def is_webvtt(text: str) -> bool:
    """Whether the text has WebVTT's header, without which it is not WebVTT."""
    return re.match(r"\ufeff?WEBVTT(?:[ \t\r\n]|$)", text) is not None


def is_srt(text: str) -> bool:
    """Whether some cue has SubRip's form: a counter, then a timing with commas."""
    return not is_webvtt(text) and _SRT_CUE.search(text) is not None


def has_timings(text: str) -> bool:
    """Whether there are lines with a timing, as captions have."""
    return _ANY_TIMING.search(text) is not None


def read_cues(text: str) -> Cues:
    """All the cues of a WebVTT or SubRip text."""
    blocks = list(_blocks(text))
    header = _header(blocks) if is_webvtt(text) else []
    fields = [match for match in map(_HEADER_FIELD.match, header) if match]
    cues: list[Cue] = []
    skipped = 0
    for block in blocks:
        if block[0].startswith(_NOT_CUES) and not any("-->" in line for line in block):
            continue
        found = [_cue(lines) for lines in _split(block)]
        cues += [cue for cue in found if cue]
        skipped += found.count(None)
    if _INLINE_TIME.search(text):
        cues = _unrolled(cues)
    return Cues(tuple(cues), {match[1].lower(): match[2].strip() for match in fields}, skipped)


def without_tags(line: str) -> str:
    """The words of a cue's line: tags gone, entities resolved."""
    return html.unescape(_TAG.sub("", line))


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []


def _header(blocks: list[list[str]]) -> list[str]:
    """Take the header off; where no empty line ends it, the first timing does."""
    header = blocks.pop(0)
    end = next((at for at, line in enumerate(header) if "-->" in line), len(header))
    if header[end:]:
        blocks.insert(0, header[end:])
    return header[:end]


def _split(block: list[str]) -> Iterator[list[str]]:
    """One block per timing; a counter above a timing that is not the first is no text of the cue before."""
    starts = [at for at, line in enumerate(block) if "-->" in line] or [0]
    starts[0] = 0
    for start, stop in zip(starts, [*starts[1:], len(block)], strict=True):
        follows = stop < len(block) and stop - 1 > start and _COUNTER.match(block[stop - 1])
        yield block[start : stop - 1 if follows else stop]


def _cue(block: list[str]) -> Cue | None:
    at = next((at for at, line in enumerate(block) if "-->" in line), None)
    timing = None if at is None else _TIMING.match(block[at])
    if at is None or timing is None:
        return None
    lines = tuple(line for line in block[at + 1 :] if without_tags(line).strip())
    return Cue(_seconds(*timing.groups()[:4]), _seconds(*timing.groups()[4:]), lines) if lines else None


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _unrolled(cues: list[Cue]) -> list[Cue]:
    """Captions that roll up repeat the line before: each line once (files with a time at each word, as YouTube's)."""
    kept: list[Cue] = []
    last = ""
    for cue in cues:
        lines = [line for line in cue.lines if without_tags(line).strip() != last]
        if lines:
            kept.append(Cue(cue.start_s, cue.end_s, tuple(lines)))
            last = without_tags(lines[-1]).strip()
    return kept
