"""``overheard digest`` driven from outside: printed, written, posted into a Slack of our own, mailed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assistant.slack import tokens
from tests.command_line import Home
from tests.digests import filled

fake_slack = pytest.importorskip("api.fake_slack.server")

AS_OF = ("--as-of", "2026-11-22")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    with filled(folder):
        pass
    (folder / "overheard.toml").write_text('[locale]\nweek_start = "monday"\n[events]\n"own vans" = 2026-10-12\n')
    return Home(folder)


def test_a_week_is_printed_with_its_queries_and_each_of_them_can_be_shown(home: Home) -> None:
    said = home.good("digest", "--week", "2026-W47", *AS_OF)
    assert "items: 28 (before: 28, no change, within chance) [q" in said
    query = said.split("items: 28 (before: 28, no change, within chance) [")[1].split("]")[0]
    assert len(json.loads(home.good("show", query, "--json"))["rows"]) == 28


def test_files_are_written_by_their_ending(home: Home, tmp_path: Path) -> None:
    for name, begins in (("a.html", "<!DOCTYPE html>"), ("a.md", '<div dir="rtl">'), ("a.json", "{")):
        path = tmp_path / name
        home.good("digest", "--month", "2026-10", "--language", "he", "--output", path, *AS_OF)
        assert path.read_text(encoding="utf-8").startswith(begins)
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (told["template"], told["language"]) == ("executive_monthly", "he")
    assert (told["window"]["from"], told["window"]["to"]) == ("2026-10-01", "2026-10-31")


def test_the_json_says_what_a_live_question_says(home: Home) -> None:
    told = json.loads(home.good("digest", "--only", "calls", "--week", "2026-W40", "--json", *AS_OF))
    section = next(one for one in told["sections"] if one["key"] == "journey")
    live = json.loads(home.good("ask", section["question"], "--json", *AS_OF))
    assert section["exact"]
    assert live["figures"] == section["answer"]["figures"]
    assert live["headline"] == section["answer"]["headline"]


@pytest.mark.parametrize(
    "given",
    [
        ("--week", "2026-W99"), ("--week", "2026-W46", "--day", "2026-11-20"), ("--send", "nowhere"),
        ("--send", "mailto:ana@example.com"), ("--only", "zxqv wklj"), ("--output", "/nowhere/at/all.html"),
        ("--day", "2026-11-23"), ("--send", "#cx"),
    ],
    ids=["week", "two", "where", "mail", "only", "file", "future", "token"],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_two_lines(home: Home, given: tuple[str, ...]) -> None:
    environment = {name: value for name, value in os.environ.items() if "SLACK" not in name}
    assert home.refused("digest", *given, *AS_OF, env=environment)


def test_a_digest_is_posted_into_a_channel_within_every_limit(home: Home) -> None:
    with fake_slack.FakeSlack(tokens.manifest()).start() as slack:
        environment = {
            **os.environ, "OVERHEARD_SLACK__BOT_TOKEN": slack.bot_token, "OVERHEARD_SLACK__API_URL": slack.api_url,
            "OVERHEARD_SLACK__PRIVATE_SOURCES": '["app"]',
        }  # fmt: skip
        done = home.run("digest", "--send", "#cx", "--week", "2026-W47", *AS_OF, env=environment)
        assert done.returncode == 0, done.stderr
        assert "sent: #cx" in done.stderr
        [message] = slack.messages("C0CX0000001", bot_only=True)
        assert slack.problems == []
        assert "28" in message["text"]
        assert "Quotes left out because their source is private" in json.dumps(message["blocks"], ensure_ascii=False)
