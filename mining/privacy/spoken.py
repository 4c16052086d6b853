"""Numbers said digit by digit in calls: "oh five four, one two three, four five six seven"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mining.privacy.view import Found, View
from mining.privacy.words import SPOKEN

_DIGITS = frozenset(SPOKEN["en"] + SPOKEN["he"] + SPOKEN["fa"])
_LARGE = frozenset(SPOKEN["large_he"] + SPOKEN["large_fa"])
_ZERO = frozenset({"zero", "oh", "אפס", "صفر"})
_FEWEST = 7
_FEWEST_AFTER_ZERO = 5


def _any_of(words: frozenset[str] | list[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


# One word of the number, with the Hebrew or Persian "and" written onto it, or a digit that the machine wrote out.
_WORD = rf"(?:ו?{_any_of(_DIGITS | _LARGE)}|\d)(?![\w'])"
_GAP = rf"[\s,.،؛…-]{{1,4}}(?:{_any_of(SPOKEN['filler'])}(?!\w)[\s,.،؛…-]{{1,3}}){{0,2}}"
_RUN = re.compile(rf"(?<![\w'])(?:(?:double|triple)\s+)?{_WORD}(?:{_GAP}{_WORD}){{2,}}", re.IGNORECASE)
_SPOKEN_WORD = re.compile(r"[^\W_]+")
WORTH_A_LOOK = re.compile(
    rf"(?<!\w){_any_of(_DIGITS)}[\s,.،-]+(?:\w+\s)?ו?{_any_of(_DIGITS | _LARGE)}(?!\w)", re.IGNORECASE
)
"""Two number words side by side: the gate before the search proper."""

SHORT_RUN = _RUN
"""Three words or more: a number only where one was asked for or announced."""


def find_spoken(view: View) -> Iterator[Found]:
    """Runs of seven digit words, or of five number words that start with zero and go on in tens and hundreds."""
    for match in _RUN.finditer(view.text):
        if _is_number(match[0]):
            yield Found(*match.span(), "number")


def _is_number(run: str) -> bool:
    words = [str(word).lower() for word in _SPOKEN_WORD.findall(run)]
    words = [word if word in _DIGITS else word.removeprefix("ו") for word in words]
    if sum(not word.isdigit() for word in words) < 2:
        return False
    large = sum(word in _LARGE for word in words)
    digits = (
        sum(word in _DIGITS or word.isdigit() for word in words) + words.count("double") + 2 * words.count("triple")
    )
    if words[0] in _ZERO and large:
        return digits + large >= _FEWEST_AFTER_ZERO
    return digits >= _FEWEST and digits >= 3 * large
