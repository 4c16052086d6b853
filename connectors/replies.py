"""What a server answered: unpacked as it comes and never beyond a limit, then read as JSON or as text."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from connectors.errors import Unreachable

_GZIP = 31
_ZLIB = 15
_RAW = -15
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"
# Names that vendors give to what went wrong: NOT_AUTHORIZED, quotaExceeded, FORBIDDEN.REQUIRED_AGREEMENTS_MISSING. No
# digits: a key that comes back in an error is not taken for one.
_CODE_WORD = re.compile(r"[A-Za-z][A-Za-z_.]{1,79}\Z")
_CODE_KEYS = ("code", "reason", "status", "error", "type")


class CutOff(Exception):
    """A body that ends too early or cannot be read: the next attempt may bring the whole of it."""


class TooLarge(Exception):
    """A body beyond the limit."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its whole body; ``headers`` do not care for capitals, and nothing of it is in its ``repr``."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<Reply {self.status}, {len(self.body)} bytes>"


def receive(pieces: Iterable[bytes], encoding: str, limit: int, seconds: float) -> bytes:
    """Put the body together, unpacked; not more than ``limit`` bytes are ever held.

    Raises:
        TooLarge: it is larger than that, as sent or unpacked.
        CutOff: what is packed ends too early, or it took longer than ``seconds``.
        Unreachable: it is packed in a way that nobody asked for.
    """
    unpack, finished = _unpacker(encoding.strip().lower())
    until = monotonic() + seconds
    body = bytearray()
    for piece in pieces:
        body += unpack(piece, limit + 1 - len(body))
        if len(body) > limit:
            raise TooLarge
        if monotonic() > until:
            raise CutOff("did not come to an end")
    if body and not finished():
        raise CutOff("was cut off")
    return bytes(body)


def _unpacker(encoding: str) -> tuple[Callable[[bytes, int], bytes], Callable[[], bool]]:
    """What unpacks the next piece, to so many bytes at most, and what tells whether the end was seen."""
    if encoding in ("", "identity"):
        return (lambda piece, room: piece[:room]), (lambda: True)
    if encoding in ("gzip", "x-gzip"):
        found = _Inflated(_GZIP)
    elif encoding == "deflate":
        found = _Inflated(_ZLIB, other=_RAW)
    else:
        raise Unreachable("packed the answer in a way that nobody asked for", hint=_ODD_HINT)
    return found.unpack, found.finished


class _Inflated:
    """zlib with a limit. ``deflate`` means two things in the wild: the first piece tells which."""

    def __init__(self, kind: int, other: int | None = None) -> None:
        self._packer = zlib.decompressobj(kind)
        self._other = other

    def unpack(self, piece: bytes, room: int) -> bytes:
        try:
            unpacked = self._packer.decompress(piece, room)
        except zlib.error as error:
            if self._other is None:
                raise CutOff("cannot be unpacked") from error
            self._packer, self._other = zlib.decompressobj(self._other), None
            return self.unpack(piece, room)
        self._other = None
        return unpacked

    def finished(self) -> bool:
        return self._packer.eof


def is_web_page(reply: Reply) -> bool:
    """Whether it is HTML, whatever it calls itself."""
    head = reply.body[:200].removeprefix(_BOM).lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html")) or (
        "text/html" in reply.headers.get("content-type", "").lower() and head.startswith(b"<")
    )


def read_json(reply: Reply) -> Any:
    """What the body holds.

    Raises:
        CutOff: it is no JSON, or only the beginning of some.
        Unreachable: a web page came, or bytes that are in no encoding of JSON.
    """
    if is_web_page(reply):
        raise Unreachable("answered with a web page where data was expected", hint=_PAGE_HINT)
    try:
        return json.loads(reply.body.decode(json.detect_encoding(reply.body)).removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise _undecodable(error, len(reply.body)) from None
    except (ValueError, RecursionError):
        # Without the cause: it holds the whole text.
        raise CutOff("was no JSON, or was cut off") from None


def read_text(reply: Reply) -> str:
    """The body as text, in the encoding that it names or else in UTF-8.

    Raises:
        CutOff: it ends in the middle of a letter.
        Unreachable: the bytes are not in that encoding.
    """
    named = _CHARSET.search(reply.headers.get("content-type", ""))
    try:
        return reply.body.removeprefix(_BOM).decode(named.group(1) if named else "utf-8")
    except UnicodeDecodeError as error:
        raise _undecodable(error, len(reply.body.removeprefix(_BOM))) from None
    except LookupError:
        raise Unreachable("answered in an encoding that nobody knows", hint=_ODD_HINT) from None


def code_words(reply: Reply) -> frozenset[str]:
    """What the vendor calls the trouble, in single words of its own; never a sentence, which may hold anything."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(word for word in _coded(found, depth=4) if _CODE_WORD.match(word))


def _coded(found: object, depth: int) -> Iterable[str]:
    if isinstance(found, list) and depth:
        for one in found[:20]:
            yield from _coded(one, depth - 1)
    if isinstance(found, dict) and depth:
        for key in (*_CODE_KEYS, "errors"):
            value = found.get(key)
            if isinstance(value, str):
                yield value
            yield from _coded(value, depth - 1)


_ODD_HINT = "a proxy on the way may do that; is base_url right?"
_PAGE_HINT = "a login page, a proxy or a wrong base_url answers so; open the address in a browser"


def _undecodable(error: UnicodeDecodeError, length: int) -> Exception:
    if error.end >= length and "unexpected end" in error.reason:
        return CutOff("was cut off")
    said = "answered with bytes that are not in the encoding they should be in (UTF-8 unless it names one)"
    return Unreachable(said, hint=_ODD_HINT)
