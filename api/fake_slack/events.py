"""The events that things in the workspace make, as Slack words them."""

from __future__ import annotations

from typing import Final

from api.fake_slack.courier import Courier
from api.fake_slack.record import Json
from api.fake_slack.state import APP, Channel

MESSAGE_EVENTS: Final = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}

PRIVATE: Final = frozenset({"channel", "to", "reacted", "unfurls", "stream", "streaming", "expires", "mode"})
"""What this program keeps beside a message and Slack does not say."""


def public(message: Json) -> Json:
    """A message as Slack hands it out."""
    shown = {key: value for key, value in message.items() if key not in PRIVATE}
    if message.get("reacted"):
        reactions = [{"name": name, "users": who, "count": len(who)} for name, who in message["reacted"].items() if who]
        shown["reactions"] = reactions
    return shown


def message_event(channel: Channel, message: Json) -> tuple[str, Json]:
    """A new message; the name under which it is subscribed comes first."""
    event = public(message) | {"channel": channel.id, "channel_type": channel.kind, "event_ts": message["ts"]}
    return MESSAGE_EVENTS[channel.kind], event


def mention_event(channel: Channel, message: Json) -> tuple[str, Json]:
    """``app_mention``; it says no channel type."""
    event = public(message) | {"type": "app_mention", "channel": channel.id, "event_ts": message["ts"]}
    return "app_mention", event


def changed_event(channel: Channel, message: Json, before: Json, ts: str) -> tuple[str, Json]:
    """``message_changed``"""
    event = _hidden(channel, "message_changed", ts) | {"message": public(message), "previous_message": public(before)}
    return MESSAGE_EVENTS[channel.kind], event


def deleted_event(channel: Channel, message: Json, ts: str) -> tuple[str, Json]:
    """``message_deleted``"""
    event = _hidden(channel, "message_deleted", ts)
    return MESSAGE_EVENTS[channel.kind], event | {"deleted_ts": message["ts"], "previous_message": public(message)}


def _hidden(channel: Channel, subtype: str, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
    }


def say_changed(courier: Courier, channel: Channel, message: Json, before: Json, ts: str) -> None:
    """Tell the app of a change of its own making, without waiting."""
    courier.event_behind(*changed_event(channel, message, before, ts))


def say_deleted(courier: Courier, channel: Channel, message: Json, ts: str) -> None:
    """Tell the app of a deletion of its own making, without waiting."""
    courier.event_behind(*deleted_event(channel, message, ts))


def home_event(user: str, channel: str, tab: str, ts: str, view: Json | None) -> Json:
    """``app_home_opened``"""
    event: Json = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": ts}
    return event | ({"view": view} if view else {})


def context_event(user: str, channel: str, entities: list[Json], ts: str) -> Json:
    """``app_context_changed``; nothing to look at is an empty context."""
    context = {"entities": entities} if entities else {}
    return {"type": "app_context_changed", "user": user, "channel": channel, "context": context, "event_ts": ts}


def thread_started_event(user: str, channel: str, root: str, ts: str) -> Json:
    """``assistant_thread_started``, of the older assistant view."""
    thread = {"user_id": user, "channel_id": channel, "thread_ts": root, "context": {}}
    return {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": ts}


def link_event(channel: str, user: str, message_ts: str, links: list[Json], ts: str) -> Json:
    """``link_shared``"""
    event: Json = {"type": "link_shared", "channel": channel, "user": user, "message_ts": message_ts, "event_ts": ts}
    return event | {"links": links, "source": "conversations_history", "unfurl_id": f"{channel}-{message_ts}"}


def left_event(channel: Channel, user: str, ts: str) -> tuple[str, Json]:
    """The bot is out of a channel: ``channel_left``, or ``group_left`` of a private one."""
    kind = "group_left" if channel.kind == "group" else "channel_left"
    return kind, {"type": kind, "channel": channel.id, "actor_id": user, "event_ts": ts, "app_id": APP}


def gone_event(channel: Channel, user: str, ts: str) -> tuple[str, Json]:
    """A channel was deleted: ``channel_deleted``, or ``group_deleted`` of a private one."""
    kind = "group_deleted" if channel.kind == "group" else "channel_deleted"
    return kind, {"type": kind, "channel": channel.id, "actor_id": user, "event_ts": ts}
