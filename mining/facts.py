"""Counting and grouping over all that customers ever said, in a blink: the columns that answers are counted from.

SQL is the truth. :mod:`mining.facts_made` makes of it, day by day, what counting needs;
:mod:`mining.facts_marks` is told of every change, so :func:`select` gives what :func:`mining.filters.where` selects
at this moment. Counts are exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from connectors.errors import ConfigError
from mining import facts_held, pain
from mining.facts_frame import Frame, begins
from mining.facts_groups import group_of
from mining.facts_made import CHURNING, CODED, KNOWN, SOLICITED, TASKS, UNSURE, Array
from mining.facts_marks import day_of
from mining.facts_masks import among, mask_of, saying
from mining.filters import Filters
from mining.pain import Heed, Score
from mining.reading import Counts

if TYPE_CHECKING:
    from mining.store import Store


@dataclass(frozen=True, eq=False)
class Facts:
    """Some mentions of customers. Every column is an array of as many numbers, by day and then by id."""

    store: Store
    frame: Frame
    rows: Array | slice

    def __len__(self) -> int:
        rows = self.rows
        return rows.stop - rows.start if isinstance(rows, slice) else len(rows)

    def _column(self, name: str) -> Array:
        column: Array = self.frame.column(name)[self.rows]
        return column

    @property
    def said_at(self) -> Array:
        """Microseconds from 1970-01-01 on, UTC."""
        return self._column("said_at")

    @property
    def mention(self) -> Array:
        """64 bits that stand for the mention."""
        return self._column("mention")

    @property
    def feedback(self) -> Array:
        """64 bits that stand for the feedback; mentions of one feedback stand together."""
        return self._column("feedback")

    @property
    def author(self) -> Array:
        """64 bits that stand for the author, 0 where nobody knows."""
        return self._column("author")

    @property
    def first(self) -> Array:
        """64 bits that stand for the first feedback that says the same."""
        return self._column("first")

    @property
    def rating(self) -> Array:
        """0 to 1, NaN where there is none."""
        return self._column("rating")

    @property
    def theme_score(self) -> Array:
        """How sure it is that the mention belongs to its theme."""
        return self._column("theme_score")

    @property
    def solicited(self) -> Array:
        """Whether it was asked for."""
        return self._flag(SOLICITED)

    @property
    def known(self) -> Array:
        """Whether it was looked at for a theme."""
        return self._flag(KNOWN)

    @property
    def churning(self) -> Array:
        """Whether some mention of the same feedback tells of leaving."""
        return self._flag(CHURNING)

    def _flag(self, flag: int) -> Array:
        told: Array = (self._column("flags") & np.uint16(flag)) != 0
        return told

    # --- counting ---------------------------------------------------------------------------------------------------

    def counts(self) -> Counts:
        """Feedback, mentions, authors and unique feedback, as :func:`mining.reading.counts` counts them."""
        said = self._column("feedback_number")
        heads = np.flatnonzero(begins(said))
        authors, firsts = (self._column(f"{name}_number")[heads] for name in ("author", "first"))
        return Counts(len(heads), len(said), _distinct(authors[authors != 0]), _distinct(firsts))

    def unsure(self, task: str) -> float:
        """Share of the mentions with a label of a task whose label scored below 0.5; 0 where there are none."""
        labelled = int(np.count_nonzero(self.column(task)))
        return int(np.count_nonzero(self._flag(UNSURE[task]))) / labelled if labelled else 0.0

    # --- narrowing and grouping -------------------------------------------------------------------------------------

    def where(self, mask: Array) -> Facts:
        """Those rows for which the mask holds, or whose places are given in order."""
        places = np.flatnonzero(mask) if mask.dtype == bool else mask
        if isinstance(self.rows, slice):
            return Facts(self.store, self.frame, places + self.rows.start)
        return Facts(self.store, self.frame, self.rows[places])

    def narrowed(self, filters: Filters) -> Facts:
        """Those that filters select: all that is asked of one selection is of one state of the database.

        Raises:
            ConfigError: the filters are not for customers' words alone.
        """
        if filters.speaker != "customer":
            raise ConfigError("only customers' words are counted", hint="filters without another speaker")
        mask = mask_of(self, filters)
        chosen = self if mask is None else self.where(mask)
        return chosen.where(saying(chosen, filters.phrase)) if filters.phrase else chosen

    def among(self, dimension: str, values: Iterable[str]) -> Array:
        """A mask: True where a column holds one of some values."""
        return among(self, dimension, values)

    def first_of_each(self) -> Facts:
        """The first mention of each feedback: ratings, channels and segments are the feedback's."""
        return self.where(begins(self._column("feedback_number")))

    def by(self, dimension: str) -> dict[str | None, Facts]:
        """The rows of each value, by value, None last: a task, theme, channel, source, language, ``segment.KEY``.

        ``product``, ``competitor`` and ``platform`` go by the names that mentions hold, and by what the feedback is
        about, as filters do: a row may be in several groups.

        Raises:
            ConfigError: an unknown dimension.
        """
        return {value: self.where(places) for value, places in group_of(self, dimension)}

    def column(self, dimension: str) -> Array:
        """The codes of a dimension, 0 where there is none; :meth:`value_of` tells what they stand for."""
        if dimension not in CODED:
            raise ConfigError(f"cannot count by {dimension!r}", hint=f"known: {', '.join(CODED)}")
        return self._column(dimension)

    def value_of(self, code: int) -> str | None:
        """What a code stands for, None for 0; segments and names are JSON."""
        word = self.frame.codes.word(int(code))
        return word[1] if word else None

    def days(self, zone: tzinfo) -> Array:
        """The local day of each row, as :meth:`datetime.date.toordinal` counts."""
        days: Array = self.frame.days(zone)[self.rows]
        return days

    # --- back to the texts ------------------------------------------------------------------------------------------

    def ids(self, places: Array | Sequence[int] | None = None) -> list[str]:
        """The ids of the mentions in some places of the selection, or of all; what changed meanwhile is left out."""
        rows = np.arange(len(self.frame))[self.rows]
        rows = rows if places is None else rows[np.asarray(places, np.intp)]
        day_of_row = np.searchsorted(self.frame.starts, rows, side="right") - 1
        chunks = [self.frame.chunks[day] for day in np.unique(day_of_row)]
        held = facts_held.ids(self.store, chunks)
        found = []
        for row, day in zip(rows.tolist(), day_of_row.tolist(), strict=True):
            if of_day := held.get(self.frame.chunks[day].day):
                found.append(of_day[row - int(self.frame.starts[day])])
        return found


def _distinct(numbers: Array) -> int:
    if not len(numbers):
        return 0
    there = np.zeros(int(numbers.max()) + 1, bool)
    there[numbers] = True
    return int(np.count_nonzero(there))


def select(store: Store, filters: Filters) -> Facts:
    """The mentions of customers that filters select.

    Raises:
        ConfigError: the filters are not for customers' words alone.
    """
    return on_days(store, *days_of(filters)).narrowed(filters)


def days_of(filters: Filters) -> tuple[int | None, int | None]:
    """The first and last day, counted in UTC, that filters may select from; None where there is no end."""
    return day_of(filters.since) if filters.since else None, day_of(filters.until) if filters.until else None


def on_days(store: Store, first: int | None, last: int | None) -> Facts:
    """All mentions of customers from one day to another, as they are now: :meth:`Facts.narrowed` selects from them."""
    return Facts(store, *facts_held.frame(store, first, last))


class Scored(NamedTuple):
    """A theme of a selection, None for what has none: its score, its counts and its mentions."""

    theme: str | None
    score: Score
    counts: Counts
    facts: Facts


def scored(facts: Facts, side: str, before: Facts | None = None, known: Collection[str] | None = None) -> list[Scored]:
    """The themes of a selection, ranked as :func:`mining.themes.listing.grouped` ranks them, the largest pain first.

    ``before`` are the mentions of the time before, None where there is no growth to be told. Themes that are not among
    the ``known`` ones, where these are given, count as none.
    """
    from mining.facts_scored import heeds

    made = []
    for theme, heed, places in heeds(facts, before, known):
        counts = Counts(heed.feedback, heed.mentions, heed.authors, heed.unique)
        made.append(Scored(theme, pain.score(heed, side), counts, facts.where(places)))
    return sorted(made, key=lambda one: (*one.score.rank, one.theme or ""))


__all__ = ["TASKS", "Facts", "Heed", "Scored", "scored", "select"]
