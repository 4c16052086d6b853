"""What people say of themes: it holds, it is written down, it can be taken back, and it outlives every re-grouping."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from connectors.record import Feedback
from mining import corrections, work
from mining.database import open_engine
from mining.mention import VERSION
from mining.store import Store
from mining.themes import editor, edits, lineages, listing, table
from mining.themes.catalogue import catalogue
from mining.themes.editor import Editor
from mining.themes.edits import audit
from mining.themes.update import Updated, update
from tests.fakes import NOON, HashingEmbedder, fresh_store, keep, said, understood
from tests.store_behaviour import put

EMBEDDER = HashingEmbedder(dimensions=256)
DELIVERY, SUPPORT, PRAISE = "other_delivery_pain", "other_support_pain", "other_delivery_praise"
PAINS = {
    "1": "The parcel came late.",
    "2": "Her birthday gift was late.",
    "3": "The courier shouted at me.",
    "4": "My box was wet.",
}
UNANSWERED = {"5": "Nobody picked up.", "6": "They hung up twice."}
START = {**dict.fromkeys(PAINS, DELIVERY), **dict.fromkeys(UNANSWERED, SUPPORT), "7": PRAISE}


def items(texts: Mapping[str, str]) -> list[Feedback]:
    return [said(id_, text, author=f"author-{id_}") for id_, text in texts.items()]


def fill(store: Store) -> Store:
    """Four pains of delivery and two of support, a delight, and a remark without feeling; sorted by touchpoint."""
    keep(store, *items(PAINS))
    keep(store, *items(UNANSWERED), touchpoint="support")
    keep(store, said("7", "What a lovely courier."), sentiment="positive", intent="praise")
    keep(store, said("8", "It is a box."), sentiment="neutral", intent="statement")
    bring_up(store)
    return store


@pytest.fixture
def shop(sqlite: Store) -> Store:
    return fill(sqlite)


def bring_up(store: Store, *, anew: bool = False) -> Updated:
    """Without the catalogue: what nobody added is grouped by the data alone, or by touchpoint where there is little."""
    return update(store, EMBEDDER, anew=anew, catalogue=False, now=NOON)


def belongs(store: Store) -> dict[str, str | None]:
    """The theme of each mention, by the number of its feedback."""
    with store.transaction() as connection:
        held = table.belonging(connection)
    return {id_.removeprefix("shop:").removesuffix("#0"): theme for id_, _, _, theme in held}


def shown(store: Store, *, hidden: bool = False) -> dict[str, listing.Listed]:
    return {one.theme.id: one for one in listing.overview(store, hidden=hidden).themes}


def name(store: Store, theme: str, language: str = "en") -> str:
    return listing.names(store)[theme].name(language)


def added(store: Store, name: str, *words: str, side: str = "pain") -> str:
    """A theme that somebody added, and that claimed what says its words."""
    theme = Editor(store).add({"en": name}, side, words=words).theme
    bring_up(store)
    return theme


# --- every action and its undoing -----------------------------------------------------------------------------------


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


# --- what is written down -------------------------------------------------------------------------------------------


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


# --- what is refused ------------------------------------------------------------------------------------------------

Say = Callable[[Editor], Any]
NAMES = {"en": "squeaky hinge"}
REFUSED: Sequence[tuple[Say, str, str]] = (
    (lambda said: said.rename("nothing", NAMES), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.rename("", NAMES), "no theme ''", "overheard themes"),
    (lambda said: said.merge(DELIVERY, "nothing"), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.mark("pin", "nothing"), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.split("nothing", NAMES, words=["late"]), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.move("shop:1#0", "nothing"), "no theme 'nothing'", "overheard themes"),
    (lambda said: said.mark("hide", "other_"), "several themes", "other_"),
    (lambda said: said.mark("hide", "TWIN"), "several themes", "twin, twin_2"),
    (lambda said: said.merge(DELIVERY, PRAISE), "is a pain", "share no theme"),
    (lambda said: said.merge(DELIVERY, DELIVERY), "circle", DELIVERY),
    (lambda said: said.merge("late", SUPPORT), "merged into other_delivery_pain already", "undo"),
    (lambda said: said.merge(DELIVERY, "late"), "circle", "undo"),
    (lambda said: said.undo(99), "no edit 99", "overheard themes log"),
    (lambda said: said.undo(-1), "no edit -1", "overheard themes log"),
    (lambda said: said.undo(5), "undone already", "overheard themes log"),
    (lambda said: said.undo(1), "edit 4 rests on edit 1", "undo 4 first"),
    (lambda said: said.rename(DELIVERY, {}), "needs a name", "--name"),
    (lambda said: said.rename(DELIVERY, {"en": " "}), "no name", "letters"),
    (lambda said: said.rename(DELIVERY, {"en": "12345"}), "no name", "letters"),
    (lambda said: said.rename(DELIVERY, {"en": "!? 🙈"}), "no name", "letters"),
    (lambda said: said.rename(DELIVERY, {"en": "x" * 200}), "no name", "120"),
    (lambda said: said.rename(DELIVERY, {"english": "late"}), "no language code", "he="),
    (lambda said: said.rename(DELIVERY, {"EN": "late"}), "no language code", "he="),
    (lambda said: said.rename(DELIVERY, {"": "late"}), "no language code", "he="),
    (lambda said: said.add(NAMES, "pain"), "which remarks", "--example or --word"),
    (lambda said: said.add(NAMES, "pain", examples=[" "], words=["", "!?"]), "which remarks", "--example or --word"),
    (lambda said: said.add({}, "pain", words=["late"]), "needs a name", "--name"),
    (lambda said: said.add(NAMES, "sorrow", words=["late"]), "no side 'sorrow'", "pain, praise"),
    (lambda said: said.add(NAMES, "pain", words=["late"], touchpoints=["moon"]), "no touchpoint 'moon'", "delivery"),
    (lambda said: said.add(NAMES, "pain", words=["late"], friction="dust"), "no friction 'dust'", "long wait"),
    (lambda said: said.split(DELIVERY, NAMES), "which mentions", "--word or --mention"),
    (lambda said: said.split(DELIVERY, NAMES, words=["…"]), "which mentions", "--word or --mention"),
    (lambda said: said.split(DELIVERY, {}, words=["late"]), "needs a name", "--name"),
    (lambda said: said.split(DELIVERY, NAMES, mentions=["shop:5#0"]), "no mention of", "themes show"),
    (lambda said: said.split(DELIVERY, NAMES, mentions=["shop:99#0"]), "no mention of", "themes show"),
    (lambda said: said.move("shop:99#0", DELIVERY), "no mention 'shop:99#0'", "overheard search"),
    (lambda said: said.move("shop:8#0", DELIVERY), "neither a pain nor a praise", "overheard label shop:8#0"),
    (lambda said: said.move("shop:8#0", None), "neither a pain nor a praise", "overheard label shop:8#0"),
    (lambda said: said.move("shop:1#0", PRAISE), "is a pain", "overheard label shop:1#0"),
    (lambda said: said.move("shop:7#0", SUPPORT), "is a praise", "overheard label shop:7#0"),
)  # fmt: skip


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


def test_with_nothing_left_there_is_nothing_to_undo(shop: Store) -> None:
    Editor(shop).mark("pin", DELIVERY)
    Editor(shop).undo()
    with pytest.raises(ConfigError, match="nothing to undo"):
        Editor(shop).undo()
    with pytest.raises(ConfigError, match="undone already"):
        Editor(shop).undo(1)


def test_an_id_is_never_given_twice(shop: Store) -> None:
    ids = []
    for _ in range(3):
        ids.append(Editor(shop).add({"en": "Wet box!"}, "pain", words=["wet"]).theme)
        Editor(shop).undo()
    ids += [Editor(shop).split(DELIVERY, {"en": "wet, BOX"}, words=["wet"]).theme for _ in range(2)]
    assert ids == ["wet_box", "wet_box_2", "wet_box_3", "wet_box_4", "wet_box_5"]
    hebrew = [Editor(shop).add({"he": "קופסה רטובה"}, "pain", words=["wet"]).theme for _ in range(2)]
    assert hebrew == ["theme", "theme_2"]
    # "none" means no theme where a mention is moved.
    assert Editor(shop).add({"en": "None!"}, "pain", words=["wet"]).theme == "none_2"
    ships = next(iter(catalogue()))
    assert Editor(shop).add({"en": ships}, "pain", words=["wet"]).theme == f"{ships}_2"


# --- what it outlives -----------------------------------------------------------------------------------------------

THINGS = {
    "hinge": "the squeaky hinge of the lid", "zip": "my broken zip on this bag", "soup": "cold soup served again today",
    "lamp": "lamp flickers whenever evening arrives", "bell": "door bell never rings for visitors",
    "paint": "paint peels off after rain", "glue": "glue smells awful inside", "strap": "leather strap tore quickly",
}  # fmt: skip
PLACES = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "jetty")


def about(thing: str, first: str = "") -> list[Feedback]:
    """Ten remarks of ten people about one thing, no two alike."""
    return [
        said(f"{thing}{first}{number}", f"{THINGS[thing]} {place} {PLACES[number - 1]}", author=f"author-{number}")
        for number, place in enumerate(PLACES)
    ]


def workshop(store: Store) -> dict[str, str]:
    """Enough remarks to find themes in the data: the theme of each thing."""
    keep(store, *(item for thing in THINGS for item in about(thing)), touchpoint="product")
    bring_up(store)
    return themes_of_things(store)


def themes_of_things(store: Store) -> dict[str, str]:
    held = belongs(store)
    found = {thing: {held.get(f"{thing}{number}") for number in range(10)} for thing in THINGS}
    assert all(len(themes) == 1 for themes in found.values())
    return {thing: str(next(iter(themes))) for thing, themes in found.items()}


def test_edits_of_themes_found_in_the_data_outlive_every_re_grouping(sqlite: Store) -> None:
    found = workshop(sqlite)
    assert len(set(found.values())) == len(THINGS)
    said_so = Editor(sqlite)
    said_so.rename(found["hinge"], {"en": "squeaky hinges", "he": "ציר חורק"})
    said_so.merge(found["zip"], found["strap"])
    said_so.move("shop:soup3#0", found["lamp"])
    said_so.move("shop:soup4#0", None)
    said_so.mark("pin", found["bell"])
    said_so.mark("hide", found["paint"])
    before = belongs(sqlite)
    glue = added(sqlite, "glue", "glue")
    for _ in range(2):
        keep(sqlite, *about("hinge", "again"), touchpoint="product")
        bring_up(sqlite, anew=True)
        now = belongs(sqlite)
        assert {now.pop(f"hingeagain{number}") for number in range(10)} == {found["hinge"]}
        assert now == {id_: glue if id_.startswith("glue") else theme for id_, theme in before.items()}
    listed = shown(sqlite)
    assert next(iter(listed)) == found["bell"]
    assert found["paint"] not in listed
    assert name(sqlite, found["hinge"], "he") == "ציר חורק"
    assert listed[found["strap"]].group.counts.feedback == 20
    for _ in audit(sqlite):
        said_so.undo()
    bring_up(sqlite)
    after = themes_of_things(sqlite)
    assert {thing: theme for thing, theme in after.items() if thing != "glue"} == {
        thing: theme for thing, theme in found.items() if thing != "glue"
    }
    assert name(sqlite, found["hinge"]) != "squeaky hinges"


def test_a_theme_emptied_by_deletions_is_retired_and_its_id_is_not_given_again(sqlite: Store) -> None:
    found = workshop(sqlite)
    put(sqlite, *(replace(item, deleted=True, text="") for item in about("soup")))
    assert bring_up(sqlite).retired == [found["soup"]]
    assert bring_up(sqlite).retired == []
    assert [line.event for line in lineages.told(sqlite, found["soup"])] == ["new", "retired"]
    assert found["soup"] not in shown(sqlite)
    keep(sqlite, *about("soup", "again"), touchpoint="product")
    [new] = bring_up(sqlite, anew=True).new
    assert new not in {*found.values(), None}
    assert {theme for id_, theme in belongs(sqlite).items() if id_.startswith("soupagain")} == {new}


@pytest.mark.parametrize(
    "say",
    [
        lambda said, found: said.move("shop:lamp0#0", found["soup"]),
        lambda said, found: said.merge(found["lamp"], found["soup"]),
    ],
)
def test_a_theme_that_people_gave_mentions_is_not_retired_with_those_it_was_found_in(
    sqlite: Store, say: Callable[[Editor, Mapping[str, str]], Any]
) -> None:
    found = workshop(sqlite)
    say(Editor(sqlite), found)
    put(sqlite, *(replace(item, deleted=True, text="") for item in about("soup")))
    assert bring_up(sqlite).retired == []
    assert found["soup"] in shown(sqlite)


def recut(store: Store, item: Feedback, first: int = 0, version: str = "1", **labels: str) -> None:
    """Cut and label an item anew, its only mention numbered ``first``."""
    mined = understood(item, version=version, **labels)
    mention = replace(mined.mentions[0], id=f"{item.id}#{first}")
    work.put_mined(store, replace(mined, mentions=[mention]), VERSION)


def test_edits_outlive_new_models_and_a_new_cutting_with_the_same_words(shop: Store) -> None:
    late = added(shop, "late", "late")
    gift = Editor(shop).split(late, {"en": "gift"}, mentions=["shop:2#0"]).theme
    Editor(shop).move("shop:3#0", SUPPORT)
    Editor(shop).move("shop:4#0", None)
    bring_up(shop)
    held = {**START, "1": late, "2": gift, "3": SUPPORT, "4": None}
    assert belongs(shop) == held
    for item in items(PAINS):
        recut(shop, item, version="2")
    assert set(belongs(shop)) == set(START) - set(PAINS)
    bring_up(shop)
    assert belongs(shop) == held
    for item in items(PAINS)[2:]:
        recut(shop, item, first=1)
    bring_up(shop)
    assert {id_: theme for id_, theme in belongs(shop).items() if "#1" in id_} == {"3#1": SUPPORT, "4#1": None}


def test_an_edited_text_loses_its_move_quietly_and_the_old_words_bring_it_back(shop: Store) -> None:
    [_, _, item, _] = items(PAINS)
    Editor(shop).move(f"{item.id}#0", SUPPORT)
    for text, theme in (("The courier apologised late.", DELIVERY), (item.text, SUPPORT)):
        changed = replace(item, text=text)
        put(shop, changed)
        assert "3" not in belongs(shop)
        recut(shop, changed)
        bring_up(shop)
        assert belongs(shop) == {**START, "3": theme}
    assert [one.undone_at for one in audit(shop)] == [None]
    Editor(shop).undo()
    assert belongs(shop) == START


def test_a_corrected_feeling_takes_a_mention_out_of_a_theme_of_the_other_side(shop: Store) -> None:
    Editor(shop).move("shop:3#0", SUPPORT)
    for feeling, expected in (("positive", {"3": PRAISE}), ("neutral", {}), ("negative", {"3": SUPPORT})):
        intent = {"positive": "praise", "neutral": "statement", "negative": "complaint"}[feeling]
        corrections.correct(shop, "shop:3#0", {"sentiment": feeling, "intent": intent}, "dana")
        bring_up(shop)
        assert belongs(shop) == {**{id_: theme for id_, theme in START.items() if id_ != "3"}, **expected}


def test_an_erased_author_leaves_themes_and_their_counts(shop: Store) -> None:
    late = added(shop, "late", "late")
    keep(shop, said("9", "Very late indeed.", author="author-1"))
    Editor(shop).split(late, {"en": "gift"}, mentions=["shop:2#0"])
    Editor(shop).move("shop:3#0", late)
    bring_up(shop)
    assert shown(shop)[late].group.counts.feedback == 3
    assert (shop.erase("author-1").feedback, shop.erase("author-2").feedback) == (2, 1)
    rest = {id_: theme for id_, theme in START.items() if id_ not in ("1", "2")}
    for _ in range(2):
        assert belongs(shop) == {**rest, "3": late}
        counts = shown(shop)[late].group.counts
        assert (counts.feedback, counts.mentions, counts.authors) == (1, 1, 1)
        bring_up(shop)
    assert "gift" not in shown(shop)
    assert shop.erase("author-3").feedback == 1
    assert late not in shown(shop)
    for _ in audit(shop):
        Editor(shop).undo()
    bring_up(shop)
    assert belongs(shop) == {id_: theme for id_, theme in rest.items() if id_ != "3"}


# --- two at once ----------------------------------------------------------------------------------------------------


def both(path: Path, *say: Say) -> list[Any]:
    """What two people say in the same moment, each with a connection of their own; refusals as they are."""
    begin = Barrier(len(say), timeout=60)

    def one(say_it: Say) -> Any:
        store = Store(open_engine(f"sqlite:///{path}")).open()
        begin.wait()
        try:
            return say_it(Editor(store))
        except ConfigError as error:
            return error
        finally:
            store.close()

    with ThreadPoolExecutor(len(say)) as threads:
        return list(threads.map(one, say))


def test_of_two_edits_at_once_none_is_lost_and_the_second_sees_the_first(shop: Store, tmp_path: Path) -> None:
    def add_often(said: Editor) -> list[str]:
        return [said.add({"en": "same name"}, "pain", words=["late"]).theme for _ in range(12)]

    def move_often(said: Editor) -> list[str]:
        return [said.move("shop:3#0", SUPPORT if turn % 2 else None).theme for turn in range(12)]

    first, second, moves = both(tmp_path / "overheard.db", add_often, add_often, move_often)
    assert Counter([*first, *second]) == Counter({"same_name", *(f"same_name_{number}" for number in range(2, 25))})
    told = audit(shop)
    assert [one.id for one in told] == list(range(1, 37))
    assert Counter(one.action for one in told) == {"add": 24, "move": 12}
    assert [one.payload["theme"] for one in told if one.action == "move"] == [theme or None for theme in moves]
    assert belongs(shop) == {**START, "3": SUPPORT}


def test_no_race_makes_a_circle_of_merges_or_takes_an_edit_back_twice(shop: Store, tmp_path: Path) -> None:
    for turn in range(1, 9):
        made = both(
            tmp_path / "overheard.db",
            lambda said: said.merge(DELIVERY, SUPPORT),
            lambda said: said.merge(SUPPORT, DELIVERY),
        )
        assert sorted(type(one).__name__ for one in made) == ["ConfigError", "Said"]
        assert set(belongs(shop).values()) in ({DELIVERY, PRAISE}, {SUPPORT, PRAISE})
        undone = both(tmp_path / "overheard.db", partial(Editor.undo, edit=turn), Editor.undo)
        assert sorted(type(one).__name__ for one in undone) == ["ConfigError", "Edit"]
        assert belongs(shop) == START
    assert len(audit(shop)) == 8


# --- the rule -------------------------------------------------------------------------------------------------------

ACTIONS = ("rename", "merge", "move", "move", "pin", "unpin", "hide", "unhide", "add", "split", "split by mention")
WORDS = ("late", "box", "courier", "gift was", "up")
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 99), st.integers(0, 99)), max_size=7)


def say(store: Store, action: str, one: int, other: int) -> bool:
    """Say something about a theme and a mention that lots choose; whether it was taken."""
    themes = [DELIVERY, SUPPORT, PRAISE, *(said.payload["theme"] for said in audit(store) if said.claims)]
    first, second, said_so = themes[one % len(themes)], themes[other % len(themes)], Editor(store)
    mention = f"shop:{other % 9}#0"
    steps: Mapping[str, Callable[[], Any]] = {
        "rename": lambda: said_so.rename(first, {"en": f"name {other}"}),
        "merge": lambda: said_so.merge(first, second),
        "move": lambda: said_so.move(mention, first if one % 4 else None),
        "add": lambda: said_so.add({"en": "added"}, "praise" if one % 5 == 0 else "pain", words=[WORDS[other % 5]]),
        "split": lambda: said_so.split(first, {"en": "part"}, words=[WORDS[other % 5]]),
        "split by mention": lambda: said_so.split(first, {"en": "part"}, mentions=[mention]),
    }
    try:
        made = steps.get(action, lambda: said_so.mark(action, first))()
    except ConfigError:
        return False
    if made.claims:
        bring_up(store)
    return True


def state(store: Store) -> Any:
    """All that edits can change: what mentions belong to, and how themes are shown."""
    with store.transaction() as connection:
        held = edits.holding(connection)
        return table.belonging(connection), held.pinned, held.hidden, edits.known(connection, held)


def take_back(store: Store, edit: int) -> str | None:
    """Undo an edit; what is said against it, if anything is."""
    try:
        undone = Editor(store).undo(edit)
    except ConfigError as error:
        return error.message
    if undone.claims:
        bring_up(store)
    return None


@settings(deadline=None, max_examples=30)
@given(steps=STEPS)
def test_undone_in_reverse_each_edit_gives_back_exactly_what_was_before_it(
    steps: Sequence[tuple[str, int, int]],
) -> None:
    with fresh_store() as store:
        states = [state(fill(store))]
        for step in steps:
            if say(store, *step):
                states.append(state(store))
            else:
                assert state(store) == states[-1]
        assert len(audit(store)) == len(states) - 1
        for edit in range(len(states) - 1, 0, -1):
            assert take_back(store, edit) is None
            assert state(store) == states[edit - 1]


@settings(deadline=None, max_examples=20)
@given(steps=STEPS, lots=st.randoms(use_true_random=False))
def test_undone_in_any_order_that_is_allowed_nothing_is_left(
    steps: Sequence[tuple[str, int, int]], lots: random.Random
) -> None:
    with fresh_store() as store:
        before = state(fill(store))
        left = [number for number, _ in enumerate([step for step in steps if say(store, *step)], start=1)]
        while left:
            edit = lots.choice(left)
            reason = take_back(store, edit)
            assert reason is None or f"rests on edit {edit}" in reason
            left = [one for one in left if reason or one != edit]
        bring_up(store, anew=True)
        assert state(store) == before
