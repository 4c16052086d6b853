"""Text for Slack: nobody's words mention, link, ping, format or reach past their line, and none is too long.

Slack reads text in three ways. ``mrkdwn`` (and the top-level ``text`` of a message) knows commands in angle brackets,
links by themselves and formatting; ``plain_text`` knows entities and emoji codes; the text of ``rich_text`` and of
tables is taken as it is.
"""

from __future__ import annotations

import re
from unicodedata import bidirectional

from assistant.renderers import base
from assistant.wording import Wording

# Source: docs.slack.dev, "Formatting message text": these three are decoded in every text object.
_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
# mrkdwn has no escape for these, so that signs that look alike stand for them.
_LOOK_ALIKE = {ord("*"): "∗", ord("_"): "ˍ", ord("~"): "∼", ord("`"): "ˋ"}
# A joiner has no width and breaks what Slack would otherwise make something of.
_JOINER = "\u2060"
_EMOJI_CODE = re.compile(r":(?=[\w+'-]+:)")
_CALLING = re.compile(r"@(?=\w)|:(?=//|[\w+'-]+:)|(?<=\bmailto):|(?<=\bwww)\.", re.IGNORECASE)
_QUOTING = re.compile(r"^(\s*)(?=>)")
_SURROGATES = "\ud800"
_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"
_STRONG = frozenset({"L", "R", "AL"})
_OPEN, _CLOSE = "\u2068", "\u2069"
_CUT = " …"
# What must not be cut off from the sign before it.
_HANGING = "\u200d\ufe0e\ufe0f"


def clean(text: str) -> str:
    """Text that UTF-8 can hold, without control characters but the breaks between lines.

    Half a surrogate pair, which some exports contain, becomes U+FFFD.
    """
    return _UNFIT.sub(lambda found: " " if found[0] < _SURROGATES else "\ufffd", text)


def line(text: str, words: Wording) -> str:
    """A sentence of ours or of anybody on one line, harmless, its directions apart, itself in its language's."""
    return directed(clean(base.sentence(text, words)), words)


def directed(text: str, words: Wording) -> str:
    """A line that begins in the direction of its language, however a client finds that out.

    Browsers go by the first letter, in an isolate or not (HTML's ``dir=auto``), the rules of Unicode by the first
    outside of isolates (P2): a mark goes before a line in which one of the two belongs to the other direction.
    """
    own = {"R", "AL"} if words.right_to_left else {"L"}
    firsts = {_first_letter(text), _first_letter(base.outside_isolates(text))} - {None}
    is_fine = firsts <= own and (firsts or not words.right_to_left or not text)
    return text if is_fine else (_RIGHT_TO_LEFT if words.right_to_left else _LEFT_TO_RIGHT) + text


def _first_letter(text: str) -> str | None:
    """The direction of the first sign that has one: L, R or AL."""
    return next((kind for kind in map(bidirectional, text) if kind in _STRONG), None)


def escape(text: str) -> str:
    """Text for mrkdwn and for a message's top-level ``text``: shown as it is (formatting signs by look-alikes).

    Lines stay lines; it is for the caller to have made them harmless (:func:`line`).
    """
    return "\n".join(_escaped(part) for part in clean(text).split("\n"))


def _escaped(part: str) -> str:
    calm = _CALLING.sub(rf"\g<0>{_JOINER}", part.translate(_LOOK_ALIKE))
    return _QUOTING.sub(rf"\1{_JOINER}", calm).translate(_ENTITIES)


def plain(text: str) -> str:
    """Text for ``plain_text``: entities and emoji codes are shown as they were written."""
    return _EMOJI_CODE.sub(rf"\g<0>{_JOINER}", clean(text)).translate(_ENTITIES)


def letters(text: str) -> int:
    """How long Slack may take a text to be that is shown as it is: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def size(text: str) -> int:
    """How long Slack may take a text to be whose entities are written out."""
    return letters(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def cut(text: str, most: int) -> str:
    """A text of at most that :func:`size`; one too long ends at a word, where there is one to end at, and says so.

    Isolates stay in pairs.
    """
    if size(text) <= most:
        return text
    end = _longest(text, most - len(_CUT) - 1)
    space = text.rfind(" ", end // 2, end + 1)
    kept = text[: space if space > 0 else end].rstrip().rstrip(_HANGING)
    return kept + (_CLOSE if kept.rfind(_OPEN) > kept.rfind(_CLOSE) else "") + _CUT


def first(text: str, most: int) -> str:
    """The beginning of a text, as much as fits, without a word about it."""
    return text if size(text) <= most else text[: _longest(text, most)]


def _longest(text: str, room: int) -> int:
    """How many signs fit into some room."""
    low, high = 0, min(len(text), max(room, 0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= room else (low, middle - 1)
    # Not before a sign that hangs on the one before it.
    while 0 < low < len(text) and text[low] in _HANGING:
        low -= 1
    return low
