"""What every planner works with: selections, figures with their queries, quotes, and the frame of an answer.

A figure is made of a :class:`mining.filters.Filters` and counted by :mod:`mining.facts`; the same filters, run as SQL,
list exactly the rows behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant import freshness, suggestions, topic_filters
from assistant.answer import Answer, Chart, Quote, Row, Status, distinct
from assistant.meaning import FEELINGS, Asker, Question, narrowed, within
from assistant.measures import Cell, Figure, Mean, Measure, Net, Share
from assistant.periods import Window
from assistant.question import LONGEST
from assistant.topic_filters import Resolved
from assistant.wording import Wording, wording
from mining import facts, reading
from mining.facts import Facts
from mining.filters import Filters
from mining.reading import Counts, Heard, Query
from mining.store import Store
from mining.themes import listing

if TYPE_CHECKING:
    from embeddings.base import Embedder
    from mining.themes.catalogue import Theme

NOTHING = Counts(0, 0, 0, 0)
# Quotes are chosen among so many mentions.
_QUOTED_FROM = 60
_TELLING_WORDS = 5
_SIDES = {"negative": "pain", "positive": "praise"}
# A value that no label has.
_NO_FEELING = ("",)
_UNSURE = ("stage", "sentiment", "touchpoint")
_STARS = 4


@dataclass(slots=True)
class Sheet:
    """Figures asked for so far: query id -> query and the feedback that it counts."""

    asked: dict[str, tuple[Query, int]] = field(default_factory=dict)

    def put(self, filters: Filters, feedback: int) -> str:
        """Keep a query; returns its id."""
        query = Query(filters)
        id_ = query.id
        self.asked[id_] = (query, feedback)
        return id_


class Desk:
    """One question at work. ``embedder`` gives the model that topics are looked up with, when one is."""

    def __init__(
        self, store: Store, asker: Asker, question: Question, at: datetime, embedder: Callable[[], Embedder]
    ) -> None:
        self.store = store
        self.asker = asker
        self.question = question
        self.at = at
        self.words: Wording = wording(question.language)
        self.sheet = Sheet()
        self._embedder = embedder
        self._selected: dict[str, Facts] = {}
        self._on_days: dict[tuple[int | None, int | None], Facts] = {}

    # --- what is selected -------------------------------------------------------------------------------------------

    @cached_property
    def themes(self) -> Mapping[str, Theme]:
        """Every theme by id, under the names that people gave it."""
        return listing.names(self.store)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Themes that somebody hid."""
        return listing.hidden(self.store)

    @cached_property
    def topic(self) -> Resolved | None:
        """What the topic of the question selects."""
        return self.resolved(self.question.theme, self.question.theme_name) if self.question.theme else None

    def resolved(self, topic: str, name: str | None = None) -> Resolved:
        """What a topic selects; ``name`` is its English name, where it has one."""
        side = _SIDES.get(self.question.sentiment or "") or ("pain" if "complaint" in self.scope.intent else None)
        found = topic_filters.resolved(topic, self.themes, self._embedder(), side, name)
        if found.themes and len(self.select(Filters(theme=found.themes))):
            return found
        literal = Resolved(phrase=topic)
        if len(self.select(Filters(phrase=topic))):
            return literal
        touchpoints = topic_filters.touchpoints(topic, self.question.language, self.question.taxonomy)
        return Resolved(touchpoint=touchpoints) if touchpoints else found if found.themes else literal

    @property
    def scope(self) -> Filters:
        """The question's conditions without time, feeling and topic."""
        return self.question.scope

    @cached_property
    def base(self) -> Filters:
        """All conditions but time: scope, feeling, topic."""
        topic = self.topic
        if topic is None:
            return self.question.felt
        return narrowed(self.question.felt, **topic.conditions)

    @property
    def filters(self) -> Filters:
        """All conditions, within the window."""
        return self.within(self.base)

    @property
    def whole(self) -> Filters:
        """The denominator's conditions: scope and window, without feeling, intent and topic."""
        return self.within(replace(self.scope, intent=(), theme=()))

    def within(self, filters: Filters, window: Window | None = None) -> Filters:
        """Filters of a window, by default the question's."""
        return within(filters, window or self.question.window, self.question.zone)

    def select(self, filters: Filters) -> Facts:
        """The mentions that filters select."""
        key = Query(filters).id
        if key not in self._selected:
            # The same days are read once: all that is counted of them is of one state of the database.
            days = facts.days_of(filters)
            if days not in self._on_days:
                self._on_days[days] = facts.on_days(self.store, *days)
            self._selected[key] = self._on_days[days].narrowed(filters)
        return self._selected[key]

    # --- figures ----------------------------------------------------------------------------------------------------

    def figure(self, filters: Filters, unit: str = "feedback", chosen: Facts | None = None) -> Figure:
        """A count and its query; ``chosen`` are the mentions that the filters select, where they are at hand."""
        counts = (self.select(filters) if chosen is None else chosen).counts()
        return self.of(counts, filters, unit)

    def of(self, counts: Counts, filters: Filters, unit: str = "feedback") -> Figure:
        """A figure of counts that are at hand."""
        return Figure(counts.of(unit), unit, self.sheet.put(filters, counts.feedback))

    def share(self, part: Filters, whole: Filters, unit: str = "feedback") -> Share:
        """A share of two selections, one within the other."""
        return Share(self.figure(part, unit), self.figure(whole, unit))

    def net(self, filters: Filters, chosen: Facts | None = None) -> Net:
        """The net sentiment of a selection."""
        whole = self.select(filters) if chosen is None else chosen
        by = whole.by("sentiment")
        parts = {}
        for feeling in ("positive", "negative"):
            some = by.get(feeling)
            counts = some.counts() if some is not None else NOTHING
            parts[feeling] = self.of(counts, _of_them(filters, (feeling,)), "mentions")
        return Net(parts["positive"], parts["negative"], self.of(whole.counts(), filters, "mentions"))

    def felt(self, filters: Filters, feeling: str = "negative", chosen: Facts | None = None) -> Share:
        """The share of feedback with a remark of a feeling."""
        whole = self.select(filters) if chosen is None else chosen
        told = _of_them(filters, FEELINGS[feeling])
        mask = np.zeros(len(whole), bool)
        column = whole.column("sentiment")
        for value in FEELINGS[feeling]:
            code = whole.frame.codes.of("sentiment", value)
            if code is not None:
                mask |= column == code
        part = whole.where(mask)
        return Share(self.of(part.counts(), told), self.of(whole.counts(), filters))

    def mean(self, filters: Filters, chosen: Facts | None = None) -> Mean:
        """The mean rating of the feedback selected, in stars of five."""
        whole = self.select(filters) if chosen is None else chosen
        rated = whole.where(~np.isnan(whole.rating))
        _, first = np.unique(rated.feedback, return_index=True)
        stars = rated.rating[first]
        value = float(1 + _STARS * stars.mean()) if len(stars) else None
        return Mean(value, self.of(rated.counts(), replace(filters, rating_min=filters.rating_min or 0.0)))

    def measure(self, metric: str, filters: Filters, chosen: Facts | None = None) -> Measure:
        """A metric of a selection."""
        match metric:
            case "net_sentiment":
                return self.net(filters, chosen)
            case "negative_share" | "positive_share":
                return self.felt(filters, metric.removesuffix("_share"), chosen)
            case "rating":
                return self.mean(filters, chosen)
            case "mentions":
                return self.figure(filters, "mentions", chosen)
            case "distinct_authors":
                return self.figure(filters, "authors", chosen)
        return self.figure(filters, chosen=chosen)

    def cell(self, key: str, measure: Measure, **values: object) -> Cell:
        """A measure under its name in the asker's language."""
        return Cell(key, self.words.say(f"cells.{key}", **values), measure)

    # --- quotes -----------------------------------------------------------------------------------------------------

    def quotes(self, chosen: Facts, most: int, order: np.ndarray[Any, Any] | None = None) -> tuple[Quote, ...]:
        """Literal quotes of different people, the surest of their theme first, or in an order of places given."""
        if order is None:
            order = np.lexsort((chosen.mention, -chosen.theme_score))
        heard = reading.by_ids(self.store, chosen.ids(order[: max(_QUOTED_FROM, 6 * most)]), bare=True)
        return distinct(sorted(heard, key=_is_short), most)

    def chart(self, mark: str, key: str, beside: str | None = None) -> Chart:
        """How the rows may be drawn, under a short title: what stands in the headline beside it is in the subtitle."""
        question = self.question
        title = self.words.say(f"titles.{question.kind.value}", scope=self.words.scope(question))
        return Chart(mark, key, title, beside)

    # --- the frame --------------------------------------------------------------------------------------------------

    def answered(
        self,
        headline: str,
        rows: Sequence[Row] = (),
        *,
        counted: Filters | None = None,
        whole: Filters | None = None,
        notes: Sequence[str] = (),
        **more: Any,
    ) -> Answer:
        """An answer with what belongs to every one: what was counted of what, how sure, how fresh, what to ask next."""
        basis: dict[str, Any] = {}
        if counted is not None:
            chosen = self.select(counted)
            basis["counted"] = self.figure(counted)
            basis["denominator"] = self.figure(whole) if whole is not None and whole != counted else None
            asked_for = chosen.where(chosen.solicited).counts()
            if asked_for.feedback:
                basis["solicited"] = self.of(asked_for, replace(counted, solicited=True))
            basis["unknown_share"] = {task: chosen.unsure(task) for task in _UNSURE}
        return Answer(
            Status.ANSWERED,
            self.question,
            headline,
            rows=tuple(rows),
            freshness=self.freshness,
            notes=(*self.readings(), *notes, *self.troubles()),
            next_questions=suggestions.after(self, rows),
            **{**basis, **more},
        )

    def unanswered(self, status: Status, headline: str, notes: Sequence[str] = (), **more: Any) -> Answer:
        """An answer without figures, or with few."""
        nexts = more.pop("next_questions", None) or suggestions.after(self, ())
        told = (*self.readings(), *notes, *(self.troubles() if "freshness" in more else ()))
        return Answer(status, self.question, headline, notes=told, next_questions=tuple(nexts), **more)

    def nothing(self, filters: Filters, what: str | None = None) -> Answer:
        """Nothing was found: says so, and where the nearest is."""
        if not reading.freshness(self.store):
            return self.unanswered(Status.NO_DATA, self.words.say("empty"))
        always = replace(filters, since=None, until=None)
        anytime = self.select(always)
        question, words = self.question, self.words
        elsewhere = words.say("nothing_at_all")
        if question.window and len(anytime):
            count = words.number(anytime.counts().feedback)
            elsewhere = words.say("elsewhere", count=count, day=words.date(self._nearest(anytime, question.window)))
        key = what or question.sentiment or "any"
        headline = words.say(
            f"no_data.{key if key in ('negative', 'positive') else 'any'}",
            scope=words.scope(question),
            window=words.window(question.window) if question.window else words.say("that_time"),
            elsewhere=elsewhere,
        )
        more = (self.cell("all_time", self.figure(always)),) if len(anytime) else ()
        return self.unanswered(Status.NO_DATA, headline, suggestions.instead(self), freshness=self.freshness, more=more)

    def clarify(self, what: str) -> Answer:
        """One question back, with choices: ``what`` is not clear."""
        said = self.question.unread_time
        words = self.words.listed([f"“{one}”" for one in said]) if said else ""
        key = "headline.contradiction" if what == "feeling" else f"clarify.{what}"
        headline = self.words.say(key, words=words)
        return self.unanswered(Status.CLARIFY, headline, choices=suggestions.choices(self))

    def _nearest(self, chosen: Facts, window: Window) -> date:
        days = chosen.days(self.question.zone)
        first, last = window.first.toordinal(), window.last.toordinal()
        distance = np.maximum(first - days, days - last)
        return date.fromordinal(int(days[int(np.argmin(distance))]))

    @cached_property
    def first_said(self) -> datetime | None:
        """When the oldest feedback was said."""
        return listing.first_said(self.store)

    @cached_property
    def freshness(self) -> Mapping[str, datetime]:
        """When the sources used were last read."""
        every = reading.freshness(self.store)
        return {name: at for name, at in every.items() if not self.scope.source or name in self.scope.source}

    def troubles(self) -> list[str]:
        """What has to be said of sources that could not be read to their end."""
        return freshness.troubles(self.store, self.words, self.scope.source)

    def readings(self) -> list[str]:
        """What has to be said of how the question was read."""
        question, words = self.question, self.words
        notes = []
        if len(question.text) >= LONGEST:
            notes.append(words.say("headline.too_long", count=words.number(LONGEST)))
        if question.inherit and question.changed and not question.clarify:
            changes = self._changes()
            notes += [words.say("as_before", changes=changes)] if changes else []
        if question.read_as:
            arrow = "←" if words.right_to_left else "→"
            pairs = [f"“{said}” {arrow} “{meant}”" for said, meant in question.read_as.items()]
            notes.append(words.say("read_as", words=words.listed(pairs)))
        if question.theme and self.topic is not None and not self._called_so(question.theme):
            notes.append(self.read_topic(question.theme, self.topic))
        if question.left:
            notes.append(words.say("left", words=words.listed([f"“{word}”" for word in question.left])))
        return notes + suggestions.spelling(self)

    def _called_so(self, topic: str) -> bool:
        """Whether a topic was read as the one theme of that name: nothing has to be said of that."""
        ids = self.topic.themes if self.topic else ()
        return len(ids) == 1 and topic in self.themes[ids[0]].names.values()

    def _changes(self) -> str:
        """What a follow-up changed, in words."""
        question, words = self.question, self.words
        named = [words.changed(name, question) for name in question.changed]
        return words.listed([one for one in named if one])

    def read_topic(self, said: str, topic: Resolved) -> str:
        """How a topic was read: as themes, or as words looked for."""
        words = self.words
        if topic.themes:
            titles = [f"“{self.themes[id_].name(words.language)}”" for id_ in topic.themes]
            return words.say("topic_themes", topic=f"“{said}”", themes=words.listed(titles))
        if topic.touchpoint:
            named = [self.question.taxonomy.name("touchpoint", one, words.language) for one in topic.touchpoint]
            return words.say("topic_touchpoint", topic=f"“{said}”", touchpoint=words.listed(named))
        return words.say("topic_words", topic=f"“{said}”")

    def owner(self, values: Sequence[str]) -> str | None:
        """Who answers for a stage or touchpoint, as the settings say."""
        return next((self.asker.owners[value] for value in values if value in self.asker.owners), None)

    def remember(self) -> None:
        """Keep the queries behind the figures, so that they can be run again."""
        reading.remember(self.store, self.sheet.asked, self.at)


def _of_them(filters: Filters, feelings: tuple[str, ...]) -> Filters:
    """Filters for those of these feelings that they let through: positive remarks among negative ones are none."""
    among = tuple(one for one in feelings if not filters.sentiment or one in filters.sentiment)
    return replace(filters, sentiment=among or _NO_FEELING)


def _is_short(mention: Heard) -> bool:
    """Two words may come nearest to a theme, but a whole sentence tells more as a quote."""
    return len(mention.text.split()) < _TELLING_WORDS
