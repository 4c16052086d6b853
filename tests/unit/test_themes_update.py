"""Themes over a store: brought up to date in any order, kept through corrections and deletions, counted as in SQL."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select

from connectors.record import Feedback, Speaker
from mining import corrections, reading, schema
from mining.database import open_engine
from mining.filters import Filters
from mining.mention import VERSION, Mention
from mining.reading import Query
from mining.store import Pull, Store
from mining.taggers.base import Label
from mining.themes import lineages, listing, table
from mining.themes.catalogue import catalogue, of_side
from mining.themes.editor import Editor, members
from mining.themes.fallback import theme_id
from mining.themes.update import FEW, Updated, update
from mining.work import Mined, put_mined
from tests.fakes import NOON, HashingEmbedder, fresh_store, keep, said, unit
from tests.store_behaviour import rows

EMBEDDER = HashingEmbedder(dimensions=256)


class Apart(HashingEmbedder):
    """Words of no language are near to no other words."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        made_up = [" ".join(word for word in text.split() if word.endswith("xq")) for text in texts]
        known = [" ".join(word for word in text.split() if not word.endswith("xq")) for text in texts]
        return unit(np.hstack([super(Apart, self).encode(part) for part in (known, made_up)]))


class Deaf(HashingEmbedder):
    """What holds no letter means nothing."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return super().encode([text if any(map(str.isalpha, text)) else "" for text in texts])


APART = Apart(dimensions=128)
KEPT = (
    schema.mention_themes,
    schema.themes,
    schema.theme_lineage,
    schema.theme_state,
    schema.theme_vectors,
    schema.copies,
)
TOPICS, EACH = 12, 8


def word(number: int) -> str:
    """A word of no language, and no catalogue."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    return f"{syllables[number % 70]}{syllables[number // 70]}xq"


def remarks(topic: int, count: int = EACH, begins: int = 0) -> list[str]:
    """What is said of a topic: four words that all say, and two of each one's own."""
    common = " ".join(word(4 * topic + place) for place in range(4))
    return [
        f"{common} {word(1000 + 100 * topic + 2 * at)} {word(1001 + 100 * topic + 2 * at)}"
        for at in range(begins, begins + count)
    ]


def about(topics: Iterable[int], count: int = EACH, begins: int = 0, **more: Any) -> list[Feedback]:
    """Remarks of so many people on each topic."""
    return [
        said(f"{topic}-{place}", text, **{"author": f"{topic}-{place}", **more})
        for topic in topics
        for place, text in enumerate(remarks(topic, count, begins), start=begins)
    ]


def bring_up(store: Store, **more: Any) -> Updated:
    """Nothing is claimed by the catalogue: all themes are found in the data."""
    return update(store, EMBEDDER, **{"catalogue": False, **more})


def found(store: Store) -> dict[str, str | None]:
    return {row.mention_id: row.found for row in rows(store, schema.mention_themes)}


def of(store: Store, topic: int) -> set[str | None]:
    """The themes that a topic's remarks are in."""
    return {theme for mention, theme in found(store).items() if mention.startswith(f"shop:{topic}-")}


def alive(store: Store) -> set[str]:
    with store.transaction() as connection:
        return set(table.found(connection))


def state(store: Store) -> list[Any]:
    return [rows(store, one) for one in KEPT]


def delete(store: Store, ids: Iterable[str]) -> None:
    with store.transaction() as connection:
        store.delete(connection, list(ids))


def events(store: Store, *names: str) -> list[tuple[str, str]]:
    return [(line.event, line.theme) for line in lineages.told(store) if line.event in names]


def in_pieces(store: Store, *pieces: tuple[str, str], id_: str = "1", speaker: Speaker = Speaker.CUSTOMER) -> None:
    """One feedback of several mentions, each with a sentiment."""
    item = said(id_, " ".join(text for text, _ in pieces))
    mentions, labels, start = [], [], 0
    for place, (text, sentiment) in enumerate(pieces):
        mentions.append(Mention(f"{item.id}#{place}", item.id, text, speaker, start, start + len(text), "en"))
        told = {"sentiment": sentiment, "intent": "complaint", "touchpoint": "none"}
        labels.append({task: Label(value, 0.9, f"{task}@1") for task, value in told.items()})
        start += len(text) + 1
    store.put_page(Pull("shop|", "shop", {}), [item], {})
    put_mined(store, Mined([item.id], mentions, labels, EMBEDDER.encode([text for text, _ in pieces])), VERSION)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which every topic is a theme, to be copied."""
    path = tmp_path_factory.mktemp("themes") / "overheard.db"
    store = Store(open_engine(f"sqlite:///{path}")).open()
    keep(store, *about(range(TOPICS)))
    bring_up(store)
    store.close()
    return path


@pytest.fixture
def grouped(example: Path, tmp_path: Path) -> Iterator[Store]:
    """A store in which every topic is a theme."""
    shutil.copy(example, tmp_path / "copy.db")
    store = Store(open_engine(f"sqlite:///{tmp_path / 'copy.db'}")).open()
    yield store
    store.close()


# --- finding --------------------------------------------------------------------------------------------------------


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


def made_here() -> str:
    """What a store of all topics holds, in one line."""
    with fresh_store() as store:
        keep(store, *about(range(TOPICS)))
        bring_up(store, now=NOON)
        return digest(store)


def digest(store: Store) -> str:
    """One line for all that is kept."""
    told = [[tuple(row) for row in rows(store, one)] for one in KEPT]
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


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


# --- claiming -------------------------------------------------------------------------------------------------------

EXAMPLES = [
    (theme.id, text, side)
    for side, sentiment in (("pain", "negative"), ("praise", "positive"))
    for theme in of_side(side)[::8]
    for text in theme.examples["en"][:2]
]


def claimed(store: Store) -> dict[str, tuple[str | None, float]]:
    return {
        row.mention_id: (row.found, row.score) for row in rows(store, schema.mention_themes) if row.found in catalogue()
    }


def examples(store: Store, order: Iterable[int]) -> None:
    for number in order:
        _, text, side = EXAMPLES[number]
        keep(store, said(str(number), text), sentiment="negative" if side == "pain" else "positive", touchpoint="none")


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


# --- too few --------------------------------------------------------------------------------------------------------


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


# --- what changes ---------------------------------------------------------------------------------------------------


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


def test_a_theme_that_others_were_merged_into_is_not_retired_while_it_has_their_mentions(grouped: Store) -> None:
    [first], [second] = of(grouped, 0), of(grouped, 1)
    Editor(grouped).merge(str(first), str(second))
    delete(grouped, (f"shop:1-{place}" for place in range(EACH)))
    assert bring_up(grouped).retired == []
    assert members(grouped, str(second)) == EACH


def test_a_theme_that_somebody_pinned_is_not_retired(grouped: Store) -> None:
    [theme] = of(grouped, 4)
    Editor(grouped).mark("pin", str(theme))
    delete(grouped, (f"shop:4-{place}" for place in range(EACH)))
    assert bring_up(grouped).retired == []
    assert theme in alive(grouped)


# --- all anew -------------------------------------------------------------------------------------------------------


def test_grouped_anew_the_groups_that_stay_keep_their_ids(grouped: Store) -> None:
    before, lineage = found(grouped), rows(grouped, schema.theme_lineage)
    report = bring_up(grouped, anew=True)
    assert (report.looked_at, report.grouped_anew, report.new) == (TOPICS * EACH, ["pain"], [])
    assert found(grouped) == before
    assert rows(grouped, schema.theme_lineage) == lineage


def refound(store: Store, topic: int, themes: Sequence[str]) -> None:
    """As if an earlier grouping had put a topic's remarks there."""
    with store.transaction() as connection:
        moved = [(f"shop:{topic}-{place}#0", themes[place % len(themes)]) for place in range(EACH)]
        table.refound(connection, moved)
        table.move(connection, moved)


def test_of_themes_that_become_one_group_the_larger_lives_on_and_the_lineage_says_so(grouped: Store) -> None:
    [first], [second] = of(grouped, 0), of(grouped, 1)
    delete(grouped, (f"shop:1-{place}" for place in range(EACH)))
    refound(grouped, 0, [str(first), str(first), str(second)])
    report = bring_up(grouped, anew=True)
    assert of(grouped, 0) == {first}
    assert (report.merged, report.split, report.retired) == ([second], [], [second])
    [line] = [line for line in lineages.told(grouped, str(second)) if line.event == "merged"]
    assert line.others == (first,)


def test_a_theme_that_falls_apart_keeps_its_id_for_one_part_and_the_lineage_says_so(grouped: Store) -> None:
    [first], [second] = of(grouped, 0), of(grouped, 1)
    refound(grouped, 1, [str(first)])
    report = bring_up(grouped, anew=True)
    [new] = report.new
    assert of(grouped, 0) | of(grouped, 1) == {first, new}
    assert (report.split, report.merged, report.retired) == ([first], [], [second])
    [line] = [line for line in lineages.told(grouped, str(first)) if line.event == "split"]
    assert line.others == (new,)


def test_another_embedder_means_that_all_is_claimed_and_grouped_anew(grouped: Store) -> None:
    before = alive(grouped)
    report = update(grouped, HashingEmbedder("hashing@2", 256), catalogue=False)
    assert (report.looked_at, len(report.new), sorted(report.retired)) == (TOPICS * EACH, TOPICS, sorted(before))
    assert not alive(grouped) & before
    assert {row.by for row in rows(grouped, schema.theme_vectors)} == {"hashing@2"}
    assert len(rows(grouped, schema.theme_vectors)) == TOPICS * EACH
    assert update(grouped, HashingEmbedder("hashing@2", 256), catalogue=False) == Updated()


def test_other_rules_mean_that_all_is_claimed_anew_and_found_themes_keep_their_ids(grouped: Store) -> None:
    before = found(grouped)
    added = Editor(grouped).add({"en": "of my own"}, "pain", words=[word(1000), word(1100)])
    report = bring_up(grouped)
    assert (report.looked_at, report.new, report.retired) == (TOPICS * EACH, [], [])
    mine = {"shop:0-0#0": added.theme, "shop:1-0#0": added.theme}
    assert found(grouped) == {**before, **mine}
    Editor(grouped).undo()
    bring_up(grouped)
    assert found(grouped) == before


def test_turning_the_catalogue_on_claims_what_it_knows(sqlite: Store) -> None:
    keep(sqlite, said("late", "my order is a week late and still nothing"), touchpoint="none")
    bring_up(sqlite)
    assert found(sqlite) == {"shop:late#0": None}
    update(sqlite, EMBEDDER)
    assert found(sqlite) == {"shop:late#0": "late_delivery"}


# --- listing --------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(sqlite: Store) -> Store:
    """Themes of both sides, pasted texts, unknown authors, feedback of several mentions, and what is in no theme."""
    keep(sqlite, *about(range(TOPICS)))
    keep(sqlite, *about(range(20, 20 + TOPICS), 6), sentiment="positive", intent="praise", effort="low")
    keep(sqlite, *(said(f"paste-{place}", remarks(2)[0], author=f"x{place % 2}") for place in range(4)), intent="churn")
    keep(
        sqlite,
        *(said(f"unknown-{place}", text) for place, text in enumerate(remarks(3))),
        sentiment="mixed",
        effort="low",
    )
    keep(sqlite, said("odd", "ganz anders"), said("calm", "just asking"), touchpoint="none")
    corrections.correct(sqlite, "shop:calm#0", {"sentiment": "neutral", "intent": "question"}, "dana")
    in_pieces(sqlite, (remarks(5)[0], "negative"), (remarks(5)[1], "negative"), (remarks(6)[0], "negative"))
    bring_up(sqlite)
    return sqlite


def in_sql(store: Store) -> dict[str | None, tuple[int, int, int, int]]:
    """Feedback, mentions, authors and unique items by theme, as the database counts them."""
    held, mentions, feedback, copies = schema.mention_themes, schema.mentions, schema.feedback, schema.copies
    first = func.coalesce(copies.c.first, feedback.c.id)
    wanted = (
        select(
            held.c.theme,
            func.count(feedback.c.id.distinct()),
            func.count(),
            func.count(feedback.c.author.distinct()),
            func.count(first.distinct()),
        )
        .select_from(
            held.join(mentions, mentions.c.id == held.c.mention_id)
            .join(feedback, feedback.c.id == mentions.c.feedback_id)
            .outerjoin(copies, copies.c.feedback_id == feedback.c.id)
        )
        .group_by(held.c.theme)
    )
    with store.transaction() as connection:
        return {theme: tuple(counts) for theme, *counts in connection.execute(wanted)}


def told(counts: reading.Counts) -> tuple[int, int, int, int]:
    return counts.feedback, counts.mentions, counts.authors, counts.unique


def test_the_overview_counts_what_sql_counts(mixed: Store) -> None:
    expected = in_sql(mixed)
    overview = listing.overview(mixed)
    assert overview.unthemed == expected.pop(None)[1] >= 1
    assert {one.theme.id: told(one.group.counts) for one in overview.themes} == expected
    assert [one.mention_id for one in listing.unthemed(mixed)] == sorted(
        id_ for id_, theme in found(mixed).items() if not theme
    )
    assert overview.waiting == 0
    for one in overview.themes:
        heard = reading.heard(mixed, Query(Filters(theme=(one.theme.id,))))
        assert reading.counts(heard) == one.group.counts
        assert {row.mention_id for row in heard} == {row.mention_id for row in one.group.said}
        assert [row.score for row in one.group.said] == sorted((row.score for row in one.group.said), reverse=True)


def test_a_selection_in_groups_counts_what_the_selection_holds(mixed: Store) -> None:
    filters = Filters(sentiment=("negative", "mixed"))
    heard = reading.heard(mixed, Query(filters))
    groups = listing.grouped(mixed, filters, "pain")
    every = [*groups.themes, *([groups.rest] if groups.rest else [])]
    by_theme = {group.theme.id if group.theme else None: group for group in every}
    assert set(by_theme) == {row.theme for row in heard}
    for theme, group in by_theme.items():
        assert group.counts == reading.counts(row for row in heard if row.theme == theme)
    assert listing.counts(row for group in every for row in group.said) == reading.counts(heard)
    counted = {row["theme"]: row["mentions"] for row in reading.by(mixed, filters, ["theme"])}
    assert counted == {theme: group.counts.mentions for theme, group in by_theme.items()}
    assert {group.theme.side for group in groups.themes if group.theme} == {"pain"}
    assert groups.hidden == []
    order = [(*group.score.rank, group.theme.id) for group in groups.themes if group.theme]
    assert order == sorted(order)


def test_what_a_score_is_made_of_is_what_was_said(mixed: Store) -> None:
    [three], [two] = of(mixed, 3), of(mixed, 2)
    groups = {
        group.theme.id: group
        for group in listing.grouped(mixed, Filters(sentiment=("negative", "mixed")), "pain").themes
        if group.theme
    }
    score = groups[str(three)].score
    assert (score.unique, score.people) == (8, 8)  # the same words from eight more without a name are no more people
    assert (score.negativity, score.effort, score.churn, score.growth) == (0.75, 0.5, 0, 0)
    score = groups[str(two)].score
    assert (score.unique, score.people) == (8, 8)
    assert score.churn == pytest.approx(4 / 12)


def test_pinned_themes_come_first_and_hidden_ones_are_shown_only_if_asked_for(mixed: Store) -> None:
    order = [one.theme.id for one in listing.overview(mixed).themes]
    last, gone = order[-1], order[0]
    Editor(mixed).mark("pin", last)
    Editor(mixed).mark("hide", gone)
    shown = listing.overview(mixed).themes
    assert [one.theme.id for one in shown] == [last, *order[1:-1]]
    assert [one.pinned for one in shown][:2] == [True, False]
    assert [one.theme.id for one in listing.overview(mixed, hidden=True).themes if one.hidden] == [gone]
    side = next(one.theme.side for one in listing.overview(mixed, hidden=True).themes if one.theme.id == gone)
    groups = listing.grouped(mixed, Filters(theme=(gone,)), side)
    assert ([group.theme and group.theme.id for group in groups.hidden], groups.themes) == ([gone], [])
    assert [row["theme"] for row in reading.by(mixed, Filters(theme=(gone, last)), ["theme"])] == [gone, last]


def test_what_was_not_looked_at_yet_is_said_to_wait(mixed: Store) -> None:
    keep(mixed, said("new", remarks(0, 1)[0]))
    assert listing.overview(mixed).waiting == 1
    assert listing.grouped(mixed, Filters(intent=("complaint",)), "pain").waiting == 1


def weeks_ago(weeks: int, topic: int, count: int = EACH, begins: int = 0) -> list[Feedback]:
    return about([topic], count, begins, said_at=NOON - timedelta(weeks=weeks))


def test_growth_needs_an_earlier_time(sqlite: Store) -> None:
    keep(sqlite, *(item for topic in range(TOPICS) for item in weeks_ago(topic % 2, topic)))
    bring_up(sqlite)
    since = Filters(since=NOON - timedelta(days=1), until=NOON + timedelta(days=1))
    long = Filters(since=NOON - timedelta(weeks=8), until=NOON + timedelta(days=1))
    assert {one.group.score.growth for one in listing.overview(sqlite).themes} == {0}
    assert {group.score.growth for group in listing.grouped(sqlite, Filters(), "pain").themes} == {0}
    assert {group.score.growth for group in listing.grouped(sqlite, long, "pain").themes} == {0}
    keep(sqlite, said("old", "ganz anders", said_at=NOON - timedelta(weeks=10)))
    assert {one.group.score.growth for one in listing.overview(sqlite).themes} != {0}
    assert {round(group.score.growth, 4) for group in listing.grouped(sqlite, since, "pain").themes} == {
        round(np.log2(18 / 10), 4)
    }


def test_growth_is_told_beside_the_time_before(sqlite: Store) -> None:
    keep(sqlite, *(item for topic in range(TOPICS) for item in weeks_ago(9, topic)))
    bring_up(sqlite)
    [first], [second] = of(sqlite, 0), of(sqlite, 1)
    for name, topic, weeks in (("a", 0, 0), ("b", 1, 0), ("c", 1, 5)):
        words = [text.split() for text in remarks(topic)[:5]]
        texts = [" ".join(reversed(one) if name == "c" else [*one[2:], *one[:2]]) for one in words]
        when = NOON - timedelta(weeks=weeks)
        keep(sqlite, *(said(f"{name}{place}", text, said_at=when) for place, text in enumerate(texts)))
    bring_up(sqlite)
    themes = {one.theme.id: one.group for one in listing.overview(sqlite).themes}
    assert (themes[str(first)].counts.unique, themes[str(second)].counts.unique) == (EACH + 5, EACH + 10)
    # Thirteen, and eight if the last four weeks had gone like the four before; eighteen both ways.
    assert themes[str(first)].score.growth == pytest.approx(np.log2(23 / 18))
    assert themes[str(second)].score.growth == 0
    now = Filters(since=NOON - timedelta(weeks=4), until=NOON + timedelta(days=1))
    groups = {group.theme.id: group for group in listing.grouped(sqlite, now, "pain").themes if group.theme}
    assert groups[str(first)].score.growth == pytest.approx(np.log2(15 / 10))  # five after none
    assert {id_: group.counts.unique for id_, group in groups.items()} == {first: 5, second: 5}
    assert groups[str(second)].score.growth == 0  # five after five


def test_days_are_those_of_the_zone_and_pasted_texts_count_once_a_day(grouped: Store) -> None:
    [theme] = of(grouped, 0)
    late = NOON.replace(hour=23)
    pasted = [said(f"late-{place}", remarks(0)[0], author=f"l{place}", said_at=late) for place in range(3)]
    keep(grouped, *pasted)
    bring_up(grouped)
    for zone, day in (("UTC", date(2026, 11, 2)), ("Asia/Jerusalem", date(2026, 11, 3))):
        counted, every = listing.daily(grouped, ZoneInfo(zone))
        assert counted[str(theme)][date(2026, 11, 2)] == EACH
        assert counted[str(theme)].get(day) == (EACH if zone == "UTC" else 1)
        assert every[date(2026, 11, 2)] == TOPICS * EACH
        assert sum(sum(days.values()) for days in counted.values()) == sum(every.values())


def test_an_empty_store_has_no_themes(sqlite: Store) -> None:
    assert bring_up(sqlite) == Updated()
    told_ = listing.overview(sqlite)
    assert (told_.themes, told_.unthemed, told_.waiting, told_.few) == ([], 0, 0, ())
    assert listing.daily(sqlite, ZoneInfo("UTC")) == ({}, {})
    assert listing.grouped(sqlite, Filters(), "pain").themes == []
