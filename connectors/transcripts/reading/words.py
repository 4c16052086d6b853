"""Words with a speaker each, put back together into what each voice says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.transcripts.base import Utterance
from connectors.transcripts.reading.values import mappings, name, seconds, string

_MARKS = (".", "?", "!", "…", "؟", ",", "،", ":", ";")
# Words without sentences are cut at a pause of this length.
PAUSE_S = 2.0


def words_of(
    value: object, texts: Sequence[str], *, per_second: float = 1.0, prefix: str = "speaker"
) -> list[Utterance]:
    """A vendor's list of words, each as an utterance of its own; ``texts`` are the keys to look for the word under."""
    found = []
    for word in mappings(value):
        text = next((text for key in texts if (text := string(word.get(key)).strip())), "")
        start, end = seconds(word.get("start"), per_second), seconds(word.get("end"), per_second)
        found.append(Utterance(name(word.get("speaker"), prefix), text, start, end))
    return [word for word in found if word.text]


def segment(found: Mapping[str, Any], text: str, words: Sequence[Utterance], **times: Any) -> list[Utterance]:
    """A vendor's segment: as it is, or in pieces where its words belong to more than one voice."""
    voices = {word.speaker for word in words if word.speaker}
    label = name(found.get("speaker"), "speaker")
    whole = Utterance(label, text, seconds(found.get("start"), **times), seconds(found.get("end"), **times))
    if len(voices) > 1:
        return by_voice(words, label)
    return [replace(whole, speaker=label or next(iter(voices), None))]


def by_voice(words: Iterable[Utterance], label: str | None = None, pause_s: float | None = None) -> list[Utterance]:
    """Runs of words of one speaker; a word without a speaker is the one before's, or ``label``'s at the beginning.

    With ``pause_s`` a run also ends at a pause of so many seconds.
    """
    found: list[Utterance] = []
    for word in _steady(attributed(words, label)):
        last = found[-1] if found else None
        if last is None or last.speaker != word.speaker or _paused(last, word, pause_s):
            found.append(word)
            continue
        start = last.start_s if last.start_s is not None else word.start_s
        end = word.end_s if word.end_s is not None else last.end_s
        found[-1] = Utterance(last.speaker, f"{last.text} {word.text}", start, end)
    return found


def attributed(pieces: Iterable[Utterance], label: str | None) -> list[Utterance]:
    """A piece without a speaker goes on with the speaker before; at the very beginning it is ``label``'s."""
    found = []
    for piece in pieces:
        label = piece.speaker or label
        found.append(replace(piece, speaker=label))
    return found


def _steady(words: Sequence[Utterance]) -> list[Utterance]:
    """A single word given to another voice in the middle of a sentence is a slip of the diarisation."""
    found = list(words)
    for at in range(1, len(words) - 1):
        before, word, after = found[at - 1], words[at], words[at + 1]
        lonely = before.speaker == after.speaker != word.speaker
        inside = word.text[:1].islower() and not (before.text.endswith(_MARKS) or word.text.endswith(_MARKS))
        if lonely and inside:
            found[at] = replace(word, speaker=before.speaker)
    return found


def _paused(last: Utterance, word: Utterance, pause_s: float | None) -> bool:
    if pause_s is None or last.end_s is None or word.start_s is None:
        return False
    return word.start_s - last.end_s > pause_s
