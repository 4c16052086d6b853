"""What an app's manifest lets it do: scopes, events, commands, shortcuts, views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

# Events that an app gets only with a scope, by the name under which they are subscribed
# (docs.slack.dev/reference/events); any one of the scopes will do.
EVENT_SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "message.im": ("im:history",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.mpim": ("mpim:history",),
    "app_mention": ("app_mentions:read",),
    "assistant_thread_started": ("assistant:write",),
    "assistant_thread_context_changed": ("assistant:write",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_left": ("channels:read",),
    "group_left": ("groups:read",),
    "channel_deleted": ("channels:read",),
    "group_deleted": ("groups:read",),
    "reaction_added": ("reactions:read",),
    "user_change": ("users:read",),
}

# Events that belong to a feature of the manifest, and the keys that switch it on.
EVENT_FEATURES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "app_context_changed": (("features", "agent_view"),),
    "assistant_thread_started": (("features", "assistant_view"),),
    "assistant_thread_context_changed": (("features", "assistant_view"),),
    "app_home_opened": (
        ("features", "app_home", "home_tab_enabled"),
        ("features", "app_home", "messages_tab_enabled"),
        ("features", "agent_view"),
    ),
}


@dataclass(frozen=True)
class Manifest:
    """A manifest as Slack takes it, read where this program needs it."""

    raw: Mapping[str, Any]

    def at(self, *keys: str) -> Any:
        """The value under these keys, or None."""
        found: Any = self.raw
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    @cached_property
    def scopes(self) -> frozenset[str]:
        """The scopes of the bot's token."""
        return frozenset(self.at("oauth_config", "scopes", "bot") or ())

    @cached_property
    def events(self) -> frozenset[str]:
        """The events that the bot subscribes to."""
        return frozenset(self.at("settings", "event_subscriptions", "bot_events") or ())

    @property
    def name(self) -> str:
        """The name that the bot shows."""
        return str(self.at("features", "bot_user", "display_name") or self.at("display_information", "name") or "App")

    @property
    def commands(self) -> Sequence[Mapping[str, Any]]:
        """The slash commands."""
        return tuple(self.at("features", "slash_commands") or ())

    @property
    def shortcuts(self) -> Sequence[Mapping[str, Any]]:
        """The shortcuts, of both kinds."""
        return tuple(self.at("features", "shortcuts") or ())

    @property
    def is_agent(self) -> bool:
        """Whether the app has the agent view (the default since July 2026)."""
        return self.at("features", "agent_view") is not None

    @property
    def has_home(self) -> bool:
        """Whether the app has a Home tab."""
        return bool(self.at("features", "app_home", "home_tab_enabled"))

    @property
    def takes_messages(self) -> bool:
        """Whether a person may write to the app."""
        home = self.at("features", "app_home") or {}
        return bool(home.get("messages_tab_enabled")) and not home.get("messages_tab_read_only_enabled")

    def lacks(self, needed: Sequence[str]) -> str:
        """The scope that is missing, when none of ``needed`` is there; empty when all is well."""
        return "" if not needed or self.scopes.intersection(needed) else needed[0]

    def refuses_event(self, event: str) -> str:
        """Why Slack would not send this event; empty when it would."""
        if event not in self.events:
            return f"the manifest does not subscribe to {event}"
        if missing := self.lacks(EVENT_SCOPES.get(event, ())):
            return f"{event} needs the scope {missing}"
        features = EVENT_FEATURES.get(event, ())
        if features and not any(self.at(*keys) not in (None, False) for keys in features):
            return f"{event} needs {'.'.join(features[0])} in the manifest"
        return ""

    def refuses_command(self, command: str) -> str:
        """Why Slack would not send this command; empty when it would."""
        if all(declared.get("command") != command for declared in self.commands):
            return f"the manifest does not declare the command {command}"
        return "commands need the scope commands" if self.lacks(("commands",)) else ""

    def refuses_shortcut(self, callback_id: str, kind: str) -> str:
        """Why Slack would not send this shortcut (``message`` or ``global``); empty when it would."""
        if all((one.get("callback_id"), one.get("type")) != (callback_id, kind) for one in self.shortcuts):
            return f"the manifest does not declare the {kind} shortcut {callback_id}"
        return "shortcuts need the scope commands" if self.lacks(("commands",)) else self.refuses_interaction()

    def refuses_interaction(self) -> str:
        """Why Slack would not send a button press or a form; empty when it would."""
        return (
            "" if self.at("settings", "interactivity", "is_enabled") else "the manifest does not enable interactivity"
        )
