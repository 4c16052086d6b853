"""Rules of the store and its filters that hold for whatever comes: page order, round trips, counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Reject
from connectors.errors import ConfigError
from connectors.record import Channel, Feedback
from mining import reading, schema, work
from mining.filters import Filters
from mining.mention import VERSION
from mining.reading import Heard, Query
from mining.store import Store
from tests.fakes import NOON, fresh_store, keep, said, understood
from tests.store_behaviour import put, rows

# --- pages ----------------------------------------------------------------------------------------------------------

VERSIONS = st.builds(
    lambda name, text, deleted: said(name, text, deleted=deleted),
    st.sampled_from("abc"),
    st.sampled_from(["late", "lovely", "broken"]),
    st.integers(0, 5).map(lambda lot: lot == 0),
)
PAGES = st.lists(st.tuples(st.lists(VERSIONS, max_size=4), st.booleans()), max_size=6)


def state(store: Store) -> Any:
    kept = [(row.id, row.text) for row in rows(store, schema.feedback)]
    return kept, [row.id for row in rows(store, schema.tombstones)]


@settings(deadline=None)
@given(PAGES)
def test_any_pages_end_as_the_last_version_of_each_item_would(pages: list[tuple[list[Feedback], bool]]) -> None:
    versions = [item for page, _ in pages for item in page]
    gone = {item.id for item in versions if item.deleted}
    last = {item.id: item for item in versions if item.id not in gone}
    with fresh_store() as store:
        for page, mine in pages:
            put(store, *page)
            if mine:
                _understand(store)
        assert state(store) == ([(id_, last[id_].text) for id_ in sorted(last)], sorted(gone))
        # Whatever was understood is what is said today, and nothing is left of what has gone.
        assert all(row.text == last[row.feedback_id].text for row in rows(store, schema.mentions))
        assert {row.mention_id for row in rows(store, schema.labels)} == {
            row.id for row in rows(store, schema.mentions)
        }


def _understand(store: Store) -> None:
    ids = work.to_mine(store, VERSION, {"stage": "stage@1"})
    work.put_mined(store, understood(*work.feedback(store, ids)), VERSION)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=5))
def test_a_place_is_one_reject_however_often_it_is_met(pages: list[list[str]]) -> None:
    with fresh_store() as store:
        for page in pages:
            put(store, *(Reject(where, "no date") for where in page))
        tries = {row["where"]: row["tries"] for row in store.rejects()}
    assert tries == {where: sum(where in page for page in pages) for where in {one for page in pages for one in page}}


# --- filters --------------------------------------------------------------------------------------------------------

TIMES = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 1)).map(  # noqa: DTZ001  # the zone is put on next
    lambda time: time.replace(microsecond=0, tzinfo=timezone(timedelta(hours=3)))
)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


FILTERS = st.builds(
    Filters,
    since=st.none() | TIMES,
    until=st.none() | TIMES,
    channel=some("review", "social"),
    source=some("shop", "posts"),
    language=some("en", "he", "fa"),
    product=some("Acme", "Globex"),
    stage=some("purchase", "experience"),
    sentiment=some("negative", "positive"),
    effort=some("high"),
    phrase=st.none() | st.sampled_from(["late", "LATE", "%", "איחור"]),
    rating_min=st.none() | st.sampled_from([0.0, 0.5]),
    rating_max=st.none() | st.sampled_from([0.0, 0.5, 1.0]),
    solicited=st.none() | st.booleans(),
    segment=st.sampled_from([{}, {"plan": "gold"}, {"plan": "gold", "city": "יפו"}]),
    speaker=st.sampled_from(["customer", None]),
)

HEARD = st.fixed_dictionaries(
    {
        "text": st.sampled_from(["It came late", "איחור במשלוח", "100% lovely", "دیر رسید"]),
        "said_at": TIMES,
        "channel": st.sampled_from([Channel.REVIEW, Channel.SOCIAL]),
        "source": st.sampled_from(["shop", "posts"]),
        "language": st.sampled_from(["en", "he", "fa"]),
        "product": st.sampled_from([None, "Acme", "Globex"]),
        "author": st.sampled_from([None, "a1:aa", "a1:bb"]),
        "rating": st.sampled_from([None, 0.0, 0.5, 1.0]),
        "solicited": st.booleans(),
        "segment": st.sampled_from([{}, {"plan": "gold"}, {"plan": "gold", "city": "יפו"}, {"plan": "silver"}]),
    }
)
LABELS = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(["purchase", "experience", "none"]),
        "sentiment": st.sampled_from(["negative", "positive", "neutral"]),
        "effort": st.sampled_from(["high", "low"]),
    }
)


@given(FILTERS, st.lists(st.text(max_size=9), max_size=3).map(tuple))
def test_a_query_survives_being_written_down(filters: Filters, members: tuple[str, ...]) -> None:
    assert Filters.from_spec(filters.spec()) == filters
    query = Query(filters, members)
    assert Query.from_spec(query.spec()) == query
    assert Query.from_spec(query.spec()).id == query.id


def test_what_is_not_asked_for_is_not_written_down() -> None:
    assert Filters().spec() == {"speaker": "customer"}
    assert Filters(rating_min=0.0, solicited=False).spec() == {
        "rating_min": 0.0, "solicited": False, "speaker": "customer"
    }  # fmt: skip


def test_the_same_selection_has_the_same_query_in_every_zone() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert Query(Filters(since=NOON)).id == Query(Filters(since=there)).id


def test_a_condition_of_a_newer_version_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="colour") as caught:
        Filters.from_spec({"colour": ["red"]})
    assert "sentiment" in caught.value.hint


def fits(item: Feedback, labels: dict[str, str], filters: Filters) -> bool:
    """The filters' meaning, said a second time in plain Python."""
    return all(
        (
            filters.since is None or item.said_at >= filters.since,
            filters.until is None or item.said_at < filters.until,
            not filters.channel or item.channel in filters.channel,
            not filters.source or item.source in filters.source,
            not filters.language or item.language in filters.language,
            not filters.product or item.product in filters.product,
            not filters.stage or labels["stage"] in filters.stage,
            not filters.sentiment or labels["sentiment"] in filters.sentiment,
            not filters.effort or labels["effort"] in filters.effort,
            not filters.phrase or filters.phrase.lower() in item.text.lower(),
            filters.rating_min is None or (item.rating is not None and item.rating >= filters.rating_min),
            filters.rating_max is None or (item.rating is not None and item.rating <= filters.rating_max),
            filters.solicited in (None, item.solicited),
            all(item.segment.get(key) == value for key, value in filters.segment.items()),
        )
    )


@settings(deadline=None)
@given(st.lists(st.tuples(HEARD, LABELS), max_size=12), FILTERS)
def test_what_is_counted_is_what_is_listed_is_what_the_filters_say(
    corpus: Sequence[tuple[dict[str, Any], dict[str, str]]], filters: Filters
) -> None:
    items = [(said(str(number), **about), labels) for number, (about, labels) in enumerate(corpus)]
    with fresh_store() as store:
        for item, labels in items:
            keep(store, item, **labels)
        listed = reading.heard(store, Query(filters))
        total = reading.total(store, filters)
        by_stage = reading.by(store, filters, ["stage"])
    expected = sorted((item for item, labels in items if fits(item, labels, filters)), key=_newest)
    assert [row.feedback_id for row in listed] == [item.id for item in expected]
    counted = reading.counts(listed)
    assert (total.feedback, total.mentions, total.authors) == (counted.feedback, counted.mentions, counted.authors)
    assert sum(row["mentions"] for row in by_stage) == total.mentions


def _newest(item: Feedback) -> tuple[float, str]:
    return -item.said_at.timestamp(), item.id


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["Late!", "late! ", "lovely"])), max_size=9))
def test_the_order_of_rows_changes_no_count(pairs: list[tuple[str, str]]) -> None:
    heard = [
        Heard(f"{id_}#{place}", id_, text, "en", "customer", NOON, "shop", "review", None, None, None, None)
        for place, (id_, text) in enumerate(pairs)
    ]
    counts = reading.counts(heard)
    assert reading.counts(heard[::-1]) == counts
    assert counts.unique <= counts.feedback <= counts.mentions == len(pairs)
