"""What words and stars say plainly, added to a model's raw scores: cue words per language, and a review's rating.

Both are data and numbers, never branches: a cue adds a constant to the score (a logit) of the value it names, a rating
adds to positive and takes from negative. The model still decides; a clear cue settles what it is unsure of. Weights
were tried on the authored remarks that are kept aside from training; between those that are equal there the set
gold/dev.jsonl decided, see docs/models.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mining.language import normalise

VERSION = 2
"""Raised when the same text gets other scores."""

LANGUAGES = ("en", "he", "fa")
# Logits: e^1.5 makes the value named four times as likely as the model alone had it.
WEIGHTS = {"touchpoint": 1.5}
# Logits that five stars add to positive and take from negative; one star does the reverse.
RATING = 2.5

# Points, vowel signs and accents sit on a letter; half spaces, joiners, apostrophes and gershayim stand between two.
_SIGNS = r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\ufe0f]*"
_WITHIN = r"[\u00ad\u200c-\u200f\u2060'’׳״\"`´]{0,2}"
WORD = re.compile(rf"\w{_SIGNS}(?:{_WITHIN}\w{_SIGNS})*")
"""A word of a text as it stands, in any of the three scripts."""
# Words of the longest cue, with room for those that a hyphen parts.
_LONGEST = 6

_HEBREW_PREFIX = r"(?:ו?(?:כש|ש|ב|ל|מ|ה|כ)?ה?)"
_Scores = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue that a text holds: the value it speaks for, its words, ``text[start:end]``, and its weight in logits."""

    task: str
    value: str
    start: int
    end: int
    weight: float


@cache
def _patterns(language: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(task, value, pattern over folded text) of one language."""
    table = tomllib.loads((files("mining") / "cues" / f"{language}.toml").read_text(encoding="utf-8"))
    prefix = _HEBREW_PREFIX if language == "he" else ""
    return tuple(
        (task, value, re.compile(rf"(?<!\w){prefix}(?:{'|'.join(map(_alternative, words))})(?!\w)"))
        for task, values in table.items()
        for value, words in values.items()
    )


def _alternative(word: str) -> str:
    folded = normalise(word.removesuffix("*"))
    return re.escape(folded) + (r"\w*" if word.endswith("*") else "")


def _heard(text: str, language: str) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """(task, value, pattern) of each cue that a text holds."""
    folded = normalise(text)
    for task, value, pattern in _patterns(language if language in LANGUAGES else "en"):
        if pattern.search(folded):
            yield task, value, pattern


def hits(text: str, language: str, classes: Mapping[str, Sequence[str]]) -> list[Cue]:
    """What :func:`heeded` heeds in a text, with the words of the text that say it, in the order of the cue files."""
    return [
        Cue(task, value, *_place(pattern, text), WEIGHTS[task])
        for task, value, pattern in _heard(text, language)
        if value in classes.get(task, ())
    ]


def _place(pattern: re.Pattern[str], text: str) -> tuple[int, int]:
    """The fewest words that hold the cue, where it is said first. Folding moves the letters, so words are tried."""
    words = [found.span() for found in WORD.finditer(text)]
    for last in range(len(words)):
        for first in range(last, max(-1, last - _LONGEST), -1):
            start, end = words[first][0], words[last][1]
            if pattern.search(normalise(text[start:end])):
                return start, end
    return 0, len(text)


def heeded(
    scores: _Scores,
    classes: Mapping[str, Sequence[str]],
    texts: Sequence[str],
    languages: Sequence[str],
    ratings: Sequence[float | None],
) -> dict[str, NDArray[np.float32]]:
    """Raw scores, task -> (n, classes), with what cues and ratings say added; the scores given stay as they are.

    ``ratings`` are 0..1 or None, one per text, like ``languages``.
    """
    said = {task: values.copy() for task, values in scores.items()}
    columns = {task: {value: place for place, value in enumerate(values)} for task, values in classes.items()}
    for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
        for task, value, _ in _heard(text, language):
            if task in said and value in columns[task]:
                said[task][row, columns[task][value]] += WEIGHTS[task]
    if "sentiment" in said:
        lean = np.array([0.0 if rating is None else 2 * rating - 1 for rating in ratings], np.float32) * RATING
        said["sentiment"][:, columns["sentiment"]["positive"]] += lean
        said["sentiment"][:, columns["sentiment"]["negative"]] -= lean
    return said
