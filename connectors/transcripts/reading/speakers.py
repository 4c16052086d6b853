"""Who is the customer: the words for roles in three languages, and a guess where nothing tells."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from connectors.folding import MARKS, PERSIAN, QUOTES, dropped, same
from connectors.record import Speaker

# Weights found by trying them on labelled dialogues; docs/transcripts.md has the figures.
_STRONG, _WEAK = 3.0, 1.0
# Calls are mostly answered by the company.
_FIRST_WORD = 1.5
# A third voice is the company's only if it says clearly so.
_CLEARLY_AGENT = 3.0
# "Agent Dana Levi"
_NAME_WORDS = 2
# No word of the lists has more parts ("help desk" has two).
_LONGEST_WORD = 4

_LEVELLED = PERSIAN | QUOTES | same([("'", "ʼ")]) | dropped((0x200C, 0x200D))
_SEPARATORS = re.compile(r"[\s_\-#]+")
_LEADING_ZEROS = re.compile(r"\b0+(?=\d)")
_LETTER_DIGIT = re.compile(r"(?<=[^\W\d])(?=\d)")
_PARENTHESIS = re.compile(r"\s*[(\[].*?[)\]]\s*")
# "می خواستم" and "می‌خواستم" are the same word.
_PERSIAN_PREFIX = re.compile(r"(?<!\w)(ن?می) (?=\w)")


@dataclass(frozen=True, slots=True)
class Said:
    """What one label says, in order: its texts, and whether it speaks first."""

    texts: tuple[str, ...]
    first: bool


def key(label: str) -> str:
    """A label to compare by: ``SPEAKER_00``, ``Speaker 0`` and ``speaker-0`` are the same."""
    return level(_spaced(label))


def strip_marks(text: str) -> str:
    """The text without the invisible marks of direction that right-to-left editors leave."""
    return text.translate(MARKS)


def level(text: str) -> str:
    """Lower case, one form per letter, no marks of direction: what phrases are compared by."""
    plain = unicodedata.normalize("NFKC", strip_marks(text)).casefold().translate(_LEVELLED)
    return _PERSIAN_PREFIX.sub(r"\1", plain)


def role_of(label: str) -> Speaker | None:
    """Whose label this is, if it is a word for a role: ``END_USER``, ``Agent Dana``, ``נציגה``, ``مشتری``."""
    word = _role_word(label)
    return None if word is None else _roles().get(word)


def is_speaker_word(label: str) -> bool:
    """Whether this is a word for a speaker, be it that it says whose (``Agent``) or not (``SPEAKER_00``)."""
    return _role_word(label) is not None


def is_common_word(label: str) -> bool:
    """Whether this word for a speaker begins lines in many other texts as well."""
    return _role_word(label) in _lists("labels")["common"]


def guess(said: Mapping[str, Said], sides: Collection[Speaker] = ()) -> dict[str, Speaker]:
    """Whose each label is, by what it says; ``sides`` are those already found among other labels.

    Two voices or more are one of the company's at least, and one of the customer's. A voice alone is the customer's.
    """
    scores = {label: _score(one) for label, one in said.items()}
    ranked = sorted(scores, key=lambda label: (-scores[label], not said[label].first))
    agents = {label for label in ranked if scores[label] >= _CLEARLY_AGENT}
    if Speaker.AGENT not in sides:
        agents.add(ranked[0])
    if Speaker.CUSTOMER not in sides:
        agents.discard(ranked[-1])
    return {label: Speaker.AGENT if label in agents else Speaker.CUSTOMER for label in said}


def _score(said: Said) -> float:
    """Above zero it sounds like the company, below like a customer. A phrase counts once, however often it is said."""
    text = level(" \n ".join(said.texts))
    score = _FIRST_WORD if said.first else 0.0
    for weight, strength in ((_STRONG, "strong"), (_WEAK, "weak")):
        score += weight * len({found.lower() for found in _phrases(strength, "agent").findall(text)})
        score -= weight * len({found.lower() for found in _phrases(strength, "customer").findall(text)})
    return score


def _role_word(label: str) -> str | None:
    """The longest word of the lists that the label is or begins with; a number or a name may follow, no sentence."""
    bare = _PARENTHESIS.sub(" ", label).strip() or label.strip("[]() ")
    words = _spaced(bare).split()
    for stop in range(min(len(words), _LONGEST_WORD), 0, -1):
        word = level(" ".join(words[:stop]))
        if word in _known():
            rest = words[stop:]
            named = len(rest) <= _NAME_WORDS and word not in _lists("labels")["common"]
            return word if all(part.isdigit() or (named and not part[0].islower()) for part in rest) else None
    return None


def _spaced(label: str) -> str:
    spaced = _SEPARATORS.sub(" ", strip_marks(label)).strip()
    return _LEADING_ZEROS.sub("", _LETTER_DIGIT.sub(" ", spaced))


@cache
def _lists(table: str) -> Mapping[str, Sequence[str]]:
    source = resources.files(__package__).joinpath("speakers.toml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = tomllib.loads(source)[table]
    return {name: [level(phrase) for phrase in phrases] for name, phrases in found.items()}


@cache
def _roles() -> Mapping[str, Speaker]:
    labels = _lists("labels")
    return {
        **dict.fromkeys(labels["customer"], Speaker.CUSTOMER),
        **dict.fromkeys(labels["agent"], Speaker.AGENT),
    }


@cache
def _known() -> frozenset[str]:
    return frozenset(_roles()) | frozenset(_lists("labels")["speaker"])


@cache
def _phrases(strength: str, role: str) -> re.Pattern[str]:
    return _either(_lists(strength)[role])


def _either(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases at the beginning of a word; Hebrew and Persian words may go on (``ספרתך``, ``سفارشتون``)."""
    longest_first = sorted((phrase.strip() for phrase in phrases), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?![a-z0-9])")
