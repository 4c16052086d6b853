"""What says nothing by itself goes with its neighbour: "Hi", "ok.", "Thanks!", a link, an emoji, a bare title."""

from __future__ import annotations

import re

from mining.mention_rules import Role
from mining.mention_rules.clauses import Unit
from mining.mention_rules.sentences import Range
from mining.mention_rules.tokens import Kind

# Scripts that write no blanks: what looks like one word is a sentence.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u4e00-\u9fff]")
_FRAGMENT = 1
_TITLE = 2
_MOST_JOINED = 60


def join(unit: Unit, parts: list[Range]) -> list[Range]:
    """The parts with those that carry nothing joined to the next one (openings) or to the one before (closings)."""
    joined: list[Range] = []
    held: Range | None = None
    if len(parts) < 2:
        return parts
    for part in parts:
        first, last = part
        if held:
            first = held[0]
            held = None
        if _goes_back(unit, *part) and joined and _fits(unit, joined[-1][0], last) and first == part[0]:
            joined[-1] = (joined[-1][0], last)
        elif _goes_on(unit, *part):
            held = (first, last)
        else:
            joined.append((first, last))
    if held and joined and _fits(unit, joined[-1][0], held[1]):
        joined[-1] = (joined[-1][0], held[1])
    elif held:
        joined.append(held)
    return joined


def _fits(unit: Unit, first: int, last: int) -> bool:
    return unit.words(first, last) <= _MOST_JOINED


def _spoken(unit: Unit, first: int, last: int) -> list[int]:
    """The places of words, links left out."""
    words = (place for place in range(first, last) if unit.tokens[place].kind is Kind.WORD)
    return [place for place in words if "://" not in unit.tokens[place].text]


def _goes_back(unit: Unit, first: int, last: int) -> bool:
    """Thanks and farewells, links, emoji, lone signs."""
    return all(unit.roles[place] & Role.CLOSING for place in _spoken(unit, first, last))


def _goes_on(unit: Unit, first: int, last: int) -> bool:
    """Greetings and small words of assent; a single word, or a title of two, that judges and asks nothing."""
    words = _spoken(unit, first, last)
    if all(unit.roles[place] & (Role.OPENING | Role.CLOSING) for place in words):
        return True
    asks = any(unit.tokens[place].text in ("?", "؟") for place in range(first, last))
    if any(_UNSPACED.search(unit.tokens[place].text) for place in words):
        return False
    most = _TITLE if unit.tokens[last - 1].kind is Kind.LINE else _FRAGMENT
    return len(words) <= most and not asks and not any(unit.opinion(first, last))
