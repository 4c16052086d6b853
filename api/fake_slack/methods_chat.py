"""chat.* but for streams, assistant.threads.*, reactions.*: writing into conversations."""

from __future__ import annotations

import re
from typing import Any, Final

from api.fake_slack.events import message_event, say_changed, say_deleted
from api.fake_slack.record import Json
from api.fake_slack.state import BOT_USER, STATUS_LIVES, Channel, Status, message_of_bot, with_ids
from api.fake_slack.web_api import Desk, Refused

LEAST_GAP: Final = 0.95
"""Slack takes one message a second and channel; five hundredths are left for a machine's own jitter."""


def reachable(desk: Desk, args: Json, key: str = "channel") -> Channel:
    """The channel of a call, if the bot sees it at all."""
    where = desk.need(args, key, "channel_not_found")
    channel = desk.workspace.find_channel(where)
    if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
        raise Refused("channel_not_found")
    return channel


def writable(desk: Desk, args: Json, key: str = "channel") -> Channel:
    """The channel of a call, if the bot may write there."""
    channel = reachable(desk, args, key)
    if channel.archived:
        raise Refused("is_archived")
    may_join = channel.kind == "channel" and "chat:write.public" in desk.manifest.scopes
    if BOT_USER not in channel.members and not may_join:
        raise Refused("not_in_channel")
    return channel


def watch_pace(desk: Desk, channel: Channel, method: str) -> None:
    """Note a message that comes within a second of the one before; refuse it when the pace is enforced."""
    early = desk.record.posted(channel.id, method, desk.workspace.clock(), LEAST_GAP)
    if early and desk.enforce_rate:
        raise Refused("ratelimited", retry_after=1.0)


def own_message(desk: Desk, args: Json) -> tuple[Channel, Json]:
    """A message of the bot's own that a call wants to change."""
    channel = reachable(desk, args)
    message = desk.workspace.message(channel.id, desk.need(args, "ts", "message_not_found"))
    if message is None:
        raise Refused("message_not_found")
    if message.get("user") != BOT_USER:
        raise Refused("cant_update_message")
    return channel, message


def thread_of(desk: Desk, channel: Channel, args: Json) -> str | None:
    """The first message of the thread that a call answers in, or None."""
    ts = args.get("thread_ts")
    if not ts:
        return None
    root = desk.workspace.message(channel.id, str(ts))
    if root is None:
        raise Refused("thread_not_found")
    return str(root.get("thread_ts") or root["ts"])


def shown_text(args: Json) -> str:
    """The text of a message as a client shows it: with links to addresses left as they came."""
    return str(args.get("text") or args.get("markdown_text") or "")


def blocks_of(desk: Desk, args: Json) -> list[Json] | None:
    """The blocks of a message, with their ids; ``markdown_text`` becomes one."""
    if args.get("blocks"):
        return with_ids(desk.workspace, args["blocks"])
    given = args.get("markdown_text")
    return with_ids(desk.workspace, [{"type": "markdown", "text": given}]) if given else None


def post_message(desk: Desk, args: Json) -> Json:
    """chat.postMessage"""
    channel = writable(desk, args)
    watch_pace(desk, channel, "chat.postMessage")
    _has_content(args)
    root = thread_of(desk, channel, args)
    message = message_of_bot(
        desk.workspace.next_ts(),
        shown_text(args),
        blocks=blocks_of(desk, args),
        attachments=args.get("attachments"),
        metadata=metadata_of(args),
        thread_ts=root,
        subtype="thread_broadcast" if root and args.get("reply_broadcast") else None,
        unfurls=links_that_unfold(args),
    )
    desk.workspace.post(channel.id, message)
    desk.courier.event_behind(*message_event(channel, message))
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def links_that_unfold(args: Json) -> bool | None:
    """True when a link in the text would unfold into a preview, which the page shows as a note."""
    has_link = re.search(r"https?://", shown_text(args)) is not None
    return True if has_link and args.get("unfurl_links") is not False else None


def metadata_of(args: Json) -> Json | None:
    """A message's metadata, refused when it is not of the published form."""
    metadata = args.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if not metadata.get("event_type"):
        raise Refused("invalid_metadata_schema")
    return metadata


def _has_content(args: Json) -> None:
    if not any(args.get(key) for key in ("text", "blocks", "attachments", "markdown_text")):
        raise Refused("no_text")
    if args.get("markdown_text") and (args.get("text") or args.get("blocks")):
        raise Refused("markdown_text_conflict")


def update(desk: Desk, args: Json) -> Json:
    """chat.update: a text without blocks takes the blocks away, as Slack documents."""
    channel, message = own_message(desk, args)
    if message.get("streaming"):
        raise Refused("streaming_state_conflict")
    _has_content(args)
    before = dict(message)
    with desk.workspace.lock:
        message["text"] = shown_text(args) or message["text"]
        blocks = blocks_of(desk, args)
        if blocks is not None:
            message["blocks"] = blocks
        elif "text" in args or args.get("blocks") == []:
            message.pop("blocks", None)
        if metadata := metadata_of(args):
            message["metadata"] = metadata
        message["edited"] = {"user": BOT_USER, "ts": desk.workspace.next_ts()}
    desk.workspace.touch()
    say_changed(desk.courier, channel, message, before, desk.workspace.next_ts())
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


def delete(desk: Desk, args: Json) -> Json:
    """chat.delete"""
    channel = reachable(desk, args)
    message = desk.workspace.message(channel.id, desk.need(args, "ts", "message_not_found"))
    if message is None:
        raise Refused("message_not_found")
    if message.get("user") != BOT_USER:
        raise Refused("cant_delete_message")
    with desk.workspace.lock:
        desk.workspace.posts[channel.id].remove(message)
    desk.workspace.touch()
    say_deleted(desk.courier, channel, message, desk.workspace.next_ts())
    return {"channel": channel.id, "ts": message["ts"]}


def post_ephemeral(desk: Desk, args: Json) -> Json:
    """chat.postEphemeral"""
    channel = writable(desk, args)
    user = desk.workspace.users.get(desk.need(args, "user"))
    if user is None or user.id not in channel.members:
        raise Refused("user_not_in_channel")
    _has_content(args)
    root = thread_of(desk, channel, args)
    ts = desk.workspace.next_ts()
    blocks = blocks_of(desk, args)
    message = message_of_bot(ts, shown_text(args), blocks=blocks, thread_ts=root, channel=channel.id, to=user.id)
    with desk.workspace.lock:
        desk.workspace.hidden.append(message)
    desk.workspace.touch()
    return {"message_ts": ts}


def get_permalink(desk: Desk, args: Json) -> Json:
    """chat.getPermalink"""
    channel = reachable(desk, args)
    ts = desk.need(args, "message_ts", "message_not_found")
    if desk.workspace.message(channel.id, ts) is None:
        raise Refused("message_not_found")
    return {"channel": channel.id, "permalink": f"{desk.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"}


def unfurl(desk: Desk, args: Json) -> Json:
    """chat.unfurl"""
    channel = reachable(desk, args)
    message = desk.workspace.message(channel.id, desk.need(args, "ts", "cannot_unfurl_message"))
    unfurls = args.get("unfurls")
    if message is None:
        raise Refused("cannot_unfurl_message")
    if not isinstance(unfurls, dict):
        raise Refused("missing_unfurls")
    with desk.workspace.lock:
        message["attachments"] = [{"from_url": url, **card} for url, card in unfurls.items()]
    desk.workspace.touch()
    return {}


def set_status(desk: Desk, args: Json) -> Json:
    """assistant.threads.setStatus"""
    channel = writable(desk, args, "channel_id")
    root = desk.need(args, "thread_ts", "invalid_thread_ts")
    if desk.workspace.message(channel.id, root) is None:
        raise Refused("invalid_thread_ts")
    text = str(args.get("status") or "")
    with desk.workspace.lock:
        if text:
            until = desk.workspace.clock() + STATUS_LIVES
            desk.workspace.statuses[channel.id, root] = Status(text, tuple(args.get("loading_messages") or ()), until)
        else:
            desk.workspace.statuses.pop((channel.id, root), None)
    desk.workspace.touch()
    return {}


def set_prompts(desk: Desk, args: Json) -> Json:
    """assistant.threads.setSuggestedPrompts; an agent must leave ``thread_ts`` out, or nothing happens at all."""
    channel = writable(desk, args, "channel_id")
    prompts = args.get("prompts")
    if not isinstance(prompts, list) or not prompts:
        raise Refused("invalid_arguments")
    root = str(args.get("thread_ts") or "")
    if desk.manifest.is_agent and root:
        return {}
    if not desk.manifest.is_agent and desk.workspace.message(channel.id, root) is None:
        raise Refused("invalid_thread_ts")
    desk.workspace.prompts[channel.id, root] = {"title": args.get("title"), "prompts": prompts}
    desk.workspace.touch()
    return {}


def set_title(desk: Desk, args: Json) -> Json:
    """assistant.threads.setTitle"""
    channel = writable(desk, args, "channel_id")
    root = desk.need(args, "thread_ts", "invalid_thread_ts")
    if desk.workspace.message(channel.id, root) is None:
        raise Refused("invalid_thread_ts")
    desk.workspace.titles[channel.id, root] = desk.need(args, "title")
    desk.workspace.touch()
    return {}


def add_reaction(desk: Desk, args: Json) -> Json:
    """reactions.add"""
    reactions, name = _reactions(desk, args)
    if BOT_USER in reactions.setdefault(name, []):
        raise Refused("already_reacted")
    reactions[name].append(BOT_USER)
    desk.workspace.touch()
    return {}


def remove_reaction(desk: Desk, args: Json) -> Json:
    """reactions.remove"""
    reactions, name = _reactions(desk, args)
    if BOT_USER not in reactions.get(name, []):
        raise Refused("no_reaction")
    reactions[name].remove(BOT_USER)
    desk.workspace.touch()
    return {}


def _reactions(desk: Desk, args: Json) -> tuple[dict[str, Any], str]:
    channel = reachable(desk, args)
    message = desk.workspace.message(channel.id, desk.need(args, "timestamp", "no_item_specified"))
    if message is None:
        raise Refused("message_not_found")
    name = desk.need(args, "name", "invalid_name").strip(":")
    return message.setdefault("reacted", {}), name
