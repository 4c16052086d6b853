"""Whether the server can do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from connectors.errors import OverheardError

if TYPE_CHECKING:
    from assistant.wiring import Workspace


def router(where: Workspace) -> APIRouter:
    """``GET /healthz``: 200 where the store can be read, else 503."""
    routes = APIRouter()

    @routes.get("/healthz")
    def healthz() -> JSONResponse:
        try:
            where.store.holds_feedback()
        except OverheardError as error:
            return JSONResponse({"ok": False, "error": error.message}, status_code=503)
        return JSONResponse({"ok": True})

    return routes
