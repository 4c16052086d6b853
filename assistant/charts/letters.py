"""Words of anybody made fit for a picture: harmless, cut to size, every line in its own direction."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from assistant.directions import harmless

RIGHT_TO_LEFT = frozenset({"he", "fa"})
ELLIPSIS = "…"
# Nobody reads a longer title, whatever the room.
_MOST = 300
# No language of ours heaps more marks on a letter; a tower of them would climb over the lines above.
_MARKS = 3
# Pictures joined to one (a family) are drawn over each other where no font has the whole; Persian joins letters.
_JOINED_PICTURES = re.compile("(?<![\u0600-\u06ff])\u200d|[\ufe00-\ufe0f]")
_TO_LEFT, _TO_RIGHT, _END = "\u2067", "\u2066", "\u2069"
# Widths in parts of the font's size as the letters of our fonts have them, rather too large than too small. Vega could
# cut lines by their exact width, but it cuts through the halves of an emoji and fails.
_WIDTHS = {
    **dict.fromkeys("iljIftr.,:;'|!()[] ·וןיז", 0.4), **dict.fromkeys("اآأإلرزذدو", 0.5),
    **dict.fromkeys("mwMW%@…—سشصضطﷲ", 1.0), **dict.fromkeys("אהחטמסעפצקשתםGOQCDNHU", 0.75),
}  # fmt: skip
_LETTER, _CAPITAL, _FOREIGN = 0.6, 0.7, 1.3


def clean(text: str) -> str:
    """Text of one line that any drawing program takes: no controls, no lone surrogates, no towers of marks."""
    whole = _JOINED_PICTURES.sub("", harmless(text[: 10 * _MOST])).encode("utf-8", "replace").decode("utf-8")
    kept, heaped = [], 0
    for sign in whole:
        heaped = heaped + 1 if _width(sign) == 0 else 0
        # The last two of every plane are no characters; XML refuses those of the first.
        if heaped <= _MARKS and ord(sign) & 0xFFFE != 0xFFFE:
            kept.append(sign)
    text = "".join(kept)
    return text if len(text) <= _MOST else text[: _MOST - 1].rstrip() + ELLIPSIS


def directed(text: str, language: str) -> str:
    """Text isolated in the direction of the asker's language or, where it has no letter of that, in its own."""
    kinds = {unicodedata.bidirectional(sign) for sign in text}
    to_left, to_right = bool(kinds & {"R", "AL"}), "L" in kinds
    towards = to_left or not to_right if language in RIGHT_TO_LEFT else to_left and not to_right
    return f"{_TO_LEFT if towards else _TO_RIGHT}{text}{_END}"


def as_asked(text: str, language: str) -> str:
    """Text isolated in the direction of the asker's language, whatever letters it has."""
    return f"{_TO_LEFT if language in RIGHT_TO_LEFT else _TO_RIGHT}{text}{_END}"


def number_apart(text: str) -> str:
    """A number with its sign and unit, which stand in this order in every language."""
    return f"{_TO_RIGHT}{text}{_END}"


def width(text: str, size: float) -> float:
    """About how many pixels a line takes in a font of ``size`` pixels."""
    return size * sum(_width(sign) for sign in text)


def wrapped(text: str, language: str, size: float, room: float, most: int = 2) -> list[str]:
    """Cleaned text in at most so many lines of ``room`` pixels, the last with an ellipsis where something is cut."""
    lines: list[str] = []
    rest = clean(text).split(" ")
    while rest and len(lines) < most:
        line, rest = _line(rest, size, room)
        lines.append(line)
    if rest:
        lines[-1] = _cut(lines[-1], size, room) + ELLIPSIS
    return [directed(line, language) for line in lines]


def cut(text: str, language: str, size: float, room: float) -> str:
    """Cleaned text in one line of ``room`` pixels."""
    return wrapped(text, language, size, room, most=1)[0]


def _line(words: list[str], size: float, room: float) -> tuple[str, list[str]]:
    """As many words as go into a line, and the rest; a word longer than a line is broken."""
    taken = 1
    while taken < len(words) and width(" ".join(words[: taken + 1]), size) <= room:
        taken += 1
    line = " ".join(words[:taken])
    if width(line, size) <= room:
        return line, words[taken:]
    begun = _fitting(line, size, room)
    return begun, [line[len(begun) :], *words[taken:]]


def _cut(line: str, size: float, room: float) -> str:
    """The beginning of a line that leaves room for an ellipsis: whole words, unless that would cost half of it."""
    begun = _fitting(line, size, room - width(ELLIPSIS, size))
    words = begun.rpartition(" ")[0]
    whole = begun if begun == line or len(words) < len(begun) / 2 else words
    return whole.rstrip()


def _fitting(text: str, size: float, room: float) -> str:
    """The beginning of a text that fits, one sign at least; a letter keeps its marks."""
    end, used = 0, 0.0
    for place, sign in enumerate(text):
        used += size * _width(sign)
        if used > room and end:
            break
        end = place + 1
    return text[:end]


def _width(sign: str) -> float:
    known = _WIDTHS.get(sign)
    if known is not None:
        return known
    category = unicodedata.category(sign)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    # What stands behind these has pictures and ideographs, or letters that our fonts lack.
    if sign > "\u06ff" and category[0] in "LNS":
        return _FOREIGN
    return _CAPITAL if category == "Lu" else _LETTER


def longest(lines: Iterable[str], size: float) -> float:
    """About how many pixels the widest line takes."""
    return max((width(line, size) for line in lines), default=0.0)
