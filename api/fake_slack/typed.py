"""From what a person types to what Slack makes of it: escaped text, mentions, links and a rich_text block."""

from __future__ import annotations

import re
from typing import Final

from api.fake_slack.record import Json
from api.fake_slack.state import BOT_USER, Workspace

TOKENS: Final = re.compile(
    r"<(?P<kept>[@#!][^<>\s]+)>"
    r"|(?P<link>https?://[^\s<>|]*[^\s<>|.,;:!?)\]}'\"])"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
)


def escaped(text: str) -> str:
    """The three characters that Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(workspace: Workspace, text: str) -> tuple[str, Json]:
    """The text that Slack sends to apps, and the block that it builds. ``@name`` of the bot becomes a mention."""
    name = re.escape(workspace.bot_name)
    text = re.sub(rf"(?<![\w<@])@{name}\b", f"<@{BOT_USER}>", text, flags=re.IGNORECASE)
    sent, elements, end = "", [], 0
    for found in TOKENS.finditer(text):
        before = text[end : found.start()]
        shown, element = _token(found)
        sent += escaped(before) + shown
        elements += [_run(before)] if before else []
        elements.append(element)
        end = found.end()
    rest = text[end:]
    elements += [_run(rest)] if rest else []
    section = {"type": "rich_text_section", "elements": elements}
    return sent + escaped(rest), {"type": "rich_text", "block_id": workspace.new_id("b"), "elements": [section]}


def _run(text: str) -> Json:
    return {"type": "text", "text": text}


def _token(found: re.Match[str]) -> tuple[str, Json]:
    if link := found["link"]:
        return f"<{escaped(link)}>", {"type": "link", "url": link}
    if mail := found["mail"]:
        return f"<mailto:{mail}|{mail}>", {"type": "link", "url": f"mailto:{mail}", "text": mail}
    kept = found["kept"]
    kind, identity = kept[0], kept[1:].split("|")[0]
    if kind == "!":
        return f"<{kept}>", {"type": "broadcast", "range": identity}
    key = "user" if kind == "@" else "channel"
    return f"<{kept}>", {"type": key, f"{key}_id": identity}
