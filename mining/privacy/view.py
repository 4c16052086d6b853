"""A stretch of text as the finders read it: one spelling for digits, dashes and quotes, no invisible signs.

Numbers in Hebrew and Persian text carry bidi marks and half-spaces between their digits; a view drops them and still
knows where every sign stood, so that a finding is cut out of the text as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from mining.language import fold_digits


class Found(NamedTuple):
    """A stretch to be masked, as offsets, and what it is."""

    start: int
    end: int
    kind: str


_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ONE_SPELLING = {
    **{ord(sign): "-" for sign in "‐‑‒–—―−־"},
    **{ord(sign): " " for sign in "\t\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"},
    **{ord(sign): '"' for sign in "״“”„«»"},
    **{ord(sign): "'" for sign in "׳’‘`"},
    **{ord(sign): plain for sign, plain in zip("كيى＠＋：．（）", "کیی@+:.()", strict=True)},
}
_HEBREW = re.compile(r"[\u05d0-\u05ea]")
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")


@dataclass(frozen=True)
class View:
    """``text`` is what the finders search; ``lead`` is the turn before, where one number may be asked for."""

    text: str
    lead: str = ""
    _places: tuple[int, ...] | None = None

    @classmethod
    def of(cls, piece: str, lead: str = "") -> View:
        """The view of one piece of a text."""
        if piece.isascii():
            return cls(piece.replace("\t", " "), lead)
        plain = fold_digits(piece).translate(_ONE_SPELLING)
        if not _INVISIBLE.search(plain):
            return cls(plain, lead)
        places = tuple(place for place, sign in enumerate(plain) if not _INVISIBLE.match(sign))
        return cls("".join(plain[place] for place in places), lead, places)

    def original(self, found: Found) -> Found:
        """The same finding with offsets into the piece as written."""
        if self._places is None:
            return found
        return Found(self._places[found.start], self._places[found.end - 1] + 1, found.kind)

    @cached_property
    def script(self) -> str:
        """``he``, ``fa`` or ``en``: the first right-to-left script that occurs, else Latin."""
        if _HEBREW.search(self.text):
            return "he"
        return "fa" if _ARABIC.search(self.text) else "en"
