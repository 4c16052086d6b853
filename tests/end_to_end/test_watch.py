"""``overheard watch``, ``overheard watches`` and ``overheard serve``, from outside."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mining import watches
from mining.database import open_engine
from mining.store import Store
from tests.command_line import Home
from tests.fakes import keep, said

PAINS = "top pain points in purchase stage last week"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with complaints of the last days."""
    folder = tmp_path_factory.mktemp("watching")
    store = Store(open_engine(f"sqlite:///{folder / 'overheard.db'}")).open()
    now = datetime.now(UTC)
    keep(store, *(said(str(days), said_at=now - timedelta(days=days % 60)) for days in range(120)))
    store.close()
    return folder


@pytest.fixture
def home(made: Path) -> Iterator[Home]:
    yield Home(made)
    store = Store(open_engine(f"sqlite:///{made / 'overheard.db'}")).open()
    for one in watches.listed(store):
        watches.end(store, one.id, datetime.now(UTC))
    store.close()


def listed(home: Home) -> list[dict[str, Any]]:
    every: list[dict[str, Any]] = json.loads(home.good("watches", "--json"))["watches"]
    return every


def test_a_watch_is_saved_listed_muted_resumed_and_ended(home: Home) -> None:
    told = home.good("watch", PAINS, "--every", "monday", "--at", "09:00", "--to", "#cx", "--zone", "Asia/Jerusalem")
    assert "every Monday at 09:00 (⁨Asia/Jerusalem⁩)" in told
    assert "Asked now, it says:" in told
    [one] = listed(home)
    assert (one["kind"], one["to"], one["schedule"], one["zone"]) == ("answer", "#cx", "0 9 * * MON", "Asia/Jerusalem")
    assert f"saved as {one['id']}" in told
    assert one["last"] is None
    assert one["id"] in home.good("watches")
    assert "is silent until" in home.good("watches", "mute", one["id"], "--until", "2030-01-01")
    assert "muted until" in home.good("watches")
    assert "speaks again" in home.good("watches", "resume", one["id"])
    assert listed(home)[0]["muted_until"] is None
    assert "has ended" in home.good("watches", "end", one["id"])
    assert listed(home) == []
    assert "Nothing is watched yet" in home.good("watches")


def test_a_dry_run_says_all_and_saves_nothing(home: Home) -> None:
    told = home.good("watch", "complaints about delivery", "--unusual", "--dry-run")
    assert "in the last 90 days" in told
    assert told.endswith("not saved\n")
    assert listed(home) == []


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (("--above", "20", "--per", "week", "--measure", "count"),
         {"measure": "count", "value": 20.0, "period": "week", "direction": "above"}),
        (("--below", "15%"), {"measure": "share", "value": 0.15, "direction": "below", "kind": "threshold"}),
        (("--below", "-10", "--measure", "net_sentiment"), {"measure": "net_sentiment", "value": -0.1}),
        (("--unusual", "--sensitivity", "high", "--min-support", "7", "--cool-down", "1"),
         {"kind": "anomaly", "sensitivity": "high", "minimum_support": 7, "cool_down_days": 1}),
    ],
    ids=["count", "share", "balance", "unusual"],
)  # fmt: skip
def test_the_options_make_the_rule_of_an_alert(home: Home, options: tuple[str, ...], rule: dict[str, Any]) -> None:
    told = json.loads(home.good("watch", "share of complaints about delivery", *options, "--dry-run", "--json"))
    assert (told["kind"], told["saved"], told["schedule"]) == ("alert", False, "0 8 * * *")
    assert {name: told["rule"][name] for name in rule} == rule
    assert told["back_test"]["days"] == 90


def test_words_that_say_when_need_no_options(home: Home) -> None:
    told = json.loads(home.good("watch", "שלחו לי כל יום ראשון ב-9 את נקודות הכאב", "--to", "#cx", "--json"))
    assert (told["schedule"], told["language"], told["saved"]) == ("0 9 * * SUN", "he", True)
    told = json.loads(home.good("watch", "top pain points every friday", "--at", "16:30", "--to", "#cx", "--json"))
    assert told["schedule"] == "30 16 * * FRI"


def test_a_digest_is_watched_without_words(home: Home) -> None:
    told = json.loads(
        home.good("watch", "--as", "digest", "--template", "operations_daily", "--every", "weekday", "--to",
                  "mailto:cx@example.com", "--language", "fa", "--json")
    )  # fmt: skip
    assert (told["kind"], told["language"], told["schedule"]) == ("digest", "fa", "0 9 * * MON-FRI")


@pytest.mark.parametrize(
    "arguments",
    [
        ("watch", PAINS),
        ("watch", PAINS, "--to", "nowhere"),
        ("watch", PAINS, "--to", "#cx", "--every", "blue moon"),
        ("watch", PAINS, "--to", "#cx", "--at", "25:00"),
        ("watch", PAINS, "--to", "#cx", "--cron", "* * * * *"),
        ("watch", PAINS, "--to", "#cx", "--cron", "0 9 * * *", "--at", "09:00"),
        ("watch", PAINS, "--to", "#cx", "--above", "many"),
        ("watch", PAINS, "--to", "#cx", "--above", "3", "--unusual"),
        ("watch", PAINS, "--to", "#cx", "--zone", "Mars/Base"),
        ("watch", PAINS, "--to", "#cx", "--as", "letter"),
        ("watch", "--to", "#cx"),
        ("watch", "what is the weather", "--to", "#cx"),
        ("watch", "--as", "digest", "--to", "#cx", "--template", "hourly"),
        ("watches", "mute", "none", "--until", "2030-01-01"),
        ("watches", "end", "none"),
        ("watches", "resume", "none"),
    ],
    ids=lambda arguments: " ".join(arguments[1:])[-40:],
)
def test_what_cannot_be_watched_is_two_lines_and_exit_status_1(home: Home, arguments: tuple[str, ...]) -> None:
    home.refused(*arguments)
    assert listed(home) == []


def test_a_server_sends_what_was_missed_while_it_was_down(home: Home, made: Path) -> None:
    report = made / "cx.md"
    told = json.loads(home.good("watch", PAINS, "--cron", "0 * * * *", "--to", f"file:{report}", "--json"))
    store = Store(open_engine(f"sqlite:///{made / 'overheard.db'}")).open()
    kept = watches.get(store, told["id"])
    assert kept is not None
    from dataclasses import replace

    watches.put(store, replace(kept, made_at=kept.made_at - timedelta(hours=3)))
    server = subprocess.Popen(home.command("serve", "--port", "0"), stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not watches.history(store, told["id"], outcome="sent"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        server.terminate()
        server.wait(30)
        store.close()
    assert "purchase stage" in report.read_text(encoding="utf-8")
    [one] = listed(home)
    assert one["last"]["outcome"] == "sent"
