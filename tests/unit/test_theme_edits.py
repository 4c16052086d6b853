"""What people say of themes: it holds, it is written down, it can be taken back, and it outlives every re-grouping."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.errors import ConfigError
from mining.store import Store
from mining.themes import editor, lineages, listing
from mining.themes.catalogue import catalogue
from mining.themes.editor import Editor
from mining.themes.edits import audit
from mining.themes.update import update
from tests.fakes import NOON, keep, said
from tests.theme_workshop import (
    DELIVERY,
    EMBEDDER,
    PAINS,
    PRAISE,
    REFUSED,
    START,
    SUPPORT,
    UNANSWERED,
    Say,
    added,
    belongs,
    bring_up,
    fill,
    name,
    shown,
)


@pytest.fixture
def shop(sqlite: Store) -> Store:
    return fill(sqlite)


def test_a_theme_is_called_otherwise_and_keeps_id_and_mentions(shop: Store) -> None:
    before = {language: name(shop, DELIVERY, language) for language in ("en", "he", "fa")}
    made = Editor(shop).rename(DELIVERY, {"en": "  late   post ", "he": "דואר מאחר"})
    assert (made.theme, made.mentions, made.claims) == (DELIVERY, 0, False)
    assert [name(shop, DELIVERY, language) for language in ("en", "he", "fa")] == [
        "late post", "דואר מאחר", before["fa"]
    ]  # fmt: skip
    assert {editor.named(shop, wanted) for wanted in ("Late Post", "דואר מאחר", before["fa"], DELIVERY)} == {DELIVERY}
    assert belongs(shop) == START
    Editor(shop).undo()
    assert {language: name(shop, DELIVERY, language) for language in ("en", "he", "fa")} == before
    with pytest.raises(ConfigError, match="no theme 'late post'"):
        editor.named(shop, "late post")


def test_of_two_names_the_last_that_was_not_undone_holds(shop: Store) -> None:
    for new in ("first", "second", "third"):
        Editor(shop).rename(DELIVERY, {"en": new})
    Editor(shop).undo(3)
    assert name(shop, DELIVERY) == "second"
    Editor(shop).undo(1)
    assert name(shop, DELIVERY) == "second"


def test_merged_mentions_of_today_and_later_count_under_the_other_theme(shop: Store) -> None:
    made = Editor(shop).merge(SUPPORT, DELIVERY)
    assert made.mentions == 2
    keep(shop, said("9", "No reply for a month."), touchpoint="support")
    bring_up(shop)
    pains = dict.fromkeys([*PAINS, *UNANSWERED, "9"], DELIVERY)
    assert belongs(shop) == {**pains, "7": PRAISE}
    listed = shown(shop)
    assert SUPPORT not in listed
    assert (listed[DELIVERY].merged, listed[DELIVERY].group.counts.feedback) == ((SUPPORT,), 7)
    Editor(shop).undo()
    assert belongs(shop) == {**START, "9": SUPPORT}
    assert shown(shop)[DELIVERY].merged == ()


def test_merges_in_a_row_lead_to_the_last_theme_and_come_apart_one_by_one(shop: Store) -> None:
    wet = added(shop, "wet box", "wet")
    Editor(shop).merge(wet, SUPPORT)
    Editor(shop).merge(SUPPORT, DELIVERY)
    assert set(belongs(shop).values()) == {DELIVERY, PRAISE}
    assert shown(shop)[DELIVERY].merged == tuple(sorted((SUPPORT, wet)))
    Editor(shop).undo(2)
    assert belongs(shop) == {**START, "4": wet, "5": DELIVERY, "6": DELIVERY}
    Editor(shop).undo(3)
    assert belongs(shop) == {**START, "4": wet}


def test_a_theme_that_was_merged_and_taken_back_may_be_merged_the_other_way(shop: Store) -> None:
    Editor(shop).merge(SUPPORT, DELIVERY)
    Editor(shop).undo()
    Editor(shop).merge(DELIVERY, SUPPORT)
    assert set(belongs(shop).values()) == {SUPPORT, PRAISE}


def test_mentions_that_say_some_words_are_split_off(shop: Store) -> None:
    late = added(shop, "late", "late")
    made = Editor(shop).split(late, {"en": "Late gift"}, words=[" birthday  gift "])
    assert made.claims
    bring_up(shop)
    assert belongs(shop) == {**START, "1": late, "2": made.theme}
    assert shown(shop)[made.theme].theme.side == "pain"
    keep(shop, said("9", "Her birthday gift is late."), said("10", "No birthday gift in stock."))
    bring_up(shop)
    assert {id_: belongs(shop)[id_] for id_ in ("9", "10")} == {"9": made.theme, "10": DELIVERY}
    Editor(shop).undo()
    bring_up(shop)
    assert belongs(shop) == {**START, "1": late, "2": late, "9": late, "10": DELIVERY}


def test_mentions_that_are_like_some_are_split_off(shop: Store) -> None:
    late = added(shop, "late", "late")
    keep(shop, said("9", "Your birthday gift was late."), said("10", "Late trains all over town today."))
    made = Editor(shop).split(late, {"en": "gifts"}, mentions=["shop:2#0"])
    bring_up(shop)
    assert belongs(shop) == {**START, "1": late, "2": made.theme, "9": made.theme, "10": late}
    Editor(shop).undo()
    bring_up(shop)
    assert belongs(shop) == {**START, "1": late, "2": late, "9": late, "10": late}


def test_a_mention_is_moved_to_another_theme_or_to_none_and_the_last_word_holds(shop: Store) -> None:
    assert Editor(shop).move("shop:3#0", SUPPORT).mentions == 1
    Editor(shop).move("shop:4#0", None)
    assert belongs(shop) == {**START, "3": SUPPORT, "4": None}
    assert [row.mention_id for row in listing.unthemed(shop)] == ["shop:4#0"]
    Editor(shop).move("shop:3#0", None)
    assert belongs(shop) == {**START, "3": None, "4": None}
    for expected in ({"3": SUPPORT, "4": None}, {"3": SUPPORT}, {}):
        Editor(shop).undo()
        assert belongs(shop) == {**START, **expected}


def test_what_is_moved_to_a_merged_theme_counts_where_that_one_does(shop: Store) -> None:
    Editor(shop).merge(SUPPORT, DELIVERY)
    Editor(shop).move("shop:4#0", SUPPORT)
    assert belongs(shop)["4"] == DELIVERY
    Editor(shop).undo(1)
    assert belongs(shop) == {**START, "4": SUPPORT}


def test_a_pinned_theme_is_listed_first_until_the_pin_is_taken_off(shop: Store) -> None:
    assert next(iter(shown(shop))) == DELIVERY
    Editor(shop).mark("pin", SUPPORT)
    assert next(iter(shown(shop))) == SUPPORT
    assert shown(shop)[SUPPORT].pinned
    Editor(shop).mark("unpin", SUPPORT)
    assert not shown(shop)[SUPPORT].pinned
    Editor(shop).undo()
    assert shown(shop)[SUPPORT].pinned
    Editor(shop).undo()
    assert next(iter(shown(shop))) == DELIVERY


def test_a_hidden_theme_is_left_out_until_it_is_shown_again(shop: Store) -> None:
    Editor(shop).mark("hide", DELIVERY)
    assert set(shown(shop)) == {SUPPORT, PRAISE}
    assert shown(shop, hidden=True)[DELIVERY].hidden
    assert belongs(shop) == START
    Editor(shop).mark("unhide", DELIVERY)
    assert not shown(shop)[DELIVERY].hidden
    Editor(shop).undo()
    assert DELIVERY not in shown(shop)
    Editor(shop).undo()
    assert set(shown(shop)) == {DELIVERY, SUPPORT, PRAISE}


def test_an_added_theme_takes_what_says_its_words_and_nothing_of_the_other_side(shop: Store) -> None:
    names = {"en": "Courier", "he": "השליח"}
    made = Editor(shop).add(names, "pain", words=["courier"], touchpoints=["delivery"], friction="attitude")
    assert (made.theme, made.claims) == ("courier", True)
    bring_up(shop)
    assert belongs(shop) == {**START, "3": "courier"}
    theme = shown(shop)["courier"].theme
    assert (theme.names, theme.touchpoints, theme.friction, theme.origin) == (names, ("delivery",), "attitude", "added")
    Editor(shop).undo()
    bring_up(shop)
    assert belongs(shop) == START
    assert "courier" not in listing.names(shop)


def test_an_added_theme_takes_what_is_near_its_examples(shop: Store) -> None:
    made = Editor(shop).add(
        {"en": "late post"}, "pain", examples=["our parcel came late.", "his birthday gift was late."]
    )
    bring_up(shop)
    assert belongs(shop) == {**START, "1": made.theme, "2": made.theme}
    Editor(shop).undo()
    bring_up(shop)
    assert belongs(shop) == START


def test_a_theme_added_later_goes_before_an_earlier_one(shop: Store) -> None:
    added(shop, "late", "late")
    gift = added(shop, "gift", "gift")
    assert belongs(shop)["2"] == gift
    Editor(shop).undo()
    bring_up(shop)
    assert belongs(shop)["2"] == "late"


def test_people_go_before_the_catalogue_that_ships(sqlite: Store) -> None:
    theme = next(theme for theme in catalogue().values() if theme.side == "pain" and theme.touchpoints == ("delivery",))
    said_so = theme.examples["en"][0]
    keep(sqlite, said("1", said_so))
    update(sqlite, EMBEDDER)
    assert belongs(sqlite) == {"1": theme.id}
    mine = Editor(sqlite).add({"en": "our own"}, "pain", words=[said_so]).theme
    update(sqlite, EMBEDDER)
    assert belongs(sqlite) == {"1": mine}
    Editor(sqlite).undo()
    part = Editor(sqlite).split(theme.id, {"en": "a part"}, words=[said_so]).theme
    update(sqlite, EMBEDDER)
    assert belongs(sqlite) == {"1": part}
    Editor(sqlite).undo()
    update(sqlite, EMBEDDER)
    assert belongs(sqlite) == {"1": theme.id}


def test_everything_said_is_kept_in_order_with_who_and_when(shop: Store) -> None:
    dana, noam = Editor(shop, " דנה \n לוי ", NOON), Editor(shop, "noam", NOON + timedelta(hours=1))
    late = dana.add({"en": "late"}, "pain", words=["late"]).theme
    bring_up(shop)
    noam.rename(late, {"fa": "دیر"})
    dana.merge(SUPPORT, late)
    noam.move("shop:3#0", late)
    dana.split(late, {"en": "gift"}, words=["gift"])
    for action in ("pin", "unpin", "hide", "unhide"):
        noam.mark(action, late)
    noam.undo(3)
    told = audit(shop)
    assert [(one.id, one.action) for one in told] == list(
        enumerate(["add", "rename", "merge", "move", "split", "pin", "unpin", "hide", "unhide"], start=1)
    )
    assert [one.by for one in told] == ["דנה לוי", "noam", "דנה לוי", "noam", "דנה לוי", *["noam"] * 4]
    assert {one.at for one in told if one.by == "noam"} == {NOON + timedelta(hours=1)}
    assert [(one.id, one.undone_by, one.undone_at) for one in told if one.undone_at] == [
        (3, "noam", NOON + timedelta(hours=1))
    ]
    assert told[1].as_json() == {
        "edit": 2, "at": "2026-11-02T13:00:00+00:00", "by": "noam", "action": "rename", "theme": "late",
        "names": {"fa": "دیر"},
    }  # fmt: skip
    assert told[2].as_json()["undone_by"] == "noam"
    assert "late" not in str(told[3].payload["digest"])


def test_an_undone_edit_stays_in_the_log_and_an_undone_undoing_is_a_new_edit(shop: Store) -> None:
    Editor(shop).mark("hide", DELIVERY)
    Editor(shop).undo()
    Editor(shop).mark("hide", DELIVERY)
    assert [(one.id, one.undone_at is None) for one in audit(shop)] == [(1, False), (2, True)]


def test_the_lineage_tells_of_new_merged_split_renamed_and_undone_themes(shop: Store) -> None:
    late = added(shop, "late", "late")
    Editor(shop).split(late, {"en": "gift"}, words=["gift"])
    Editor(shop).rename(late, {"en": "too late"})
    Editor(shop).merge(SUPPORT, late)
    Editor(shop).undo()
    told = [(line.event, line.theme, line.others) for line in lineages.told(shop)]
    assert told == [
        ("new", "late", ()), ("split", "gift", ("late",)), ("renamed", "late", ()), ("merged", SUPPORT, ("late",)),
        ("undone", SUPPORT, ()),
    ]  # fmt: skip
    assert [line.event for line in lineages.told(shop, "gift")] == ["split"]
    assert [line.event for line in lineages.told(shop, late)] == ["new", "split", "renamed", "merged"]


@pytest.mark.parametrize(("who", "kept"), [("", "somebody"), (" \n", "somebody"), ("x" * 999, "x" * 100)])
def test_whose_word_it_is(shop: Store, who: str, kept: str) -> None:
    Editor(shop, who).mark("pin", DELIVERY)
    Editor(shop, who).undo()
    assert [(one.by, one.undone_by) for one in audit(shop)] == [(kept, kept)]


def test_mistakes_are_refused_in_words_and_leave_no_trace(shop: Store) -> None:
    late = added(shop, "late", "late")
    for _ in range(2):
        added(shop, "Twin", "twin")
    Editor(shop).merge(late, DELIVERY)
    Editor(shop).mark("pin", SUPPORT)
    Editor(shop).undo(5)
    before = audit(shop), belongs(shop), lineages.told(shop), listing.names(shop)
    for say, reason, hint in REFUSED:
        with pytest.raises(ConfigError, match=reason) as caught:
            say(Editor(shop))
        assert hint in caught.value.hint, reason
    assert (audit(shop), belongs(shop), lineages.told(shop), listing.names(shop)) == before


def test_a_circle_of_three_merges_is_refused(shop: Store) -> None:
    first, second, third = DELIVERY, SUPPORT, added(shop, "late", "late")
    Editor(shop).merge(first, second)
    Editor(shop).merge(second, third)
    with pytest.raises(ConfigError, match="circle"):
        Editor(shop).merge(third, first)
    assert set(belongs(shop).values()) == {third, PRAISE}


@pytest.mark.parametrize(
    "build",
    [
        lambda said: said.rename("late", {"en": "later"}),
        lambda said: said.merge("late", DELIVERY),
        lambda said: said.merge(SUPPORT, "late"),
        lambda said: said.move("shop:3#0", "late"),
        lambda said: said.split("late", {"en": "gift"}, words=["gift"]),
        lambda said: said.mark("hide", "late"),
    ],
)
def test_what_a_later_edit_rests_on_is_undone_after_it(shop: Store, build: Say) -> None:
    added(shop, "late", "late")
    build(Editor(shop))
    with pytest.raises(ConfigError, match="edit 2 rests on edit 1") as caught:
        Editor(shop).undo(1)
    assert caught.value.hint == "undo 2 first"
    Editor(shop).undo(2)
    Editor(shop).undo(1)
    bring_up(shop)
    assert belongs(shop) == START
