"""An answer as a message for Slack: the richest blocks first, poorer ones to fall back on, the numbers in the text.

Words of customers stand only where Slack takes text as it is (rich text, cells, ``plain_text``); nothing is sent as
mrkdwn but the top-level ``text``, which is escaped. See :mod:`assistant.slack_blocks`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from assistant.answer import Answer, Status
from assistant.directions import harmless
from assistant.meaning import Kind
from assistant.renderers import base
from assistant.slack_blocks import blocks, rows, tables
from assistant.slack_blocks.blocks import Block, section, sections
from assistant.slack_blocks.texts import clean, cut, directed, escape, first, letters, line, size
from assistant.wording import Wording, wording

__all__ = ["Block", "Message", "escape", "line", "notice", "plugin", "render", "section", "sections"]

# All that people read in one message stays well below the 13,200 signs at which Slack says msg_blocks_too_long
# (github.com/slackapi/bolt-js/issues/2509): the headline and what follows it, the rows with quotes, what they rest on,
# and what may be asked.
_HEADLINE, _SAID, _SAID_LINE = 800, 1000, 450
_ROWS, _BASIS, _BASIS_LINE = 6400, 2000, 400
_CHOICES, _CHOICE_LINE = 900, 200
_TEXT = 4000
_DRILLED, _ASKED = 5, 10
_RANKED = frozenset({Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE, Kind.EMERGING, Kind.CHURN_RISK})


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted.

    ``text`` carries the headline and the numbers, escaped, 4,000 signs at most. ``blocks`` is the richest form, each of
    ``fallbacks`` a poorer one that is complete and within the limits: with ``table`` and without a chart, then text
    alone. ``chart`` says that a picture of the chart would show what ``blocks`` do not.
    """

    text: str
    blocks: tuple[Block, ...]
    fallbacks: tuple[tuple[Block, ...], ...] = ()
    chart: bool = False

    @property
    def steps(self) -> int:
        """How many forms there are."""
        return 1 + len(self.fallbacks)

    def payload(self, step: int = 0) -> dict[str, Any]:
        """Arguments of ``chat.postMessage``; beyond the last step it is the last one again."""
        form = (self.blocks, *self.fallbacks)[min(step, self.steps - 1)]
        return {"text": self.text, "blocks": list(form), "unfurl_links": False, "unfurl_media": False}


def plugin(answer: Answer, today: date | None = None) -> Message:
    """The whole answer, with questions to go on with, and no button that needs a kept answer."""
    return render(answer, today=today)


def render(
    answer: Answer,
    *,
    today: date | None,
    answer_id: str | None = None,
    quotes: bool = True,
    quotes_withheld: int = 0,
    private: bool = False,
    charts: bool = True,
) -> Message:
    """The answer for a place in Slack.

    ``answer_id`` is what buttons name the kept answer by. Without ``quotes`` none is shown, and a line says so;
    ``quotes_withheld`` is how many the caller has taken out for being private. ``private``: only the asker sees this,
    and may share it.
    """
    words = wording(answer.question.language)
    notes = []
    if quotes_withheld:
        notes.append(words.say("slack.withheld", count=words.number(quotes_withheld)))
    if not quotes and answer.every_quote:
        notes.append(words.say("slack.no_quotes"))
        answer = replace(answer, quotes=(), rows=tuple(replace(row, quotes=()) for row in answer.rows))
    return _Page(answer, words, today, answer_id, tuple(notes), private=private, charts=charts).message()


def notice(text: str, language: str) -> Message:
    """Sentences of ours (help, an error, a confirmation) as a message; lines stay lines."""
    words = wording(language)
    told = list(_within((line(one, words) for one in text.strip().split("\n")), _ROWS, _SAID_LINE))
    return Message(_text(told), tuple(sections(told)))


def _text(lines: Iterable[str]) -> str:
    """The top-level text: whole lines, as many as there is room for."""
    told, room = [], _TEXT
    for one in lines:
        shown = escape(one)
        room -= letters(shown) + 1
        if room < 0:
            break
        told.append(shown)
    return "\n".join(told) or "–"


def _within(lines: Iterable[str], room: int, each: int) -> Iterator[str]:
    """Lines cut to size, as long as there is room for whole ones."""
    for one in lines:
        shown = cut(one, each)
        room -= size(shown) + 1
        if room < 0:
            return
        yield shown


class _Page:
    """One answer on its way into a message."""

    def __init__(
        self, answer: Answer, words: Wording, today: date | None, answer_id: str | None, notes: tuple[str, ...], *,
        private: bool, charts: bool,
    ) -> None:  # fmt: skip
        self.answer, self.words, self.today, self.answer_id = answer, words, today, answer_id
        self.notes, self.private, self.charts = notes, private, charts
        self.rows = rows.shown(answer, words, opened=answer_id is not None)
        self.quotes = [rows.said(quote, answer, words) for quote in answer.quotes]

    def message(self) -> Message:
        """All its forms; one that says the same as the one before is left out."""
        drawn = rows.drawing(self.answer, self.words) if self.charts else None
        forms = [self._rich(drawn, older=False)]
        if drawn or self._grid:
            forms.append(self._rich(None, older=True))
        forms.append(self._plain())
        first, *others = (tuple(form) for form in forms)
        chart = self.charts and self.answer.chart is not None and bool(self.answer.rows) and drawn is None
        return Message(self._text(), first, tuple(others), chart)

    # --- forms ------------------------------------------------------------------------------------------------------

    def _rich(self, drawn: Block | None, *, older: bool) -> list[Block]:
        """Rich text, with the rows as a table where they make one."""
        bold = blocks.run(self._headline, bold=True)
        said = [blocks.told(blocks.run(one)) for one in self._said]
        shown = [blocks.rich(blocks.told(bold), *said), *([drawn] if drawn else [])]
        shown += self._table(self._grid, older=older) if self._grid else self._listed()
        return [*shown, *self._closing(older=False)]

    def _table(self, grid: tables.Grid, *, older: bool) -> list[Block]:
        some = grid.within(_ROWS)
        left = rows.kept(self.rows[: len(some.rows)], self.quotes, _ROWS - some.length, letters)
        made = tables.table(some, right_to_left=self.words.right_to_left) if older else tables.data_table(some)
        lost = len(grid.rows) - len(some.rows)
        quoted = rows.rich_quotes(left.rows, left.quotes, self.words)
        return [made, *quoted, *self._lost(lost, left.lost_quotes)]

    def _listed(self) -> list[Block]:
        kept = rows.kept(self.rows, self.quotes, _ROWS, letters)
        listed = rows.rich_rows(kept.rows, self.words) + rows.rich_quotes((), kept.quotes, self.words)
        return [*listed, *self._lost(kept.lost_rows, kept.lost_quotes)]

    def _plain(self) -> list[Block]:
        """Sections of plain text, and buttons as they have been for years."""
        kept = rows.kept(self.rows, self.quotes, _ROWS, size)
        listed = rows.plain_rows(kept.rows, kept.quotes, self.words)
        head = sections([self._headline, *self._said])
        return [*head, *listed, *self._lost(kept.lost_rows, kept.lost_quotes), *self._closing(older=True)]

    def _lost(self, lost_rows: int, lost_quotes: int) -> list[Block]:
        """What found no room."""
        counts = {"more_rows": lost_rows, "more_quotes": lost_quotes}
        told = [self._say(f"slack.{key}", count) for key, count in counts.items() if count]
        return blocks.context(told)

    # --- text -------------------------------------------------------------------------------------------------------

    @cached_property
    def _grid(self) -> tables.Grid | None:
        return rows.grid(self.answer, self.rows, self.words)

    @cached_property
    def _headline(self) -> str:
        return cut(line(self.answer.headline, self.words), _HEADLINE) or "–"

    @cached_property
    def _said(self) -> list[str]:
        told = (line(one, self.words) for one in self.answer.said)
        return list(_within(filter(None, told), _SAID, _SAID_LINE))

    def _say(self, key: str, count: int) -> str:
        return line(self.words.say(key, count=self.words.number(count)), self.words)

    def _text(self) -> str:
        """Headline, what follows, a line for each row, what was counted, choices: whole lines, in this order."""
        numbers = [directed(row.numbers, self.words) for row in self.rows]
        counted = [line_ for line_, queries in self._basis if queries][:1]
        return _text([self._headline, *self._said, *numbers, *counted, *self._choices])

    @cached_property
    def _basis(self) -> list[tuple[str, bool]]:
        """Lines of what the answer rests on, and whether they tell a figure."""
        evidence = base.sentence(self.words.say("evidence"), self.words)
        told = [(one, False) for one in self.notes]
        for one in base.basis(self.answer, self.words, self.today):
            if not (self.answer_id and one.text == evidence):
                queries = "".join(f" [{query}]" for query in one.queries)
                told.append((cut(one.text, _BASIS_LINE) + queries, bool(one.queries)))
        return [(directed(clean(text), self.words), figures) for text, figures in told]

    @cached_property
    def _choices(self) -> list[str]:
        """Numbered, as they are told below a clarifying question."""
        return self._numbered([clean(base.sentence(one, self.words)) for one in self.answer.choices])

    def _numbered(self, told: Sequence[str]) -> list[str]:
        numbered = (f"{self.words.number(place)}. {one}" for place, one in enumerate(told, start=1))
        return list(_within((directed(one, self.words) for one in numbered), _CHOICES, _CHOICE_LINE))

    # --- below the rows -----------------------------------------------------------------------------------------------

    def _closing(self, *, older: bool) -> list[Block]:
        """What the answer rests on, and what can be done with it."""
        told = [text for text, _ in self._basis]
        fitting = list(_within(told, _BASIS, _BASIS))
        if len(fitting) < len(told):
            fitting.append(self._say("slack.more_lines", len(told) - len(fitting)))
        shown = sections(self._cut_short(self.answer.choices)) + blocks.context(fitting)
        shown += blocks.actions(self._asked("choice", self.answer.choices))
        shown += blocks.actions(self._drills()) + blocks.actions(self._doing())
        if self.answer.next_questions:
            also = self._cut_short(self.answer.next_questions)
            shown += blocks.context([line(self.words.say("next"), self.words), *also])
            shown += blocks.actions(self._asked("next", self.answer.next_questions))
        return shown + self._verdict(older=older)

    def _cut_short(self, questions: Sequence[str]) -> list[str]:
        """Questions numbered as lines, where one of them does not stand whole on its button."""
        told = [clean(base.sentence(one, self.words)) for one in questions]
        return self._numbered(told) if any(size(one) > blocks.LABEL for one in told) else []

    def _asked(self, name: str, questions: Sequence[str]) -> Iterator[Block | None]:
        """A button for each question; its value is all of it that would be read."""
        for place, one in enumerate(questions[:_ASKED]):
            asked = harmless(clean(one))
            yield blocks.button(f"{name}:{place}", base.sentence(asked, self.words), first(asked, blocks.VALUE))

    def _drills(self) -> Iterator[Block | None]:
        """A button for each of the first rows of a ranking."""
        if self.answer_id is None or self.answer.question.kind not in _RANKED:
            return
        for place, row in enumerate(self.answer.rows[:_DRILLED]):
            value = {"a": self.answer_id, "row": row.id, "rank": row.rank or place + 1}
            yield blocks.button(f"drill:{place}", f"🔎 {self.rows[place].head}", _value(value))

    def _doing(self) -> Iterator[Block | None]:
        """What can be done with an answer that was kept."""
        answer, say = self.answer, self.words.say
        if self.answer_id is None:
            return
        whole = {"a": self.answer_id}
        if answer.figures:
            query = (answer.counted or answer.figures[0]).query
            yield blocks.button("evidence", say("rows_behind"), _value({**whole, "q": query}))
        if answer.chart and answer.rows:
            yield blocks.button("chart", say("slack.chart"), _value(whole))
        if answer.status is Status.ANSWERED:
            yield blocks.button("watch", say("slack.watch"), _value(whole))
        if self.private:
            yield blocks.button("share", say("slack.share"), _value(whole))

    def _verdict(self, *, older: bool) -> list[Block]:
        """Thumbs; in the older form two buttons, ``verdict:good`` and ``verdict:bad``, with the same values."""
        if self.answer_id is None:
            return []
        labels = {name: self.words.say(f"slack.{name}") for name in ("good", "bad")}
        if not older:
            return [blocks.verdict(self.answer_id, **labels)]
        return blocks.actions(
            blocks.button(f"verdict:{name}", label, f"{name}|{self.answer_id}") for name, label in labels.items()
        )


def _value(told: dict[str, Any]) -> str:
    return json.dumps(told, separators=(",", ":"))
