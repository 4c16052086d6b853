"""Feedback from files: CSV, TSV, JSON, JSON lines and Parquet, packed with gzip or not; see ``docs/files.md``.

::

    [sources.shop-reviews]
    use = "files"
    path = "exports/reviews-*.csv"
    map = { text = "body", said_at = "created", "segment.tier" = "plan" }
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, field_validator

from connectors.base import Connector, Page, Reject, Window
from connectors.errors import ConfigError
from connectors.folder import Found
from connectors.languages import language_code
from connectors.record import Channel, Feedback
from connectors.settings import Zone, fingerprint, validated
from connectors.tabular import dates
from connectors.tabular.build import Origin, build, made_from
from connectors.tabular.cells import leaves
from connectors.tabular.events import Row, Unreadable
from connectors.tabular.folder import find
from connectors.tabular.kept import take_up
from connectors.tabular.ledger import Ledger
from connectors.tabular.mapping import from_pairs, targets_of
from connectors.tabular.plan import Plan, Settings, day_first
from connectors.tabular.survey import survey
from connectors.tabular.sweep import OTHER_WORDS, Sweep, look

_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_REMAPPED = (
    "the mapping has changed since, and with it the row's id: pull the source again to read the row from its file"
)


class Config(BaseModel, extra="forbid", frozen=True):
    """The settings of one source of files; every one but ``path`` is optional."""

    path: str
    channel: Channel | None = None
    map: dict[str, str] = Field(default_factory=dict)
    timezone: Zone = "UTC"
    said_at: datetime | date | str | None = None
    language: str | None = None
    product: str | None = None
    solicited: bool | None = None
    rating_max: float | None = Field(default=None, gt=0)
    encoding: str | None = None
    delimiter: str | None = None
    date_format: str | None = None
    page_size: int = Field(default=1000, ge=1, le=100_000)
    max_text: int = Field(default=1_000_000, ge=1)
    duplicates: Literal["collapse", "keep"] = "collapse"

    @field_validator("path", mode="before")
    @classmethod
    def _path_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, Path) else value

    @field_validator("map", mode="before")
    @classmethod
    def _flat_mapping(cls, value: object) -> object:
        """Accept tables, tables within tables (TOML's dotted keys) and the command line's ``TARGET=COLUMN``."""
        if isinstance(value, list | tuple):
            value = from_pairs(map(str, value))
        return targets_of(value) if isinstance(value, Mapping) else value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        try:
            "".encode(value or "utf-8")
        except LookupError as error:
            raise ValueError(f"no encoding is called {value!r}; utf-8, utf-16, cp1252, cp1255, cp1256 are") from error
        return value

    @field_validator("delimiter")
    @classmethod
    def _one_sign(cls, value: str | None) -> str | None:
        sign = _DELIMITERS.get(value, value) if value else None
        if sign and (len(sign) != 1 or sign in '\r\n"'):
            raise ValueError("a delimiter is one sign, or tab, comma, semicolon, pipe")
        return sign

    def settings(self) -> Settings:
        """The same, as the reader wants it.

        Raises:
            ConfigError: ``said_at`` is no date.
        """
        zone = ZoneInfo(self.timezone)
        try:
            said_at = None if self.said_at is None else dates.moment(self.said_at, dates.Reading(zone))
        except ValueError as error:
            raise ConfigError(f"said_at: {error}", hint="write it as 2026-11-22") from error
        return Settings(
            mapping=self.map,
            channel=self.channel,
            zone=zone,
            day_first=day_first(self.timezone, self.language),
            said_at=said_at,
            language=self.language and (language_code(self.language) or self.language),
            product=self.product,
            solicited=self.solicited,
            rating_max=self.rating_max,
            date_format=self.date_format,
            encoding=self.encoding,
            delimiter=self.delimiter,
            max_text=self.max_text,
            keep_duplicates=self.duplicates == "keep",
        )


class Files:
    """The connector; nothing is opened before ``pull`` is iterated or ``retry`` is called."""

    def __init__(self, name: str, config: Config, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._config = config
        self._settings = config.settings()
        self._clock = clock
        self._plans: dict[str, tuple[Plan, ...]] = {}

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """Yield what is new after ``cursor``, file by file in the order of their names, row by row.

        Raises:
            ConfigError: there is nothing to read, a mapped column is not there, or the cursor is a stranger's.
        """
        ledger = Ledger(cursor, fingerprint(self._config))
        yield from self._sweep(find(self._config.path), ledger, window)

    def retry(self, reject: Reject) -> Feedback | Reject:
        """Read a rejected row again with today's settings; what was never a whole row stays rejected.

        A whole file that was refused and can be read now gives its first row, which the next pull gives again.
        """
        kept = take_up(reject.raw)
        if kept is None:
            return self._first_of(reject) if not reject.raw else reject
        file, _, place = reject.where.rpartition(":")
        found = self._found(file)
        plan = self._plan(found, kept.fields)
        if kept.native_id and found and not plan.has_ids and kept.made_from != made_from(plan):
            return replace(reject, reason=_REMAPPED)
        now = self._clock()
        modified = datetime.fromtimestamp(found.path.stat().st_mtime, UTC) if found else now
        origin = Origin(self.name, file, now, modified)
        built = build(Row(place, kept.fields), plan, self._settings, origin, kept.native_id)
        if isinstance(built, Reject):
            return replace(reject, reason=built.reason)
        return reject if reject.reason == OTHER_WORDS.format(id=built.native_id) else built

    def _first_of(self, reject: Reject) -> Feedback | Reject:
        found = self._found(reject.where)
        pages = self._sweep([found], Ledger({}, ""), Window()) if found else iter(())
        try:
            items = (item for page in pages for item in page.items)
            return next((item for item in items if isinstance(item, Feedback)), reject)
        except ConfigError as error:
            return replace(reject, reason=error.message)

    def _sweep(self, files: Sequence[Found], ledger: Ledger, window: Window) -> Iterator[Page]:
        size = self._config.page_size
        return Sweep(self.name, files, self._settings, ledger, window, size, self._clock()).pages()

    def _found(self, name: str) -> Found | None:
        try:
            return next((file for file in find(self._config.path) if file.name == name), None)
        except ConfigError:
            return None

    def _plan(self, found: Found | None, fields: Mapping[str, object]) -> Plan:
        """The plan of the row's file, which knows its columns' scales and date order; else one for the row alone."""
        if found and found.name not in self._plans:
            try:
                self._plans[found.name] = tuple(look(found, self._settings)[1].plans.values())
            except (Unreadable, OSError):
                self._plans[found.name] = ()
        columns = set(leaves(fields))
        plans = self._plans.get(found.name, ()) if found else ()
        fitting = next((plan for plan in plans if columns <= set(plan.columns)), None)
        return fitting or survey([Row(1, fields)], self._settings).plans[0]


def plugin(*, name: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC), **settings: Any) -> Connector:
    """A source of files called ``name``; ``clock`` says when rows are fetched.

    Raises:
        ConfigError: a setting is unknown or wrong.
    """
    return Files(name, validated(Config, name, settings), clock)
