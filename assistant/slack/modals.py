"""Views: their pieces within Slack's limits, what came back in them, and opening them before their trigger runs out.

What a view keeps for later (``private_metadata``) comes back from outside: it holds ids only, and all that they stand
for is looked up again.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.slack_blocks import texts
from assistant.slack_blocks.blocks import Block, text_object
from assistant.wording import Wording, wording

if TYPE_CHECKING:
    from slack_sdk import WebClient

log = logging.getLogger(__name__)

# Source: docs.slack.dev, reference of views and of Block Kit's elements and composition objects.
_TITLE, _SUBMIT, _KEPT, _BLOCKS = 24, 24, 3000, 100
_OPTION, _OPTIONS, _OPTION_VALUE, _PLACEHOLDER, _LABEL, _HINT, _TYPED = 75, 100, 150, 150, 2000, 2000, 3000
_CONFIRM_TITLE, _CONFIRM_TEXT, _CONFIRM_BUTTON = 100, 300, 30
_GONE = frozenset({"expired_trigger_id", "invalid_trigger_id", "exchanged_trigger_id", "trigger_expired"})
_CLOSED = frozenset({"not_found", "hash_conflict", "push_limit_reached"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
Option = tuple[str, str]
"""What is shown, and its value."""


def say(words: Wording, key: str, **values: object) -> str:
    """A sentence of the surfaces (``phrasing/surfaces_*.toml``) on one line, its directions apart."""
    return texts.line(words.say(f"surfaces.{key}", **values), words)


# --- pieces ---------------------------------------------------------------------------------------------------------


def option(shown: str, value: str) -> Block:
    """One thing to choose.

    Raises:
        ValueError: a value longer than Slack carries, for half a value means something else.
    """
    if texts.size(value) > _OPTION_VALUE or not value:
        raise ValueError(f"a value of {len(value)} signs")
    return {"text": text_object(shown, _OPTION), "value": value}


def options(some: Sequence[Option]) -> list[Block]:
    """Things to choose from, as many as Slack shows."""
    return [option(*one) for one in some[:_OPTIONS]]


def select(action_id: str, some: Sequence[Option], chosen: str | None = None, placeholder: str = "") -> Block:
    """A menu; ``chosen`` is the value that stands there at first, if it is one of them."""
    return _chosen({"type": "static_select", "action_id": action_id, "options": options(some)}, chosen, placeholder)


def radios(action_id: str, some: Sequence[Option], chosen: str | None = None) -> Block:
    """Round buttons, of which one can be pressed; at most ten."""
    return _chosen({"type": "radio_buttons", "action_id": action_id, "options": options(some[:10])}, chosen)


def _chosen(element: Block, chosen: str | None, placeholder: str = "") -> Block:
    initial = next((one for one in element["options"] if one["value"] == chosen), None)
    more: Block = {"initial_option": initial} if initial else {}
    if placeholder:
        more["placeholder"] = text_object(placeholder, _PLACEHOLDER)
    return element | more


def typed(action_id: str, text: str = "", *, lines: bool = False, most: int = _TYPED, least: int = 0) -> Block:
    """A field to write in, with what stands there at first."""
    field: Block = {"type": "plain_text_input", "action_id": action_id, "multiline": lines, "max_length": most}
    there = texts.first(_CONTROLS.sub("", texts.clean(text)), most)
    return field | ({"initial_value": there} if there else {}) | ({"min_length": least} if least else {})


def asked(
    block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "", at_once: bool = False
) -> Block:
    """A question of a form; ``at_once`` tells us of each choice before the form is sent."""
    block: Block = {
        "type": "input", "block_id": block_id, "label": text_object(label, _LABEL), "element": element,
        "optional": optional,
    }  # fmt: skip
    if at_once:
        block["dispatch_action"] = True
    return block | ({"hint": text_object(hint, _HINT)} if hint else {})


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """What is asked before something is done that cannot be undone."""
    return {
        "title": text_object(title, _CONFIRM_TITLE), "text": text_object(text, _CONFIRM_TEXT),
        "confirm": text_object(yes, _CONFIRM_BUTTON), "deny": text_object(no, _CONFIRM_BUTTON),
    }  # fmt: skip


def modal(
    words: Wording,
    title: str,
    blocks: Sequence[Block],
    *,
    callback: str = "",
    submit: str = "",
    kept: Mapping[str, str] | None = None,
) -> Block:
    """A modal; with ``submit`` a form whose answers come to ``callback``.

    Raises:
        ValueError: more is kept than Slack carries.
    """
    metadata = json.dumps(dict(kept or {}), separators=(",", ":"))
    if len(metadata) > _KEPT:
        raise ValueError(f"a view cannot keep {len(metadata)} signs")
    view: Block = {
        "type": "modal", "callback_id": callback, "title": text_object(title, _TITLE),
        "close": text_object(words.say("surfaces.close"), _SUBMIT), "blocks": list(blocks[:_BLOCKS]),
        "private_metadata": metadata,
    }  # fmt: skip
    return view | ({"submit": text_object(submit, _SUBMIT)} if submit else {})


def saying(words: Wording, title: str, sentence: str) -> Block:
    """A modal that says one sentence."""
    return modal(words, title, [{"type": "section", "text": text_object(sentence, 3000)}])


def waiting(language: str, title: str) -> Block:
    """What stands in a modal until it is filled; ``title`` is the key of a sentence of the surfaces."""
    words = wording(language)
    return saying(words, words.say(f"surfaces.{title}"), say(words, "waiting"))


# --- what came back -------------------------------------------------------------------------------------------------


def kept_in(view: Mapping[str, Any]) -> dict[str, str]:
    """What a view kept; ``{}`` where somebody else wrote there."""
    try:
        read = json.loads(str(view.get("private_metadata") or "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict):
        return {}
    return {name: value for name, value in read.items() if isinstance(name, str) and isinstance(value, str)}


def entered(view: Mapping[str, Any], block_id: str) -> str:
    """What was written or chosen in a block; "" where nothing was."""
    by_block = (view.get("state") or {}).get("values") or {}
    for state in (by_block.get(block_id) or {}).values():
        option_ = state.get("selected_option") or {}
        plain = ("value", "selected_conversation", "selected_channel", "selected_time", "selected_date")
        found = option_.get("value") or next((state[name] for name in plain if state.get(name)), "")
        return str(found)
    return ""


def ticked(view: Mapping[str, Any], block_id: str) -> set[str]:
    """The values that are ticked in a block."""
    by_block = (view.get("state") or {}).get("values") or {}
    return {
        str(one.get("value"))
        for state in (by_block.get(block_id) or {}).values()
        for one in state.get("selected_options") or ()
    }


# --- opening --------------------------------------------------------------------------------------------------------


def opened(client: WebClient, trigger_id: str, view: Block, *, above: bool = False) -> str | None:
    """Open a view, or put it ``above`` the one that the trigger came from; its id, None where it came too late.

    Raises:
        SlackApiError: Slack refused it for another reason.
    """
    from slack_sdk.errors import SlackApiError

    try:
        show = client.views_push if above else client.views_open
        return str(show(trigger_id=trigger_id, view=view)["view"]["id"])
    except SlackApiError as error:
        if error.response.get("error") in _GONE | _CLOSED:
            log.info("a view came too late: %s", error.response.get("error"))
            return None
        raise


def filled(client: WebClient, view_id: str, view: Block) -> bool:
    """Put something else into an open view; False where the person has closed it.

    Raises:
        SlackApiError: Slack refused it for another reason.
    """
    from slack_sdk.errors import SlackApiError

    try:
        client.views_update(view_id=view_id, view=view)
    except SlackApiError as error:
        if error.response.get("error") in _CLOSED:
            log.info("a view was closed before it was filled: %s", view_id)
            return False
        raise
    return True
