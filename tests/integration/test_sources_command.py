"""``overheard pull`` and ``overheard sources`` from outside, with sources on loopback and files."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from assistant import settings
from connectors.errors import ConfigError
from tests.command_line import Home
from tests.fake_clock import FakeClock
from tests.fake_hackernews import FakeHackerNews
from tests.fake_site import Answer, Request, failing, retry_after_seconds, serving


@pytest.fixture
def vendor() -> Iterator[FakeHackerNews]:
    with serving(FakeClock()) as site:
        made = FakeHackerNews(site)
        for number in range(1, 6):
            made.put(
                str(number), f"acme: parcel {number} came late", site.clock.now() - timedelta(days=2, hours=number)
            )
        yield made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("OVERHEARD_CONFIG", "OVERHEARD_REDDIT_CLIENT_ID", "OVERHEARD_REDDIT_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def configure(home: Home, **sources: dict[str, Any]) -> None:
    lines = ['[models]\nmode = "fast"']
    for name, given in sources.items():
        lines += [f"[sources.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in given.items())]
    (home.folder / "overheard.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def hackernews(vendor: FakeHackerNews, **more: Any) -> dict[str, Any]:
    return {"use": "hackernews", **vendor.settings(), "max_wait_s": 0, **more}


def run(home: Home, *arguments: str) -> tuple[int, str]:
    """A command in this process, which is quicker: its exit status, and what it printed."""
    done = CliRunner().invoke(app, [*arguments, "--home", str(home.folder)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


def good(home: Home, *arguments: str) -> str:
    status, said = run(home, *arguments)
    assert status == 0
    return said


GONE = {"use": "files", "path": "nowhere/*.csv"}


def test_sources_that_answer_are_read_and_one_that_fails_is_told_at_the_end(home: Home, vendor: FakeHackerNews) -> None:
    configure(home, hn=hackernews(vendor), gone=GONE)
    assert "hn (hackernews): not read yet" in home.good("sources")
    done = home.run("pull")
    assert done.returncode == 1
    assert "hn: 5 new" in done.stdout
    assert "gone: failed: there is no file at" in done.stderr
    assert "error: 1 of 2 sources could not be read: gone" in done.stderr
    assert home.count() == 5
    gone, hn = json.loads(home.good("sources", "--json"))
    assert (gone["source"], gone["last"]["outcome"], gone["last_read"]) == ("gone", "failed", None)
    assert (hn["stored"], hn["rejects"], hn["last"]["outcome"], hn["last"]["new"]) == (5, 0, "complete", 5)
    assert hn["lag_s"] > 0
    assert hn["next_at"] > hn["last_read"]
    assert "hn: 0 new, 0 changed" in home.good("pull", "hn")


def test_one_line_says_of_each_source_whether_it_can_be_read_and_what_is_missing(
    home: Home, vendor: FakeHackerNews
) -> None:
    configure(home, hn=hackernews(vendor), gone=GONE, posts={"use": "reddit", "subreddits": ["acme"]})
    status, said = run(home, "sources", "--check")
    assert status == 1
    told = {line[6:].split(":")[0]: line for line in said.splitlines()}
    assert list(told) == ["gone", "hn", "posts", "app_store"]
    assert told["hn"].startswith("ok ")
    assert told["posts"].startswith("LOOK")
    assert "OVERHEARD_REDDIT_CLIENT_ID" in told["posts"]
    assert "not configured" in told["app_store"]
    assert "OVERHEARD_APP_STORE_KEY_ID" in told["app_store"]
    assert "ok    hn" in good(home, "sources", "hn", "--check")
    vendor.site.always(failing(500))
    found = json.loads(run(home, "sources", "hn", "--check", "--json")[1])
    assert [(one["source"], one["ok"]) for one in found] == [("hn", False)]


def test_a_source_that_asks_to_wait_is_no_failure_and_is_left_alone_until_then(
    home: Home, vendor: FakeHackerNews
) -> None:
    configure(home, hn=hackernews(vendor))
    vendor.site.always(vendor.site.refusing(retry_after_seconds, 900))
    said = good(home, "pull")
    assert "hn: waiting: " in said
    assert "it may be asked again" in said
    vendor.site.calm()
    assert "hn: left alone: not to be asked before" in good(home, "pull")
    assert json.loads(good(home, "stats", "--json"))["feedback"] == 0
    assert "hn: 5 new" in good(home, "pull", "--now")


def test_the_past_is_read_apart(home: Home, vendor: FakeHackerNews) -> None:
    configure(home, hn=hackernews(vendor))
    began = vendor.site.clock.now() - timedelta(days=30)
    last = vendor.site.clock.now() - timedelta(days=1)
    dates = ("--since", f"{began:%Y-%m-%d}", "--until", f"{last:%Y-%m-%d}")
    assert "hn: 5 new" in good(home, "pull", "hn", "--backfill", *dates)
    [hn] = json.loads(good(home, "sources", "--json"))
    assert (hn["last"], hn["last_read"] is not None, hn["stored"]) == (None, True, 5)
    assert "5 unchanged" in good(home, "pull", "hn")


def test_ctrl_c_ends_a_pull_that_waits_for_the_network_and_what_was_stored_stays(
    home: Home, vendor: FakeHackerNews
) -> None:
    configure(home, hn=hackernews(vendor), other=hackernews(vendor, query="parcel"))
    over, waiting = Event(), Event()

    def hang(request: Request, usual: Callable[[], Answer]) -> Answer:
        if vendor.site.data.index(request) >= 8:
            waiting.set()
            over.wait(60)
        return usual()

    vendor.site.always(hang)
    process = subprocess.Popen(home.command("pull"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert waiting.wait(60)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1].decode()
    finally:
        over.set()
        process.kill()
    assert process.returncode == 130
    assert "stopped. What was stored stays" in said
    assert "Traceback" not in said
    assert {one["last"]["outcome"] for one in json.loads(good(home, "sources", "--json"))} == {"stopped"}
    vendor.site.calm()
    good(home, "pull")
    assert [one["stored"] for one in json.loads(good(home, "sources", "--json"))] == [5, 5]


@pytest.mark.parametrize(("arguments", "word"), [
    (("pull", "--until", "2026-01-01"), "--until goes with --backfill"),
    (("pull", "--backfill", "--since", "2026-03-01", "--until", "2026-02-01"), "--since is not before --until"),
    (("pull", "--since", "soon"), "soon"),
    (("pull", "hn", "nobody"), "nobody"),
    (("sources", "nobody"), "nobody"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(
    home: Home, vendor: FakeHackerNews, arguments: tuple[str, ...], word: str
) -> None:
    configure(home, hn=hackernews(vendor))
    refused = CliRunner().invoke(app, [*arguments, "--home", str(home.folder)]).exception
    assert isinstance(refused, ConfigError)
    assert word in refused.message
    assert refused.hint
    assert vendor.site.log == []


@pytest.mark.parametrize(("key", "value"), [
    ("every", "soon"), ("every", "1s"), ("every", 5), ("recheck_days", -1), ("max_items", 0), ("reject_share", 2),
])  # fmt: skip
def test_settings_of_the_runner_that_are_wrong_are_refused_by_name(home: Home, key: str, value: Any) -> None:
    configure(home, hn={"use": "hackernews", "query": "acme", key: value})
    with pytest.raises(ConfigError, match=rf"sources\.hn\.{key}"):
        settings.read(home.folder)
