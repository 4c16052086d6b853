"""Who else said this: neighbours of a mention, as the index knows them and SQL has them."""

from __future__ import annotations

import pytest

from connectors.errors import ConfigError
from mining.filters import Filters
from mining.similar import similar
from mining.store import Store
from tests.fakes import HashingEmbedder, MemoryIndex, keep, said

SAID = {
    "late": "the parcel came two weeks late",
    "later": "the parcel came three weeks late",
    "card": "my card was declined",
    "none": "lovely colours everywhere",
}
EVERYBODY = Filters(speaker=None)


@pytest.fixture
def index(sqlite: Store) -> MemoryIndex:
    keep(sqlite, *(said(native, text) for native, text in SAID.items()))
    index = MemoryIndex()
    index.upsert([f"shop:{native}#0" for native in SAID], HashingEmbedder().encode(list(SAID.values())))
    return index


def near(store: Store, index: MemoryIndex, mention: str, k: int, filters: Filters = EVERYBODY) -> list[str]:
    found = similar(store, index, HashingEmbedder(), mention, k, filters)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    return [one.mention.feedback_id for one in found]


def test_the_nearest_come_first_and_never_the_mention_itself(sqlite: Store, index: MemoryIndex) -> None:
    assert near(sqlite, index, "shop:late#0", 1) == ["shop:later"]
    assert sorted(near(sqlite, index, "shop:late#0", 10)) == ["shop:card", "shop:later", "shop:none"]


def test_filters_choose_among_neighbours_however_far_they_are(sqlite: Store, index: MemoryIndex) -> None:
    assert near(sqlite, index, "shop:late#0", 1, Filters(phrase="colours")) == ["shop:none"]


def test_what_is_gone_from_sql_is_not_shown(sqlite: Store, index: MemoryIndex) -> None:
    with sqlite.transaction() as connection:
        sqlite.delete(connection, ["shop:later"])
    assert "shop:later" not in near(sqlite, index, "shop:late#0", 10)


def test_an_unknown_mention_is_said_to_be_none(sqlite: Store, index: MemoryIndex) -> None:
    with pytest.raises(ConfigError, match="no mention 'shop:gone#0'"):
        near(sqlite, index, "shop:gone#0", 3)
