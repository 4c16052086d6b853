"""Feedback to a row and back. A conversation's words are stored once: turns keep lengths, the text is cut by them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Row

from connectors.record import TURN_SEPARATOR, Channel, Feedback, Speaker, Turn


def to_row(item: Feedback) -> dict[str, Any]:
    """The row of a masked feedback item, with the digest by which an edit is noticed."""
    row: dict[str, Any] = {
        "id": item.id,
        "source": item.source,
        "native_id": item.native_id,
        "channel": item.channel.value,
        "said_at": item.said_at,
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
    content = json.dumps(row, ensure_ascii=False, sort_keys=True, default=str)
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
