"""Searching and grouping on a database server: the same hits, totals, facets and pages as in a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.record import Channel
from mining.aggregate import Aggregate, aggregate
from mining.database import open_engine
from mining.filters import Filters
from mining.search import Mode, Search
from mining.store import Store
from tests.fakes import NOON, said
from tests.integration.test_postgres import server, url
from tests.searched import delete, found, keep, natives, pages, searcher

__all__ = ["server", "url"]


@pytest.fixture
def on_server(url: str) -> Iterator[Store]:
    store = Store(open_engine(url)).open()
    yield store
    store.close()


def fill(store: Store) -> None:
    for number in range(23):
        channel = Channel.SOCIAL if number % 3 else Channel.REVIEW
        words = ("the parcel came late", "כרטיס האשראי נדחה", "کارت پذیرفته نشد")[number % 3]
        at = NOON + timedelta(days=number % 7)
        keep(store, said(str(number), f"{words} {number}", channel=channel, said_at=at, rating=0.25))


def test_hits_and_pages_are_those_of_a_file(on_server: Store, sqlite: Store) -> None:
    told = []
    for store in (on_server, sqlite):
        fill(store)
        where = searcher(store)
        asked = Search("parcel late", Mode.HYBRID, limit=4, near=0.3, facets=("channel", "language", "stage"))
        turned = pages(where, asked)
        told.append([(natives(page.hits), page.total, page.total_feedback, page.facets) for page in turned])
    assert told[0] == told[1]
    assert len(told[0]) > 1


def test_edits_and_deletions_are_searched_at_once(on_server: Store) -> None:
    fill(on_server)
    where = searcher(on_server)
    assert "1" in found(where, "האשראי", Mode.KEYWORD)
    delete(on_server, "1")
    assert "1" not in found(where, "האשראי", Mode.KEYWORD)
    keep(on_server, said("4", "something else altogether"))
    assert "4" not in found(where, "האשראי", Mode.KEYWORD)
    assert found(where, "altogether", Mode.KEYWORD) == ["4"]


def test_selections_without_a_dimension_and_tables_are_those_of_a_file(on_server: Store, sqlite: Store) -> None:
    told = []
    for store in (on_server, sqlite):
        fill(store)
        without = Filters(without=("theme",), channel=("social",))
        rows = aggregate(store, Aggregate(Filters(), by=("channel", "stage"), grain="week"))
        told.append((found(searcher(store), "", Mode.KEYWORD, without), rows))
    assert told[0] == told[1]
