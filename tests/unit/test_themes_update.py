"""Themes over a store: brought up to date in any order, kept through corrections and deletions, counted as in SQL."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.record import Speaker
from mining import corrections, schema
from mining.store import Store
from mining.themes import listing
from mining.themes.catalogue import of_side
from mining.themes.fallback import theme_id
from mining.themes.update import FEW, Updated, update
from tests.fakes import NOON, fresh_store, keep, said
from tests.store_behaviour import rows
from tests.theme_topics import (
    APART,
    EACH,
    EMBEDDER,
    EXAMPLES,
    TOPICS,
    Deaf,
    about,
    alive,
    bring_up,
    claimed,
    delete,
    digest,
    events,
    examples,
    found,
    in_pieces,
    made_here,
    of,
    remarks,
    state,
    word,
)


def test_what_several_people_say_alike_is_a_theme_with_names_in_three_languages(grouped: Store) -> None:
    themes = [of(grouped, topic) for topic in range(TOPICS)]
    assert all(len(theme) == 1 and None not in theme for theme in themes)
    assert len(set.union(*themes)) == TOPICS == len(alive(grouped))
    for one in listing.overview(grouped).themes:
        assert (one.theme.origin, one.theme.side, one.theme.touchpoints) == ("found", "pain", ("delivery",))
        assert set(one.theme.names) == {"en", "he", "fa"}
        said_by = [row for row in rows(grouped, schema.mentions) if found(grouped)[row.id] == one.theme.id]
        assert all(one.theme.keywords[-1] in row.text for row in said_by)
    assert {event for event, _ in events(grouped, "new", "merged", "split", "retired")} == {"new"}


def test_a_second_run_has_nothing_to_do(grouped: Store) -> None:
    before = state(grouped)
    report = bring_up(grouped)
    assert report == Updated()
    assert state(grouped) == before


def test_the_same_data_gives_the_same_themes_in_every_process() -> None:
    code = "from tests.unit import test_themes_update; print(test_themes_update.made_here())"
    root = Path(__file__).parents[2]
    env = {"PYTHONPATH": str(root), "PYTHONHASHSEED": "7"}
    run = subprocess.run([sys.executable, "-c", code], env=env, cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == made_here()


def test_the_order_of_arrival_is_forgotten_when_all_is_grouped() -> None:
    items = about(range(TOPICS))
    shuffled = random.Random(7).sample(items, len(items))
    with fresh_store() as one, fresh_store() as other:
        keep(one, *items)
        for start in range(0, len(items), 12):
            keep(other, *shuffled[start : start + 12])
        bring_up(one, now=NOON)
        bring_up(other, now=NOON)
        assert digest(other) == digest(one)


def test_new_remarks_that_say_what_a_theme_says_join_it(grouped: Store) -> None:
    again = [" ".join(reversed(text.split())) for text in remarks(3)]
    keep(grouped, *(said(f"again-{place}", text) for place, text in enumerate(again)))
    report = bring_up(grouped)
    joined = [theme for mention, theme in found(grouped).items() if mention.startswith("shop:again")]
    assert set(joined) <= {*of(grouped, 3), None}
    assert joined.count(None) <= 1  # nine in ten are within a theme's reach
    assert (report.looked_at, report.new, report.grouped_anew) == (EACH, [], [])


def test_the_remainder_is_grouped_anew_when_it_has_grown_by_a_quarter(grouped: Store) -> None:
    before = [of(grouped, topic) for topic in range(TOPICS)]
    keep(grouped, *about(range(TOPICS, TOPICS + 4)))
    report = bring_up(grouped)
    assert (len(report.new), report.grouped_anew) == (4, ["pain"])
    assert [of(grouped, topic) for topic in range(TOPICS)] == before
    assert len(set.union(*(of(grouped, topic) for topic in range(TOPICS, TOPICS + 4)))) == 4


@pytest.mark.parametrize("catalogue", [True, False])
def test_remarks_without_a_word_that_a_model_knows_are_in_no_theme(sqlite: Store, catalogue: bool) -> None:
    keep(sqlite, *(said(str(count), "\U0001f600" * count) for count in range(1, FEW + 5)))
    update(sqlite, Deaf("deaf@1", 256), catalogue=catalogue)
    assert set(found(sqlite).values()) == {None}


def test_the_companys_own_names_and_its_products_name_no_theme(sqlite: Store) -> None:
    items = about(range(TOPICS), product=word(1).title())
    keep(sqlite, *items)
    bring_up(sqlite, brands=[f"{word(0)} {word(2)}".upper(), word(5)])
    [theme] = of(sqlite, 0)
    name = next(one.theme for one in listing.overview(sqlite).themes if one.theme.id == theme).names["en"]
    assert word(3) in name


def test_a_run_that_dies_leaves_all_as_it_was_and_the_next_one_finishes(sqlite: Store) -> None:
    def die(stage: str, _done: int, _of: int) -> None:
        if stage == "groups":
            raise KeyboardInterrupt

    keep(sqlite, *about(range(TOPICS)))
    with pytest.raises(KeyboardInterrupt):
        bring_up(sqlite, on_progress=die)
    assert (
        rows(sqlite, schema.mention_themes) == rows(sqlite, schema.themes) == rows(sqlite, schema.theme_lineage) == []
    )
    assert listing.overview(sqlite).waiting == TOPICS * EACH
    assert len(bring_up(sqlite).new) == TOPICS


def test_one_batch_or_ten_in_any_order_give_the_same_claims() -> None:
    order = random.Random(10).sample(range(len(EXAMPLES)), len(EXAMPLES))
    with fresh_store() as one, fresh_store() as other:
        examples(one, range(len(EXAMPLES)))
        update(one, EMBEDDER)
        for start in range(10):
            examples(other, order[start::10])
            update(other, EMBEDDER)
        first, second = claimed(one), claimed(other)
    assert len(first) > 0.9 * len(EXAMPLES)
    assert {id_: theme for id_, (theme, _) in second.items()} == {id_: theme for id_, (theme, _) in first.items()}
    scores = {id_: score for id_, (_, score) in first.items()}
    assert {id_: score for id_, (_, score) in second.items()} == pytest.approx(scores, abs=2e-4)


def test_what_the_catalogue_claims_is_no_part_of_the_groups(sqlite: Store) -> None:
    keep(sqlite, *about(range(TOPICS)), said("late", "my order is a week late and still nothing"), touchpoint="none")
    update(sqlite, APART)
    assert found(sqlite)["shop:late#0"] == "late_delivery"
    assert set(found(sqlite).values()) == {*alive(sqlite), "late_delivery"}


def test_a_few_words_go_on_about_what_was_said_beside_them(sqlite: Store) -> None:
    in_pieces(sqlite, ("my order is a week late and still nothing", "negative"), (f"{word(3)} {word(4)}", "negative"))
    in_pieces(sqlite, (f"{word(3)} {word(4)}", "negative"), ("quick delivery", "positive"), id_="2")
    update(sqlite, APART)
    told = found(sqlite)
    assert told["shop:1#0"] == told["shop:1#1"] == "late_delivery"
    assert told["shop:2#0"] is None


def test_what_the_companys_people_say_is_in_no_theme(sqlite: Store) -> None:
    in_pieces(sqlite, ("my order is a week late and still nothing", "negative"), speaker=Speaker.AGENT)
    assert update(sqlite, EMBEDDER).looked_at == 0
    assert rows(sqlite, schema.mention_themes) == rows(sqlite, schema.theme_vectors) == []


def test_too_few_remarks_go_to_their_touchpoint_and_are_themes_when_more_come(sqlite: Store) -> None:
    keep(sqlite, *about(range(3)), touchpoint="app")
    keep(sqlite, said("nowhere", remarks(30, 1)[0]), touchpoint="none")
    report = bring_up(sqlite)
    assert (report.few, report.new) == (["pain"], [])
    assert of(sqlite, 0) == of(sqlite, 2) == {theme_id("app", "pain")}
    assert found(sqlite)["shop:nowhere#0"] is None
    told = listing.overview(sqlite)
    assert (told.few, told.unthemed, [one.theme.origin for one in told.themes]) == (("pain",), 1, ["touchpoint"])
    assert bring_up(sqlite) == Updated()
    assert listing.overview(sqlite).few == ("pain",)

    keep(sqlite, *about(range(3, TOPICS)), touchpoint="app")
    report = bring_up(sqlite)
    assert (report.few, len(report.new)) == ([], TOPICS)
    assert all(of(sqlite, topic) <= alive(sqlite) for topic in range(TOPICS))
    assert listing.overview(sqlite).few == ()


def test_each_side_has_too_few_or_enough_by_itself(sqlite: Store) -> None:
    keep(sqlite, *about(range(TOPICS)))
    keep(sqlite, *about([20], 4), sentiment="positive", intent="praise")
    report = bring_up(sqlite)
    assert (report.few, report.grouped_anew) == (["praise"], ["pain"])
    assert of(sqlite, 20) == {theme_id("delivery", "praise")}


def test_texts_that_are_repeated_do_not_make_enough(sqlite: Store) -> None:
    keep(sqlite, *(said(f"{place}-{again}", text) for place, text in enumerate(remarks(0, 9)) for again in range(10)))
    assert bring_up(sqlite).few == ["pain"]


def test_a_corrected_label_moves_a_mention_to_the_other_side_or_out(sqlite: Store) -> None:
    keep(sqlite, said("1", "my order is a week late and still nothing"), said("2", "app crashes as soon as I open it"))
    update(sqlite, EMBEDDER)
    corrections.correct(sqlite, "shop:1#0", {"sentiment": "positive", "intent": "praise"}, "dana")
    corrections.correct(sqlite, "shop:2#0", {"sentiment": "neutral", "intent": "question"}, "dana")
    assert update(sqlite, EMBEDDER).looked_at == 1
    [row] = rows(sqlite, schema.mention_themes)
    assert (row.mention_id, row.side) == ("shop:1#0", "praise")
    assert row.theme not in {theme.id for theme in of_side("pain")}
    corrections.take_back(sqlite, "shop:1#0")
    corrections.take_back(sqlite, "shop:2#0")
    update(sqlite, EMBEDDER)
    assert found(sqlite) == {"shop:1#0": "late_delivery", "shop:2#0": "app_crashes"}


@pytest.mark.parametrize(
    ("labels", "side"),
    [
        ({"sentiment": "negative", "intent": "praise"}, "pain"),
        ({"sentiment": "mixed", "intent": "praise"}, "pain"),
        ({"sentiment": "positive", "intent": "complaint"}, "praise"),
        ({"sentiment": "neutral", "intent": "suggestion"}, "pain"),
        ({"sentiment": "neutral", "intent": "praise"}, "praise"),
        ({"sentiment": "neutral", "intent": "question"}, None),
    ],
)
def test_the_feeling_says_the_side_and_the_wish_where_there_is_none(
    sqlite: Store, labels: dict[str, str], side: str | None
) -> None:
    keep(sqlite, said("1", "my order is a week late and still nothing"), **labels)
    update(sqlite, EMBEDDER)
    assert [row.side for row in rows(sqlite, schema.mention_themes)] == ([side] if side else [])


def test_deleted_feedback_leaves_nothing_behind(grouped: Store) -> None:
    delete(grouped, (f"shop:0-{place}" for place in range(EACH)))
    for kept, id_ in (
        (schema.mention_themes, "mention_id"),
        (schema.theme_vectors, "mention_id"),
        (schema.copies, "feedback_id"),
    ):
        assert not [row for row in rows(grouped, kept) if getattr(row, id_).startswith("shop:0-")]
    assert bring_up(grouped).looked_at == 0
    assert len(listing.overview(grouped).themes) == TOPICS - 1
    assert grouped.erase("1-3").feedback == 1
    assert "shop:1-3#0" not in found(grouped)
    assert not [row for row in rows(grouped, schema.theme_vectors) if row.mention_id == "shop:1-3#0"]


def test_what_was_edited_is_looked_at_again(grouped: Store) -> None:
    edited = said("0-0", remarks(5)[0], author="0-0")
    keep(grouped, edited)
    assert "shop:0-0#0" not in found(grouped)
    assert bring_up(grouped).looked_at == 1
    assert {found(grouped)["shop:0-0#0"]} == of(grouped, 5)


def test_a_theme_that_loses_all_its_mentions_is_retired_and_its_id_is_not_given_again(grouped: Store) -> None:
    [theme] = of(grouped, 4)
    delete(grouped, (f"shop:4-{place}" for place in range(EACH)))
    assert bring_up(grouped).retired == [theme]
    assert theme not in alive(grouped)
    assert events(grouped, "retired") == [("retired", theme)]
    assert str(theme) in listing.names(grouped)
    assert bring_up(grouped).retired == []
