"""Which numbers an answer may say: what it measured, the days it is about, what it quotes, and few constants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from assistant.answer import Answer
from assistant.meaning import Kind, stars
from assistant.measures import Cell, Measure, Share
from assistant.periods import Window
from assistant.wording import Wording, wording

# What our sentences say of themselves: 95 % intervals, few below 5, the last 30 days, one to five stars of 100 points,
# how much of a question is read.
CONSTANTS = frozenset({"95", "5", "30", "2000"})
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


def numbers(said: str) -> list[str]:
    """Every number outside quotation marks, digits of any writing made ASCII, thousands not set apart."""
    plain = "".join(_ascii(sign) for sign in _QUOTED.sub(" ", said))
    return _NUMBER.findall(re.sub(r"(?<=\d)[,٬](?=\d{3}(?!\d))", "", plain).replace("٫", "."))


def _ascii(sign: str) -> str:
    digit = unicodedata.digit(sign, None)
    return sign if digit is None else str(digit)


def unbacked(answer: Answer, days: Iterable[date] = (), names: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Numbers that nothing stands behind, each with the sentence that says it.

    ``days`` are days on which something was said, which an answer may name ("the nearest on ..."); ``names`` are those
    of the company, in which numbers may stand.
    """
    known = CONSTANTS | set(chain.from_iterable(map(numbers, _backed(answer, days, names))))
    return [(number, said) for said in _sentences(answer) for number in numbers(said) if number not in known]


def _sentences(answer: Answer) -> Iterator[str]:
    yield from (answer.headline, *answer.said, *answer.notes)
    for row in answer.rows:
        # "All others (50)" tells how many groups a row stands for, which is no count of feedback.
        title = "" if row.id.endswith(":others") else row.title
        yield from (title, row.group or "", *row.marks, *(cell.label for cell in row.cells))


def _backed(answer: Answer, days: Iterable[date], names: Iterable[str]) -> Iterator[str]:
    question, words = answer.question, wording(answer.question.language)
    yield from (words.number(figure.value) for figure in answer.figures)
    for cell in _cells(answer):
        yield from _measured(cell.measure, words)
    windows = [question.window, question.baseline, *(question.compare.windows if question.compare else ())]
    for window in filter(None, [*windows, *_rows_of_time(answer)]):
        yield from _days(words, window.first, window.last)
        yield words.dates(window)
    yield from (said for day in days for said in _days(words, day))
    yield from names
    sizes = (len(answer.rows), len(answer.quotes), question.lines, question.offset + 1, question.rank or 0)
    yield from map(str, sizes)
    yield str(question.offset + len(answer.rows))
    yield from (str(value) for value in (stars(question.scope) or {}).values())
    yield words.cron(question.schedule["cron"]) if "cron" in question.schedule else ""
    # The command that saves a watch repeats the asker's own words.
    yield question.text if question.kind is Kind.SUBSCRIBE else ""
    if question.kind is Kind.EMERGING and answer.window:
        yield str(max(8, -(-answer.window.days // 7) * 2))


def _cells(answer: Answer) -> list[Cell]:
    return [*answer.more, *(cell for row in answer.rows for cell in row.cells)]


def _measured(measure: Measure, words: Wording) -> Iterator[str]:
    yield words.measure(measure)
    if isinstance(measure, Share):
        yield from (words.percent(end) for end in (measure.value, *measure.interval))


def _days(words: Wording, *days: date) -> Iterator[str]:
    for day in days:
        yield from (words.date(day), day.isoformat().replace("-", " "))


def _rows_of_time(answer: Answer) -> list[Window]:
    ids = [row.id.removeprefix("time:").split("/") for row in answer.rows if row.id.startswith("time:")]
    return [Window(date.fromisoformat(first), date.fromisoformat(last)) for first, last in ids]
