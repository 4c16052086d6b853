"""What goes wrong between Slack and the assistant ends calmly: one whole answer, or one sentence, never nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from mining import chats
from tests.slack_bot import CX, PAINS, PAINS_HE, Office, block_types, office


@pytest.fixture
def cx(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path / "home") as one:
        yield one


class Slow:
    """An engine that waits until it may answer, or fails."""

    def __init__(self, engine: Any) -> None:
        from threading import Event

        self.engine = engine
        self.asked: list[str] = []
        self.begun, self.go = Event(), Event()
        self.error: Exception | None = None

    def ask(self, text: str, asker: Any, thread: str | None = None) -> Answer:
        self.asked.append(text)
        self.begun.set()
        self.go.wait(10)
        if self.error:
            raise self.error
        answer: Answer = self.engine.ask(text, asker, thread)
        return answer


def slowed(cx: Office) -> Slow:
    slow = Slow(cx.bot.parts.engine)
    cx.bot.parts.engine = slow  # type: ignore[assignment]
    return slow


# --- what Slack refuses -----------------------------------------------------------------------------------------------


def test_asked_to_wait_it_waits_and_posts_once(cx: Office) -> None:
    cx.fake.refuse("chat.startStream", "ratelimited", times=9, retry_after=30)
    cx.fake.refuse("chat.postMessage", "ratelimited", times=2, retry_after=1)
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS)
    cx.idle()
    tries = cx.fake.calls_of("chat.postMessage")
    assert [call.ok for call in tries] == [False, False, True]
    assert all(later.at - earlier.at >= 0.99 for earlier, later in pairwise(tries))
    assert len(cx.answers(channel, answer["thread_ts"])) == 1
    assert len(cx.fake.calls_of("chat.startStream")) == 1, "streams are left alone for as long as Slack asked"


@pytest.mark.parametrize("refused", ["tables", "charts", "both"])
def test_blocks_that_are_not_taken_give_way_to_poorer_ones(cx: Office, refused: str) -> None:
    if refused in ("charts", "both"):
        cx.fake.accept_charts(False)
    if refused in ("tables", "both"):
        cx.fake.accept_tables(False)
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, "complaints by stage in the last 30 days")
    assert "18" in answer["text"] + str(answer["blocks"])
    if refused in ("charts", "both"):
        assert "data_visualization" not in block_types(answer)
        picture = cx.fake.wait_until(
            lambda: next((one for one in cx.fake.thread(channel, answer["thread_ts"]) if one.get("files")), None)
        )
        assert picture["files"][0]["mimetype"] == "image/png"
        assert picture["files"][0]["alt_txt"]
    assert [one for one in cx.fake.problems if "missing scope" in one.what] == []


def test_at_last_the_text_alone_carries_the_numbers(cx: Office) -> None:
    cx.fake.refuse("chat.startStream", "unknown_method", times=99)
    cx.fake.refuse("chat.postMessage", "invalid_blocks", times=3)
    answer = cx.asked("dana", cx.fake.dm("dana"), PAINS)
    assert block_types(answer) == []
    assert "12" in answer["text"]
    assert "6" in answer["text"]


def test_a_stream_that_is_refused_at_the_end_becomes_a_whole_message(cx: Office) -> None:
    cx.fake.refuse("chat.stopStream", "message_not_in_streaming_state", times=9)
    cx.fake.refuse("chat.update", "streaming_state_conflict", times=9)
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS)
    ours = [one for one in cx.fake.thread(channel, answer["thread_ts"]) if one.get("bot_id")]
    assert len(ours) == 1, "the half that was streamed is gone"
    assert "12" in ours[0]["text"]


def test_a_stream_that_ended_by_itself_is_updated_to_the_whole_answer(cx: Office) -> None:
    cx.fake.expire_streams_after(0.0)
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS)
    ours = [one for one in cx.fake.thread(channel, answer["thread_ts"]) if one.get("bot_id")]
    assert len(ours) == 1
    assert "12" in ours[0]["text"]
    assert cx.fake.calls_of("chat.postMessage") == []


@pytest.mark.parametrize("gone", ["kicked", "deleted", "archived"])
def test_where_nothing_can_be_posted_whoever_asked_is_told_in_a_direct_message(
    cx: Office, gone: str, caplog: pytest.LogCaptureFixture
) -> None:
    slow = slowed(cx)
    done = cx.fake.say("ruth", CX, cx.mentioned(PAINS))
    slow.begun.wait(10)
    if gone == "kicked":
        cx.fake.kick_bot(CX)
    elif gone == "deleted":
        cx.fake.delete_channel(CX)
    else:
        cx.fake.workspace.channels[CX].archived = True
    slow.go.set()
    told = cx.fake.wait_until(lambda: cx.fake.messages(cx.fake.dm("ruth"), bot_only=True))
    assert CX in told[0]["text"]
    cx.idle()
    assert chats.unanswered(cx.where.store) == []
    assert f"no answer in {CX}" in caplog.text
    assert len(cx.fake.calls_of("chat.startStream")) + len(cx.fake.calls_of("chat.postMessage")) <= 3
    assert done.ts in caplog.text


# --- edits ------------------------------------------------------------------------------------------------------------


def test_a_question_edited_before_its_answer_is_answered_as_it_reads_then(cx: Office) -> None:
    slow = slowed(cx)
    channel = cx.fake.dm("dana")
    done = cx.fake.say("dana", channel, "top praise in the last 30 days")
    slow.begun.wait(10)
    cx.fake.edit("dana", channel, done.ts, PAINS)
    slow.go.set()
    answer = cx.answer(channel, done.ts)
    cx.idle()
    assert slow.asked == ["top praise in the last 30 days", PAINS]
    assert "Top pain point" in answer["text"]
    assert len(cx.answers(channel, done.ts)) == 1


def test_an_edit_after_the_answer_changes_nothing(cx: Office) -> None:
    channel = cx.fake.dm("dana")
    done = cx.fake.say("dana", channel, PAINS)
    cx.answer(channel, done.ts)
    cx.idle()
    assert cx.fake.edit("dana", channel, done.ts, "top praise").acked
    cx.asked("ruth", cx.fake.dm("ruth"), PAINS)
    cx.idle()
    assert len(cx.answers(channel, done.ts)) == 1


def test_a_question_deleted_before_its_answer_is_let_go_of(cx: Office) -> None:
    slow = slowed(cx)
    done = cx.fake.say("ruth", CX, cx.mentioned(PAINS))
    slow.begun.wait(10)
    cx.fake.delete("ruth", CX, done.ts)
    slow.go.set()
    cx.idle()
    assert cx.fake.messages(CX, bot_only=True) == []
    assert chats.unanswered(cx.where.store) == []


# --- our own faults ---------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_one_calm_sentence_with_a_reference(cx: Office, caplog: pytest.LogCaptureFixture) -> None:
    slow = slowed(cx)
    slow.error = ValueError("secret words of a customer")
    slow.go.set()
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS_HE)
    cx.idle()
    assert "מספר לבירור" in answer["text"]
    reference = re.search(r"\u2068([0-9a-f]{8})\u2069", answer["text"])
    assert reference
    assert reference[1] in caplog.text
    assert "test_slack_troubles.py" in caplog.text, "the log has the traceback"
    assert "secret words" not in caplog.text
    assert PAINS_HE not in caplog.text
    assert cx.fake.status(channel, answer["thread_ts"]) == ""


def test_what_nobody_knows_is_acknowledged_and_logged_by_its_id(cx: Office, caplog: pytest.LogCaptureFixture) -> None:
    answer = cx.asked("dana", cx.fake.dm("dana"), PAINS)
    pressed = cx.fake.press("dana", answer["ts"], "unheard_of", "a secret", channel=cx.fake.dm("dana"), forge=True)
    assert pressed.acked
    cx.fake.wait_until(lambda: "unheard_of" in caplog.text)
    assert "a secret" not in caplog.text


def test_what_people_write_is_in_no_log(cx: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "assistant")
    cx.asked("dana", cx.fake.dm("dana"), PAINS)
    cx.fake.say("ruth", CX, "something quite private")
    cx.idle()
    assert PAINS not in caplog.text
    assert "private" not in caplog.text


# --- the connection ---------------------------------------------------------------------------------------------------


def test_a_connection_that_is_refreshed_is_made_anew(cx: Office) -> None:
    cx.fake.refresh_connections()
    cx.fake.wait_until(lambda: cx.fake.calls_of("apps.connections.open")[1:], timeout=20)
    cx.fake.wait_for_connection()
    assert "12" in cx.asked("dana", cx.fake.dm("dana"), PAINS)["text"]
