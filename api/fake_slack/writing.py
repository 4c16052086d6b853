"""People write, attach files, change their minds; channels come and go."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.fake_slack import events
from api.fake_slack.doing import Doing, Done
from api.fake_slack.interactions import NotPossible
from api.fake_slack.methods_files import as_shown
from api.fake_slack.record import Json, Undelivered
from api.fake_slack.state import BOT_USER, TEAM, Channel, StoredFile, User
from api.fake_slack.typed import typed

LINK: Final = re.compile(r"https?://([^\s/>|]+)[^\s>|]*")


class Writing(Doing):
    """What people say, and where."""

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
