"""``mask``: what names or opens something personal is replaced by a mark such as ``[email]``.

The text is cut at the marks that it already holds, ours or a vendor's, and each piece is searched by itself until
nothing more is found in what remains. So a mark is never changed, and masking a masked text finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mining.privacy import announced, spoken
from mining.privacy.addresses import find_emails, find_secrets_in_web
from mining.privacy.announced import find_announced
from mining.privacy.numbers import find_lettered, find_numbers
from mining.privacy.spoken import find_spoken
from mining.privacy.view import Found, View


class Kind(StrEnum):
    """What was masked; the mark is the kind in square brackets."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    NATIONAL_ID = "national_id"
    SECRET = "secret"  # noqa: S105 - the name of a kind, not a password
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Span:
    """One masked stretch: ``start`` and ``end`` in the original text, ``new_start`` and ``new_end`` in the masked."""

    start: int
    end: int
    kind: Kind
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without what was found in it, and where that stood, in order."""

    text: str
    spans: tuple[Span, ...] = ()


# Ours ("[email]", "[phone:0f3a9c21]") and vendors' ("[PII]", "[NAME-1]", "{{phone}}", "<PERSON>"); but "[at]" stands
# in an address that is hidden from robots.
_MARK = re.compile(
    r"\[(?!(?:at|dot)\])[A-Za-z][A-Za-z_ -]{0,40}(?:[-_ #]?\d{1,3})?(?::[0-9a-f]{8})?\]"
    r"|\{\{?[A-Za-z_][A-Za-z_ .-]{0,40}(?:[-_ #]?\d{1,3})?\}?\}|<[A-Z][A-Z_]{1,40}(?:[-_]?\d{1,3})?>"
)
# Seven digits with few signs between them, an address, the start of a token, a British insurance number.
_MAY_HOLD = re.compile(
    r"@|%40|://|[A-Z]{2}(?: ?\d\d){3} ?[A-D]\b|www\.|\d(?:[^\w\n]{0,4}\d){6}|eyJ|sk[-_]|gh[pousr]_|xox"
    r"|AKIA|AIza|[Bb]earer |[?&;#][\w-]+=|\bdot\b|(?i:\(\s?(?:at|dot)\s?\)|\[\s?at\s?\])|נקודה|שטרודל|دات|نقطه"
)
# The first finder wins where two overlap.
_FINDERS: tuple[Callable[[View], Iterable[Found]], ...] = (
    find_secrets_in_web,
    find_emails,
    find_lettered,
    find_announced,
    find_numbers,
    find_spoken,
)
_LEAD_LENGTH = 200


def mask(text: str, lead: str = "") -> Masked:
    """``text`` with every e-mail address, telephone, card, account, identity and secret replaced by its mark.

    ``lead`` is the turn before, if any: an agent who asks for a code says what the digits of the answer are.
    """
    if not _worth_a_look(text, lead):
        return Masked(text)
    lead = lead[-_LEAD_LENGTH:]
    pieces: list[str] = []
    spans: list[Span] = []
    cursor = length = 0
    for start, end, kind in _search_between_marks(text, lead):
        kept, mark = text[cursor:start], f"[{kind}]"
        length += len(kept)
        spans.append(Span(start, end, Kind(kind), length, length + len(mark)))
        length += len(mark)
        pieces += (kept, mark)
        cursor = end
    return Masked("".join((*pieces, text[cursor:])), tuple(spans))


def _worth_a_look(text: str, lead: str) -> bool:
    """Nearly every text stops here: no digits, no address, no word that announces anything."""
    return bool(
        lead or _MAY_HOLD.search(text) or announced.WORTH_A_LOOK.search(text) or spoken.WORTH_A_LOOK.search(text)
    )


def _search_between_marks(text: str, lead: str) -> Iterator[Found]:
    cursor = 0
    for mark in _MARK.finditer(text):
        yield from _search(text, cursor, mark.start(), lead)
        cursor = mark.end()
    yield from _search(text, cursor, len(text), lead)


def _search(text: str, start: int, end: int, lead: str) -> Iterator[Found]:
    """Everything between two places, in order; what lies between findings is searched again as a piece of its own."""
    if start >= end:
        return
    found = _findings(View.of(text[start:end], lead))
    cursor = start
    for one in found:
        yield from _search(text, cursor, start + one.start, lead)
        yield Found(start + one.start, start + one.end, one.kind)
        cursor = start + one.end
    if found:
        yield from _search(text, cursor, end, lead)


def _findings(view: View) -> list[Found]:
    """What the finders see in one piece, sorted and disjoint."""
    taken: list[Found] = []
    for finder in _FINDERS:
        for found in finder(view):
            if found.start < found.end and all(found.end <= one.start or one.end <= found.start for one in taken):
                taken.append(found)
    return sorted(view.original(found) for found in taken)
