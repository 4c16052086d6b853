"""Counting from columns kept by day: always what SQL says, whatever is written, by whom, and in which state."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text

from connectors.errors import ConfigError
from connectors.record import Feedback
from mining import corrections, facts, facts_check, facts_held, facts_made, migrations, schema
from mining.database import open_engine
from mining.facts import Facts
from mining.facts_codes import Codes
from mining.facts_frame import Frame
from mining.filters import Filters
from mining.reading import Counts
from mining.store import Store
from mining.themes.editor import Editor
from tests.facts_behaviour import (
    TEXTS,
    counted,
    filters,
    histories,
    is_as_if_made_anew,
    is_scored_as_it_is_listed,
    is_what_plain_sql_says,
    lots,
    lots_of,
    put,
    rows_of,
    sort_into_themes,
    spelled,
)
from tests.fakes import NOON, fresh_store, keep, said


@pytest.fixture
def store() -> Iterator[Store]:
    """In memory: every history begins with nothing in it."""
    with fresh_store() as store:
        yield store


@given(every=histories, lot=lots, wanted=st.lists(filters, min_size=1, max_size=4))
@lots_of(60)
def test_what_is_selected_counted_and_grouped_is_what_plain_sql_says(
    store: Store, every: Sequence[Feedback | str], lot: Random, wanted: Sequence[Filters]
) -> None:
    is_what_plain_sql_says(store, every, lot, wanted)


@given(every=histories, lot=lots)
@lots_of(60)
def test_after_any_writes_the_days_are_as_if_they_were_made_anew(
    store: Store, every: Sequence[Feedback | str], lot: Random
) -> None:
    is_as_if_made_anew(store, every, lot)


@given(every=histories, lot=lots, wanted=filters)
@lots_of(60)
def test_themes_are_scored_and_ranked_as_those_that_are_listed(
    store: Store, every: Sequence[Feedback | str], lot: Random, wanted: Filters
) -> None:
    is_scored_as_it_is_listed(store, every, lot, wanted)


def everything(store: Store) -> Facts:
    return facts.select(store, Filters())


def made_days(store: Store) -> int:
    with store.transaction() as connection:
        return connection.scalar(select(func.count()).where(schema.facts.c.made.is_not(None))) or 0


def some(store: Store, days: int = 4) -> None:
    lot = Random(5)
    put(store, lot, *(said(str(day), TEXTS[day % 5], said_at=NOON + timedelta(days=day)) for day in range(days)))
    sort_into_themes(store, lot)


# --- what is asked of it --------------------------------------------------------------------------------------------


def test_an_empty_workspace_counts_nothing(sqlite: Store) -> None:
    nothing = everything(sqlite)
    assert nothing.counts() == Counts(0, 0, 0, 0)
    assert nothing.by("stage") == nothing.by("product") == {}
    assert nothing.unsure("stage") == 0.0
    assert facts.scored(nothing, "pain") == []
    assert nothing.ids() == []
    assert len(nothing.days(UTC)) == len(nothing.where(np.zeros(0, bool))) == 0


def test_a_selection_is_narrowed_and_its_mentions_are_named(sqlite: Store) -> None:
    keep(sqlite, *(said(name, rating=rating) for name, rating in (("a", 0.0), ("b", None), ("c", 0.75))))
    told = everything(sqlite)
    rated = told.where(~np.isnan(told.rating))
    assert rated.ids() == ["shop:a#0", "shop:c#0"]
    assert rated.where(rated.rating > 0.5).ids() == told.ids([2]) == ["shop:c#0"]
    assert rated.where(np.array([1])).ids() == rated.ids([1]) == ["shop:c#0"]
    assert [told.value_of(code) for code in told.column("theme")] == [None] * 3
    assert {told.value_of(code) for code in told.column("stage")} == {"purchase"}


def test_a_selection_is_narrowed_by_filters_and_values_as_the_whole_is(sqlite: Store) -> None:
    some(sqlite, 12)
    whole, wanted = everything(sqlite), Filters(sentiment=("negative",), phrase="parcel", not_theme=("late_delivery",))
    assert whole.narrowed(wanted).ids() == facts.select(sqlite, wanted).ids()
    assert (
        whole.where(whole.among("sentiment", wanted.sentiment)).counts() == whole.by("sentiment")["negative"].counts()
    )
    assert not whole.among("sentiment", ("no such",)).any()
    each = whole.first_of_each()
    assert each.counts().mentions == each.counts().feedback == whole.counts().feedback


def test_columns_cannot_be_written_to(sqlite: Store) -> None:
    keep(sqlite, said("a"))
    with pytest.raises(ValueError, match="read-only"):
        everything(sqlite).said_at[0] = 0


def test_only_customers_are_counted_and_only_by_what_there_is(sqlite: Store) -> None:
    with pytest.raises(ConfigError, match="customers"):
        facts.select(sqlite, Filters(speaker="agent"))
    for wrong in ("colour", "segment", "names", "stages"):
        with pytest.raises(ConfigError, match="cannot count by"):
            everything(sqlite).by(wrong)
    with pytest.raises(ConfigError, match="cannot count by"):
        everything(sqlite).column("segment.plan")


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.integers(7_000, 22_000).map(lambda day: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)), max_size=30
    ),
    st.sampled_from(
        ("Asia/Jerusalem", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Asia/Tehran")
    ),
)
def test_local_days_are_those_of_the_calendar_there(times: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    # Around midnight and around the hours at which clocks are changed there.
    times = sorted(at + timedelta(minutes=step) for at in times for step in (0, 60, 719, 720, 1439, 1440))
    chunks = []
    for day in sorted({(at - datetime(1970, 1, 1, tzinfo=UTC)).days for at in times}):
        here = [at for at in times if (at - datetime(1970, 1, 1, tzinfo=UTC)).days == day]
        first = np.array([(at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for at in here], "<i8")
        rest = b"\0" * ((facts_made.WIDTH - 8) * len(here))
        chunks.append(facts_made.Chunk(day, 1, 1, first.tobytes() + rest))
    told = Frame(chunks, Codes()).days(zone)
    assert [date.fromordinal(day) for day in told.tolist()] == [at.astimezone(zone).date() for at in times]


def test_the_days_on_which_clocks_change_are_cut_at_the_change() -> None:
    zone = ZoneInfo("America/Sao_Paulo")  # there was no midnight: clocks went from 23:59 to 01:00
    change = datetime(2018, 11, 4, 3, tzinfo=UTC)
    times = [change + timedelta(microseconds=step) for step in (-1, 0)]
    numbers = np.array([(at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for at in times], "<i8")
    chunk = facts_made.Chunk(
        (change - datetime(1970, 1, 1, tzinfo=UTC)).days, 1, 1, numbers.tobytes() + bytes(2 * (facts_made.WIDTH - 8))
    )
    assert len(chunk) == 2
    days = Frame([chunk], Codes()).days(zone)
    assert [date.fromordinal(day).day for day in days.tolist()] == [3, 4]


# --- days that are made and that are not ----------------------------------------------------------------------------


def test_the_first_question_makes_the_days_and_the_next_reads_them(sqlite: Store) -> None:
    some(sqlite)
    assert made_days(sqlite) == 0
    told = spelled(everything(sqlite))
    assert made_days(sqlite) == 4
    again = Store(open_engine(str(sqlite.engine.url)))
    assert spelled(everything(again)) == told
    again.close()


def test_days_are_made_ahead_with_progress(sqlite: Store) -> None:
    some(sqlite)
    seen: list[tuple[int, int]] = []
    assert facts_held.bring_up(sqlite, lambda done, of: seen.append((done, of))) == 4
    assert seen[-1] == (4, 4)
    assert facts_held.bring_up(sqlite) == 0


def test_a_label_makes_one_day_again_and_a_merge_none(sqlite: Store) -> None:
    some(sqlite, 8)
    everything(sqlite)
    corrections.correct(sqlite, "shop:2#0", {"stage": "loyalty"}, "dana")
    assert made_days(sqlite) == 7
    facts_held.bring_up(sqlite)
    themes = [theme for theme in everything(sqlite).by("theme") if theme]
    before = {theme: group.ids() for theme, group in everything(sqlite).by("theme").items()}
    Editor(sqlite).merge(themes[0], themes[1])
    assert made_days(sqlite) == 8
    after = everything(sqlite).by("theme")
    assert sorted(after[themes[1]].ids()) == sorted(before[themes[0]] + before[themes[1]])
    assert themes[0] not in after
    Editor(sqlite).undo()
    assert {theme: group.ids() for theme, group in everything(sqlite).by("theme").items()} == before


def test_what_another_process_writes_is_counted_at_once(sqlite: Store) -> None:
    some(sqlite)
    other = Store(open_engine(str(sqlite.engine.url)))
    for store, number in ((other, "x"), (sqlite, "y"), (other, "z")):
        assert everything(sqlite).counts() == everything(other).counts()
        keep(store, said(number), stage=f"stage {number}")
        assert f"stage {number}" in everything(sqlite).by("stage")
        assert f"stage {number}" in everything(other).by("stage")
    assert spelled(everything(sqlite)) == spelled(everything(other))
    other.close()


def test_a_workspace_that_cannot_be_written_is_counted_all_the_same(sqlite: Store) -> None:
    some(sqlite)
    expected = sorted(row.id for row in rows_of(sqlite))
    reader = Store(open_engine(str(sqlite.engine.url)))
    event.listen(reader.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    assert sorted(everything(reader).ids()) == expected
    assert facts.select(reader, Filters(phrase="PARCEL")).counts() == saying(sqlite, "parcel")
    assert made_days(sqlite) == 0
    assert spelled(everything(sqlite)) == spelled(everything(reader))
    keep(sqlite, said("new"), stage="a new stage")
    assert "a new stage" in everything(reader).by("stage")
    reader.close()


def saying(store: Store, phrase: str) -> Counts:
    return counted([row for row in rows_of(store) if phrase.lower() in row.text.lower()])


def test_while_another_program_writes_questions_do_not_wait(sqlite: Store) -> None:
    some(sqlite)
    other = sqlite3.connect(str(sqlite.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.perf_counter()
    told = spelled(everything(sqlite))
    assert time.perf_counter() - begun < 5
    assert made_days(sqlite) == 0
    other.execute("ROLLBACK")
    other.close()
    assert facts_held.bring_up(sqlite) == 4
    elsewhere = Store(open_engine(str(sqlite.engine.url)))
    assert spelled(everything(elsewhere)) == told
    elsewhere.close()
    assert spelled(everything(sqlite)) == told
    assert made_days(sqlite) == 4


def test_days_that_do_not_fit_on_the_disk_are_counted_all_the_same(sqlite: Store) -> None:
    some(sqlite, 60)

    def no_more_pages(connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    sqlite.close()
    event.listen(sqlite.engine, "connect", no_more_pages)
    told = spelled(everything(sqlite))
    assert made_days(sqlite) < 60
    sqlite.close()
    event.remove(sqlite.engine, "connect", no_more_pages)
    assert facts_held.bring_up(sqlite) > 0
    assert spelled(everything(sqlite)) == told
    assert made_days(sqlite) == 60


def test_what_was_thrown_away_is_made_again(sqlite: Store) -> None:
    some(sqlite)
    told = spelled(everything(sqlite))
    with sqlite.transaction() as connection:
        for table in (schema.facts, schema.fact_codes, schema.fact_words):
            connection.execute(table.delete())
    assert spelled(everything(sqlite)) == told
    with sqlite.transaction() as connection:
        connection.execute(schema.fact_words.delete())
    assert facts.select(sqlite, Filters(phrase="parcel")).counts() == saying(sqlite, "parcel")
    assert facts_held.rebuild(sqlite) == 4
    assert spelled(everything(sqlite)) == told


def test_an_old_workspace_has_its_days_entered(tmp_path: Path) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'old.db'}")).open()
    some(store)
    with store.transaction() as connection:
        for table in ("facts", "fact_codes", "fact_words"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("DELETE FROM migrations WHERE name = 'm005_create_facts'"))
    assert migrations.migrate(store.engine) == ["m005_create_facts"]
    with store.transaction() as connection:
        days = list(connection.scalars(select(schema.facts.c.day).order_by(schema.facts.c.day)))
    assert days == [(NOON - datetime(1970, 1, 1, tzinfo=UTC)).days + day for day in range(4)]
    assert everything(store).counts().feedback == 4
    store.close()


def test_doctors_comparison_finds_days_that_disagree(sqlite: Store) -> None:
    some(sqlite)
    assert facts_check.compared(sqlite) == facts_check.Compared(0, 4, ())
    everything(sqlite)
    assert facts_check.compared(sqlite) == facts_check.Compared(4, 0, ())
    with sqlite.transaction() as connection:
        connection.execute(text("DELETE FROM mentions WHERE feedback_id = 'shop:1'"))
        connection.execute(text("DELETE FROM facts WHERE day % 4 = (SELECT max(day) % 4 FROM facts)"))
    wrong = facts_check.compared(sqlite).wrong
    assert wrong == (NOON.date() + timedelta(days=1), NOON.date() + timedelta(days=3))


# --- erasing --------------------------------------------------------------------------------------------------------


def test_what_an_erased_author_alone_said_is_in_no_byte_that_counting_needs(sqlite: Store, tmp_path: Path) -> None:
    theirs = said(
        "mine", "secret-words of mine", author="a1:aa", segment={"plan": "secret-plan"}, product="secret-thing"
    )
    keep(sqlite, theirs, said("other", "kept-words", segment={"plan": "kept-plan"}, author="a1:bb"))
    reader = Store(open_engine(str(sqlite.engine.url)))
    for store in (sqlite, reader):
        assert set(everything(store).by("segment.plan")) == {"secret-plan", "kept-plan"}
        assert facts.select(store, Filters(phrase="secret")).counts().mentions == 1
    reader.close()
    sqlite.erase("a1:aa")
    facts_held.bring_up(sqlite)
    left = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()) if path.is_file())
    assert b"secret-" not in left
    assert b"kept-plan" in left
    keep(sqlite, said("later", segment={"plan": "secret-plan"}))
    for store in (sqlite, reader):
        assert everything(store).by("segment.plan")["secret-plan"].ids() == ["shop:later#0"]
    reader.close()


def test_many_threads_ask_while_a_run_writes(sqlite: Store) -> None:
    some(sqlite)
    done = Event()

    def ask() -> list[Counts]:
        seen = []
        while not done.is_set():
            told = everything(sqlite)
            seen.append(told.counts())
            assert sum(group.counts().mentions for group in told.by("stage").values()) == seen[-1].mentions
        return seen

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for number in range(15):
            items = [said(f"t{number}-{day}", said_at=NOON + timedelta(days=day)) for day in range(5)]
            keep(sqlite, *items, stage=f"stage {number}")
        done.set()
        seen = [one.result() for one in asking]
    before = counted(rows_of(sqlite)).feedback - 75
    for counts in seen:
        # A run's items are counted all or none, and never fewer than were there.
        assert [one.feedback for one in counts] == sorted(one.feedback for one in counts)
        assert all((one.feedback - before) % 5 == 0 for one in counts)
    assert everything(sqlite).counts() == counted(rows_of(sqlite))


def test_ids_of_days_that_changed_meanwhile_are_left_out(sqlite: Store) -> None:
    some(sqlite)
    told = everything(sqlite)
    before = told.ids()
    with sqlite.transaction() as connection:
        sqlite.delete(connection, ["shop:1"])
    assert told.ids() == [id_ for id_ in before if not id_.startswith("shop:1#")]
