"""Whether all is there that answering needs; and loading it before anybody asks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from sqlalchemy import select

from assistant.wiring import INDEX
from connectors.errors import OverheardError
from mining.migrations import pending
from mining.schema import vectors

if TYPE_CHECKING:
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

_FILE = "chroma.sqlite3"
_AGAIN_S = 10.0
# Whatever a question needs, needs one of these.
_WARMING = ("how is the customer journey?", "zzz", "מה מצב מסע הלקוח?", "وضعیت سفر مشتری چگونه است؟")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that answering needs. ``says`` names no path and no person: anybody may read it."""

    check: str
    ok: bool
    says: str


class Readiness:
    """Of one workspace. ``start`` loads what answers need, in a thread of its own."""

    def __init__(self, where: Workspace) -> None:
        self._where = where
        self._loaded = False
        self._failed = False
        self._ended = Event()

    def start(self) -> None:
        """Load the models, what searches read and what questions count from."""
        Thread(target=self._work, name="loading", daemon=True).start()

    def stop(self) -> None:
        """Try no more."""
        self._ended.set()

    def checks(self) -> list[Check]:
        """All checks; one that cannot be made is not passed."""
        return [self._store(), self._schema(), self._models(), self._index()]

    def _work(self) -> None:
        while not (self._load() or self._ended.wait(_AGAIN_S)):
            pass

    def _load(self) -> bool:
        try:
            self._where.searcher.warm()
            asker = self._where.asker()
            for question in _WARMING:
                self._where.engine.ask(question, asker)
            self._loaded = True
        except OverheardError as error:
            self._failed = True
            log.error("what answers need could not be loaded: %s", error.message)
        except Exception:
            self._failed = True
            log.exception("what answers need could not be loaded")
        return self._loaded

    def _store(self) -> Check:
        try:
            held = self._where.store.holds_feedback()
        except OverheardError:
            return Check("store", ok=False, says="cannot be read")
        return Check("store", ok=True, says="holds feedback" if held else "is empty")

    def _schema(self) -> Check:
        try:
            missing = pending(self._where.store.engine)
        except OverheardError:
            return Check("schema", ok=False, says="is of a newer version")
        return Check("schema", not missing, f"lacks {len(missing)} steps" if missing else "is today's")

    def _models(self) -> Check:
        if self._loaded:
            return Check("models", ok=True, says="are loaded")
        return Check("models", ok=False, says="could not be loaded" if self._failed else "are being loaded")

    def _index(self) -> Check:
        try:
            readable = self._has_index()
        except OverheardError:
            readable = False
        return Check("index", readable, "can be read" if readable else "cannot be read")

    def _has_index(self) -> bool:
        if self._where.settings.index.url:
            with self._where.index(write=False) as index:
                index.count()
            return True
        with self._where.store.transaction() as connection:
            needed = connection.scalar(select(vectors.c.by).where(vectors.c.by != "").limit(1)) is not None
        return not needed or (self._where.home / INDEX / _FILE).is_file()
