"""What Slack sends over HTTP: events, commands and interactions, all to one address.

The signature and its clock (five minutes) are checked by Bolt before anything else is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from slack_bolt import App

PATH = "/slack/events"

_LONGEST = 1_000_000
"""Bytes; a view with all that it may hold is a fraction of it."""


def router(bolt: App) -> APIRouter:
    """``POST /slack/events``."""
    routes = APIRouter()

    @routes.post(PATH)
    async def events(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST:
                return Response(status_code=413)
        try:
            asked = to_bolt_request(request, bytes(body))
        except UnicodeDecodeError:
            return Response(status_code=400)
        # Bolt works in this thread until it has acknowledged: others must be heard meanwhile.
        return to_starlette_response(await run_in_threadpool(bolt.dispatch, asked))

    return routes
