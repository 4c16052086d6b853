"""A server's searches while another process writes: never torn, never of what is gone, and soon of what is new."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from connectors.errors import ConfigError
from embeddings.base import Embedder
from mining import facts
from mining.database import open_engine
from mining.search import Mode, Results, Search, search
from mining.searching import Searcher
from mining.store import Store
from tests.fakes import NOON, said
from tests.searched import EMBEDDER, delete, keep, natives


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Store, Searcher]]:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'served.db'}")).open()
    keep(store, *(said(f"{n}", f"late parcel {n}", said_at=NOON + timedelta(days=n % 5)) for n in range(40)))
    where = Searcher(store, lambda: EMBEDDER, patience=0.05)
    yield store, where
    where.close()
    store.close()


def until(where: Searcher, asked: Search, total: int) -> Results:
    """Search until so many are found; pytest's own patience is the bound."""
    while (told := search(where, asked)).total != total:
        time.sleep(0.01)
    return told


def test_what_another_connection_wrote_is_soon_found(held: tuple[Store, Searcher], tmp_path: Path) -> None:
    _, where = held
    assert search(where, Search("parcel", Mode.KEYWORD)).total == 40
    other = Store(open_engine(f"sqlite:///{tmp_path / 'served.db'}")).open()
    keep(other, said("new", "another parcel"))
    assert until(where, Search("parcel", Mode.KEYWORD), 41).hits
    assert until(where, Search("another parcel", near=-1), 41).hits[0].mention.feedback_id == "shop:new"
    other.close()


def test_what_is_gone_is_never_shown_however_late_it_is_noticed(held: tuple[Store, Searcher]) -> None:
    store, where = held
    asked = Search("parcel", limit=100)
    assert search(where, asked).total == 40
    for number in range(0, 40, 4):
        delete(store, f"{number}")
        told = search(where, asked)
        assert not {f"{n}" for n in range(0, number + 1, 4)} & set(natives(told.hits))
    assert len(until(where, asked, 30).hits) == 30


def test_many_threads_search_while_others_write(held: tuple[Store, Searcher]) -> None:
    store, where = held

    def write(number: int) -> None:
        keep(store, said(f"w{number}", f"late parcel {number}", said_at=NOON + timedelta(days=number % 7)))

    def ask(number: int) -> int:
        mode = list(Mode)[number % 3]
        told = search(where, Search("late parcel", mode, near=-1, limit=50, facets=("channel", "stage")))
        assert all(sum(one.mentions for one in told.facets[name]) == told.total for name in told.facets)
        return told.total

    with ThreadPoolExecutor(6) as pool:
        written = [pool.submit(write, number) for number in range(20)]
        totals = [one.result() for one in [pool.submit(ask, number) for number in range(60)]]
        for one in written:
            one.result()
    assert all(40 <= total <= 60 for total in totals)
    assert until(where, Search("late parcel", Mode.KEYWORD), 60).total == 60


def test_no_search_waits_while_much_is_read(held: tuple[Store, Searcher], monkeypatch: pytest.MonkeyPatch) -> None:
    store, where = held
    assert search(where, Search("late parcel", near=-1)).total == 40
    read, may_read = facts.on_days, Event()

    def slowly(*asked: Any) -> facts.Facts:
        assert may_read.wait(60)
        return read(*asked)

    monkeypatch.setattr(facts, "on_days", slowly)
    keep(store, said("new", "another late parcel"))
    for mode in Mode:
        assert search(where, Search("late parcel", mode, near=-1)).total == 40
    may_read.set()
    assert until(where, Search("late parcel", near=-1), 41).hits


def test_a_model_that_cannot_be_opened_says_so_and_words_are_found_all_the_same(held: tuple[Store, Searcher]) -> None:
    store, _ = held

    def broken() -> Embedder:
        raise ConfigError("there is no model", hint="name another")

    where = Searcher(store, broken, patience=0.05)
    assert search(where, Search("parcel", Mode.KEYWORD)).total == 40
    with pytest.raises(ConfigError, match="no model"):
        search(where, Search("parcel"))
    assert search(where, Search("", limit=3)).total == 40
    where.close()
