"""What is due, over a real Slack client into a Slack on this machine: once each, in order, and found after a crash."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.fake_slack.server import FakeSlack
from api.fake_slack.state import Channel
from assistant import watch
from assistant.delivery import Deliveries
from assistant.engine import Engine
from assistant.scheduler import LEASE, Made, Scheduler, is_paused, key_of
from assistant.slack.posting import PACE_S, Posting
from assistant.slack.tokens import manifest
from assistant.slackbot import clients
from mining import chats, watches
from mining.store import Store
from mining.watches import Watch
from tests.engine_store import ASKER, DECLINED, TODAY, engine_of, late, on, saying
from tests.fakes import keep
from tests.slack_bot import CX, Office, office
from tests.watched import Clock, ticked

DUE = datetime(2026, 11, 23, 9, tzinfo=UTC)
MADE = DUE - timedelta(days=3)
BOT = FakeSlack.bot_user_id


@dataclass
class Place:
    """A store, a Slack, and the scheduler between them."""

    store: Store
    engine: Engine
    fake: FakeSlack
    work: Deliveries
    clock: Clock

    def scheduler(self, name: str = "me", **given: Any) -> Scheduler:
        return Scheduler(self.store, self.work, self.clock, name, **given)

    def watched(self, text: str | None = "top pain points last week", to: str = CX, **given: Any) -> Watch:
        wanted: dict[str, Any] = {"text": text, "to": to, "by": "slack:T:U0DANA00001", "now": MADE, **given}
        return watch.save(self.store, watch.propose(self.store, self.engine, ASKER, **wanted))

    def runs(self, one: Watch) -> list[str | None]:
        return [run.outcome for run in watches.history(self.store, one.id)]

    def sent(self, channel: str = CX) -> list[str]:
        """The keys of our messages in a channel, oldest first."""
        found = self.fake.messages(channel, bot_only=True)
        return [one["metadata"]["event_payload"]["event"] for one in found]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    from mining.database import open_engine

    store = Store(open_engine(f"sqlite:///{tmp_path_factory.mktemp('shop') / 'overheard.db'}")).open()
    keep(store, *late(9, said_at=on(17)), stage="purchase")
    keep(store, *saying(DECLINED, 4, said_at=on(18), source="calls"), stage="purchase", touchpoint="checkout")
    engine_of(store)
    yield store
    store.close()


@contextmanager
def placed(store: Store, pace_s: float = 0.0, **given: Any) -> Iterator[Place]:
    from sqlalchemy import delete

    from mining.schema import runs
    from mining.schema import watches as table

    with store.transaction() as connection:
        connection.execute(delete(table))
        connection.execute(delete(runs))
    clock = Clock(DUE)
    with FakeSlack(manifest(), resend_after=(), clock=lambda: clock().timestamp()) as fake:
        posting = Posting(clients(fake.bot_token, fake.api_url)[1], store, clock, pace_s=pace_s)
        engine = engine_of(store)
        work = Deliveries(store, engine, lambda: ASKER, clock, posting, team=fake.team_id, **given)
        yield Place(store, engine, fake, work, clock)
        posting.close()


@pytest.fixture
def place(shop: Store) -> Iterator[Place]:
    with placed(shop) as one:
        yield one


# --- what arrives ---------------------------------------------------------------------------------------------------


def test_an_answer_arrives_with_its_numbers_and_its_buttons(place: Place) -> None:
    one = place.watched()
    scheduler = place.scheduler()
    ticked(scheduler)
    ticked(scheduler)
    scheduler.stop()
    [message] = place.fake.messages(CX, bot_only=True)
    live = place.engine.ask("top pain points last week", ASKER.__class__(DUE.date()))
    assert live.headline in message["text"].replace("&amp;", "&")
    assert place.sent() == [key_of(one.id, DUE)]
    assert place.runs(one) == ["sent"]
    assert place.fake.problems == []
    post = chats.post_at(place.store, CX, message["ts"])
    assert post is not None
    assert post.answer_id


def test_a_digest_arrives_whole_in_its_language(place: Place) -> None:
    place.watched(None, kind="digest", language="he")
    scheduler = place.scheduler()
    ticked(scheduler)
    scheduler.stop()
    [message] = place.fake.messages(CX, bot_only=True)
    assert len(message["blocks"]) <= 50
    assert "9" in message["text"]
    assert place.fake.problems == []


def test_private_sources_are_not_quoted_where_others_read_along(shop: Store) -> None:
    with placed(shop, private_sources=frozenset({"calls"})) as place:
        place.watched("5 customer quotes about checkout last week", CX)
        place.watched("5 customer quotes about checkout last week", "U0DANA00001")
        scheduler = place.scheduler()
        ticked(scheduler)
        scheduler.stop()
        [public] = place.fake.messages(CX, bot_only=True)
        [private] = place.fake.messages("D0DANA00001", bot_only=True)
        words = DECLINED.examples["en"][0][:20]
        assert words not in str(public)
        assert words in str(private)


def test_a_channel_may_be_named(place: Place) -> None:
    one = place.watched(to="#cx")
    scheduler = place.scheduler()
    ticked(scheduler)
    scheduler.stop()
    [run] = watches.history(place.store, one.id)
    assert run.note.startswith(f"{CX}/")


def test_people_go_on_from_what_was_sent(tmp_path: Path) -> None:
    with office(tmp_path) as cx:
        assert isinstance(cx, Office)
        clock = Clock(datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=9))
        work = Deliveries(
            cx.where.store, cx.where.engine, lambda: ASKER, clock, cx.bot.parts.posting, team=cx.bot.parts.team
        )
        made = watch.propose(
            cx.where.store, cx.where.engine, ASKER, to=CX, by="me", now=clock() - timedelta(days=2),
            text="top pain points in the last 30 days", schedule="0 9 * * *",
        )  # fmt: skip
        watch.save(cx.where.store, made)
        scheduler = Scheduler(cx.where.store, work, clock, "me")
        ticked(scheduler)
        scheduler.stop()
        [message] = cx.answers(CX, cx.fake.messages(CX, bot_only=True)[-1]["ts"])
        answer = cx.asked("ruth", CX, cx.mentioned("#2"), thread_ts=message["ts"])
        assert "6" in answer["text"]


# --- many at once ---------------------------------------------------------------------------------------------------


def test_two_hundred_due_at_nine_drain_in_order_none_lost_none_doubled(shop: Store) -> None:
    with placed(shop) as place:
        channels = [
            Channel(f"C0MANY{number:05}", f"many{number}", "channel", {place.fake.bot_user_id}) for number in range(20)
        ]
        for channel in channels:
            place.fake.workspace.add_channel(channel)
        made = [place.watched("how many complaints last week", channels[number % 20].id) for number in range(200)]
        both = [place.scheduler(name, workers=4) for name in ("one", "two")]
        begun = [job for scheduler in both for job in scheduler.tick()]
        for job in begun:
            job.result(120)
        for channel in channels:
            assert sorted(place.sent(channel.id)) == sorted(key_of(one.id, DUE) for one in made if one.to == channel.id)
        for scheduler in both:
            ticked(scheduler)
            scheduler.stop()
        assert sum(len(place.sent(channel.id)) for channel in channels) == 200
        assert watches.unfinished(place.store) == []


def test_one_channel_gets_one_message_a_second_in_the_order_of_its_watches(shop: Store) -> None:
    from time import monotonic

    with placed(shop, pace_s=PACE_S) as place:
        text = "how many complaints last week"
        made = [place.watched(text, now=MADE + timedelta(seconds=number)) for number in range(3)]
        scheduler = place.scheduler()
        began = monotonic()
        ticked(scheduler)
        scheduler.stop()
        assert place.sent() == [key_of(one.id, DUE) for one in made]
        assert monotonic() - began >= 2 * PACE_S


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_slack_that_wants_it_later_gets_it_later_once(place: Place) -> None:
    one = place.watched()
    place.fake.refuse("chat.postMessage", "ratelimited", times=2, retry_after=0.01)
    scheduler = place.scheduler()
    ticked(scheduler)
    scheduler.stop()
    assert place.sent() == [key_of(one.id, DUE)]


def test_a_channel_that_is_gone_pauses_its_watch_and_tells_its_owner(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    one = place.watched(to="C0GONE00001")
    other = place.watched()
    scheduler = place.scheduler()
    ticked(scheduler)
    scheduler.stop()
    kept = watches.get(place.store, one.id)
    assert kept is not None
    assert is_paused(kept)
    assert (place.runs(one), place.runs(other)) == (["failed"], ["sent"])
    [notice] = place.fake.messages("D0DANA00001", bot_only=True)
    assert f"overheard watches resume {one.id}" in notice["text"]
    assert "C0GONE00001" in notice["text"]


def test_a_message_that_a_crash_left_unnoted_is_found_by_its_key(place: Place) -> None:
    one = place.watched()
    watches.claim(place.store, one.id, DUE, "elsewhere:1:dead", DUE)
    watches.mark(place.store, one.id, DUE, "elsewhere:1:dead", "sending")
    made = place.work.make(one, DUE, late=False)
    assert isinstance(made, Made)
    place.work.send(one, made, key_of(one.id, DUE))
    place.clock.now = DUE + LEASE + timedelta(minutes=1)
    scheduler = place.scheduler()
    ticked(scheduler)
    scheduler.stop()
    assert place.sent() == [key_of(one.id, DUE)]
    [run] = watches.history(place.store, one.id)
    assert run.outcome == "sent"
    assert run.note.endswith("found afterwards")


def test_a_message_that_a_crash_prevented_is_sent_late_and_says_so(place: Place) -> None:
    one = place.watched()
    watches.claim(place.store, one.id, DUE, "elsewhere:1:dead", DUE)
    watches.mark(place.store, one.id, DUE, "elsewhere:1:dead", "sending")
    place.clock.now = DUE + timedelta(hours=2)
    scheduler = place.scheduler()
    ticked(scheduler)
    scheduler.stop()
    [message] = place.fake.messages(CX, bot_only=True)
    assert place.runs(one) == ["sent"]
    assert "sent late" in str(message["blocks"])


def test_where_nobody_can_look_it_is_uncertain_and_not_sent_again(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    one = place.watched()
    watches.claim(place.store, one.id, DUE, "elsewhere:1:dead", DUE)
    watches.mark(place.store, one.id, DUE, "elsewhere:1:dead", "sending")
    place.fake.refuse("conversations.history", "missing_scope", times=5)
    place.clock.now = DUE + timedelta(hours=2)
    scheduler = place.scheduler()
    ticked(scheduler)
    scheduler.stop()
    assert place.sent() == []
    assert place.runs(one) == ["uncertain"]
    assert one.id in caplog.text
