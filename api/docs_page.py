"""The page that ``/docs`` shows."""

from __future__ import annotations

from typing import Any

from fastapi import Response


def page(described: dict[str, Any]) -> Response:
    """The page."""
    return Response(str(described["info"]["title"]), media_type="text/html")
