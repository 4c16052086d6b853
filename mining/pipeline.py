"""The two stages of a run: pull what was said, then understand what is not yet understood. Either can be killed.

:class:`Miner` is a pure function from a batch of feedback to mentions, labels and vectors, with models loaded once;
the pipeline is all that touches the store and the index.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from connectors.record import Feedback
from embeddings.base import Embedder, Index, Reader
from mining import cues, mention, work
from mining.names import Catalogue
from mining.pulling import Progress, Pulled, pull, retry
from mining.store import Store
from mining.taggers.base import Label, Tagger, load_all
from mining.themes import table
from mining.themes.space import space_of
from mining.work import Mined

logger = logging.getLogger(__name__)

__all__ = [
    "BATCH", "Miner", "Progress", "Pulled", "Understood", "fill_index", "find_names", "is_behind", "pull", "retry",
    "understand",
]  # fmt: skip

# Feedback per transaction: large enough for fast batches, small enough that a kill costs little.
BATCH = 1_000
# Vectors that may wait for the index while the next batch is being understood; bounds memory.
_WAITING = 8


class Miner:
    """What some feedback means: a pure function of the feedback, the models and their versions."""

    def __init__(
        self,
        reader: Reader,
        embedder: Embedder | None = None,
        taggers: Sequence[Tagger] | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.catalogue = catalogue or Catalogue()
        self._reader = reader
        self._embedder = embedder or reader.embedder
        self._own_vectors = embedder is None
        self._taggers = list(taggers) if taggers is not None else load_all(reader)

    @property
    def embedder(self) -> Embedder:
        """What gives the vectors: the reader's own embedder, or another one put in its place."""
        return self._embedder

    @property
    def model(self) -> str:
        """Name of the model whose vectors :meth:`mine` gives."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._embedder.dimensions

    @property
    def versions(self) -> dict[str, str]:
        """Each task and the ``by`` of its labels."""
        return {tagger.name: f"{tagger.name}@{tagger.version}" for tagger in self._taggers}

    def mine(self, batch: Sequence[Feedback]) -> Mined:
        """Cut, label and embed some feedback in one pass."""
        cuts = mention.split(batch)
        mentions = [cut for of_one in cuts for cut in of_one]
        ratings = [item.rating for item, of_one in zip(batch, cuts, strict=True) for _ in of_one]
        labels, vectors = self.tag([cut.text for cut in mentions], [cut.language for cut in mentions], ratings)
        names = self.catalogue.find([cut.text for cut in mentions])
        space = space_of(self._embedder)
        named_by, ids = self.catalogue.version, [item.id for item in batch]
        return Mined(ids, mentions, labels, vectors, names, named_by, space.kept(vectors), space.by)

    def tag(
        self, texts: Sequence[str], languages: Sequence[str], ratings: Sequence[float | None]
    ) -> tuple[list[dict[str, Label]], NDArray[np.float32]]:
        """For each text its labels by task, and its vector, (n, dimensions); ratings are 0..1 or None."""
        if not texts:
            return [], np.zeros((0, self.dimensions), np.float32)
        read = self._reader.read(texts)
        scores = cues.heeded(read.scores, self._reader.classes, texts, languages, ratings)
        by_task = {tagger.name: tagger.labels(scores[tagger.name], languages) for tagger in self._taggers}
        labels = [{task: column[row] for task, column in by_task.items()} for row in range(len(texts))]
        return labels, read.vectors if self._own_vectors else self._embedder.encode(texts)


@dataclass(slots=True)
class Understood:
    """What a run of :func:`understand` did."""

    feedback: int = 0
    mentions: int = 0
    indexed: int = 0
    removed: int = 0
    # Feedback looked through for names by another catalogue than before; it was neither cut nor labelled again.
    renamed: int = 0


def is_behind(store: Store, miner: Miner) -> bool:
    """Whether :func:`understand` or the sorting into themes has anything to do."""
    if (
        work.to_mine(store, mention.VERSION, miner.versions)
        or work.to_name(store, miner.catalogue.version)
        or work.stale_vectors(store)
        or work.unindexed(store, miner.model)
    ):
        return True
    with store.transaction() as connection:
        return table.is_unsorted(connection)


def understand(
    store: Store,
    miner: Miner,
    index: Callable[[], Index],
    on_progress: Callable[[Progress], None] = lambda _: None,
    batch: int = BATCH,
) -> Understood:
    """Fill what is missing: mentions, labels and names in SQL, vectors in the index, and stale vectors out of it.

    ``index`` opens the index; it is opened in the thread that writes to it, while the first batch is being read.
    """
    done = Understood()
    ids = work.to_mine(store, mention.VERSION, miner.versions)
    with _index_writer(store, miner, index, done) as write:
        for start in range(0, len(ids), batch):
            mined = miner.mine(work.feedback(store, ids[start : start + batch]))
            work.put_mined(store, mined, mention.VERSION)
            write([cut.id for cut in mined.mentions], mined.vectors)
            done.feedback += len(mined.feedback_ids)
            done.mentions += len(mined.mentions)
            on_progress(Progress("understand", start + len(mined.feedback_ids), len(ids), done.mentions))
    find_names(store, miner, done, on_progress, batch)
    fill_index(store, miner, index, done, on_progress)
    return done


def find_names(
    store: Store,
    miner: Miner,
    done: Understood,
    on_progress: Callable[[Progress], None] = lambda _: None,
    batch: int = BATCH,
) -> None:
    """Bring the names up to today's catalogue where mentions and labels are good as they are."""
    ids, mentions = work.to_name(store, miner.catalogue.version), 0
    for start in range(0, len(ids), batch):
        mentions += work.rename(store, ids[start : start + batch], miner.catalogue)
        done.renamed += len(ids[start : start + batch])
        on_progress(Progress("names", done.renamed, len(ids), mentions))


def fill_index(
    store: Store,
    miner: Miner,
    index: Callable[[], Index],
    done: Understood | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Understood:
    """Bring the index up to SQL: what an earlier run left out goes in, what has gone from SQL goes out."""
    done = done or Understood()
    _notice_losses(store, miner, index)
    if stale := work.stale_vectors(store):
        index().delete(stale)
        work.forget_vectors(store, stale)
        done.removed += len(stale)
    missing, space = work.unindexed(store, miner.model), space_of(miner.embedder)
    for start in range(0, len(missing), BATCH):
        part = missing[start : start + BATCH]
        ids, vectors = [id_ for id_, _ in part], miner.embedder.encode([text for _, text in part])
        work.keep_vectors(store, ids, space.by, space.kept(vectors))
        _write(store, miner, index, done, ids, vectors)
        on_progress(Progress("index", start + len(part), len(missing), done.indexed))
    return done


def _notice_losses(store: Store, miner: Miner, index: Callable[[], Index]) -> None:
    """An index that lost vectors behind our back (a folder deleted by hand) gets them again."""
    believed = work.indexed(store, miner.model)
    if believed and index().count() < len(believed):
        lost = believed - index().ids()
        logger.warning("the index lacks %d vectors that it should hold; they are made again", len(lost))
        work.mark_unindexed(store, sorted(lost))


def _write(
    store: Store,
    miner: Miner,
    index: Callable[[], Index],
    done: Understood,
    ids: Sequence[str],
    vectors: NDArray[np.float32],
) -> None:
    # The index first: if we die between the two, SQL still says "missing" and the vectors are written once more.
    if ids:
        index().upsert(ids, vectors)
        work.mark_indexed(store, ids, miner.model)
        done.indexed += len(ids)


@contextmanager
def _index_writer(
    store: Store, miner: Miner, index: Callable[[], Index], done: Understood
) -> Iterator[Callable[[Sequence[str], NDArray[np.float32]], None]]:
    """One thread that writes to the index while the next batch is being understood; errors come out here."""
    waiting: list[Future[None]] = []

    def write(ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        waiting.append(pool.submit(_write, store, miner, index, done, ids, vectors))
        if len(waiting) > _WAITING:
            waiting.pop(0).result()

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="index") as pool:
        yield write
        for future in waiting:
            future.result()
