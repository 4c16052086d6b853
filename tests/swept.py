"""A made-up vendor that people write, edit and delete at, its connector, and a store whose process can be killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from connectors.base import Page, Reject, Window
from connectors.record import Feedback
from mining.store import Store
from tests.fakes import NOON, said


class Ticking:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Vendor:
    """All that ever happened there, in order; each entry is the number of an item, or of a record that is torn."""

    log: list[int] = field(default_factory=list)
    texts: dict[int, str | None] = field(default_factory=dict)
    torn: set[int] = field(default_factory=set)

    def write(self) -> None:
        self._happen(len(self.texts), f"Post number {len(self.texts)} is here.")

    def tear(self) -> None:
        self.torn.add(len(self.texts))
        self._happen(len(self.texts), "")

    def edit(self, which: int) -> None:
        if (number := self._alive(which)) is not None:
            self._happen(number, f"{self.texts[number]} Edited.")

    def delete(self, which: int) -> None:
        if (number := self._alive(which)) is not None:
            self._happen(number, None)

    def _alive(self, which: int) -> int | None:
        there = [number for number, text in self.texts.items() if text is not None and number not in self.torn]
        return there[which % len(there)] if there else None

    def _happen(self, number: int, text: str | None) -> None:
        self.texts[number] = text
        self.log.append(number)

    def item(self, number: int) -> Feedback | Reject:
        """How an item is today."""
        if number in self.torn:
            return Reject(f"posts:{number}", "it is torn", "{")
        text = self.texts[number]
        when, where = NOON + timedelta(minutes=number), {"where": f"posts:{number}"}
        return said(str(number), text or "", deleted=text is None, said_at=when, extra=where)

    @property
    def alive(self) -> dict[str, str]:
        """Texts by id, as a store should hold them."""
        held = {f"shop:{n}": text for n, text in self.texts.items() if text is not None and n not in self.torn}
        return dict(sorted(held.items()))


class Reading:
    """A connector for it, as the contract wants: the watermark moves with the last page alone, never past the start.

    ``troubles`` maps the number of a page of a run to what is raised in its place.
    """

    name = "shop"

    def __init__(
        self, vendor: Vendor, size: int = 3, lookback: int = 0, troubles: Mapping[int, Exception] | None = None
    ) -> None:
        self.vendor = vendor
        self.size = size
        self.lookback = lookback
        self.troubles = troubles or {}
        self.windows: list[Window] = []

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        self.windows.append(window)
        high, end, after = (_number(cursor, name) for name in ("high", "end", "after"))
        if end is None:
            end, after = len(self.vendor.log), max((high or 0) - self.lookback, 0)
        at, page = after or 0, 0
        while at < end:
            if trouble := self.troubles.get(page):
                raise trouble
            part = self.vendor.log[at : min(at + self.size, end)]
            at, page = at + len(part), page + 1
            rest = {"high": end} if at == end else {"high": high, "end": end, "after": at}
            yield Page([self.vendor.item(number) for number in part], {"v": 1, **rest})

    def retry(self, reject: Reject) -> Feedback | Reject:
        return reject


class LiveReading(Reading):
    """The same, as a source that is asked over a network."""

    def check(self) -> str:
        return "it answers"

    def recheck(self, native_ids: Sequence[str]) -> Iterator[Page]:
        if trouble := self.troubles.get(-1):
            raise trouble
        for start in range(0, len(native_ids), self.size):
            yield Page([self.vendor.item(int(one)) for one in native_ids[start : start + self.size]], {})


def _number(cursor: Mapping[str, object], name: str) -> int | None:
    value = cursor.get(name)
    return value if isinstance(value, int) else None


class Killed(BaseException):
    """What a test sees of kill -9."""


class Mortal(Store):
    """A store whose process is killed at its so many-th transaction, before or after that was committed."""

    def __init__(self, store: Store, dies_at: int, *, after: bool) -> None:
        super().__init__(store.engine)
        self.left = dies_at
        self.after = after

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        if self.left <= 0:
            raise Killed
        self.left -= 1
        with super().transaction() as connection:
            yield connection
            if not self.left and not self.after:
                raise Killed
        if not self.left:
            raise Killed
