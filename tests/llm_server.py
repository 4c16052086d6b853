"""A server that speaks the OpenAI protocol on loopback, well or badly, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from assistant.settings import LlmTable

KEY = "sk-test-5f0c9b7d1e"


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])


@dataclass
class LlmServer:
    """The server: its address, and every request so far."""

    url: str
    closing: Event
    asked: list[Asked] = field(default_factory=list)

    def settings(self, timeout_s: float = 5, **more: Any) -> LlmTable:
        """Settings that lead here."""
        return LlmTable(**{"base_url": self.url, "model": "tiny", "key": KEY, "timeout_s": timeout_s, **more})


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        known = self.server.known
        known.asked.append(Asked(self.path, dict(self.headers), json.loads(body)))
        acts = self.server.acts
        # Whoever goes away in the middle of a reply is no fault of the server's.
        with suppress(OSError):
            acts[min(len(known.asked), len(acts)) - 1](self)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    known: LlmServer
    acts: Sequence[Act]


Act = Callable[[_Handler], None]


@contextmanager
def serving(*acts: Act) -> Iterator[LlmServer]:
    """A server that does one thing a request, the last one from then on."""
    http = _Http(("127.0.0.1", 0), _Handler)
    http.known = LlmServer(f"http://127.0.0.1:{http.server_address[1]}/v1", Event())
    http.acts = acts
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield http.known
    finally:
        http.known.closing.set()
        http.shutdown()
        thread.join()
        http.server_close()


def completion(content: Any, **more: Any) -> bytes:
    """A chat completion as servers send it."""
    message = {"role": "assistant", "content": content, **more}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps(
        {"id": "c1", "object": "chat.completion", "model": "tiny", "choices": [choice], "usage": {"total_tokens": 9}}
    ).encode()


def sends(body: bytes, status: int = 200, kind: str | None = "application/json; charset=utf-8", **headers: str) -> Act:
    """A whole reply."""

    def act(handler: _Handler) -> None:
        handler.send_response(status)
        if kind is not None:
            handler.send_header("Content-Type", kind)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def says(content: Any, **more: Any) -> Act:
    """A sound reply whose content is a text, or anything else as JSON."""
    return sends(completion(content if isinstance(content, str) else json.dumps(content), **more))


def stalls(seconds: float = 30) -> Act:
    """Take the request and say nothing."""

    def act(handler: _Handler) -> None:
        _wait(handler, seconds)

    return act


def drips(start: bytes, drop: bytes, every: float = 0.02) -> Act:
    """Begin a reply and go on with one drop after another, each in time."""

    def act(handler: _Handler) -> None:
        handler.wfile.write(start)
        while not _wait(handler, every):
            handler.wfile.write(drop)
            handler.wfile.flush()

    return act


def hangs_up(handler: _Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def _wait(handler: _Handler, seconds: float) -> bool:
    handler.close_connection = True
    return handler.server.known.closing.wait(seconds)
