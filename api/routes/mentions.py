"""``GET /v1/mentions/{id}``: one mention, with all that stood around it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from api.parts import Parts
from api.problems import NOT_FOUND, Problem
from api.said import said
from api.schemas.mentions import MentionInFull
from connectors.record import Feedback
from mining import reading, work
from mining.keys import Scope
from mining.rows import storable_text
from mining.schema import mentions
from mining.store import Store
from mining.themes import listing

Id = Annotated[
    str,
    Path(
        max_length=1_000, description="As hits and quotes carry it; `#` is written `%23` in a URL.",
        examples=["shop:17#0"],
    ),
]  # fmt: skip


def router(parts: Parts) -> APIRouter:
    """The route."""
    routes = parts.door.router(Scope.READ, "Look closer")

    @routes.get("/mentions/{id:path}", response_model=MentionInFull, response_description="The mention.")
    def mention(id: Id) -> Response:
        """One mention: its words, labels and names, and the whole feedback that it was cut from."""
        store = parts.where.store
        held = reading.by_ids(store, [storable_text(id)])
        feedback = work.feedback(store, [held[0].feedback_id]) if held else []
        if not feedback:
            raise Problem(NOT_FOUND, "No mention has this id.", "It may have been edited or deleted: search again.")
        beside = _mentions_of(store, held[0].feedback_id)
        own = next((one for one in beside if one["mention_id"] == held[0].mention_id), None)
        if own is None:
            raise Problem(NOT_FOUND, "The mention has just gone.", "It was edited or deleted: search again.")
        theme = listing.names(store).get(held[0].theme) if held[0].theme else None
        return said(
            {
                **held[0].as_json(),
                "start": own["start"],
                "end": own["end"],
                "theme_titles": dict(theme.names) if theme else {},
                "feedback": _around(feedback[0], beside),
            }
        )

    return routes


def _mentions_of(store: Store, feedback_id: str) -> list[dict[str, Any]]:
    table = mentions
    wanted = (
        select(table.c.id.label("mention_id"), table.c.text, table.c.speaker, table.c.start, table.c.end)
        .where(table.c.feedback_id == feedback_id)
        .order_by(table.c.start, table.c.id)
    )
    with store.transaction() as connection:
        return [dict(row._mapping) for row in connection.execute(wanted)]


def _around(item: Feedback, beside: list[dict[str, Any]]) -> dict[str, Any]:
    turns = [
        {"speaker": turn.speaker.value, "text": turn.text, "start_s": turn.start_s, "end_s": turn.end_s}
        for turn in item.turns
    ]
    return {
        "id": item.id,
        "text": item.text,
        "turns": turns,
        "solicited": item.solicited,
        "segment": dict(item.segment),
        "parent": item.parent,
        "fetched_at": item.fetched_at.isoformat(),
        "mentions": beside,
    }
