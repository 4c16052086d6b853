"""What all fake vendors stand on: a real web server on loopback, troubles to order, and the vendor's own records.

A vendor is added as one file, ``tests/fake_<vendor>.py``, with one subclass of :class:`FakeSource`::

    class FakeShop(FakeSource):
        use = "shop"                                       # connectors/sources/shop.py
        limits = {"Retry-After: seconds": retry_after_seconds}

        def __init__(self, site: Site) -> None:
            super().__init__(site)
            site.route("POST", "/token", self.token, data=False)
            site.route("GET", r"/reviews/(?P<id>\\d+)", self.one)
            site.route("GET", "/reviews", self.listing)

        def settings(self) -> dict[str, Any]: ...          # base_url, a page size of 2 or 3
        def listing(self, request: Request) -> Answer:     # real paths, headers, paging and errors of the vendor
            return Answer({"reviews": [... for item in self.shown()]})

It keeps no list of its own: ``put``, ``edit``, ``delete`` and ``spoil`` change ``items``, and its routes show them in
the vendor's shape at the time of ``site.clock``. Then it gets a row in ``tests/contracts/test_live_sources.py``. A test
of one vendor alone does the same as the contract::

    with serving(FakeClock()) as site:
        shop = FakeShop(site)
        shop.put("101", "The parcel came late.")
        site.next(html())                                  # the next data request is answered with a web page
        site.at(3, meanwhile(lambda: shop.put("102", "New.")))

Routes with ``data=False`` (tokens) are met by the troubles of ``at_the_door`` alone, and are not counted by ``at``.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import zlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Lock, Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.fake_clock import FakeClock


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in. Header names are in small letters; ``found`` are the named groups of the path."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    target: str
    found: Mapping[str, str] = field(default_factory=dict)

    def form(self) -> dict[str, str]:
        """The body of a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says: ``body`` is bytes, text, or anything else to be written as JSON.

    ``sent`` is how many bytes of the body are sent before the connection is closed (all of them by default).
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None

    def content(self) -> bytes:
        """The body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        return text.encode()

    def kind(self) -> str:
        """The content type, unless the headers say another."""
        return "application/json; charset=utf-8" if not isinstance(self.body, bytes | str) else "text/html"


Route = Callable[[Request], Answer]
Trouble = Callable[[Request, Callable[[], Answer]], Answer | None]
"""Gets the request and what would have been answered; None closes the connection without a word."""


# --- troubles -------------------------------------------------------------------------------------------------------


def instead(answer: Answer) -> Trouble:
    """Answer this, whatever was asked."""
    return lambda request, usual: answer


def failing(status: int, body: Any = b"") -> Trouble:
    """An error of the server: ``site.next(failing(500), times=2)``."""
    return instead(Answer(body or {"error": status}, status))


def html() -> Trouble:
    """A web page where JSON was promised, as login pages and proxies send it, with status 200."""
    page = "<!DOCTYPE html><html><head><title>One moment</title></head><body>Please log in</body></html>"
    return instead(Answer(page))


def cut() -> Trouble:
    """Half of the body as if it were the whole of it."""

    def halved(request: Request, usual: Callable[[], Answer]) -> Answer:
        answer = usual()
        content = answer.content()
        kind = {"Content-Type": answer.kind(), **answer.headers}
        return replace(answer, body=content[: len(content) // 2], headers=kind)

    return halved


def broken_off() -> Trouble:
    """The connection ends in the middle of the body."""

    def broken(request: Request, usual: Callable[[], Answer]) -> Answer:
        answer = usual()
        return replace(answer, sent=len(answer.content()) // 2)

    return broken


def dropped() -> Trouble:
    """The connection ends before the answer begins."""
    return lambda request, usual: None


def redirected(url: str, status: int = 302) -> Trouble:
    """The same path at another host."""
    return lambda request, usual: Answer(b"", status, {"Location": url + request.target})


def bomb(megabytes: int = 512) -> Trouble:
    """A small body that unpacks to hundreds of megabytes of blanks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)  # as often as wanted, after a full flush
    body = head + block * (megabytes - 1)
    return instead(Answer(body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"}))


def dated(hours: float) -> Trouble:
    """The vendor's clock is so many hours fast (or slow, when negative), as its Date header shows."""

    def skewed(request: Request, usual: Callable[[], Answer]) -> Answer:
        answer = usual()
        return replace(answer, headers={**answer.headers, "X-Skew-Hours": str(hours)})

    return skewed


def meanwhile(happens: Callable[[], object]) -> Trouble:
    """Something happens at the vendor just before it answers."""

    def first(request: Request, usual: Callable[[], Answer]) -> Answer:
        happens()
        return usual()

    return first


# --- dialects of "wait" ---------------------------------------------------------------------------------------------

Limit = Callable[[float, datetime], Answer]
"""The vendor's way to refuse for so many seconds from now."""


def retry_after_seconds(seconds: float, now: datetime) -> Answer:
    return Answer({"error": "too many requests"}, 429, {"Retry-After": str(round(seconds))})


def retry_after_date(seconds: float, now: datetime) -> Answer:
    until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    return Answer({"error": "too many requests"}, 429, {"Retry-After": until})


# A source that goes in circles is to fail its test, not to keep it busy.
_PATIENCE = 1_000

# --- the server -----------------------------------------------------------------------------------------------------


class Site:
    """A server on loopback: ``url``, its ``clock``, the ``log`` of all requests, and the troubles to come."""

    def __init__(self, url: str, clock: FakeClock) -> None:
        self.url = url
        self.clock = clock
        self.log: list[Request] = []
        self.data: list[Request] = []
        """Those of the log that asked for data."""
        self._routes: list[tuple[str, re.Pattern[str], Route, bool]] = []
        self._queue: deque[Trouble] = deque()
        self._door: deque[Trouble] = deque()
        self._at: dict[int, Trouble] = {}
        self._lock = Lock()
        self._last: dict[str, Answer] = {}

    def route(self, method: str, pattern: str, answer: Route, data: bool = True) -> None:
        """Answer what matches the whole path; the first route that fits is taken."""
        self._routes.append((method, re.compile(pattern), answer, data))

    def next(self, trouble: Trouble, times: int = 1) -> None:
        """Meet the next data requests with trouble, in the order in which troubles were asked for."""
        self._queue.extend([trouble] * times)

    def at(self, number: int, trouble: Trouble) -> None:
        """Meet the ``number``-th data request from now on (1 is the next) with trouble."""
        self._at[len(self.data) + number] = trouble

    def always(self, trouble: Trouble) -> None:
        """Meet every data request from now on with trouble."""
        self.next(trouble, 10_000)

    def at_the_door(self, trouble: Trouble, times: int = 1) -> None:
        """Meet the next requests that ask for no data (for a token) with trouble."""
        self._door.extend([trouble] * times)

    def calm(self) -> None:
        """No more troubles."""
        self._queue.clear()
        self._door.clear()
        self._at.clear()

    def answer(self, request: Request) -> Answer | None:
        """What the server does with a request: None closes the connection."""
        self.log.append(request)
        for method, pattern, route, data in self._routes:
            if method == request.method and (match := pattern.fullmatch(request.path)):
                known = replace(request, found={name: text or "" for name, text in match.groupdict().items()})
                return self._troubled(known, route) if data else self._met(known, route)
        return Answer({"error": "there is nothing here"}, 404)

    def _met(self, request: Request, route: Route) -> Answer | None:
        with self._lock:
            trouble = self._door.popleft() if self._door else None
        return trouble(request, lambda: route(request)) if trouble else route(request)

    def _troubled(self, request: Request, route: Route) -> Answer | None:
        with self._lock:
            self.data.append(request)
            if len(self.data) > _PATIENCE:
                return None
            trouble = self._at.pop(len(self.data), None) or (self._queue.popleft() if self._queue else None)
        if trouble is None:
            answer = route(request)
            self._last[request.path] = answer
            return answer
        return trouble(request, lambda: route(request))

    def refusing(self, limit: Limit, seconds: float) -> Trouble:
        """The trouble of being told to wait so long."""
        return lambda request, usual: limit(seconds, self.clock.now())

    def again(self) -> Trouble:
        """The trouble of a page that comes twice: what this path last answered, whatever is asked of it now."""
        return lambda request, usual: self._last.get(request.path) or usual()


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go in two parts, and the second would wait 40 ms for the first

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def handle_one_request(self) -> None:
        # Whoever goes away in the middle of an answer is no fault of the server's.
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def _any(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(self.command, parts.path, query, headers, body, self.path)
        answer = self.server.site.answer(request)
        if answer is None:
            self.close_connection = True
            return
        self._say(answer)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = _any

    def _say(self, answer: Answer) -> None:
        content = answer.content()
        extra = dict(answer.headers)
        now = self.server.site.clock.now() + timedelta(hours=float(extra.pop("X-Skew-Hours", 0)))
        headers = {"Date": format_datetime(now, usegmt=True), "Content-Type": answer.kind()}
        if self.close_connection:
            headers["Connection"] = "close"  # or a client would ask again over what is about to be closed
        self.send_response_only(answer.status)
        for name, value in {**headers, **extra, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: answer.sent])
        self.close_connection = self.close_connection or answer.sent is not None

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them
    request_queue_size = 64
    site: Site

    def __init__(self) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_close(self) -> None:
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; a route that is broken answers with nothing, and the test sees that."""


def self_signed(folder: Path) -> ssl.SSLContext:
    """The side of a server whose certificate nobody vouches for, valid for 127.0.0.1 all the same."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "self_signed.pem").write_bytes(secret + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "self_signed.pem")
    return context


@contextmanager
def serving(clock: FakeClock, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site without routes; with ``tls`` it speaks https."""
    http = _Http()
    if tls is not None:
        http.socket = tls.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    http.site = Site(f"http{'s' if tls else ''}://127.0.0.1:{http.server_address[1]}", clock)
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield http.site
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


# --- the vendor -----------------------------------------------------------------------------------------------------


@dataclass
class Item:
    """One record as the vendor holds it."""

    id: str
    text: str
    said_at: datetime
    updated_at: datetime
    deleted: bool = False
    spoiled: bool = False
    more: dict[str, Any] = field(default_factory=dict)


class FakeSource(ABC):
    """A vendor: its records, and how it speaks. Ids are strings of decimal digits, which every vendor can bear."""

    use: ClassVar[str]
    """The name of its file in ``connectors/sources/``."""
    secrets: ClassVar[Mapping[str, str]] = {}
    """The secrets that it accepts, by the names that the source gives them; none, where it asks for none."""
    limits: ClassVar[Mapping[str, Limit]] = {}
    """The ways in which this vendor refuses those who ask too often, by name."""
    rechecks: ClassVar[bool] = True
    """Whether one can ask for an item by its id."""
    tokens: ClassVar[bool] = False
    """Whether it gives out tokens that end (``revoke``)."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.items: dict[str, Item] = {}
        self.pinned: set[str] = set()

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The settings of a source that asks this vendor: ``base_url``, and the smallest pages that it knows."""

    def put(self, id: str, text: str, said_at: datetime | None = None, **more: Any) -> None:
        """Somebody says something, now unless told otherwise. ``more`` is the vendor's own (a title, a rating)."""
        when = said_at or self.site.clock.now()
        self.items[id] = Item(id, text, when, when, more=more)

    def edit(self, id: str, text: str) -> None:
        """They put it another way, now."""
        self.items[id].text = text
        self.items[id].updated_at = self.site.clock.now()

    def delete(self, id: str) -> None:
        """They take it back."""
        self.items[id].deleted = True
        self.items[id].updated_at = self.site.clock.now()

    def spoil(self, id: str) -> None:
        """Make its record one that cannot be read (no text, a date that is none), while its page stays readable."""
        self.items[id].spoiled = True

    def pin(self, id: str) -> None:
        """Show it as if it were the newest, as vendors do with some that are not."""
        self.pinned.add(id)

    def shown(self) -> list[Item]:
        """What has not been deleted, oldest first but for what is pinned."""
        living = [item for item in self.items.values() if not item.deleted]
        return sorted(living, key=lambda item: (item.id in self.pinned, item.said_at, item.id))

    def native_id(self, id: str) -> str:
        """The ``native_id`` under which the source brings the item."""
        return id

    def words(self, id: str) -> str:
        """The text that the source is to make of it."""
        return self.items[id].text

    @abstractmethod
    def empty_page(self) -> Answer:
        """The answer to a page that has nothing on it, in the vendor's shape, though there is more behind it."""

    def dead_cursor(self) -> Answer | None:
        """What it says to a cursor that it does not know any more; None where it has no cursors."""
        return None

    def forbidden(self) -> Answer:
        """Its 403."""
        return Answer({"message": "Forbidden"}, 403)

    def revoke(self) -> None:
        """Refuse every token given out so far with 401; only where ``tokens`` is true."""
        raise AssertionError(f"{self.use} gives out no tokens")
