"""Pasted texts count once, wherever people are told a number; what two people said of themselves counts twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.record import Feedback
from mining import copies_held, reading, schema
from mining.filters import Filters
from mining.reading import Query
from mining.store import Store
from mining.themes import listing
from mining.themes.update import update
from tests.fakes import NOON, HashingEmbedder, fresh_store, keep, said
from tests.store_behaviour import rows

PASTED = "I ordered a coffee machine in March, it came broken, nobody answers my letters and I want my money back."
ANOTHER = "The courier left my parcel in the rain at the neighbour's gate, though I was at home and waiting all day."
# Each shares most of its words with the next one, and too few with the one after it.
CHAIN = [
    "The hinge of the blue kettle squeaks whenever somebody pours tea into the smallest of our seven porcelain cups.",
    "The hinge of the blue kettle squeaks whenever somebody pours tea into the smallest of our nine wooden bowls.",
    "The lid of the old kettle squeaks whenever somebody pours tea into the smallest of our nine wooden bowls.",
]


def posted(count: int, text: str = PASTED, begins: str = "p", authors: bool = True) -> list[Feedback]:
    """The same words by so many people, a day apart."""
    return [
        said(f"{begins}{day}", text, author=f"{begins} {day}" if authors else None, said_at=NOON + timedelta(days=day))
        for day in range(count)
    ]


def firsts(store: Store) -> dict[str, str]:
    with store.transaction() as connection:
        ids = [row.feedback_id for row in rows(store, schema.copies)]
        found = copies_held.firsts(connection, ids)
    assert sorted(found) == sorted(row.id for row in rows(store, schema.feedback))
    return found


def delete(store: Store, *ids: str) -> None:
    with store.transaction() as connection:
        store.delete(connection, ids)


def counted(store: Store) -> tuple[reading.Counts, reading.Counts]:
    """The same selection, counted for answers and for themes."""
    heard = reading.counts(reading.heard(store, Query(Filters())))
    return heard, listing.counts(listing.said(store, Filters()))


@contextmanager
def holding(*items: Feedback) -> Iterator[Store]:
    """A store in which all is compared with all, in one run."""
    with fresh_store() as store:
        keep(store, *items)
        assert copies_held.bring_up(store) == len(items)
        yield store


# --- counting -------------------------------------------------------------------------------------------------------


def test_what_many_people_paste_counts_once_and_they_count_as_people() -> None:
    with holding(*posted(7), *posted(3, ANOTHER, "a")) as store:
        for told in counted(store):
            assert (told.feedback, told.unique, told.authors, told.mentions) == (10, 2, 10, 10)


def test_marks_case_spaces_and_a_changed_link_make_no_other_text() -> None:
    texts = [
        PASTED, PASTED.upper(), f"  {PASTED}!!! \U0001f621", PASTED.replace(",", " -"),
        f"{PASTED} https://a.example/1", f"{PASTED} https://b.example/2",
    ]  # fmt: skip
    items = [said(str(number), text, author=str(number)) for number, text in enumerate(texts)]
    with holding(*items) as store:
        assert [told.unique for told in counted(store)] == [1, 1]


@pytest.mark.parametrize("text", ["Very good app", "great!", "אחלה אפליקציה", "عالی بود", "\U0001f44d", "..."])
def test_short_remarks_of_different_people_are_their_own_words(text: str) -> None:
    with holding(*posted(4, text)) as store:
        assert [told.unique for told in counted(store)] == [4, 4]


def test_short_remarks_of_unknown_people_are_of_different_people_and_those_of_one_person_are_not() -> None:
    with holding(*posted(3, "Very good app", authors=False)) as store:
        assert [told.unique for told in counted(store)] == [3, 3]
    with holding(*[said(str(day), "Very good app", author="dana") for day in range(3)]) as store:
        assert [told.unique for told in counted(store)] == [1, 1]


def test_before_anything_was_compared_every_item_stands_for_itself() -> None:
    with fresh_store() as store:
        keep(store, *posted(3))
        assert [told.unique for told in counted(store)] == [3, 3]


# --- groups ---------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(st.permutations(range(5)), st.integers(1, 5))
def test_the_first_is_the_earliest_whatever_the_order_of_arrival(order: Sequence[int], at_once: int) -> None:
    items = [*posted(4), said("alone", ANOTHER)]
    with fresh_store() as store:
        for start in range(0, 5, at_once):
            keep(store, *(items[place] for place in order[start : start + at_once]))
            copies_held.bring_up(store)
        assert firsts(store) == {**{f"shop:p{day}": "shop:p0" for day in range(4)}, "shop:alone": "shop:alone"}


def test_of_two_said_at_the_same_time_the_id_decides() -> None:
    with holding(said("b", PASTED), said("a", PASTED)) as store:
        assert set(firsts(store).values()) == {"shop:a"}


def test_nothing_is_done_twice(sqlite: Store) -> None:
    keep(sqlite, *posted(3))
    told: list[tuple[int, int]] = []
    assert copies_held.bring_up(sqlite, lambda done, of: told.append((done, of))) == 3
    before = rows(sqlite, schema.copies)
    assert copies_held.bring_up(sqlite, lambda done, of: told.append((done, of))) == 0
    assert rows(sqlite, schema.copies) == before
    assert told == [(3, 3)]


def test_without_feedback_there_is_nothing_to_do(sqlite: Store) -> None:
    assert copies_held.bring_up(sqlite) == 0
    assert copies_held.bring_up(sqlite) == 0


def test_when_the_first_is_deleted_the_next_one_stands_for_the_rest() -> None:
    with holding(*posted(4)) as store:
        delete(store, "shop:p0")
        assert copies_held.bring_up(store) == 0
        assert set(firsts(store).values()) == {"shop:p1"}
        assert [told.unique for told in counted(store)] == [1, 1]
        delete(store, "shop:p1", "shop:p2")
        copies_held.bring_up(store)
        assert firsts(store) == {"shop:p3": "shop:p3"}


def test_when_what_joined_two_texts_is_deleted_they_are_two_again() -> None:
    items = [said(str(place), text, author=str(place)) for place, text in enumerate(CHAIN)]
    with holding(*items) as store:
        assert set(firsts(store).values()) == {"shop:0"}
        delete(store, "shop:1")
        copies_held.bring_up(store)
        assert firsts(store) == {"shop:0": "shop:0", "shop:2": "shop:2"}


def test_what_was_edited_is_compared_anew() -> None:
    with holding(*posted(3)) as store:
        keep(store, said("p0", ANOTHER, author="p 0", said_at=NOON))
        assert copies_held.bring_up(store) == 1
        assert firsts(store) == {"shop:p0": "shop:p0", "shop:p1": "shop:p1", "shop:p2": "shop:p1"}


def test_a_run_that_died_between_reading_and_comparing_is_finished_by_the_next(sqlite: Store) -> None:
    def die(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    keep(sqlite, *posted(3))
    copies_held.bring_up(sqlite)
    delete(sqlite, "shop:p2")
    keep(sqlite, said("p9", PASTED, author="p 9"))
    with pytest.raises(KeyboardInterrupt):
        copies_held.bring_up(sqlite, die)
    copies_held.bring_up(sqlite)
    assert set(firsts(sqlite).values()) == {"shop:p0"}


def test_deleted_feedback_leaves_no_sketch_behind() -> None:
    with holding(*posted(3)) as store:
        delete(store, "shop:p0", "shop:p1", "shop:p2")
        assert rows(store, schema.copies) == []
        assert copies_held.bring_up(store) == 0


# --- what it is for -------------------------------------------------------------------------------------------------

HOLD = [
    f"I have been on hold for an hour listening to {tune}"
    for tune in ["jazz", "flutes", "harps", "drums", "opera", "waltz", "tango", "blues", "choirs", "bells"]
]


def themes(store: Store) -> dict[str, listing.Group]:
    """The themes of all complaints, the largest pain first."""
    update(store, HashingEmbedder(dimensions=256))
    grouped = listing.grouped(store, Filters(intent=("complaint",)), "pain")
    return {group.theme.id: group for group in grouped.themes if group.theme}


@pytest.mark.parametrize("authors", [True, False])
def test_forty_copies_of_one_complaint_do_not_outrank_what_ten_people_say(authors: bool) -> None:
    pasted = posted(
        40, "App crashes as soon as I open it on my old telephone, every single day since the spring.", authors=authors
    )
    with fresh_store() as store:
        keep(store, *pasted, touchpoint="app")
        keep(store, *(said(f"h{n}", text, author=f"h{n}") for n, text in enumerate(HOLD)), touchpoint="support")
        found = themes(store)
        assert list(found) == ["long_hold_time", "app_crashes"]
        crashes, hold = found["app_crashes"], found["long_hold_time"]
        assert (crashes.counts.feedback, crashes.counts.unique, crashes.score.small) == (40, 1, True)
        assert (hold.counts.feedback, hold.counts.unique, hold.score.small) == (10, 10, False)


def test_planted_copies_move_no_theme_in_the_order() -> None:
    crashes = [
        f"app crashes as soon as I open it {place}"
        for place in ["upstairs", "outside", "abroad", "downtown", "indoors", "underground"]
    ]
    with fresh_store() as store:
        keep(store, *(said(f"c{n}", text, author=f"c{n}") for n, text in enumerate(crashes)), touchpoint="app")
        keep(store, *(said(f"h{n}", text, author=f"h{n}") for n, text in enumerate(HOLD)), touchpoint="support")
        before = themes(store)
        troll = [said(f"t{n}", crashes[0], author=f"account {n}") for n in range(60)]
        keep(store, *troll, touchpoint="app")
        after = themes(store)
        assert list(after) == list(before) == ["long_hold_time", "app_crashes"]
        assert after["app_crashes"].counts.unique == before["app_crashes"].counts.unique == 6
        assert after["app_crashes"].score.value == before["app_crashes"].score.value
