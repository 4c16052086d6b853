"""What a server holds for searching: the words and vectors of all customers' mentions, as SQL has them at this moment.

Nothing is written and nothing is indexed here: all of it is made of :mod:`mining.facts` and of the vectors that SQL
keeps, so another process's writes are seen by the next search, and what is gone from SQL is never shown.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Lock, RLock
from typing import cast

import numpy as np

from connectors.errors import ConfigError, OverheardError
from embeddings.base import Embedder
from mining import facts, facts_held, reading, search_pages, search_ranking, search_vectors
from mining.facts import Facts
from mining.facts_frame import Frame
from mining.facts_made import Array, Chunk
from mining.search import MOST, Hit, Mode, Results, Search
from mining.search_facets import facet, known
from mining.search_held import Aligned
from mining.search_marks import highlights
from mining.search_pages import Page
from mining.search_postings import Vocabulary, WordBlock, Words, words_of
from mining.search_ranking import Corpus, Ranked
from mining.search_vectors import VectorBlock, Vectors
from mining.search_words import Term
from mining.search_words import asked as terms_of
from mining.store import Store

# A day that somebody changes while it is being read is read again so often.
_TRIES = 20
# Days whose mentions' ids are held.
_DAYS_NAMED = 1_000
# What searches see while others write is at most so many seconds old; then they wait.
_OLDEST = 60.0
# Reading that took longer than this rests for so many times as long.
_QUICK, _REST = 0.05, 2.0


class _Moved(Exception):
    """A day changed while it was being read."""


class Searcher:
    """Answers searches of one store, from many threads; nothing is read before the first search.

    Args:
        store: where everything is.
        embedder: gives the model that the mentions' vectors were made by; called when a search needs it first.
        patience: seconds that searches wait for what was written since the last one to be read, from when somebody
            asked first. None: for as long as it takes, so that every count is of the moment of asking. Otherwise, where
            somebody writes much, counts may be of some seconds ago, sixty at most; what is shown is always as SQL has
            it.
    """

    def __init__(self, store: Store, embedder: Callable[[], Embedder], patience: float | None = None) -> None:
        self.store = store
        self._open = embedder
        self._patience = patience
        self._lock, self._queue, self._opening = RLock(), RLock(), Lock()
        self._reader: ThreadPoolExecutor | None = None
        self._next: tuple[bool, float, Future[Corpus]] | None = None
        self._true_at = self._rest_until = 0.0
        self._embedder: Embedder | None = None
        self._forget()

    def _forget(self) -> None:
        vocabulary = Vocabulary()
        self._words: Aligned[Words, WordBlock] = Aligned(
            lambda _: [words_of(vocabulary, texts) for texts in self._said],
            lambda days: WordBlock(days, vocabulary),
        )
        self._vectors: Aligned[Vectors, VectorBlock] = Aligned(
            lambda _: search_vectors.kept(self.store, self._whose, self.made_by), VectorBlock
        )
        self._said: list[str] = []
        self._whose: list[list[str]] = []
        self._last: Corpus | None = None
        self._named: OrderedDict[tuple[int, int], list[str]] = OrderedDict()
        self._naming = Lock()

    @property
    def embedder(self) -> Embedder:
        """The model, loaded when it is first asked for."""
        # Not the lock that reading takes: a search would wait for the whole of it.
        with self._opening:
            if self._embedder is None:
                self._embedder = self._open()
            return self._embedder

    @property
    def made_by(self) -> str:
        """What the vectors are made by that searches rank by."""
        return search_vectors.kept_by(self.embedder)

    def warm(self) -> None:
        """Read what searches need, so that the first one need not."""
        self.corpus(meaning=True)
        self.embedder.encode(["warm"])

    def catch_up(self) -> None:
        """Read what was written until now, however long it takes, where anything was read before."""
        if (last := self._last) is not None and facts_held.current(self.store) is not last.frame:
            self._read(meaning=bool(last.meanings))

    def search(self, asked: Search) -> Results:
        """A page of hits; see :func:`mining.search.search`."""
        dimensions = checked(asked)
        page = search_pages.read(asked)
        terms = terms_of(asked.words)
        by = self.made_by if by_meaning(asked) else ""
        if page is not None and page.by != by:
            raise ConfigError("the vectors were made anew since the page before", hint="ask for the first page again")
        if page is not None and len(page.weights) not in (0, len(terms)):
            raise ConfigError("this page cannot be read", hint="ask for the first page again")
        if asked.filters.speaker != "customer":
            from mining import search_others

            return search_others.search(self, asked, terms, page, by, dimensions)
        for _ in range(_TRIES):
            with suppress(_Moved):
                return self._search(asked, terms, page, by, dimensions)
            self._read(meaning=bool(by))
        raise OverheardError("the store changes too quickly to be read", hint="search again in a moment")

    def _search(
        self, asked: Search, terms: Sequence[Term], page: Page | None, by: str, dimensions: Sequence[str]
    ) -> Results:
        corpus = self.corpus(meaning=bool(by))
        chosen = corpus.facts.narrowed(asked.filters)
        meaning = search_vectors.asked(self.embedder, asked.words) if by else None
        found = search_ranking.ranked(corpus, chosen, asked, terms, meaning, page.weights if page else ())
        hits = Facts(self.store, corpus.frame, found.rows)
        counts = {name: facet(hits, name) for name in dimensions}
        left = np.ones(len(hits), bool) if page is None else self._behind(corpus.frame, found, page)
        shown, last = self._shown(corpus.frame, found, left, asked, terms)
        following = replace(last, by=by).token(asked) if last is not None and left.any() else None
        return Results(shown, len(hits), len(hits.first_of_each()), counts, following)

    # --- a page -----------------------------------------------------------------------------------------------------

    def _shown(
        self, frame: Frame, found: Ranked, left: Array, asked: Search, terms: Sequence[Term]
    ) -> tuple[tuple[Hit, ...], Page | None]:
        """The best of those left, which are then left no more, and where they end."""
        shown: list[Hit] = []
        last: Page | None = None
        while len(shown) < asked.limit and left.any():
            places = _first(found, np.flatnonzero(left), frame, asked.limit - len(shown))
            left[places] = False
            named = [
                (frame.chunks[at].day, self._ids_of(frame.chunks[at])[row])
                for at, row in _at(frame, found.rows[places])
            ]
            mentions = {
                one.mention_id: one for one in reading.by_ids(self.store, [id_ for _, id_ in named], asked.filters)
            }
            for place, (day, id_) in zip(places.tolist(), named, strict=True):
                rank = int(found.ranks[place])
                last = Page(rank, day, id_, found.weights, "")
                # What has gone or changed since is none.
                if (mention := mentions.get(id_)) is not None:
                    fits = search_ranking.score(rank, asked)
                    shown.append(Hit(mention, fits, highlights(mention.text, terms)))
        return tuple(shown), last

    def _behind(self, frame: Frame, found: Ranked, page: Page) -> Array:
        """Which hits come after the last one of a page: lower ranks; of the same rank, earlier days and higher ids."""
        days = [chunk.day for chunk in frame.chunks]
        at = bisect_left(days, page.day)
        start = behind = end = int(frame.starts[at])
        if at < len(days) and days[at] == page.day:
            ids = self._ids_of(frame.chunks[at])
            behind = start + bisect_right(ids, _order(page.mention_id), key=_order)
            end = start + len(ids)
        rows = found.rows
        after = (rows < start) | ((rows >= behind) & (rows < end))
        told: Array = (found.ranks < page.rank) | ((found.ranks == page.rank) & after)
        return told

    # --- what is held -----------------------------------------------------------------------------------------------

    def corpus(self, *, meaning: bool) -> Corpus:
        """All customers' mentions, with their vectors where a search goes by meaning; see ``patience``."""
        last = self._last
        usable = last is not None and bool(last.meanings or not meaning)
        if last is not None and usable and facts_held.current(self.store) is last.frame:
            self._true_at = time.monotonic()
            return last
        if self._patience is None:
            return self._read(meaning)
        begun, told = self._reading(meaning)
        now = time.monotonic()
        # Those who come later wait no longer for it than the first.
        left = max(0.0, begun + self._patience - now) if usable and now - self._true_at < _OLDEST else None
        try:
            return told.result(left)
        except TimeoutError:
            return cast(Corpus, self._last)

    def _reading(self, meaning: bool) -> tuple[float, Future[Corpus]]:
        """What is being read by the one thread that reads, or will be when it has paused, and since when."""
        with self._queue:
            meaning = meaning or bool(self._last is not None and self._last.meanings)
            if self._next is None or self._next[2].done() or meaning > self._next[0]:
                self._reader = self._reader or ThreadPoolExecutor(1, thread_name_prefix="search")
                self._next = meaning, time.monotonic(), self._reader.submit(self._read_in_turn, meaning)
            return self._next[1:]

    def _read_in_turn(self, meaning: bool) -> Corpus:
        # Where somebody writes all the time, reading must leave the processor to searches.
        time.sleep(max(0.0, self._rest_until - time.monotonic()))
        begun = time.monotonic()
        corpus = self._read(meaning)
        corpus.make_ready()
        took = time.monotonic() - begun
        self._rest_until = time.monotonic() + (_REST * took if took > _QUICK else 0.0)
        return corpus

    def _read(self, meaning: bool) -> Corpus:
        """All of it as it is now."""
        for _ in range(_TRIES):
            begun = time.monotonic()
            with self._lock, suppress(_Moved):
                whole, last = facts.on_days(self.store, None, None), self._last
                meaning = meaning or bool(last is not None and last.meanings)
                if last is None or last.frame is not whole.frame or (meaning and not last.meanings):
                    # At once, before anybody changes these days again; what is made of them takes longer.
                    self._said = self._texts(self._words.lacking(whole.frame))
                    self._whose = self._ids(self._vectors.lacking(whole.frame)) if meaning else []
                    vectors = self._vectors.segments(whole.frame) if meaning else ()
                    last = Corpus(whole, self._words.segments(whole.frame), vectors)
                    self._said, self._whose = [], []
                self._last, self._true_at = last, begun
                return last
        raise OverheardError("the store changes too quickly to be read", hint="search again in a moment")

    def close(self) -> None:
        """End the thread that reads, if there is one."""
        if self._reader is not None:
            self._reader.shutdown()

    def _texts(self, chunks: Sequence[Chunk]) -> list[str]:
        """What is said on some days, each text with a NUL behind it."""
        stored = facts_held.words(self.store, [chunk.day for chunk in chunks if chunk.words is None])
        if len(chunks) < _DAYS_NAMED // 2:
            # A day that changes is soon changed again, and then its ids are no longer to be had.
            for chunk, ids in zip(chunks, self._ids(chunks), strict=True):
                self._name(chunk, ids)
        found = []
        for chunk in chunks:
            words = chunk.words
            if words is None and (one := stored.get(chunk.day)) is not None and one.stamp == chunk.made:
                words = one.words
            if words is None:
                raise _Moved
            found.append(words.decode())
        return found

    def _ids(self, chunks: Sequence[Chunk]) -> list[list[str]]:
        """The mentions of some days."""
        found = facts_held.ids(self.store, chunks)
        if any(len(found.get(chunk.day, ())) != len(chunk) for chunk in chunks):
            raise _Moved
        return [found[chunk.day] for chunk in chunks]

    def _ids_of(self, chunk: Chunk) -> list[str]:
        """The mentions of a day."""
        ids = self._named.get((chunk.day, chunk.made))
        if ids is None:
            [ids] = self._ids([chunk])
            self._name(chunk, ids)
        return ids

    def _name(self, chunk: Chunk, ids: list[str]) -> None:
        with self._naming:
            self._named[chunk.day, chunk.made] = ids
            if len(self._named) > _DAYS_NAMED:
                self._named.popitem(last=False)


def checked(asked: Search) -> tuple[str, ...]:
    """The facets of a search.

    Raises:
        ConfigError: an unknown one, or a limit out of bounds.
    """
    if not 1 <= asked.limit <= MOST:
        raise ConfigError(f"a page of {asked.limit} hits", hint=f"ask for 1 to {MOST}")
    if not -1 <= asked.near <= 1:
        raise ConfigError(f"{asked.near} is no cosine", hint="near goes from -1 to 1")
    return known(asked.facets)


def by_meaning(asked: Search) -> bool:
    """Whether vectors have a say."""
    return asked.mode is not Mode.KEYWORD and bool(asked.words.strip())


def _first(found: Ranked, left: Array, frame: Frame, count: int) -> Array:
    """Places of the first hits among those left, best first; of the same rank the latest day first, then by id."""
    ranks = found.ranks[left]
    if len(left) > count:
        least = np.partition(ranks, len(ranks) - count)[len(ranks) - count]
        left = left[ranks >= least]
        ranks = found.ranks[left]
    rows = found.rows[left]
    day = np.searchsorted(frame.starts, rows, side="right")
    best: Array = left[np.lexsort((rows, -day, -ranks))[:count]]
    return best


def _at(frame: Frame, rows: Array) -> Iterator[tuple[int, int]]:
    """The day's place in the frame, and the row's place in the day."""
    days = np.searchsorted(frame.starts, rows, side="right") - 1
    return zip(days.tolist(), (rows - frame.starts[days]).tolist(), strict=True)


def _order(mention_id: str) -> tuple[str, str]:
    """What mentions of a day stand by: the feedback's id, then their own."""
    return mention_id.rpartition("#")[0], mention_id
