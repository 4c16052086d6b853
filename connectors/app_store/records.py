"""Reviews as feedback, from either door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.app_store.territories import region
from connectors.base import Reject
from connectors.record import Channel, Feedback
from connectors.tabular.cells import clean
from connectors.tabular.kept import keep, keep_text, take_up


@dataclass(frozen=True, slots=True)
class Origin:
    """Which source reads, when, and of which product all of it speaks."""

    source: str
    fetched_at: datetime
    product: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A review as a door tells it. ``raw`` is its whole record, by which it can be read again."""

    id: object
    rating: object
    title: object
    body: object
    author: object
    date: object
    territory: str
    raw: object
    extra: Mapping[str, str]
    url: str | None = None


def review(told: Told, origin: Origin) -> Feedback | Reject:
    """A review; a reject where it says no id, no date or no words, or a rating that is none.

    A date without a zone is taken as UTC.
    """
    if not isinstance(told.id, str) or not told.id.strip():
        return _rejected("review without an id", "this review has no id", told)
    where, date = f"review {told.id}", _date(told.date)
    if date is None:
        return _rejected(where, "this review does not say when it was written", told)
    rating = _rating(told.rating)
    if rating is None:
        return _rejected(where, "this review's rating is none of one to five stars", told)
    text = "\n".join(part for part in (_text(told.title), _text(told.body)) if part)
    if not text:
        return _rejected(where, "this review holds no words", told)
    return Feedback(
        source=origin.source,
        native_id=told.id.strip(),
        channel=Channel.REVIEW,
        said_at=date,
        fetched_at=origin.fetched_at,
        text=text,
        author=_text(told.author) or None,
        url=told.url,
        rating=rating,
        product=origin.product,
        segment={"region": region(told.territory)} if told.territory else {},
        extra={**({"territory": told.territory} if told.territory else {}), **told.extra},
    )


def from_connect(row: object, origin: Origin) -> Feedback | Reject:
    """A resource of type ``customerReviews``."""
    attributes = row.get("attributes") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not isinstance(attributes, Mapping):
        where = row.get("id") if isinstance(row, Mapping) else None
        return Reject(
            f"review {where}" if isinstance(where, str) else "review without an id",
            "this record is no review",
            _raw(row),
        )
    territory = attributes.get("territory")
    return review(
        Told(
            id=row.get("id"),
            rating=attributes.get("rating"),
            title=attributes.get("title"),
            body=attributes.get("body"),
            author=attributes.get("reviewerNickname"),
            date=attributes.get("createdDate"),
            territory=territory if isinstance(territory, str) else "",
            raw=row,
            extra={},
        ),
        origin,
    )


def from_entry(entry: Mapping[str, str], origin: Origin) -> Feedback | Reject:
    """An entry of the feed, flattened (:func:`connectors.app_store.feed.parse`)."""
    version, link = entry.get("version", ""), entry.get("link") or None
    return review(
        Told(
            id=entry.get("id"),
            rating=entry.get("rating"),
            title=entry.get("title"),
            body=entry.get("content"),
            author=entry.get("author"),
            date=entry.get("updated"),
            territory=entry.get("territory", ""),
            raw=entry,
            extra={"version": version} if version else {},
            url=link,
        ),
        origin,
    )


def gone(native_id: str, origin: Origin) -> Feedback:
    """A review that is not there any more."""
    return Feedback.gone(origin.source, native_id, Channel.REVIEW, origin.fetched_at)


def from_raw(raw: str, where: str, origin: Origin) -> Feedback | Reject:
    """A reject read again."""
    kept = take_up(raw)
    if kept is None:
        return Reject(where, "it was too long to be kept whole: pull again", raw)
    fields: Mapping[str, Any] = kept.fields
    again = from_connect(fields, origin) if "attributes" in fields else from_entry(_flat(fields), origin)
    return again if isinstance(again, Feedback) else Reject(where, again.reason, raw, again.author)


def _flat(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _rejected(where: str, reason: str, told: Told) -> Reject:
    return Reject(where, reason, _raw(told.raw), _text(told.author) or None)


def _raw(record: object) -> str:
    return keep(record) if isinstance(record, Mapping) else keep_text(str(record))


def _text(value: object) -> str:
    return clean(value).strip() if isinstance(value, str) else ""


def _date(value: object) -> datetime | None:
    try:
        date = datetime.fromisoformat(value) if isinstance(value, str) else None
        return date and (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _rating(value: object) -> float | None:
    """One to five stars as a share; a number or, in the feed, its digits."""
    stars = int(value) if isinstance(value, str) and value.isdecimal() and len(value) == 1 else value
    if not isinstance(stars, int) or isinstance(stars, bool) or not 1 <= stars <= 5:
        return None
    return (stars - 1) / 4
