"""``overheard slack`` as a process of its own: killed at a bad moment and started again, it answers once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from api.fake_slack.server import FakeSlack
from assistant.slack.tokens import manifest
from tests.command_line import Home

QUESTION = "top complaints about delivery, all time"


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with FakeSlack(manifest(), resend_after=()) as one:
        yield one


@contextmanager
def running(home: Home, fake: FakeSlack) -> Iterator[subprocess.Popen[str]]:
    """``overheard slack``, ready; killed at the end if it still runs."""
    command = home.command("slack", "--as-of", "2026-11-22")
    with started(command, fake, OVERHEARD_SLACK__APP_TOKEN=fake.app_token) as (process, line):
        assert "Ready" in line
        yield process


@contextmanager
def started(command: list[Any], fake: FakeSlack, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command and the first line that it says."""
    environment = {
        **os.environ,
        "OVERHEARD_SLACK__API_URL": fake.api_url,
        "OVERHEARD_SLACK__BOT_TOKEN": fake.bot_token,
        **more,
    }
    process = subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield process, line
    finally:
        process.kill()
        process.communicate()


def answers(fake: FakeSlack, channel: str, ts: str) -> list[dict[str, Any]]:
    """What stands below a question, whole or not."""
    return [one for one in fake.thread(channel, ts) if one.get("bot_id")]


@pytest.mark.parametrize(
    ("slow", "after"), [("users.info", "assistant.threads.setStatus"), ("chat.stopStream", "chat.startStream")]
)
def test_killed_between_acknowledging_and_answering_it_answers_once_after_the_restart(
    filled: Home, fake: FakeSlack, slow: str, after: str
) -> None:
    channel = fake.dm("dana")
    with running(filled, fake) as process:
        fake.delay(slow, 1.0)
        done = fake.say("dana", channel, QUESTION)
        assert done.acked
        fake.wait_until(lambda: fake.calls_of(after))
        process.send_signal(signal.SIGKILL)
        process.wait()
    fake.delay(slow, 0)
    time.sleep(1.2)  # what was on its way when the process died arrives, or never does
    with running(filled, fake):
        fake.wait_until(lambda: [one for one in answers(fake, channel, done.ts) if one.get("metadata")], timeout=30)
        again = fake.say("dana", channel, QUESTION)
        fake.wait_until(lambda: [one for one in answers(fake, channel, again.ts) if one.get("metadata")])
    told = answers(fake, channel, done.ts)
    assert len(told) == 1
    assert "9" in told[0]["text"]


def test_a_conversation_goes_on_after_a_restart(filled: Home, fake: FakeSlack) -> None:
    channel = fake.dm("ruth")
    with running(filled, fake):
        done = fake.say("ruth", channel, "top complaints in reviews, all time")
        fake.wait_until(lambda: answers(fake, channel, done.ts)[0:] and not fake.status(channel, done.ts))
        fake.say("ruth", channel, "just shop", thread_ts=done.ts)
        fake.wait_until(lambda: len(answers(fake, channel, done.ts)) == 2)
    with running(filled, fake):
        fake.say("ruth", channel, "and about delivery?", thread_ts=done.ts)
        fake.wait_until(lambda: len([o for o in answers(fake, channel, done.ts) if o.get("metadata")]) == 3, timeout=20)
    third = str(answers(fake, channel, done.ts)[2]["blocks"])
    assert "reviews" in third
    assert "shop" in third


def test_it_ends_orderly_when_asked_to(filled: Home, fake: FakeSlack) -> None:
    with running(filled, fake) as process:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "stopped." in out
    assert "Traceback" not in err


def test_over_http_it_is_served_and_ends_orderly(filled: Home, fake: FakeSlack) -> None:
    command = filled.command("serve", "--port", "0")
    with started(command, fake, OVERHEARD_SLACK__SIGNING_SECRET=fake.signing_secret) as (process, line):
        url = line.split()[2].strip(",.")
        assert httpx.get(f"{url}/healthz", trust_env=False).json() == {"ok": True}
        fake.request_url = f"{url}/slack/events"
        done = fake.say("dana", fake.dm("dana"), QUESTION)
        fake.wait_until(lambda: [one for one in answers(fake, fake.dm("dana"), done.ts) if one.get("metadata")])
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert "Traceback" not in err


def test_an_address_that_is_taken_is_named(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"127.0.0.1:{port}" in home.refused("serve", "--port", port)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "OVERHEARD_SLACK__BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "OVERHEARD_SLACK__APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xapp-1"}, "holds an app-level token"),
    ],
    ids=["none", "no app token", "mixed up"],
)
def test_a_token_that_is_missing_or_wrong_is_named(home: Home, environment: dict[str, str], said: str) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    assert said in home.refused("slack", env={**plain, **environment})


def test_a_token_that_slack_refuses_is_named(home: Home, fake: FakeSlack) -> None:
    given = {
        **os.environ, "OVERHEARD_SLACK__API_URL": fake.api_url,
        "SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": fake.app_token,
    }  # fmt: skip
    assert "invalid_auth" in home.refused("slack", env=given)


def test_the_manifest_is_printed_as_slack_takes_it(home: Home) -> None:
    import json

    assert json.loads(home.good("slack", "--manifest")) == manifest()


def test_an_empty_workspace_has_nothing_to_ask_about(home: Home) -> None:
    assert "--demo" in home.refused("slack", "--simulate", stdin=subprocess.DEVNULL)
