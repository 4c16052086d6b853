"""chat.startStream, chat.appendStream, chat.stopStream: a message that grows while it is read."""

from __future__ import annotations

from typing import Final

from api.fake_slack.events import message_event, public
from api.fake_slack.methods_chat import metadata_of, reachable, thread_of, watch_pace, writable
from api.fake_slack.record import Json
from api.fake_slack.state import BOT_USER, Channel, message_of_bot, with_ids
from api.fake_slack.web_api import Desk, Refused

CHUNKS: Final = frozenset({"markdown_text", "task_update", "plan_update", "blocks"})


def start(desk: Desk, args: Json) -> Json:
    """chat.startStream; outside a direct message it needs the reader's ids."""
    channel = writable(desk, args)
    watch_pace(desk, channel, "chat.startStream")
    if channel.kind != "im":
        for needed in ("recipient_team_id", "recipient_user_id"):
            desk.need(args, needed, f"missing_{needed}")
    desk.need(args, "thread_ts", "invalid_thread_ts")
    root = thread_of(desk, channel, args)
    stream: Json = {"text": "", "tasks": [], "blocks": [], "display": args.get("task_display_mode") or "timeline"}
    message = message_of_bot(desk.workspace.next_ts(), "", thread_ts=root, stream=stream, streaming=True)
    _grow(message, args)
    _live_on(desk, message)
    desk.workspace.post(channel.id, message)
    return {"channel": channel.id, "ts": message["ts"]}


def append(desk: Desk, args: Json) -> Json:
    """chat.appendStream"""
    channel, message = _streaming(desk, args)
    if not args.get("markdown_text") and not args.get("chunks"):
        raise Refused("no_text")
    with desk.workspace.lock:
        _grow(message, args)
        _live_on(desk, message)
    desk.workspace.touch()
    return {"channel": channel.id, "ts": message["ts"]}


def stop(desk: Desk, args: Json) -> Json:
    """chat.stopStream: the message takes its last form, and the app hears of it as of any other."""
    channel, message = _streaming(desk, args)
    with desk.workspace.lock:
        _grow(message, args)
        stream = message["stream"]
        text = [{"type": "markdown", "text": stream["text"]}] if stream["text"] else []
        blocks = [*text, *_tasks(stream), *stream["blocks"], *(args.get("blocks") or ())]
        message["streaming"] = False
        message["blocks"] = with_ids(desk.workspace, blocks)
        message["text"] = stream["text"] or message["text"]
        if metadata := metadata_of(args):
            message["metadata"] = metadata
    desk.workspace.touch()
    desk.courier.event_behind(*message_event(channel, message))
    return {"channel": channel.id, "ts": message["ts"], "message": public(message)}


def _streaming(desk: Desk, args: Json) -> tuple[Channel, Json]:
    channel = reachable(desk, args)
    message = desk.workspace.message(channel.id, desk.need(args, "ts", "message_not_found"))
    if message is None:
        raise Refused("message_not_found")
    if message.get("user") != BOT_USER:
        raise Refused("message_not_owned_by_app")
    expires = message.get("expires")
    if expires is not None and desk.workspace.clock() > expires:
        message["streaming"] = False
    if not message.get("streaming"):
        raise Refused("message_not_in_streaming_state")
    return channel, message


def _live_on(desk: Desk, message: Json) -> None:
    """A stream ends by itself when nothing comes for ``stream_lives`` seconds."""
    message["expires"] = None if desk.stream_lives is None else desk.workspace.clock() + desk.stream_lives


def _grow(message: Json, args: Json) -> None:
    """Take in text or chunks; one stream may not mix the two."""
    chunks = args.get("chunks") or []
    if not isinstance(chunks, list) or any(chunk.get("type") not in CHUNKS for chunk in chunks):
        raise Refused("invalid_chunks")
    mode = "chunks" if chunks else "text" if args.get("markdown_text") else message.get("mode")
    if message.setdefault("mode", mode) not in (None, mode):
        raise Refused("streaming_mode_mismatch")
    message["mode"] = mode
    stream = message["stream"]
    stream["text"] += str(args.get("markdown_text") or "")
    for chunk in chunks:
        _take(stream, chunk)
    message["text"] = stream["text"]


def _take(stream: Json, chunk: Json) -> None:
    kind = chunk["type"]
    if kind == "markdown_text":
        stream["text"] += chunk["text"]
    elif kind == "blocks":
        stream["blocks"] += chunk["blocks"]
    elif kind == "plan_update":
        stream["plan"] = chunk["title"]
    else:
        known = next((task for task in stream["tasks"] if task["id"] == chunk["id"]), None)
        if known is None:
            stream["tasks"].append(dict(chunk))
        else:
            known.update(chunk)


def _tasks(stream: Json) -> list[Json]:
    """The tasks of a stream as blocks of the finished message."""
    cards = [
        {"type": "task_card", "task_id": task["id"], "title": task["title"], "status": task["status"]}
        for task in stream["tasks"]
    ]
    if stream.get("plan") or (cards and stream["display"] == "plan"):
        return [{"type": "plan", "title": stream.get("plan") or cards[0]["title"], "tasks": cards}]
    return cards
