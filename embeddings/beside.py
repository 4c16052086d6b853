"""An index in a process of its own.

Chroma holds Python's one lock for as long as it writes, so a thread that writes to it stops all others. A process
does not: texts are read while vectors are written, and a run takes half the time on two cores.
"""

import importlib
import os
import signal
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectors.errors import Busy, OverheardError
from embeddings.base import Hit, Index

# A run that was killed leaves its index process behind until that has written what it was at.
_PATIENCE = 15.0
_CLOSE = "close"
# Of a processor that is short it gets half of what others get: a server answers while its index grows, and it does
# grow where others keep the machine busy.
_NICE = 3


class IndexBeside:
    """``embeddings.base.Index`` whose every call is answered by a process that holds the real one.

    One thread at a time may call it. Errors of the real index are raised here as they are.

    Args:
        opened: gives the real index; it is pickled, so a plain function or a ``functools.partial`` of one.
        model: name of the model whose vectors it holds.
    """

    def __init__(self, opened: Callable[[], Index], model: str) -> None:
        self.model = model
        # Not "fork": the libraries below hold threads, which a forked process would wait for without end.
        context = get_context("spawn")
        self._asked = False
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, opened), name="index", daemon=True)
        self._process.start()
        # Only the process itself may hold its end, so that either side hears of the other's death.
        theirs.close()

    def upsert(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        facets: Sequence[Mapping[str, str]] | None = None,
    ) -> None:
        """Add vectors, or replace those of the same id; it returns when they are written."""
        self._ask("upsert", ids, vectors, facets)

    def delete(self, ids: Collection[str]) -> None:
        """Remove vectors."""
        self._ask("delete", ids)

    def nearest(self, vector: NDArray[np.float32], k: int, among: Collection[str] | None = None) -> list[Hit]:
        """The k nearest, best first."""
        hits: list[Hit] = self._ask("nearest", vector, k, among)
        return hits

    def ids(self) -> set[str]:
        """All ids it holds."""
        ids: set[str] = self._ask("ids")
        return ids

    def count(self) -> int:
        """How many vectors it holds."""
        count: int = self._ask("count")
        return count

    def clear(self) -> None:
        """Forget all vectors."""
        self._ask("clear")

    def close(self) -> None:
        """Close the real index and end its process; one that was never asked has opened nothing and is just ended."""
        if self._asked:
            with suppress(OSError):
                self._pipe.send((_CLOSE, ()))
        else:
            self._process.terminate()
        self._process.join()
        self._pipe.close()

    def __enter__(self) -> "IndexBeside":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _ask(self, method: str, *arguments: object) -> Any:
        self._asked = True
        try:
            self._pipe.send((method, arguments))
            error, answer = self._pipe.recv()
        except (EOFError, OSError) as gone:
            raise OverheardError(
                "the process that writes the index has ended", hint="run the same command again; is memory short?"
            ) from gone
        if error is not None:
            raise error
        return answer


def _serve(pipe: Connection, opened: Callable[[], Index]) -> None:
    """Answer calls until told to close, or until the other side is gone."""
    # Ctrl-C is for the run: it tells us when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # This takes a second, in which the other side reads its sources.
    importlib.import_module("chromadb")
    index: Index | None = None
    with suppress(EOFError, OSError):
        while (call := pipe.recv())[0] != _CLOSE:
            try:
                index = index or _patiently(opened)
                pipe.send((None, getattr(index, call[0])(*call[1])))
            except Exception as error:
                # Whatever it is, it is raised on the other side.
                pipe.send((error, None))
    if index is not None:
        index.close()  # type: ignore[attr-defined]  # what needs no closing needs no process


def _patiently(opened: Callable[[], Index]) -> Index:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return opened()
        except Busy:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
