"""Every Web API method that this Slack speaks, with the scopes of which any one is enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.fake_slack import methods_chat as chat
from api.fake_slack import methods_files as files
from api.fake_slack import methods_reading as reading
from api.fake_slack import methods_stream as stream
from api.fake_slack import methods_views as views
from api.fake_slack.web_api import Method

READ: Final = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY: Final = ("channels:history", "groups:history", "im:history", "mpim:history")

METHODS: Final[Mapping[str, Method]] = {
    "apps.connections.open": Method(reading.open_connection, token="app"),  # noqa: S106 a kind of token
    "assistant.threads.setStatus": Method(chat.set_status, ("chat:write", "assistant:write")),
    "assistant.threads.setSuggestedPrompts": Method(chat.set_prompts, ("assistant:write",)),
    "assistant.threads.setTitle": Method(chat.set_title, ("assistant:write",)),
    "auth.test": Method(reading.auth_test, token="any"),  # noqa: S106 a kind of token
    "bots.info": Method(reading.bots_info, ("users:read",)),
    "chat.appendStream": Method(stream.append, ("chat:write",)),
    "chat.delete": Method(chat.delete, ("chat:write",)),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
    "chat.postMessage": Method(chat.post_message, ("chat:write",)),
    "chat.startStream": Method(stream.start, ("chat:write",)),
    "chat.stopStream": Method(stream.stop, ("chat:write",)),
    "chat.unfurl": Method(chat.unfurl, ("links:write",)),
    "chat.update": Method(chat.update, ("chat:write",)),
    "conversations.history": Method(reading.history, HISTORY),
    "conversations.info": Method(reading.conversations_info, READ),
    "conversations.list": Method(reading.conversations_list, READ),
    "conversations.members": Method(reading.conversations_members, READ),
    "conversations.open": Method(reading.conversations_open, ("im:write", "mpim:write", "channels:manage")),
    "conversations.replies": Method(reading.replies, HISTORY),
    "files.completeUploadExternal": Method(files.complete_upload, ("files:write",)),
    "files.getUploadURLExternal": Method(files.upload_url, ("files:write",)),
    "files.info": Method(files.files_info, ("files:read",)),
    "reactions.add": Method(chat.add_reaction, ("reactions:write",)),
    "reactions.remove": Method(chat.remove_reaction, ("reactions:write",)),
    "team.info": Method(reading.team_info, ("team:read",)),
    "users.conversations": Method(reading.users_conversations, READ),
    "users.info": Method(reading.users_info, ("users:read",)),
    "users.list": Method(reading.users_list, ("users:read",)),
    "views.open": Method(views.open_view),
    "views.publish": Method(views.publish_view),
    "views.push": Method(views.push_view),
    "views.update": Method(views.update_view),
}
