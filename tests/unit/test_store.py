"""The store on SQLite, and what only a file has: migrations, damage, a full disk, words left behind."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, insert, inspect, text
from sqlalchemy.exc import StatementError

from connectors.base import Reject
from connectors.errors import ConfigError, OverheardError
from mining import corrections, migrations, schema, work
from mining.database import open_engine, transaction
from mining.migrations import migrate
from mining.store import Pull, Store
from tests.fakes import keep, said
from tests.store_behaviour import SHOP, StoreBehaviour, count, put, rows


class TestOnSqlite(StoreBehaviour):
    @pytest.fixture
    def store(self, sqlite: Store) -> Store:
        return sqlite


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'empty.db'}")


# --- migrations -----------------------------------------------------------------------------------------------------


def test_migrations_are_taken_once_and_logged_by_name(engine: Engine) -> None:
    names = [step.__name__ for step in migrations.STEPS]
    assert migrate(engine) == names
    assert migrate(engine) == []
    with transaction(engine) as connection:
        assert sorted(connection.scalars(text("SELECT name FROM migrations"))) == names


def test_the_migrated_tables_are_those_of_the_schema(engine: Engine) -> None:
    migrate(engine)
    found = inspect(engine)
    for table in (*schema.metadata.sorted_tables, *schema.later.sorted_tables):
        columns = [(column["name"], column["nullable"]) for column in found.get_columns(table.name)]
        assert columns == [(column.name, bool(column.nullable)) for column in table.columns], table.name


# The tables and indexes of the first version: a workspace that it made must be brought up, whatever came since.
FIRST = {
    "cuts", "feedback", "labels", "mentions", "migrations", "pulls", "queries", "rejects", "tombstones", "vectors"
}  # fmt: skip


def test_a_workspace_of_the_first_version_is_brought_up_with_all_that_it_holds(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(migrations, "STEPS", (migrations.m001_create_tables,))
        assert migrate(engine) == ["m001_create_tables"]
    assert set(inspect(engine).get_table_names()) == FIRST
    with transaction(engine) as connection:
        row = {"id": "shop:1#0", "feedback_id": "shop:1", "text": "late", "speaker": "customer"}
        connection.execute(insert(schema.mentions).values(**row, start=0, end=4, language="en"))
        label = {"mention_id": "shop:1#0", "task": "stage", "value": "purchase", "score": 0.5, "by": "stage@1"}
        connection.execute(insert(schema.labels).values(**label))
    store = Store(engine).open()
    assert set(inspect(engine).get_table_names()) == {*FIRST, *(table.name for table in schema.later.sorted_tables)}
    corrections.correct(store, "shop:1#0", {"stage": "loyalty"}, "dana")
    assert [(row.value, row.by) for row in rows(store, schema.labels)] == [("loyalty", "human:dana")]
    assert [one.was for one in corrections.listed(store)] == [{"stage": "purchase"}]


def test_the_indexes_that_were_migrated_are_those_of_the_schema(engine: Engine) -> None:
    migrate(engine)
    for table in (*schema.metadata.sorted_tables, *schema.later.sorted_tables):
        found = {index["name"]: index["column_names"] for index in inspect(engine).get_indexes(table.name)}
        assert found == {index.name: [column.name for column in index.columns] for index in table.indexes}, table.name


def test_a_step_that_fails_leaves_nothing_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def m999_half_done(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("the power went")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, m999_half_done))
    with pytest.raises(RuntimeError, match="the power went"):
        migrate(engine)
    assert inspect(engine).get_table_names() == []


def test_a_database_of_a_newer_version_is_refused_in_words(sqlite: Store) -> None:
    with sqlite.transaction() as connection:
        connection.execute(insert(schema.migrations).values(name="m777_later", applied_at=datetime.now(UTC)))
    with pytest.raises(OverheardError, match=r"newer Overheard.*m777_later") as caught:
        sqlite.open()
    assert "upgrade" in caught.value.hint


def _open(url: str, barrier: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]  # a Barrier of multiprocessing has no public type
    Store(open_engine(url)).open().close()


def test_many_processes_may_open_a_new_workspace_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    racers = [context.Process(target=_open, args=(url, barrier)) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(30)
    assert [racer.exitcode for racer in racers] == [0] * 4


# --- what can be wrong with a database ------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "overheard.db"
    path.write_bytes(b"this is a diary, not a database " * 300)
    with pytest.raises(OverheardError, match="no database") as caught:
        Store(open_engine(f"sqlite:///{path}")).open()
    assert "--home" in caught.value.hint
    assert path.read_bytes().startswith(b"this is a diary")


def test_damaged_pages_are_reported_in_words(tmp_path: Path) -> None:
    path = tmp_path / "overheard.db"
    store = Store(open_engine(f"sqlite:///{path}")).open()
    put(store, *(said(str(number), f"word{number} " * 30) for number in range(500)))
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = random.Random(13).randbytes(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(OverheardError, match="damaged"):
        rows(Store(open_engine(f"sqlite:///{path}")).open(), schema.feedback)


def test_a_full_disk_stores_nothing_of_the_page_and_says_so(sqlite: Store) -> None:
    store = sqlite
    put(store, said("1"))

    def no_more_pages(connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    store.close()
    event.listen(store.engine, "connect", no_more_pages)
    large = [said(str(number), "many words " * 500) for number in range(2, 50)]
    with pytest.raises(OverheardError, match="disk is full") as caught:
        store.put_page(SHOP, large, {"v": 1, "line": 50})
    assert "same command again" in caught.value.hint
    assert store.cursor(SHOP.key) == {"v": 1}
    assert [row.id for row in rows(store, schema.feedback)] == ["shop:1"]


def test_a_database_held_by_another_program_is_reported_in_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'overheard.db'}"
    store = Store(open_engine(url)).open()
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=10"))
    store.close()
    other = sqlite3.connect(tmp_path / "overheard.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OverheardError, match="another program"):
        put(store, said("1"))
    other.close()


def test_an_error_carries_no_words_of_customers(sqlite: Store) -> None:
    with pytest.raises(StatementError, match="no such column") as caught, sqlite.transaction() as connection:
        connection.execute(text("SELECT colour FROM feedback WHERE text = :text"), {"text": "my secret words"})
    assert "my secret words" not in str(caught.value)


@pytest.mark.parametrize("url", ["no url", "oracle9://x", "mysql+unknown://x"])
def test_a_wrong_url_is_a_setting_to_mend(url: str) -> None:
    with pytest.raises(ConfigError, match="URL"):
        open_engine(url)


def test_a_folder_that_cannot_be_made_is_a_setting_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be made"):
        open_engine(f"sqlite:///{tmp_path / 'file' / 'below' / 'overheard.db'}")


# --- erasing --------------------------------------------------------------------------------------------------------


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def test_after_an_erasure_the_words_are_in_no_byte_of_the_files(sqlite: Store, tmp_path: Path) -> None:
    lots = random.Random(13)
    words = ["".join(lots.choices(string.ascii_lowercase, k=12)) for _ in range(300)]
    theirs = [said(f"t{n}", f"secret-{word} " * 20, author="a1:aa") for n, word in enumerate(words)]
    others = [said(f"o{n}", f"kept-{word} " * 20, author="a1:bb") for n, word in enumerate(words)]
    keep(sqlite, *theirs, *others)
    put(sqlite, Reject("a:9", "no date", '{"author": "a1:aa", "text": "secret-in-a-reject"}'))
    work.mark_indexed(sqlite, [f"{item.id}#0" for item in theirs], "hashing@1")
    corrections.correct(sqlite, "shop:t7#0", {"stage": "loyalty"}, "dana", "she said: secret-in-a-note")
    assert b"secret-" in everything_in(tmp_path)
    assert sqlite.erase("a1:aa").feedback == 300
    left = everything_in(tmp_path)
    assert b"secret-" not in left
    assert all(f"kept-{word}".encode() in left for word in words)
    assert count(sqlite, schema.feedback) == 300


def test_an_erasure_that_a_reader_holds_up_says_so_and_is_finished_by_the_next(sqlite: Store, tmp_path: Path) -> None:
    keep(sqlite, said("1", "secret-words", author="a1:aa"), said("2"), said("3"))
    sqlite.close()
    event.listen(sqlite.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=10"))
    reader = sqlite3.connect(tmp_path / "overheard.db", isolation_level=None)
    reading = reader.execute("SELECT * FROM feedback")
    reading.fetchone()
    with pytest.raises(OverheardError, match="still in the file") as caught:
        sqlite.erase("a1:aa")
    assert "again" in caught.value.hint
    reading.close()
    assert sqlite.erase("a1:aa").feedback == 0
    assert b"secret-words" not in everything_in(tmp_path)
    reader.close()


def test_two_pulls_of_one_source_are_both_known(sqlite: Store) -> None:
    other = Pull("shop|more.csv", "shop", {"use": "files", "path": "more.csv"})
    sqlite.put_page(SHOP, [], {"v": 1})
    sqlite.put_page(other, [], {"v": 1})
    assert sqlite.pulls("shop") == [other, SHOP]
