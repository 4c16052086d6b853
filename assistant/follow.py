"""A follow-up and the question before it, as one question that stands alone: "just Android", "#2", "and last month?".

A condition that is named takes the place of the same condition and leaves the others. What the follow-up asks for
("the evidence", "as a trend", "why?") makes another kind of question of it, under the same conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from assistant import periods, turned
from assistant.carried import CONDITIONS, NO_KIND, named, narrowed, row_name, says_nothing, taken
from assistant.meaning import LISTED, TIMED, Compare, Kind, Question
from assistant.turned import FIELDS, RANKINGS, as_kind, before, selecting
from mining.filters import Filters

# Never part of what is talked about: they are answered by themselves.
_APART = frozenset({Kind.CHITCHAT, Kind.OUT_OF_SCOPE, Kind.UNANSWERABLE})
_DONE = frozenset({Kind.ACTION, Kind.SUBSCRIBE})
# A bare topic takes the place of the topic, however that one was said.
_TOPIC = ("touchpoint", "theme", "phrase")
_GRAINS = frozenset({"day", "week", "month", "quarter", "year"})
_CAN_GO_ON = LISTED | {Kind.DRILLDOWN, Kind.COMPARE}
# What can be said of an answer without saying what it is about.
_PARTS = frozenset({"kind", "n", "sentiment", "metric", "group_by", "grain"})


def merged(previous: Question | None, shown: Sequence[str], new: Question, listed: Question | None = None) -> Question:
    """The previous question with what the new one changes; a new question that follows nothing comes back as it is.

    ``shown`` are the ids of the rows that a rank may name, from the first on (see :func:`assistant.carried.narrowed`).
    ``listed`` is the question whose answer showed them, where that is not the previous one.

    ``clarify`` of the result is ("previous",) where there is nothing to follow, ("rank",) where no such row was shown.
    """
    if new.kind in _APART:
        return new
    if previous is None:
        return replace(new, clarify=("previous",)) if new.inherit else new
    if not _follows(previous, new):
        return new
    return _Talk(previous, tuple(shown), listed or previous, new, named(new)).merged()


def _follows(previous: Question, new: Question) -> bool:
    said = named(new)
    if new.inherit or (new.kind is Kind.AMBIGUOUS and said):
        return True
    if new.left or not _PARTS.issuperset(said):
        return False
    # "Shipping" was asked back for what is wanted of it, and this says no more than that.
    if previous.kind is Kind.AMBIGUOUS and new.kind in TIMED - {Kind.AMBIGUOUS}:
        return True
    # Quotes of nothing, a share of everything: nobody means that who has just asked about something.
    return new.kind is Kind.QUOTES or (new.kind is Kind.SHARE and new.metric == "share")


@dataclass(frozen=True, slots=True)
class _Talk:
    """What was said before and what is said now; ``names`` are the conditions and wishes that are said now."""

    previous: Question
    shown: tuple[str, ...]
    listed: Question
    new: Question
    names: tuple[str, ...]

    def merged(self) -> Question:
        """All steps, in an order that counts: a row is one of the list before; conditions are of what is wanted."""
        new = self.new
        question = replace(
            self.previous, text=new.text, language=new.language, zone=new.zone, taxonomy=new.taxonomy, left=new.left,
            read_as=new.read_as, unread_time=new.unread_time, inherit=True, changed=self.names,
            offset=0 if self.names else self.previous.offset,
        )  # fmt: skip
        if new.rank is not None:
            row = self._row(question, new.rank)
            if row is None:
                return replace(question, rank=new.rank, clarify=("rank",))
            question = row
        elif self._looks_elsewhere():
            question = self._back_in_the_list(question)
        question = self._emptied(self._of_kind(self._one_side(question)))
        for name in self.names:
            if name in CONDITIONS or name == "language":
                question = _conditioned(question, new, name)
        if "intent" in self.names and "sentiment" not in self.names:
            question = turned.agreeing(question)
        question = self._told(self._wanting(question))
        question = turned.settled(question) if "intent" in self.names else question
        unclear = [what for what in new.clarify if what != "kind"]
        clarify = tuple(dict.fromkeys((*question.clarify, *unclear)))
        return replace(question, clarify=clarify, changed=self._became(question))

    def _became(self, question: Question) -> tuple[str, ...]:
        """What is another in the end: a wish and a feeling may have made another kind of question of it."""
        another = question.kind is not self.previous.kind and self.new.rank is None
        gone = {"kind", "want"} | ({"sentiment"} if another and question.kind in RANKINGS.values() else set())
        gone |= set() if question.scope.intent else {"intent"}
        said = tuple(name for name in self.names if name not in gone)
        if another:
            return ("kind", *said)
        return (*said, "want") if question.want and "want" in self.names else said

    # --- rows -------------------------------------------------------------------------------------------------------

    def _row(self, question: Question, rank: int) -> Question | None:
        """The question about one row of the list, None where no such row was shown."""
        id_ = self._id(rank)
        chosen = narrowed(turned.uncompared(self._released(question)), id_) if id_ else None
        return chosen and replace(
            chosen, kind=Kind.DRILLDOWN, rank=rank, want=self._of_row(), n=None, group_by=(), grain=None, compare=None,
            premise=None, clarify=(),
        )  # fmt: skip

    def _of_row(self) -> str | None:
        """What is wanted of a row; "more about #2" is the row itself."""
        return None if self.new.want in ("more", "reset") else self.new.want

    def _id(self, rank: int) -> str | None:
        place = rank - 1 if rank > 0 else rank
        return self.shown[place] if rank and -len(self.shown) <= place < len(self.shown) else None

    def _released(self, question: Question) -> Question:
        """Without the condition that was set by the row looked into before."""
        id_ = self._id(question.rank) if question.rank is not None else None
        name = row_name(id_) if id_ else None
        question = replace(question, rank=None)
        return taken(question, self.listed, name) if name and self.listed is not self.previous else question

    def _looks_elsewhere(self) -> bool:
        """Whether a row was looked into, and something is said that cannot be about this row."""
        if self.previous.rank is None:
            return False
        topic = self.new.kind is Kind.AMBIGUOUS and any(name in self.names for name in _TOPIC)
        return topic or "theme" in self.names or self.new.want == "reset"

    def _back_in_the_list(self, question: Question) -> Question:
        """The list that the row was one of, under the conditions of now."""
        was = self.listed
        return replace(
            self._released(question), kind=was.kind, n=was.n, group_by=was.group_by, metric=was.metric, want=None,
            grain=was.grain, compare=was.compare, premise=was.premise, clarify=was.clarify,
        )  # fmt: skip

    # --- kind, conditions, wish -------------------------------------------------------------------------------------

    def _emptied(self, question: Question) -> Question:
        """Without the conditions that go: the topic for another one, or all where nothing is to be left out."""
        new, names = self.new, self.names
        if new.want == "reset":
            said = [name for name in names if name in CONDITIONS]
            if said and all(says_nothing(new, name) for name in said):
                return question  # "all stages": these alone
            feeling = question.sentiment if question.kind in (*RANKINGS.values(), Kind.COMPARE) else None
            return replace(question, scope=Filters(), theme=None, theme_name=None, sentiment=feeling, want=None)
        if new.kind is Kind.AMBIGUOUS and any(name in names for name in _TOPIC):
            return replace(selecting(question, touchpoint=(), theme=(), phrase=None), theme=None, theme_name=None)
        return question

    def _one_side(self, question: Question) -> Question:
        """One side of a comparison is looked into like a row of it."""
        compare = question.compare
        said = {FIELDS.get(name, name) for name in self.names if name != "time"}
        if not compare or FIELDS.get(compare.dim, compare.dim) not in said:
            return question
        question = replace(question, compare=None)
        looked_into = question.kind is Kind.COMPARE
        return replace(question, kind=Kind.DRILLDOWN, n=None, metric=None) if looked_into else question

    def _of_kind(self, question: Question) -> Question:
        new = self.new
        if new.kind in NO_KIND:
            return question if new.want in turned.WANTS else as_kind(question, self._asked_by_parts(question))
        if new.kind not in _DONE:
            return as_kind(question, new.kind)
        named = question.window is not None and not question.window.default
        window = question.window if named or new.kind is Kind.ACTION else None
        question = replace(question, kind=new.kind, want=None, clarify=(), window=window)
        return replace(question, action=new.action, schedule=new.schedule)

    def _asked_by_parts(self, question: Question) -> Kind:
        """The kind that a part of the new question asks for, where it names none: "by week", "beside iOS"."""
        kind, new, names = question.kind, self.new, self.names
        if "compare" in names and new.compare:
            return Kind.COMPARE
        if "grain" in names and new.grain:
            return Kind.TREND
        if "group_by" in names and new.group_by and kind not in (*turned.GROUPED, Kind.COMPARE):
            kind = Kind.COUNT
        if "metric" in names and new.metric and kind in (Kind.COUNT, Kind.SHARE):
            return Kind.SHARE if new.metric.endswith("share") else Kind.COUNT
        return kind

    def _told(self, question: Question) -> Question:
        """With all that is said of what is wanted: time, feeling, number, measure."""
        for name, step in _STEPS.items():
            if name in self.names:
                question = step(question, self.new)
        id_ = self._id(question.rank) if question.rank is not None and self.new.rank is None else None
        # Another value of what the row stood for: it is that row no more.
        return replace(question, rank=None) if id_ and row_name(id_) in self.names else question

    def _wanting(self, question: Question) -> Question:
        want = self.new.want
        if want in (None, "reset") or self.new.rank is not None or self.new.kind not in NO_KIND:
            return question
        if want == "more" and question.kind in _CAN_GO_ON:
            return replace(question, offset=self.previous.offset + self.previous.lines)
        rows = tuple(filter(None, self.shown))
        themes = rows if all(row_name(id_) == "theme" for id_ in rows) else ()
        return turned.wanted(question, "quotes" if want == "more" else want, themes)


def _conditioned(question: Question, new: Question, name: str) -> Question:
    """With a condition of the new question; one group is no grouping."""
    question = taken(question, new, name)
    if question.kind is Kind.JOURNEY_OVERVIEW or says_nothing(new, name):
        return question
    field = FIELDS.get(name, name)
    return replace(question, group_by=tuple(one for one in question.group_by if FIELDS.get(one, one) != field))


def _felt(question: Question, new: Question) -> Question:
    if new.kind in RANKINGS.values():
        return question  # the kind says it
    return turned.felt(question, new.sentiment)


def _at(question: Question, new: Question) -> Question:
    """At another time: compared and explained with the period before that."""
    window = new.window
    if window is None:
        return question
    if question.compare and question.compare.windows:
        return replace(question, compare=Compare("time", windows=(window, before(window))))
    if question.kind is Kind.WHY_CHANGE:
        return replace(question, window=window, baseline=before(window))
    # A grain that was said stays.
    by_itself = question.window is None or question.grain == periods.grain(question.window)
    if question.kind is Kind.TREND and by_itself:
        return replace(question, window=window, grain=periods.grain(window))
    return replace(question, window=window)


def _compared(question: Question, new: Question) -> Question:
    """Beside what was asked about, or, where two are named, beside each other."""
    wanted, had = new.compare, question.compare
    if question.kind is not Kind.COMPARE or wanted is None:
        return question
    if had and had.dim != wanted.dim:
        question, had = replace(turned.uncompared(question), group_by=()), None
    if wanted.windows:
        windows = had.windows if had else (question.window,) if question.window else ()
        both = wanted.windows if len(wanted.windows) > 1 else tuple(dict.fromkeys((*windows, *wanted.windows)))
        return replace(question, compare=Compare("time", windows=both), window=None)
    field = FIELDS.get(wanted.dim)
    values = had.values if had else getattr(question.scope, field) if field else ()
    beside = wanted.values if len(wanted.values) > 1 else tuple(dict.fromkeys((*values, *wanted.values)))
    question = selecting(question, **{field: ()}) if field else question
    return replace(question, compare=Compare(wanted.dim, beside))


def _grouped(question: Question, new: Question) -> Question:
    """Split by something; what is split by is no condition any more."""
    if question.kind not in (*turned.GROUPED, Kind.COMPARE):
        return question
    grains = [one for one in new.group_by if one in _GRAINS]
    groups = new.group_by
    if question.kind is Kind.TREND and grains:
        question = replace(question, grain=grains[0])
        groups = tuple(one for one in groups if one not in _GRAINS) or question.group_by
    one_value = [FIELDS[one] for one in groups if one in FIELDS and len(getattr(question.scope, FIELDS[one])) == 1]
    return replace(selecting(question, **dict.fromkeys(one_value, ())), group_by=groups)


def _where(question: Question, new: Question, name: str, kinds: Collection[Kind]) -> Question:
    """With what the new question says, where the kind takes it."""
    return taken(question, new, name) if question.kind in kinds else question


# In this order: a time may change the grain.
_STEPS: Mapping[str, Callable[[Question, Question], Question]] = {
    "sentiment": _felt,
    "time": _at,
    "compare": _compared,
    "group_by": _grouped,
    "grain": partial(_where, name="grain", kinds={Kind.TREND}),
    "metric": partial(taken, name="metric"),
    "n": partial(taken, name="n"),
    "baseline": partial(_where, name="baseline", kinds={Kind.WHY_CHANGE}),
    "premise": partial(_where, name="premise", kinds={Kind.WHY_CHANGE}),
}
