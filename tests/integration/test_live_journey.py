"""From a vendor to the answer and out again: what is edited or taken back there changes here, everywhere.

Each live source through the whole product: store, miner, index, themes and engine are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from assistant.settings import FILE_NAME
from assistant.sources import job
from assistant.wiring import INDEX, Workspace
from connectors.base import Window
from mining import facts_held, runner, schema
from mining.pipeline import understand
from mining.runner import Report
from mining.search import Search, search
from mining.themes.update import update as sort_into_themes
from tests.fake_clock import FakeClock
from tests.fake_site import Answer, instead, serving
from tests.live_stalls import FILED, RECHECKS, VENDORS, Stall, environment

ASKED_BY_ID = [name for name in FILED if name in RECHECKS]
# The place names stand nowhere else: where they are not found, the words are gone.
SAID = {
    "101": "My parcel came two weeks late, the Wolverhampton depot had lost it",
    "102": "The delivery was late again, ten days this time",
    "103": "The courier came a week late and left the parcel in the rain",
    "104": "המשלוח הגיע באיחור של שבועיים",
    "105": "بسته‌ام دو هفته دیر رسید",
    "106": "My card was declined at the Llandudno checkout three times",
    "107": "The checkout declined my card again",
    "108": "הכרטיס שלי נדחה בקופה",
    "109": "My parcel arrived late and nobody told me",
    "110": "Lovely beans, thank you",
}
QUESTIONS = (
    "how many people complained about late delivery?",
    "top pain points in delivery",
    "give me 20 quotes about late delivery",
    "pain points at checkout",
    "give me 20 quotes about checkout",
)
GONE, EDITED = "Wolverhampton", "Llandudno"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the current folder or the environment gets in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OVERHEARD_CONFIG", raising=False)


class Shop:
    """A workspace that reads one vendor, at which customers said things over the last two weeks."""

    def __init__(self, stall: Stall, home: Path) -> None:
        self.stall = stall
        self.home = home
        home.mkdir()
        table = {**stall.fake.settings(), "use": stall.fake.use, "recheck_days": 0.0001, "max_wait_s": 5}
        lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
        (home / FILE_NAME).write_text("\n".join(["[sources.acme]", *lines]) + "\n", encoding="utf-8")
        self.where = replace(Workspace.open(home), clock=stall.clock)

    def pull(self) -> Report:
        """The source is read, and nothing understood."""
        since = Window(since=self.stall.clock.now() - timedelta(days=60))
        (report,) = runner.run(
            self.where.store, [job(self.where, "acme", window=since)], self.where.key, now=True, clock=self.stall.clock
        )
        return report

    def read(self) -> Report:
        """What ``overheard pull`` does, at the vendor's time."""
        report = self.pull()
        assert report.error is None, report.error
        where = self.where
        with where.writing():
            with where.index() as index:
                understand(where.store, where.miner, lambda: index)
            sort_into_themes(where.store, where.miner.embedder)
            facts_held.bring_up(where.store)
        return report

    def ask(self, question: str) -> dict[str, Any]:
        """An answer of the engine that has run since the beginning, as a server's does; it is remembered as well."""
        answer: dict[str, Any] = self.where.engine.ask(question, self.where.asker(), question).as_json()
        return answer

    def id(self, id: str) -> str:
        return f"acme:{self.stall.fake.native_id(id)}"

    def tables(self) -> dict[str, str]:
        """Every live row of every table, as text."""
        with self.where.store.transaction() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
            return {name: str(connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()) for name in names}

    def mentions(self, id: str) -> set[str]:
        wanted = select(schema.mentions.c.id).where(schema.mentions.c.feedback_id == self.id(id))
        with self.where.store.transaction() as connection:
            return set(connection.scalars(wanted))

    def vectors(self) -> set[str]:
        with self.where.index(write=False) as index:
            return index.ids()

    def themed(self) -> set[str]:
        """Mentions that have a theme."""
        with self.where.store.transaction() as connection:
            return set(connection.scalars(select(schema.mention_themes.c.mention_id)))


def _toml(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


@contextmanager
def _shop(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with serving(FakeClock()) as site:
        stall = Stall(name, VENDORS[name].fake(site))
        for number, (id, text) in enumerate(SAID.items()):
            who = dict.fromkeys(("author", "by"), f"customer{number}")  # fakes call them as their vendors do
            stall.fake.put(id, text, site.clock.now() - timedelta(days=14 - number, hours=1), **who)
        for variable, value in environment(name).items():
            monkeypatch.setenv(variable, value)
        shop = Shop(stall, folder / "home")
        yield shop
        shop.where.store.close()


@pytest.mark.parametrize("name", ASKED_BY_ID)
def test_an_edit_and_a_deletion_at_the_vendor_reach_sql_vectors_themes_and_answers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _shop(name, tmp_path, monkeypatch) as shop:
        stall = shop.stall
        report = shop.read()
        assert report.pulled is not None
        assert report.pulled.stored.new == len(SAID)
        was, asked = shop.tables(), [shop.ask(question) for question in QUESTIONS]
        assert GONE in was["feedback"]
        assert EDITED in was["mentions"]
        assert shop.mentions("101") <= shop.vectors()
        assert shop.mentions("101") <= shop.themed()
        assert GONE in str(asked)
        assert EDITED in str(asked)

        stall.clock.pass_by(3600)
        before = {id: shop.mentions(id) for id in SAID}
        stall.fake.edit("106", "The staff in the shop were lovely, thank you")
        stall.fake.delete("101")
        report = shop.read()

        now = shop.tables()
        for table, rows in now.items():
            assert GONE not in rows, f"deleted words are still in {table}"
            assert EDITED not in rows, f"edited words are still in {table}"
        assert "staff in the shop" in now["feedback"]
        with shop.where.store.transaction() as connection:
            assert shop.id("101") in connection.scalars(select(schema.tombstones.c.id)).all()
            everything = set(connection.scalars(select(schema.mentions.c.id)))
        assert shop.mentions("101") == set()
        assert shop.vectors() == everything
        assert shop.themed() <= everything
        assert before["102"] == shop.mentions("102")
        again = [shop.ask(question) for question in QUESTIONS]
        for one, other in zip(asked, again, strict=True):
            assert other["counted"]["value"] == one["counted"]["value"] - 1, one["headline"]
        assert GONE not in str(again)
        assert EDITED not in str(again)
        hits = search(shop.where.searcher, Search("the depot lost my parcel")).hits
        assert hits
        assert shop.id("101") not in {hit.mention.feedback_id for hit in hits}
        assert not any(GONE.encode() in path.read_bytes() for path in (shop.home / INDEX).rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ASKED_BY_ID)
def test_what_was_deleted_does_not_come_back(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor's cache may show it once more; a backfill reads the same stretch again."""
    with _shop(name, tmp_path, monkeypatch) as shop:
        shop.read()
        shop.stall.clock.pass_by(3600)
        shop.stall.fake.delete("101")
        shop.read()
        shop.stall.fake.items["101"].deleted = False
        shop.stall.clock.pass_by(3600)
        report = shop.read()
        assert report.pulled is not None
        assert GONE not in shop.tables()["feedback"]
        assert shop.where.store.count_feedback() == len(SAID) - 1


@pytest.mark.parametrize("name", FILED)
def test_nothing_is_understood_anew_where_nothing_changed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _shop(name, tmp_path, monkeypatch) as shop:
        shop.read()
        mentions = shop.tables()["mentions"]
        for _ in range(2):
            shop.stall.clock.pass_by(7200)
            report = shop.read()
            assert not report.brought
        assert shop.tables()["mentions"] == mentions


@pytest.mark.parametrize("name", FILED)
def test_an_answer_says_how_fresh_a_source_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _shop(name, tmp_path, monkeypatch) as shop:
        shop.read()
        assert "acme" in str(shop.ask("how many people complained about late delivery?")["freshness"])


@pytest.mark.parametrize("name", FILED)
def test_no_secret_is_anywhere_in_the_workspace(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _shop(name, tmp_path, monkeypatch) as shop:
        shop.stall.fake.spoil("103")
        shop.read()
        keys = sorted(shop.stall.confidences())
        told = {"error": keys, "errors": [{"code": key, "detail": key} for key in keys]}
        for status in (400, 401, 403, 500):
            shop.stall.clock.pass_by(60)
            shop.stall.site.always(instead(Answer(told, status)))
            assert shop.pull().error is not None
            shop.stall.site.calm()
        shop.where.store.close()
        kept = b"".join(path.read_bytes() for path in sorted(shop.home.rglob("*")) if path.is_file())
        assert b"late again" in kept
        assert [text for text in shop.stall.confidences() if text.encode() in kept] == []
