"""Search by word, by meaning and by both: what is a hit, in which order, with which counts beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from connectors.record import Channel, Feedback
from mining import corrections, reading, search_others
from mining.filters import Filters
from mining.reading import Query
from mining.search import FACETS, MOST, Highlight, Mode, Order, Search, search
from mining.store import Store
from mining.themes import table
from tests.fakes import NOON, fresh_store, said
from tests.searched import ANYBODY, NEAR, delete, found, keep, natives, pages, searcher

WORDS = ("parcel", "late", "card", "refund", "broken", "support", "app", "price")
SINGLE = tuple(name for name in FACETS if name not in ("product", "competitor", "platform"))


def often(examples: int) -> settings:
    health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, max_examples=examples, derandomize=True, suppress_health_check=health)


@pytest.fixture
def remarks() -> list[Feedback]:
    return [
        said("late", "the parcel came two weeks late"),
        said("wet", "the parcel came wet"),
        said("card", "my card was declined", channel=Channel.SOCIAL),
        said("post", "discarded by the postman", said_at=NOON + timedelta(days=30)),
    ]


# --- by word --------------------------------------------------------------------------------------------------------


def test_a_keyword_hit_says_every_word(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    where = searcher(sqlite)
    assert found(where, "parcel", Mode.KEYWORD) == ["wet", "late"]
    assert found(where, "parcel late", Mode.KEYWORD) == ["late"]
    assert found(where, "parcel declined", Mode.KEYWORD) == []
    assert found(where, "card", Mode.KEYWORD) == ["card"]


def test_words_that_hold_a_sentence_together_need_not_be_said(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    assert found(searcher(sqlite), "why is the parcel so late?", Mode.KEYWORD) == ["late"]
    assert found(searcher(sqlite), "my", Mode.KEYWORD) == ["card"]


def test_quoted_words_stand_beside_each_other_and_dashed_ones_are_not_said(sqlite: Store) -> None:
    keep(sqlite, said("a", "late delivery again"), said("b", "delivery was late"), said("c", "late, late delivery"))
    where = searcher(sqlite)
    assert set(found(where, '"late delivery"', Mode.KEYWORD)) == {"a", "c"}
    assert found(where, "delivery -again -was", Mode.KEYWORD) == ["c"]
    assert found(where, '-"late delivery" late', Mode.KEYWORD) == ["b"]
    assert found(where, '"delivery late"', Mode.KEYWORD) == []


def test_a_short_text_that_says_it_ranks_above_a_long_one(sqlite: Store) -> None:
    keep(sqlite, said("long", "refund " + "word " * 40), said("short", "refund please"))
    assert found(searcher(sqlite), "refund", Mode.KEYWORD) == ["short", "long"]


def test_a_telling_word_counts_more_than_one_that_everybody_says(sqlite: Store) -> None:
    keep(sqlite, *(said(f"n{n}", "app app app") for n in range(20)), said("x", "crash app"), said("y", "app refund"))
    [first, *_] = search(searcher(sqlite), Search("crash app", Mode.HYBRID, near=0.1)).hits
    assert natives([first]) == ["x"]


def test_what_people_type_is_no_pattern(sqlite: Store) -> None:
    keep(sqlite, said("a", "100% wrong"), said("b", "100 wrong a_b"), said("c", "it's (wrong) [now] * \\d"))
    where = searcher(sqlite)
    assert set(found(where, "100%", Mode.KEYWORD)) == {"a", "b"}
    assert found(where, "a_b", Mode.KEYWORD) == ["b"]
    for odd in ("%", "_", "*", "\\d", "'", '"', '""', "(", "[", "'; drop table mentions; --", "\0", "-", "- -", '-"'):
        assert isinstance(found(where, odd, Mode.KEYWORD), list)


# --- by meaning -----------------------------------------------------------------------------------------------------


def test_the_nearest_come_first_with_their_cosines(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    hits = search(searcher(sqlite), Search("parcel came wet", Mode.SEMANTIC, near=NEAR)).hits
    assert natives(hits) == ["wet", "late"]
    assert hits[0].score == pytest.approx(3 / (3**0.5 * 4**0.5), abs=0.01)
    assert 1 >= hits[0].score > hits[1].score >= NEAR


def test_near_is_what_the_asker_says(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    for near, many in ((0.99, 0), (0.5, 2), (-1.0, 4)):
        told = search(searcher(sqlite), Search("the parcel came", Mode.SEMANTIC, near=near))
        assert (told.total, len(told.hits)) == (many, many)


def test_a_mention_without_a_vector_is_found_by_its_words_alone(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    with sqlite.transaction() as connection:
        table.put_vectors(connection, ["shop:wet#0"], "another-space", [bytes(256)])
    where = searcher(sqlite)
    assert found(where, "wet", Mode.SEMANTIC) == []
    assert found(where, "wet") == ["wet"]


def test_words_without_a_meaning_are_still_looked_for(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks, said("code", "error 0x5f"))
    assert found(searcher(sqlite), "0x5f")[0] == "code"


# --- both, filters, order -------------------------------------------------------------------------------------------


def test_filters_hold_for_every_way_of_finding(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    where = searcher(sqlite)
    for mode in Mode:
        assert found(where, "card", mode, Filters(channel=("social",))) == ["card"]
        assert found(where, "the", mode, Filters(since=NOON + timedelta(days=1))) == ["post"]
        assert found(where, "card", mode, Filters(stage=("loyalty",))) == []
        assert found(where, "parcel", mode, Filters(phrase="LATE")) == ["late"]


def test_words_said_raise_a_hit_above_a_like_one(sqlite: Store) -> None:
    keep(sqlite, said("a", "parcel late"), said("b", "late parcels"))
    hits = search(searcher(sqlite), Search("parcel late", near=NEAR)).hits
    assert natives(hits) == ["a", "b"]
    assert hits[0].score > 1.1 > hits[1].score


def test_equal_hits_come_newest_first_and_then_by_id(sqlite: Store) -> None:
    keep(sqlite, *(said(name, "late again") for name in "cab"), said("new", "late again", said_at=NOON + timedelta(2)))
    for mode in Mode:
        assert found(searcher(sqlite), "late again", mode) == ["new", "a", "b", "c"]


def test_without_words_everything_is_listed_newest_first(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{day}", said_at=NOON + timedelta(days=day)) for day in range(5)))
    for words in ("", "  \n"):
        told = search(searcher(sqlite), Search(words, filters=Filters(since=NOON + timedelta(days=1)), limit=3))
        assert natives(told.hits) == ["4", "3", "2"]
        assert (told.total, told.hits[0].score, told.hits[0].highlights) == (4, 0.0, ())


def test_hits_may_be_asked_for_newest_first(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks, said("new", "one parcel and much more to say of it", said_at=NOON + timedelta(days=1)))
    asked = Search("parcel", Mode.KEYWORD, order=Order.NEWEST)
    hits = search(searcher(sqlite), asked).hits
    assert [(hit.mention.feedback_id.rpartition(":")[2], hit.score) for hit in hits] == [
        ("new", 0.0),
        ("late", 0.0),
        ("wet", 0.0),
    ]


# --- what is written meanwhile --------------------------------------------------------------------------------------


def test_a_search_sees_what_was_written_a_moment_ago(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    where = searcher(sqlite)
    assert found(where, "wet", Mode.KEYWORD) == ["wet"]
    keep(sqlite, said("wet", "the parcel came dry"), said("too", "wet again", said_at=NOON + timedelta(days=3)))
    assert found(where, "wet", Mode.KEYWORD) == ["too"]
    assert found(where, "came dry", Mode.SEMANTIC)[0] == "wet"
    delete(sqlite, "too")
    assert found(where, "wet") == []
    corrections.correct(sqlite, "shop:late#0", {"stage": "loyalty"}, "dana")
    assert found(where, "parcel", filters=Filters(stage=("loyalty",))) == ["late"]


def test_what_was_searched_before_and_what_is_new_are_ranked_alike(sqlite: Store) -> None:
    day = timedelta(days=1)
    keep(sqlite, *(said(f"o{n}", f"late parcel {n}", said_at=NOON + n * day) for n in range(9)))
    where = searcher(sqlite)
    search(where, Search("late"))
    keep(sqlite, *(said(f"n{n}", f"late parcel {n}", said_at=NOON + n * day) for n in range(9)))
    fresh, held = (search(one, Search("parcel late 3", near=-1, limit=50)) for one in (searcher(sqlite), where))
    assert fresh == held


# --- counts ---------------------------------------------------------------------------------------------------------


def test_total_and_facets_count_all_hits_and_not_the_page(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks, said("more", "parcel lost", product="Acme", channel=Channel.CHAT))
    told = search(searcher(sqlite), Search("parcel", Mode.KEYWORD, limit=1, facets=("channel", "product", "theme")))
    assert (len(told.hits), told.total, told.total_feedback) == (1, 3, 3)
    assert [(one.value, one.mentions) for one in told.facets["channel"]] == [("review", 2), ("chat", 1)]
    assert [(one.value, one.mentions) for one in told.facets["product"]] == [(None, 2), ("Acme", 1)]
    assert [(one.value, one.mentions) for one in told.facets["theme"]] == [(None, 3)]


remark = st.builds(
    said,
    st.integers(0, 30).map(str),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
    channel=st.sampled_from(list(Channel)),
    said_at=st.integers(-3, 3).map(lambda day: NOON + timedelta(days=day)),
    product=st.sampled_from((None, "Acme", "Globex")),
)
searches = st.builds(
    Search,
    st.lists(st.sampled_from((*WORDS, "-late", '"late parcel"', "the")), max_size=3).map(" ".join),
    st.sampled_from(list(Mode)),
    st.sampled_from((Filters(), Filters(channel=("review", "chat")), Filters(product=("Acme",)), ANYBODY)),
    limit=st.integers(1, 7),
    order=st.sampled_from(list(Order)),
    near=st.sampled_from((-1.0, 0.2, 0.6)),
    facets=st.just(FACETS),
)


@often(60)
@given(st.lists(remark, max_size=25, unique_by=lambda one: one.native_id), searches)
def test_facets_sum_to_totals_and_pages_hold_every_hit_once(items: list[Feedback], asked: Search) -> None:
    with fresh_store() as store:
        keep(store, *items)
        where = searcher(store)
        told = pages(where, asked)
        first = told[0]
        assert all(sum(one.mentions for one in first.facets[name]) == first.total for name in SINGLE)
        assert all(sum(one.mentions for one in first.facets[name]) >= first.total for name in FACETS)
        hits = [hit for page in told for hit in page.hits]
        assert len(hits) == len({hit.mention.mention_id for hit in hits}) == first.total
        assert all(len(page.hits) == asked.limit for page in told[:-1])
        ids = {hit.mention.mention_id for hit in hits}
        assert ids <= {one.mention_id for one in reading.heard(store, Query(asked.filters))}
        for name in ("channel", "stage"):
            counted = {one.value: one.mentions for one in first.facets[name]}
            values = [hit.mention.labels.get(name) or hit.mention.channel for hit in hits]
            assert counted == {value: values.count(value) for value in values}
        whole = search(where, replace(asked, limit=MOST))
        assert whole.hits == tuple(hits)


# --- highlights -----------------------------------------------------------------------------------------------------


def test_highlights_are_places_of_the_text_as_it_is(sqlite: Store) -> None:
    keep(sqlite, said("a", "  The PARCEL’s late; parcels… “Late!”"))
    [hit] = search(searcher(sqlite), Search("the late parcel", Mode.KEYWORD)).hits
    text = hit.mention.text
    assert [text[one.start : one.end] for one in hit.highlights] == ["PARCEL’s", "late", "parcels", "Late"]


def test_a_phrase_is_highlighted_only_where_it_is_said(sqlite: Store) -> None:
    keep(sqlite, said("a", "late, but late delivery"))
    [hit] = search(searcher(sqlite), Search('"late delivery"', Mode.KEYWORD)).hits
    assert hit.highlights == (Highlight(10, 14), Highlight(15, 23))


# --- agents' words --------------------------------------------------------------------------------------------------


def test_agents_words_are_searched_where_they_are_asked_for(sqlite: Store, remarks: list[Feedback]) -> None:
    keep(sqlite, *remarks)
    with sqlite.transaction() as connection:
        connection.exec_driver_sql("UPDATE mentions SET speaker = 'agent' WHERE id = 'shop:wet#0'")
        connection.exec_driver_sql("DELETE FROM theme_vectors WHERE mention_id = 'shop:wet#0'")
        connection.exec_driver_sql("DELETE FROM facts")
    where = searcher(sqlite)
    for mode in Mode:
        assert found(where, "parcel came", mode) == ["late"]
        assert found(where, "parcel came", mode, ANYBODY) == ["wet", "late"]
        assert found(where, "parcel came", mode, Filters(speaker="agent")) == ["wet"]


def test_too_many_words_of_agents_are_refused_in_words(
    sqlite: Store, remarks: list[Feedback], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_others, "MOST_READ", 2)
    keep(sqlite, *remarks)
    with pytest.raises(ConfigError, match="more than 2 mentions"):
        found(searcher(sqlite), "parcel", filters=ANYBODY)


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        Search("late", limit=0),
        Search("late", limit=MOST + 1),
        Search("late", facets=("colour",)),
        Search("late", near=2),
        Search("late", near=float("nan")),
        Search(" ".join(f"w{n}" for n in range(60))),
        Search("late", page="x"),
        Search("late", page="💥"),
        Search("late", page="A" * 100_000),
    ],
    ids=["none", "many", "facet", "near", "nan", "long", "page", "letters", "endless"],
)
def test_what_cannot_be_searched_is_said_in_words(sqlite: Store, wrong: Search) -> None:
    with pytest.raises(ConfigError) as told:
        search(searcher(sqlite), wrong)
    assert told.value.hint


def test_nothing_is_found_in_an_empty_store(sqlite: Store) -> None:
    for mode in Mode:
        told = search(searcher(sqlite), Search("late", mode, facets=FACETS))
        assert (told.hits, told.total, told.next) == ((), 0, None)
        assert not any(told.facets.values())
