"""Counting and listing for people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.errors import ConfigError
from connectors.record import Channel
from mining import copies_held, reading
from mining.filters import Filters
from mining.reading import Counts, Query
from mining.store import Store
from tests.fakes import NOON, keep, said


def heard(store: Store, **filters: object) -> list[str]:
    return [row.feedback_id for row in reading.heard(store, Query(Filters(**filters)))]  # type: ignore[arg-type]  # by name


def test_a_row_carries_all_that_a_quote_needs(sqlite: Store) -> None:
    keep(sqlite, said("1", author="a1:aa", url="https://example.com/1", rating=0.5, product="Acme"), stage="decision")
    row = reading.heard(sqlite, Query(Filters()))[0]
    assert row.as_json() == {
        "mention_id": "shop:1#0", "feedback_id": "shop:1", "text": "The parcel came late.", "language": "en",
        "speaker": "customer", "said_at": NOON.isoformat(), "source": "shop", "channel": "review", "author": "a1:aa",
        "url": "https://example.com/1", "rating": 0.5, "product": "Acme",
        "stage": "decision", "intent": "complaint", "sentiment": "negative", "effort": "high", "touchpoint": "delivery",
        "scores": dict.fromkeys(("stage", "intent", "sentiment", "effort", "touchpoint"), 0.9),
        "theme": None, "names": [],
    }  # fmt: skip


def test_a_window_takes_its_first_moment_and_not_its_last(sqlite: Store) -> None:
    hour = timedelta(hours=1)
    keep(sqlite, *(said(str(number), said_at=NOON + number * hour) for number in range(4)))
    assert heard(sqlite, since=NOON + hour, until=NOON + 3 * hour) == ["shop:2", "shop:1"]


def test_a_limit_takes_the_newest(sqlite: Store) -> None:
    keep(sqlite, *(said(str(number), said_at=NOON + timedelta(days=number)) for number in range(5)))
    query = Query(Filters())
    assert [row.feedback_id for row in reading.heard(sqlite, query, limit=2)] == ["shop:4", "shop:3"]
    members = reading.narrowed(query, [f"shop:{number}#0" for number in range(4)])
    assert [row.feedback_id for row in reading.heard(sqlite, members, limit=2)] == ["shop:3", "shop:2"]


def test_a_group_of_many_thousands_is_listed_whole(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{number:05}") for number in range(6_000)))
    everything = Query(Filters())
    members = reading.narrowed(everything, (row.mention_id for row in reading.heard(sqlite, everything)))
    assert reading.heard(sqlite, members) == reading.heard(sqlite, everything)


def test_members_that_the_filters_leave_out_are_not_listed(sqlite: Store) -> None:
    keep(sqlite, said("1"), said("2", channel=Channel.SOCIAL))
    query = Query(Filters(channel=("review",)), ("shop:1#0", "shop:2#0", "shop:gone#0"))
    assert [row.feedback_id for row in reading.heard(sqlite, query)] == ["shop:1"]


def test_rows_by_id_come_in_the_order_of_the_ids(sqlite: Store) -> None:
    keep(sqlite, said("1"), said("2"), said("3"))
    ids = ["shop:3#0", "shop:gone#0", "shop:1#0"]
    assert [row.mention_id for row in reading.by_ids(sqlite, ids)] == ["shop:3#0", "shop:1#0"]
    assert reading.by_ids(sqlite, []) == []


def test_what_was_said_word_for_word_twice_is_unique_once(sqlite: Store) -> None:
    same = ["Late again, as every week!", "late  AGAIN as every week!", "«Late again as every week!»"]
    keep(sqlite, *(said(str(number), text, author=f"a1:{number}") for number, text in enumerate(same)))
    keep(
        sqlite,
        said("he-1", "המשלוח הִגִּיעַ באיחור של שבוע"),
        said("he-2", "המשלוח הגיע באיחור של שבוע"),
        said("fa-1", "سفارش من يك هفته دير رسيد"),
        said("fa-2", "سفارش من یک هفته دیر رسید"),
    )
    assert reading.counts(reading.heard(sqlite, Query(Filters()))).unique == 7, "copies were not looked for yet"
    copies_held.bring_up(sqlite)
    counts = reading.counts(reading.heard(sqlite, Query(Filters())))
    assert counts == Counts(feedback=7, mentions=7, authors=3, unique=3)
    assert [counts.of(unit) for unit in ("feedback", "mentions", "authors", "unique")] == [7, 7, 3, 3]


def test_counts_by_two_dimensions_add_up_and_come_largest_first(sqlite: Store) -> None:
    keep(sqlite, said("1", author="a1:aa"), said("2", author="a1:aa"), stage="purchase")
    keep(sqlite, said("3", channel=Channel.SOCIAL), stage="experience")
    assert reading.by(sqlite, Filters(), ["stage", "channel"]) == [
        {"stage": "purchase", "channel": "review", "feedback": 2, "mentions": 2, "authors": 1},
        {"stage": "experience", "channel": "social", "feedback": 1, "mentions": 1, "authors": 0},
    ]


def test_an_unknown_dimension_is_refused_in_words(sqlite: Store) -> None:
    with pytest.raises(ConfigError, match="colour") as caught:
        reading.by(sqlite, Filters(), ["stage", "colour"])
    assert "touchpoint" in caught.value.hint


def test_how_unsure_labels_are(sqlite: Store) -> None:
    assert reading.unsure_share(sqlite, Filters(), "stage") == 0.0
    keep(sqlite, said("1"), said("2"))
    assert reading.unsure_share(sqlite, Filters(), "stage") == 0.0
    assert reading.unsure_share(sqlite, Filters(), "stage", threshold=0.95) == 1.0
    assert reading.unsure_share(sqlite, Filters(stage=("loyalty",)), "stage", threshold=0.95) == 0.0


def test_a_query_that_no_answer_showed_is_refused_in_words(sqlite: Store) -> None:
    with pytest.raises(ConfigError, match="q123") as caught:
        reading.recall(sqlite, "q123")
    assert "answer" in caught.value.hint


def test_a_query_has_the_same_id_on_every_machine() -> None:
    assert Query(Filters(since=NOON, stage=("purchase",)), ("shop:1#0",)).id == "qe772fcf3b6c7"
