"""What Slack sends over HTTP: events, commands and interactions, all to one address.

The signature and its clock (five minutes) are checked before anything is read of what was sent; a request sent again
within them is known by the ids in it (:mod:`assistant.slack.answering`).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from slack_bolt import App, BoltRequest

log = logging.getLogger(__name__)

PATH = "/slack/events"

LARGEST = 1_000_000
"""Bytes; a view with all that it may hold is a fraction of it."""

_LONG_TIME = 20


def router(bolt: App, secret: str) -> APIRouter:
    """``POST /slack/events``, for what is signed with a secret."""
    routes = APIRouter()
    verifier = SignatureVerifier(secret)

    @routes.post(PATH, include_in_schema=False)
    async def events(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return Response(status_code=413)
        if not _is_signed(verifier, request, bytes(body)):
            log.warning("a request to %s with a wrong signature or of another time was refused", PATH)
            return Response(status_code=401)
        asked = _read(request, bytes(body))
        if asked is None:
            return Response(status_code=400)
        # Bolt works in this thread until it has acknowledged: others must be heard meanwhile.
        return to_starlette_response(await run_in_threadpool(bolt.dispatch, asked))

    return routes


def _is_signed(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    """Whether Slack sent it within the last five minutes."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < _LONG_TIME and signature.isascii()):
        return False
    try:
        return bool(verifier.is_valid(body, timestamp, signature))
    except UnicodeDecodeError:
        return False  # Slack writes UTF-8


def _read(request: Request, body: bytes) -> BoltRequest | None:
    """What was sent as Bolt takes it; None where it has another shape, which Bolt does not expect."""
    try:
        asked = to_bolt_request(request, body)
    except (UnicodeDecodeError, ValueError, AttributeError, TypeError, KeyError):
        return None
    return asked if isinstance(asked.body, dict) else None
