"""Feedback to a row and back. A conversation's words are stored once: turns keep lengths, the text is cut by them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields, replace
from datetime import UTC
from typing import Any, TypeVar

from sqlalchemy import Row

from connectors.base import Reject
from connectors.record import TURN_SEPARATOR, Channel, Feedback, Speaker, Turn

Item = TypeVar("Item", bound=Feedback | Reject | Turn)

_NAMES: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (Feedback, Reject, Turn)
}
_WRITTEN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(item: Item) -> Item:
    """The item with every NUL and half surrogate pair, which databases refuse, replaced by U+FFFD: lengths stay."""
    changed = {}
    for name in _NAMES[type(item)]:
        value = getattr(item, name)
        if value and (mended := _mended(value)) is not value:
            changed[name] = mended
    return replace(item, **changed) if changed else item


def storable_text(text: str) -> str:
    """The text as :func:`storable` would keep it."""
    return _UNSTORABLE.sub("\ufffd", text)


def _mended(value: Any) -> Any:
    """The same object where nothing had to be mended."""
    kind = type(value)
    if kind is str:
        return storable_text(value) if _UNSTORABLE.search(value) else value
    if kind is tuple:
        turns = tuple(storable(turn) for turn in value)
        return value if turns == value else turns
    if kind is dict:
        mended = {_mended(key): _mended(held) for key, held in value.items()}
        return value if mended == value else mended
    return value


def to_row(item: Feedback) -> dict[str, Any]:
    """The row of a masked feedback item, with the digest by which an edit is noticed."""
    row: dict[str, Any] = {
        "id": item.id,
        "source": item.source,
        "native_id": item.native_id,
        "channel": item.channel.value,
        "said_at": item.said_at.astimezone(UTC),
        "text": item.text,
        "author": item.author,
        "url": item.url,
        "rating": item.rating,
        "language": item.language,
        "turns": [[turn.speaker.value, len(turn.text), turn.start_s, turn.end_s] for turn in item.turns],
        "product": item.product,
        "segment": dict(item.segment),
        "solicited": item.solicited,
        "parent": item.parent,
        "extra": dict(item.extra),
    }
    # Where a record lies is no part of what was said: one row more at the top of an export is not an edit of all.
    said = {**row, "extra": {key: value for key, value in row["extra"].items() if key != "where"}}
    content = _WRITTEN.encode(said)
    row["digest"] = hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    row["fetched_at"] = item.fetched_at
    return row


def from_row(row: Row[Any]) -> Feedback:
    """The feedback item that a row holds."""
    turns, start = [], 0
    for speaker, length, start_s, end_s in row.turns:
        turns.append(Turn(Speaker(speaker), row.text[start : start + length], start_s, end_s))
        start += length + len(TURN_SEPARATOR)
    return Feedback(
        source=row.source,
        native_id=row.native_id,
        channel=Channel(row.channel),
        said_at=row.said_at,
        fetched_at=row.fetched_at,
        text=row.text,
        author=row.author,
        url=row.url,
        rating=row.rating,
        language=row.language,
        turns=tuple(turns),
        product=row.product,
        segment=row.segment,
        solicited=row.solicited,
        parent=row.parent,
        extra=row.extra,
    )
