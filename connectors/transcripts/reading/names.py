"""Who says a line: ``<v Name>``, ``[SPEAKER_00]:``, ``Name:``, and the rule for telling a name from any word."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from connectors.transcripts.base import Utterance
from connectors.transcripts.reading.cues import Cue, without_tags
from connectors.transcripts.reading.speakers import is_speaker_word, key

_VOICE = re.compile(r"<v(?:\.[^\s>.]{0,40}){0,9}[ \t]+([^>]{0,120})>", re.IGNORECASE)
_BRACKETED = re.compile(r"^\s*[\[(]([^\])]{1,40})[\])]\s*:?\s+(?=\S)")
_NAMED = re.compile(r"^\s*([^:\s][^:]{0,59}?)\s*:\s+(?=\S)")
_NOT_IN_NAMES = re.compile(r"[?!,;…\"“”<>=]|\d:\d|(?<![A-Z])(?<!Dr)(?<!Mr)(?<!Mrs)(?<!Ms)\.(?:\s|$)")
# A file whose cues name their speakers does so nearly always (Zoom leaves out a few that continue).
_USUAL = 0.2


def voices(cues: Sequence[Cue], labels: Collection[str]) -> list[Utterance]:
    """The cues as utterances: two voices in one cue are two utterances, a cue without a name has speaker None."""
    pieces = [(cue, voice, line) for cue in cues for voice, line in _by_voice(cue)]
    names = speaker_names([line for _, voice, line in pieces if voice is None], labels, len(cues))
    found: list[Utterance] = []
    for cue, voice, line in pieces:
        label, words = (voice, line) if voice is not None else split_name(line, names)
        found.append(Utterance(label, words, cue.start_s, cue.end_s))
    return found


def split_name(line: str, names: Collection[str]) -> tuple[str | None, str]:
    """A line's speaker, if it begins with one of the names, and its words."""
    found = _candidate(line)
    if found and found[0] in names:
        return found
    return None, line


def speaker_names(lines: Sequence[str], labels: Collection[str], cues: int) -> frozenset[str]:
    """Which of the beginnings before a colon are speakers.

    A role word (``Agent``, ``SPEAKER_00``) or a label from the settings is one anywhere. Other beginnings must look
    like a name, in a file where cues usually have one; a beginning in lower case must come back as well.
    """
    known = {key(label) for label in labels}
    counts = Counter(found[0] for found in map(_candidate, lines) if found)
    sure = {name for name in counts if is_speaker_word(name) or key(name) in known}
    likely = {name for name in counts if looks_like_a_name(name) and (counts[name] > 1 or not name[0].islower())}
    usual = sum(counts[name] for name in sure | likely) >= max(_USUAL * cues, 2)
    return frozenset(sure | likely if usual else sure)


def looks_like_a_name(text: str) -> bool:
    """Whether this may be a person's name: a few words without a sentence's marks."""
    return len(text.split()) <= 5 and not _NOT_IN_NAMES.search(text)


def _by_voice(cue: Cue) -> Iterator[tuple[str | None, str]]:
    """A cue's lines, cut where a voice tag begins; a voice goes on until the next."""
    voice: str | None = None
    for line in cue.lines:
        parts = _VOICE.split(line)
        yield voice, without_tags(parts[0]).strip()
        for at in range(1, len(parts), 2):
            voice = html.unescape(parts[at]).strip() or None
            yield voice, without_tags(parts[at + 1]).strip()


def _candidate(line: str) -> tuple[str, str] | None:
    """What stands before the colon, and the rest. Brackets hold a speaker only if they say so, ``[PII]`` is a mark."""
    bracketed = _BRACKETED.match(line)
    if bracketed and is_speaker_word(bracketed[1]):
        return bracketed[1].strip(), line[bracketed.end() :].strip()
    named = _NAMED.match(line)
    if named and not named[1].startswith(("[", "-", "http")):
        return named[1].strip(), line[named.end() :].strip()
    return None
