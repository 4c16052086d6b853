"""Socket Mode: WebSocket connections of the app, and what is sent over them."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from api.fake_slack.record import Ack, Json
from api.fake_slack.state import APP

logger = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 10
"""Slack keeps up to ten connections of an app and sends each envelope over one of them."""


@dataclass
class _Connection:
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    waiting: dict[str, Future[Json | None]] = field(default_factory=dict)

    def send(self, message: Json) -> None:
        """Send from any thread; raises OSError when the connection is gone."""
        sending = asyncio.run_coroutine_threadsafe(self.socket.send_text(json.dumps(message)), self.loop)
        try:
            sending.result(timeout=5)
        except (RuntimeError, WebSocketDisconnect, TimeoutError) as error:
            raise OSError("the connection is gone") from error


class Sockets:
    """The open connections; envelopes go round robin."""

    def __init__(self) -> None:
        self._open: list[_Connection] = []
        self._tickets: set[str] = set()
        self._turn = 0
        self._lock = RLock()

    def new_ticket(self) -> str:
        """A one-time right to connect."""
        ticket = secrets.token_hex(16)
        with self._lock:
            self._tickets.add(ticket)
        return ticket

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def wait_for(self, count: int = 1, timeout: float = 5.0) -> bool:
        """Whether so many connections are open before the time is over."""
        until = time.monotonic() + timeout
        while len(self._open) < count:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    async def serve(self, socket: WebSocket, ticket: str) -> None:
        """Keep one connection until either side ends it."""
        with self._lock:
            known = ticket in self._tickets
            self._tickets.discard(ticket)
        await socket.accept()
        if not known or len(self._open) >= MOST_CONNECTIONS:
            reason = "too_many_websockets" if known else "link_disabled"
            await socket.send_text(json.dumps({"type": "disconnect", "reason": reason}))
            await socket.close()
            return
        connection = _Connection(socket, asyncio.get_running_loop())
        hello = {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "connection_info": {"app_id": APP},
            "debug_info": {"host": "fake", "approximate_connection_time": 3600},
        }
        await socket.send_text(json.dumps(hello))
        with self._lock:
            self._open.append(connection)
        try:
            await self._listen(connection)
        finally:
            self._forget(connection)

    async def _listen(self, connection: _Connection) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                self._acked(connection, await connection.socket.receive_text())

    def _acked(self, connection: _Connection, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            logger.warning("a message over a socket was no JSON (%d characters)", len(text))
            return
        waiting = connection.waiting.pop(str(message.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def _forget(self, connection: _Connection) -> None:
        with self._lock:
            if connection in self._open:
                self._open.remove(connection)
        for waiting in list(connection.waiting.values()):
            if not waiting.done():
                waiting.set_result(None)

    def _next(self) -> _Connection | None:
        with self._lock:
            if not self._open:
                return None
            self._turn += 1
            return self._open[self._turn % len(self._open)]

    def deliver(self, envelope: Mapping[str, Any], timeout: float) -> Ack:
        """Send one envelope and wait for its acknowledgement."""
        connection = self._next()
        if connection is None:
            return Ack(False, 0.0, reason="no_connection")
        answer: Future[Json | None] = Future()
        connection.waiting[envelope["envelope_id"]] = answer
        begun = time.monotonic()
        try:
            connection.send(dict(envelope))
            message = answer.result(timeout=timeout)
        except TimeoutError:
            return Ack(False, time.monotonic() - begun, reason="timeout")
        except OSError:
            message = None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)
        taken = time.monotonic() - begun
        if message is None:
            return Ack(False, taken, reason="connection_closed")
        return Ack(True, taken, body=message.get("payload"), status=200)

    def ask_to_leave(self, reason: str = "refresh_requested") -> None:
        """Send ``disconnect``, as Slack does every hour or so; the client is to connect anew."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}})

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self._open):
            closing = asyncio.run_coroutine_threadsafe(connection.socket.close(1011), connection.loop)
            with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                closing.result(timeout=5)
