"""The app's manifest asks for what the handlers and calls need, and for nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from api.fake_slack.manifest import EVENT_SCOPES, Manifest
from api.fake_slack.methods import METHODS
from assistant import slackbot
from assistant.slack import commands
from assistant.slack.tokens import SCOPES, manifest
from tests.slack_bot import legacy

REPOSITORY = Path(__file__).parents[2]
CODE = sorted((REPOSITORY / "assistant" / "slack").glob("*.py"))
# Of the older assistant view, for apps that have it in a manifest of their own.
OLDER = {"assistant_thread_started", "assistant_thread_context_changed"}
# Methods by the names that the SDK gives them, and those that it calls for others.
CALLED = re.compile(
    r"\.((?:chat|views|users|reactions|conversations|assistant_threads|files|auth|apps|team|bots)_\w+)\("
)
BEHIND = {
    "files_upload_v2": ("files.getUploadURLExternal", "files.completeUploadExternal"),
    "chat_stream": ("chat.startStream", "chat.appendStream", "chat.stopStream"),
}


class Listening(App):
    """An app that notes what its handlers listen to."""

    def __init__(self) -> None:
        super().__init__(client=WebClient("xoxb-1"), signing_secret="s", token_verification_enabled=False)
        self.heard: set[tuple[str, str]] = set()

    def event(self, event: Any, *more: Any, **named: Any) -> Any:
        return self._noting("event", event, super().event(event, *more, **named))

    def command(self, command: Any, *more: Any, **named: Any) -> Any:
        return self._noting("command", command, super().command(command, *more, **named))

    def shortcut(self, constraints: Any, *more: Any, **named: Any) -> Any:
        return self._noting("shortcut", constraints, super().shortcut(constraints, *more, **named))

    def _noting(self, kind: str, what: Any, made: Any) -> Any:
        told = what.get("callback_id") or what.get("type") if isinstance(what, dict) else what
        if isinstance(told, str):
            self.heard.add((kind, told))
        return made

    def of(self, kind: str) -> set[str]:
        return {what for told, what in self.heard if told == kind}


@pytest.fixture(scope="module")
def app() -> Listening:
    """Every handler registered, without a Slack: nothing is sent."""
    parts: Any = type("NoParts", (), dict.fromkeys(("answering", "prompts", "posting", "work", "team")))()
    made = Listening()
    slackbot.register(made, parts)
    return made


def test_the_manifest_in_the_repository_is_the_one_that_is_shipped() -> None:
    assert json.loads((REPOSITORY / "slack" / "manifest.json").read_text()) == manifest()


def test_every_event_that_a_handler_hears_is_subscribed_to_with_its_scope(app: Listening) -> None:
    heard = app.of("event") - {"message"}
    assert {"app_mention", "app_home_opened", "app_context_changed"} <= heard
    for event in [*sorted(heard - OLDER), "message.im", "message.channels", "message.groups"]:
        assert Manifest(manifest()).refuses_event(event) == ""
    for event in OLDER:
        assert Manifest(legacy()).refuses_event(event) == ""


def test_every_event_that_is_subscribed_to_is_heard(app: Listening) -> None:
    assert {event.partition(".")[0] for event in Manifest(manifest()).events} == app.of("event")


def test_every_command_and_shortcut_that_is_heard_is_declared_and_the_other_way_round(app: Listening) -> None:
    declared = Manifest(manifest())
    assert app.of("command") == {one["command"] for one in declared.commands} == {commands.COMMAND}
    assert app.of("shortcut") == {one["callback_id"] for one in declared.shortcuts}
    for callback in app.of("shortcut"):
        assert declared.refuses_shortcut(callback, "message") == ""


def called() -> set[str]:
    """The Web API methods that the code calls, itself or through the libraries."""
    known = {name.replace(".", "_"): name for name in METHODS}
    names = {name for path in CODE for name in CALLED.findall(path.read_text(encoding="utf-8"))}
    names |= {"assistant_threads_setStatus", "chat_stream", "apps_connections_open"}
    return {method for name in names for method in BEHIND.get(name) or (known[name],)}


def test_every_method_that_is_called_is_allowed_by_a_scope() -> None:
    scopes = Manifest(manifest())
    for name in sorted(called()):
        assert scopes.lacks(METHODS[name].scopes) == "", name


def test_no_scope_is_asked_for_that_nothing_needs() -> None:
    asked = Manifest(manifest()).scopes
    assert asked == set(SCOPES)
    by_events = {scope for event in Manifest(manifest()).events for scope in EVENT_SCOPES.get(event, ())}
    by_calls = {scope for name in called() for scope in METHODS[name].scopes}
    assert asked <= by_events | by_calls | {"commands"}


def test_what_a_person_reads_in_the_manifest_is_within_its_limits() -> None:
    told = manifest()
    assert len(told["display_information"]["name"]) <= 35
    assert len(told["display_information"]["description"]) <= 140
    assert len(told["features"]["agent_view"]["agent_description"]) <= 300
    assert len(told["features"]["agent_view"]["suggested_prompts"]) <= 4
    assert all(len(one["name"]) <= 24 for one in told["features"]["shortcuts"])
    assert told["settings"]["socket_mode_enabled"] is True
    assert told["features"]["app_home"]["messages_tab_read_only_enabled"] is False
