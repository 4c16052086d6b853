"""An answer as lines for a terminal: pure, without colours, each direction of writing kept apart from the other."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import Answer, Quote, Row, Status
from assistant.wording import Wording, wording

# First-strong isolate … pop: whatever direction the words have, the line around them keeps its own.
_OPEN, _CLOSE = "\u2068", "\u2069"
_LONG = 280


def plugin(answer: Answer) -> str:
    """The whole answer, lines separated by newlines."""
    return "\n".join(_lines(answer))


def apart(text: str) -> str:
    """Words that keep their own direction within a line of another."""
    return f"{_OPEN}{text}{_CLOSE}"


def _lines(answer: Answer) -> Iterator[str]:
    words = wording(answer.question.language)
    yield answer.headline
    if answer.status is not Status.ANSWERED:
        yield from (f"  {note}" for note in answer.notes)
        yield from (f"  - {question}" for question in answer.next_questions)
        return
    for row in answer.rows:
        yield ""
        yield from _row(row, words)
    yield ""
    yield from _basis(answer, words)
    yield words.say("next")
    yield from (f"  - {question}" for question in answer.next_questions)


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
    text = " ".join(quote.text.split())
    shown = text if len(text) <= _LONG else text[:_LONG].rsplit(" ", 1)[0] + " …"
    return f"{apart(f'“{shown}”')} ({apart(said.source)}, {words.date(said.said_at.date())})"


def _basis(answer: Answer, words: Wording) -> Iterator[str]:
    if answer.counted and answer.denominator:
        counted = words.number(answer.counted.value)
        said = words.say("counted", counted=counted, denominator=words.number(answer.denominator.value))
        yield f"{said} [{answer.counted.query}]"
    if answer.unnamed:
        yield f"{words.say('unnamed', count=words.number(answer.unnamed.value))} [{answer.unnamed.query}]"
    if answer.solicited:
        yield words.say("solicited", count=words.number(answer.solicited))
    yield from answer.notes
    shares = {task: words.percent(share) for task, share in answer.unknown_share.items()}
    if shares:
        yield words.say("unsure", **shares)
    if answer.freshness:
        fresh = [f"{apart(source)} {words.date(at.date())}" for source, at in answer.freshness.items()]
        yield words.say("fresh", sources=words.listed(fresh))
    yield words.say("evidence")
