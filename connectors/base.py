"""The contract of a connector, in one docstring, and the values that travel over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from connectors.record import Feedback


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be read. It is kept, counted and listed; it never ends a run.

    ``where`` is stable over runs and unique within the source (``reviews.csv:17``), so that the same bad record read
    twice is one reject. ``raw`` is the record as read (JSON where it was structured), bounded by the connector;
    ``author`` is the person's name inside ``raw``, if known, so that the store can hash it there too.
    """

    where: str
    reason: str
    raw: str = ""
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A step of a pull. ``cursor`` is valid once ``items`` are stored, and not before.

    ``done`` is the share of the pull that lies behind, 0..1, or None where the source cannot say.
    ``notes`` are sentences for the person at the keyboard (a guessed mapping, an assumed date), said once each.
    ``partial`` says, in a sentence, why the sweep cannot be called complete though it goes on (a vendor's ceiling, a
    page that was empty where one was expected); None where nothing is known to be missing.
    """

    items: Sequence[Feedback | Reject]
    cursor: Mapping[str, object]
    done: float | None = None
    notes: Sequence[str] = field(default=())
    partial: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The time wanted, both ends optional; ``since`` inclusive, ``until`` exclusive, aware."""

    since: datetime | None = None
    until: datetime | None = None


class Connector(Protocol):
    """One source of feedback.

    Rules, checked for every source by ``tests/contracts``:

    1. ``__init__`` stores its arguments: no file is opened and no request made before ``pull`` is iterated.
    2. ``pull(cursor, window)`` yields pages. ``cursor`` is ``{}`` at the first run, else what the last *stored* page
       carried. It is JSON, it says its version (``{"v": 1, ...}``), and it holds no secret and no customer's words.
    3. The caller stores items and cursor in one transaction. So a crash repeats one page at most, and repeating a page
       must give the same ids.
    4. A watermark moves only when the sweep is complete and never past the start of the run.
    5. One bad record is a :class:`Reject` value. An exception means that the whole source cannot go on: one of
       :mod:`connectors.errors`, in words a person can act on.
    6. Pulling again with the final cursor of an unchanged source yields no items.
    7. Texts, ids and numbers only: never the vendor's live objects, never a secret.

    ``retry`` reads the ``raw`` of an earlier reject again with today's settings.
    """

    name: str

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """Yield what is new after ``cursor``."""
        ...

    def retry(self, reject: Reject) -> Feedback | Reject:
        """Read one rejected record again."""
        ...


@runtime_checkable
class Live(Protocol):
    """What a source that is asked over a network can do besides; see ``tests/contracts/test_live_sources.py``.

    Its module lists its ``SECRETS`` (:mod:`connectors.secrets`), and its ``plugin`` takes, besides ``name`` and the
    settings, ``secrets`` by name and a ``clock`` (:class:`connectors.clock.Clock`); ``base_url`` is a setting, so
    that it can be tried against a server on this machine. Further rules:

    8. ``since`` of the window is where a first sweep begins; a later sweep begins at the watermark less the lookback,
       whatever ``since`` says. With ``until`` it is a backfill: the same walk, its own cursor, no watermark moved.
    9. A vendor's cursor that is refused begins the window anew, and no failure.
    10. To be told to wait longer than the setting ``max_wait_s`` is :class:`connectors.errors.RateLimited`: the
        source ends between pages, and what was stored stays.
    """

    name: str

    def check(self) -> str:
        """One request that proves that the source can be read; returns what was seen, in a sentence.

        Raises:
            OverheardError: a key, a scope or an approval is missing, or nobody answers: in words, with what to do.
        """
        ...

    def recheck(self, native_ids: Sequence[str]) -> Iterator[Page]:
        """Read known items again: what was edited as it is now, what has gone as ``deleted``; the cursor is unused.

        An item of which the source cannot say what became of it is left out.
        """
        ...
