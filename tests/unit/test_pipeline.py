"""The pipeline on fakes: what is missing is filled, once, whatever happened before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from connectors.base import Reject
from connectors.errors import OverheardError, Unreachable
from connectors.record import Channel, Feedback, Speaker, Turn
from embeddings.base import Index
from mining import reading, schema
from mining.filters import Filters
from mining.pipeline import Miner, Progress, Understood, fill_index, pull, retry, understand
from mining.reading import Query
from mining.store import Pull, Store, Stored
from tests.fakes import KEY, HashingEmbedder, HashingReader, Listed, MemoryIndex, said
from tests.store_behaviour import rows

SHOP = Pull("shop|", "shop", {})
REVIEWS = [
    said("1", "The parcel came late. Support was lovely."),
    said("2", "הקופה קרסה פעמיים."),
    said("3", "بسته دیر رسید."),
    said("4", "..."),
    said("5", ""),
]


@pytest.fixture
def index() -> MemoryIndex:
    return MemoryIndex()


@pytest.fixture
def miner() -> Miner:
    return Miner(HashingReader())


def opened(index: MemoryIndex) -> Callable[[], Index]:
    return lambda: index


def put(store: Store, *items: Feedback) -> None:
    pull(store, Listed(items), replace(SHOP, key=f"shop|{items}"), KEY)


def mention_ids(store: Store) -> set[str]:
    return {row.id for row in rows(store, schema.mentions)}


# --- pulling --------------------------------------------------------------------------------------------------------


def test_a_pull_stores_every_page_and_goes_on_behind_it(sqlite: Store) -> None:
    pages: list[list[Feedback | Reject]] = [[said("1"), Reject("a:2", "no date")], [said("3")]]
    steps: list[Progress] = []
    pulled = pull(sqlite, Listed(*pages), SHOP, KEY, on_progress=steps.append)
    assert pulled.stored == Stored(new=2, rejected=1)
    assert [(step.stage, step.done, step.items) for step in steps] == [("pull", 0.5, 1), ("pull", 1.0, 2)]
    again = pull(sqlite, Listed(*pages, [said("4")]), SHOP, KEY)
    assert again.stored == Stored(new=1)
    assert again.pages == 1


def test_personal_data_are_masked_before_anything_is_stored(sqlite: Store) -> None:
    mine = said("1", "Write to dana@example.com", author="Dana Levi", extra={"reply": "call 054-7654321"})
    pull(sqlite, Listed([mine, Reject("a:2", "no date", "dana@example.com", author="Dana Levi")]), SHOP, KEY)
    stored = repr(rows(sqlite, schema.feedback) + rows(sqlite, schema.rejects))
    for secret in ("dana@", "Dana", "7654321"):
        assert secret not in stored
    assert "[email]" in stored
    assert "a1:" in stored


def test_what_was_stored_before_a_source_failed_stays(sqlite: Store) -> None:
    class Failing(Listed):
        def pull(self, cursor, window):  # type: ignore[no-untyped-def]  # as the class above has it
            yield from super().pull(cursor, window)
            raise Unreachable("nobody answers")

    with pytest.raises(Unreachable):
        pull(sqlite, Failing([said("1")], [said("2")]), SHOP, KEY)
    assert sqlite.count_feedback() == 2
    assert pull(sqlite, Listed([said("1")], [said("2")], [said("3")]), SHOP, KEY).stored == Stored(new=1)


def test_rejects_are_read_again_and_settled_where_they_lay(sqlite: Store) -> None:
    readable, hopeless = Reject("a:1", "no date", '{"text": "late"}'), Reject("a:2", "no date", "torn")
    pull(sqlite, Listed([readable, hopeless]), SHOP, KEY)
    assert retry(sqlite, Listed(), "shop", KEY) == Stored(new=1, rejected=1)
    assert [row["where"] for row in sqlite.rejects()] == ["a:2"]
    assert [row.extra for row in rows(sqlite, schema.feedback)] == [{"where": "a:1"}]


# --- understanding --------------------------------------------------------------------------------------------------


def test_mining_twice_does_nothing_the_second_time(sqlite: Store, miner: Miner, index: MemoryIndex) -> None:
    put(sqlite, *REVIEWS)
    first = understand(sqlite, miner, opened(index))
    assert first.feedback == 5
    assert first.mentions == first.indexed == 4
    before = [rows(sqlite, table) for table in schema.metadata.sorted_tables]
    assert understand(sqlite, miner, opened(index)) == Understood()
    assert [rows(sqlite, table) for table in schema.metadata.sorted_tables] == before
    assert index.ids() == mention_ids(sqlite)


def test_every_mention_has_one_label_of_every_task_and_is_cut_from_its_text(sqlite: Store, miner: Miner) -> None:
    put(sqlite, *REVIEWS)
    understand(sqlite, miner, opened(MemoryIndex()))
    texts = {row.id: row.text for row in rows(sqlite, schema.feedback)}
    labelled = {(row.mention_id, row.task, row.by) for row in rows(sqlite, schema.labels)}
    for mention in rows(sqlite, schema.mentions):
        assert texts[mention.feedback_id][mention.start : mention.end] == mention.text
        assert {(mention.id, task, by) for task, by in miner.versions.items()} <= labelled
    assert len(labelled) == 5 * len(mention_ids(sqlite))


@pytest.mark.parametrize("batch", [1, 2, 1_000])
def test_the_size_of_a_batch_changes_nothing(sqlite: Store, miner: Miner, index: MemoryIndex, batch: int) -> None:
    put(sqlite, *REVIEWS)
    steps: list[Progress] = []
    done = understand(sqlite, miner, opened(index), steps.append, batch=batch)
    assert (done.feedback, done.mentions, done.indexed) == (5, 4, 4)
    assert steps[-1] == Progress("understand", 5, 5, 4)
    assert index.ids() == mention_ids(sqlite)


def test_a_changed_tagger_labels_again(sqlite: Store, index: MemoryIndex) -> None:
    put(sqlite, *REVIEWS)
    understand(sqlite, Miner(HashingReader()), opened(index))
    better = Miner(HashingReader(version="2"))
    assert understand(sqlite, better, opened(index)).mentions == 4
    assert {row.by for row in rows(sqlite, schema.labels)} == set(better.versions.values())


def test_a_changed_splitter_cuts_again(
    sqlite: Store, miner: Miner, index: MemoryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sqlite, *REVIEWS)
    understand(sqlite, miner, opened(index))
    monkeypatch.setattr("mining.mention.VERSION", "mention@999")
    assert understand(sqlite, miner, opened(index)).feedback == 5
    assert understand(sqlite, miner, opened(index)) == Understood()


def test_an_edit_is_understood_again_and_nothing_else_is(sqlite: Store, miner: Miner, index: MemoryIndex) -> None:
    put(sqlite, *REVIEWS)
    understand(sqlite, miner, opened(index))
    put(sqlite, replace(REVIEWS[0], text="It never came."))
    done = understand(sqlite, miner, opened(index))
    assert (done.feedback, done.mentions, done.removed) == (1, 1, 1)
    assert index.ids() == mention_ids(sqlite)
    assert index.held["shop:1#1"] @ HashingEmbedder().encode(["It never came."])[0] == pytest.approx(1)


# --- the index ------------------------------------------------------------------------------------------------------


def test_an_index_that_lost_vectors_gets_them_again(sqlite: Store, miner: Miner, index: MemoryIndex) -> None:
    put(sqlite, *REVIEWS)
    understand(sqlite, miner, opened(index))
    whole = dict(index.held)
    for lost in (["shop:2#1"], list(whole)):
        index.delete(lost)
        assert understand(sqlite, miner, opened(index)).indexed == len(lost)
        assert index.ids() == set(whole)
    assert all(np.array_equal(index.held[one], whole[one]) for one in whole)


def test_vectors_of_what_has_gone_leave_the_index(sqlite: Store, miner: Miner, index: MemoryIndex) -> None:
    put(sqlite, *REVIEWS)
    understand(sqlite, miner, opened(index))
    put(sqlite, replace(REVIEWS[0], text="", deleted=True))
    assert understand(sqlite, miner, opened(index)).removed == 2
    assert index.ids() == mention_ids(sqlite) == {"shop:2#1", "shop:3#1"}


def test_another_model_gets_vectors_of_its_own(sqlite: Store, miner: Miner) -> None:
    put(sqlite, *REVIEWS)
    understand(sqlite, miner, opened(MemoryIndex()))
    other, fresh = Miner(HashingReader(), HashingEmbedder("other@1", 32)), MemoryIndex("other@1")
    done = fill_index(sqlite, other, opened(fresh))
    assert (done.feedback, done.indexed) == (0, 4)
    assert {len(vector) for vector in fresh.held.values()} == {32}


class Dying(MemoryIndex):
    """Takes the vectors, and the process dies before anybody notes it."""

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32], facets: object = None) -> None:
        super().upsert(ids, vectors)
        raise OverheardError("the disk is gone")


def test_an_error_of_the_index_is_raised_and_what_is_in_sql_stays(sqlite: Store, miner: Miner) -> None:
    put(sqlite, *REVIEWS)
    with pytest.raises(OverheardError, match="the disk is gone"):
        understand(sqlite, miner, opened(Dying()), batch=1)
    assert mention_ids(sqlite)


def test_an_index_that_cannot_be_opened_is_an_error_of_the_run(sqlite: Store, miner: Miner) -> None:
    def closed() -> Index:
        raise OverheardError("another run writes to the index")

    put(sqlite, *REVIEWS)
    with pytest.raises(OverheardError, match="another run"):
        understand(sqlite, miner, closed)


def test_vectors_written_before_a_death_are_not_forgotten(sqlite: Store, miner: Miner) -> None:
    dying = Dying()
    put(sqlite, *REVIEWS)
    with pytest.raises(OverheardError):
        understand(sqlite, miner, opened(dying))
    assert "shop:1#2" in dying.ids()
    # Before the next run the second sentence goes: nothing may keep its vector.
    put(sqlite, replace(REVIEWS[0], text="The parcel came late."))
    index = MemoryIndex()
    index.held = dying.held
    understand(sqlite, miner, opened(index))
    assert index.ids() == mention_ids(sqlite)


def test_no_index_is_opened_when_there_is_nothing_for_it(sqlite: Store, miner: Miner) -> None:
    def unwanted() -> Index:
        raise AssertionError("opened")

    assert understand(sqlite, miner, unwanted) == Understood()


# --- agents ---------------------------------------------------------------------------------------------------------


def test_agents_words_are_labelled_and_searchable_but_never_counted(
    sqlite: Store, miner: Miner, index: MemoryIndex
) -> None:
    turns = (Turn(Speaker.AGENT, "How can I help you today?"), Turn(Speaker.CUSTOMER, "My card was declined twice."))
    put(sqlite, said("call", channel=Channel.CALL, turns=turns))
    put(sqlite, said("alone", channel=Channel.CALL, turns=turns[:1]))
    understand(sqlite, miner, opened(index))
    everybody = reading.heard(sqlite, Query(Filters(speaker=None)))
    assert [row.speaker for row in everybody] == ["agent", "agent", "customer"]
    assert all(set(row.labels) == set(miner.versions) for row in everybody)
    assert index.count() == 3
    assert [row.text for row in reading.heard(sqlite, Query(Filters()))] == ["My card was declined twice."]
    total = reading.total(sqlite, Filters())
    assert (total.feedback, total.mentions) == (1, 1)
