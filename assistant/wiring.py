"""The one place where real things are built and joined: a workspace from its home and settings, each part at first use.

Only the doors (command line, HTTP, Slack) come here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from assistant import settings
from assistant.settings import FILE_NAME, Settings
from assistant.template import TEMPLATE
from connectors import plugins, secrets
from connectors.base import Connector
from connectors.clock import Clock, SystemClock
from connectors.errors import Busy, ConfigError
from connectors.secrets import Needed
from embeddings.base import Embedder, Reader
from mining.database import open_engine
from mining.store import Pull, Store
from mining.taxonomy import Taxonomy, extended

if TYPE_CHECKING:
    from filelock import FileLock

    from assistant.engine import Engine
    from assistant.question import Asker
    from embeddings.beside import IndexBeside
    from embeddings.chroma import ChromaIndex
    from mining.pipeline import Miner
    from mining.searching import Searcher

DATABASE = "overheard.db"
INDEX = "index"
KEY = "key"
TUNED = "heads"
_LOCK = "run.lock"
# What the hashing of authors takes, see mining/privacy/authors.py.
_KEY_BYTES = (16, 64)


def home_folder(home: Path | None) -> Path:
    """The workspace's folder: ``--home``, else ``OVERHEARD_HOME``, else ``~/.overheard``."""
    return home or Path(os.environ.get("OVERHEARD_HOME") or Path.home() / ".overheard")


@dataclass
class Workspace:
    """A workspace and what it is made of. Nothing heavy is imported or opened before it is asked for.

    ``clock`` is what live sources and answers go by, ``template`` the settings that a new workspace is given as a file.
    """

    home: Path
    settings: Settings
    mode: str | None = None
    clock: Clock = field(default_factory=SystemClock)
    template: str = TEMPLATE

    @classmethod
    def open(cls, home: Path | None = None, config: Path | None = None, mode: str | None = None) -> Workspace:
        """The workspace in a folder, made if it is not there; ``mode`` goes over the settings'.

        Raises:
            ConfigError: the settings are wrong or the folder cannot be made.
        """
        folder = home_folder(home)
        return cls(folder, settings.read(folder, config), mode)

    def initialise(self) -> list[Path]:
        """Make what is missing: the folder, the hashing key, a commented ``overheard.toml``; returns what was made.

        Raises:
            Busy: another run has been making them for ten seconds.
            ConfigError: the folder cannot be made, or the key of feedback already stored is gone.
        """
        files = {FILE_NAME: lambda: self.template, KEY: self._new_key}
        if all((self.home / name).exists() for name in files):
            return []
        with self._alone(patience=10):
            missing = [name for name in files if not (self.home / name).exists()]
            for name in missing:
                _write_whole(self.home / name, files[name]())
        return [self.home / name for name in missing]

    def _new_key(self) -> str:
        from mining.privacy import new_key

        if self.store.holds_feedback():
            raise ConfigError(
                f"{self.home / KEY} is missing: authors would be hashed differently from those already stored",
                hint="put the key back from a copy of the workspace",
            )
        return new_key().hex()

    @cached_property
    def key(self) -> bytes:
        """The key that authors are hashed with."""
        self.initialise()
        try:
            key = bytes.fromhex((self.home / KEY).read_text(encoding="ascii").strip())
        except (ValueError, OSError):
            key = b""
        if not _KEY_BYTES[0] <= len(key) <= _KEY_BYTES[1]:
            raise ConfigError(
                f"{self.home / KEY} cannot be read as a key", hint="put it back from a copy of the workspace"
            )
        return key

    @cached_property
    def store(self) -> Store:
        """The store, brought up to date."""
        url = self.settings.store.url or f"sqlite:///{self.home / DATABASE}"
        return Store(open_engine(url)).open()

    @cached_property
    def reader(self) -> Reader:
        """The model that gives vectors and raw scores in one pass, the company's own words heeded."""
        from mining.own_words import read_with

        settings = {"tuned": self.home / TUNED}
        reader: Reader = _plugged("embeddings.readers", self.mode or self.settings.models.mode, settings)
        return read_with(reader, self.settings.own_values())

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The values of all tasks, the company's own names and values included."""
        return extended(self.settings.own_values())

    @cached_property
    def embedder(self) -> Embedder | None:
        """Another model for the vectors, where the settings name one."""
        models = self.settings.models
        if models.embedder is None:
            return None
        embedder: Embedder = _plugged("embeddings.models", models.embedder, models.settings)
        return embedder

    @cached_property
    def miner(self) -> Miner:
        """The models joined with the taggers."""
        from mining.names import Catalogue
        from mining.pipeline import Miner

        return Miner(self.reader, self.embedder, catalogue=Catalogue(self.settings.catalog.entries()))

    def index(self, *, write: bool = True) -> ChromaIndex:
        """The vector index; opening it for writing takes the place of its one writer."""
        from embeddings import chroma

        names: dict[str, Any] = {"model": self.miner.model, "dimensions": self.miner.dimensions}
        if self.settings.index.url:
            return chroma.open_server(self.settings.index.url, **names)
        return chroma.open_folder(self.home / INDEX, write=write, **names)

    def index_writer(self) -> ChromaIndex | IndexBeside:
        """The index for a run that writes much: a folder's is kept by a process of its own, opened when first asked."""
        from embeddings.beside import IndexBeside
        from embeddings.chroma import open_folder

        if self.settings.index.url:
            return self.index()
        model = self.miner.model
        opened = partial(open_folder, self.home / INDEX, model=model, dimensions=self.miner.dimensions)
        return IndexBeside(opened, model)

    def wipe_index(self) -> None:
        """Throw the index away, whatever state it is in."""
        from embeddings import chroma

        if self.settings.index.url:
            with self.index() as index:
                index.clear()
            return
        chroma.wipe(self.home / INDEX)

    @cached_property
    def searcher(self) -> Searcher:
        """What answers searches, from many threads; it reads words and vectors at the first search, the model too."""
        from mining.searching import Searcher

        return Searcher(self.store, lambda: self.embedder or self.reader.embedder, patience=0.05)

    @cached_property
    def engine(self) -> Engine:
        """What answers questions; it needs no index, no spaCy, no model and no torch."""
        from assistant.engine import Engine

        return Engine(self.store, self.clock.now, _static, self.settings.llm)

    def asker(self, as_of: date | None = None) -> Asker:
        """Whoever asks here: today in the workspace's zone (or another day), and the catalogue's names."""
        from assistant.question import Asker

        zone = ZoneInfo(self.settings.locale.timezone)
        today = as_of or self.clock.now().astimezone(zone).date()
        settings = self.settings
        return Asker(
            today,
            zone,
            settings.locale.week_start,
            events=settings.events,
            sources=self._sources,
            segments=self._segments,
            owners=settings.owners,
            taxonomy=self.taxonomy,
            **dict(settings.catalog),
        )

    def look_again(self) -> None:
        """Read anew, at the next question, what feedback brings along: sources and segments."""
        for name in ("_sources", "_segments"):
            self.__dict__.pop(name, None)

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        """Names of sources: those configured, and those that feedback came from."""
        from mining import reading

        return tuple(dict.fromkeys((*self.settings.sources, *reading.freshness(self.store))))

    @cached_property
    def _segments(self) -> dict[str, tuple[str, ...]]:
        """What feedback carries about its customers: key -> values."""
        from mining import reading

        return reading.segments(self.store)

    def connector(self, name: str) -> tuple[Connector, Pull]:
        """A source of the settings, and how its pull is remembered.

        Raises:
            ConfigError: no such source.
        """
        sources = self.settings.sources
        if name not in sources:
            known = ", ".join(sorted(sources)) or "none is configured"
            raise ConfigError(f"no source is called {name!r}", hint=f"[sources.NAME] in overheard.toml; known: {known}")
        return self.built(name, sources[name].use, sources[name].settings())

    def built(self, name: str, use: str, values: dict[str, Any]) -> tuple[Connector, Pull]:
        """A connector from its settings, and how its pull is remembered: one cursor per name and place.

        A live one (its module lists its ``SECRETS``) is given a clock, and those secrets from the environment: by
        their usual variables, or those that the setting ``env`` names.

        Raises:
            ConfigError: the settings are wrong, or hold a secret.
        """
        plugin = plugins.load("connectors.sources", use)
        needed: tuple[Needed, ...] | None = getattr(sys.modules[plugin.__module__], "SECRETS", None)
        given = dict(values)
        if needed is None:
            connector: Connector = plugin(name=name, **given)
            return connector, Pull(f"{name}|{values.get('path', '')}", name, {"use": use, **values})
        variables = given.pop("env", {})
        if told := [one for one in needed if one.name in given]:
            raise ConfigError(
                f"[sources.{name}] {told[0].name} is a secret, and settings are kept in the workspace",
                hint=f"take it out of the file and set {told[0].variable} in the environment",
            )
        held = secrets.found(needed, os.environ, variables)
        connector = plugin(name=name, secrets=held, clock=self.clock, **given)
        return connector, Pull(f"{name}|", name, {"use": use, **values})

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one run that writes to this workspace.

        Raises:
            Busy: another run is at it.
        """
        with self._alone(patience=0):
            self.initialise()
            yield

    @contextmanager
    def _alone(self, patience: float) -> Iterator[None]:
        """Hold the workspace's lock, which this object may take again while it holds it; wait so many seconds."""
        from filelock import Timeout

        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=patience)
        except Timeout as error:
            raise Busy(
                f"another run is writing to {self.home}",
                hint="wait until it has ended; asking and searching go on meanwhile",
            ) from error
        except OSError as error:
            raise ConfigError(
                f"the workspace {self.home} cannot be made: {error.strerror}", hint="name another folder with --home"
            ) from error
        try:
            yield
        finally:
            self._lock.release()

    @cached_property
    def _lock(self) -> FileLock:
        from filelock import FileLock

        return FileLock(self.home / _LOCK)


@cache
def _static() -> Embedder:
    """The static model: what topics and unknown wordings are looked up with."""
    embedder: Embedder = _plugged("embeddings.models", "static", {})
    return embedder


def _plugged(package: str, name: str, settings: Mapping[str, Any]) -> Any:
    plugin = plugins.load(package, name)
    try:
        return plugin(**settings)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"[models] settings of {name}: {place}: {first['msg']}", hint="docs/configuration.md lists what it takes"
        ) from error


def _write_whole(path: Path, content: str) -> None:
    """All of a file or none of it, whenever we are killed.

    Readable by its owner alone from the first moment: whoever has the key can test names against the hashes.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
        beside.replace(path)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", hint="check the folder's permissions and the free space"
        ) from error
