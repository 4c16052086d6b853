"""Slack's published limits, checked without any part of the program that renders messages.

``problems("chat.postMessage", payload)`` gives one line for each limit that the payload breaks, and nothing when it is
fine. The same check runs on every call that the fake Slack takes. The names of methods are Slack's; beside them
``response_url`` stands for what is sent to a response address, ``response_action`` for the answer to a form and
``block_suggestion`` for the options of a menu that asks the app.

Rules of this project's own, which Slack does not enforce: a message always has ``text``, nobody calls a whole channel,
no text is blank or holds control characters.

Not published and therefore guessed: that lengths are code points; that a context element takes 3,000 characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from api.fake_slack.checks import (
    OURS,
    Check,
    Finding,
    anything,
    by_type,
    calls_nobody,
    characters,
    listed,
    objects,
    shape,
    string,
)
from api.fake_slack.checks import text as text_object
from api.fake_slack.limits_blocks import STATUSES, blocks_of, markdown
from api.fake_slack.limits_elements import OPTION

MOST_TEXT: Final = 40_000
MOST_UPDATED_TEXT: Final = 4_000
MOST_VIEW_BYTES: Final = 250_000

Payload = Mapping[str, Any]
Rule = Callable[[Payload], Iterator[Finding]]

_MESSAGE_BLOCKS: Final = blocks_of("message")
_AT_CHANNEL: Final = re.compile(r"(?<!\w)@(?:here|channel|everyone)\b")


def _at(key: str, check: Check) -> Rule:
    """A check of one argument, when it is there."""

    def rule(payload: Payload) -> Iterator[Finding]:
        if payload.get(key) is not None:
            yield from check(key, payload[key])

    return rule


def _has_text(payload: Payload) -> Iterator[Finding]:
    """Our own rule: notifications and screen readers get the words, whatever the blocks show."""
    if payload.get("delete_original") or payload.get("markdown_text"):
        return
    if not str(payload.get("text") or "").strip():
        yield Finding("text", "is missing: every message carries its words in text", OURS)


def _text(most: int) -> Rule:
    def rule(payload: Payload) -> Iterator[Finding]:
        value = payload.get("text")
        if value is None:
            return
        if not isinstance(value, str):
            yield Finding("text", "must be a string", "invalid_arguments")
            return
        yield from characters("text", value)
        yield from calls_nobody("text", value)
        if len(value) > most:
            yield Finding("text", f"has {len(value)} characters; {most} are allowed", "msg_too_long")
        if (payload.get("link_names") or payload.get("parse") == "full") and _AT_CHANNEL.search(value):
            yield Finding("text", "calls a whole channel by name", OURS)

    return rule


def _markdown_text(payload: Payload) -> Iterator[Finding]:
    value = payload.get("markdown_text")
    if value is None:
        return
    yield from (
        replace(one, error=one.error if one.error == OURS else "msg_too_long")
        for one in markdown("markdown_text", value)
    )
    for other in ("text", "blocks"):
        if payload.get(other) and "ts" not in payload:
            yield Finding("markdown_text", f"cannot stand beside {other}", "markdown_text_conflict")


def _attachments(payload: Payload) -> Iterator[Finding]:
    value = payload.get("attachments")
    if value is None:
        return
    yield from listed(anything, 100, least=0, error="too_many_attachments")("attachments", value)
    for index, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, Mapping) and one.get("blocks"):
            yield from _MESSAGE_BLOCKS(f"attachments[{index}].blocks", one["blocks"])


_BLOCKS: Final = _at("blocks", _MESSAGE_BLOCKS)
_CHUNKS: Final = listed(
    by_type(
        {
            "markdown_text": shape({"text": markdown}, ("text",)),
            "plan_update": shape({"title": string()}, ("title",)),
            "task_update": shape(
                {
                    "id": string(),
                    "title": string(),
                    "status": string(choices=STATUSES),
                    "details": string(least=0),
                    "output": string(least=0),
                    "sources": listed(shape({"url": string(3000), "text": string()}, ("url", "text")), least=0),
                },
                ("id", "title", "status"),
            ),
            "blocks": shape({"blocks": _MESSAGE_BLOCKS}, ("blocks",)),
        },
        "chunk",
    ),
    least=0,
)
_PROMPT: Final = shape({"title": string(), "message": string()}, ("title", "message"))
_LABEL: Final = text_object(24, plain_only=True)
_VIEW_FIELDS: Final[Mapping[str, Check]] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}
_FLAG: Final[Mapping[str, Check]] = dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), anything)
_VIEWS: Final = by_type(
    {
        "modal": shape(
            {**_VIEW_FIELDS, **_FLAG, "title": _LABEL, "close": _LABEL, "submit": _LABEL, "blocks": blocks_of("modal")},
            ("title", "blocks"),
        ),
        "home": shape({**_VIEW_FIELDS, "blocks": blocks_of("home")}, ("blocks",)),
    },
    "view",
)


def view_check(path: str, value: Any) -> Iterator[Finding]:
    """A modal or a Home tab."""
    yield from _VIEWS(path, value)
    if not isinstance(value, Mapping):
        return
    blocks = objects(value.get("blocks"))
    asks = any(block.get("type") == "input" for block in blocks)
    if asks and value.get("type") == "modal" and not value.get("submit"):
        yield Finding(path, "lacks submit, which a modal with inputs needs")
    size = len(json.dumps(value, default=str))
    if size > MOST_VIEW_BYTES:
        yield Finding(path, f"is {size} bytes long; {MOST_VIEW_BYTES} are allowed", "view_too_large")


def _response_action(payload: Payload) -> Iterator[Finding]:
    """What an app answers to a form: errors by block, or another view."""
    action = payload.get("response_action")
    yield from string(choices=("errors", "update", "push", "clear"))("response_action", action)
    if action in ("update", "push"):
        yield from view_check("view", payload.get("view"))
    errors = payload.get("errors")
    if action == "errors" and not (isinstance(errors, Mapping) and errors):
        yield Finding("errors", "must name at least one block")


def _unfurls(payload: Payload) -> Iterator[Finding]:
    cards = payload.get("unfurls")
    for url, card in cards.items() if isinstance(cards, Mapping) else ():
        if isinstance(card, Mapping) and card.get("blocks"):
            yield from _MESSAGE_BLOCKS(f"unfurls[{url}].blocks", card["blocks"])


def _comment(payload: Payload) -> Iterator[Finding]:
    value = payload.get("initial_comment")
    if isinstance(value, str):
        yield from characters("initial_comment", value)
        yield from calls_nobody("initial_comment", value)


_CONTENT: Final = (_BLOCKS, _attachments, _markdown_text)
_MESSAGE: Final = (_has_text, _text(MOST_TEXT), *_CONTENT)
_STREAM: Final = (_markdown_text, _at("chunks", _CHUNKS), _BLOCKS)
_VIEW: Final = (_at("view", view_check),)

RULES: Final[Mapping[str, tuple[str, Sequence[Rule]]]] = {
    "chat.postMessage": ("invalid_blocks", _MESSAGE),
    "chat.postEphemeral": ("invalid_blocks", _MESSAGE),
    "chat.update": ("invalid_blocks", (_has_text, _text(MOST_UPDATED_TEXT), *_CONTENT)),
    "response_url": ("invalid_blocks", _MESSAGE),
    "chat.startStream": ("invalid_chunks", _STREAM),
    "chat.appendStream": ("invalid_chunks", _STREAM),
    "chat.stopStream": ("invalid_blocks", _STREAM),
    "chat.unfurl": ("invalid_blocks", (_unfurls,)),
    "views.open": ("invalid_arguments", _VIEW),
    "views.push": ("invalid_arguments", _VIEW),
    "views.update": ("invalid_arguments", _VIEW),
    "views.publish": ("invalid_arguments", _VIEW),
    "response_action": ("invalid_arguments", (_response_action,)),
    "block_suggestion": ("invalid_arguments", (_at("options", listed(OPTION, 100, least=0)),)),
    "assistant.threads.setSuggestedPrompts": ("invalid_arguments", (_at("prompts", listed(_PROMPT, 4)),)),
    "assistant.threads.setStatus": ("invalid_arguments", (_at("loading_messages", listed(string(), 10)),)),
    "files.completeUploadExternal": ("invalid_arguments", (_comment,)),
}
"""For each method the error for a broken limit that has none of its own, and the rules."""


def findings(method: str, payload: Payload) -> list[Finding]:
    """Everything that is wrong, each with the error that Slack would give (empty: it would give none)."""
    default, rules = RULES.get(method, ("", ()))
    found = [one for rule in rules for one in rule(payload)]
    return [replace(one, error=default) if one.error is None else one for one in found]


def problems(method: str, payload: Payload) -> list[str]:
    """One line for each limit or rule that ``payload`` breaks; empty when it is fine."""
    return [str(one) for one in findings(method, payload)]
