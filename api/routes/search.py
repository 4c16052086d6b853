"""``POST /v1/search``: mentions by word, by meaning or both, with filters, exact counts and pages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.asked import filters_of
from api.parts import Parts
from api.said import said
from api.schemas.searching import SearchRequest, SearchResponse
from mining.keys import Scope
from mining.search import Mode, Order, Results, Search, search

_LIST = "search"


def router(parts: Parts) -> APIRouter:
    """The route."""
    routes = parts.door.router(Scope.READ, "Find and count")

    @routes.post("/search", response_model=SearchResponse, response_description="A page of hits.")
    def find(asked: SearchRequest) -> Response:
        """Find mentions in all languages at once.

        A hit in keyword mode says every word, in any form that English, Hebrew and Persian write it in; in semantic
        mode it means something near, in whatever language; hybrid takes both and ranks them together. Every filter
        must hold. `total` and `facets` count all hits exactly, not only the page. Follow `next_cursor` for more:
        feedback that comes, changes or goes meanwhile never makes another hit appear twice or not at all.
        """
        page = parts.cursors.read(_LIST, asked.cursor) if asked.cursor else None
        found = search(
            parts.where.searcher,
            Search(
                asked.query, Mode(asked.mode), filters_of(parts.where, asked.filters), asked.limit, page, asked.facets,
                Order(asked.order), asked.near,
            ),
        )  # fmt: skip
        return said(_shown(found, parts))

    return routes


def _shown(found: Results, parts: Parts) -> dict[str, Any]:
    return {
        "hits": [
            {
                **hit.mention.as_json(),
                "score": round(hit.score, 4),
                "highlights": [{"start": one.start, "end": one.end} for one in hit.highlights],
            }
            for hit in found.hits
        ],
        "total": found.total,
        "total_feedback": found.total_feedback,
        "facets": {
            name: [{"value": one.value, "mentions": one.mentions} for one in values]
            for name, values in found.facets.items()
        },
        "next_cursor": parts.cursors.made(_LIST, found.next) if found.next is not None else None,
    }
