"""Blocks of a message, each within Slack's limits. Shapes and limits: docs.slack.dev/reference/block-kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assistant.slack_blocks.texts import cut, letters, plain, size

Block = dict[str, Any]
"""A block, an element or a text object as JSON."""

MOST_BLOCKS = 50
LABEL, VALUE = 75, 2000
"""Signs of a button's text, and of its value."""
_SECTION, _CONTEXT, _HEADER = 3000, 2000, 150
_IN_ACTIONS, _RICH = 25, 3000
_NOTHING = "–"


# --- text -------------------------------------------------------------------------------------------------------------


def text_object(text: str, most: int) -> Block:
    """A ``plain_text`` object: no formatting, no mentions, no links."""
    return {"type": "plain_text", "text": _fitting(text, most), "emoji": True}


def _fitting(text: str, most: int) -> str:
    """Plain text within a limit; the joiners that break emoji codes count too."""
    room = most
    while letters(shown := plain(cut(text, room) or _NOTHING)) > most:
        room -= 1 + (size(shown) - most) // 2
    return shown


def header(text: str) -> Block:
    """A large heading; 150 signs at most."""
    return {"type": "header", "text": text_object(text, _HEADER)}


def section(text: str) -> Block:
    """Plain text, lines separated by newlines; 3,000 signs at most."""
    return {"type": "section", "text": text_object(text, _SECTION)}


def sections(lines: Iterable[str]) -> list[Block]:
    """Lines as few sections, none of them torn apart."""
    return [section("\n".join(some)) for some in packed(lines, _SECTION)]


def context(lines: Iterable[str]) -> list[Block]:
    """Lines in small grey letters. One element holds them all: elements of a context stand beside each other."""
    return [
        {"type": "context", "elements": [text_object("\n".join(some), _CONTEXT)]} for some in packed(lines, _CONTEXT)
    ]


def packed(lines: Iterable[str], most: int) -> Iterator[list[str]]:
    """Lines in groups that are each no longer than so much, newlines included."""
    group: list[str] = []
    length = 0
    for one in lines:
        long = letters(plain(one)) + 1
        if group and length + long > most:
            yield group
            group, length = [], 0
        group.append(one)
        length += long
    if group:
        yield group


# --- rich text --------------------------------------------------------------------------------------------------------


def run(text: str, **style: bool) -> Block:
    """A run of text of one style (``bold``, ``italic``, ``code``), shown letter by letter as it is."""
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def link(url: str, text: str) -> Block:
    """A link under some words; the address is one that :func:`assistant.renderers.base.quoted` let through."""
    return {"type": "link", "url": url, "text": text}


def told(*runs: Block) -> Block:
    """A line of rich text."""
    return {"type": "rich_text_section", "elements": list(runs)}


def quote(*runs: Block) -> Block:
    """A line of rich text set as a quotation."""
    return {"type": "rich_text_quote", "elements": list(runs)}


def rich(*parts: Block) -> Block:
    """Lines and quotations of rich text."""
    return {"type": "rich_text", "elements": list(parts)}


def length(part: Block) -> int:
    """The signs in a block or element, whatever they are for."""
    own = part.get("text")
    text = letters(own) if isinstance(own, str) else 0
    return text + sum(length(one) for one in part.get("elements", ()))


def rich_in_blocks(groups: Sequence[Sequence[Block]], alone: int) -> list[Block]:
    """A block for each group where they are few enough, else as few blocks as are still easy to read."""
    if len(groups) <= alone:
        return [rich(*group) for group in groups]
    blocks: list[list[Block]] = [[]]
    for group in groups:
        if blocks[-1] and sum(map(length, [*blocks[-1], *group])) > _RICH:
            blocks.append([])
        blocks[-1] += group
    return [rich(*parts) for parts in blocks]


# --- buttons ----------------------------------------------------------------------------------------------------------


def button(action_id: str, label: str, value: str, **more: str) -> Block | None:
    """A button; None where its value is longer than Slack carries, for half a value means something else."""
    if letters(value) > VALUE or not value:
        return None
    shown = text_object(label, LABEL)
    return {"type": "button", "action_id": action_id, "text": shown, "value": value, **more}


def actions(buttons: Iterable[Block | None]) -> list[Block]:
    """Buttons in a row; more than 25 in several."""
    there = [one for one in buttons if one]
    return [
        {"type": "actions", "elements": there[first : first + _IN_ACTIONS]}
        for first in range(0, len(there), _IN_ACTIONS)
    ]


def verdict(answer_id: str, good: str, bad: str) -> Block:
    """Thumbs up and down; the value is ``good|ID`` or ``bad|ID``."""
    buttons = {
        name: {"text": text_object(label, LABEL), "value": f"{value}|{answer_id}"}
        for name, label, value in (("positive_button", good, "good"), ("negative_button", bad, "bad"))
    }
    return {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": "verdict", **buttons}],
    }
