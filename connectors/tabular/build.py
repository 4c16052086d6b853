"""A row becomes feedback, or a reject that says why it did not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from connectors.base import Reject
from connectors.languages import language_code
from connectors.record import Channel, Feedback, Speaker, Turn
from connectors.tabular import dates, ratings, reddit
from connectors.tabular.cells import cell, fold, is_empty, is_removed, sender, truth
from connectors.tabular.events import Bad, Row
from connectors.tabular.kept import keep, keep_text
from connectors.tabular.plan import Plan, Settings
from connectors.transcripts.reading.speakers import role_of

# What makes a remark without an id that remark and no other.
_IDENTITY = ("text", "said_at", "author", "rating")
# How far a clock elsewhere may be ahead of ours before a date counts as one in the future.
_AHEAD = timedelta(days=2)
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: the source's name, the file below the source's root, when it was read and last changed."""

    source: str
    file: str
    fetched_at: datetime
    modified: datetime


def build(row: Row, plan: Plan, settings: Settings, origin: Origin, known_as: str = "") -> Feedback | Reject:
    """One row as feedback; ``known_as`` is the id that a row without one got when it was first met."""
    values: dict[str, Any] = {}
    try:
        if plan.problem:
            raise ValueError(f"{plan.problem.message} ({plan.problem.hint})")
        values = _values(row, plan, settings)
        return _feedback(row, values, plan, settings, origin, known_as)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "the row is nested too deeply"
        return refuse(row, values, plan, reason, origin)


def refuse(row: Row, values: Mapping[str, Any], plan: Plan, reason: str, origin: Origin) -> Reject:
    """A row that is not taken in, kept so that it can be read again under the same id."""
    hashed = values and not _own_id(values)
    raw = keep(row.fields, _native_id(values), made_from(plan)) if hashed else keep(row.fields)
    return Reject(f"{origin.file}:{row.place}", reason, raw, _author(row.fields, plan))


def reject(bad: Bad, plan: Plan | None, origin: Origin) -> Reject:
    """One record that the reader could not make out."""
    author = _author(bad.fields, plan) if plan else None
    return Reject(f"{origin.file}:{bad.place}", bad.reason, keep_text(bad.raw), author)


def made_from(plan: Plan) -> str:
    """A mark of the columns that an id is made from: with others, the same row has another id."""
    return _hash([str(plan.mapped.get(target, "")) for target in ("native_id", "title", *_IDENTITY)])[:8]


def _author(fields: Mapping[str, object], plan: Plan) -> str | None:
    spec = plan.mapped.get("author")
    return (cell(spec.value(fields)) or None) if spec else None


def _feedback(
    row: Row, values: Mapping[str, Any], plan: Plan, settings: Settings, origin: Origin, known_as: str
) -> Feedback:
    if plan.shape.needs and row.fields.get(plan.shape.needs) is None:
        raise ValueError(f"the row has no {plan.shape.needs}, as every {plan.shape.name} record has")
    removed = truth(cell(values.get("deleted"))) is True
    text = "" if removed else _text(values)
    if len(text) > settings.max_text:
        raise ValueError(f"the text is longer than {settings.max_text:,} characters")
    rating = ratings.score(values.get("rating"))
    if not text and rating is None and not removed:
        raise ValueError("the row has neither words nor a rating")
    said_at, extra = _said_at(values, plan, settings, origin)
    channel = _channel(values, plan, settings)
    author = None if removed else _some(values, "author")
    speaker = _speaker(values)
    return Feedback(
        source=origin.source,
        native_id=_own_id(values) or known_as or _native_id(values),
        channel=channel,
        said_at=said_at,
        fetched_at=origin.fetched_at,
        text=text,
        author=author,
        url=_url(values),
        rating=ratings.share(rating, plan.scale) if rating else None,
        language=language_code(cell(values.get("language"))) or settings.language,
        turns=(Turn(speaker, text),) if speaker and text else (),
        product=_some(values, "product") or settings.product,
        segment=_group(values, "segment"),
        solicited=_solicited(values, settings, channel),
        parent=_unpadded(_some(values, "parent") or "") or None,
        deleted=removed,
        extra={"where": f"{origin.file}:{row.place}", **extra, **_group(values, "extra")},
    )


def _values(row: Row, plan: Plan, settings: Settings) -> dict[str, Any]:
    values = {target: spec.value(row.fields) for target, spec in plan.mapped.items()}
    if plan.shape.name == "Reddit":
        values |= _reddit(row.fields, values, settings)
    return values


def _reddit(fields: Mapping[str, object], values: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """What Reddit means by its own values: marks of deletion, escapes, addresses without a host."""
    amended: dict[str, Any] = {name: cell(values.get(name)) for name in ("text", "title")}
    if settings.escaped:
        amended = {name: reddit.unescape(text) for name, text in amended.items()}
    if "native_id" not in settings.mapping:
        amended["native_id"] = reddit.fullname(fields)
    if "url" not in settings.mapping:
        amended["url"] = reddit.permalink(fields)
    if is_removed(cell(values.get("author"))):
        amended["author"] = None
    if not cell(values.get("extra.edited")).replace("false", ""):
        amended["extra.edited"] = None
    gone = is_removed(amended["text"]) or is_removed(amended["title"]) or reddit.was_removed(fields)
    return amended | ({"deleted": "true"} if gone else {})


def _text(values: Mapping[str, Any]) -> str:
    """Title and words, one above the other, where one does not repeat the other."""
    text, title = cell(values.get("text")), cell(values.get("title"))
    if title and not text.startswith(title.rstrip("…. ")):
        text = f"{title}\n{text}" if text else title
    return text


def _said_at(
    values: Mapping[str, Any], plan: Plan, settings: Settings, origin: Origin
) -> tuple[datetime, dict[str, str]]:
    """When it was said, and in ``extra`` where that date comes from, if not from the row."""
    value = values.get("said_at")
    if value is not None and not is_empty(cell(value)):
        said_at = dates.moment(value, plan.reading)
        if said_at > origin.fetched_at + _AHEAD:
            raise ValueError(f"the date {dates.shown(value)} lies in the future")
        return said_at, {}
    if settings.said_at is not None:
        return settings.said_at, {"said_at_from": "config"}
    if "said_at" in plan.mapped:
        raise ValueError(f"the row has no date in {plan.mapped['said_at']}")
    return min(origin.modified, origin.fetched_at), {"said_at_from": "file"}


def _own_id(values: Mapping[str, Any]) -> str:
    """The id that the row brings; empty if it brings none."""
    native_id = _unpadded(cell(values.get("native_id")))
    if is_empty(native_id):
        return ""
    return native_id if len(native_id) <= _LONGEST_ID else _hash([native_id])


def _native_id(values: Mapping[str, Any]) -> str:
    """A hash of the words, the date, the author and the rating as they are written.

    The cells are hashed and not what they were read as, so that an id outlives another time zone or rating scale.
    """
    return _hash([_text(values), *(cell(values.get(target)) for target in _IDENTITY[1:])])


def _unpadded(native_id: str) -> str:
    """An id that a tool took for a number because some cells of its column are empty: ``848.0`` is 848."""
    whole = native_id.removesuffix(".0")
    return whole if whole.isdigit() else native_id


def _hash(parts: list[str]) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()[:24]


def _some(values: Mapping[str, Any], target: str) -> str | None:
    text = cell(values.get(target))
    return None if is_empty(text) else text


def _channel(values: Mapping[str, Any], plan: Plan, settings: Settings) -> Channel:
    named = fold(cell(values.get("channel")))
    if not named:
        return settings.channel or plan.shape.channel or Channel.REVIEW
    if named not in set(Channel):
        raise ValueError(f"the channel is none of {', '.join(Channel)}")
    return Channel(named)


def _solicited(values: Mapping[str, Any], settings: Settings, channel: Channel) -> bool:
    said = truth(cell(values.get("solicited")))
    if said is not None:
        return said
    # Surveys ask; everything else speaks up by itself, unless the user knows better.
    return settings.solicited if settings.solicited is not None else channel is Channel.SURVEY


def _speaker(values: Mapping[str, Any]) -> Speaker | None:
    text = cell(values.get("speaker"))
    if not text:
        return None
    speaker = role_of(text) or sender(text)
    if speaker is None:
        raise ValueError("the speaker is neither the customer nor an agent")
    return speaker


def _url(values: Mapping[str, Any]) -> str | None:
    """Only what a browser opens safely: an address ends up as a link in other people's chats."""
    url = cell(values.get("url"))
    return url if url.lower().startswith(("https://", "http://")) and " " not in url else None


def _group(values: Mapping[str, Any], group: str) -> dict[str, str]:
    texts = {
        name.removeprefix(f"{group}."): cell(value) for name, value in values.items() if name.startswith(f"{group}.")
    }
    return {name: text for name, text in texts.items() if not is_empty(text)}
