"""One opinion at a time: a sentence is cut where it turns round, where two verdicts meet, where it grows too long."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from mining.mention_rules import OPINION, PHRASES, VERDICT, Role, spelt
from mining.mention_rules.sentences import Range
from mining.mention_rules.tokens import Kind, Token

MOST_WORDS = 80
_LONG = 40
_LONGEST_SENTENCE = 200
_SHORTEST_LONG_PART = 8
_TURNS_WITHOUT_OPINION = 8
_LONG_STORY = 24
_NEGATION_REACH = 3
_SEMICOLONS = (";", "؛")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u06ff]")
_TURNING = Role.CONTRAST | Role.STRONG_CONTRAST | Role.WEAK_CONTRAST
_JOINING = Role.CONJUNCTION | Role.WITH_VAV
# Looking a member up in its enum costs more than the comparison; these are met for every token.
_WORD, _OTHER = Kind.WORD, Kind.OTHER
_PHRASE = int(Role.OPENS_PHRASE)
_NONE: list[int] = []
_PAUSES = (Kind.COMMA, Kind.ELLIPSIS)


class Unit:
    """The tokens of one turn or text, with running counts of words and opinions, so that any range costs nothing."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.roles = _with_phrases(tokens)
        self._words, self.seams = self._counted()
        self._good, self._bad, self._verdicts = self._judged()

    def _counted(self) -> tuple[list[int], list[int]]:
        """Running count of words, and where a clause may begin: at a word that turns or joins, or after a pause."""
        words, seams, count, before, end = [0], [], 0, _OTHER, -1
        for index, (start, stop, _, kind, _) in enumerate(self.tokens):
            if kind is _WORD:
                count += before is not _WORD or end < start
                if before in _PAUSES or self.roles[index] & (_TURNING | _JOINING):
                    seams.append(index)
            words.append(count)
            before, end = kind, stop
        return words, seams

    def _judged(self) -> tuple[list[int], list[int], list[int]]:
        """Running counts of good words, of bad words, and of those that judge rather than tell of a problem."""
        judged = [index for index, role in enumerate(self.roles) if role & OPINION]
        if not judged:
            return _NONE, _NONE, _NONE
        signs = [0] * (len(self.tokens) + 1)
        for index in judged:
            signs[index + 1] = self._sign(index)
        good = [*accumulate(int(sign > 0) for sign in signs)]
        bad = [*accumulate(int(sign < 0) for sign in signs)]
        return good, bad, [0, *accumulate(int(role & VERDICT > 0) for role in self.roles)]

    @cached_property
    def right_to_left(self) -> bool:
        """Whether Hebrew or Arabic letters occur."""
        return bool(_RIGHT_TO_LEFT.search(self.text))

    def words(self, first: int, last: int) -> int:
        """How many words stand in a range; "don't" is one."""
        return self._words[last] - self._words[first]

    def opinion(self, first: int, last: int) -> tuple[int, int]:
        """(good words, bad words) of a range, negation taken into account."""
        if self._good is _NONE:
            return 0, 0
        return self._good[last] - self._good[first], self._bad[last] - self._bad[first]

    def judges(self, first: int, last: int) -> bool:
        """Whether a range holds a verdict."""
        return self._good is not _NONE and self._verdicts[last] > self._verdicts[first]

    def _sign(self, index: int) -> int:
        role = self.roles[index]
        sign = 1 if role & Role.POSITIVE else -1
        return -sign if self._negated(index, role) else sign

    def _negated(self, index: int, role: int) -> bool:
        reach = range(max(0, index - _NEGATION_REACH), index)
        if any(self.roles[place] & Role.NEGATION for place in reach if self._one_phrase(place, index)):
            return True
        if role & Role.NEGATION_AFTER:
            return False
        ahead = range(index + 1, min(len(self.tokens), index + 1 + _NEGATION_REACH))
        return any(self.roles[place] & Role.NEGATION_AFTER for place in ahead if self._one_phrase(index, place))

    def _one_phrase(self, first: int, last: int) -> bool:
        return all(token.kind is Kind.WORD for token in self.tokens[first : last + 1])


def _with_phrases(tokens: Sequence[Token]) -> list[int]:
    """Each token's roles, those of two-word phrases ("עם זאת", "با این حال") on their first word."""
    found = [token[4] for token in tokens]
    for index, role in enumerate(found):
        if role & _PHRASE:
            words = [spelt(token.text) for token in tokens[index : index + 3]]
            found[index] |= PHRASES.get(" ".join(words[:2]), 0) | PHRASES.get(" ".join(words), 0)
    return found


def clauses(unit: Unit, first: int, last: int) -> list[Range]:
    """A sentence's tokens cut into clauses that carry one opinion each: a partition, in order."""
    # A page without a stop is cut down first, so that the work grows no faster than the text.
    sound = unit.words(first, last) <= _LONGEST_SENTENCE
    ranges = [(first, last)] if sound else _not_too_long(unit, first, last)
    parts = [part for one in ranges for part in _by_opinion(unit, *one)]
    return [piece for part in parts for piece in _not_too_long(unit, *part)]


def _by_opinion(unit: Unit, first: int, last: int) -> list[Range]:
    parts: list[Range] = []
    start = first
    for place in unit.seams[bisect_right(unit.seams, first) : bisect_left(unit.seams, last)]:
        if _turns(unit, start, place, last) or _meets(unit, start, place, last):
            parts.append((start, place))
            start = place
    return [*parts, (start, last)]


def _turns(unit: Unit, start: int, place: int, last: int) -> bool:
    """Whether the word at ``place`` turns the opinion round, with something substantial on either side."""
    role = unit.roles[place]
    if not role & _TURNING:
        return False
    left, right = unit.words(start, place), unit.words(place + 1, last)
    if left < 2 or right < 2 or _is_idiom(unit, start, place, right):
        return False
    before, after = unit.opinion(start, place), unit.opinion(place, last)
    if role & Role.WEAK_CONTRAST:
        return _opposite(before, after)
    if any(before):
        return right > 2 or any(after)
    if role & Role.STRONG_CONTRAST or unit.judges(place, last):
        return min(left, right) > 2
    return min(left, right) >= _TURNS_WITHOUT_OPINION and left + right >= _LONG_STORY


def _is_idiom(unit: Unit, start: int, place: int, right: int) -> bool:
    """ "nothing but", "not only fast but also cheap", "a bit dear but worth it"."""
    before = place - 1
    while before > start and unit.tokens[before].kind is not Kind.WORD:
        before -= 1
    if unit.roles[before] & Role.NO_CONTRAST_AFTER or any(
        unit.roles[index] & Role.NO_CONTRAST_AFTER and unit.roles[index - 1] & Role.NEGATION
        for index in range(start + 1, place)
    ):
        return True
    return bool(unit.roles[place + 1] & Role.NO_CONTRAST_BEFORE) and right <= 3


def _meets(unit: Unit, start: int, place: int, last: int) -> bool:
    """Whether two verdicts meet here: after a comma, or at an "and" between good and bad."""
    after_comma = unit.tokens[place - 1].kind in _PAUSES
    joined = bool(unit.roles[place] & _JOINING)
    if not after_comma and not joined:
        return False
    end = _clause_end(unit, place + 1, last)
    if unit.tokens[place - 1].text in _SEMICOLONS and min(unit.words(start, place), unit.words(place, end)) > 2:
        return True
    sides = unit.opinion(start, place), unit.opinion(place, end)
    if not any(sides[0]) or not any(sides[1]):
        return _after_concession(unit, start, place, end) if after_comma else False
    shorter = min(unit.words(start, place), unit.words(place, end) - joined)
    if _opposite(*sides):
        return shorter >= (2 if after_comma else 3)
    enough = 4 if unit.tokens[place].text.isascii() else 3
    if not after_comma or shorter < enough or unit.roles[place] & Role.DEPENDENT:
        return False
    return unit.judges(start, place) or unit.judges(place, end)


def _after_concession(unit: Unit, start: int, place: int, end: int) -> bool:
    """ "Although it looks nice, the thing fell apart": the comma is the turning point."""
    opens = bool(unit.roles[start] & Role.CONCESSION)
    said = any(unit.opinion(start, place)) or any(unit.opinion(place, end))
    return opens and said and min(unit.words(start, place), unit.words(place, end)) > 2


def _clause_end(unit: Unit, place: int, last: int) -> int:
    while place < last and unit.tokens[place].kind not in _PAUSES:
        if unit.roles[place] & Role.CONTRAST:
            break
        place += 1
    return place


def _opposite(left: tuple[int, int], right: tuple[int, int]) -> bool:
    return (left[0] - left[1]) * (right[0] - right[1]) < 0


def _not_too_long(unit: Unit, first: int, last: int) -> list[Range]:
    """A range of more than 40 words cut at the best connective or comma; one of more than 80 is cut in any case."""
    words = unit.words(first, last)
    if words <= _LONG:
        return [(first, last)]
    place = _best_place(unit, first, last)
    if place is None:
        if words <= MOST_WORDS:
            return [(first, last)]
        place = _middle(unit, first, last)
    return [*_not_too_long(unit, first, place), *_not_too_long(unit, place, last)]


def _best_place(unit: Unit, first: int, last: int) -> int | None:
    half = unit.words(first, last) / 2
    best, best_score = None, 0.0
    for place in range(first + 1, last):
        left, right = unit.words(first, place), unit.words(place, last)
        if min(left, right) < _SHORTEST_LONG_PART:
            continue
        score = _weight(unit, place) * (1 - 0.7 * abs(left - half) / half)
        if score > best_score:
            best, best_score = place, score
    return best


def _weight(unit: Unit, place: int) -> float:
    """How good a place to cut: after a comma, before a turn, before a connective."""
    if unit.tokens[place].kind is not Kind.WORD or unit.words(place, place + 1) == 0:
        return 0.0
    comma, role = unit.tokens[place - 1].kind in _PAUSES, unit.roles[place]
    if unit.tokens[place].text.isascii() and unit.right_to_left:
        return 0.6 * comma  # a foreign phrase in a Hebrew or Persian text
    if role & Role.CONTRAST:
        return 1.2
    if unit.roles[place - 1] & Role.CONJUNCTION:
        return 0.0  # "and then" is cut before "and"
    following = unit.roles[place + 1] if place + 1 < len(unit.roles) else 0
    connective = 0.4 if role & Role.CONJUNCTION and not following & Role.LONG_CUT else 0.7 * bool(role & Role.LONG_CUT)
    return comma * 0.6 + connective - 0.3 * bool(role & Role.DEPENDENT and not comma)


def _middle(unit: Unit, first: int, last: int) -> int:
    half = unit.words(first, last) // 2
    return next(
        place for place in range(first + 1, last) if unit.words(first, place) >= half and unit.words(place, place + 1)
    )
