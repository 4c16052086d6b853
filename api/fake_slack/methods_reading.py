"""Methods that look things up: who, where, what was said."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from api.fake_slack.events import public
from api.fake_slack.methods_chat import reachable
from api.fake_slack.record import Json
from api.fake_slack.state import APP, BOT, BOT_USER, TEAM, TEAM_NAME, Channel, User
from api.fake_slack.web_api import Desk, Refused

KINDS: Final = {"channel": "public_channel", "group": "private_channel", "im": "im"}
PAGE: Final = 100


def auth_test(desk: Desk, args: Json) -> Json:
    """auth.test"""
    team = {"url": f"{desk.base_url}/", "team": TEAM_NAME, "team_id": TEAM}
    bot = {"user": desk.workspace.bot_name.lower(), "user_id": BOT_USER, "bot_id": BOT}
    return team | bot | {"app_id": APP, "app_name": desk.manifest.name, "is_enterprise_install": False}


def open_connection(desk: Desk, args: Json) -> Json:
    """apps.connections.open"""
    if not desk.manifest.at("settings", "socket_mode_enabled"):
        raise Refused("forbidden_app", hint="settings.socket_mode_enabled is not set in the manifest")
    address = desk.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/socket/{desk.sockets.new_ticket()}"}


def bots_info(desk: Desk, args: Json) -> Json:
    """bots.info"""
    bot = {"id": BOT, "app_id": APP, "user_id": BOT_USER, "name": desk.workspace.bot_name, "deleted": False}
    return {"bot": bot}


def team_info(desk: Desk, args: Json) -> Json:
    """team.info"""
    return {"team": {"id": TEAM, "name": TEAM_NAME, "domain": TEAM_NAME.lower(), "url": f"{desk.base_url}/"}}


def person(desk: Desk, user: User, *, with_locale: bool) -> Json:
    """A person as users.info gives them; the locale only on demand."""
    shown: Json = {
        "id": user.id,
        "team_id": TEAM,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": desk.workspace.tz_offset(user),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_admin": False,
        "is_restricted": False,
        "profile": {"real_name": user.real_name, "display_name": user.name, "team": TEAM},
    }
    return shown | ({"locale": user.locale} if with_locale else {})


def users_info(desk: Desk, args: Json) -> Json:
    """users.info"""
    user = desk.workspace.users.get(str(args.get("user")))
    if user is None:
        raise Refused("user_not_found")
    return {"user": person(desk, user, with_locale=_flag(args, "include_locale"))}


def users_list(desk: Desk, args: Json) -> Json:
    """users.list"""
    locale = _flag(args, "include_locale")
    members = [person(desk, user, with_locale=locale) for user in desk.workspace.users.values()]
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def _flag(args: Json, name: str) -> bool:
    return str(args.get(name) or "").lower() in ("1", "true")


def conversation(desk: Desk, channel: Channel) -> Json:
    """A channel as conversations.info gives it."""
    shown: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_member": BOT_USER in channel.members,
        "context_team_id": TEAM,
    }
    if channel.kind == "im":
        return shown | {"user": channel.user}
    topic = {"value": channel.topic, "creator": "", "last_set": 0}
    return shown | {"name": channel.name, "name_normalized": channel.name, "topic": topic, "purpose": topic}


def conversations_info(desk: Desk, args: Json) -> Json:
    """conversations.info; the scope depends on the kind of channel."""
    channel = reachable(desk, args)
    _scoped(desk, channel, {"channel": "channels:read", "group": "groups:read", "im": "im:read"})
    shown = conversation(desk, channel)
    return {"channel": shown | ({"num_members": len(channel.members)} if _flag(args, "include_num_members") else {})}


def _scoped(desk: Desk, channel: Channel, scopes: dict[str, str]) -> None:
    if missing := desk.manifest.lacks((scopes[channel.kind],)):
        raise Refused("missing_scope", needed=missing, provided=",".join(sorted(desk.manifest.scopes)))


def _listed(desk: Desk, args: Json, channels: Sequence[Channel]) -> Json:
    kinds = str(args.get("types") or "public_channel").split(",")
    chosen = [one for one in channels if not one.deleted and KINDS[one.kind] in kinds]
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or PAGE)
    following = str(start + limit) if start + limit < len(chosen) else ""
    page = [conversation(desk, one) for one in chosen[start : start + limit]]
    return {"channels": page, "response_metadata": {"next_cursor": following}}


def conversations_list(desk: Desk, args: Json) -> Json:
    """conversations.list: private channels and direct messages only where the bot is in"""
    channels = desk.workspace.channels.values()
    return _listed(desk, args, [one for one in channels if one.kind == "channel" or BOT_USER in one.members])


def users_conversations(desk: Desk, args: Json) -> Json:
    """users.conversations: where somebody (the bot, when not said) is in"""
    user = str(args.get("user") or BOT_USER)
    return _listed(desk, args, [one for one in desk.workspace.channels.values() if user in one.members])


def conversations_open(desk: Desk, args: Json) -> Json:
    """conversations.open: a direct message with one person"""
    users = str(args.get("users") or "").split(",")
    if args.get("channel"):
        channel = reachable(desk, args)
    elif len(users) == 1 and users[0] in desk.workspace.users:
        channel = desk.workspace.dm_of(users[0])
    else:
        raise Refused("user_not_found")
    shown = conversation(desk, channel) if args.get("return_im") else {"id": channel.id}
    return {"channel": shown, "no_op": True, "already_open": True}


def conversations_members(desk: Desk, args: Json) -> Json:
    """conversations.members"""
    channel = reachable(desk, args)
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


def _messages(desk: Desk, args: Json, posts: list[Json], channel: Channel) -> Json:
    _scoped(desk, channel, {"channel": "channels:history", "group": "groups:history", "im": "im:history"})
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    inclusive = bool(args.get("inclusive"))
    found = []
    for post in posts:
        ts = float(post["ts"])
        if (oldest < ts < latest) or (inclusive and ts in (oldest, latest)):
            shown = public(post)
            if not args.get("include_all_metadata"):
                shown.pop("metadata", None)
            found.append(shown)
    limit = int(args.get("limit") or PAGE)
    digest = hashlib.sha256(str(limit).encode()).hexdigest()[:6]
    more = (
        {"has_more": True, "response_metadata": {"next_cursor": digest}} if len(found) > limit else {"has_more": False}
    )
    return {"messages": found[:limit], **more}


def history(desk: Desk, args: Json) -> Json:
    """conversations.history: newest first, without what was said in threads"""
    channel = reachable(desk, args)
    posts = desk.workspace.posts[channel.id]
    seen = [post for post in posts if post.get("thread_ts") in (None, post["ts"]) or post.get("subtype")]
    return _messages(desk, args, seen[::-1], channel)


def replies(desk: Desk, args: Json) -> Json:
    """conversations.replies: oldest first, the thread's first message among them"""
    channel = reachable(desk, args)
    root = desk.need(args, "ts", "thread_not_found")
    thread = desk.workspace.thread(channel.id, root)
    if not thread:
        raise Refused("thread_not_found")
    return _messages(desk, args, thread, channel)
