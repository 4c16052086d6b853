"""files.*: a file goes up in three steps, and then shows in a conversation."""

from __future__ import annotations

import mimetypes
from typing import Final

from api.fake_slack.events import message_event
from api.fake_slack.methods_chat import thread_of, watch_pace, writable
from api.fake_slack.record import Json
from api.fake_slack.state import BOT_USER, StoredFile, message_of_bot
from api.fake_slack.web_api import Desk, Refused

MOST_BYTES: Final = 1024 * 1024 * 1024


def as_shown(desk_url: str, file: StoredFile) -> Json:
    """A file as Slack hands it out; its address wants the bot's token."""
    return {
        "id": file.id,
        "created": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2].lower(),
        "size": len(file.content or b""),
        "user": file.user,
        "alt_txt": file.alt,
        "url_private": f"{desk_url}/files/{file.id}/{file.name}",
        "url_private_download": f"{desk_url}/files/{file.id}/download/{file.name}",
        "permalink": f"{desk_url}/files/{file.id}/{file.name}",
        "channels": file.shared,
    }


def upload_url(desk: Desk, args: Json) -> Json:
    """files.getUploadURLExternal"""
    name = desk.need(args, "filename")
    length = int(desk.need(args, "length"))
    if not 0 < length <= MOST_BYTES:
        raise Refused("file_upload_size_restricted" if length else "invalid_arguments")
    workspace = desk.workspace
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    created = int(workspace.clock())
    file = StoredFile(workspace.new_id("F"), name, name, mimetype, BOT_USER, created, str(args.get("alt_txt") or ""))
    workspace.files[file.id] = file
    return {"upload_url": f"{desk.base_url}/upload/{file.id}", "file_id": file.id}


def complete_upload(desk: Desk, args: Json) -> Json:
    """files.completeUploadExternal: shares the files when a channel is named"""
    files = []
    for given in args.get("files") or ():
        file = desk.workspace.files.get(str(given.get("id")))
        if file is None or file.content is None:
            raise Refused("file_not_found")
        file.title = str(given.get("title") or file.name)
        files.append(file)
    if not files:
        raise Refused("invalid_arguments")
    wanted = [args["channel_id"]] if args.get("channel_id") else str(args.get("channels") or "").split(",")
    for where in filter(None, wanted):
        _share(desk, args | {"channel": where}, files)
    return {"files": [as_shown(desk.base_url, file) for file in files]}


def _share(desk: Desk, args: Json, files: list[StoredFile]) -> None:
    channel = writable(desk, args)
    watch_pace(desk, channel, "files.completeUploadExternal")
    for file in files:
        file.shared.append(channel.id)
    message = message_of_bot(
        desk.workspace.next_ts(),
        str(args.get("initial_comment") or ""),
        files=[as_shown(desk.base_url, file) for file in files],
        upload=True,
        thread_ts=thread_of(desk, channel, args),
    )
    desk.workspace.post(channel.id, message)
    desk.courier.event_behind(*message_event(channel, message | {"subtype": "file_share"}))


def files_info(desk: Desk, args: Json) -> Json:
    """files.info"""
    file = desk.workspace.files.get(str(args.get("file")))
    if file is None:
        raise Refused("file_not_found")
    return {"file": as_shown(desk.base_url, file)}
