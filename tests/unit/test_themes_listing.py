"""Themes counted for people: lists, groups, growth, days; and what changes them."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from mining import corrections, reading, schema
from mining.filters import Filters
from mining.reading import Query
from mining.store import Store
from mining.themes import lineages, listing
from mining.themes.editor import Editor, members
from mining.themes.update import Updated, update
from tests.fakes import NOON, HashingEmbedder, keep, said
from tests.store_behaviour import rows
from tests.theme_topics import (
    EACH,
    EMBEDDER,
    TOPICS,
    about,
    alive,
    bring_up,
    delete,
    found,
    in_pieces,
    in_sql,
    of,
    refound,
    remarks,
    told,
    weeks_ago,
    word,
)


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


def test_grouped_anew_the_groups_that_stay_keep_their_ids(grouped: Store) -> None:
    before, lineage = found(grouped), rows(grouped, schema.theme_lineage)
    report = bring_up(grouped, anew=True)
    assert (report.looked_at, report.grouped_anew, report.new) == (TOPICS * EACH, ["pain"], [])
    assert found(grouped) == before
    assert rows(grouped, schema.theme_lineage) == lineage


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
