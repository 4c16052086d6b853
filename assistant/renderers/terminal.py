"""An answer as lines for a terminal: pure, without colours, each direction of writing kept apart from the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.answer import Answer, Quote, Row, Status
from assistant.directions import apart, harmless
from assistant.wording import Wording, wording

_LONG = 280


def plugin(answer: Answer) -> str:
    """The whole answer, lines separated by newlines."""
    return "\n".join(_lines(answer))


def _lines(answer: Answer) -> Iterator[str]:
    words = wording(answer.question.language)
    yield answer.headline
    if answer.status is Status.ANSWERED:
        for row in answer.rows:
            yield ""
            yield from _row(row, words)
        yield ""
        yield from _basis(answer, words)
    else:
        yield from _notes(answer)
    yield words.say("next")
    yield from (f"  - {question}" for question in answer.next_questions)


def _notes(answer: Answer) -> Iterator[str]:
    """Notes, the words quoted in them kept apart."""
    yield from (re.sub("“[^”]*”", lambda quoted: apart(quoted[0]), note) for note in answer.notes)


def _row(row: Row, words: Wording) -> Iterator[str]:
    small = f" [{words.say('small')}]" if row.small else ""
    figures = words.say(
        "row",
        count=words.number(row.feedback.value),
        unique=words.number(row.unique.value),
        authors=words.number(row.authors.value),
        share=words.percent(row.share),
    )
    yield f"{words.number(row.rank)}. {apart(row.title)} - {figures}{small} [{row.feedback.query}]"
    yield from (f"     {_quote(quote, words)}" for quote in row.quotes)


def _quote(quote: Quote, words: Wording) -> str:
    said = quote.mention
    text = harmless(quote.text)
    shown = text if len(text) <= _LONG else text[:_LONG].rsplit(" ", 1)[0] + " …"
    return f"{apart(f'“{shown}”')} ({words.listed([apart(said.source), words.date(said.said_at.date())])})"


def _basis(answer: Answer, words: Wording) -> Iterator[str]:
    if answer.counted and answer.denominator:
        counted = words.number(answer.counted.value)
        said = words.say("counted", counted=counted, denominator=words.number(answer.denominator.value))
        yield f"{said} [{answer.counted.query} / {answer.denominator.query}]"
    if answer.unnamed:
        yield f"{words.say('unnamed', count=words.number(answer.unnamed.value))} [{answer.unnamed.query}]"
    if answer.solicited:
        yield words.say("solicited", count=words.number(answer.solicited))
    yield from _notes(answer)
    shares = {task: words.percent(share) for task, share in answer.unknown_share.items()}
    if shares:
        yield words.say("unsure", **shares)
    if answer.freshness:
        fresh = [f"{apart(source)} {words.date(at.date())}" for source, at in answer.freshness.items()]
        yield words.say("fresh", sources=words.listed(fresh))
    yield words.say("evidence")
