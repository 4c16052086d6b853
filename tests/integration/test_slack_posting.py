"""Messages of ours reach Slack in order, at its pace, and a place that takes none is named."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.renderers.slack import notice
from assistant.slack.posting import EVENT_TYPE, Order
from assistant.slack.refusals import Undeliverable
from connectors.errors import AuthFailed, RateLimited
from mining import chats
from tests.slack_bot import CX, Office, office

LEADS = "C0LEADS0001"


@pytest.fixture
def cx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office"), pace_s=1.0) as one:
        yield one


def test_many_at_once_drain_in_order_with_one_message_a_second_in_each_channel(cx: Office) -> None:
    cx.fake.enforce_rate()
    posting = cx.bot.parts.posting
    orders = [
        Order(channel, notice(f"number {number}", "en"), f"{channel} {number}")
        for number in range(4)
        for channel in (CX, LEADS, cx.fake.dm("ruth"))
    ]
    with ThreadPoolExecutor() as pool:
        posted = list(pool.map(lambda future: future.result(30), [posting.put(order) for order in orders]))
    assert cx.fake.too_fast == []
    assert [call.ok for call in cx.fake.calls_of("chat.postMessage")] == [True] * 12
    for channel in (CX, LEADS, cx.fake.dm("ruth")):
        told = [one["text"] for one in cx.fake.messages(channel, bot_only=True)]
        assert told == [f"number {number}" for number in range(4)]
    assert {chats.post_at(cx.where.store, one.channel, one.ts) is not None for one in posted} == {True}


def test_a_message_is_found_again_by_its_key(cx: Office) -> None:
    posting = cx.bot.parts.posting
    posted = posting.post("#cx", notice("the digest", "en"), key="digest@2026-11-22")
    assert posted.channel == CX
    assert cx.fake.messages(CX)[-1]["metadata"]["event_type"] == EVENT_TYPE
    found = posting.find(Order(CX, notice("the digest", "en"), "digest@2026-11-22"))
    assert found is not None
    assert found.ts == posted.ts
    assert posting.find(Order(CX, notice("the digest", "en"), "digest@2026-11-29")) is None


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ("channel_not_found", Undeliverable), ("is_archived", Undeliverable), ("account_inactive", Undeliverable),
        ("token_revoked", AuthFailed), ("missing_scope", AuthFailed),
    ],
)  # fmt: skip
def test_what_cannot_be_posted_is_not_tried_again_and_says_why(cx: Office, error: str, raised: type[Exception]) -> None:
    cx.fake.refuse("chat.postMessage", error, times=9)
    with pytest.raises(raised, match=error):
        cx.bot.parts.posting.post(CX, notice("x", "en"), key="k")
    assert len(cx.fake.calls_of("chat.postMessage")) == 1


def test_asked_to_wait_again_and_again_it_gives_up_and_says_for_how_long(cx: Office) -> None:
    cx.fake.refuse("chat.postMessage", "ratelimited", times=99, retry_after=1)
    cx.bot.parts.posting.tries = 2
    with pytest.raises(RateLimited) as waiting:
        cx.bot.parts.posting.post(CX, notice("x", "en"), key="k")
    assert waiting.value.retry_after == 1
    assert len(cx.fake.calls_of("chat.postMessage")) == 2


def test_a_post_of_which_nobody_knows_whether_it_arrived_is_looked_for_first(cx: Office) -> None:
    posting = cx.bot.parts.posting
    posted = posting.post(CX, notice("x", "en"), key="k")
    cx.fake.refuse("chat.postMessage", "internal_error", times=1)
    again = posting.post(CX, notice("x", "en"), key="k")
    assert again.ts == posted.ts
    assert len(cx.fake.messages(CX, bot_only=True)) == 1
