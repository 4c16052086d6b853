"""What people can do in Slack: write, press, fill in forms, open tabs, throw the bot out."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.fake_slack import events
from api.fake_slack.forms import Forms
from api.fake_slack.interactions import NotPossible, action, block_actions, find_element, options_of
from api.fake_slack.limits import findings
from api.fake_slack.methods_files import as_shown
from api.fake_slack.methods_views import as_sent
from api.fake_slack.record import Ack, Json, Undelivered
from api.fake_slack.state import (
    APP,
    BOT_USER,
    RESPONSE_LIVES,
    TEAM,
    TEAM_NAME,
    Channel,
    ResponseUrl,
    StoredFile,
    User,
)
from api.fake_slack.typed import typed
from api.fake_slack.web_api import Desk

TOKEN: Final = "verification-token-of-the-fake"  # noqa: S105 an old field of Slack's that nobody checks
LINK: Final = re.compile(r"https?://([^\s/>|]+)[^\s>|]*")


@dataclass(frozen=True)
class Done:
    """What became of something that a person did: the message's time, if any, and each delivery's fate."""

    ts: str = ""
    acks: tuple[Ack, ...] = ()
    event_ids: tuple[str, ...] = ()
    trigger_id: str = ""
    response_url: str = ""

    @property
    def acked(self) -> bool:
        """Whether all of it was delivered and acknowledged."""
        return bool(self.acks) and all(ack.acked for ack in self.acks)

    @property
    def latency(self) -> float:
        """Seconds to the slowest acknowledgement."""
        return max((ack.latency for ack in self.acks), default=0.0)

    @property
    def body(self) -> Any:
        """What the app answered in its (first) acknowledgement."""
        return next((ack.body for ack in self.acks), None)

    @property
    def event_id(self) -> str:
        """The id of the first event, for redelivery."""
        return next(iter(self.event_ids), "")

    @property
    def reason(self) -> str:
        """Why something was not delivered; empty when all was."""
        return next((ack.reason for ack in self.acks if ack.reason), "")


class People:
    """Everything a person can do. ``user`` is an id or a first name, ``channel`` an id, ``#name`` or a person's id."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._forms = Forms(desk)

    # Finding out who and where ---------------------------------------------------------------------------------------

    def _user(self, user: str) -> User:
        found = self.desk.workspace.find_user(user)
        if found is None:
            raise NotPossible(f"nobody is called {user}")
        return found

    def _channel(self, channel: str, user: User | None = None) -> Channel:
        found = self.desk.workspace.find_channel(channel)
        if found is None:
            raise NotPossible(f"there is no channel {channel}")
        if user is not None and user.id not in found.members:
            raise NotPossible(f"{user.name} is not in {channel}")
        return found

    def dm(self, user: str) -> str:
        """The id of a person's direct message with the app."""
        return self.desk.workspace.dm_of(self._user(user).id).id

    # Writing ---------------------------------------------------------------------------------------------------------

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[Mapping[str, Any]] = (),
        broadcast: bool = False,
    ) -> Done:
        """Write a message as typed: Slack escapes it, ``@botname`` is a mention. Files: ``{"name", "content"}``."""
        who, where = self._user(user), self._channel(channel)
        if where.kind != "im" and who.id not in where.members:
            raise NotPossible(f"{who.name} is not in {channel}")
        if where.kind == "im" and not self.desk.manifest.takes_messages:
            raise NotPossible("the manifest lets nobody write to the app (features.app_home.messages_tab_enabled)")
        message = self._written(who, text, thread_ts, files)
        if broadcast and thread_ts:
            message["subtype"] = "thread_broadcast"
        for file in message.get("files", ()):
            self.desk.workspace.files[file["id"]].shared.append(where.id)
        self.desk.workspace.post(where.id, message)
        return self._tell(message["ts"], self._events_of(where, message))

    def _written(self, who: User, text: str, thread_ts: str | None, files: Sequence[Mapping[str, Any]]) -> Json:
        ts = self.desk.workspace.next_ts()
        sent, block = typed(self.desk.workspace, text)
        message: Json = {"type": "message", "user": who.id, "team": TEAM, "ts": ts, "text": sent}
        message["blocks"] = [block] if text else []
        message["client_msg_id"] = self.desk.workspace.new_id("m")
        if thread_ts:
            message["thread_ts"] = thread_ts
        if files:
            message |= {"subtype": "file_share", "files": [self._kept(who, file) for file in files], "upload": False}
        return message

    def _kept(self, who: User, given: Mapping[str, Any]) -> Json:
        name, content = str(given["name"]), given.get("content", b"")
        data = content.encode() if isinstance(content, str) else bytes(content)
        mimetype = given.get("mimetype") or mimetypes.guess_type(name)[0] or "application/octet-stream"
        workspace = self.desk.workspace
        file = StoredFile(workspace.new_id("F"), name, name, mimetype, who.id, int(workspace.clock()), content=data)
        workspace.files[file.id] = file
        return as_shown(self.desk.base_url, file)

    def _events_of(self, where: Channel, message: Json) -> list[tuple[str, Json]]:
        told = []
        if BOT_USER in where.members:
            told.append(events.message_event(where, message))
            if f"<@{BOT_USER}>" in message["text"] and where.kind != "im":
                told.append(events.mention_event(where, message))
        elif f"<@{BOT_USER}>" in message["text"]:
            reason = f"the bot is not in {where.name}"
            self.desk.record.undelivered.append(Undelivered("app_mention", reason, message))
        domains = self.desk.manifest.at("features", "unfurl_domains") or ()
        links = [
            {"url": found.group(), "domain": found.group(1)}
            for found in LINK.finditer(message["text"])
            if any(found.group(1).split(":")[0].endswith(domain) for domain in domains)
        ]
        if links and BOT_USER in where.members:
            ts = self.desk.workspace.next_ts()
            told.append(("link_shared", events.link_event(where.id, message["user"], message["ts"], links, ts)))
        return told

    def _tell(self, ts: str, told: Sequence[tuple[str, Json]]) -> Done:
        results = [self.desk.courier.event(name, event) for name, event in told]
        sent = [(event_id, ack) for event_id, ack in results if event_id]
        acks = tuple(ack for _, ack in sent) or tuple(ack for _, ack in results)
        return Done(ts, acks, tuple(event_id for event_id, _ in sent))

    def edit(self, user: str, channel: str, ts: str, text: str) -> Done:
        """Change a message of one's own."""
        where, message = self._own(user, channel, ts)
        before = dict(message)
        with self.desk.workspace.lock:
            sent, block = typed(self.desk.workspace, text)
            edited = {"user": message["user"], "ts": self.desk.workspace.next_ts()}
            message |= {"text": sent, "blocks": [block], "edited": edited}
        self.desk.workspace.touch()
        told = [events.changed_event(where, message, before, self.desk.workspace.next_ts())]
        return self._tell(ts, told if BOT_USER in where.members else [])

    def delete(self, user: str, channel: str, ts: str) -> Done:
        """Take a message of one's own back."""
        where, message = self._own(user, channel, ts)
        with self.desk.workspace.lock:
            self.desk.workspace.posts[where.id].remove(message)
        self.desk.workspace.touch()
        told = [events.deleted_event(where, message, self.desk.workspace.next_ts())]
        return self._tell(ts, told if BOT_USER in where.members else [])

    def _own(self, user: str, channel: str, ts: str) -> tuple[Channel, Json]:
        who, where = self._user(user), self._channel(channel)
        message = self.desk.workspace.message(where.id, ts)
        if message is None or message["user"] != who.id:
            raise NotPossible(f"{who.name} has written no message {ts} in {channel}")
        return where, message

    # Commands, shortcuts, presses ------------------------------------------------------------------------------------

    def command(self, user: str, channel: str, command: str, text: str = "") -> Done:
        """Type a slash command; what the app answers in its acknowledgement is shown to that person."""
        who, where = self._user(user), self._channel(channel)
        given = ResponseUrl(where.id, who.id, self.desk.workspace.clock() + RESPONSE_LIVES)
        payload: Json = {
            "token": TOKEN,
            "team_id": TEAM,
            "team_domain": TEAM_NAME.lower(),
            "channel_id": where.id,
            "channel_name": where.name if where.kind == "channel" else _PRIVATE_NAMES[where.kind],
            "user_id": who.id,
            "user_name": who.name,
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._response_url(given),
            "trigger_id": self.desk.workspace.new_trigger(who.id),
        }
        if reason := self.desk.manifest.refuses_command(command):
            return self._never("command", reason, payload)
        ack = self.desk.courier.once("command", payload)
        self._show_answer(ack, given)
        return Done("", (ack,), (), payload["trigger_id"], payload["response_url"])

    def _show_answer(self, ack: Ack, given: ResponseUrl) -> None:
        if isinstance(ack.body, dict) and (ack.body.get("text") or ack.body.get("blocks")):
            self._forms.respond(given, ack.body)

    def _never(self, kind: str, reason: str, payload: Json) -> Done:
        self.desk.record.undelivered.append(Undelivered(kind, reason, payload))
        self.desk.workspace.touch()
        return Done(acks=(Ack(False, 0.0, reason=reason),))

    def _response_url(self, given: ResponseUrl) -> str:
        return f"{self.desk.base_url}/response/{self.desk.workspace.new_response(given)}"

    def _about(self, who: User, where: Channel | None) -> Json:
        """The parts that all interactions share."""
        about: Json = {
            "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": TEAM},
            "team": {"id": TEAM, "domain": TEAM_NAME.lower()},
            "api_app_id": APP,
            "token": TOKEN,
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if where is not None:
            about["channel"] = {"id": where.id, "name": where.name or "directmessage"}
        return about

    def shortcut(self, user: str, callback_id: str, message: str | None = None, channel: str | None = None) -> Done:
        """Use a shortcut: on a message (its time and channel), or a global one."""
        who = self._user(user)
        where = self._channel(channel, who) if channel else None
        payload = self._about(who, where) | {"callback_id": callback_id, "action_ts": self.desk.workspace.next_ts()}
        payload["trigger_id"] = self.desk.workspace.new_trigger(who.id)
        if where is None or message is None:
            payload["type"] = "shortcut"
            reason = self.desk.manifest.refuses_shortcut(callback_id, "global")
        else:
            post = self.desk.workspace.message(where.id, message)
            if post is None:
                raise NotPossible(f"there is no message {message} in {channel}")
            given = ResponseUrl(where.id, who.id, self.desk.workspace.clock() + RESPONSE_LIVES, post["ts"])
            payload |= {"type": "message_action", "message_ts": message, "message": events.public(post)}
            payload["response_url"] = self._response_url(given)
            reason = self.desk.manifest.refuses_shortcut(callback_id, "message")
        if reason:
            return self._never("shortcut", reason, payload)
        ack = self.desk.courier.once("interaction", payload)
        return Done("", (ack,), (), payload["trigger_id"], payload.get("response_url", ""))

    def press(
        self, user: str, where: str, action_id: str, value: Any = None, channel: str | None = None, forge: bool = False
    ) -> Done:
        """Press a button or choose in a menu, in a message (its time, with ``channel``) or a view (its id).

        With ``forge`` the element need not be there: an old message, or an app that sends what it never showed.
        """
        who = self._user(user)
        place, blocks = self._forms.place(who, where, self._channel(channel) if channel else None)
        if forge:
            block: Json = {"block_id": "forged", "type": "actions"}
            element: Json = {"type": "button", "action_id": action_id, "value": value}
            element["text"] = {"type": "plain_text", "text": "forged"}
        else:
            block, element = find_element(blocks, action_id, value)
        what = action(block, element, value, self.desk.workspace.next_ts())
        payload = block_actions(self._about(who, None)["user"], what, self._about(who, None) | place)
        in_view = place.get("view", {}).get("id", "")
        payload["trigger_id"] = self.desk.workspace.new_trigger(who.id, in_view)
        if in_view:
            self._forms.choose(in_view, block, element, what)
        if response := place.pop("response", None):
            payload["response_url"] = self._response_url(response)
        payload.pop("response", None)
        if reason := self.desk.manifest.refuses_interaction():
            return self._never("interaction", reason, payload)
        ack = self.desk.courier.once("interaction", payload)
        return Done("", (ack,), (), payload["trigger_id"], payload.get("response_url", ""))

    def suggest(self, user: str, where: str, action_id: str, query: str, channel: str | None = None) -> list[Json]:
        """The options that the app offers in a menu of its own (``external_select``) for what was typed so far."""
        who = self._user(user)
        place, blocks = self._forms.place(who, where, self._channel(channel) if channel else None)
        block, element = find_element(blocks, action_id)
        place.pop("response", None)
        asked = {"type": "block_suggestion", "action_id": action_id, "block_id": block["block_id"], "value": query}
        ack = self.desk.courier.once("interaction", self._about(who, None) | place | asked)
        answer = ack.body if isinstance(ack.body, dict) else {}
        self.desk.record.note("block_suggestion", findings("block_suggestion", answer), self.desk.workspace.clock())
        return options_of(answer | {"type": element["type"]})

    # Forms and tabs --------------------------------------------------------------------------------------------------

    def submit(self, user: str, view_id: str, values: Mapping[str, Any] | None = None) -> Done:
        """Send a modal with what was typed, by block id or action id. Errors that the app names stay on the view."""
        who = self._user(user)
        payload = self._forms.submission(who, view_id, values or {}) | self._about(who, None)
        payload["trigger_id"] = self.desk.workspace.new_trigger(who.id, view_id)
        if reason := self.desk.manifest.refuses_interaction():
            return self._never("interaction", reason, payload)
        ack = self.desk.courier.once("interaction", payload)
        if ack.acked:
            self._forms.after_submission(who, view_id, ack.body)
        return Done("", (ack,), (), payload["trigger_id"])

    def close_view(self, user: str, view_id: str, cleared: bool = False) -> Done:
        """Close a modal; the app hears of it if the view asks for that (``notify_on_close``)."""
        who = self._user(user)
        view = self._forms.close(who, view_id, cleared=cleared)
        if not view.view.get("notify_on_close"):
            return Done()
        payload = self._about(who, None) | {"type": "view_closed", "view": as_sent(view), "is_cleared": cleared}
        return Done("", (self.desk.courier.once("interaction", payload),))

    def open_home(self, user: str, tab: str = "home") -> Done:
        """Open the app's ``home`` or ``messages`` tab."""
        who = self._user(user)
        workspace = self.desk.workspace
        view = workspace.views.get(workspace.homes.get(who.id, "")) if tab == "home" else None
        channel = workspace.dm_of(who.id).id
        event = events.home_event(who.id, channel, tab, workspace.next_ts(), as_sent(view) if view else None)
        return self._tell("", [("app_home_opened", event)])

    def open_dm(self, user: str) -> Done:
        """Open the conversation with the app: its messages tab, or a new thread of the older assistant view."""
        who = self._user(user)
        if self.desk.manifest.at("features", "assistant_view") is None:
            return self.open_home(user, "messages")
        workspace = self.desk.workspace
        channel = workspace.dm_of(who.id).id
        ts = workspace.next_ts()
        first: Json = {"type": "message", "subtype": "assistant_app_thread", "user": BOT_USER, "ts": ts}
        workspace.post(channel, first | {"thread_ts": ts, "text": "New Assistant Thread", "team": TEAM})
        event = events.thread_started_event(who.id, channel, ts, workspace.next_ts())
        return self._tell(ts, [("assistant_thread_started", event)])

    def app_context_changed(self, user: str, channel: str | None = None, message_ts: str | None = None) -> Done:
        """Let the app know at what a person looks beside it: a channel, a message, or nothing."""
        who = self._user(user)
        entities: list[Json] = []
        if channel:
            where = self._channel(channel)
            entities = [{"type": "slack#/types/channel_id", "value": where.id, "team_id": TEAM}]
            if message_ts:
                value = {"channel_id": where.id, "message_ts": message_ts}
                entities.insert(0, {"type": "slack#/types/message_context", "value": value, "team_id": TEAM})
        dm = self.desk.workspace.dm_of(who.id).id
        event = events.context_event(who.id, dm, entities, self.desk.workspace.next_ts())
        return self._tell("", [("app_context_changed", event)])

    # Channels come and go --------------------------------------------------------------------------------------------

    def invite_bot(self, user: str, channel: str) -> Done:
        """Bring the bot into a channel."""
        who, where = self._user(user), self._channel(channel)
        where.members.add(BOT_USER)
        ts = self.desk.workspace.next_ts()
        event = {"type": "member_joined_channel", "user": BOT_USER, "channel": where.id, "inviter": who.id}
        self.desk.workspace.touch()
        return self._tell("", [("member_joined_channel", event | {"team": TEAM, "event_ts": ts})])

    def kick_bot(self, channel: str, user: str = "dana") -> Done:
        """Throw the bot out of a channel."""
        who, where = self._user(user), self._channel(channel)
        where.members.discard(BOT_USER)
        self.desk.workspace.touch()
        return self._tell("", [events.left_event(where, who.id, self.desk.workspace.next_ts())])

    def delete_channel(self, channel: str, user: str = "dana") -> Done:
        """Delete a channel with all that was said in it."""
        who, where = self._user(user), self._channel(channel)
        was_in = BOT_USER in where.members
        where.deleted = True
        self.desk.workspace.touch()
        told = [events.gone_event(where, who.id, self.desk.workspace.next_ts())]
        return self._tell("", told if was_in else [])

    def redeliver(self, event_id: str, attempt: int = 1) -> Ack:
        """Send the very same event again, as Slack does when it believes that nobody heard it."""
        return self.desk.courier.redeliver(event_id, attempt)


_PRIVATE_NAMES: Final = {"group": "privategroup", "im": "directmessage"}
