"""How the rows of one file are to be read: which column means what, in which date order, on which rating scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from connectors.errors import ConfigError
from connectors.record import Channel
from connectors.tabular import guess
from connectors.tabular.cells import leaves
from connectors.tabular.dates import Reading
from connectors.tabular.guess import Shape
from connectors.tabular.header import listed
from connectors.tabular.mapping import Mapped, Spec, bind
from connectors.tabular.ratings import Scale

# What people look for first in the sentence about the mapping.
_FIRST = ("text", "title", "said_at", "rating", "author", "native_id")
# Where 05/08/2026 is the eighth of May.
_MONTH_FIRST_ZONES = frozenset(
    f"America/{city}"
    for city in ("New_York", "Detroit", "Chicago", "Denver", "Boise", "Phoenix", "Los_Angeles", "Anchorage", "Juneau")
) | {"Pacific/Honolulu"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user said about a source of files; ``mapping`` is target: spec, flat, with full target names.

    ``escaped`` is whether Reddit's records are as it sends them unless asked otherwise, with ``&amp;`` for ``&``.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    channel: Channel | None = None
    zone: tzinfo = UTC
    day_first: bool = True
    said_at: datetime | None = None
    language: str | None = None
    product: str | None = None
    solicited: bool | None = None
    rating_max: float | None = None
    date_format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    max_text: int = 1_000_000
    keep_duplicates: bool = False
    escaped: bool = True


def day_first(zone: str, language: str | None) -> bool:
    """The order of day and month where no date of a column tells: day first, except in the United States."""
    american = (language or "").lower().replace("_", "-") == "en-us"
    return not american and zone not in _MONTH_FIRST_ZONES and not zone.startswith("US/")


@dataclass(frozen=True, slots=True)
class Plan:
    """How rows with these columns are read; a ``problem`` says why they cannot be."""

    columns: tuple[str, ...]
    mapped: Mapped
    shape: Shape = field(default_factory=Shape)
    reading: Reading = field(default_factory=Reading)
    scale: Scale | None = None
    problem: ConfigError | None = None

    @property
    def has_ids(self) -> bool:
        """Whether rows bring their own ids."""
        return "native_id" in self.mapped or self.shape.name == "Reddit"


def columns_of(sample: Sequence[Mapping[str, object]]) -> guess.Columns:
    """The columns of a sample of rows, paths into objects included, with their cells."""
    return guess.sample_cells([leaves(fields) for fields in sample])


def draft(columns: guess.Columns, settings: Settings) -> Plan:
    """Bind what the user mapped and guess the rest; date order and rating scale are not decided yet.

    Raises:
        ConfigError: a mapped column is not there, or neither words nor a rating were found.
    """
    told: dict[str, Spec] = {}
    off = []
    for target, spec in settings.mapping.items():
        bound = bind(target, spec, list(columns))
        if bound:
            told[target] = bound
        else:
            off.append(target)
    shape = guess.shape_of(columns)
    mapped = told | guess.guess(columns, shape, told, off)
    if not {"text", "title", "rating", "deleted"} & set(mapped):
        hint = f"map one, for example --map text=COLUMN; columns: {listed(list(columns))}"
        raise ConfigError("no column looks like the words of a customer", hint=hint)
    return Plan(tuple(columns), mapped, shape)


def first_notes(plan: Plan, settings: Settings) -> list[str]:
    """What was guessed, and what stands in for a date where there is none."""
    notes = []
    order = (*_FIRST, *(target for target in plan.mapped if target not in _FIRST))
    guessed = [f"{name}={plan.mapped[name]}" for name in order if name in plan.mapped and name not in settings.mapping]
    if guessed:
        if "channel" not in plan.mapped and settings.channel is None:
            guessed.append(f"channel=={plan.shape.channel or Channel.REVIEW}")
        shape = f" (looks like {plan.shape.name})" if plan.shape.name else ""
        notes.append(f"mapping guessed: {', '.join(guessed)}{shape}; override with --map")
    if "said_at" not in plan.mapped and settings.said_at is None:
        notes.append("no column with dates: the file's own date is used; map one with said_at=COLUMN or set said_at")
    return notes
