"""What was left unanswered is taken up: answered, found as answered, apologised for, or left to whoever is at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from api.fake_slack.server import FakeSlack
from assistant.slack.answering import Asked
from assistant.slack.tokens import manifest
from mining import answered, chats
from mining.answered import Answered
from mining.schema import events
from tests.slack_bot import PAINS, PAINS_HE, Office, office, workspace

ELSEWHERE = "another-machine:7:abc"


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with FakeSlack(manifest(), resend_after=()) as one:
        yield one


def left(
    fake: FakeSlack, home: Path, text: str, *, age: timedelta = timedelta(), owner: str = "", **more: str
) -> Asked:
    """A question that an earlier process took and never answered."""
    from assistant.slackbot import clock_of
    from tests.engine_store import TODAY

    channel = fake.dm("dana")
    fake.manifest.raw["settings"]["event_subscriptions"]["bot_events"].remove("message.im")
    ts = fake.say("dana", channel, text).ts
    fake.manifest.raw["settings"]["event_subscriptions"]["bot_events"].append("message.im")
    asked = Asked(fake.team_id, channel, "U0DANA00001", text, ts, ts, kind="im")
    asked = replace(asked, **more)  # type: ignore[arg-type]
    where = workspace(home, fake.api_url)
    at = clock_of(TODAY)() - age
    assert chats.take(where.store, asked.key, asked.payload(owner or f"{os.uname().nodename}:{_dead()}:x"), at)
    where.store.close()
    return asked


def _dead() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_question_of_a_process_that_died_is_answered(fake: FakeSlack, tmp_path: Path) -> None:
    asked = left(fake, tmp_path, PAINS)
    with office(tmp_path, fake=fake) as cx:
        assert "12" in cx.answer(asked.channel, asked.ts)["text"]
        cx.idle()
        assert chats.unanswered(cx.where.store) == []
        assert cx.bot.recovery.look() == 0


def test_an_answer_that_stands_there_is_found_and_not_given_again(fake: FakeSlack, tmp_path: Path) -> None:
    with office(tmp_path, fake=fake) as cx:
        done = fake.say("dana", fake.dm("dana"), PAINS)
        cx.answer(fake.dm("dana"), done.ts)
        cx.idle()
        key = f"slack:{fake.team_id}:{fake.dm('dana')}:{done.ts}"
        asked = Asked(fake.team_id, fake.dm("dana"), "U0DANA00001", PAINS, done.ts, done.ts, kind="im")
        unsettled = {"answered_at": None, "payload": asked.payload(f"{os.uname().nodename}:{_dead()}:x")}
        with cx.where.store.transaction() as connection:
            connection.execute(update(events).where(events.c.id == key).values(unsettled))
    with office(tmp_path, fake=fake) as again:
        fake.wait_until(lambda: not chats.unanswered(again.where.store))
        again.idle()
        assert len(again.answers(fake.dm("dana"), done.ts)) == 1


@pytest.mark.parametrize(("text", "said"), [(PAINS, "ask again"), (PAINS_HE, "לשאול שוב")], ids=["en", "he"])
def test_for_an_older_question_it_apologises(fake: FakeSlack, tmp_path: Path, text: str, said: str) -> None:
    asked = left(fake, tmp_path, text, age=timedelta(minutes=11))
    with office(tmp_path, fake=fake) as cx:
        assert said in cx.answer(asked.channel, asked.ts)["text"]
        fake.wait_until(lambda: not chats.unanswered(cx.where.store))
        assert len(cx.answers(asked.channel, asked.ts)) == 1


@pytest.mark.parametrize("more", [{}, {"url": "http://127.0.0.1:9/response/x", "by": "command"}], ids=["", "command"])
def test_one_that_nobody_waits_for_is_let_go_of(
    fake: FakeSlack, tmp_path: Path, more: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    asked = left(fake, tmp_path, PAINS, age=timedelta(hours=25), **more)
    with office(tmp_path, fake=fake) as cx:
        fake.wait_until(lambda: not chats.unanswered(cx.where.store))
        assert cx.answers(asked.channel, asked.ts) == []
    assert f"{asked.key} was never answered" in caplog.text


@pytest.mark.parametrize(
    ("owner", "age"),
    [(f"{os.uname().nodename}:{os.getppid()}:x", timedelta()), (ELSEWHERE, timedelta(minutes=4))],
    ids=["here", "on another machine"],
)
def test_a_question_that_another_process_is_at_is_left_to_it(
    fake: FakeSlack, tmp_path: Path, owner: str, age: timedelta
) -> None:
    asked = left(fake, tmp_path, PAINS, owner=owner, age=age)
    with office(tmp_path, fake=fake) as cx:
        assert cx.bot.recovery.look() == 0
        assert [event.id for event in chats.unanswered(cx.where.store)] == [asked.key]


def test_one_of_another_machine_that_is_silent_for_long_is_taken_up(fake: FakeSlack, tmp_path: Path) -> None:
    asked = left(fake, tmp_path, PAINS, owner=ELSEWHERE, age=timedelta(minutes=6))
    with office(tmp_path, fake=fake) as cx:
        assert "12" in cx.answer(asked.channel, asked.ts)["text"]


def test_without_the_right_to_read_it_answers_all_the_same(fake: FakeSlack, tmp_path: Path) -> None:
    asked = left(fake, tmp_path, PAINS)
    fake.refuse("conversations.replies", "missing_scope", times=9)
    with office(tmp_path, fake=fake) as cx:
        assert "12" in cx.answer(asked.channel, asked.ts)["text"]


def test_slack_being_away_loses_nothing(tmp_path: Path) -> None:
    with office(tmp_path) as cx:
        _away(cx)
        cx.bot.parts.posting.tries = 2
        done = cx.fake.say("dana", cx.fake.dm("dana"), PAINS)
        cx.fake.wait_until(lambda: cx.bot.parts.answering.nothing_flies(), timeout=20)
        assert [event.id for event in chats.unanswered(cx.where.store)], "not settled"
        cx.fake.record._refusals.clear()
        cx.bot.recovery.patience = timedelta()
        assert cx.bot.recovery.look() == 1
        assert "12" in cx.answer(cx.fake.dm("dana"), done.ts)["text"]


def _away(cx: Office) -> None:
    """Slack fails at all that is written."""
    for method in ("chat.startStream", "chat.postMessage"):
        cx.fake.refuse(method, "service_unavailable", times=999)


def test_an_answer_that_nobody_presses_a_button_of_any_more_is_let_go_of(fake: FakeSlack, tmp_path: Path) -> None:
    where = workspace(tmp_path, fake.api_url)
    kept = Answered("of-spring", datetime.now(UTC) - timedelta(days=365), "somebody", "a place", PAINS, "answered", {})
    answered.keep(where.store, kept)
    with office(tmp_path, fake=fake) as cx:
        cx.fake.wait_until(lambda: answered.recall(cx.where.store, kept.id) is None)
        ours = cx.asked("ruth", cx.fake.dm("ruth"), PAINS)
        post = cx.fake.wait_until(lambda: chats.post_at(cx.where.store, cx.fake.dm("ruth"), ours["ts"]))
        assert answered.recall(cx.where.store, post.answer_id or "") is not None
        cx.idle()
    where.store.close()
