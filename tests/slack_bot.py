"""The real Bolt app with the real SDK, over sockets or HTTP, against a Slack on this machine and a small store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.fake_slack.server import FakeSlack
from assistant import slackbot
from assistant.settings import Settings, SlackTable
from assistant.slack.tokens import Tokens, manifest
from assistant.slackbot import Bot
from assistant.wiring import Workspace
from mining import chats
from tests.engine_store import DECLINED, TODAY, engine_of, late, on, saying
from tests.fakes import keep

CX = "C0CX0000001"
PAINS = "top pain points in the last 30 days"
PAINS_HE = "מה נקודות הכאב המרכזיות ב-30 הימים האחרונים?"
PAINS_FA = "مهم‌ترین مشکلات مشتریان در ۳۰ روز اخیر چیست؟"


@dataclass
class Office:
    """A Slack, and the assistant in it."""

    fake: FakeSlack
    bot: Bot
    where: Workspace

    def answers(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """What the assistant has written in the thread of a message, complete messages only."""
        return [
            one
            for one in self.fake.thread(channel, ts)
            if one.get("bot_id") and (one.get("metadata") or {}).get("event_type") == "overheard_answer"
        ]

    def answer(self, channel: str, ts: str, number: int = 1) -> dict[str, Any]:
        """The first answer in a thread, or a later one, as soon as it stands there and the assistant knows it."""
        self.fake.wait_until(lambda: len(self.answers(channel, ts)) >= number)
        found = self.answers(channel, ts)[number - 1]
        self.fake.wait_until(lambda: chats.post_at(self.where.store, channel, found["ts"]))
        return found

    def asked(self, user: str, channel: str, text: str, **more: Any) -> dict[str, Any]:
        """What is answered to a message."""
        before = len(self.answers(channel, more["thread_ts"])) if "thread_ts" in more else 0
        done = self.fake.say(user, channel, text, **more)
        return self.answer(channel, more.get("thread_ts") or done.ts, before + 1)

    def mentioned(self, text: str) -> str:
        """A text that mentions the assistant."""
        return f"<@{self.fake.bot_user_id}> {text}"

    def idle(self) -> None:
        """Wait until nothing is on its way any more."""
        self.fake.wait_until(lambda: self.bot.parts.answering.nothing_flies())


def workspace(home: Path, api_url: str, **table: Any) -> Workspace:
    """A workspace in which twelve parcels were late and six cards declined, answered by a quick engine."""
    settings = Settings(slack=SlackTable(api_url=api_url, **table))
    where = Workspace(home, settings)
    if not where.store.holds_feedback():
        keep(where.store, *late(12, said_at=on(15)), stage="purchase", sentiment="negative")
        keep(where.store, *saying(DECLINED, 6, said_at=on(16)), stage="purchase", sentiment="negative")
    where.engine = engine_of(where.store)
    return where


def legacy() -> dict[str, Any]:
    """The manifest of an app that was installed before July 2026."""
    older = deepcopy(manifest())
    older["features"]["assistant_view"] = {"assistant_description": "Ask what customers say."}
    del older["features"]["agent_view"]
    events = older["settings"]["event_subscriptions"]["bot_events"]
    events.remove("app_context_changed")
    events += ["assistant_thread_started", "assistant_thread_context_changed"]
    return older


@contextmanager
def office(
    home: Path,
    given: Mapping[str, Any] | None = None,
    *,
    pace_s: float = 0.02,
    fake: FakeSlack | None = None,
    **table: Any,
) -> Iterator[Office]:
    """A Slack with the assistant connected over Socket Mode."""
    own = fake is None
    there = fake or FakeSlack(given or manifest(), resend_after=()).start()
    try:
        where = workspace(home, there.api_url, **table)
        bot = slackbot.build(where, Tokens(there.bot_token, there.app_token), as_of=TODAY, pace_s=pace_s)
        bot.start()
        try:
            bot.connect(there.app_token)
            there.wait_for_connection()
            yield Office(there, bot, where)
        finally:
            # The assistant hears of its own messages: an acknowledgement on its way when the line goes is an error.
            there.settle()
            # The SDK waits up to three seconds for the other side to say something.
            if bot.connection is not None:
                bot.connection.auto_reconnect_enabled = False
            there.drop_connections()
            bot.stop()
            where.store.close()
    finally:
        if own:
            there.stop()


def block_types(message: Mapping[str, Any]) -> list[str]:
    """The kinds of a message's blocks."""
    return [block["type"] for block in message.get("blocks") or ()]
