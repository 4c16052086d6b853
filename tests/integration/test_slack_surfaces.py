"""Buttons below an answer, evidence, thumbs and sharing, over the real Bolt app and a Slack on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.slack.evidence import PER_PAGE
from mining import answered, reading
from mining.filters import Filters
from tests.slack_bot import CX, PAINS, PAINS_FA, PAINS_HE, Office, office
from tests.slack_screen import elements, filled, press, texts, told, value_of

EVER = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def cx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as one:
        yield one
        assert one.fake.problems == [], "a limit of Slack's was broken, or a scope is missing"


# --- asking on ------------------------------------------------------------------------------------------------------


def test_a_row_is_looked_into_in_the_thread_and_what_follows_is_about_it(cx: Office) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    thread = answer["thread_ts"]
    cx.asked("dana", CX, "top praise in the last 30 days", thread_ts=thread)
    press(cx, "dana", answer, "drill:1", CX)
    closer = cx.answer(CX, thread, 3)
    assert "6" in closer["text"], "the second row of the list, whatever was asked since"
    further = cx.asked("ruth", CX, "#1", thread_ts=thread)
    assert "12" in further["text"], "what follows goes on from the list of the button"


def test_a_button_pressed_twice_or_by_another_gives_one_answer(cx: Office) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    press(cx, "dana", answer, "next:0", CX)
    cx.answer(CX, answer["thread_ts"], 2)
    press(cx, "dana", answer, "next:0", CX)
    press(cx, "ruth", answer, "next:0", CX)
    told(cx, "dana", "in this thread already")
    told(cx, "ruth", "in this thread already")
    cx.idle()
    assert len(cx.answers(CX, answer["thread_ts"])) == 2


def test_a_question_on_the_home_tab_is_answered_in_the_direct_messages(cx: Office) -> None:
    cx.fake.open_home("omid")
    home = cx.fake.wait_until(lambda: cx.fake.home("omid"))
    question = next(one for one in elements(home) if one["action_id"] == "next:0")
    assert cx.fake.press("omid", home["id"], "next:0").acked
    channel = cx.fake.dm("omid")
    first = cx.fake.wait_until(lambda: cx.fake.messages(channel, bot_only=True))[0]
    assert question["value"] in first["text"]
    assert cx.answer(channel, first["ts"])["text"]


@pytest.mark.parametrize("action_id", ["drill:0", "chart", "evidence", "watch", "share", "verdict"])
def test_a_button_of_an_answer_that_is_no_longer_kept_says_so(cx: Office, action_id: str) -> None:
    answer = cx.asked("omid", cx.fake.dm("omid"), PAINS)
    value = "good|nothing" if action_id == "verdict" else json.dumps({"a": "nothing", "row": "x", "rank": 1, "q": "q0"})
    before = len(cx.fake.ephemerals("omid"))
    press(cx, "omid", answer, action_id, cx.fake.dm("omid"), value=value, forge=True)
    if action_id in ("evidence", "watch"):
        filled(cx, "omid", "no longer kept")
    elif action_id == "share":
        form = filled(cx, "omid", "which channel")
        cx.fake.submit("omid", form["id"], {"to": CX})
        told(cx, "omid", "no longer kept")
    else:
        cx.fake.wait_until(lambda: len(cx.fake.ephemerals("omid")) > before)
        assert "no longer kept" in texts(cx.fake.ephemerals("omid")[-1])


@pytest.mark.parametrize("value", ["", "{", "[]", "null", '{"a": 1}', "x" * 3000], ids=range(6))
@pytest.mark.parametrize("action_id", ["drill:0", "chart", "verdict"])
def test_values_that_somebody_made_up_are_answered_calmly(cx: Office, action_id: str, value: str) -> None:
    answer = cx.asked("omid", cx.fake.dm("omid"), PAINS)
    before = len(cx.fake.ephemerals("omid"))
    press(cx, "omid", answer, action_id, cx.fake.dm("omid"), value=value, forge=True)
    cx.fake.wait_until(lambda: len(cx.fake.ephemerals("omid")) > before)
    assert "reference" not in texts(cx.fake.ephemerals("omid")[-1])


def test_a_button_that_nobody_knows_is_acknowledged_and_answered(cx: Office, caplog: pytest.LogCaptureFixture) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    press(cx, "dana", answer, "launch_rocket", CX, value="secret", forge=True)
    told(cx, "dana", "earlier version")
    assert "launch_rocket" in caplog.text
    assert "secret" not in caplog.text


def test_what_cannot_be_said_below_a_message_is_said_in_a_direct_one(cx: Office) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    cx.fake.refuse("chat.postEphemeral", "channel_not_found")
    press(cx, "dana", answer, "launch_rocket", CX, value="x", forge=True)
    cx.fake.wait_until(lambda: "earlier version" in texts(cx.fake.messages(cx.fake.dm("dana"), bot_only=True)))


# --- charts ---------------------------------------------------------------------------------------------------------


def test_a_chart_goes_into_the_thread_with_its_numbers_in_words_and_once(cx: Office) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    press(cx, "dana", answer, "chart", CX)
    file = cx.fake.wait_until(
        lambda: next((one for one in cx.fake.thread(CX, answer["thread_ts"]) if one.get("files")), None)
    )["files"][0]
    assert file["mimetype"] == "image/png"
    assert "12" in file["alt_txt"]
    assert "6" in file["alt_txt"]
    press(cx, "dana", answer, "chart", CX)
    told(cx, "dana", "chart is in this thread")
    assert sum(bool(one.get("files")) for one in cx.fake.thread(CX, answer["thread_ts"])) == 1


# --- evidence -------------------------------------------------------------------------------------------------------


def test_evidence_pages_through_exactly_the_rows_behind_a_figure(cx: Office) -> None:
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS)
    query = value_of(answer, "evidence")["q"]
    rows = reading.heard(cx.where.store, reading.recall(cx.where.store, query)[0])
    press(cx, "dana", answer, "evidence", channel)
    first = filled(cx, "dana", "Page 1 of 3")
    assert f"Items: {reading.counts(rows).feedback}" in first["blocks"][0]["text"]["text"]
    seen = [one["value"] for one in elements(first) if one["action_id"].startswith("fix:")]
    for page in (2, 3):
        cx.fake.press("dana", first["id"], "page:on")
        shown = filled(cx, "dana", f"Page {page} of 3")
        seen += [one["value"] for one in elements(shown) if one["action_id"].startswith("fix:")]
    assert seen == [row.mention_id for row in rows]
    assert "page:on" not in [one["action_id"] for one in elements(shown)]
    cx.fake.press("dana", first["id"], "page:back")
    again = filled(cx, "dana", "Page 2 of 3")
    assert len([one for one in elements(again) if one["action_id"].startswith("fix:")]) == PER_PAGE


@pytest.mark.parametrize(("question", "word"), [(PAINS_HE, "פריטים"), (PAINS_FA, "مورد")], ids=["he", "fa"])
def test_evidence_is_in_the_language_of_whoever_opens_it(cx: Office, question: str, word: str) -> None:
    channel = cx.fake.dm("ruth")
    answer = cx.asked("ruth", channel, question)
    press(cx, "ruth", answer, "evidence", channel)
    shown = filled(cx, "ruth", word)
    assert "Page" not in texts(shown)


def test_a_modal_closed_before_it_was_filled_is_no_error(cx: Office, caplog: pytest.LogCaptureFixture) -> None:
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS)
    cx.fake.refuse("views.update", "not_found")
    press(cx, "dana", answer, "evidence", channel)
    filled(cx, "dana", "One moment")
    cx.fake.wait_until(lambda: cx.fake.calls_of("views.update")[-1].result.get("error") == "not_found")
    assert "reference" not in caplog.text


def test_a_trigger_that_came_too_late_asks_to_press_again(cx: Office) -> None:
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS)
    for action_id in ("evidence", "watch"):
        cx.fake.refuse("views.open", "expired_trigger_id")
        press(cx, "dana", answer, action_id, channel)
        told(cx, "dana", "press again")


# --- thumbs ---------------------------------------------------------------------------------------------------------


def verdicts(cx: Office, answer_id: str) -> list[tuple[bool, str]]:
    """What was said of an answer."""
    return [
        (one.good, one.reason) for one in answered.verdicts_between(cx.where.store, *EVER) if one.answer_id == answer_id
    ]


def test_a_thumb_up_is_kept_once_and_thanked_for(cx: Office) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    id_ = value_of(answer, "evidence")["a"]
    for _ in range(2):
        press(cx, "dana", answer, "verdict", CX, value=f"good|{id_}")
    told(cx, "dana", "Thank you")
    assert verdicts(cx, id_) == [(True, "")]


def test_a_thumb_down_asks_why_and_keeps_one_reason_however_often_it_is_sent(cx: Office) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    id_ = value_of(answer, "evidence")["a"]
    press(cx, "dana", answer, "verdict", CX, value=f"bad|{id_}")
    form = filled(cx, "dana", "What was wrong?")
    assert verdicts(cx, id_) == [(False, "")]
    assert cx.fake.submit("dana", form["id"], {"reason": "misread", "own": "I asked\nfor October"}).acked
    cx.fake.wait_until(lambda: verdicts(cx, id_) == [(False, "misread: I asked for October")])
    cx.fake.resubmit("dana", form["id"])
    press(cx, "dana", answer, "verdict", CX, value=f"bad|{id_}")
    told(cx, "dana", "each week")
    assert verdicts(cx, id_) == [(False, "misread: I asked for October")]
    press(cx, "ruth", answer, "verdict", CX, value=f"good|{id_}")
    cx.fake.wait_until(lambda: len(verdicts(cx, id_)) == 2)


def test_a_reason_for_an_answer_that_was_never_judged_is_not_kept(cx: Office) -> None:
    answer = cx.asked("dana", CX, cx.mentioned(PAINS))
    id_ = value_of(answer, "evidence")["a"]
    press(cx, "dana", answer, "verdict", CX, value=f"bad|{id_}")
    form = filled(cx, "dana", "What was wrong?")
    cx.fake.workspace.views[form["id"]].view["private_metadata"] = '{"a": "somebody else\'s", "c": 7}'
    assert cx.fake.submit("dana", form["id"], {"reason": "other"}).acked
    cx.fake.wait_until(
        lambda: "no longer kept" in texts([*cx.fake.ephemerals("dana"), *cx.fake.messages(cx.fake.dm("dana"))])
    )
    assert [one.answer_id for one in answered.verdicts_between(cx.where.store, *EVER)].count("somebody else's") == 0


# --- sharing --------------------------------------------------------------------------------------------------------


def private_answer(cx: Office, user: str) -> dict[str, Any]:
    """The answer to a command, which only whoever typed it sees."""
    before = len(cx.fake.ephemerals(user))
    cx.fake.command(user, CX, "/overheard", PAINS)
    found: dict[str, Any] = cx.fake.wait_until(
        lambda: next((one for one in cx.fake.ephemerals(user)[before:] if "share" in texts(one)), None)
    )
    return found


def test_a_private_answer_is_shared_once_and_says_by_whom(cx: Office) -> None:
    answer = private_answer(cx, "dana")
    before = len(cx.fake.messages(CX, bot_only=True))
    press(cx, "dana", answer, "share", CX)
    form = filled(cx, "dana", "which channel")
    assert cx.fake.submit("dana", form["id"], {"to": CX}).acked
    told(cx, "dana", "Shared in")
    cx.fake.resubmit("dana", form["id"])
    cx.idle()
    shared = cx.fake.messages(CX, bot_only=True)[before:]
    assert len(shared) == 1
    assert "<@U" in texts(shared[0]["blocks"][0])
    assert "12" in shared[0]["text"]
    assert "6" in cx.asked("ruth", CX, "#2", thread_ts=shared[0]["ts"])["text"]


def test_an_answer_in_a_direct_message_can_be_shared_too(cx: Office) -> None:
    channel = cx.fake.dm("dana")
    answer = cx.asked("dana", channel, PAINS)
    before = len(cx.fake.messages(CX, bot_only=True))
    press(cx, "dana", answer, "share", channel)
    cx.fake.submit("dana", filled(cx, "dana", "which channel")["id"], {"to": CX})
    shared = cx.fake.wait_until(lambda: cx.fake.messages(CX, bot_only=True)[before:])
    assert "share" not in [one["action_id"] for one in elements(shared[0])], "everybody reads it there already"


def test_sharing_into_a_channel_without_us_says_what_to_do(cx: Office) -> None:
    answer = private_answer(cx, "dana")
    press(cx, "dana", answer, "share", CX)
    form = filled(cx, "dana", "which channel")
    cx.fake.refuse("chat.postMessage", "not_in_channel")
    cx.fake.submit("dana", form["id"], {"to": CX})
    told(cx, "dana", "/invite")


def test_what_goes_on_below_a_private_answer_stays_private(cx: Office) -> None:
    answer = private_answer(cx, "ruth")
    before = len(cx.fake.messages(CX, bot_only=True))
    hidden = len(cx.fake.ephemerals("ruth"))
    press(cx, "ruth", answer, "drill:1", CX)
    cx.fake.wait_until(lambda: len(cx.fake.ephemerals("ruth")) > hidden)
    assert "6" in cx.fake.ephemerals("ruth")[-1]["text"]
    cx.idle()
    assert len(cx.fake.messages(CX, bot_only=True)) == before


# --- rules ----------------------------------------------------------------------------------------------------------


def test_private_sources_stay_out_of_public_channels(tmp_path: Path) -> None:
    with office(tmp_path, private_sources=("shop",)) as cx:
        answer = cx.asked("dana", CX, cx.mentioned(PAINS))
        press(cx, "dana", answer, "evidence", CX)
        shown = filled(cx, "dana", "private sources")
        assert "Items: 18" in shown["blocks"][0]["text"]["text"], "counts are nobody's words"
        assert not [one for one in elements(shown) if one["action_id"].startswith("fix:")]
        channel = cx.fake.dm("dana")
        press(cx, "dana", cx.asked("dana", channel, PAINS), "evidence", channel)
        assert [one for one in elements(filled(cx, "dana", "Page 1")) if one["action_id"].startswith("fix:")]
        private = private_answer(cx, "dana")
        quotes = [row.text for row in reading.heard(cx.where.store, reading.Query(Filters()))]
        assert any(quote in texts(private) for quote in quotes)
        press(cx, "dana", private, "share", CX)
        form = filled(cx, "dana", "which channel")
        cx.fake.submit("dana", form["id"], {"to": CX})
        told(cx, "dana", "Shared in")
        shared = cx.fake.messages(CX, bot_only=True)[-1]
        quotes = [
            row.text for row in reading.by_ids(cx.where.store, ["shop:late_delivery0#0", "shop:late_delivery1#0"])
        ]
        assert not any(quote in texts(shared) for quote in quotes)
        assert "private sources" in texts(shared)


def test_people_and_channels_that_are_not_let_in_can_press_nothing(tmp_path: Path) -> None:
    with office(tmp_path) as cx:
        answer = cx.asked("dana", CX, cx.mentioned(PAINS))
        cx.bot.parts.settings = cx.bot.parts.settings.model_copy(update={"users": ("U0NOBODY01",)})
        calls = len(cx.fake.calls_of("views.open"))
        for action_id in ("evidence", "watch", "chart", "drill:0"):
            press(cx, "dana", answer, action_id, CX)
        told(cx, "dana", "may not be used here")
        assert len(cx.fake.calls_of("views.open")) == calls
        assert len(cx.answers(CX, answer["thread_ts"])) == 1
