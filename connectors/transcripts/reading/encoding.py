"""Bytes to text, for files whose encoding nobody wrote down."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Single-byte code pages of Windows, and the letters that a word is made of if the guess is right.
_CODE_PAGES = (
    ("cp1255", re.compile(r"[\u05b0-\u05ea]+")),
    ("cp1256", re.compile(r"[\u0600-\u06ff\u200c\u200d]+")),
    ("cp1252", re.compile(r"[^\W\d_]*[A-Za-z][^\W\d_]*")),
)
_FOREIGN_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f\W]+[\w\u200c\u200d]*")
_SIGNATURES = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"\x1aE\xdf\xa3")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_BLOCKS = bytes(range(7))
_SAMPLE = 65_536


def decode(raw: bytes) -> str:
    """Text of utf-8 (with or without BOM), utf-16, cp1255 (Hebrew), cp1256 (Persian, Arabic) or cp1252 bytes."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, errors="replace")
    wide = _wide(raw)
    if wide:
        return raw.decode(wide, errors="replace")
    text = raw.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    foreign = sum(character > "\x7f" for character in text) - damaged if damaged else 0
    # A broken byte in good utf-8 is a blemish; where most of the foreign letters are broken, it is another encoding.
    if not damaged or foreign > 2 * damaged:
        return text
    return raw.decode(_code_page(raw[:_SAMPLE]), errors="replace")


def is_binary(raw: bytes) -> bool:
    """Whether these bytes are audio, an archive or the like rather than text."""
    head = raw[:_SAMPLE]
    if head.startswith(_SIGNATURES):
        return True
    if any(head.startswith(bom) for bom, _ in _BOMS) or _wide(head):
        return False
    controls = (len(head) - len(head.translate(None, _CONTROL))) / max(len(head), 1)
    try:
        # The sample may cut a letter in two, so its last bytes are left out.
        head[:-3].decode("utf-8")
    except UnicodeDecodeError:
        return controls > 0.02
    return controls > 0.2


def _wide(raw: bytes) -> str | None:
    """Utf-16 without a BOM: every second byte is the number of a block (0 Latin, 5 Hebrew, 6 Arabic), never text."""
    head = raw[: min(len(raw), _SAMPLE) // 2 * 2]
    half = max(len(head) // 2, 1)
    even, odd = ((half - len(side.translate(None, _BLOCKS))) / half for side in (head[::2], head[1::2]))
    if max(even, odd) < 0.7 or min(even, odd) > 0.05:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _code_page(raw: bytes) -> str:
    return max((_fitness(raw, name, letters), name) for name, letters in _CODE_PAGES)[1]


def _fitness(raw: bytes, encoding: str, letters: re.Pattern[str]) -> int:
    """How many words with foreign letters are words of that code page, less those that are not."""
    text = raw.decode(encoding, errors="replace")
    words = _FOREIGN_WORD.findall(text)
    return sum(1 if letters.fullmatch(word) else -1 for word in words) - 2 * text.count("\ufffd")
