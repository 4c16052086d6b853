"""Everything that people can do in Slack."""

from __future__ import annotations

from api.fake_slack import events
from api.fake_slack.doing import Done
from api.fake_slack.methods_views import as_sent
from api.fake_slack.pressing import Pressing
from api.fake_slack.record import Ack, Json
from api.fake_slack.state import BOT_USER, TEAM
from api.fake_slack.writing import Writing

__all__ = ["Done", "People"]


class People(Writing, Pressing):
    """Writing, pressing, and opening the app's tabs."""

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

    def redeliver(self, event_id: str, attempt: int = 1) -> Ack:
        """Send the very same event again, as Slack does when it believes that nobody heard it."""
        return self.desk.courier.redeliver(event_id, attempt)
