"""Mentions: what a feedback says, cut into pieces that carry one opinion each.

A mention is a literal piece of the stored, masked text: ``feedback.text[start:end] == text``. Sentences, contrasts
("great coffee, but the grinder is loud") and verdicts set side by side are parted; greetings, thanks and fragments go
with their neighbour; long unpunctuated speech is cut at its connectives. Nothing with a letter, a digit or an emoji in
it is lost, and no mention reaches over two turns. The words that decide are data: ``mining/mention_rules/*.toml``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.record import TURN_SEPARATOR, Feedback, Speaker
from mining.language import UNKNOWN, detect
from mining.mention_rules.clauses import Unit, clauses
from mining.mention_rules.joining import join
from mining.mention_rules.sentences import sentences
from mining.mention_rules.tokens import EMOJI, Token, tokenise

VERSION = "mention@1"
"""Changes when the rules change, so that the pipeline cuts again what was cut by others."""

_TOKENIZERS = ("en", "he", "fa")
_OTHER = "xx"
# What a cut may leave at the ends of a mention beside blanks: invisible signs and separators, never a letter.
_ENDS = frozenset("\u200b\u200c\u200e\u200f\ufeff,،;؛–—")
_LONGEST_SAMPLE = 2_000
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_LETTER = re.compile(r"[\u0370-\u1dff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Mention:
    """One piece of a feedback. ``id`` is ``source:native#n``, n from 1; offsets count signs of ``feedback.text``."""

    id: str
    feedback_id: str
    text: str
    speaker: Speaker
    start: int
    end: int
    language: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A turn, or the whole text of a feedback without turns; ``offset`` is where it stands in the feedback's text."""

    number: int
    speaker: Speaker
    text: str
    offset: int
    language: str
    mixed: bool


def split(feedbacks: Sequence[Feedback]) -> list[list[Mention]]:
    """The mentions of each feedback, in the order of its text; none for a deleted or an empty one.

    A feedback's mentions do not depend on what else is in the batch. Turns of agents are cut too and keep their
    speaker: they are searchable, but nobody's opinion.
    """
    stretches = [part for number, feedback in enumerate(feedbacks) for part in _stretches(number, feedback)]
    mentions: list[list[Mention]] = [[] for _ in feedbacks]
    for stretch, pieces in zip(stretches, _all_pieces(stretches), strict=True):
        feedback, made = feedbacks[stretch.number], mentions[stretch.number]
        for start, end in pieces:
            made.append(_mention(feedback, stretch, start, end, len(made) + 1))
    return mentions


def _stretches(number: int, feedback: Feedback) -> list[_Stretch]:
    if feedback.deleted or not feedback.text.strip():
        return []
    language = detect(feedback.text[:_LONGEST_SAMPLE], feedback.language)
    if not feedback.turns:
        text = feedback.text
        return [_Stretch(number, Speaker.CUSTOMER, text, 0, language, _is_mixed(text, language))]
    stretches, offset = [], 0
    for turn in feedback.turns:
        spoken = detect(turn.text, language)
        stretches.append(_Stretch(number, turn.speaker, turn.text, offset, spoken, _is_mixed(turn.text, spoken)))
        offset += len(turn.text) + len(TURN_SEPARATOR)
    return stretches


def _is_mixed(text: str, language: str) -> bool:
    """Whether the pieces of a text may be of other languages than the whole: two alphabets, or no clear language."""
    if language == UNKNOWN:
        return True
    return not text.isascii() and bool(_LATIN.search(text)) and bool(_OTHER_LETTER.search(text))


def _all_pieces(stretches: Sequence[_Stretch]) -> list[list[tuple[int, int]]]:
    """Offsets of the mentions in every stretch, tokenised in one batch per language."""
    by_tokenizer: defaultdict[str, list[int]] = defaultdict(list)
    for place, stretch in enumerate(stretches):
        by_tokenizer[stretch.language if stretch.language in _TOKENIZERS else _OTHER].append(place)
    pieces: list[list[tuple[int, int]]] = [[] for _ in stretches]
    for language, places in by_tokenizer.items():
        texts = [stretches[place].text for place in places]
        for place, text, tokens in zip(places, texts, tokenise(texts, language), strict=True):
            pieces[place] = _pieces(text, tokens)
    return pieces


def _pieces(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Offsets of the mentions in one stretch of text."""
    unit = Unit(text, tokens)
    parts = [part for sentence in sentences(text, tokens) for part in clauses(unit, *sentence)]
    pieces = []
    for first, last in join(unit, parts):
        start, end = _trimmed(text, tokens[first].start, tokens[last - 1].end)
        if any(map(str.isalnum, text[start:end])) or EMOJI.search(text, start, end):
            pieces.append((start, end))
    return pieces


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in _ENDS):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in _ENDS):
        end -= 1
    return start, end


def _mention(feedback: Feedback, stretch: _Stretch, start: int, end: int, ordinal: int) -> Mention:
    text = stretch.text[start:end]
    return Mention(
        id=f"{feedback.id}#{ordinal}",
        feedback_id=feedback.id,
        text=text,
        speaker=stretch.speaker,
        start=stretch.offset + start,
        end=stretch.offset + end,
        language=detect(text, stretch.language) if stretch.mixed else stretch.language,
    )
