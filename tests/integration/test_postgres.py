"""The same store on a real PostgreSQL server, started here on loopback: same behaviour, same figures."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from connectors.errors import OverheardError
from connectors.record import Feedback
from mining.database import open_engine
from mining.filters import Filters
from mining.store import Store
from mining.themes import listing
from mining.themes.editor import Editor
from mining.themes.table import belonging
from tests.chats_behaviour import ChatsBehaviour
from tests.facts_behaviour import (
    filters,
    histories,
    is_as_if_made_anew,
    is_scored_as_it_is_listed,
    is_what_plain_sql_says,
    lots,
    lots_of,
)
from tests.fakes import keep, said
from tests.store_behaviour import StoreBehaviour, put
from tests.theme_topics import TOPICS, about, bring_up, of

OVERHEARD = Path(sys.executable).parent / "overheard"
# A server of somebody else's language sorts and compares unlike Python; ICU is not built in everywhere.
_LOCALES = (["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"], ["--locale=C.UTF-8"], ["--locale=C"])


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, newest version first."""
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name.split(".")[0]))
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def as_server(command: Sequence[str]) -> None:
    """Run a program of the server's, which refuses to be run by root."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*user, *command], check=True, capture_output=True, timeout=120, cwd="/")


def initialised(folder: Path, data: Path) -> None:
    for locale in _LOCALES:
        command = [str(folder / "initdb"), "-D", str(data), "-U", "overheard", "-A", "trust", "-E", "UTF8", "--no-sync"]
        try:
            return as_server([*command, *locale])
        except subprocess.CalledProcessError as error:
            failed = error
    pytest.skip(f"initdb failed: {failed.stderr.decode()[-200:]}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of an empty database on a server that ends with the module."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    if os.geteuid() == 0 and not shutil.which("runuser"):
        pytest.skip("PostgreSQL refuses root, and there is no runuser")
    # Not below pytest's own folder, which only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="overheard-pg-") as place:
        if os.geteuid() == 0:
            shutil.chown(place, "postgres")
        data = Path(place) / "data"
        initialised(folder, data)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c fsync=off"
        control = [str(folder / "pg_ctl"), "-D", str(data), "-w"]
        as_server([*control, "-l", f"{place}/log", "-o", options, "start"])
        yield f"postgresql+psycopg://overheard@127.0.0.1:{port}/postgres"
        as_server([*control, "-m", "immediate", "stop"])


@pytest.fixture
def url(server: str) -> str:
    """The same, emptied."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'overheard[postgres]'")
    engine = open_engine(server)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return server


class TestOnPostgres(StoreBehaviour):
    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        store = Store(open_engine(url)).open()
        yield store
        store.close()


class TestChatsOnPostgres(ChatsBehaviour):
    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        store = Store(open_engine(url)).open()
        yield store
        store.close()


@pytest.fixture
def on_server(url: str) -> Iterator[Store]:
    store = Store(open_engine(url)).open()
    yield store
    store.close()


@given(every=histories, lot=lots, wanted=st.lists(filters, min_size=1, max_size=4))
@lots_of(20)
def test_what_is_selected_counted_and_grouped_on_a_server_is_what_plain_sql_says(
    on_server: Store, every: Sequence[Feedback | str], lot: Random, wanted: Sequence[Filters]
) -> None:
    is_what_plain_sql_says(on_server, every, lot, wanted)


@given(every=histories, lot=lots)
@lots_of(20)
def test_after_any_writes_on_a_server_the_days_are_as_if_they_were_made_anew(
    on_server: Store, every: Sequence[Feedback | str], lot: Random
) -> None:
    is_as_if_made_anew(on_server, every, lot)


@given(every=histories, lot=lots, wanted=filters)
@lots_of(20)
def test_themes_on_a_server_are_scored_and_ranked_as_those_that_are_listed(
    on_server: Store, every: Sequence[Feedback | str], lot: Random, wanted: Filters
) -> None:
    is_scored_as_it_is_listed(on_server, every, lot, wanted)


def test_themes_are_the_same_on_a_server_and_in_a_file(url: str, sqlite: Store) -> None:
    server = Store(open_engine(url)).open()
    for store in (server, sqlite):
        keep(store, *about(range(TOPICS)), *about([1], 3, begins=40))
        bring_up(store)
        [first], [second] = of(store, 2), of(store, 3)
        Editor(store, "dana").merge(str(first), str(second))
        Editor(store, "dana").move("shop:4-0#0", str(second))
        Editor(store, "dana").undo()
        with store.transaction() as connection:
            store.delete(connection, ["shop:5-0"])
        bring_up(store)
    told = [
        (
            themes_of(store),
            [(one.theme.id, one.group.counts, one.group.score) for one in listing.overview(store).themes],
        )
        for store in (server, sqlite)
    ]
    server.close()
    assert told[0] == told[1]
    assert len(told[0][1]) == TOPICS - 1


def themes_of(store: Store) -> list[tuple[str, str, str | None, str | None]]:
    with store.transaction() as connection:
        return belonging(connection)


def test_a_server_that_does_not_answer_is_reported_in_words() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = probe.getsockname()[1]
    pytest.importorskip("psycopg")
    with pytest.raises(OverheardError, match="did not answer") as caught:
        Store(open_engine(f"postgresql+psycopg://x@127.0.0.1:{nobody}/x")).open()
    assert "[store] url" in caught.value.hint


def test_a_server_that_goes_away_in_a_run_is_reported_in_words(url: str) -> None:
    store = Store(open_engine(url)).open()
    store.count_feedback()
    killer = open_engine(url)
    with killer.begin() as other:
        other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))
    killer.dispose()
    with pytest.raises(OverheardError, match="did not answer"):
        store.count_feedback()
    put(store, said("1"))
    store.close()


def test_an_error_of_the_server_carries_no_words_of_customers(url: str) -> None:
    store = Store(open_engine(url)).open()
    with pytest.raises(Exception, match="hide") as caught, store.transaction() as connection:
        connection.execute(text("SELECT colour FROM feedback WHERE text = :text"), {"text": "my secret words"})
    assert "my secret words" not in str(caught.value)
    store.close()


# --- a whole run ----------------------------------------------------------------------------------------------------

REVIEWS = [
    ("1", "2026-10-05", "The parcel came two weeks late and nobody answered."),
    ("2", "2026-10-06", "My card was declined at the checkout three times."),
    ("3", "2026-10-06", "הכרטיס שלי נדחה בקופה כשניסיתי לשלם"),
    ("4", "2026-10-07", "موقع پرداخت کارتم رد شد"),
    ("5", "2026-10-08", "Lovely machine, but the parcel came two weeks late."),
    ("6", "2026-10-09", "The parcel came two weeks late and nobody answered."),
    ("7", "2026-10-09", "..."),
    ("8", "2026-10-10", "Write to me at dana@example.com, the app crashes"),
]
QUESTIONS = ("top pain points in October", "top pain points in purchase stage in October", "על מה מתלוננים באוקטובר?")


def overheard(home: Path, *arguments: str) -> Any:
    command = [str(OVERHEARD), *arguments, "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


def everything_told(home: Path, reviews: Path) -> dict[str, Any]:
    told: dict[str, Any] = {}
    told["ingest"] = overheard(home, "ingest", "files", str(reviews), "--source", "shop", "--channel", "review")
    told["again"] = overheard(home, "ingest", "files", str(reviews), "--source", "shop", "--channel", "review")
    for question in QUESTIONS:
        answer = overheard(home, "ask", question, "--as-of", "2026-11-22", "--json")
        answer.pop("freshness")
        told[question] = answer
        query = answer["counted"]["query"]
        told[query] = overheard(home, "show", query, "--json")["rows"]
    told["stats"] = overheard(home, "stats", "--by", "stage,language", "--json")
    told["search"] = overheard(home, "search", "card declined", "--json")
    told["rejects"] = [(row["where"], row["reason"]) for row in overheard(home, "rejects", "--json")]
    told["erase"] = overheard(home, "erase", "--author", "dana", "--yes", "--json")
    return told


def test_a_whole_run_says_the_same_on_postgres_as_on_sqlite(url: str, tmp_path: Path) -> None:
    reviews = tmp_path / "reviews.jsonl"
    lines = [{"id": id_, "date": day, "text": said, "author": "dana"} for id_, day, said in REVIEWS]
    reviews.write_text("\n".join(map(json.dumps, lines)) + '\n{"id": "9", "text": "torn\n', encoding="utf-8")
    on_sqlite, on_postgres = tmp_path / "sqlite", tmp_path / "postgres"
    for home, table in ((on_sqlite, ""), (on_postgres, f'[store]\nurl = "{url}"\n')):
        overheard(home, "init")
        (home / "overheard.toml").write_text(table, encoding="utf-8")
    shutil.copy(on_sqlite / "key", on_postgres / "key")
    expected = everything_told(on_sqlite, reviews)
    assert everything_told(on_postgres, reviews) == expected
    beside = Store(open_engine(f"sqlite:///{on_postgres / 'overheard.db'}"))  # made by init, before the settings
    assert beside.open().count_feedback() == 0
    beside.close()
    answer = expected[QUESTIONS[0]]
    assert answer["status"] == "answered"
    assert answer["counted"]["value"] >= 4
    assert expected["erase"]["feedback"] == 8
