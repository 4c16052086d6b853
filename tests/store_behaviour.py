"""What every database behind the store must do: a test class to inherit, with a fixture ``store``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.exc import StatementError

from connectors.base import Reject
from connectors.record import Channel, Feedback, Speaker, Turn
from mining import corrections, names_held, reading, schema, threads, work
from mining.filters import Filters
from mining.mention import VERSION
from mining.names import Catalogue
from mining.reading import Query
from mining.store import Pull, Store, Stored
from tests.fakes import NOON, keep, said, understood

SHOP = Pull("shop|reviews.csv", "shop", {"use": "files", "path": "reviews.csv"})


def rows(store: Store, table: Table) -> list[Any]:
    with store.transaction() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key)))


def count(store: Store, table: Table) -> int:
    with store.transaction() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def put(store: Store, *items: Feedback | Reject) -> Stored:
    return store.put_page(SHOP, items, {"v": 1})


CATALOGUE = Catalogue({"product": {"Acme Pro": ["אקמי"]}, "competitor": {"Globex": []}})


def _look_through(store: Store, catalogue: Catalogue = CATALOGUE) -> list[str]:
    """What a run does about names alone; the feedback that it looked through."""
    ids = work.to_name(store, catalogue.version)
    work.rename(store, ids, catalogue)
    return ids


def _stages(store: Store) -> list[tuple[str, float, str]]:
    return [(row.value, row.score, row.by) for row in rows(store, schema.labels) if row.task == "stage"]


class StoreBehaviour:
    """Inherit it and give a fixture ``store``: an open, empty store."""

    # --- what is kept -----------------------------------------------------------------------------------------------

    def test_what_is_new_changed_and_unchanged_is_told_apart(self, store: Store) -> None:
        first, second = said("1"), said("2", "Lovely beans.")
        assert put(store, first, second) == Stored(new=2)
        assert put(store, first, replace(second, text="Lovely beans, again.")) == Stored(changed=1, unchanged=1)
        assert [row.text for row in rows(store, schema.feedback)] == [first.text, "Lovely beans, again."]

    def test_a_later_fetch_or_another_zone_is_no_edit(self, store: Store) -> None:
        item = said("1")
        put(store, item)
        elsewhere = item.said_at.astimezone(timezone(timedelta(hours=2)))
        assert put(store, replace(item, fetched_at=NOON + timedelta(days=9), said_at=elsewhere)) == Stored(unchanged=1)

    def test_a_record_that_moved_within_its_file_is_no_edit(self, store: Store) -> None:
        put(store, said("1", extra={"where": "a.csv:1", "title": "x"}))
        assert put(store, said("1", extra={"where": "b.csv:7", "title": "x"})) == Stored(unchanged=1)
        assert put(store, said("1", extra={"where": "b.csv:7", "title": "y"})) == Stored(changed=1)

    def test_everything_about_an_item_comes_back_as_it_was(self, store: Store) -> None:
        turns = (Turn(Speaker.AGENT, "שלום\nמה שלומך?", 0.0, 2.5), Turn(Speaker.CUSTOMER, "بسته نرسید 😡", None, None))
        call = said(
            "call-1", channel=Channel.CALL, turns=turns, author="a1:00", url="https://example.com/1", rating=0.25,
            language="he", product="Acme Pro", segment={"plan": "gold", "odd\"key.": "x"}, solicited=True,
            parent="shop:0", extra={"where": "calls.json:1"},
        )  # fmt: skip
        put(store, call)
        assert work.feedback(store, ["shop:call-1", "shop:gone"]) == [call]

    def test_the_last_of_two_versions_in_one_page_is_kept(self, store: Store) -> None:
        assert put(store, said("1", "first"), said("1", "second")).new == 1
        assert [row.text for row in rows(store, schema.feedback)] == ["second"]

    def test_signs_that_no_database_takes_are_replaced_one_by_one(self, store: Store) -> None:
        put(store, said("1", "nul \0 half \ud83d end", extra={"k": "\0"}, author="\udcff"), Reject("x", "\ud83d", "\0"))
        assert [row.text for row in rows(store, schema.feedback)] == ["nul \ufffd half \ufffd end"]

    def test_a_naive_time_is_refused(self, store: Store) -> None:
        with pytest.raises(StatementError, match="naive time"):
            store.finish_pull(SHOP, datetime(2026, 11, 2))  # noqa: DTZ001  # it is what the test is about

    # --- edits and deletions ----------------------------------------------------------------------------------------

    def test_an_edit_drops_mentions_and_labels_and_is_mined_again(self, store: Store) -> None:
        edited, other = said("1"), said("2")
        keep(store, edited, other)
        taggers = {task: f"{task}@1" for task in ("stage", "intent", "sentiment", "effort", "touchpoint")}
        assert work.to_mine(store, VERSION, taggers) == []
        put(store, replace(edited, text="It came after all."))
        assert [row.feedback_id for row in rows(store, schema.mentions)] == ["shop:2"]
        assert {row.mention_id for row in rows(store, schema.labels)} == {"shop:2#0"}
        assert work.to_mine(store, VERSION, taggers) == ["shop:1"]

    def test_a_deletion_leaves_a_tombstone_that_a_backfill_cannot_revive(self, store: Store) -> None:
        item = said("1", "my secret words")
        keep(store, item)
        assert put(store, replace(item, deleted=True, text="")) == Stored(deleted=1)
        assert put(store, item) == Stored(refused=1)
        assert count(store, schema.feedback) == count(store, schema.mentions) == count(store, schema.labels) == 0
        assert [row.id for row in rows(store, schema.tombstones)] == ["shop:1"]

    def test_a_deletion_heard_of_before_the_item_keeps_it_out(self, store: Store) -> None:
        assert put(store, said("1", "", deleted=True)) == Stored()
        assert put(store, said("1")) == Stored(refused=1)

    def test_a_deletion_counts_wherever_the_page_ends(self, store: Store) -> None:
        put(store, said("1", "", deleted=True), said("1", "an old copy"))
        assert count(store, schema.feedback) == 0

    def test_what_the_index_still_holds_is_known_after_an_edit_and_a_deletion(self, store: Store) -> None:
        keep(store, said("1"), said("2"))
        work.mark_indexed(store, ["shop:1#0", "shop:2#0"], "hashing@1")
        put(store, said("1", "changed"), said("2", "", deleted=True))
        assert work.stale_vectors(store) == ["shop:1#0", "shop:2#0"]
        assert work.indexed(store, "hashing@1") == set()
        work.put_mined(store, understood(said("1", "changed")), VERSION)
        assert work.stale_vectors(store) == ["shop:2#0"]
        assert work.unindexed(store, "hashing@1") == [("shop:1#0", "changed")]

    # --- what people say against the models -------------------------------------------------------------------------

    def test_a_correction_outlives_tagging_and_returns_the_models_label_when_taken_back(self, store: Store) -> None:
        keep(store, said("1"), said("2"))
        corrections.correct(store, "shop:1#0", {"stage": "loyalty", "effort": "none"}, "דנה", "כי כך")
        newer = {task: f"{task}@2" for task in ("stage", "intent", "sentiment", "effort", "touchpoint")}
        assert work.to_mine(store, VERSION, newer) == ["shop:1", "shop:2"]
        work.put_mined(store, understood(said("1"), said("2"), version="2"), VERSION)
        assert work.to_mine(store, VERSION, newer) == []
        assert _stages(store) == [("loyalty", 1.0, "human:דנה"), ("purchase", 0.9, "stage@2")]
        assert reading.total(store, Filters(stage=("loyalty",))).mentions == 1
        corrections.take_back(store, "shop:1#0", ["stage"])
        assert _stages(store) == [("purchase", 0.9, "stage@2")] * 2
        [one] = corrections.listed(store)
        assert (one.labels, one.was, one.by, one.note) == ({"effort": "none"}, {"effort": "high"}, "דנה", "כי כך")

    def test_a_correction_waits_while_nobody_says_its_words(self, store: Store) -> None:
        first, second = said("1"), said("1", "It came after all.")
        keep(store, first)
        corrections.correct(store, "shop:1#0", {"stage": "loyalty"}, "dana")
        keep(store, second)
        assert [(one.id, one.text, one.waits) for one in corrections.listed(store)] == [("shop:1@0", None, True)]
        assert [by for _, _, by in _stages(store)] == ["stage@1"]
        keep(store, first)
        assert [(one.id, one.text, one.waits) for one in corrections.listed(store)] == [("shop:1#0", first.text, False)]
        assert [by for _, _, by in _stages(store)] == ["human:dana"]

    def test_a_mention_is_found_by_its_beginning_in_its_own_letter_case(self, store: Store) -> None:
        keep(store, said("AB"), said("ab"), said("שלום"))
        assert corrections.found(store, "shop:A") == "shop:AB#0"
        assert corrections.found(store, "shop:ש") == "shop:שלום#0"

    # --- the company's names ----------------------------------------------------------------------------------------

    def test_names_are_found_once_and_again_when_the_catalogue_changes(self, store: Store) -> None:
        keep(store, said("1", "Globex and ACME PRO are slow"), said("2", "לאקמי אין שירות"), said("3", "late"))
        before = rows(store, schema.labels)
        assert _look_through(store) == ["shop:1", "shop:2", "shop:3"]
        assert _look_through(store) == []
        held = {row.mention_id: [(name.kind, name.name, row.text[name.start : name.end]) for name in row.names]
                for row in reading.heard(store, Query(Filters()))}  # fmt: skip
        both = [("competitor", "Globex", "Globex"), ("product", "Acme Pro", "ACME PRO")]
        assert held == {"shop:1#0": both, "shop:2#0": [("product", "Acme Pro", "אקמי")], "shop:3#0": []}
        other = Catalogue({"platform": {"Wolt": ["late"]}})
        assert _look_through(store, other) == ["shop:1", "shop:2", "shop:3"]
        assert [(row.mention_id, row.name) for row in rows(store, schema.names)] == [("shop:3#0", "Wolt")]
        assert _look_through(store, Catalogue()) == ["shop:1", "shop:2", "shop:3"]
        assert count(store, schema.names) == count(store, schema.named) == len(_look_through(store, Catalogue())) == 0
        assert rows(store, schema.labels) == before

    def test_a_name_filters_what_holds_it_and_what_is_about_it(self, store: Store) -> None:
        keep(store, said("1", "Acme Pro broke"), said("2", product="Acme Pro"), said("3", product="Acme"), said("4"))
        keep(store, said("5", "Globex is better", product="Acme"))
        _look_through(store)
        for filters, found in (
            (Filters(product=("Acme Pro",)), ["shop:1", "shop:2"]),
            (Filters(product=("Acme Pro", "Acme")), ["shop:1", "shop:2", "shop:3", "shop:5"]),
            (Filters(competitor=("Globex",)), ["shop:5"]),
            (Filters(competitor=("Globex",), product=("Acme",)), ["shop:5"]),
            (Filters(platform=("Globex",)), []),
            (Filters(product=("acme pro",)), []),
        ):
            again = Query.from_spec(Query(filters).spec())
            assert [row.feedback_id for row in reading.heard(store, again)] == found, filters
        counted = names_held.by_name(store, Filters())
        assert [(row["kind"], row["name"], row["mentions"]) for row in counted] == [
            ("competitor", "Globex", 1), ("product", "Acme Pro", 1)
        ]  # fmt: skip

    def test_names_go_with_the_words_that_held_them(self, store: Store) -> None:
        keep(store, *(said(str(n), "Acme Pro broke", author=f"a1:{n}") for n in range(4)))
        _look_through(store)
        put(store, said("0", "It works again.", author="a1:0"), said("1", "", deleted=True))
        store.erase("a1:2")
        assert {row.mention_id for row in rows(store, schema.names)} == {"shop:3#0"}
        assert {row.feedback_id for row in rows(store, schema.named)} == {"shop:3"}
        keep(store, said("0", "Globex works.", author="a1:0"))
        assert _look_through(store) == ["shop:0"]
        assert [row.name for row in rows(store, schema.names)] == ["Globex", "Acme Pro"]

    def test_what_is_read_anew_has_its_names_at_once(self, store: Store) -> None:
        item = said("1", "Acme Pro broke")
        keep(store, item)
        mined = understood(item)
        named = replace(mined, names=CATALOGUE.find([item.text]), named_by=CATALOGUE.version)
        for _ in range(2):
            work.put_mined(store, named, VERSION)
        assert [(row.mention_id, row.name) for row in rows(store, schema.names)] == [("shop:1#0", "Acme Pro")]
        assert work.to_name(store, CATALOGUE.version) == []

    # --- pages and cursors ------------------------------------------------------------------------------------------

    def test_a_cursor_is_found_again_by_its_pull(self, store: Store) -> None:
        assert store.cursor(SHOP.key) == {}
        store.put_page(SHOP, [], {"v": 1, "line": 7, "name": "ביקורות"})
        assert store.cursor(SHOP.key) == {"v": 1, "line": 7, "name": "ביקורות"}
        assert store.cursor("other|") == {}
        assert store.pulls("shop") == [SHOP]
        assert store.pulls("other") == []

    def test_page_and_cursor_are_one_transaction(self, store: Store) -> None:
        store.put_page(SHOP, [said("1")], {"v": 1, "line": 1})
        with pytest.raises((StatementError, TypeError), match="not JSON"):
            store.put_page(SHOP, [said("2"), Reject("a:2", "no date")], {"line": object()})
        assert store.cursor(SHOP.key) == {"v": 1, "line": 1}
        assert [row.id for row in rows(store, schema.feedback)] == ["shop:1"]
        assert count(store, schema.rejects) == 0

    # --- rejects ----------------------------------------------------------------------------------------------------

    def test_a_record_rejected_twice_is_one_reject_with_two_tries(self, store: Store) -> None:
        put(store, Reject("a.csv:1", "no date", "raw"))
        put(store, Reject("a.csv:1", "no text", "raw"), Reject("a.csv:2", "no date"))
        seen = [(row["where"], row["reason"], row["tries"]) for row in store.rejects()]
        assert seen == [("a.csv:1", "no text", 2), ("a.csv:2", "no date", 1)]
        first, second = store.rejects("shop")
        assert first["first_seen"] < first["last_seen"] == second["first_seen"]
        assert store.rejects("other") == []

    def test_a_record_read_after_all_is_no_reject_any_more(self, store: Store) -> None:
        put(store, Reject("a.csv:1", "no date"), Reject("a.csv:2", "no date"), Reject("a.csv:3", "no date"))
        twice = said("1", extra={"where": "a.csv:1"}), said("1", extra={"where": "a.csv:2"})
        assert put(store, *twice).new == 1
        assert [row["where"] for row in store.rejects()] == ["a.csv:3"]

    # --- erasing ----------------------------------------------------------------------------------------------------

    def test_erasing_an_author_reports_and_removes_rows_everywhere(self, store: Store) -> None:
        keep(store, said("1", author="a1:aa"), said("2", author="a1:aa"), said("3", author="a1:bb"))
        work.mark_indexed(store, ["shop:1#0", "shop:3#0"], "hashing@1")
        put(store, Reject("a:9", "no date", '{"author": "a1:aa"}'), Reject("a:10", "no date", '{"author": "a1:bb"}'))
        for number in ("1", "3"):
            corrections.correct(store, f"shop:{number}#0", {"stage": "loyalty", "intent": "churn"}, "dana", "a note")
        erased = store.erase("a1:aa")
        assert (erased.feedback, erased.mentions, erased.labels, erased.corrections) == (2, 2, 10, 2)
        assert [one.id for one in corrections.listed(store)] == ["shop:3#0"]
        assert [row.id for row in rows(store, schema.feedback)] == ["shop:3"]
        assert [row.id for row in rows(store, schema.mentions)] == ["shop:3#0"]
        assert {row.mention_id for row in rows(store, schema.labels)} == {"shop:3#0"}
        assert [row.id for row in rows(store, schema.tombstones)] == ["shop:1", "shop:2"]
        assert [row["where"] for row in store.rejects()] == ["a:10"]
        assert put(store, said("1", author="a1:aa")) == Stored(refused=1)

    def test_erasing_nobody_erases_nothing(self, store: Store) -> None:
        keep(store, said("1"), said("2", author="a1:bb"))
        put(store, Reject("a:9", "no date", "raw"))
        for nobody in ("", "a1:cc"):
            erased = store.erase(nobody)
            assert (erased.feedback, erased.corrections) == (0, 0)
        assert count(store, schema.feedback) == 2
        assert len(store.rejects()) == 1

    # --- reading ----------------------------------------------------------------------------------------------------

    def test_rows_are_heard_newest_first_and_ties_by_id(self, store: Store) -> None:
        ids = ["b", "B", "a-1", "a1", "a:10", "a:1", "Ä", "ש", "_", "10", "9"]
        keep(store, *(said(one) for one in ids), said("newest", said_at=NOON + timedelta(hours=1)))
        heard = [row.feedback_id for row in reading.heard(store, Query(Filters()))]
        assert heard == ["shop:newest", *sorted(f"shop:{one}" for one in ids)]
        members = tuple(row.mention_id for row in reading.heard(store, Query(Filters())))
        assert [row.feedback_id for row in reading.heard(store, Query(Filters(), members[::-1]), limit=5)] == heard[:5]

    def test_equal_counts_are_listed_in_one_order_everywhere(self, store: Store) -> None:
        values = ["b", "B", "a-1", "a1", "_", "ש", "Ä"]
        keep(store, *(said(str(place), product=value) for place, value in enumerate(values)))
        assert [row["product"] for row in reading.by(store, Filters(), ["product"])] == sorted(values)

    def test_a_phrase_is_found_in_any_letter_case_and_literally(self, store: Store) -> None:
        keep(store, said("1", "ÄRGER with 100% of it"), said("2", "100 of 1000"), said("3", "under_score"))
        for phrase, found in (("ärger", 1), ("100%", 1), ("100", 2), ("r_s", 1), ("R S", 0)):
            assert reading.total(store, Filters(phrase=phrase)).mentions == found, phrase

    def test_a_segment_is_compared_whatever_its_name(self, store: Store) -> None:
        odd = {"plan": "gold", "a.b": "dot", "it's": "quote"}
        keep(store, said("1", segment=odd), said("2", segment={"plan": "silver"}), said("3"))
        for key, value in odd.items():
            found = reading.heard(store, Query(Filters(segment={key: value})))
            assert [row.feedback_id for row in found] == ["shop:1"], key

    def test_a_query_is_remembered_and_recalled(self, store: Store) -> None:
        keep(store, said("1"))
        query = Query(Filters(since=NOON, stage=("purchase",), segment={"plan": "gold"}), ("shop:1#0",))
        reading.remember(store, {query.id: (query, 1)}, NOON)
        reading.remember(store, {query.id: (query, 2)}, NOON + timedelta(days=1))
        assert reading.recall(store, query.id) == (query, 2, NOON + timedelta(days=1))

    def test_a_conversation_is_remembered_recalled_and_let_go_of(self, store: Store) -> None:
        for spec in ({"q": "first"}, {"q": "שלום \0 \ud83d", "n": [1, None]}):
            threads.remember(store, "C1/\0", spec, NOON)
            assert threads.recall(store, "C1/\0") == spec
        threads.remember(store, "x" * threads.LONGEST, {}, NOON - timedelta(days=1))
        assert threads.recall(store, "c1/\0") is None
        assert threads.forget_before(store, NOON) == 1
        assert threads.forget(store, "C1/\0")
        assert not threads.forget(store, "C1/\0")

    def test_how_fresh_each_source_is(self, store: Store) -> None:
        assert reading.freshness(store) == {}
        keep(store, said("1"), said("2", fetched_at=NOON + timedelta(days=3)), said("x", source="calls"))
        assert reading.freshness(store) == {"calls": NOON + timedelta(days=1), "shop": NOON + timedelta(days=3)}
