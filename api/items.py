"""Items that a program hands in, one by one: feedback, masked as any other, or a reject with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from api.schemas.handing_in import IngestRequest, Item
from api.validation import in_words, place
from connectors.record import Channel, Feedback, Speaker, Turn
from mining.privacy import mask_feedback

_CLOCKS_DIFFER_BY = timedelta(days=1)
_LONGEST_ID_TOLD = 100


def looked_at(asked: IngestRequest, now: datetime, key: bytes) -> tuple[list[Feedback], list[dict[str, Any]]]:
    """What can be kept, masked under ``key``, and what cannot: ``{"index", "native_id", "reason"}``."""
    items, rejects = [], []
    for index, given in enumerate(asked.items):
        try:
            item = Item.model_validate(given)
            items.append(mask_feedback(_feedback(asked, item, now), key))
        except ValidationError as error:
            rejects.append(_reject(index, given, _reason(error)))
        except ValueError as error:
            rejects.append(_reject(index, given, str(error)))
    return items, rejects


def _feedback(asked: IngestRequest, item: Item, now: datetime) -> Feedback:
    if item.said_at > now + _CLOCKS_DIFFER_BY:
        raise ValueError("said_at: lies in the future")
    rating = item.rating
    if rating is not None:
        rating = (rating - item.rating_worst) / (item.rating_best - item.rating_worst)
    return Feedback(
        source=asked.source,
        native_id=item.native_id,
        channel=Channel(item.channel or asked.channel),
        said_at=item.said_at,
        fetched_at=now,
        text=item.text,
        author=item.author,
        url=item.url,
        rating=rating,
        language=item.language,
        turns=tuple(Turn(Speaker(turn.speaker), turn.text, turn.start_s, turn.end_s) for turn in item.turns),
        product=item.product,
        segment=dict(item.segment),
        solicited=item.solicited,
        parent=item.parent,
        deleted=item.deleted,
    )


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    where = place(first["loc"])
    return f"{where}: {in_words(first)}" if where else in_words(first)


def _reject(index: int, given: Any, reason: str) -> dict[str, Any]:
    id_ = given.get("native_id") if isinstance(given, dict) else None
    shown = id_[:_LONGEST_ID_TOLD].encode("utf-8", "replace").decode() if isinstance(id_, str) else None
    return {"index": index, "native_id": shown, "reason": reason}
