"""What a person sees of a message in Slack, line by line, and what of it acts."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.renderers.slack import Message

__all__ = ["acting", "buttons", "forms", "runs", "seen", "weight"]

Block = Mapping[str, Any]


def forms(message: Message) -> list[tuple[Block, ...]]:
    """The blocks of every step."""
    return [tuple(message.payload(step)["blocks"]) for step in range(message.steps)]


def seen(blocks: Iterable[Block]) -> list[str]:
    """Lines as they are sent, entities included."""
    return [line for block in blocks for line in _lines(block)]


def _lines(block: Block) -> Iterator[str]:
    match block["type"]:
        case "rich_text":
            yield from ("".join(run["text"] for run in part["elements"]) for part in block["elements"])
        case "header" | "section":
            yield from block["text"]["text"].split("\n")
        case "context":
            yield from (line for one in block["elements"] for line in one["text"].split("\n"))
        case "data_table" | "table":
            yield from [block["caption"]] if "caption" in block else []
            yield from (" | ".join(cell["text"] for cell in row) for row in block["rows"])
        case "data_visualization":
            chart = block["chart"]
            yield block["title"]
            yield from (one["name"] for one in chart["series"])
            yield from (chart["axis_config"]["y_label"], *chart["axis_config"]["categories"])
        case "actions":
            for one in block["elements"]:
                is_question = one["action_id"].startswith(("next:", "choice:"))
                yield html.escape(one["value"], quote=False) if is_question else one["text"]["text"]
        case "context_actions":
            for one in block["elements"]:
                yield from (one[name]["text"]["text"] for name in ("positive_button", "negative_button"))
        case other:
            raise AssertionError(f"a block that nobody expects: {other}")


def buttons(blocks: Iterable[Block]) -> dict[str, Block]:
    """Buttons by their action ids, each of which is there once."""
    every = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    found = {one["action_id"]: one for one in every}
    assert len(found) == len(every)
    return found


def runs(blocks: Iterable[Block]) -> list[Block]:
    """Every run of rich text."""
    rich = [block for block in blocks if block["type"] == "rich_text"]
    return [run for block in rich for part in block["elements"] for run in part["elements"]]


def weight(part: Any) -> int:
    """Signs that people read in some blocks, as they are sent."""
    if isinstance(part, Mapping):
        own = [part[key] for key in ("text", "title", "caption", "label", "name", "y_label") if key in part]
        texts = sum(len(one.encode("utf-16-le")) // 2 for one in own if isinstance(one, str))
        return texts + sum(weight(value) for value in part.values())
    return sum(map(weight, part)) if isinstance(part, list | tuple) else 0


def acting(part: Any) -> Iterator[Block]:
    """Objects in which Slack would read somebody's text as commands: mrkdwn, markdown, and rich text's own."""
    if isinstance(part, Mapping):
        if part.get("type") in ("mrkdwn", "markdown", "user", "usergroup", "channel", "broadcast", "emoji", "team"):
            yield part
        for value in part.values():
            yield from acting(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from acting(value)
