"""``GET /docs``: the API described for people, without any script or file from elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Response

from api.docs_page import page


def router(app: FastAPI) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    def docs() -> Response:
        return page(app.openapi())

    return routes
