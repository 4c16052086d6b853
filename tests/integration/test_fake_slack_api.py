"""The fake Slack's Web API, with the real SDK."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from api.fake_slack.server import FakeSlack
from tests.fake_slack_bot import FORM, Clock, only, plain, slack_with

CX = "C0CX0000001"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[FakeSlack]:
    with slack_with(clock=clock) as running:
        yield running


@pytest.fixture
def client(slack: FakeSlack) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=slack.api_url)


def error_of(call: Callable[..., Any], **arguments: Any) -> Any:
    with pytest.raises(SlackApiError) as raised:
        call(**arguments)
    return raised.value.response


def test_a_broken_limit_is_refused_and_said(slack: FakeSlack, client: WebClient) -> None:
    blocks = [{"type": "divider"}] * 51
    response = error_of(client.chat_postMessage, channel=CX, text="a", blocks=blocks)
    assert response["error"] == "invalid_blocks"
    assert response["response_metadata"]["messages"] == ["[ERROR] blocks: has 51 items; 50 are allowed"]
    assert str(only(slack.problems)) == "chat.postMessage: blocks: has 51 items; 50 are allowed"


def test_a_rule_of_our_own_is_said_but_not_refused(slack: FakeSlack, client: WebClient) -> None:
    client.chat_postMessage(channel=CX, text="look <!here>")
    assert "calls a whole channel" in only(slack.problems).what
    assert len(slack.messages("#cx")) == 1


def test_block_types_can_be_refused_as_where_they_are_not_there_yet(slack: FakeSlack, client: WebClient) -> None:
    cell = {"type": "raw_text", "text": "a"}
    table = {"type": "data_table", "caption": "c", "rows": [[cell], [cell]]}
    slack.accept_tables(False)
    assert error_of(client.chat_postMessage, channel=CX, text="a", blocks=[table])["error"] == "invalid_blocks"
    slack.accept_tables(True)
    assert client.chat_postMessage(channel=CX, text="a", blocks=[table])["ok"]
    slack.refuse_blocks("divider")
    assert error_of(client.chat_postMessage, channel=CX, text="a", blocks=[{"type": "divider"}])["error"]


def test_a_missing_scope_is_named(client: WebClient, slack: FakeSlack) -> None:
    response = error_of(client.team_info)
    assert (response["error"], response["needed"]) == ("missing_scope", "team:read")
    assert "chat:write" in response["provided"].split(",")
    assert str(only(slack.problems)) == "team.info: missing scope team:read"


@pytest.mark.parametrize(
    ("token", "error"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed"), ("the app's", "not_allowed_token_type")]
)
def test_a_wrong_token_is_refused(slack: FakeSlack, token: str, error: str) -> None:
    client = WebClient(token=slack.app_token if token == "the app's" else token, base_url=slack.api_url)
    assert error_of(client.chat_postMessage, channel=CX, text="a")["error"] == error


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    assert error_of(client.api_call, api_method="chat.shout")["error"] == "unknown_method"


def test_too_many_requests_are_a_429_that_the_sdk_waits_for(slack: FakeSlack, client: WebClient) -> None:
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    slack.refuse("chat.postMessage", "ratelimited", times=1, retry_after=0)
    assert client.chat_postMessage(channel=CX, text="a")["ok"]
    assert [call.result.get("error") for call in slack.calls_of("chat.postMessage")] == ["ratelimited", None]


def test_any_error_can_be_ordered(slack: FakeSlack, client: WebClient) -> None:
    slack.refuse("chat.update", "edit_window_closed", times=2)
    ts = client.chat_postMessage(channel=CX, text="a")["ts"]
    errors = [error_of(client.chat_update, channel=CX, ts=ts, text="b")["error"] for _ in range(2)]
    assert errors == ["edit_window_closed"] * 2
    assert client.chat_update(channel=CX, ts=ts, text="b")["ok"]


def test_two_messages_within_a_second_are_noted_and_may_be_refused(
    slack: FakeSlack, client: WebClient, clock: Clock
) -> None:
    client.chat_postMessage(channel=CX, text="one")
    client.chat_postMessage(channel="C0LEADS0001", text="elsewhere")
    assert slack.too_fast == []
    client.chat_postMessage(channel=CX, text="two")
    assert only(slack.too_fast).channel == CX
    slack.enforce_rate()
    response = error_of(client.chat_postMessage, channel=CX, text="three")
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
    clock.ahead += 1
    assert client.chat_postMessage(channel=CX, text="three")["ok"]


def test_a_delay_holds_a_call_up(slack: FakeSlack, client: WebClient) -> None:
    slack.delay("auth.test", 0.2)
    begun = time.monotonic()
    client.auth_test()
    assert time.monotonic() - begun >= 0.2


def test_a_trigger_opens_one_view_within_three_seconds(slack: FakeSlack, client: WebClient, clock: Clock) -> None:
    late, early = (slack.workspace.new_trigger("U0DANA00001") for _ in range(2))
    assert client.views_open(trigger_id=early, view=FORM)["view"]["type"] == "modal"
    assert error_of(client.views_open, trigger_id=early, view=FORM)["error"] == "exchanged_trigger_id"
    clock.ahead += 3.5
    assert error_of(client.views_open, trigger_id=late, view=FORM)["error"] == "expired_trigger_id"
    assert error_of(client.views_open, trigger_id="nonsense", view=FORM)["error"] == "invalid_trigger_id"


def test_views_are_updated_pushed_and_kept_in_order(slack: FakeSlack, client: WebClient) -> None:
    def trigger() -> str:
        top = slack.modal("dana")
        return slack.workspace.new_trigger("U0DANA00001", top["id"] if top else "")

    first = client.views_open(trigger_id=trigger(), view=FORM)["view"]
    updated = client.views_update(view_id=first["id"], hash=first["hash"], view=FORM | {"title": plain("Again")})[
        "view"
    ]
    assert updated["hash"] != first["hash"]
    stale = error_of(client.views_update, view_id=first["id"], hash=first["hash"], view=FORM)
    assert stale["error"] == "hash_conflict"
    second = client.views_push(trigger_id=trigger(), view=FORM)["view"]
    client.views_push(trigger_id=trigger(), view=FORM)
    assert error_of(client.views_push, trigger_id=trigger(), view=FORM)["error"] == "push_limit_reached"
    assert second["previous_view_id"] == second["root_view_id"] == first["id"]
    slack.close_view("dana", (slack.modal("dana") or {})["id"], cleared=True)
    assert error_of(client.views_update, view_id=first["id"], view=FORM)["error"] == "not_found"


def test_a_stream_has_its_rules(slack: FakeSlack, client: WebClient, clock: Clock) -> None:
    root = slack.say("dana", "#cx", "hello").ts
    where: dict[str, Any] = {"channel": CX, "thread_ts": root}
    assert error_of(client.chat_startStream, **where)["error"] == "missing_recipient_team_id"
    whom: dict[str, Any] = {"recipient_team_id": slack.team_id, "recipient_user_id": "U0DANA00001"}
    ts = client.chat_startStream(**where, **whom, markdown_text="a")["ts"]
    chunk = {"type": "markdown_text", "text": "b"}
    mixed = error_of(client.chat_appendStream, channel=CX, ts=ts, chunks=[chunk])
    assert mixed["error"] == "streaming_mode_mismatch"
    assert error_of(client.chat_update, channel=CX, ts=ts, text="b")["error"] == "streaming_state_conflict"
    slack.expire_streams_after(1)
    client.chat_appendStream(channel=CX, ts=ts, markdown_text="b")
    clock.ahead += 2
    assert error_of(client.chat_stopStream, channel=CX, ts=ts)["error"] == "message_not_in_streaming_state"
    assert client.chat_update(channel=CX, ts=ts, text="whole")["ok"]
    assert slack.thread("#cx", root)[-1]["text"] == "whole"


def test_an_update_with_text_alone_takes_the_blocks_away(slack: FakeSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=CX, text="a", blocks=[{"type": "divider"}])["ts"]
    client.chat_update(channel=CX, ts=ts, text="b")
    assert "blocks" not in only(slack.messages("#cx"))
    said = slack.say("dana", "#cx", "mine")
    assert error_of(client.chat_update, channel=CX, ts=said.ts, text="b")["error"] == "cant_update_message"
    assert error_of(client.chat_delete, channel=CX, ts=said.ts)["error"] == "cant_delete_message"


def test_a_channel_may_be_closed_to_the_bot(slack: FakeSlack, client: WebClient) -> None:
    def post(channel: str) -> Any:
        return error_of(client.chat_postMessage, channel=channel, text="a")["error"]

    assert post("#random") == "not_in_channel"
    slack.kick_bot("#leads")
    assert post("#leads") == "channel_not_found"
    slack.delete_channel("#cx")
    assert (post(CX), post("#cx")) == ("channel_not_found", "channel_not_found")


def test_metadata_is_kept_and_given_on_demand(slack: FakeSlack, client: WebClient) -> None:
    metadata = {"event_type": "answer", "event_payload": {"id": "7"}}
    client.chat_postMessage(channel=CX, text="a", metadata=metadata)
    assert "metadata" not in client.conversations_history(channel=CX)["messages"][0]
    history = client.conversations_history(channel=CX, include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata
    wrong = error_of(client.chat_postMessage, channel=CX, text="a", metadata={"event_type": "answer"})
    assert wrong["error"] == "invalid_metadata_format"


def test_threads_are_counted_and_read(slack: FakeSlack, client: WebClient) -> None:
    root = slack.say("dana", "#cx", "hello").ts
    reply = client.chat_postMessage(channel=CX, text="a", thread_ts=root)["ts"]
    nested = client.chat_postMessage(channel=CX, text="b", thread_ts=reply)["message"]
    assert nested["thread_ts"] == root
    replies = client.conversations_replies(channel=CX, ts=root)["messages"]
    assert [message["text"] for message in replies] == ["hello", "a", "b"]
    assert replies[0]["reply_count"] == 2
    history = client.conversations_history(channel=CX)["messages"]
    assert [message["text"] for message in history] == ["hello"]
    assert error_of(client.chat_postMessage, channel=CX, text="a", thread_ts="1.2")["error"] == "thread_not_found"


def test_people_have_languages_and_time_zones(client: WebClient) -> None:
    people = client.users_list(include_locale=True)["members"]
    found = {one["name"]: (one["tz"], one["locale"], one["tz_offset"]) for one in people if not one["is_bot"]}
    assert found["omid"] == ("Asia/Tehran", "fa-IR", 12600)
    assert [found[name][:2] for name in ("dana", "ruth")] == [("Asia/Jerusalem", "he-IL"), ("Europe/London", "en-GB")]
    assert "locale" not in client.users_info(user="U0DANA00001")["user"]
    assert error_of(client.users_info, user="U0")["error"] == "user_not_found"


def test_channels_are_listed_page_by_page(client: WebClient) -> None:
    kinds = "public_channel,private_channel,im"
    pages = client.conversations_list(types=kinds, limit=2)
    names = [channel.get("name", "im") for page in pages for channel in page["channels"]]
    assert names == ["cx", "random", "leads", "im", "im", "im"]
    own = client.users_conversations(types="public_channel,private_channel")["channels"]
    assert [channel["name"] for channel in own] == ["cx", "leads"]
    dm = client.conversations_open(users="U0DANA00001")["channel"]["id"]
    assert client.conversations_info(channel=dm)["channel"]["user"] == "U0DANA00001"


def test_a_file_goes_up_in_three_steps_and_shows(slack: FakeSlack, client: WebClient) -> None:
    root = slack.say("dana", "#cx", "chart?").ts
    client.files_upload_v2(
        channel=CX, thread_ts=root, filename="a.png", content=b"\x89PNG", title="Chart", alt_txt="up"
    )
    file = only(slack.thread("#cx", root)[-1]["files"])
    assert (file["title"], file["alt_txt"], file["mimetype"], file["size"]) == ("Chart", "up", "image/png", 4)
    assert urllib.request.urlopen(f"{slack.url}page/files/{file['id']}").read() == b"\x89PNG"
    assert error_of(client.files_info, file=file["id"])["error"] == "missing_scope"


def test_a_response_address_takes_five_answers(slack: FakeSlack) -> None:
    url = slack.command("dana", "#cx", "/overheard").response_url

    def respond() -> int:
        data = json.dumps({"text": "a"}).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        try:
            return int(urllib.request.urlopen(request).status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    assert [respond() for _ in range(6)] == [200] * 5 + [404]
    assert len(slack.ephemerals("dana")) == 5


def test_an_ephemeral_message_is_seen_by_one(slack: FakeSlack, client: WebClient) -> None:
    client.chat_postEphemeral(channel=CX, user="U0RUTH00001", text="psst")
    assert (len(slack.ephemerals("ruth")), slack.ephemerals("dana"), slack.messages("#cx")) == (1, [], [])


def test_suggested_prompts_of_an_agent_take_no_thread(slack: FakeSlack, client: WebClient) -> None:
    dm = slack.dm("dana")
    prompts: list[dict[str, str]] = [{"title": "a", "message": "b"}]
    client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=prompts)
    assert slack.prompts(dm) == prompts
    root = slack.say("dana", dm, "hello").ts
    client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=prompts, thread_ts=root)
    assert slack.prompts(dm, root) == []


def test_reactions_links_and_cards(slack: FakeSlack, client: WebClient) -> None:
    ts = slack.say("dana", "#cx", "https://overheard.example/a/1").ts
    client.reactions_add(channel=CX, timestamp=ts, name="eyes")
    assert error_of(client.reactions_add, channel=CX, timestamp=ts, name="eyes")["error"] == "already_reacted"
    assert only(slack.messages("#cx"))["reactions"][0]["name"] == "eyes"
    client.chat_unfurl(channel=CX, ts=ts, unfurls={"https://overheard.example/a/1": {"blocks": [{"type": "divider"}]}})
    assert only(slack.messages("#cx"))["attachments"][0]["blocks"] == [{"type": "divider"}]
    assert client.chat_getPermalink(channel=CX, message_ts=ts)["permalink"].endswith(ts.replace(".", ""))


def page(slack: FakeSlack, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{slack.url}page/{path}", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            return json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_page_shows_what_one_person_sees(slack: FakeSlack, client: WebClient) -> None:
    client.chat_postEphemeral(channel=CX, user="U0RUTH00001", text="psst")
    error_of(client.team_info)
    ruth, dana = page(slack, "state?user=ruth"), page(slack, "state?user=dana")
    cx = {one["name"]: one["messages"] for one in ruth["channels"]}["cx"]
    assert [message["text"] for message in cx] == ["psst"]
    assert {one["name"]: one["messages"] for one in dana["channels"]}["cx"] == []
    assert [one["id"] for one in dana["channels"] if one["kind"] == "im"] == [slack.dm("dana")]
    assert dana["developer"]["problems"][0]["what"] == "missing scope team:read"
    assert page(slack, f"state?user=dana&since={dana['version']}") is None
    assert page(slack, "state?user=nobody") == 404


def test_the_page_and_its_parts_are_served(slack: FakeSlack) -> None:
    for part in ("", "page/main.js", "page/style.css", "page/charts.js"):
        assert urllib.request.urlopen(slack.url + part).status == 200
    request = urllib.request.Request(slack.url, headers={"Host": "attacker.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    refused.value.close()


def test_message_times_never_repeat(slack: FakeSlack) -> None:
    times = [slack.workspace.next_ts() for _ in range(2000)]
    assert times == sorted(set(times))
