"""Live sources at their fake vendors: one row per source, and a stall where a source is tried.

A new live source adds one row to ``VENDORS``. What ``tests/contracts/test_live_*.py`` ask of it is the contract in
``connectors/base.py``.
"""

from __future__ import annotations

import importlib
import json
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

import pytest

from connectors import plugins
from connectors.base import Connector, Live, Page, Reject, Window
from connectors.errors import OverheardError
from connectors.record import Feedback
from connectors.secrets import Needed, Secret
from tests.fake_app_store import FakeAppStore, FakeAppStoreFeed
from tests.fake_clock import START, FakeClock
from tests.fake_hackernews import FakeHackerNews
from tests.fake_reddit import FakeReddit
from tests.fake_site import FakeSource, Site, serving
from tests.sample_live import FakeNotes
from tests.sample_live import plugin as notes


class LiveConnector(Connector, Live, Protocol):
    """A source of the kind that is tried here."""


@dataclass(frozen=True)
class Vendor:
    """A row: the fake vendor, and the source that asks it where that is not the file that the fake names (``use``)."""

    fake: type[FakeSource]
    plugin: Callable[..., LiveConnector] | None = None


# ---------------------------------------------------------------------------------------------------------------------
# One row per live source, or several where it speaks with its vendor in several ways. "notes" is the sample.
VENDORS: dict[str, Vendor] = {
    "app_store": Vendor(FakeAppStore),
    "app_store_feed": Vendor(FakeAppStoreFeed),
    "hackernews": Vendor(FakeHackerNews),
    "notes": Vendor(FakeNotes, notes),
    "reddit": Vendor(FakeReddit),
}
# ---------------------------------------------------------------------------------------------------------------------

TOKENS = sorted(name for name, vendor in VENDORS.items() if vendor.fake.tokens)
"""Rows of vendors that give out tokens."""
CURSORS = sorted(name for name, vendor in VENDORS.items() if vendor.fake.dead_cursor is not FakeSource.dead_cursor)
"""Rows of vendors that may forget a cursor."""
RECHECKS = sorted(name for name, vendor in VENDORS.items() if vendor.fake.rechecks)
"""Rows of vendors that can be asked for an item by its id."""
FILED = sorted(name for name, vendor in VENDORS.items() if vendor.plugin is None)
"""Rows of sources that have a file in ``connectors/sources/``."""

WORDS = {
    "101": "The parcel came late 😡 and nobody knew why",
    "102": "שירות מעולה, תודה! 👍🏽",
    "103": "خدمات خیلی کند بود؛ می‌خواهم پولم را پس بگیرم",
    "104": "Bought it in תל אביב, works in تهران ✈️",
    "105": "👩‍👩‍👧‍👦 all of us love it",
    "106": 'Ben & Jerry said "5 < 6" & left — it\'s fine',
    "107": "The app crashes whenever I pay",
    "108": "סליקה נכשלה פעמיים",
    "109": "Refund took nine weeks",
}
# From three weeks ago to an hour ago, oldest first: more than any lookback, less than any first window.
_AGES = (21 * 24, 15 * 24, 9 * 24, 7 * 24 + 2, 5 * 24, 3 * 24, 30, 7, 1)
LONG_AGO = START - timedelta(days=60)
SWEEP = Window(since=LONG_AGO)
MAX_WAIT = 90


def needed(name: str) -> tuple[Needed, ...]:
    """The secrets that the module of a row's source lists."""
    row = VENDORS[name]
    module = importlib.import_module(row.plugin.__module__ if row.plugin else f"connectors.sources.{row.fake.use}")
    found: tuple[Needed, ...] = module.SECRETS
    return found


def environment(name: str) -> dict[str, str]:
    """The variables that hold what the vendor of a row accepts."""
    accepted = VENDORS[name].fake.secrets
    return {one.variable: accepted[one.name] for one in needed(name) if one.name in accepted}


@dataclass
class Stall:
    """A vendor with things said at it, and its source: a new one at each pull, as in another process."""

    name: str
    fake: FakeSource
    pages: list[Page] = field(default_factory=list)
    raised: list[BaseException] = field(default_factory=list)

    @property
    def site(self) -> Site:
        return self.fake.site

    @property
    def clock(self) -> FakeClock:
        return self.fake.site.clock

    @property
    def words(self) -> dict[str, str]:
        """What a full sweep is to find: native id -> text."""
        whole = [item for item in self.fake.items.values() if not item.deleted and not item.spoiled]
        return {self.fake.native_id(item.id): self.fake.words(item.id) for item in whole}

    def source(self, **more: Any) -> LiveConnector:
        """A source that asks the fake vendor; ``more`` are settings, or ``secrets`` to replace the good ones."""
        plugin = VENDORS[self.name].plugin or plugins.load("connectors.sources", self.fake.use)
        secrets = {name: Secret(value) for name, value in self.fake.secrets.items()}
        settings = {"max_wait_s": MAX_WAIT, **self.fake.settings(), "secrets": secrets, **more}
        made: LiveConnector = plugin(name="acme", clock=self.clock, **settings)
        return made

    def steps(self, cursor: Mapping[str, object] | None = None, window: Window = SWEEP) -> Iterator[Page]:
        """The pages of a new source, which go on behind a cursor that was written and read; each is remembered."""
        for page in self.source().pull(json.loads(json.dumps(cursor or {})), window):
            self.pages.append(page)
            yield page

    def pull(
        self, cursor: Mapping[str, object] | None = None, window: Window = SWEEP, pages: int | None = None
    ) -> list[Page]:
        """The pages to the end, or the first few of them before a crash."""
        return list(islice(self.steps(cursor, window), pages))

    @contextmanager
    def fails(self, kind: type[OverheardError] = OverheardError) -> Iterator[pytest.ExceptionInfo[OverheardError]]:
        """What is in here ends in an error that a person can act on."""
        with pytest.raises(kind) as caught:
            yield caught
        self.raised.append(caught.value)
        assert caught.value.message
        assert caught.value.hint

    def failing(self, cursor: Mapping[str, object] | None = None, window: Window = SWEEP) -> tuple[list[Page], Any]:
        """The pages before the source could not go on, and the error."""
        before: list[Page] = []
        with self.fails() as caught:
            for page in self.steps(cursor, window):
                before.append(page)
        return before, caught.value

    def confidences(self) -> set[str]:
        """The secrets, and whatever keys the source has sent so far: what may be seen nowhere else."""
        sent = [request.headers.get("authorization", "").rpartition(" ")[2] for request in self.site.log]
        lines = [line for value in self.fake.secrets.values() for line in value.splitlines() if "-----" not in line]
        return {text for text in (*sent, *lines) if len(text) > 8}

    def told(self, caplog: pytest.LogCaptureFixture) -> str:
        """All that a person or a file may see of this test: logs, cursors, rejects, notes and errors."""
        logs = [logging.Formatter().format(record) for record in caplog.get_records("call")]
        errors = ["".join(traceback.format_exception(error)) + getattr(error, "hint", "") for error in self.raised]
        pages = [f"{page.cursor} {page.notes} {page.partial} {rejects([page])}" for page in self.pages]
        return "\n".join([*logs, *errors, *pages])


def feedback(pages: Sequence[Page]) -> list[Feedback]:
    return [item for page in pages for item in page.items if isinstance(item, Feedback)]


def rejects(pages: Sequence[Page]) -> list[Reject]:
    return [item for page in pages for item in page.items if isinstance(item, Reject)]


def cursor_of(pages: Sequence[Page]) -> Mapping[str, object]:
    """What the runner has stored after these pages."""
    return pages[-1].cursor if pages else {}


def kept(pages: Sequence[Page]) -> dict[str, Feedback]:
    """What a store holds after these pages, by native id; when it was fetched is left out."""
    held: dict[str, Feedback] = {}
    for item in feedback(pages):
        held[item.native_id] = replace(item, fetched_at=item.said_at)
    return {native_id: item for native_id, item in held.items() if not item.deleted}


def texts(pages: Sequence[Page]) -> dict[str, str]:
    """What a store holds after these pages: native id -> text."""
    return {native_id: item.text for native_id, item in kept(pages).items()}


@contextmanager
def stall_of(name: str, said: Mapping[str, str] | None = None, start: datetime = START) -> Iterator[Stall]:
    """A vendor at which the nine things of ``WORDS`` were said, at a server of its own."""
    with serving(FakeClock(start)) as site:
        stall = Stall(name, VENDORS[name].fake(site))
        for age, (id, text) in zip(_AGES, (WORDS if said is None else said).items(), strict=False):
            stall.fake.put(id, text, start - timedelta(hours=age))
        yield stall
