"""The rows and quotes of an answer as Slack shows them, as many as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from assistant.answer import Answer, Quote, Row
from assistant.charts.scales import Unit, drawn, label_of, measured, unit_in, unit_of
from assistant.meaning import Kind
from assistant.measures import Measure, Share
from assistant.renderers import base
from assistant.slack_blocks import blocks, drawings
from assistant.slack_blocks.blocks import Block
from assistant.slack_blocks.tables import Cell, Grid, columns_fit
from assistant.slack_blocks.texts import clean, cut, directed
from assistant.wording import Wording

# Signs of a heading of a column, of the same word before a number, of what has to be said of a row, of a whole line.
_HEAD, _LABEL, _MARKS, _LINE = 120, 60, 240, 2400
# Ids of queries beside the rows: more of them nobody reads, and each row keeps the first of its own.
_QUERIES = 32
# So many rows stand apart; more are set closer.
_APART = 12


@dataclass(frozen=True, slots=True)
class Said:
    """A quote as a line: its words, what is to be known about it, and where the original stands."""

    text: str
    about: str
    url: str | None

    @property
    def line(self) -> str:
        """The whole of it, without the link."""
        return f"{self.text} ({self.about})"


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it is told: ``head`` is its place and title, ``told`` its measures, ``marks`` what is said of it."""

    row: Row
    head: str
    told: str
    marks: str
    queries: tuple[str, ...]
    quotes: tuple[Said, ...]

    @property
    def numbers(self) -> str:
        """Title, measures and marks."""
        told = f" – {self.told}" if self.told else ""
        return cut(f"{self.head}{told}{f' [{self.marks}]' if self.marks else ''}", _LINE)

    @property
    def line(self) -> str:
        """The same with the queries behind it."""
        return " ".join([self.numbers, *(f"[{query}]" for query in self.queries)])


@dataclass(frozen=True, slots=True)
class Kept:
    """What there is room for, and how much there is none for."""

    rows: tuple[Shown, ...]
    quotes: tuple[Said, ...]
    lost_rows: int
    lost_quotes: int


def shown(answer: Answer, words: Wording, *, opened: bool) -> list[Shown]:
    """The rows of an answer; ``opened`` says that a button opens what is behind all figures."""
    queries = [base.queries(row) for row in answer.rows]
    if opened or sum(map(len, queries)) > _QUERIES:
        queries = [some[:1] for some in queries]
    return [_shown(row, some, answer, words) for row, some in zip(answer.rows, queries, strict=True)]


def _shown(row: Row, queries: tuple[str, ...], answer: Answer, words: Wording) -> Shown:
    place = "" if row.rank is None else f"{words.number(row.rank)}. "
    cells = [(cut(clean(label), _LABEL), value) for label, value in base.cells(row, words)]
    return Shown(
        row=row,
        head=f"{place}{clean(base.titled(row.title, words))}",
        told=words.listed([words.say("cell", label=label, value=value) for label, value in cells]),
        marks=cut(clean(words.listed(base.marks(row, words))), _MARKS),
        queries=queries,
        quotes=tuple(said(quote, answer, words) for quote in row.quotes),
    )


def said(quote: Quote, answer: Answer, words: Wording) -> Said:
    """A quote of an answer."""
    told = base.quoted(quote, words, answer)
    return Said(clean(told.text), clean(words.listed(told.about)), told.url)


# --- as many as there is room for -------------------------------------------------------------------------------------


def kept(rows: Sequence[Shown], quotes: Sequence[Said], room: int, size: Callable[[str], int]) -> Kept:
    """Rows in their order first; then of each row, and of the answer, a first quote, a second, and so on."""
    left, there = room, 0
    for row in rows:
        left -= size(row.line) + size(row.row.group or "")
        if left < 0:
            break
        there += 1
    left = max(left, 0) if there < len(rows) else left
    lists = [row.quotes for row in rows[:there]] + [tuple(quotes)]
    chosen: list[list[Said]] = [[] for _ in lists]
    for place in range(max(map(len, lists))):
        for some, one in zip(chosen, lists, strict=True):
            if place < len(one) and size(one[place].line) <= left and len(some) == place:
                some.append(one[place])
                left -= size(one[place].line)
    every = sum(len(row.quotes) for row in rows) + len(quotes)
    found = tuple(replace(row, quotes=tuple(some)) for row, some in zip(rows[:there], chosen[:-1], strict=True))
    return Kept(found, tuple(chosen[-1]), len(rows) - there, every - sum(map(len, chosen)))


# --- as rich text -----------------------------------------------------------------------------------------------------


def rich_rows(rows: Sequence[Shown], words: Wording) -> list[Block]:
    """Rows below the headings of their groups, each above its quotes."""
    groups = []
    for heading, some in groupby(rows, key=lambda one: one.row.group):
        parts = [[_row(one, words), *(_quote(said, words) for said in one.quotes)] for one in some]
        parts[0][:0] = [_heading(heading, words)] if heading else []
        groups += parts
    return blocks.rich_in_blocks(groups, _APART) if groups else []


def rich_quotes(rows: Sequence[Shown], quotes: Sequence[Said], words: Wording) -> list[Block]:
    """Quotes alone: those of rows below their titles."""
    groups = [[_title(one, words), *(_quote(said, words) for said in one.quotes)] for one in rows if one.quotes]
    groups += [[_quote(said, words) for said in quotes]] if quotes else []
    return blocks.rich_in_blocks(groups, _APART) if groups else []


def _heading(group: str, words: Wording) -> Block:
    return blocks.told(blocks.run(directed(clean(base.titled(group, words)), words), bold=True))


def _title(row: Shown, words: Wording) -> Block:
    return blocks.told(blocks.run(directed(row.head, words), bold=True))


def _row(row: Shown, words: Wording) -> Block:
    """The title stands out, the queries stand back."""
    marked = directed(row.numbers, words)
    head = marked[: len(marked) - len(row.numbers)] + row.head
    if not marked.startswith(head):
        return blocks.told(blocks.run(marked))
    runs = [blocks.run(head, bold=True)]
    runs += [blocks.run(rest)] if (rest := marked[len(head) :]) else []
    for query in row.queries:
        runs += [blocks.run(" "), blocks.run(query, code=True)]
    return blocks.told(*runs)


def _quote(said: Said, words: Wording) -> Block:
    line = directed(said.line, words)
    if not said.url:
        return blocks.quote(blocks.run(line))
    original = words.say("slack.original")
    runs = (blocks.run(line[:-1] + words.listed(["", ""])), blocks.link(said.url, original), blocks.run(")"))
    return blocks.quote(*runs)


# --- as lines ---------------------------------------------------------------------------------------------------------


def lines(rows: Sequence[Shown], quotes: Sequence[Said], words: Wording) -> Iterator[list[str]]:
    """The same as plain lines: each row with what stands below it, the headings of groups, the quotes of the answer."""
    for group, some in groupby(rows, key=lambda one: one.row.group):
        heading = [directed(clean(base.titled(group, words)), words)] if group else []
        for one in some:
            yield [*heading, directed(one.line, words), *(directed(said.line, words) for said in one.quotes)]
            heading = []
    if quotes:
        yield [directed(said.line, words) for said in quotes]


def plain_rows(rows: Sequence[Shown], quotes: Sequence[Said], words: Wording) -> list[Block]:
    """Lines as sections, a row in each where they are few enough and have quotes below them."""
    groups = list(lines(rows, quotes, words))
    if len(groups) > _APART or not any(row.quotes for row in rows):
        return blocks.sections(line for group in groups for line in group)
    return [section for group in groups for section in blocks.sections(group)]


# --- as a table -------------------------------------------------------------------------------------------------------


def grid(answer: Answer, rows: Sequence[Shown], words: Wording) -> Grid | None:
    """The rows as a table; None where they differ in what they measure, or are read with their quotes."""
    kinds = {tuple(cell.key for cell in row.cells) for row in answer.rows}
    quoted = any(row.quotes for row in answer.rows) and answer.question.kind not in (Kind.TREND, Kind.COMPARE)
    if len(kinds) != 1 or kinds == {()} or quoted or len(rows) < 2:
        return None
    grouped = any(row.group for row in answer.rows)
    queried = any(one.queries for one in rows)
    labels = [cut(clean(label), _HEAD) for label, _ in base.cells(answer.rows[0], words)]
    heads = [
        *([words.say("slack.group")] if grouped else []),
        *(words.say("slack.what"), *labels),
        *([words.say("rows_behind")] if queried else []),
    ]
    if not columns_fit(heads):
        return None
    caption = answer.chart.title if answer.chart else words.say("slack.figures")
    body = tuple(tuple(_cells(one, words, grouped=grouped, queried=queried)) for one in rows)
    return Grid(base.sentence(clean(caption), words), tuple(heads), body)


def _cells(row: Shown, words: Wording, *, grouped: bool, queried: bool) -> Iterator[Cell]:
    if grouped:
        yield Cell(clean(base.titled(row.row.group or "", words)))
    yield Cell(f"{row.head} ({row.marks})" if row.marks else row.head)
    for cell, (_, value) in zip(row.row.cells, base.cells(row.row, words), strict=True):
        yield Cell(value, number(cell.measure))
    if queried:
        yield Cell(" ".join(row.queries))


def number(measure: Measure) -> float | None:
    """The number that is told of a measure, as it is told: per cent of shares and balances, points, stars, counts."""
    unit = unit_of(measure)
    value = drawn(measure, unit)
    if value is None:
        return None
    exact = Decimal(str(round(value * (100 if unit.percent else 1), 9)))
    told = exact.quantize(Decimal(1).scaleb(-unit.decimals), ROUND_HALF_UP)
    return float(told) if unit.decimals else int(told)


def drawing(answer: Answer, words: Wording) -> Block | None:
    """The chart as Slack draws it; None where there is none, or Slack cannot draw it as it was measured.

    Of rows below several headings those below one may be drawn, where they alone have the measure.
    """
    chart = answer.chart
    rows = [row for row in answer.rows if chart and measured(row, chart.key)]
    if chart is None or len({row.group for row in rows}) != 1:
        return None
    keys = [chart.key, *([chart.beside] if chart.beside else [])]
    units = [unit_in(rows, key) for key in keys]
    if None in units or len(set(units)) != 1:
        return None
    series = {label_of(rows, key): [_drawn(measured(row, key), units[0]) for row in rows] for key in keys}
    axis = label_of(rows, chart.key)
    if isinstance(measured(rows[0], chart.key), Share):
        axis = words.say("slack.in_percent", label=axis)
    titles = [row.title if row.rank is None else f"{words.number(row.rank)}. {row.title}" for row in rows]
    if len(series) != len(keys):
        return None
    return drawings.chart("line" if chart.mark == "lines" else "bar", chart.title, titles, series, axis)


def _drawn(measure: Measure | None, unit: Unit | None) -> float | None:
    return None if measure is None or unit_of(measure) != unit else number(measure)
