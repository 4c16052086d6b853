"""What people write in Slack is answered: in direct messages, mentions and threads, once each and in their language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack_bot import CX, PAINS, PAINS_FA, PAINS_HE, Office, block_types, legacy, office


@pytest.fixture(scope="module")
def cx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as one:
        yield one


def test_a_direct_message_is_answered_in_a_thread_below_it(cx: Office) -> None:
    channel = cx.fake.dm("dana")
    done = cx.fake.say("dana", channel, PAINS)
    answer = cx.answer(channel, done.ts)
    assert answer["thread_ts"] == done.ts
    assert "12" in answer["text"]
    assert "actions" in block_types(answer)
    assert done.acked


def test_a_mention_is_answered_in_its_thread_and_seen(cx: Office) -> None:
    done = cx.fake.say("ruth", CX, cx.mentioned(PAINS))
    assert "12" in cx.answer(CX, done.ts)["text"]
    first = cx.fake.wait_until(
        lambda: next(one for one in cx.fake.thread(CX, done.ts) if one["ts"] == done.ts).get("reactions")
    )
    assert [one["name"] for one in first] == ["eyes"]
    cx.idle()
    assert len(cx.answers(CX, done.ts)) == 1, "the message and its mention are one question"


def test_a_thread_goes_on_without_a_mention_and_keeps_its_filters(cx: Office) -> None:
    done = cx.fake.say("ruth", CX, cx.mentioned("top pain points in purchase stage in the last 30 days"))
    cx.answer(CX, done.ts)
    again = cx.asked("ruth", CX, "just reviews", thread_ts=done.ts)
    assert "(purchase stage, reviews)" in again["text"]
    second = cx.asked("dana", CX, "#2", thread_ts=done.ts)
    assert "6" in second["text"]
    assert "purchase stage, negative, reviews" in str(second["blocks"])
    seen = [call.payload["timestamp"] for call in cx.fake.calls_of("reactions.add")]
    assert seen.count(done.ts) == 1
    assert not {again["ts"], second["ts"]} & set(seen)


def test_nobody_is_answered_in_a_channel_who_did_not_ask(cx: Office) -> None:
    alone = cx.fake.say("ruth", CX, PAINS)
    other = cx.fake.say("dana", CX, PAINS, thread_ts=alone.ts)
    cx.asked("dana", cx.fake.dm("dana"), PAINS)
    cx.idle()
    assert cx.answers(CX, alone.ts) == []
    assert alone.acked
    assert other.acked


def test_in_our_thread_words_to_somebody_else_are_not_answered(cx: Office) -> None:
    done = cx.fake.say("ruth", CX, cx.mentioned(PAINS))
    cx.answer(CX, done.ts)
    cx.fake.say("ruth", CX, "<@U0DANA00001> look at this", thread_ts=done.ts)
    cx.asked("ruth", cx.fake.dm("ruth"), PAINS)
    cx.idle()
    assert len(cx.answers(CX, done.ts)) == 1


@pytest.mark.parametrize(
    ("question", "said"),
    [(PAINS, "Top pain point"), (PAINS_HE, "נקודת הכאב"), (PAINS_FA, "نقطهٔ درد")],
    ids=["en", "he", "fa"],
)
def test_an_answer_is_in_the_language_of_the_question(cx: Office, question: str, said: str) -> None:
    assert said in cx.asked("dana", cx.fake.dm("dana"), question)["text"]


def test_a_status_shows_while_it_is_worked_at_and_is_gone_afterwards(cx: Office) -> None:
    channel = cx.fake.dm("omid")
    done = cx.fake.say("omid", channel, PAINS_FA)
    cx.answer(channel, done.ts)
    statuses = [
        call for call in cx.fake.calls_of("assistant.threads.setStatus") if call.payload["thread_ts"] == done.ts
    ]
    cx.idle()
    assert len(statuses) == 1
    assert "مشتریان" in statuses[0].payload["status"]
    assert 1 < len(statuses[0].payload["loading_messages"]) <= 10
    assert cx.fake.status(channel, done.ts) == ""


def test_an_answer_is_streamed_with_the_steps_that_led_to_it(cx: Office) -> None:
    channel = cx.fake.dm("ruth")
    done = cx.fake.say("ruth", channel, PAINS)
    answer = cx.answer(channel, done.ts)
    begun = [call for call in cx.fake.calls_of("chat.startStream") if call.payload["thread_ts"] == done.ts]
    assert len(begun) == 1
    assert {chunk["type"] for chunk in begun[0].payload["chunks"]} == {"plan_update", "task_update"}
    assert all(chunk.get("status", "complete") == "complete" for chunk in begun[0].payload["chunks"])
    assert "plan" in block_types(answer)
    assert str(answer["blocks"]).count(answer["text"]) == 1, "the headline stands there once"


def test_a_mention_without_words_is_answered_with_help(cx: Office) -> None:
    done = cx.fake.say("ruth", CX, cx.mentioned(""))
    answer = cx.answer(CX, done.ts)
    assert "/overheard" in answer["text"]
    assert [one["action_id"] for one in answer["blocks"][-1]["elements"]] == ["next:0", "next:1", "next:2"]


def test_help_is_in_the_language_of_a_profile_where_nothing_else_says_one(cx: Office) -> None:
    done = cx.fake.say("omid", CX, cx.mentioned(""))
    assert "عددهایی" in cx.answer(CX, done.ts)["text"]


def test_a_file_without_a_word_is_answered_calmly(cx: Office) -> None:
    channel = cx.fake.dm("ruth")
    done = cx.fake.say("ruth", channel, "", files=[{"name": "calls.csv", "content": "a,b"}])
    assert "not files" in cx.answer(channel, done.ts)["text"]


def test_a_file_in_a_thread_of_ours_is_no_question(cx: Office) -> None:
    done = cx.fake.say("ruth", CX, cx.mentioned(PAINS))
    cx.answer(CX, done.ts)
    cx.fake.say("ruth", CX, "", thread_ts=done.ts, files=[{"name": "calls.csv", "content": "a,b"}])
    cx.asked("ruth", cx.fake.dm("ruth"), PAINS)
    cx.idle()
    assert len(cx.answers(CX, done.ts)) == 1


def test_a_question_of_4000_words_is_answered_and_says_how_much_was_read(cx: Office) -> None:
    answer = cx.asked("dana", cx.fake.dm("dana"), PAINS + " please" * 4000)
    assert "2,000" in str(answer["blocks"])


def test_the_same_event_four_times_gives_one_answer(cx: Office) -> None:
    channel = cx.fake.dm("dana")
    done = cx.fake.say("dana", channel, PAINS)
    acks = [cx.fake.redeliver(done.event_id, attempt) for attempt in (1, 2, 3)]
    cx.answer(channel, done.ts)
    acks.append(cx.fake.redeliver(done.event_id, 3))
    cx.idle()
    assert all(ack.acked for ack in acks)
    assert len(cx.answers(channel, done.ts)) == 1


def test_prompts_come_from_what_customers_say_and_from_the_last_question(cx: Office) -> None:
    channel = cx.fake.dm("ruth")
    cx.asked("ruth", channel, "how many complaints about delivery in the last 30 days?")
    cx.fake.open_dm("ruth")
    prompts = cx.fake.wait_until(lambda: cx.fake.prompts(channel))
    assert len(prompts) <= 4
    assert "top pain points in purchase stage" in [one["message"] for one in prompts]
    assert "how many complaints about delivery in the last 30 days?" in [one["message"] for one in prompts]


def test_what_somebody_looks_at_is_kept_whatever_shape_it_has(cx: Office) -> None:
    from mining import chats

    assert cx.fake.app_context_changed("dana", CX).acked
    assert cx.fake.app_context_changed("ruth").acked
    key = cx.bot.parts.person("U0DANA00001").key
    seen = cx.fake.wait_until(lambda: chats.person(cx.where.store, key).context.get("viewing"))
    assert seen["entities"][0]["value"] == CX


def test_no_limit_and_no_scope_was_broken(cx: Office) -> None:
    assert cx.fake.problems == []
    assert [one for one in cx.fake.undelivered if "does not subscribe" in one.reason] == []


def test_both_experiences_give_equal_answers(cx: Office, tmp_path: Path) -> None:
    channel = cx.fake.dm("dana")
    new = cx.asked("dana", channel, PAINS)
    with office(tmp_path / "older", legacy()) as older:
        there = older.fake.dm("dana")
        opened = older.fake.open_dm("dana")
        older.fake.wait_until(lambda: older.fake.prompts(there, opened.ts))
        begun = len(older.answers(there, opened.ts))
        older.fake.say("dana", there, PAINS, thread_ts=opened.ts)
        old = older.answer(there, opened.ts, begun + 1)
        assert old["text"] == new["text"]
        assert block_types(old) == block_types(new)
        assert older.fake.problems == []
