"""``GET /v1/queries/{id}``: exactly the rows behind a figure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api import kept_queries
from api.parts import Parts
from api.said import said
from api.schemas.queries import QueryQuery, QueryResponse
from mining import rows_behind
from mining.keys import Scope
from mining.rows import storable_text
from mining.rows_behind import Place

Id = Annotated[
    str,
    Path(
        min_length=1, max_length=kept_queries.LONGEST, description="The `query` beside a figure.",
        examples=["q1a2b3c4d5e6f"],
    ),
]  # fmt: skip


def router(parts: Parts) -> APIRouter:
    """The route."""
    routes = parts.door.router(Scope.READ, "Look closer")

    @routes.get("/queries/{id}", response_model=QueryResponse, response_description="A page of rows.")
    def query(id: Id, asked: Annotated[QueryQuery, Query()]) -> Response:
        """Count a figure again, and list exactly the rows behind it.

        Works for the `query` of every figure of an answer, a digest or an aggregate. It counts anew: where feedback
        came, changed or went since, `counts` differ from `asked_value`. Rows are feedback items, the newest first.
        """
        store = parts.where.store
        held, value, at = kept_queries.recall(store, storable_text(id))
        after = _place(parts.cursors.read(f"query {id}", asked.cursor)) if asked.cursor else None
        counts = rows_behind.counted(store, held)
        page = rows_behind.page(store, held, asked.limit, after)
        rows = [{"feedback_id": rows[0].feedback_id, "mentions": [one.as_json() for one in rows]} for rows in page.rows]
        return said(
            {
                "query": id,
                "asked_at": at.isoformat(),
                "asked_value": value,
                "filters": held.filters.spec(),
                "counts": {unit: counts.of(unit) for unit in ("feedback", "unique", "mentions", "authors")},
                "rows": rows,
                "next_cursor": parts.cursors.made(f"query {id}", _shown(page.after)) if page.after else None,
            }
        )

    return routes


def _shown(place: Place) -> list[str]:
    return [place[0].isoformat(), place[1]]


def _place(shown: Any) -> Place:
    return datetime.fromisoformat(shown[0]), shown[1]
