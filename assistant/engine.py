"""From a question to an answer: counts from SQL, groups of what was said, literal quotes, and no guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from assistant.answer import Answer, Figure, Row, Status, distinct
from assistant.question import Asker, Kind, Question, parse
from assistant.wording import Wording, wording
from mining import pain, reading
from mining.reading import Counts, Heard, Query
from mining.store import Store
from mining.themes import listing
from mining.themes.listing import Group, Grouped, Said

_SIDES = {Kind.TOP_PAIN_POINTS: "pain", Kind.TOP_PRAISE: "praise"}
_QUOTES = 3
# Quotes are chosen among so many of a row's surest mentions.
_QUOTED_FROM = 60
_TELLING_WORDS = 5


class Engine:
    """Answers questions over one store. ``now`` gives the time at which a figure was asked for."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def ask(self, text: str, asker: Asker) -> Answer:
        """Read a question and answer it."""
        return self.answer(parse(text, asker))

    def answer(self, question: Question) -> Answer:
        """Answer a question that was read. It says so when it was not, or when there is nothing to count."""
        words = wording(question.language)
        nexts = words.examples(apart_from=question)
        if question.kind is Kind.UNREAD:
            notes = tuple(_reading(question, "unread_words", words))
            return Answer(Status.OUT_OF_SCOPE, question, words.say("unread"), notes=notes, next_questions=nexts)
        found = listing.grouped(self._store, question.filters, _SIDES[question.kind])
        groups = [*found.themes, *found.hidden, *([found.rest] if found.rest else [])]
        if not groups:
            return self._nothing(question, words)
        figures = _Figures(Query(question.filters))
        named = found.themes[: question.n]
        counted = listing.counts(said for group in groups for said in group.said)
        everything = reading.total(self._store, question.timed)
        shown = {said.feedback_id for group in named for said in group.said}
        unnamed = [said for group in groups for said in group.said if said.feedback_id not in shown]
        tasks = ("stage", "sentiment", "touchpoint")
        answer = Answer(
            Status.ANSWERED,
            question,
            _headline(question, named, counted, words),
            rows=tuple(self._row(rank, group, counted, figures, words) for rank, group in enumerate(named, start=1)),
            counted=figures.of(counted)["feedback"],
            denominator=figures.of(everything, Query(question.timed))["feedback"],
            unnamed=figures.of_members(listing.counts(unnamed), unnamed)["feedback"] if unnamed else None,
            solicited=reading.total(self._store, replace(question.filters, solicited=True)).feedback,
            unknown_share={task: reading.unsure_share(self._store, question.filters, task) for task in tasks},
            freshness=reading.freshness(self._store),
            notes=tuple(_notes(question, named, words, found)),
            next_questions=nexts,
        )
        reading.remember(self._store, figures.asked, self._now())
        return answer

    def _row(self, rank: int, group: Group, counted: Counts, figures: _Figures, words: Wording) -> Row:
        if group.theme is None:
            raise ValueError("a row needs a name")
        told = group.counts
        figure = figures.of_members(told, group.said)
        share, interval = pain.share_of(told.feedback, counted.feedback)
        surest = reading.by_ids(self._store, [said.mention_id for said in group.said[:_QUOTED_FROM]])
        return Row(
            rank=rank,
            id=group.theme.id,
            title=group.theme.name(words.language),
            titles=group.theme.names,
            feedback=figure["feedback"],
            unique=figure["unique"],
            authors=figure["authors"],
            share=share,
            interval=(interval.low, interval.high),
            pain=group.score,
            small=group.score.small,
            quotes=distinct(sorted(surest, key=_is_short), _QUOTES),
        )

    def _nothing(self, question: Question, words: Wording) -> Answer:
        nexts = words.examples(apart_from=question)
        if not reading.freshness(self._store):
            return Answer(Status.NO_DATA, question, words.say("empty"), next_questions=nexts)
        anytime = reading.total(self._store, replace(question.filters, since=None, until=None)).feedback
        elsewhere = words.say("elsewhere", count=words.number(anytime)) if anytime else words.say("nothing_at_all")
        headline = words.say(
            f"no_data.{question.kind.value}",
            scope=words.scope(question),
            window=words.window(question.window),
            elsewhere=elsewhere,
        )
        notes = tuple(_notes(question, [], words))
        fresh = reading.freshness(self._store)
        return Answer(Status.NO_DATA, question, headline, freshness=fresh, notes=notes, next_questions=nexts)


class _Figures:
    """Makes figures and keeps the queries behind them."""

    def __init__(self, base: Query) -> None:
        self._base = base
        self.asked: dict[str, tuple[Query, int]] = {}

    def of(self, counts: Counts, query: Query | None = None) -> dict[str, Figure]:
        """One figure for each unit, behind one query."""
        query = query or self._base
        id_ = query.id
        self.asked[id_] = (query, counts.feedback)
        return {unit: Figure(counts.of(unit), unit, id_) for unit in ("feedback", "unique", "authors")}

    def of_members(self, counts: Counts, members: Sequence[Said]) -> dict[str, Figure]:
        """The same for some of the base's mentions."""
        return self.of(counts, reading.narrowed(self._base, (member.mention_id for member in members)))


def _is_short(mention: Heard) -> bool:
    """Two words may come nearest to a phrase, but a whole sentence tells more as a quote."""
    return len(mention.text.split()) < _TELLING_WORDS


def _headline(question: Question, named: Sequence[Group], counted: Counts, words: Wording) -> str:
    scope, window = words.scope(question), words.window(question.window)
    total = words.number(counted.feedback)
    if not named or named[0].theme is None:
        return words.say(f"unnamed_only.{question.kind.value}", scope=scope, window=window, counted=total)
    return words.say(
        f"headline.{question.kind.value}",
        scope=scope,
        title=named[0].theme.name(words.language),
        count=words.number(named[0].counts.feedback),
        counted=total,
        window=window,
    )


def _notes(question: Question, named: Sequence[Group], words: Wording, found: Grouped | None = None) -> list[str]:
    notes = _reading(question, "left", words)
    if question.group_by:
        notes.append(words.say("ungrouped", dimensions=words.dimensions(question.group_by)))
    if any(group.score.small for group in named):
        notes.append(words.say("small_note"))
    if found and found.hidden:
        notes.append(words.say("hidden_note", count=words.number(len(found.hidden))))
    if found and found.waiting:
        notes.append(words.say("waiting_note", count=words.number(found.waiting)))
    return notes


def _reading(question: Question, left: str, words: Wording) -> list[str]:
    """What has to be said of how the question was read; ``left`` names the sentence on words not understood."""
    notes = []
    if question.read_as:
        notes.append(
            words.say(
                "read_as", words=words.listed([f"“{said}” → “{meant}”" for said, meant in question.read_as.items()])
            )
        )
    if question.left:
        notes.append(words.say(left, words=words.listed([f"“{word}”" for word in question.left])))
    return notes
