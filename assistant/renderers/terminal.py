"""An answer as lines for a terminal: pure, without colours, each direction of writing kept apart from the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from rich.cells import cell_len

from assistant.answer import Answer, Quote, Row
from assistant.directions import apart
from assistant.meaning import Kind
from assistant.measures import Figure, Mean, Measure, Net, Points, Share
from assistant.renderers import base
from assistant.wording import Wording, wording

_INDENT = "     "
# Columns of a bar; one that may go both ways has so many on either side of its axis.
_BAR, _SIDE = 20, 10
_BLOCK, _AXIS = "█", "│"
_LOWEST_RATING, _HIGHEST_RATING = 1, 5


def plugin(answer: Answer, today: date | None = None) -> str:
    """The whole answer, lines separated by newlines. ``today`` is the asker's: ages are told by it, else dates."""
    words = wording(answer.question.language)
    head = [base.sentence(said, words) for said in (answer.headline, *answer.said)]
    quotes = [_quote(quote, answer, words) for quote in answer.quotes]
    blocks = [head, *_rows(answer, words), quotes, list(_closing(answer, words, today))]
    lines = "\n\n".join("\n".join(block) for block in blocks if block).split("\n")
    return "\n".join(base.in_its_direction(line, words) for line in lines)


# --- rows -----------------------------------------------------------------------------------------------------------


def _rows(answer: Answer, words: Wording) -> Iterator[list[str]]:
    """Blocks of lines: a group below its heading, a row above its quotes."""
    quoted = any(row.quotes for row in answer.rows)
    is_even = len({tuple(cell.key for cell in row.cells) for row in answer.rows}) == 1
    in_columns = is_even and (not quoted or answer.question.kind in (Kind.TREND, Kind.COMPARE))
    lines = _columns(answer, words) if in_columns else [_flowing(row, words) for row in answer.rows]
    for group, some in groupby(zip(answer.rows, lines, strict=True), key=lambda pair: pair[0].group):
        blocks = [[line, *(f"{_INDENT}{_quote(said, answer, words)}" for said in row.quotes)] for row, line in some]
        heading = [base.titled(group, words)] if group else []
        if quoted:
            yield heading + blocks[0]
            yield from blocks[1:]
        else:
            yield heading + [line for block in blocks for line in block]


def _flowing(row: Row, words: Wording) -> str:
    """Place, title, measures, one after the other."""
    told = words.listed([words.say("cell", label=label, value=value) for label, value in base.cells(row, words)])
    return " ".join([_title(row, words), *(["-", told] if told else []), *_tail(row, words)])


def _columns(answer: Answer, words: Wording) -> list[str]:
    """The same below each other."""
    rows = answer.rows
    titles = _padded([_title(row, words) for row in rows])
    columns = [_padded(bars)] if any(bars := _bars(answer)) else []
    for told in zip(*(base.cells(row, words) for row in rows), strict=True):
        values = _padded([value for _, value in told], before=True)
        said = [words.say("cell", label=label, value=value) for (label, _), value in zip(told, values, strict=True)]
        columns.append(_padded(said))
    lines = zip(titles, *columns, strict=True)
    return ["  ".join([*line, " ".join(_tail(row, words))]).rstrip() for row, line in zip(rows, lines, strict=True)]


def _title(row: Row, words: Wording) -> str:
    place = "" if row.rank is None else f"{words.number(row.rank)}. "
    return f"{place}{base.titled(row.title, words)}"


def _tail(row: Row, words: Wording) -> list[str]:
    """What has to be said of a row, and the queries behind it."""
    marks = base.marks(row, words)
    return [*([f"[{words.listed(marks)}]"] if marks else []), *(f"[{query}]" for query in base.queries(row))]


def _padded(texts: Sequence[str], *, before: bool = False) -> list[str]:
    """Texts of one width on a screen."""
    widths = [cell_len("".join(sign for sign in text if sign not in "\u2068\u2069\u200f")) for text in texts]
    blanks = [" " * (max(widths) - width) for width in widths]
    return [blank + text if before else text + blank for text, blank in zip(texts, blanks, strict=True)]


# --- bars -----------------------------------------------------------------------------------------------------------


def _bars(answer: Answer) -> list[str]:
    """A bar for each row of a trend: the longest stands for the largest value. Empty texts for what is no trend."""
    chart = answer.chart
    if answer.question.kind is not Kind.TREND and not (chart and chart.mark == "lines"):
        return [""] * len(answer.rows)
    measures = [_drawn(row, chart.key if chart else None) for row in answer.rows]
    sizes = [None if measure is None else _size(measure) for measure in measures]
    largest = max((abs(size) for size in sizes if size is not None), default=0.0)
    both_ways = any(isinstance(measure, Net | Points) for measure in measures)
    return [_bar(size, largest, both_ways=both_ways) for size in sizes]


def _drawn(row: Row, key: str | None) -> Measure | None:
    """The measure that a bar stands for, the first where none is named."""
    named = [cell.measure for cell in row.cells if cell.key == key]
    return next(iter([*named, *(cell.measure for cell in row.cells)]), None)


def _size(measure: Measure) -> float | None:
    """What a bar is as long as; None where nothing was measured. The lowest rating is 1, and has no length."""
    match measure:
        case Mean():
            span = _HIGHEST_RATING - _LOWEST_RATING
            return None if measure.value is None else max(0.0, measure.value - _LOWEST_RATING) / span
        case Share():
            return measure.value if measure.whole.value else None
        case Figure() | Net() | Points():
            return measure.value


def _bar(size: float | None, largest: float, *, both_ways: bool) -> str:
    """Blocks; what is not nothing has one at least."""
    most = _SIDE if both_ways else _BAR
    length = max(1, round(abs(size) / largest * most)) if size and largest else 0
    blocks = _BLOCK * length
    if not both_ways:
        return blocks or " "
    before, after = (blocks, "") if size and size < 0 else ("", blocks)
    return f"{before:>{_SIDE}}{_AXIS}{after:<{_SIDE}}"


# --- quotes and what an answer rests on -------------------------------------------------------------------------------


def _quote(quote: Quote, answer: Answer, words: Wording) -> str:
    said = base.quoted(quote, words, answer)
    return f"{said.text} ({words.listed([*said.about, *([apart(said.url)] if said.url else [])])})"


def _closing(answer: Answer, words: Wording, today: date | None) -> Iterator[str]:
    for line in base.basis(answer, words, today):
        yield " ".join([line.text, *(f"[{query}]" for query in line.queries)])
    for place, choice in enumerate(answer.choices, start=1):
        yield f"  {words.number(place)}. {base.sentence(choice, words)}"
    if answer.next_questions:
        yield words.say("next")
        yield from (f"  - {base.sentence(question, words)}" for question in answer.next_questions)
