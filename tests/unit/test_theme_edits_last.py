"""What people say of themes outlives: re-grouping, new cuts, erasure, two at once, undoing all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from mining import corrections
from mining.store import Store
from mining.themes import lineages
from mining.themes.catalogue import catalogue
from mining.themes.editor import Editor
from mining.themes.edits import audit
from tests.fakes import fresh_store, keep, said
from tests.store_behaviour import put
from tests.theme_workshop import (
    DELIVERY,
    PAINS,
    PRAISE,
    START,
    STEPS,
    SUPPORT,
    THINGS,
    about,
    added,
    belongs,
    both,
    bring_up,
    fill,
    items,
    name,
    recut,
    say,
    shown,
    state,
    take_back,
    themes_of_things,
    workshop,
)


@pytest.fixture
def shop(sqlite: Store) -> Store:
    return fill(sqlite)


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


def test_a_theme_emptied_by_deletions_is_retired_and_comes_back_when_it_is_said_again(sqlite: Store) -> None:
    found = workshop(sqlite)
    put(sqlite, *(replace(item, deleted=True, text="") for item in about("soup")))
    assert bring_up(sqlite).retired == [found["soup"]]
    assert bring_up(sqlite).retired == []
    assert [line.event for line in lineages.told(sqlite, found["soup"])] == ["new", "retired"]
    assert found["soup"] not in shown(sqlite)
    keep(sqlite, *about("soup", "again"), touchpoint="product")
    again = bring_up(sqlite)
    assert (again.new, again.back) == ([], [found["soup"]])
    assert found["soup"] in shown(sqlite)
    assert [line.event for line in lineages.told(sqlite, found["soup"])] == ["new", "retired", "back"]


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


# A split off part stays one though its parent was merged away since, whenever all is claimed anew.
@example(steps=[("split", 0, 0), ("merge", 0, 1), ("add", 0, 0)])
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
