"""Where one sentence ends and the next begins, in reviews, chats and posts as people type them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from mining.language import fold_digits
from mining.mention_rules import OPINION, Role, roles
from mining.mention_rules.tokens import Kind, Token

Range = tuple[int, int]
"""First token, and the one after the last."""

_WORD = Kind.WORD
_CLOSERS = frozenset(")]\"'»”’")
_WRAPPED_LINE = 60
_NEAR = 4
_ENUMERATOR = re.compile(r"(?<![\w.,:/-])\(?(\d{1,2})\s?[.):-]\s*(?=[^\W\d])")
_MAY_ENUMERATE = re.compile(r"\d\s?[.):-]")


def sentences(text: str, tokens: Sequence[Token]) -> list[Range]:
    """The tokens cut into sentences: a partition, in order."""
    if not tokens:
        return []
    numbered = _enumerated(text)
    starts = {0} | {index for index, token in enumerate(tokens) if token.start in numbered}
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind is _WORD and token.text[-1] != ".":
            index += 1
            continue
        index, cut = _step(text, tokens, index, numbered)
        if cut and index < len(tokens):
            starts.add(index)
    ordered = [*sorted(starts), len(tokens)]
    return list(pairwise(ordered))


def _step(text: str, tokens: Sequence[Token], index: int, numbered: set[int]) -> tuple[int, bool]:
    """The token after the one at ``index`` and what hangs on it, and whether a sentence begins there."""
    token = tokens[index]
    if token.kind is Kind.WORD:
        return index + 1, _abbreviation_ends(tokens, index)
    if token.kind in (Kind.STOP, Kind.ELLIPSIS):
        after = _after_stops(text, tokens, index)
        return after, after < len(tokens) and _ends(text, tokens, index, after, numbered)
    if token.kind is Kind.LINE:
        return index + 1, _line_ends(text, tokens, index)
    if token.kind is Kind.EMOJI:
        after = _after(tokens, index, (Kind.EMOJI,))
        return after, _emoji_ends(tokens, index, after)
    following = index + 1 < len(tokens) and tokens[index + 1].kind is Kind.BULLET
    return index + 1, following and token.kind is not Kind.BULLET


def _after(tokens: Sequence[Token], index: int, kinds: tuple[Kind, ...]) -> int:
    while index < len(tokens) and tokens[index].kind in kinds:
        index += 1
    return index


def _after_stops(text: str, tokens: Sequence[Token], index: int) -> int:
    """Past "?!", "! ! !", the quotes and brackets closed at once, and the emoji that seals the sentence."""
    index = _after(tokens, index, (Kind.STOP, Kind.ELLIPSIS))
    while index < len(tokens) and tokens[index].kind is Kind.CLOSER and tokens[index].start == tokens[index - 1].end:
        index += 1
    return _after(tokens, index, (Kind.EMOJI,))


def _ends(text: str, tokens: Sequence[Token], index: int, after: int, numbered: set[int]) -> bool:
    """Whether the stops at ``index`` end a sentence, given the token after them."""
    following = tokens[after]
    if following.kind is not Kind.WORD:
        aside = following.text == "(" and after + 1 < len(tokens) and not tokens[after + 1].text[0].isupper()
        return following.kind not in (Kind.COMMA, Kind.LINE, Kind.STOP) and not aside
    stops = text[tokens[index].start : tokens[after - 1].end]
    if any(sign in stops for sign in "!?؟۔。！？"):
        return not (_CLOSERS & set(stops)) or not following.text[0].islower()
    before = tokens[index - 1] if index else None
    if before is None or before.kind is not Kind.WORD:
        return before is not None and before.kind in (Kind.CLOSER, Kind.EMOJI)
    if tokens[index].kind is Kind.ELLIPSIS or (after - index > 1 and tokens[index + 1].kind is Kind.ELLIPSIS):
        return following.text[0].isupper() and following.start > tokens[after - 1].end
    return _period_ends(tokens, index, before, following, numbered)


def _period_ends(tokens: Sequence[Token], index: int, before: Token, following: Token, numbered: set[int]) -> bool:
    glued = following.start == tokens[index].end
    if before.start in numbered or (index > 1 and tokens[index - 2].start in numbered and before.text == ")"):
        return False
    if len(before.text) == 1 and not before.text.isdigit() and before.end == tokens[index].start:
        return False
    if before.roles & Role.ABBREVIATION and before.end == tokens[index].start:
        return bool(before.roles & Role.ABBREVIATION_MAY_END) and following.text[0].isupper()
    if glued:
        return (
            following.text[0].isalpha() and len(before.text) > 1 and (len(following.text) > 1 or following.text == "I")
        )
    return True


def _abbreviation_ends(tokens: Sequence[Token], index: int) -> bool:
    """A token that keeps its own period ("a.m.", "etc.") ends a sentence only before a capital."""
    if index + 1 >= len(tokens) or tokens[index + 1].kind is not Kind.WORD:
        return False
    may_end = roles(tokens[index].text.rstrip(".")) & Role.ABBREVIATION_MAY_END
    following = tokens[index + 1]
    return bool(may_end) and following.text[0].isupper() and bool(following.roles & Role.STARTER)


def _line_ends(text: str, tokens: Sequence[Token], index: int) -> bool:
    """Every new line begins a sentence, but for lines wrapped by a mail program before a small letter."""
    if index + 1 >= len(tokens) or index == 0:
        return True
    following, line = tokens[index + 1], tokens[index]
    length = line.start - (text.rfind("\n", 0, line.start) + 1)
    wrapped = length >= _WRAPPED_LINE and tokens[index - 1].kind in (Kind.WORD, Kind.COMMA)
    return not (wrapped and line.text.count("\n") == 1 and following.text[0].islower())


def _emoji_ends(tokens: Sequence[Token], index: int, after: int) -> bool:
    """An emoji between two statements of some length parts them: "love it so much 😍 the delivery was slow"."""
    if after >= len(tokens) or tokens[after].kind is not Kind.WORD:
        return False
    if tokens[after].roles & (Role.CONJUNCTION | Role.DEPENDENT):
        return False
    left, right = _words_near(tokens, range(index - 1, -1, -1)), _words_near(tokens, range(after, len(tokens)))
    both_judge = all(any(word.roles & OPINION for word in side) for side in (left, right))
    if both_judge or tokens[after].text[0].isupper():
        return min(len(left), len(right)) >= 2
    return len(left) >= (3 if tokens[after].text.isascii() else 2) and len(right) >= 3


def _words_near(tokens: Sequence[Token], places: range) -> list[Token]:
    """Up to four words on one side, as far as the next stop or emoji."""
    words: list[Token] = []
    for place in places:
        if tokens[place].kind is Kind.WORD:
            words.append(tokens[place])
        elif tokens[place].kind is not Kind.COMMA:
            break
        if len(words) == _NEAR:
            break
    return words


def _enumerated(text: str) -> set[int]:
    """Where the numbers of a list stand that counts 1, 2, 3: each begins a sentence."""
    if not _MAY_ENUMERATE.search(text):
        return set()
    places, expected = [], 1
    for match in _ENUMERATOR.finditer(fold_digits(text)):
        if int(match[1]) == expected:
            places.append(match.start(1))
            expected += 1
    return set(places) if len(places) > 1 else set()
