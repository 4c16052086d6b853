"""A workspace on disk: what is made in it, who may write, and what the doctor sees."""

from __future__ import annotations

import multiprocessing
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from assistant import doctor
from assistant.doctor import Finding
from assistant.settings import FILE_NAME
from assistant.wiring import INDEX, KEY, Workspace, home_folder
from connectors.errors import Busy, ConfigError, OverheardError
from mining import schema
from mining.pipeline import pull, understand
from mining.store import Pull
from mining.themes.update import update as sort_into_themes
from tests.fakes import Listed, said


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the current folder or the environment gets in."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.delenv("OVERHEARD_CONFIG", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def filled(home: Path) -> Workspace:
    where = Workspace.open(home)
    reviews = [said("1", "The parcel came late."), said("2", "הקופה קרסה."), said("3", "Lovely beans.")]
    with where.writing():
        pull(where.store, Listed(reviews), Pull("shop|", "shop", {"use": "files"}), where.key)
        with where.index() as index:
            understand(where.store, where.miner, lambda: index)
        sort_into_themes(where.store, where.miner.embedder)
    return where


# --- what is made ---------------------------------------------------------------------------------------------------


def test_a_workspace_is_made_once_and_left_alone_afterwards(home: Path) -> None:
    made = Workspace.open(home).initialise()
    assert [path.name for path in made] == [FILE_NAME, KEY]
    (home / FILE_NAME).write_text("[owners]\npurchase = 'Dana'\n")
    key = (home / KEY).read_bytes()
    assert Workspace.open(home).initialise() == []
    assert (home / KEY).read_bytes() == key
    assert Workspace.open(home).settings.owners == {"purchase": "Dana"}
    assert sorted(path.name for path in home.iterdir() if path.name.startswith(".")) == []


def test_the_template_that_is_made_is_one_that_can_be_read(home: Path) -> None:
    Workspace.open(home).initialise()
    assert Workspace.open(home).settings.locale.timezone == "UTC"


def test_the_key_can_be_read_by_its_owner_alone(home: Path) -> None:
    Workspace.open(home).initialise()
    assert stat.S_IMODE((home / KEY).stat().st_mode) == 0o600
    assert len(Workspace.open(home).key) == 32


def test_opening_a_workspace_makes_nothing(home: Path) -> None:
    Workspace.open(home)
    assert not home.exists()


def test_the_home_is_the_option_then_the_environment_then_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERHEARD_HOME", "/from/environment")
    assert home_folder(Path("/given")) == Path("/given")
    assert home_folder(None) == Path("/from/environment")
    monkeypatch.delenv("OVERHEARD_HOME")
    monkeypatch.setenv("HOME", "/home/dana")
    assert home_folder(None) == Path("/home/dana/.overheard")


def test_a_home_that_is_a_file_is_refused_in_words(home: Path) -> None:
    home.write_text("a diary")
    with pytest.raises(ConfigError, match="cannot be made") as caught:
        Workspace.open(home).initialise()
    assert "--home" in caught.value.hint


# --- the key --------------------------------------------------------------------------------------------------------


def test_a_key_that_was_lost_is_not_replaced_in_silence(home: Path) -> None:
    filled(home).store.close()
    (home / KEY).unlink()
    again = Workspace.open(home)
    with pytest.raises(ConfigError, match="is missing") as caught:
        again.initialise()
    assert "copy" in caught.value.hint
    assert not (home / KEY).exists()
    again.store.close()


@pytest.mark.parametrize("content", [b"", b"not hex", b"\xff\xfe", b"00" * 8, b"00" * 65])
def test_a_key_that_is_no_key_is_refused_in_words(home: Path, content: bytes) -> None:
    Workspace.open(home).initialise()
    (home / KEY).write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read as a key"):
        _ = Workspace.open(home).key


# --- one writer -----------------------------------------------------------------------------------------------------


def test_a_second_run_is_told_to_wait_and_reading_goes_on(home: Path) -> None:
    first, second = filled(home), Workspace.open(home)
    with first.writing():
        with pytest.raises(Busy, match="another run") as caught, second.writing():
            pass
        assert "wait" in caught.value.hint
        assert second.store.count_feedback() == 3
    with second.writing():
        pass
    first.store.close()
    second.store.close()


def _key(home: Path, barrier: object, answer: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]  # multiprocessing has no public types of these
    answer.put(Workspace.open(home).key.hex())  # type: ignore[attr-defined]  # as above


def test_first_runs_at_once_agree_on_one_key(home: Path) -> None:
    context = multiprocessing.get_context("fork")
    barrier, answer = context.Barrier(4), context.Queue()
    racers = [context.Process(target=_key, args=(home, barrier, answer)) for _ in range(4)]
    for racer in racers:
        racer.start()
    keys = {answer.get(timeout=30) for _ in racers}
    for racer in racers:
        racer.join(30)
    assert keys == {(home / KEY).read_text()}


# --- sources --------------------------------------------------------------------------------------------------------


def test_a_source_is_built_from_its_settings(home: Path) -> None:
    home.mkdir()
    (home / FILE_NAME).write_text('[sources.shop]\nuse = "files"\npath = "/data/reviews.csv"\nchannel = "review"\n')
    connector, what = Workspace.open(home).connector("shop")
    assert connector.name == "shop"
    settings = {"use": "files", "path": "/data/reviews.csv", "channel": "review"}
    assert what == Pull("shop|/data/reviews.csv", "shop", settings)


@pytest.mark.parametrize(
    ("use", "says"), [("nonsense", "no source called 'nonsense'"), ("../x", "no source called"), ("files", "path")]
)
def test_a_source_that_cannot_be_built_is_refused_in_words(home: Path, use: str, says: str) -> None:
    home.mkdir()
    (home / FILE_NAME).write_text(f'[sources.shop]\nuse = "{use}"\n')
    with pytest.raises(ConfigError, match=says):
        Workspace.open(home).connector("shop")
    with pytest.raises(ConfigError, match="no source is called 'other'") as caught:
        Workspace.open(home).connector("other")
    assert "shop" in caught.value.hint


# --- the doctor -----------------------------------------------------------------------------------------------------


def looks(where: Workspace) -> dict[str, Finding]:
    return {finding.check: finding for finding in doctor.examine(where) if not finding.ok}


def test_a_sound_workspace_has_nothing_to_look_at(home: Path) -> None:
    where = filled(home)
    assert looks(where) == {}
    where.store.close()


def _lose_the_index(where: Workspace) -> None:
    where.wipe_index()


def _lose_a_vector(where: Workspace) -> None:
    with where.index() as index:
        index.delete(["shop:1#1"])


def _leave_a_vector(where: Workspace) -> None:
    with where.store.transaction() as connection:
        connection.execute(delete(schema.mentions).where(schema.mentions.c.feedback_id == "shop:3"))


def _label_by_an_older_model(where: Workspace) -> None:
    with where.store.transaction() as connection:
        connection.execute(update(schema.labels).where(schema.labels.c.mention_id == "shop:2#1").values(by="stage@0"))


def _say_something_else(where: Workspace) -> None:
    with where.store.transaction() as connection:
        connection.execute(update(schema.feedback).where(schema.feedback.c.id == "shop:1").values(text="Not that."))


def _lose_the_key(where: Workspace) -> None:
    (where.home / KEY).unlink()


@pytest.mark.parametrize(
    ("harm", "check", "hint"),
    [
        (_lose_the_index, "index", "reindex"),
        (_lose_a_vector, "index", "reindex"),
        (_leave_a_vector, "index", "reindex"),
        (_label_by_an_older_model, "labels", "overheard tag"),
        (_say_something_else, "quotes", "overheard tag"),
        (_lose_the_key, "hashing key", "copy"),
    ],
)
def test_each_harm_is_seen_with_what_to_do(
    home: Path, harm: Callable[[Workspace], None], check: str, hint: str
) -> None:
    where = filled(home)
    harm(where)
    found = looks(where)
    assert list(found) == [check]
    assert hint in found[check].hint
    where.store.close()


def test_a_damaged_database_is_a_finding_and_no_crash(home: Path) -> None:
    filled(home).store.close()
    for path in home.glob("overheard.db*"):
        path.write_bytes(b"scribble" * 1_000)
    found = looks(Workspace.open(home))
    assert "damaged" in found["database"].says


def test_an_index_deleted_by_hand_is_searched_with_words_and_healed_by_the_next_run(home: Path) -> None:
    where = filled(home)
    shutil.rmtree(home / INDEX)
    with pytest.raises(OverheardError, match="there is no index") as caught:
        where.index(write=False)
    assert "reindex" in caught.value.hint
    with where.writing(), where.index() as index:
        assert understand(where.store, where.miner, lambda: index).indexed == 3
    assert looks(where) == {}
    where.store.close()
