"""An answer as Markdown: CommonMark with GitHub's tables, in which nobody else's words mean anything but themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from assistant.answer import Answer, Quote, Row
from assistant.renderers import base
from assistant.wording import Wording, wording

# Signs that begin or end something wherever they stand; the rest only at the beginning of a line.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>#|~&$]|:(?=//|[\w+-]+:)|(?<=\bwww)\.", re.IGNORECASE)
_AT_THE_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=]))(.)")
# Names and addresses become links by themselves, and a name on GitHub calls the person: nothing but a break in the
# text prevents it, and a comment is a break that no reader sees.
_CALLING = re.compile(r"@(?=\w)")
_BREAK = "@<!-- -->"


def plugin(answer: Answer, today: date | None = None) -> str:
    """The whole answer. ``today`` is the asker's: ages are told by it, else dates."""
    words = wording(answer.question.language)
    blocks = [
        f"**{_text(answer.headline, words) or '–'}**",
        *(_text(said, words) for said in answer.said),
        *_rows(answer, words),
        *(f"> {_quote(quote, answer, words)}" for quote in answer.quotes),
        *_closing(answer, words, today),
    ]
    if words.right_to_left:
        blocks = ['<div dir="rtl">', *blocks, "</div>"]
    return "\n\n".join(blocks)


def escaped(text: str) -> str:
    """One line of text that Markdown and HTML show as it is."""
    plain = _AT_THE_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\g<0>", text))
    return _CALLING.sub(_BREAK, plain)


def _text(said: str, words: Wording) -> str:
    return escaped(base.sentence(said, words))


def _queries(queries: Sequence[str]) -> list[str]:
    return [f"`{query}`" for query in queries]


def _rows(answer: Answer, words: Wording) -> Iterator[str]:
    """Below each heading a table; a numbered list where rows are quoted or differ in what they measure."""
    kinds = {tuple(cell.key for cell in row.cells) for row in answer.rows}
    in_columns = len(kinds) == 1 and kinds != {()} and not any(row.quotes for row in answer.rows)
    for group, some in groupby(answer.rows, key=lambda row: row.group):
        if group:
            yield f"### {escaped(base.titled(group, words))}"
        if in_columns:
            yield _table(list(some), words)
        else:
            yield from (_item(row, answer, words) for row in some)


def _table(rows: Sequence[Row], words: Wording) -> str:
    labels = [label for label, _ in base.cells(rows[0], words)]
    lines = [["", *map(escaped, labels), words.say("rows_behind")], ["---"] * (len(labels) + 2)]
    for row in rows:
        values = [value for _, value in base.cells(row, words)]
        place = "" if row.rank is None else f"{words.number(row.rank)}. "
        lines.append([f"{place}{_named(row, words)}", *values, " ".join(_queries(base.queries(row)))])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _named(row: Row, words: Wording, frame: str = "") -> str:
    """The title, and in brackets what has to be said of the row."""
    marks = words.listed([escaped(mark) for mark in base.marks(row, words)])
    return f"{frame}{escaped(base.titled(row.title, words))}{frame}" + (f" ({marks})" if marks else "")


def _item(row: Row, answer: Answer, words: Wording) -> str:
    """An item of a list with its quotes; the marker is another one than that of the list below."""
    marker = "* " if row.rank is None else f"{row.rank}. "
    told = words.listed(
        [words.say("cell", label=escaped(label), value=value) for label, value in base.cells(row, words)]
    )
    first = " ".join([_named(row, words, "**"), *(["–", told] if told else []), *_queries(base.queries(row))])
    indent = " " * len(marker)
    return "\n\n".join([f"{marker}{first}", *(f"{indent}> {_quote(said, answer, words)}" for said in row.quotes)])


def _quote(quote: Quote, answer: Answer, words: Wording) -> str:
    said = base.quoted(quote, words, answer)
    link = [f"<{said.url}>"] if said.url else []
    return f"{escaped(said.text)} ({words.listed([*map(escaped, said.about), *link])})"


def _closing(answer: Answer, words: Wording, today: date | None) -> Iterator[str]:
    """What the answer rests on, then what may be asked."""
    basis = [" ".join([escaped(line.text), *_queries(line.queries)]) for line in base.basis(answer, words, today)]
    if basis:
        yield "\n".join(f"- {line}" for line in basis)
    if answer.choices:
        yield "\n".join(f"{place}) {_text(choice, words)}" for place, choice in enumerate(answer.choices, start=1))
    if answer.next_questions:
        yield words.say("next")
        yield "\n".join(f"- {_text(question, words)}" for question in answer.next_questions)
