"""A small bot on the real Bolt, over sockets or over HTTP, to try the fake Slack with."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from slack_bolt import App
from slack_bolt.adapter.fastapi import SlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from api.fake_slack.server import FakeSlack

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Overheard"},
    "features": {
        "bot_user": {"display_name": "Overheard", "always_online": True},
        "agent_view": {"agent_description": "Answers about feedback"},
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "slash_commands": [{"command": "/overheard", "description": "Ask about feedback"}],
        "shortcuts": [
            {"name": "Add as feedback", "type": "message", "callback_id": "add", "description": "Keep a message"}
        ],
        "unfurl_domains": ["overheard.example"],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "assistant:write",
                "channels:history",
                "channels:read",
                "chat:write",
                "commands",
                "files:write",
                "groups:history",
                "im:history",
                "im:read",
                "im:write",
                "links:read",
                "links:write",
                "reactions:write",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_context_changed",
                "app_home_opened",
                "app_mention",
                "channel_left",
                "link_shared",
                "message.channels",
                "message.groups",
                "message.im",
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "text": plain("More"), "action_id": "more", "value": "7"}
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Why?"),
    "submit": plain("Send"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": plain("Reason"),
            "element": {"type": "plain_text_input", "action_id": "typed"},
        },
        {
            "type": "input",
            "block_id": "period",
            "optional": True,
            "label": plain("Period"),
            "element": {
                "type": "static_select",
                "action_id": "picked",
                "options": [{"text": plain("Week"), "value": "w"}, {"text": plain("Month"), "value": "m"}],
            },
        },
    ],
}


@dataclass
class Heard:
    """What reached the bot."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, Any]] = field(default_factory=list)

    def events(self, kind: str) -> list[dict[str, Any]]:
        found = [body["event"] for body in self.bodies if body.get("type") == "event_callback"]
        return [event for event in found if kind in (event["type"], event.get("subtype"))]

    def ids(self) -> list[str]:
        return [body["event_id"] for body in self.bodies if "event_id" in body]


def small_bot(slack: FakeSlack, heard: Heard, secret: str | None = None) -> App:
    """Answers mentions, streams in direct messages, takes the command, the button, the form, the shortcut."""
    quiet = logging.getLogger("small bot")
    quiet.setLevel(logging.CRITICAL)
    client = WebClient(token=slack.bot_token, base_url=slack.api_url, logger=quiet)
    app = App(client=client, signing_secret=secret or slack.signing_secret, logger=quiet)

    @app.middleware
    def listen(body: dict[str, Any], request: Any, next: Any) -> None:
        heard.bodies.append(body)
        heard.headers.append({name: values[0] for name, values in request.headers.items()})
        next()

    @app.event("app_mention")
    def mentioned(event: dict[str, Any], say: Any) -> None:
        blocks = [{"type": "actions", "elements": [BUTTON]}]
        say(text="12 of 34", blocks=blocks, thread_ts=event.get("thread_ts") or event["ts"])

    @app.event("message")
    def written(event: dict[str, Any], say_stream: Any, set_status: Any) -> None:
        if event["channel_type"] != "im" or event.get("bot_id") or event.get("subtype"):
            return
        set_status("is counting…", loading_messages=["Reading"])
        stream = say_stream(buffer_size=4)
        stream.append(markdown_text="**34** of 212")
        stream.append(chunks=[{"type": "task_update", "id": "1", "title": "Count", "status": "complete"}])
        stream.stop(blocks=[{"type": "actions", "elements": [BUTTON]}])

    @app.command("/overheard")
    def commanded(ack: Any, body: dict[str, Any], respond: Any) -> None:
        if body["text"] == "form":
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=FORM)
        elif body["text"] == "later":
            ack()
            respond(text="as promised", response_type="in_channel")
        else:
            ack(f"you said {body['text']}")

    @app.action("more")
    def pressed(ack: Any, action: dict[str, Any], respond: Any) -> None:
        ack()
        respond(text=f"more of {action['value']}", replace_original=True)

    @app.view("form")
    def sent(ack: Any, view: dict[str, Any], body: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if values["reason"]["typed"]["value"] == "no":
            ack(response_action="errors", errors={"reason": "Say more, please."})
            return
        ack()
        period = (values["period"]["picked"]["selected_option"] or {}).get("value")
        client.chat_postMessage(channel=body["user"]["id"], text=f"{values['reason']['typed']['value']} {period}")

    @app.view_closed("form")
    def closed(ack: Any) -> None:
        ack()

    @app.shortcut("add")
    def added(ack: Any, shortcut: dict[str, Any]) -> None:
        ack()
        who, where = shortcut["user"]["id"], shortcut["channel"]["id"]
        client.chat_postEphemeral(user=who, channel=where, text=f"kept: {shortcut['message']['text']}")

    @app.event("app_home_opened")
    def opened(event: dict[str, Any]) -> None:
        header = {"type": "header", "text": plain(f"Hello {event['tab']}")}
        zone = {"type": "external_select", "action_id": "zone", "min_query_length": 0}
        blocks = [header, {"type": "actions", "elements": [zone]}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.options("zone")
    def offered(ack: Any, body: dict[str, Any]) -> None:
        zones = [zone for zone in ("Asia/Tehran", "Europe/London") if body["value"].lower() in zone.lower()]
        ack(options=[{"text": plain(zone), "value": zone} for zone in zones])

    @app.event("app_context_changed")
    @app.event("channel_left")
    @app.event("link_shared")
    def noted() -> None:
        """It is enough that it came."""

    return app


@contextmanager
def over_sockets(slack: FakeSlack, app: App, connections: int = 1) -> Iterator[None]:
    """The bot in Socket Mode."""
    handlers = []
    before = slack.sockets.count
    for _ in range(connections):
        web_client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        handler = SocketModeHandler(app, slack.app_token, web_client=web_client, ping_interval=0.5)
        handler.connect()  # type: ignore[no-untyped-call]
        handlers.append(handler)
    slack.wait_for_connection(before + connections)
    try:
        yield
    finally:
        slack.settle()
        for handler in handlers:
            handler.close()  # type: ignore[no-untyped-call]


@contextmanager
def over_http(slack: FakeSlack, app: App) -> Iterator[None]:
    """The bot behind FastAPI; the fake Slack sends signed requests to it."""
    handler, api = SlackRequestHandler(app), FastAPI()

    @api.post("/slack/events")
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    with serving(api) as url:
        slack.request_url = f"{url}/slack/events"
        try:
            yield
        finally:
            slack.settle()
            slack.request_url = None


@contextmanager
def serving(api: FastAPI) -> Iterator[str]:
    """An application on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


class Clock:
    """The time, which a test may move."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def slack_with(manifest: dict[str, Any] = MANIFEST, **more: Any) -> FakeSlack:
    """A fake Slack that gives up soon."""
    return FakeSlack(manifest, **{"ack_timeout": 2.0, "resend_after": (0.05, 0.05, 0.05), **more})


def only(items: list[Any]) -> Any:
    """The one thing there is."""
    assert len(items) == 1, items
    return items[0]


def answer(slack: FakeSlack, channel: str = "#cx") -> dict[str, Any]:
    """The bot's first message there, waited for."""
    found: list[dict[str, Any]] = slack.wait_until(lambda: slack.messages(channel, bot_only=True))
    return found[0]
