"""A response in JSON, Hebrew and Persian as they are.

It is written at once: what a schema promises of it is kept by tests, not checked again for every answer.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response


def said(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The value, as JSON in UTF-8."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(body, status, headers, media_type="application/json")
