"""Which questions a digest asks, for whom, and what it says of their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.answer import Row, Status
from assistant.digests import health, trust
from assistant.digests.asking import Asked, Asking
from assistant.digests.fixed import Fix, fix
from assistant.digests.headline import headline
from assistant.digests.movement import movers
from assistant.digests.weekdays import Weekday, beside_its_weekday
from assistant.periods import Clock, Window
from mining.themes import listing

if TYPE_CHECKING:
    from assistant.digest import Section
    from mining.themes.catalogue import Theme

Progress = Callable[[int, int], None]

TEMPLATES = {
    "manager_weekly": (
        "summary", "trend", "change", "new", "worse", "better", "pains", "praise", "journey", "fixed", "watched",
        "quotes", "health",
    ),
    "executive_monthly": (
        "summary", "trend", "worse", "better", "journey", "pains", "churn", "fixed", "watched", "health",
    ),
    "operations_daily": (
        "usual", "new", "pains", "effort", "churn", "watched", "to_answer", "health",
    ),
}  # fmt: skip
_THEMES = 20
_MOVED = 4
_BY_STAGE, _LISTED = 2, 5
_QUOTES = 6
_PAINED, _PRAISED = 4, 2
_TREND_WEEKS = {"executive_monthly": 26}
_SOME_WEEKS = 12


@dataclass(slots=True)
class Found:
    """A digest without its frame."""

    sections: list[Section]
    notes: list[str]
    headline: str
    empty: bool = False


@dataclass(slots=True)
class Work:
    """A digest at work: each question is asked once."""

    asking: Asking
    template: str
    window: Window
    baseline: Window
    clock: Clock
    watched: tuple[tuple[str, str], ...] = ()
    _fix: Fix | None = field(default=None, init=False)

    def compose(self, progress: Progress | None = None) -> Found:
        """Ask, section by section; of a time without feedback only how much there was."""
        counted = self.asking.ask("count", self.window)
        if not _items(counted):
            return self._empty(counted)
        keys = TEMPLATES[self.template]
        sections: list[Section] = []
        for done, key in enumerate(keys, start=1):
            sections += self._watched() if key == "watched" else [getattr(self, f"_{key}")()]
            if progress:
                progress(done, len(keys))
        return Found(sections, trust.notes(self), headline(self, sections))

    # --- what they are made of --------------------------------------------------------------------------------------

    def section(self, key: str, asked: Asked, title: str | None = None, **more: object) -> Section:
        """A section of an answer."""
        from assistant.digest import Section

        made = {"rows": asked.answer.rows, **more}
        title = title or self.asking.phrases.say(f"sections.{key}")
        return Section(key, title, asked.text, asked.answer, exact=asked.exact, **made)  # type: ignore[arg-type]

    @property
    def compared(self) -> Asked:
        """Now beside the time before, with the themes that differ most."""
        return self.asking.ask("compare", self.window, self.baseline, n=_THEMES)

    @property
    def sides(self) -> tuple[Row, Row] | None:
        """The totals of now and of before; None where nothing was said before, or nothing at all."""
        rows = [row for row in self.compared.answer.rows if row.id.startswith("time:")]
        if len(rows) != 2 or not all(row.figure().value for row in rows):
            return None
        return rows[0], rows[1]

    @property
    def themes(self) -> Mapping[str, Theme]:
        """Every theme by id."""
        return listing.names(self.asking.engine.store)

    @property
    def fix(self) -> Fix:
        """What was fixed, looked for once."""
        if self._fix is None:
            self._fix = fix(self.asking, self.window)
        return self._fix

    @property
    def pains(self) -> Asked:
        """The largest pains, whatever stage they are of."""
        return self.asking.ask("pains", self.window, n=_LISTED)

    # --- sections ---------------------------------------------------------------------------------------------------

    def _summary(self) -> Section:
        rows = tuple(row for row in self.compared.answer.rows if row.id.startswith("time:"))
        return self.section("summary", self.compared, rows=rows)

    def _change(self) -> Section:
        asked = self.asking.ask("why", self.window, self.baseline)
        said = (self.asking.phrases.say("said.parts"),) if asked.answer.rows else ()
        rows = tuple(row for row in asked.answer.rows if row.group == asked.answer.rows[0].group)
        return self.section("change", asked, lead=asked.answer.headline, rows=rows, said=said)

    def _trend(self) -> Section:
        weeks = _TREND_WEEKS.get(self.template, _SOME_WEEKS)
        first = self.window.last - timedelta(weeks=weeks) + timedelta(days=1)
        began = listing.first_said(self.asking.engine.store)
        if began is not None:
            # Whole weeks, from the first one with feedback on.
            empty = (began.astimezone(self.asking.asker.zone).date() - first).days // 7
            first += timedelta(weeks=max(0, min(empty, weeks - 2)))
        asked = self.asking.ask("net_by_week", Window(first, self.window.last, unit="range"))
        return self.section("trend", asked, lead=asked.answer.headline, rows=(), said=asked.answer.said)

    def _new(self) -> Section:
        asked = self.asking.ask("emerging_pain" if self.template == "operations_daily" else "emerging", self.window)
        return self.section("new", asked, lead=asked.answer.headline, said=asked.answer.said)

    def _worse(self) -> Section:
        return self._moved("worse", up=True)

    def _better(self) -> Section:
        return self._moved("better", up=False)

    def _moved(self, key: str, *, up: bool) -> Section:
        say = self.asking.phrases.say
        rows = tuple(movers(self.compared.answer.rows, up=up)[:_MOVED]) if self.sides else ()
        sure = any(row.marks for row in rows)
        said = (say(f"said.moved_{'sure' if sure else 'unsure'}"),) if rows else ()
        lead = "" if rows else say(f"said.none_{key}")
        return self.section(key, self.compared, rows=rows, said=said, lead=lead)

    def _pains(self) -> Section:
        if self.template != "manager_weekly":
            return self.section("pains", self.pains, lead=self.pains.answer.headline)
        asked = self.asking.ask("pains_by_stage", self.window, n=_BY_STAGE)
        return self.section("pains", asked, lead=asked.answer.headline, rows=_told(asked))

    def _praise(self) -> Section:
        asked = self.asking.ask("praise_by_stage", self.window, n=_BY_STAGE)
        return self.section("praise", asked, lead=asked.answer.headline, rows=_told(asked))

    def _journey(self) -> Section:
        asked = self.asking.ask("journey", self.window)
        return self.section("journey", asked, lead=asked.answer.headline)

    def _churn(self) -> Section:
        asked = self.asking.ask("churn", self.window)
        return self.section("churn", asked, lead=asked.answer.headline, rows=asked.answer.rows[:_LISTED])

    def _effort(self) -> Section:
        asked = self.asking.ask("effort", self.window, n=_LISTED)
        return self.section("effort", asked, lead=asked.answer.headline)

    def _fixed(self) -> Section:
        looked, say, words = self.fix, self.asking.phrases, self.asking.phrases.words
        times = {"after": say.when(looked.after), "before": words.dates(looked.before)}
        found = looked.found
        if found is None:
            return self.section("fixed", looked.compared, rows=(), lead=say.say("said.none_confirmed", **times))
        now, before = found.now, found.before
        lead = say.say(
            "said.confirmed", title=found.row.title, **times,
            part=words.number(now.part.value), whole=words.number(now.whole.value),
            was_part=words.number(before.part.value), was_whole=words.number(before.whole.value),
        )  # fmt: skip
        said = say.say("said.no_event")
        if found.event:
            said = say.say("said.event", event=found.event[0], day=words.date(found.event[1]))
        row = replace(found.row, quotes=())  # what was said of it before it was mended
        return self.section("fixed", looked.compared, rows=(row,), lead=lead, said=(said,), beside=(found.weeks,))

    def _usual(self) -> Section:
        say, words = self.asking.phrases, self.asking.phrases.words
        day, weekday = self.weekday, say.weekday(self.window.last)
        frame = {"weekday": weekday, "count": words.number(day.count), "usual": words.decimal(day.usual or 0)}
        lead = say.say(f"said.usual_{day.verdict}", **frame)
        return self.section("usual", day.asked, say.say("sections.usual", weekday=weekday), rows=day.same, lead=lead)

    @property
    def weekday(self) -> Weekday:
        """The window's last day beside the same weekdays before it."""
        return beside_its_weekday(self.asking, self.window.last)

    def _watched(self) -> list[Section]:
        found = [(title, self.asking.watched(text, self.window)) for title, text in self.watched]
        return [self.section("watched", asked, title, lead=asked.answer.headline) for title, asked in found]

    def _quotes(self) -> Section:
        """One quote of each of the largest pains and delights, of different people, languages taking turns.

        The newest words of all would be telling less often than the surest of a theme.
        """
        praise = self.asking.ask("praise", self.window, n=_LISTED)
        pains = self.pains.answer.rows[:_LISTED]
        chosen = in_turn([*pains[:_PAINED], *praise.answer.rows[:_PRAISED]])
        return self.section("quotes", self.pains, rows=tuple(chosen), beside=(praise,))

    def _to_answer(self) -> Section:
        asked = self.asking.ask("quotes_of_complaints", self.window, n=_QUOTES)
        return self.section("to_answer", asked, lead="" if asked.answer.quotes else asked.answer.headline)

    def _health(self) -> Section:
        sources = self.asking.ask("by_source", self.window)
        return self.section("health", sources, beside=(self.by_day, *trust.negative(self)))

    @property
    def by_day(self) -> Asked:
        """Items of each day of the window."""
        return self.asking.ask("by_day", self.window)

    # --- nothing ----------------------------------------------------------------------------------------------------

    def _empty(self, counted: Asked) -> Found:
        phrases, asker = self.asking.phrases, self.asking.asker
        last = health.last_day(self.asking.engine.store, self.asking.scope, self.window.last, asker.zone)
        when = phrases.when(self.window)
        if last is None:
            said = phrases.say("headline.empty_always", when=when)
        else:
            said = phrases.say("headline.empty", when=when, day=phrases.words.date(last))
        section = self.section("summary", counted, rows=())
        return Found([section], trust.silences(self, counted), _sentence(said), empty=True)


def _items(counted: Asked) -> int:
    """How many items a count found."""
    found = counted.answer.counted
    return found.value if found and counted.answer.status is Status.ANSWERED else 0


def _told(asked: Asked) -> tuple[Row, ...]:
    """Of each group the first row, and further ones that have enough to rank by; groups of nothing are left out."""
    rows = [row for row in asked.answer.rows if not row.id.endswith(":none")]
    return tuple(row for row in rows if row.rank == 1 or not row.small)


def in_turn(rows: Sequence[Row]) -> list[Row]:
    """Rows with one of their quotes each, in a language that was quoted least so far; no person speaks twice."""
    spoken: Counter[str] = Counter()
    people: set[str] = set()
    found = []
    for row in rows:
        free = [one for one in row.quotes if (one.mention.author or one.mention.feedback_id) not in people]
        if not free:
            continue
        chosen = min(free, key=lambda one: spoken[one.mention.language])
        spoken[chosen.mention.language] += 1
        people.add(chosen.mention.author or chosen.mention.feedback_id)
        found.append(replace(row, quotes=(chosen,)))
    return found


def _sentence(text: str) -> str:
    """A sentence that begins with a large letter, where the language has some."""
    return text[:1].upper() + text[1:]
