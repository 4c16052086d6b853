"""Limits of blocks, and of lists of blocks on each surface.

Sources: docs.slack.dev/reference/block-kit/blocks and the validators of slack_sdk. That ``alert`` is for modals alone,
and which blocks a Home tab takes, is from the same pages as others have read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from api.fake_slack import limits_data as data
from api.fake_slack import limits_elements as elements
from api.fake_slack.checks import (
    Check,
    Finding,
    boolean,
    by_type,
    calls_nobody,
    listed,
    objects,
    shape,
    string,
    text,
    under,
    unique,
)

MOST_BLOCKS: Final = {"message": 50, "modal": 100, "home": 100}
MOST_MARKDOWN: Final = 12_000

STATUSES: Final = ("pending", "in_progress", "complete", "error")


def markdown(path: str, value: Any) -> Iterator[Finding]:
    """Standard markdown of up to 12,000 characters."""
    yield from string(MOST_MARKDOWN)(path, value)
    if isinstance(value, str):
        yield from calls_nobody(path, value)


def _block(fields: Mapping[str, Check], needs: Sequence[str] = (), one_of: Sequence[str] = ()) -> Check:
    return shape({**fields, "block_id": elements.ID}, needs, one_of)


def _children(path: str, value: Any) -> Iterator[Finding]:
    yield from listed(by_type({name: BLOCKS[name] for name in CHILDREN}, "block of a container"), 10)(path, value)


def _cards(path: str, value: Any) -> Iterator[Finding]:
    yield from listed(by_type({"card": BLOCKS["card"]}, "card"), 10)(path, value)


def _tasks(path: str, value: Any) -> Iterator[Finding]:
    yield from listed(by_type({"task_card": BLOCKS["task_card"]}, "task"), least=0)(path, value)


_IMAGE: Final = by_type({"image": elements.IMAGE}, "image")
RICH_TEXT: Final = _block({"elements": listed(by_type(elements.RICH_TEXT, "rich text element"))}, ("elements",))
_RICH: Final = by_type({"rich_text": RICH_TEXT}, "rich text")
_SOURCE: Final = shape({"url": elements.URL, "text": string()}, ("url", "text"))

BLOCKS: Final[Mapping[str, Check]] = {
    "section": _block(
        {
            "text": text(3000),
            "fields": listed(text(2000), 10),
            "accessory": by_type(elements.ACCESSORIES, "accessory"),
            "expand": boolean,
        },
        one_of=("text", "fields"),
    ),
    "header": _block({"text": text(150, plain_only=True)}, ("text",)),
    "divider": _block({}),
    "context": _block({"elements": listed(by_type(elements.CONTEXT, "context element"), 10)}, ("elements",)),
    "actions": _block({"elements": listed(by_type(elements.ACTIONS, "action"), 25)}, ("elements",)),
    "context_actions": _block(
        {"elements": listed(by_type(elements.CONTEXT_ACTIONS, "context action"), 5)}, ("elements",)
    ),
    "markdown": _block({"text": markdown}, ("text",)),
    "rich_text": RICH_TEXT,
    "image": _block(
        {
            "image_url": elements.URL,
            "slack_file": elements.SLACK_FILE,
            "alt_text": string(2000),
            "title": text(2000, plain_only=True),
        },
        ("alt_text",),
        ("image_url", "slack_file"),
    ),
    "input": _block(
        {
            "label": text(2000, plain_only=True),
            "hint": text(2000, plain_only=True),
            "element": by_type(elements.INPUTS, "input"),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        ("label", "element"),
    ),
    "table": data.TABLE,
    "data_table": data.DATA_TABLE,
    "data_visualization": data.DATA_VISUALIZATION,
    "task_card": _block(
        {
            "task_id": string(),
            "title": string(),
            "details": _RICH,
            "output": _RICH,
            "sources": listed(_SOURCE),
            "status": string(choices=STATUSES),
        },
        ("task_id", "title", "status"),
    ),
    "plan": _block({"title": string(), "tasks": _tasks}, ("title",)),
    "alert": _block(
        {"text": text(200), "level": string(choices=("default", "info", "warning", "error", "success"))}, ("text",)
    ),
    "card": _block(
        {
            "hero_image": _IMAGE,
            "icon": _IMAGE,
            "title": text(150),
            "subtitle": text(150),
            "body": text(200),
            "subtext": text(200),
            "actions": listed(by_type({"button": elements.BUTTON}, "card action"), 3),
        },
        one_of=("hero_image", "title", "actions", "body"),
    ),
    "carousel": _block({"elements": _cards}, ("elements",)),
    "container": _block(
        {
            "title": text(150, plain_only=True),
            "rich_text_title": _RICH,
            "subtitle": text(150),
            "child_blocks": _children,
            "width": string(choices=("narrow", "standard", "wide", "full")),
            "icon": _IMAGE,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        ("child_blocks",),
        ("title", "rich_text_title"),
    ),
    "file": _block({"external_id": string(), "source": string(choices=("remote",))}, ("external_id", "source")),
    "video": _block(
        {
            "title": text(199, plain_only=True),
            "author_name": string(49),
            "alt_text": string(),
            **dict.fromkeys(("video_url", "thumbnail_url", "title_url", "provider_icon_url"), elements.URL),
            "provider_name": string(),
            "description": text(3000, plain_only=True),
        },
        ("alt_text", "video_url", "thumbnail_url", "title"),
    ),
}
_PLAIN: Final = frozenset(
    {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
)
CHILDREN: Final = sorted(_PLAIN | {"file", "table"})

SURFACES: Final[Mapping[str, frozenset[str]]] = {
    "message": frozenset(BLOCKS) - {"alert"},
    "modal": _PLAIN | {"alert", "card"},
    "home": _PLAIN | {"card", "carousel", "table", "data_table"},
}


def blocks_of(surface: str) -> Check:
    """A list of blocks as a ``message``, a ``modal`` or a ``home`` takes it."""
    kinds = {name: BLOCKS[name] for name in SURFACES[surface]}
    each = listed(by_type(kinds, f"block of a {surface}"), MOST_BLOCKS[surface], least=0)

    def check(path: str, value: Any) -> Iterator[Finding]:
        yield from each(path, value)
        if isinstance(value, list | tuple):
            blocks = [(under(path, i), block) for i, block in enumerate(value) if isinstance(block, Mapping)]
            yield from _together(path, blocks)

    return check


def _together(path: str, blocks: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Finding]:
    """What holds for all blocks of a payload at once."""
    yield from unique([(under(where, "block_id"), block.get("block_id")) for where, block in blocks], "block_id")
    for where, block in blocks:
        acted = objects(block.get("elements"))
        yield from unique([(where, one.get("action_id")) for one in acted], "action_id")
    of = {kind: [block for _, block in blocks if block.get("type") == kind] for kind in BLOCKS}
    written = sum(len(str(block.get("text") or "")) for block in of["markdown"])
    if written > MOST_MARKDOWN and len(of["markdown"]) > 1:
        what = f"holds {written} characters of markdown together; {MOST_MARKDOWN} are allowed"
        yield Finding(path, what, "msg_blocks_too_long")
    if len(of["table"]) > data.MOST_TABLES:
        yield Finding(path, f"holds {len(of['table'])} tables; {data.MOST_TABLES} is allowed", "only_one_table_allowed")
    if len(of["data_visualization"]) > data.MOST_CHARTS:
        yield Finding(path, f"holds {len(of['data_visualization'])} charts; {data.MOST_CHARTS} are allowed")
    cells = sum(data.cell_characters(block.get("rows")) for block in (*of["table"], *of["data_table"]))
    if cells > data.MOST_TABLE_CHARACTERS:
        what = f"holds {cells} characters in tables; {data.MOST_TABLE_CHARACTERS} are allowed"
        yield Finding(path, what)
