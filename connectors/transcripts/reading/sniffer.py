"""Which format a file has: every parser is asked, and exactly one must say "mine"."""

from __future__ import annotations

import json
import re
from functools import cache

from connectors.encoding import guess
from connectors.plugins import load, names
from connectors.transcripts.base import Conversation, Document, Parser

PACKAGE = "connectors.transcripts"
_LOOKS_LIKE_JSON = re.compile(r"\s*(?:\{|\[\s*(?:[\[{\"\]]|$))")
_SIGNATURES = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"\x1aE\xdf\xa3")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_SAMPLE = 65_536


class Unreadable(Exception):
    """This file cannot be read, in words for its owner. ``foreign`` means that it is no transcript at all."""

    def __init__(self, reason: str, *, foreign: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.foreign = foreign


@cache
def parsers() -> tuple[Parser, ...]:
    """All formats: the files of this package, and those that installed packages add."""
    return tuple(load(PACKAGE, name)() for name in names(PACKAGE))


def recognise(document: Document) -> list[Parser]:
    """The parsers that say the document is theirs; one, if all is well."""
    return [parser for parser in parsers() if parser.sniff(document)]


def read(document: Document) -> tuple[Parser, list[Conversation]]:
    """The document's format and conversations.

    Raises:
        Unreadable: no format or more than one claims it, or it is binary, or it breaks off.
    """
    if _is_binary(document.raw):
        raise Unreadable(f"this file is binary, not text: not a transcript that we know; {_recognised()}", foreign=True)
    claims = recognise(document)
    if len(claims) > 1:
        raise Unreadable(f"more than one format claims this file: {', '.join(parser.name for parser in claims)}")
    if claims:
        return claims[0], claims[0].parse(document)
    broken = _broken_json(document)
    if broken:
        raise Unreadable(f"{broken}; {_recognised()}")
    raise Unreadable(f"not a transcript that we know; {_recognised()}", foreign=True)


def _is_binary(raw: bytes) -> bool:
    """Whether these bytes are audio, an archive or the like rather than text."""
    head = raw[:_SAMPLE]
    if head.startswith(_SIGNATURES):
        return True
    encoding = guess([head]).name
    if encoding.startswith("utf-16") or encoding in ("utf-8-sig", "utf-32"):
        return False
    controls = (len(head) - len(head.translate(None, _CONTROL))) / max(len(head), 1)
    return controls > (0.2 if encoding == "utf-8" else 0.02)


def _broken_json(document: Document) -> str | None:
    if document.json is not None or not _LOOKS_LIKE_JSON.match(document.text):
        return None
    try:
        json.loads(document.text)
    except json.JSONDecodeError as error:
        # JSON that goes on with more JSON is a list of records, one to a line.
        if error.msg == "Extra data":
            return None
        return f"the JSON is broken or breaks off at line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        return "the JSON is nested too deeply or holds a number too long"
    return None


def _recognised() -> str:
    return "recognised are " + ", ".join(parser.title for parser in parsers())
