"""The index in Chroma: a folder with one writer, or a Chroma server.

Chroma holds vectors and at most a few facets; texts and labels are in SQL, and everything here can be built again by
``overheard reindex``. The persistent client is not made for two writing processes, so a folder has a lock; a server
needs none.
"""

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from connectors.errors import Busy, ConfigError, OverheardError, Unreachable
from embeddings.base import Hit

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection as ChromaCollection

_REINDEX = "build it again: overheard reindex"
_DATABASE = "chroma.sqlite3"
_LOCK = "writer.lock"
_LITTLE = 1 << 20  # bytes free, below which whatever failed is put down to the full disk
# Bulk loading is a third faster with a sparser build and one write of the graph per 50,000 vectors.
_CONFIGURATION: "CreateCollectionConfiguration" = {
    "hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 100, "sync_threshold": 50_000}
}


class ChromaIndex:
    """``embeddings.base.Index`` over one Chroma collection; made by ``open_folder`` and ``open_server``.

    Every method raises ``OverheardError`` with a hint when the folder or the server is gone or damaged.
    """

    def __init__(
        self,
        client: "ClientAPI",
        *,
        name: str,
        model: str,
        dimensions: int,
        folder: Path | None = None,
        lock: FileLock | None = None,
    ) -> None:
        self.model = model
        self._client = client
        self._name = name
        self._dimensions = dimensions
        self._folder = folder
        self._lock = lock
        with self._told():
            self._batch = client.get_max_batch_size()
            self._collection = self._opened()

    def upsert(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        facets: Sequence[Mapping[str, str]] | None = None,
    ) -> None:
        """Add vectors, (n, dimensions), or replace those of the same id; of an id given twice the last stays.

        Raises:
            ValueError: ids, vectors and facets are not equally many, or the vectors have another length.
        """
        if vectors.shape != (len(ids), self._dimensions) or (facets is not None and len(facets) != len(ids)):
            raise ValueError(f"{len(ids)} ids of {self._dimensions} dimensions, vectors {vectors.shape}")
        self._may_write()
        last = {one: row for row, one in enumerate(ids)}
        with self._told():
            for part in _parts(last, self._batch):
                rows = [last[one] for one in part]
                self._collection.upsert(
                    ids=part,
                    embeddings=np.ascontiguousarray(vectors[rows], dtype=np.float32),
                    metadatas=[dict(facets[row]) or None for row in rows] if facets else None,  # type: ignore[misc]  # None is taken, the stubs forget it
                )

    def delete(self, ids: Collection[str]) -> None:
        """Remove vectors; unknown ids are no error."""
        self._may_write()
        with self._told():
            for part in _parts(dict.fromkeys(ids), self._batch):
                self._collection.delete(ids=part)

    def nearest(self, vector: NDArray[np.float32], k: int, among: Collection[str] | None = None) -> list[Hit]:
        """The k nearest by cosine, best first, of all or of those ids; a zero vector has no neighbours."""
        chosen = None if among is None else list(dict.fromkeys(among))
        if k < 1 or chosen == [] or not vector.any():
            return []
        with self._told():
            # Chroma fails on an id that it does not hold, and its message is the same for a damaged folder:
            # so ids are checked first; it costs a few milliseconds for 10,000.
            known = None if chosen is None else self._known(chosen)
            if known == []:
                return []
            found = self._collection.query(
                query_embeddings=vector.astype(np.float32)[None, :], n_results=k, ids=known, include=["distances"]
            )
        distances = found["distances"] or [[]]
        return [Hit(one, 1.0 - float(far)) for one, far in zip(found["ids"][0], distances[0], strict=True)]

    def ids(self) -> set[str]:
        """All ids it holds."""
        with self._told():
            return set(self._collection.get(include=[])["ids"])

    def count(self) -> int:
        """How many vectors it holds."""
        with self._told():
            return self._collection.count()

    def clear(self) -> None:
        """Forget all vectors."""
        self._may_write()
        with self._told():
            self._client.delete_collection(self._name)
            self._collection = self._opened()

    def close(self) -> None:
        """Let go of Chroma's files and let another process write; the index must not be used afterwards."""
        _close(self._client)
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> "ChromaIndex":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _known(self, ids: list[str]) -> list[str]:
        return [one for part in _parts(ids, self._batch) for one in self._collection.get(ids=part, include=[])["ids"]]

    def _opened(self) -> "ChromaCollection":
        facts: dict[str, Any] = {"model": self.model, "dimensions": self._dimensions}
        collection = self._client.get_or_create_collection(
            self._name, metadata=facts, embedding_function=None, configuration=_CONFIGURATION
        )
        held = collection.metadata or {}
        if held.get("model") != self.model or held.get("dimensions") != self._dimensions:
            raise ConfigError(
                f"the index holds vectors of {held.get('model')}, the model in use is {self.model}", hint=_REINDEX
            )
        return collection

    def _may_write(self) -> None:
        if self._folder is not None and self._lock is None:
            raise OverheardError(f"the index in {self._folder} was opened for reading only", hint="open it for writing")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn Chroma's errors into ours."""
        if self._folder is not None and not (self._folder / _DATABASE).exists():
            raise OverheardError(f"the index in {self._folder} is gone", hint=_REINDEX)
        what = f"the index in {self._folder}" if self._folder else "the index on the Chroma server"
        with _translated(what, self._folder):
            yield


def open_folder(
    folder: Path, *, model: str, dimensions: int, write: bool = True, name: str = "mentions"
) -> ChromaIndex:
    """The index in a folder, made when missing.

    Args:
        folder: where Chroma keeps its files; nothing else should lie there.
        model: name of the embedder whose vectors it holds.
        dimensions: length of its vectors.
        write: take the lock of the one writer, held until ``close``. Without it nothing is made and nothing changed.
        name: of the Chroma collection, 3 characters or more.

    Raises:
        Busy: another process or object writes there.
        ConfigError: the index holds vectors of another model.
        OverheardError: the folder is damaged, or missing when ``write`` is false.
    """
    if not write and not (folder / _DATABASE).exists():
        raise OverheardError(f"there is no index in {folder}", hint=_REINDEX)
    with ExitStack() as undo:
        lock = None
        if write:
            lock = _locked(folder)
            undo.callback(lock.release)
        client = _client_of(folder)
        undo.callback(_close, client)
        index = ChromaIndex(client, name=name, model=model, dimensions=dimensions, folder=folder, lock=lock)
        undo.pop_all()
        return index


def open_server(url: str, *, model: str, dimensions: int, name: str = "mentions") -> ChromaIndex:
    """The index on a Chroma server, such as ``http://localhost:8000``.

    Raises:
        ConfigError: the URL is none, or the index holds vectors of another model.
        Unreachable: nobody answers there.
    """
    import chromadb

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{url!r} is no address of a Chroma server", hint="such as http://localhost:8000")
    port = parts.port or (443 if parts.scheme == "https" else 8000)
    with _translated(f"the Chroma server at {url}"):
        client = chromadb.HttpClient(parts.hostname, port, ssl=parts.scheme == "https", settings=_settings())
    with ExitStack() as undo:
        undo.callback(_close, client)
        index = ChromaIndex(client, name=name, model=model, dimensions=dimensions)
        undo.pop_all()
        return index


def wipe(folder: Path) -> None:
    """Remove an index folder, damaged or not, so that it can be built again; a missing one is no error.

    Indexes that this process opened for reading there must be closed before, or they go on with what is removed.

    Raises:
        Busy: somebody writes there.
    """
    if not folder.exists():
        return
    lock = _locked(folder)
    try:
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != _LOCK:
                path.unlink()
    finally:
        lock.release()


def _client_of(folder: Path) -> "ClientAPI":
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient

    try:
        with _translated(f"the index in {folder}", folder):
            return chromadb.PersistentClient(folder, settings=_settings())
    except OverheardError:
        # Chroma keeps the half-started system of a damaged folder, and would fail on it even after a repair.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        SharedSystemClient._identifier_to_refcount.pop(str(folder), None)
        raise


def _close(client: "ClientAPI") -> None:
    client.close()  # type: ignore[attr-defined]  # every client has it, the interface forgets it
    # Chroma leaves the connections of its two HTTP clients open.
    for owner in (client, getattr(client, "_admin_client", None)):
        session = getattr(getattr(owner, "_server", None), "_session", None)
        if session is not None:
            session.close()


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _locked(folder: Path) -> FileLock:
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Busy(f"another run writes to the index in {folder}", hint="wait until it has ended") from error
    return lock


@contextmanager
def _translated(what: str, folder: Path | None = None) -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except httpx.HTTPError as error:
        raise Unreachable(f"{what} does not answer", hint="start it: chroma run --path FOLDER") from error
    except ValueError as error:
        if "connect to a Chroma server" not in str(error):
            raise
        raise Unreachable(f"{what} does not answer", hint="start it: chroma run --path FOLDER") from error
    except ChromaError as error:
        # Chroma has many words for a full disk; most of them do not say so.
        if folder is not None and shutil.disk_usage(folder).free < _LITTLE:
            hint = "free some space and run the same command again"
            raise OverheardError(f"the disk is full: {what} could not be written", hint=hint) from error
        raise OverheardError(f"{what} is damaged: {error}", hint=_REINDEX) from error


def _parts(ids: Collection[str], size: int) -> Iterator[list[str]]:
    rest = iter(ids)
    return iter(lambda: list(islice(rest, size)), [])
