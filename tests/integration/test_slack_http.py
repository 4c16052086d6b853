"""Slack over HTTP: the endpoint in FastAPI, its signatures, and an answer all the way, on a real server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api.app import create
from api.fake_slack.courier import sign
from api.fake_slack.server import FakeSlack
from assistant import slackbot
from assistant.slack.tokens import Tokens, manifest
from tests.engine_store import TODAY
from tests.slack_bot import CX, PAINS, Office, workspace

EVENTS = "/slack/events"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    """The assistant on a port of its own, and its URL."""
    home: Path = tmp_path_factory.mktemp("served")
    with FakeSlack(manifest(), resend_after=()) as fake, socket.socket() as listening:
        where = workspace(home, fake.api_url)
        bot = slackbot.build(where, Tokens(fake.bot_token, secret=fake.signing_secret), as_of=TODAY, pace_s=0.02)
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(create(where, bolt=bot.app, secret=fake.signing_secret), log_level="warning", lifespan="on")
        )
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        fake.request_url = url + EVENTS
        yield Office(fake, bot, where), url
        server.should_exit = True
        thread.join()
        bot.stop()
        where.store.close()


def sent(served: tuple[Office, str], body: bytes, *, at: float | None = None, signature: str | None = None) -> Any:
    """What the endpoint answers to a body, signed by Slack at a time unless a signature is given."""
    office, url = served
    timestamp = str(int(time.time() if at is None else at))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or sign(office.fake.signing_secret, body, timestamp),
    }
    return httpx.post(url + EVENTS, content=body, headers=headers, trust_env=False)


def event(office: Office, ts: str, text: str = PAINS) -> bytes:
    """A direct message as Slack sends it."""
    told = {
        "type": "message", "channel": office.fake.dm("dana"), "channel_type": "im", "user": "U0DANA00001",
        "text": text, "ts": ts, "event_ts": ts,
    }  # fmt: skip
    body = {"type": "event_callback", "team_id": office.fake.team_id, "event_id": f"Ev{ts}", "event": told}
    return json.dumps(body).encode()


def test_a_question_over_http_is_answered(served: tuple[Office, str]) -> None:
    cx, _ = served
    assert "12" in cx.asked("dana", cx.fake.dm("dana"), PAINS)["text"]
    done = cx.fake.say("ruth", CX, cx.mentioned(PAINS))
    assert "12" in cx.answer(CX, done.ts)["text"]
    cx.fake.command("ruth", CX, "/overheard", PAINS)
    cx.fake.wait_until(lambda: cx.fake.ephemerals("ruth"))
    assert cx.fake.problems == []


def test_slack_is_told_what_it_asks_for_at_the_beginning(served: tuple[Office, str]) -> None:
    told = sent(served, json.dumps({"type": "url_verification", "challenge": "abc"}).encode())
    assert (told.status_code, told.json()) == (200, {"challenge": "abc"})


@pytest.mark.parametrize("signature", ["v0=" + "0" * 64, "v1=abc", "v0="], ids=["other", "version", "empty"])
def test_a_wrong_signature_is_refused(served: tuple[Office, str], signature: str) -> None:
    before = len(served[0].fake.calls)
    assert sent(served, event(served[0], "1.000001"), signature=signature).status_code == 401
    assert len(served[0].fake.calls) == before


@pytest.mark.parametrize(
    ("seconds", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401), (-86400, 401)],
    ids=["too old", "old", "to come", "too far to come", "yesterday"],
)  # fmt: skip
def test_a_request_of_another_time_is_refused(
    served: tuple[Office, str], monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    now = int(time.time())
    monkeypatch.setattr("slack_sdk.signature.time", lambda: float(now))  # the clock stands still on the way
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    assert sent(served, body, at=now + seconds).status_code == status


def test_without_a_signature_nothing_is_looked_at(served: tuple[Office, str]) -> None:
    assert httpx.post(served[1] + EVENTS, content=b"{", trust_env=False).status_code == 401
    assert httpx.get(served[1] + EVENTS, trust_env=False).status_code == 405
    for name in ("X-Slack-Request-Timestamp", "X-Slack-Signature"):
        headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=0", name: "x" * 9}
        assert httpx.post(served[1] + EVENTS, content=b"{}", headers=headers, trust_env=False).status_code == 401


def test_a_request_that_is_replayed_is_answered_once(served: tuple[Office, str]) -> None:
    cx, _ = served
    done = cx.fake.say("dana", cx.fake.dm("dana"), PAINS)
    cx.answer(cx.fake.dm("dana"), done.ts)
    for _ in range(3):
        assert sent(served, event(cx, done.ts, "anything else")).status_code == 200
    cx.idle()
    assert len(cx.answers(cx.fake.dm("dana"), done.ts)) == 1


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[]", b"{", b'{"type":"event_callback","event":{"type":"message"}}', b"null", b'"x"'],
    ids=["nothing", "no text", "list", "broken", "thin", "null", "string"],
)  # fmt: skip
def test_a_signed_body_of_another_shape_breaks_nothing(served: tuple[Office, str], body: bytes) -> None:
    assert sent(served, body).status_code in (200, 400, 401, 404)
    assert httpx.get(served[1] + "/healthz", trust_env=False).json() == {"ok": True}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(served: tuple[Office, str]) -> None:
    assert sent(served, b"x" * 1_100_000).status_code == 413
