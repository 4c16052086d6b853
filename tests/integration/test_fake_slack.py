"""The fake Slack's people and deliveries, with the real Bolt over sockets and over signed HTTP."""

from __future__ import annotations

import copy
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from api.fake_slack.interactions import NotPossible
from api.fake_slack.server import FakeSlack
from tests.fake_slack_bot import MANIFEST, Clock, Heard, answer, only, over_http, over_sockets, slack_with, small_bot

CX = "C0CX0000001"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[FakeSlack]:
    with slack_with(clock=clock) as running:
        yield running


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture(params=["over sockets", "over http"])
def bot(request: pytest.FixtureRequest, slack: FakeSlack, heard: Heard) -> Iterator[Heard]:
    running = over_sockets if request.param == "over sockets" else over_http
    with running(slack, small_bot(slack, heard)):
        yield heard


# What people do, and what the bot makes of it ----------------------------------------------------------------------


def test_a_mention_is_delivered_and_answered_in_its_thread(slack: FakeSlack, bot: Heard) -> None:
    said = slack.say("dana", "#cx", "@Overheard what hurts?")
    assert said.acked
    assert answer(slack)["thread_ts"] == said.ts
    assert only(bot.events("app_mention"))["user"] == "U0DANA00001"
    assert slack.problems == []


def test_a_person_is_heard_with_escaped_text_and_a_bot_hears_itself(slack: FakeSlack, bot: Heard) -> None:
    slack.say("omid", "#cx", "@overheard is 1 < 2 & so? https://shop.example/x, ask a@b.example")
    event = only(bot.events("app_mention"))
    link, mail = "<https://shop.example/x>", "<mailto:a@b.example|a@b.example>"
    assert event["text"] == f"<@{slack.bot_user_id}> is 1 &lt; 2 &amp; so? {link}, ask {mail}"
    assert event["blocks"][0]["elements"][0]["elements"][0] == {"type": "user", "user_id": slack.bot_user_id}
    answer(slack)

    def own() -> list[dict[str, Any]]:
        told = [one.payload["event"] for one in slack.deliveries]
        return [event for event in told if event.get("bot_id")]

    assert only(slack.wait_until(own))["text"] == "12 of 34"


def test_a_direct_message_is_streamed_an_answer(slack: FakeSlack, bot: Heard) -> None:
    said = slack.say("ruth", slack.dm("ruth"), "top pains")
    slack.wait_until(lambda: slack.calls_of("chat.stopStream"))
    message = slack.thread(slack.dm("ruth"), said.ts)[-1]
    assert message["text"] == "**34** of 212"
    assert [block["type"] for block in message["blocks"]] == ["markdown", "task_card", "actions"]
    assert slack.calls_of("assistant.threads.setStatus")[0].payload["status"] == "is counting…"
    assert slack.status(slack.dm("ruth"), said.ts) == ""


def test_a_command_answers_to_one_person_alone(slack: FakeSlack, bot: Heard) -> None:
    done = slack.command("dana", "#cx", "/overheard", "<hello>")
    assert done.body == {"text": "you said <hello>"}
    assert only(slack.ephemerals("dana"))["text"] == "you said <hello>"
    assert slack.ephemerals("ruth") == []
    assert slack.messages("#cx") == []


def test_a_command_may_answer_later_for_all(slack: FakeSlack, bot: Heard) -> None:
    slack.command("dana", "#cx", "/overheard", "later")
    assert answer(slack)["text"] == "as promised"


def test_a_pressed_button_changes_its_message(slack: FakeSlack, bot: Heard) -> None:
    slack.say("dana", "#cx", "@Overheard what hurts?")
    assert slack.press("omid", answer(slack)["ts"], "more", channel="#cx").acked
    slack.wait_until(lambda: answer(slack)["text"] == "more of 7")
    pressed = next(body for body in bot.bodies if body.get("type") == "block_actions")
    assert pressed["message"]["text"] == "12 of 34"
    assert (pressed["user"]["id"], pressed["channel"]["id"]) == ("U0OMID00001", CX)


def test_a_form_is_filled_in_refused_and_sent_again(slack: FakeSlack, bot: Heard) -> None:
    slack.command("dana", "#cx", "/overheard", "form")
    form = slack.wait_until(lambda: slack.modal("dana"))
    with pytest.raises(NotPossible, match="must be filled in"):
        slack.submit("dana", form["id"])
    with pytest.raises(NotPossible, match="has no field nonsense"):
        slack.submit("dana", form["id"], {"nonsense": "x"})
    slack.submit("dana", form["id"], {"reason": "no"})
    form = slack.modal("dana") or {}
    assert form["errors"] == {"reason": "Say more, please."}
    slack.submit("dana", form["id"], {"reason": "numbers", "period": "m"})
    assert slack.modal("dana") is None
    assert answer(slack, slack.dm("dana"))["text"] == "numbers m"


def test_a_closed_form_is_told_of_only_when_it_asks(slack: FakeSlack, bot: Heard) -> None:
    slack.command("dana", "#cx", "/overheard", "form")
    form = slack.wait_until(lambda: slack.modal("dana"))
    assert slack.close_view("dana", form["id"]).acked
    assert only([body for body in bot.bodies if body.get("type") == "view_closed"])["view"]["id"] == form["id"]
    assert slack.modal("dana") is None


def test_a_shortcut_is_used_on_a_message(slack: FakeSlack, bot: Heard) -> None:
    said = slack.say("ruth", "#leads", "the site is slow")
    assert slack.shortcut("dana", "add", said.ts, "#leads").acked
    slack.wait_until(lambda: slack.ephemerals("dana"))
    assert only(slack.ephemerals("dana"))["text"] == "kept: the site is slow"


def test_the_home_tab_is_published_for_who_opens_it(slack: FakeSlack, bot: Heard) -> None:
    slack.open_home("omid")
    home = slack.wait_until(lambda: slack.home("omid"))
    assert home["blocks"][0]["text"]["text"] == "Hello home"
    slack.open_dm("omid")
    slack.wait_until(lambda: (slack.home("omid") or {})["blocks"][0]["text"]["text"] == "Hello messages")
    assert slack.home("dana") is None


def test_a_menu_asks_the_bot_for_its_options(slack: FakeSlack, bot: Heard) -> None:
    slack.open_home("omid")
    home = slack.wait_until(lambda: slack.home("omid"))
    offered = slack.suggest("omid", home["id"], "zone", "teh")
    assert [option["value"] for option in offered] == ["Asia/Tehran"]
    slack.press("omid", home["id"], "zone", offered[0])
    pressed = next(body for body in bot.bodies if body.get("type") == "block_actions")
    assert pressed["actions"][0]["selected_option"] == offered[0]


def test_edits_and_deletions_are_told(slack: FakeSlack, bot: Heard) -> None:
    said = slack.say("dana", "#cx", "one")
    slack.edit("dana", "#cx", said.ts, "two")
    slack.delete("dana", "#cx", said.ts)
    changed, deleted = only(bot.events("message_changed")), only(bot.events("message_deleted"))
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert deleted["deleted_ts"] == said.ts
    assert slack.messages("#cx") == []
    with pytest.raises(NotPossible):
        slack.edit("dana", "#cx", said.ts, "three")


def test_files_of_people_come_with_an_address_for_the_bot(slack: FakeSlack, bot: Heard) -> None:
    slack.say("dana", "#cx", "see", files=[{"name": "a.csv", "content": "text\nslow"}])
    event = only(bot.events("file_share"))
    request = urllib.request.Request(
        event["files"][0]["url_private"], headers={"Authorization": f"Bearer {slack.bot_token}"}
    )
    assert urllib.request.urlopen(request).read() == b"text\nslow"
    assert b"Sign in" in urllib.request.urlopen(event["files"][0]["url_private"]).read()


def test_what_a_person_looks_at_is_told_to_an_agent(slack: FakeSlack, bot: Heard) -> None:
    assert slack.app_context_changed("dana", "#cx").acked
    assert only(bot.events("app_context_changed"))["context"]["entities"][0]["value"] == CX


def test_links_to_the_apps_own_pages_are_told(slack: FakeSlack, bot: Heard) -> None:
    slack.say("dana", "#cx", "see https://overheard.example/a/12 and https://other.example/")
    assert [link["url"] for link in only(bot.events("link_shared"))["links"]] == ["https://overheard.example/a/12"]


# Deliveries ----------------------------------------------------------------------------------------------------------


def test_the_very_same_event_comes_again_with_its_number(slack: FakeSlack, bot: Heard) -> None:
    said = slack.say("dana", "#cx", "hello")
    for attempt in (1, 2, 3):
        assert slack.redeliver(said.event_id, attempt).acked
    assert bot.ids() == [said.event_id] * 4
    assert [headers.get("x-slack-retry-num") for headers in bot.headers][1:] == ["1", "2", "3"]


def test_an_event_that_nobody_acknowledges_comes_three_times_more(slack: FakeSlack) -> None:
    said = slack.say("dana", "#cx", "@Overheard hello")
    assert not said.acked
    assert said.reason == "no_connection"
    slack.wait_until(lambda: len(slack.undelivered) == 2)
    attempts = [one.attempt for one in slack.deliveries if one.id == said.event_id]
    assert attempts == [0, 1, 2, 3]


def test_an_app_that_comes_back_gets_what_it_missed(heard: Heard) -> None:
    with slack_with(resend_after=(0.0, 0.6, 0.6)) as slack:
        said = slack.say("dana", "#cx", "@Overheard hello")
        assert not said.acked
        with over_sockets(slack, small_bot(slack, heard)):
            assert answer(slack)["thread_ts"] == said.ts
            assert {*said.event_ids} <= {*heard.ids()}


def test_envelopes_go_to_one_connection_after_the_other(slack: FakeSlack, heard: Heard) -> None:
    with over_sockets(slack, small_bot(slack, heard), connections=2):
        dones = [slack.say("dana", "#cx", f"message {number}") for number in range(6)]
    assert all(done.acked for done in dones)
    assert sorted(heard.ids()) == sorted(done.event_id for done in dones)


@pytest.mark.parametrize("way", ["cut", "asked to leave"])
def test_a_client_connects_anew(slack: FakeSlack, heard: Heard, way: str) -> None:
    with over_sockets(slack, small_bot(slack, heard)):
        before = len(slack.calls_of("apps.connections.open"))
        slack.drop_connections() if way == "cut" else slack.refresh_connections()
        slack.wait_until(lambda: len(slack.calls_of("apps.connections.open")) > before and slack.sockets.count)
        slack.wait_until(lambda: slack.say("dana", "#cx", "still there?").acked)


def test_a_wrong_secret_is_refused_by_the_bot(slack: FakeSlack, heard: Heard) -> None:
    with over_http(slack, small_bot(slack, heard, secret="another")):
        said = slack.say("dana", "#cx", "hello")
    assert (said.acked, said.acks[0].status) == (False, 401)
    assert heard.bodies == []


def test_an_old_timestamp_is_refused_by_the_bot(slack: FakeSlack, heard: Heard, clock: Clock) -> None:
    clock.ahead = -400
    with over_http(slack, small_bot(slack, heard)):
        assert slack.say("dana", "#cx", "hello").acks[0].status == 401
        clock.ahead = 0
        assert slack.say("dana", "#cx", "hello").acked


def test_only_what_the_manifest_declares_is_delivered(heard: Heard) -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["settings"]["event_subscriptions"]["bot_events"].remove("app_mention")
    manifest["oauth_config"]["scopes"]["bot"].remove("im:history")
    manifest["settings"]["interactivity"]["is_enabled"] = False
    with slack_with(manifest) as slack, over_sockets(slack, small_bot(slack, heard)):
        slack.say("dana", "#cx", "@Overheard hello")
        slack.say("dana", slack.dm("dana"), "hello")
        slack.command("dana", "#cx", "/other")
        slack.shortcut("dana", "other")
        reasons = [one.reason for one in slack.undelivered]
    assert reasons == [
        "the manifest does not subscribe to app_mention",
        "message.im needs the scope im:history",
        "the manifest does not declare the command /other",
        "the manifest does not declare the global shortcut other",
    ]


def test_a_bot_that_is_not_in_a_channel_hears_nothing_there(slack: FakeSlack, bot: Heard) -> None:
    slack.say("dana", "#random", "@Overheard hello")
    assert bot.events("message") == []
    assert "not in random" in only(slack.undelivered).reason


def test_a_form_may_be_sent_twice_and_a_press_forged(slack: FakeSlack, bot: Heard) -> None:
    slack.command("dana", "#cx", "/overheard", "form")
    form = slack.wait_until(lambda: slack.modal("dana"))
    slack.submit("dana", form["id"], {"reason": "once"})
    assert slack.resubmit("dana", form["id"]).acked
    slack.wait_until(lambda: len(slack.messages(slack.dm("dana"), bot_only=True)) == 2)
    ts = slack.messages(slack.dm("dana"))[0]["ts"]
    with pytest.raises(NotPossible, match="there is no nothing here"):
        slack.press("dana", ts, "nothing", channel=slack.dm("dana"))
    assert not slack.press("dana", ts, "nothing", channel=slack.dm("dana"), forge=True).acked


def page(slack: FakeSlack, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{slack.url}page/{path}", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            return json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_people_act_on_the_page(slack: FakeSlack, bot: Heard) -> None:
    done = page(slack, "do/say", {"user": "dana", "channel": CX, "text": "@Overheard hello"})
    assert done["acked"]
    message = answer(slack)
    press = {"user": "dana", "channel": CX, "where": message["ts"], "action_id": "more", "value": "7"}
    assert page(slack, "do/press", press)["acked"]
    assert page(slack, "do/press", press | {"action_id": "none"}) == 400
    assert page(slack, "do/nonsense", {}) == 404
