"""One look through a whole file before it is read, for what no single row can tell.

Whether 05/08 is in May or in August, and whether a 5 is the best or the middle, is decided by all values of a column.
A first look costs about a quarter of the time; deciding by the first rows would go wrong wherever rows are sorted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors.errors import ConfigError
from connectors.tabular import dates, ratings
from connectors.tabular.events import Event, Remark, Row
from connectors.tabular.guess import known
from connectors.tabular.header import Known, normal
from connectors.tabular.layout import Layout
from connectors.tabular.mapping import Spec
from connectors.tabular.plan import Plan, Settings, columns_of, draft, first_notes
from connectors.tabular.readers import read

_SAMPLE = 1000
# ... and of so many characters: a thousand rows of a megabyte each need not lie in memory at once.
_SAMPLE_SIZE = 10_000_000
# A column with more different numbers than this is no rating.
_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Survey:
    """What was learnt: a plan per section, the number of records, and sentences for the user."""

    plans: Mapping[int, Plan]
    records: int
    notes: tuple[str, ...]

    @property
    def problem(self) -> ConfigError | None:
        """Why the file cannot be read at all, where no section can."""
        problems = [plan.problem for plan in self.plans.values()]
        return problems[0] if problems and all(problems) else None


def rows(path: Path, layout: Layout, settings: Settings) -> Iterator[Event]:
    """The file's events; the user's own column names help to recognise its header."""
    specs = settings.mapping
    told = {normal(name) for spec in specs.values() if not spec.startswith("=") for name in (spec, *spec.split("|"))}
    words = {normal(specs["text"])} if specs.get("text") else set()
    return read(path, layout, Known(known().names | (told - {""}), known().words | words))


def survey(events: Iterable[Event], settings: Settings) -> Survey:
    """Look through a file once."""
    sections: dict[int, _Section] = {}
    notes: list[str] = []
    records = 0
    for event in events:
        if isinstance(event, Remark):
            notes.append(event.sentence)
            continue
        records += 1
        if isinstance(event, Row):
            sections.setdefault(event.section, _Section(settings)).add(event.fields)
    plans = {number: section.plan() for number, section in sections.items()}
    return Survey(plans, records, tuple(dict.fromkeys([*notes, *(n for s in sections.values() for n in s.notes)])))


@dataclass(slots=True)
class _Section:
    """The rows under one header: a sample to guess by, then tallies of two columns."""

    settings: Settings
    notes: list[str] = field(default_factory=list)
    _sample: list[Mapping[str, object]] = field(default_factory=list)
    _size: int = 0
    _draft: Plan | None = None
    _votes: Counter[bool] = field(default_factory=Counter)
    _ambiguous: bool = False
    _marks: Counter[float] = field(default_factory=Counter)

    def add(self, fields: Mapping[str, object]) -> None:
        if self._draft is not None:
            self._tally(self._draft, fields)
            return
        self._sample.append(fields)
        self._size += sum(len(value) for value in fields.values() if isinstance(value, str))
        if len(self._sample) >= _SAMPLE or self._size >= _SAMPLE_SIZE:
            self._begin()

    def plan(self) -> Plan:
        if self._draft is None:
            self._begin()
        assert self._draft is not None  # noqa: S101 -- _begin has just set it
        if self._draft.problem:
            return self._draft
        return replace(self._draft, reading=self._reading(self._draft), scale=self._scale(self._draft))

    def _begin(self) -> None:
        columns = columns_of(self._sample)
        try:
            self._draft = draft(columns, self.settings)
        except ConfigError as error:
            self._draft = Plan(tuple(columns), {}, problem=error)
            return
        self.notes.extend(first_notes(self._draft, self.settings))
        for fields in self._sample:
            self._tally(self._draft, fields)
        self._sample.clear()

    def _tally(self, plan: Plan, fields: Mapping[str, object]) -> None:
        said_at, rating = plan.mapped.get("said_at"), plan.mapped.get("rating")
        if said_at:
            self._vote(said_at, fields)
        if rating and len(self._marks) <= _VALUES:
            self._mark(rating, fields)

    def _vote(self, spec: Spec, fields: Mapping[str, object]) -> None:
        value = spec.value(fields)
        if isinstance(value, str) and (vote := dates.vote(value)) is not None:
            self._votes[vote] += 1
        elif isinstance(value, str) and not self._ambiguous:
            self._ambiguous = dates.is_ambiguous(value)

    def _mark(self, spec: Spec, fields: Mapping[str, object]) -> None:
        try:
            found = ratings.score(spec.value(fields))
        except ValueError:
            return
        if found and found.high is None:
            self._marks[found.value] += 1

    def _reading(self, plan: Plan) -> dates.Reading:
        decided = dates.order_of(self._votes)
        day_first = self.settings.day_first if decided is None else decided
        if self._ambiguous and not self.settings.date_format:
            self.notes.append(
                _order_note(
                    plan.mapped["said_at"], day_first, decided is None, not (self._votes[True] and self._votes[False])
                )
            )
        return dates.Reading(self.settings.zone, day_first, self.settings.date_format)

    def _scale(self, plan: Plan) -> ratings.Scale | None:
        if not self._marks:
            return self._told() or plan.shape.scale
        scale = self._told() or plan.shape.scale
        if scale is None:
            scale = ratings.guess_scale(self._marks) if len(self._marks) <= _VALUES else None
            self.notes.append(_scale_note(plan.mapped["rating"], scale))
        return scale

    def _told(self) -> ratings.Scale | None:
        high = self.settings.rating_max
        return ratings.scale_up_to(high, min(self._marks, default=1.0)) if high is not None else None


def _order_note(column: Spec, day_first: bool, assumed: bool, one_way: bool) -> str:
    order = "day first" if day_first else "month first"
    if assumed:
        return f"no date in {column} tells the day from the month; read {order}; override with date_format"
    mixed = "" if one_way else ", though some are written the other way round"
    return f"dates in {column} are read {order}, as its other dates show{mixed}"


def _scale_note(column: Spec, scale: ratings.Scale | None) -> str:
    if scale is None:
        return f"no usual scale fits the ratings in {column}; set rating_max"
    return f"rating scale guessed: {column} is read as {scale}; override with rating_max"
