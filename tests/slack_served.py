"""The assistant over HTTP: the real endpoint on a port of its own, to which the fake Slack sends signed requests."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from api.app import create
from api.fake_slack.server import FakeSlack
from assistant import slackbot
from assistant.slack.tokens import Tokens, manifest
from tests.engine_store import TODAY
from tests.slack_bot import Office, workspace

EVENTS = "/slack/events"


@contextmanager
def served(home: Path) -> Iterator[Office]:
    """A Slack with the assistant behind an HTTP endpoint."""
    with FakeSlack(manifest(), resend_after=()) as fake, socket.socket() as listening:
        where = workspace(home, fake.api_url)
        bot = slackbot.build(where, Tokens(fake.bot_token, secret=fake.signing_secret), as_of=TODAY, pace_s=0.02)
        listening.bind(("127.0.0.1", 0))
        app = create(where, bolt=bot.app, secret=fake.signing_secret)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        fake.request_url = f"http://127.0.0.1:{listening.getsockname()[1]}{EVENTS}"
        try:
            yield Office(fake, bot, where)
        finally:
            server.should_exit = True
            thread.join()
            bot.stop()
            where.store.close()
