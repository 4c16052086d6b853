"""What happens to every request before and after the routes: its id, its size, keys in its URL, its line in the log.

Plain ASGI: a body is counted while it streams in, so that a large one is refused before it is here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from api import request_ids
from api.problems import FAILED, KEY_IN_URL, MEDIA, TOO_LARGE, Problem, said
from mining.keys import LIKE_A_KEY

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

SMALL = 64 * 1024
"""Bytes of a body, where nothing else is said."""

# Who sends on while it is refused hears us out: closing at once would throw our words away with theirs.
_LINGER_S = 2.0
_KEY_NAMES = re.compile(
    r"(?:^|[&;])(?:(?:x-)?api[-_]?key|access[-_]?token|auth|authorization|bearer|key|token)=", re.IGNORECASE
)


class Edge:
    """Around an application. ``caps`` are the most bytes of a body by path, where it is not :data:`SMALL`."""

    def __init__(self, app: ASGIApp, caps: Mapping[str, int]) -> None:
        self._app = app
        self._caps = caps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        id_ = request_ids.begin(headers.get(request_ids.HEADER.lower()))
        most = self._caps.get(scope["path"], SMALL)
        sending = _Sending(send, receive, id_, scope["path"].startswith("/v1/"))
        begun = time.monotonic()
        try:
            refusal = _refusal(scope, headers, most)
            if refusal is not None:
                await said(refusal)(scope, receive, sending)
            else:
                await self._app(scope, _capped(receive, most), sending)
        except Problem as problem:
            await _say(problem, scope, receive, sending)
        except Exception:
            log.exception("a request failed")
            ours = Problem(FAILED, "Something went wrong in the server.", f"Look for {id_} in the server's log.")
            await _say(ours, scope, receive, sending)
        finally:
            spent = (time.monotonic() - begun) * 1_000
            log.info("%s %s %s %.0f ms", scope["method"], _path_to_log(scope["path"]), sending.status, spent)


async def _say(problem: Problem, scope: Scope, receive: Receive, sending: _Sending) -> None:
    if not sending.status:
        await said(problem)(scope, receive, sending)


def _refusal(scope: Scope, headers: Mapping[str, str], most: int) -> Problem | None:
    """What is wrong before anything of the body was read."""
    query = scope["query_string"].decode("latin-1")
    found = LIKE_A_KEY.search(unquote_plus(query)) or LIKE_A_KEY.search(scope["path"])
    if found or _KEY_NAMES.search(query):
        revoke = f"overheard keys revoke {found[1]}" if found else "overheard keys list, overheard keys revoke ID"
        return Problem(
            KEY_IN_URL,
            "A key stood in the URL, where logs and histories keep it.",
            f"Revoke it ({revoke}), make another, and send that as Authorization: Bearer.",
        )
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        return Problem(MEDIA, "The body is compressed.", "Send it as it is.")
    length = headers.get("content-length", "")
    return _too_large(most) if length.isdigit() and int(length) > most else None


def _capped(receive: Receive, most: int) -> Receive:
    """The same, until more bytes have come than are read."""
    seen = 0

    async def capped() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise _too_large(most)
        return message

    return capped


def _too_large(most: int) -> Problem:
    shown = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1_024} KB"
    return Problem(TOO_LARGE, f"The body has more than {shown}.", "Send less at once.", headers={"Connection": "close"})


class _Sending:
    """Sends, with our headers; what refuses a large body is not ended before the other side has read it."""

    def __init__(self, send: Send, receive: Receive, id_: str, private: bool) -> None:
        self.status = 0
        self._send = send
        self._receive = receive
        self._more = [(request_ids.HEADER.lower().encode(), id_.encode()), (b"x-content-type-options", b"nosniff")]
        if private:
            self._more.append((b"cache-control", b"no-store"))

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *self._more]}
        last = message["type"] == "http.response.body" and not message.get("more_body")
        if last and self.status == TOO_LARGE.status:
            await self._send({**message, "more_body": True})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._drain(), _LINGER_S)
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _drain(self) -> None:
        message: Any = {"more_body": True}
        while message.get("more_body") and message.get("type") != "http.disconnect":
            message = await self._receive()


def _path_to_log(path: str) -> str:
    return LIKE_A_KEY.sub("oh_…", path)[:200]
