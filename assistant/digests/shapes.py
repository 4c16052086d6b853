"""The shape of each section of a digest: tiles, items with bars, columns, quotes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from assistant.answer import Answer, Row
from assistant.digest import Digest, Section
from assistant.digests.model import BETTER, NEW, WORSE, Item, Part, Tile
from assistant.digests.movement import SURE, chance, moved
from assistant.digests.phrases import Phrases, phrases
from assistant.measures import Figure, Measure, Net, Points, Share
from assistant.renderers import base
from assistant.wording import Wording


class Shapes:
    """Sections of one digest, each in the shape that its key asks for."""

    def __init__(self, digest: Digest) -> None:
        self.digest = digest
        self.phrases: Phrases = phrases(digest.plan.language)
        self.words = self.phrases.words
        self.say = self.phrases.say

    def line(self, text: str) -> str:
        """A sentence on one line, foreign runs in isolates."""
        return base.sentence(text, self.words)

    def part(self, section: Section) -> Part:
        """A section set out by its key; what somebody watches as any answer is."""
        shape: Callable[[Section], dict[str, object]] = getattr(self, f"_{section.key}", self._rows)
        made: dict[str, object] = {
            "lead": self.line(section.lead),
            "notes": tuple(self.line(said) for said in section.said),
            **shape(section),
        }
        return Part(section.key, base.titled(section.title, self.words), self.line(section.question), **made)  # type: ignore[arg-type]

    # --- shapes -----------------------------------------------------------------------------------------------------

    def _summary(self, section: Section) -> dict[str, object]:
        rows = section.rows
        if len(rows) != 2:
            return {}
        now, before = rows
        known = bool(before.figure().value)
        keys = ("feedback", "negative_share", "net", "authors")
        return {"tiles": tuple(self._tile(key, now[key], before[key] if known else None) for key in keys)}

    def _tile(self, key: str, now: Measure, before: Measure | None) -> Tile:
        queries = tuple(dict.fromkeys(figure.query for figure in now.figures))
        label, value = self.say(f"tiles.{key}"), _short(now, self.words)
        if before is None:
            return Tile(label, value, queries=queries)
        days = self.digest.baseline.days, self.digest.window.days
        sure = chance(before, now, *days) <= SURE
        change = (now.value or 0.0) - (before.value or 0.0)
        good = {"negative_share": change < 0, "net": change > 0}.get(key)
        tone = "" if not sure or not change or good is None else BETTER if good else WORSE
        return Tile(
            label, value, self.say("tiles.before", value=_short(before, self.words)), self._by_how_much(now, change),
            self.say(f"tiles.{'sure' if sure else 'unsure'}"), tone, queries,
        )  # fmt: skip

    def _by_how_much(self, measure: Measure, change: float) -> str:
        """By how much: a number, or points of a hundred."""
        if not round(change, 3):
            return self.say("tiles.same")
        if isinstance(measure, Figure):
            return self.words.signed(change)
        return self.say("tiles.points", value=self.words.signed(change * 100))

    def _change(self, section: Section) -> dict[str, object]:
        """Parts of a change: they add up, the rest included."""
        values = [row["part"] for row in section.rows]
        largest = max((abs(one.value) for one in values if isinstance(one, Points)), default=0.0) or 1.0
        items = []
        for row, points in zip(section.rows, values, strict=True):
            if isinstance(points, Points):
                value = self.say("tiles.points", value=self.words.signed(points.value * 100, 1))
                tone = BETTER if points.value > 0 else WORSE if points.value < 0 else ""
                items.append(self._item(row, section, value=value, tone=tone, size=points.value / largest, quotes=()))
        return {"items": tuple(items)}

    def _new(self, section: Section) -> dict[str, object]:
        largest = max((row.figure("unique").value for row in section.rows), default=1) or 1
        return {
            "items": tuple(
                self._item(row, section, value=self.words.number(row.figure("unique").value), detail=self._cells(row),
                           tone=NEW, size=row.figure("unique").value / largest)
                for row in section.rows
            )
        }  # fmt: skip

    def _worse(self, section: Section) -> dict[str, object]:
        return {"items": tuple(self._moved(row, section, WORSE) for row in section.rows)}

    def _better(self, section: Section) -> dict[str, object]:
        rows = [replace(row, quotes=()) for row in section.rows]  # they speak of the time before
        return {"items": tuple(self._moved(row, section, BETTER) for row in rows)}

    def _moved(self, row: Row, section: Section, tone: str) -> Item:
        shares = moved(row)
        if shares is None:
            return self._item(row, section)
        now, before = shares
        pairs = [pair for other in section.rows if (pair := moved(other))]
        words, largest = self.words, max((abs(one.value - other.value) for one, other in pairs), default=1.0) or 1.0
        detail = self.say(
            "said.moved", after=words.percent(now.value), before=words.percent(before.value),
            after_part=words.number(now.part.value), after_whole=words.number(now.whole.value),
            before_part=words.number(before.part.value), before_whole=words.number(before.whole.value),
        )  # fmt: skip
        change = now.value - before.value
        value = self.say("tiles.points", value=words.signed(change * 100))
        marks = [self.say("tiles.sure")] if row.marks else []
        small = [words.say("small")] if row.small else []
        return self._item(
            row, section, value=value, detail=detail, marks=(*marks, *small), tone=tone if row.marks else "",
            size=change / largest,
        )  # fmt: skip

    def _pains(self, section: Section) -> dict[str, object]:
        return self._ranked(section)

    _praise = _effort = _churn = _pains

    def _ranked(self, section: Section) -> dict[str, object]:
        """A ranking, in its groups: how many items, and of how many."""
        largest = max((row.figure().value for row in section.rows), default=1) or 1
        items = [
            self._item(row, section, value=self.words.number(row.figure().value), detail=self._share(row),
                       size=row.figure().value / largest)
            for row in section.rows
        ]  # fmt: skip
        return {"items": tuple(items) + self._loose(section, 2)}

    def _journey(self, section: Section) -> dict[str, object]:
        items = []
        for row in section.rows:
            net, before = row["net"], next((cell.measure for cell in row.cells if cell.key == "net_before"), None)
            shown = [self._cell("feedback", row.figure()), *self._before(before), *self._tops(row)]
            value = net.value or 0.0 if isinstance(net, Net) else 0.0
            tone, marks = "", base.marks(row, self.words)
            if isinstance(net, Net) and isinstance(before, Net) and chance(before, net) <= SURE:
                tone = BETTER if value > (before.value or 0.0) else WORSE
                marks.append(self.say(f"tiles.{tone}"))
            items.append(self._item(row, section, value=self.words.measure(net), detail=self.words.listed(shown),
                                    marks=marks, tone=tone, size=value, quotes=()))  # fmt: skip
        return {"items": tuple(items)}

    def _before(self, before: Measure | None) -> list[str]:
        return [self.say("tiles.before", value=self.words.measure(before))] if isinstance(before, Net) else []

    def _tops(self, row: Row) -> list[str]:
        return [
            self.words.say("cell", label=cell.label, value=self.words.measure(cell.measure))
            for cell in row.cells if cell.key in ("top_pain", "top_praise")
        ]  # fmt: skip

    def _fixed(self, section: Section) -> dict[str, object]:
        items = tuple(self._moved(row, section, BETTER) for row in section.rows)
        return {"items": items, "series": self._columns(section.beside[0].answer) if section.beside else ()}

    def _columns(self, answer: Answer) -> tuple[Item, ...]:
        """The rows of a series as columns."""
        counts = [row.figure().value for row in answer.rows]
        largest = max(counts, default=1) or 1
        return tuple(
            Item(base.titled(row.title, self.words), self.words.number(count), size=count / largest,
                 queries=base.queries(row))
            for row, count in zip(answer.rows, counts, strict=True)
        )  # fmt: skip

    def _usual(self, section: Section) -> dict[str, object]:
        counts = [row.figure().value for row in section.rows]
        largest = max(counts, default=1) or 1
        return {
            "series": tuple(
                Item(base.titled(row.title, self.words), self.words.number(row.figure().value),
                     size=row.figure().value / largest, queries=base.queries(row))
                for row in section.rows
            )
        }  # fmt: skip

    def _trend(self, section: Section) -> dict[str, object]:
        return {"chart": section.answer if section.answer.rows else None}

    def _quotes(self, section: Section) -> dict[str, object]:
        items = tuple(self._item(row, section) for row in section.rows if row.quotes)
        return {"items": items} if items else {"lead": self.line(self.say("said.no_quotes"))}

    def _to_answer(self, section: Section) -> dict[str, object]:
        items = self._loose(section, 8)
        return {"items": items} if items else {"lead": self.line(section.lead or self.say("said.no_quotes"))}

    def _health(self, section: Section) -> dict[str, object]:
        notes = [line.text for line in base.basis(section.answer, self.words, self.day) if not line.queries]
        evidence = self.line(self.words.say("evidence"))
        rows = tuple(self._item(row, section, value=self.words.number(row.figure().value)) for row in section.rows)
        kept = tuple(note for note in notes if note != evidence)
        return {"items": rows, "notes": (*(self.line(one) for one in self.digest.notes), *kept)}

    @property
    def day(self) -> date:
        """The day that ages are counted from."""
        return self.digest.made_at.astimezone(self.digest.plan.zone).date()

    def _rows(self, section: Section) -> dict[str, object]:
        items = [self._item(row, section, detail=self._cells(row)) for row in section.rows]
        notes = tuple(self.line(said) for said in section.answer.said)
        return {"items": tuple(items) + self._loose(section, 3), "notes": notes}

    # --- pieces -----------------------------------------------------------------------------------------------------

    def _item(
        self, row: Row, section: Section, *, value: str = "", detail: str = "", marks: Sequence[str] | None = None,
        tone: str = "", size: float | None = None, quotes: tuple[base.Said, ...] | None = None,
    ) -> Item:  # fmt: skip
        # Whoever reads Persian would rather read what was said in Persian.
        chosen = sorted(row.quotes, key=lambda quote: quote.mention.language != self.words.language)[:1]
        said = tuple(base.quoted(quote, self.words, section.answer) for quote in chosen)
        told = base.marks(row, self.words) if marks is None else [self.line(mark) for mark in marks]
        group = row.group or ""
        return Item(
            title=base.titled(row.title, self.words), value=value, detail=self.line(detail), marks=tuple(told),
            tone=tone, size=size, quotes=said if quotes is None else quotes, queries=base.queries(row),
            group=base.titled(group, self.words) if group and section.key in ("pains", "praise", "watched") else "",
        )  # fmt: skip

    def _loose(self, section: Section, most: int) -> tuple[Item, ...]:
        """Quotes that belong to no row."""
        shown = {quote.text for row in section.rows for quote in row.quotes}
        loose = [quote for quote in section.answer.quotes if quote.text not in shown]
        return tuple(Item(quotes=(base.quoted(quote, self.words, section.answer),)) for quote in loose[:most])

    def _cells(self, row: Row) -> str:
        return self.words.listed([self.words.say("cell", label=label, value=value) for label, value in
                                  ((cell.label, self.words.measure(cell.measure)) for cell in row.cells)])  # fmt: skip

    def _cell(self, key: str, measure: Measure) -> str:
        return self.words.say("cell", label=self.words.say(f"cells.{key}"), value=self.words.measure(measure))

    def _share(self, row: Row) -> str:
        """What share of the remarks of its kind that is."""
        share = next((cell.measure for cell in row.cells if cell.key == "share"), None)
        return self._cell("share", share) if isinstance(share, Share) else ""


def _short(measure: Measure, words: Wording) -> str:
    """A number without what it was counted of."""
    return words.percent(measure.value) if isinstance(measure, Share) else words.measure(measure)
