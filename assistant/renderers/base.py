"""What renderers show alike, as plain text in which every run of the other direction stands in an isolate.

A renderer sets these pieces in its own way and escapes them for its own readers. Nothing here trusts a title, a source
or a quote: what could act on a terminal or reach past its own words is gone (:mod:`assistant.directions`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from assistant.answer import Answer, Quote, Row
from assistant.directions import apart, harmless
from assistant.measures import Figure
from assistant.wording import Wording
from mining.language import UNKNOWN
from mining.language import name as language_name

# Signs that a quote, a title and a sentence of ours are cut after.
_QUOTE, _TITLE, _SENTENCE, _URL = 280, 80, 2000, 500
_CUT = " …"
_OPEN, _CLOSE = "\u2068", "\u2069"
_ISOLATE = re.compile(f"({_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE})")
_RIGHT_TO_LEFT_MARK = "\u200f"
# Letters of right-to-left and of left-to-right writing: no digits, and no signs that both share.
_RTL = r"\u0590-\u05ff\u0620-\u065f\u066e-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_LTR = r"A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0370-\u058a\u0900-\u1fff\u3040-\ud7ff"


def _runs(foreign: str, own: str) -> re.Pattern[str]:
    """Words in quotation marks, and runs of one direction's letters with what stands between and sticks to them.

    A comma ends a run, so that things listed are each apart and read in the order of the line; one within a number
    does not.
    """
    ends = rf"{own};،؛()\[\]“”«»→"
    inside = rf"[,:](?=[{foreign}\d])"
    between, behind = rf"(?:[^,:{ends}]|{inside})*", rf"(?:[^\s.,:!?؟…{ends}]|{inside}|[.!?](?=[{foreign}\d]))*"
    return re.compile(rf"“[^“”]*”|[{foreign}](?:{between}[{foreign}])?{behind}")


_FOREIGN = {True: _runs(_LTR, _RTL), False: _runs(_RTL, _LTR)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what an answer rests on, with the queries of the figures in it."""

    text: str
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A quote as it is shown: its words in quotation marks, what is to be known about it, and where it stands."""

    text: str
    about: tuple[str, ...]
    url: str | None


def sentence(text: str, words: Wording) -> str:
    """One of our sentences on one line. Isolates that it holds already stay, a half of one goes."""
    foreign = _FOREIGN[words.right_to_left]
    pieces = _ISOLATE.split(_cut(text, _SENTENCE))
    # The full stops keep the blanks at the ends of a piece.
    outside = (foreign.sub(lambda run: apart(run[0]), harmless(f".{piece}.")[1:-1]) for piece in pieces[::2])
    inside = (apart(piece) for piece in pieces[1::2])
    return "".join(piece for pair in zip(outside, [*inside, ""], strict=True) for piece in pair).strip()


def titled(text: str, words: Wording) -> str:
    """A title or heading, apart from its surroundings; a dash where nothing of it can be shown."""
    return apart(_leaning(_cut(harmless(text), _TITLE), words.right_to_left) or "–")


def quoted(quote: Quote, words: Wording, answer: Answer) -> Said:
    """A quote: its language where it is not the asker's, its source, its day in the asker's zone."""
    mention = quote.mention
    foreign = mention.language not in (words.language, UNKNOWN)
    language = [sentence(language_name(mention.language, words.language), words)] if foreign else []
    text = _leaning(f"“{_cut(harmless(quote.text), _QUOTE)}”", mention.language in ("he", "fa"))
    about = (*language, titled(mention.source, words), words.date(_day(mention.said_at, answer)))
    return Said(apart(text), about, link(mention.url))


def link(url: str | None) -> str | None:
    """An address that is nothing but an address; None for any other."""
    is_link = url and len(url) <= _URL and re.fullmatch(r"https?://[!-~]+", url)
    return url if is_link and not re.search(r"[<>\"'`|\\^{}]", url or "") else None


def cells(row: Row, words: Wording) -> list[tuple[str, str]]:
    """Label and value of every measure of a row."""
    return [(sentence(cell.label, words), words.measure(cell.measure)) for cell in row.cells]


def marks(row: Row, words: Wording) -> list[str]:
    """What has to be said of a row."""
    small = [words.say("small")] if row.small else []
    return [sentence(mark, words) for mark in dict.fromkeys([*small, *row.marks])]


def queries(row: Row) -> tuple[str, ...]:
    """The queries behind a row, each once: that of its feedback first."""
    own = (figure for cell in row.cells if cell.key == "feedback" for figure in cell.measure.figures)
    return _distinct([*own, *row.figures])


def basis(answer: Answer, words: Wording, today: date | None) -> Iterator[Line]:
    """What an answer rests on, in the order in which it is told."""
    yield from _counted(answer, words)
    for cell in answer.more:
        said = words.say("cell", label=sentence(cell.label, words), value=words.measure(cell.measure))
        yield Line(said, _distinct(cell.measure.figures))
    if answer.solicited and answer.solicited.value:
        yield _told("solicited", answer.solicited, words)
    yield from (Line(sentence(note, words)) for note in answer.notes)
    if answer.unknown_share:
        shares = [f"{words.task(task)} {words.percent(share)}" for task, share in answer.unknown_share.items()]
        yield Line(words.say("unsure", labels=words.listed(shares)))
    if answer.freshness:
        read = [f"{titled(source, words)} {_when(at, answer, words, today)}" for source, at in answer.freshness.items()]
        yield Line(words.say("fresh", sources=words.listed(read)))
    if answer.figures:
        yield Line(sentence(words.say("evidence"), words))


def outside_isolates(text: str) -> str:
    """The text without what stands in isolates."""
    return _ISOLATE.sub("", text)


def in_its_direction(line: str, words: Wording) -> str:
    """A line that begins in the direction of its language, whatever letter comes first in it."""
    if not words.right_to_left or not line:
        return line
    kinds = map(unicodedata.bidirectional, outside_isolates(line))
    first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "L")
    return _RIGHT_TO_LEFT_MARK + line if first == "L" else line


def _counted(answer: Answer, words: Wording) -> Iterator[Line]:
    """What was counted, of how much, and what of it no row names."""
    counted, whole = answer.counted, answer.denominator
    if counted and whole:
        said = words.say("counted", counted=words.number(counted.value), denominator=words.number(whole.value))
        yield Line(said, _distinct([counted, whole]))
    elif counted:
        yield Line(words.say("counted_alone", counted=words.number(counted.value)), (counted.query,))
    if answer.unnamed and answer.unnamed.value:
        yield _told("unnamed", answer.unnamed, words)


def _told(key: str, figure: Figure, words: Wording) -> Line:
    return Line(words.say(key, count=words.number(figure.value)), (figure.query,))


def _when(at: datetime, answer: Answer, words: Wording, today: date | None) -> str:
    """A moment as its age, or as a date where no day is known to count from."""
    day = _day(at, answer)
    return words.date(day) if today is None or day > today else words.ago((today - day).days)


def _day(moment: datetime, answer: Answer) -> date:
    """The day of a moment where the asker is."""
    return moment.astimezone(answer.question.zone).date()


def _distinct(figures: Iterable[Figure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(figure.query for figure in figures))


def _cut(text: str, most: int) -> str:
    """A text that is too long ends at a word, where there is one to end at, and says so."""
    if len(text) <= most:
        return text
    end = text.rfind(" ", most // 2, most + 1)
    return text[: end if end > 0 else most] + _CUT


def _leaning(text: str, right_to_left: bool) -> str:
    """Words that begin with another direction's letter, though their own is from the right, say their direction."""
    letters = re.findall(f"[{_RTL}{_LTR}]", text) if right_to_left else []
    mixed = bool(letters) and not re.match(f"[{_RTL}]", letters[0]) and re.search(f"[{_RTL}]", text)
    return _RIGHT_TO_LEFT_MARK + text if mixed else text
