"""Search by meaning and by word, on fakes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.record import Channel, Feedback
from mining import search as searching
from mining.filters import Filters
from mining.search import search
from mining.store import Store
from tests.fakes import NOON, HashingEmbedder, MemoryIndex, keep, said

EMBEDDER = HashingEmbedder(dimensions=512)
ANYBODY = Filters(speaker=None)


def indexed(store: Store, *items: Feedback, **labels: str) -> MemoryIndex:
    keep(store, *items, **labels)
    index = MemoryIndex()
    index.upsert([f"{item.id}#0" for item in items], EMBEDDER.encode([item.text for item in items]))
    return index


def found(store: Store, index: MemoryIndex, words: str, filters: Filters = ANYBODY, k: int = 10) -> list[str]:
    return [hit.mention.feedback_id for hit in search(store, index, EMBEDDER, words, filters, k)]


@pytest.fixture
def remarks() -> list[Feedback]:
    return [
        said("late", "the parcel came two weeks late"),
        said("wet", "the parcel came wet"),
        said("card", "my card was declined", channel=Channel.SOCIAL),
        said("cards", "discarded by the postman", said_at=NOON + timedelta(days=30)),
    ]


def test_the_nearest_come_first_with_their_scores(sqlite: Store, remarks: list[Feedback]) -> None:
    index = indexed(sqlite, *remarks)
    hits = search(sqlite, index, EMBEDDER, "parcel came wet", ANYBODY, 2)
    assert [hit.mention.feedback_id for hit in hits] == ["shop:wet", "shop:late"]
    assert 1.3 >= hits[0].score > hits[1].score > 0


def test_filters_hold_for_both_ways_of_finding(sqlite: Store, remarks: list[Feedback]) -> None:
    index = indexed(sqlite, *remarks)
    assert found(sqlite, index, "card", Filters(channel=("social",))) == ["shop:card"]
    assert found(sqlite, index, "card", Filters(since=NOON + timedelta(days=1))) == ["shop:cards"]
    assert found(sqlite, index, "card", Filters(stage=("loyalty",))) == []


def test_a_word_is_found_that_the_index_does_not_hold(sqlite: Store, remarks: list[Feedback]) -> None:
    index = indexed(sqlite, *remarks)
    index.delete(["shop:wet#0"])
    assert found(sqlite, index, "wet")[0] == "shop:wet"


def test_what_has_gone_from_sql_is_not_found(sqlite: Store, remarks: list[Feedback]) -> None:
    index = indexed(sqlite, *remarks)
    index.upsert(["shop:erased#0"], EMBEDDER.encode(["my card was declined"]))
    assert "shop:erased" not in found(sqlite, index, "my card was declined")


def test_equal_hits_come_in_the_order_of_their_ids(sqlite: Store) -> None:
    index = indexed(sqlite, *(said(name, "late again") for name in "cab"))
    assert found(sqlite, index, "late again") == ["shop:a", "shop:b", "shop:c"]


def test_words_without_a_meaning_are_still_looked_for(sqlite: Store, remarks: list[Feedback]) -> None:
    index = indexed(sqlite, *remarks, said("code", "error 0x5f"))
    assert found(sqlite, index, "0x5f")[0] == "shop:code"
    assert found(sqlite, index, "") == sorted(found(sqlite, index, ""))


def test_a_selection_too_large_to_name_is_filtered_afterwards(
    sqlite: Store, remarks: list[Feedback], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_MAX_AMONG", 1)
    index = indexed(sqlite, *remarks)
    assert set(found(sqlite, index, "parcel", Filters(channel=("review",)))) == {"shop:late", "shop:wet", "shop:cards"}


def test_nothing_is_found_in_an_empty_store(sqlite: Store) -> None:
    assert found(sqlite, MemoryIndex(), "late", Filters()) == []
