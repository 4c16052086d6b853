"""Hacker News' records as feedback: hits of its search (Algolia), and items of its official API (Firebase).

Both tell of the same remarks in different words; what is made of them is the same to the last letter, so that looking
again at something that nobody changed changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

from connectors.base import Reject
from connectors.markup import plain
from connectors.record import Channel, Feedback
from connectors.tabular.cells import clean
from connectors.tabular.kept import keep, keep_text, take_up

_PERMALINK = "https://news.ycombinator.com/item?id="


@dataclass(frozen=True, slots=True)
class Origin:
    """Which source reads, when, and of which product all of it speaks."""

    source: str
    fetched_at: datetime
    product: str | None


def from_hit(hit: object, origin: Origin) -> Feedback | Reject:
    """A hit of the search: ``objectID``, ``title``, ``story_text`` or ``comment_text``, ``created_at_i``."""
    if not isinstance(hit, Mapping):
        return Reject("hit without an id", "this hit is no record", _raw(hit))
    # Hits of stories carry a null comment_text and the other way round; an older index called a story's text "text".
    text = hit.get("comment_text") or hit.get("story_text") or hit.get("text")
    told = {
        "id": hit.get("objectID"),
        "title": hit.get("title"),
        "text": text,
        "by": hit.get("author"),
        "time": hit.get("created_at_i"),
        "parent": hit.get("parent_id"),
        "url": hit.get("url"),
    }
    return _feedback(told, hit, origin)


def from_item(item: Mapping[str, Any], origin: Origin) -> Feedback | Reject:
    """An item of the official API; one that was deleted, or was killed by moderators, is ``deleted``."""
    if item.get("deleted") or item.get("dead"):
        return gone(str(item.get("id")), origin)
    return _feedback(item, item, origin)


def gone(native_id: str, origin: Origin) -> Feedback:
    """Something that is not there any more."""
    return Feedback.gone(origin.source, native_id, Channel.SOCIAL, origin.fetched_at)


def from_raw(raw: str, where: str, origin: Origin) -> Feedback | Reject:
    """A reject read again."""
    kept = take_up(raw)
    if kept is None:
        return Reject(where, "it was too long to be kept whole: pull again", raw)
    record = kept.fields
    again = from_hit(record, origin) if "objectID" in record else from_item(record, origin)
    return again if isinstance(again, Feedback) else replace(again, where=where, raw=raw)


def said_at(hit: object) -> int | None:
    """When a hit says that it was written, in seconds since 1970."""
    time = hit.get("created_at_i") if isinstance(hit, Mapping) else None
    return time if isinstance(time, int) and not isinstance(time, bool) else None


def _feedback(told: Mapping[str, Any], raw: object, origin: Origin) -> Feedback | Reject:
    native_id = told.get("id")
    if not isinstance(native_id, int | str) or not str(native_id).strip():
        return Reject("hit without an id", "this record has no id", _raw(raw))
    where, time = f"item {native_id}", told.get("time")
    if not isinstance(time, int) or isinstance(time, bool) or not 0 < time < 1e11:
        return Reject(where, "this record does not say when it was written", _raw(raw), _text(told.get("by")))
    # A title has entities, and no markup: "<div> considered harmful" is one.
    title, body = unescape(_text(told.get("title")) or "").strip(), plain(_text(told.get("text")) or "")
    text = "\n".join(part for part in (title, body) if part)
    if not text:
        return Reject(where, "this record holds no words", _raw(raw), _text(told.get("by")))
    link, parent = _text(told.get("url")), told.get("parent")
    return Feedback(
        source=origin.source,
        native_id=str(native_id),
        channel=Channel.SOCIAL,
        said_at=datetime.fromtimestamp(time, UTC),
        fetched_at=origin.fetched_at,
        text=text,
        author=_text(told.get("by")),
        url=f"{_PERMALINK}{native_id}",
        product=origin.product,
        parent=str(parent) if isinstance(parent, int | str) and parent else None,
        extra={"kind": "story" if title else "comment", **({"link": link} if link else {})},
    )


def _text(value: object) -> str | None:
    return clean(value) if isinstance(value, str) and value.strip() else None


def _raw(record: object) -> str:
    return keep(record) if isinstance(record, Mapping) else keep_text(str(record))
