"""Counts of what is said by up to three dimensions and a step of time: exact, and each of them can be run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo

from connectors.errors import ConfigError
from mining.filters import Filters
from mining.reading import Counts, Query
from mining.store import Store

GRAINS = ("day", "week", "month", "quarter", "year")
DIMENSIONS = (
    "stage", "touchpoint", "intent", "sentiment", "effort", "theme",
    "channel", "source", "language", "product", "competitor", "platform",
)  # fmt: skip
"""What may be grouped by; ``segment.KEY`` too."""
MOST_DIMENSIONS = 3


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What is to be counted: customers' mentions that ``filters`` select, by ``by`` and by ``grain`` of local time.

    ``limit`` rows are given, those with the most feedback, or of the latest periods where there is a grain.
    ``week_start`` is 0 (Monday) to 6 (Sunday).
    """

    filters: Filters = field(default_factory=Filters)
    by: tuple[str, ...] = ()
    grain: str | None = None
    zone: tzinfo = UTC
    week_start: int = 0
    limit: int = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """A count behind a measure, and the selection that gives it again."""

    value: int
    query: Query

    @property
    def id(self) -> str:
        """The id of the query, as answers carry it."""
        return self.query.id


@dataclass(frozen=True, slots=True)
class Group:
    """What is said in one group. ``values`` maps each dimension to its value, None where there is none.

    ``period`` and ``until`` are the first local day of the period and that behind its last; None without a grain.
    ``share`` is the group's feedback of all that is selected. ``net`` is positive less negative mentions, of all
    mentions: -1 to 1. ``mean_rating`` is in stars of five, of the ``rated`` feedback; None where none is.
    """

    values: Mapping[str, str | None]
    period: date | None
    until: date | None
    counts: Counts
    query: Query
    share: float
    positive: Part
    negative: Part
    net: float | None
    rated: Part
    mean_rating: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, how many there are in all (``limit`` may leave some out), and the same measures of the whole selection."""

    groups: tuple[Group, ...]
    count: int
    whole: Group


def aggregate(store: Store, asked: Aggregate) -> Table:
    """Count by groups.

    Raises:
        ConfigError: an unknown dimension or grain, more than three dimensions, one of them twice, or filters for other
            speakers than customers.
    """
    raise ConfigError("nothing is counted yet", hint="the next commit counts")
