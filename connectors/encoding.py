"""In which encoding a file is written, decided from its bytes, for tables and transcripts alike.

Only the encodings that feedback in English, Hebrew and Persian really arrives in are considered, so that a guess is
never exotic: UTF-8 and UTF-16 (with or without a mark), and the Windows code pages 1252, 1255 and 1256.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Enough words to tell languages apart; a file in plain English is looked through to its end for the first other byte.
_ENOUGH = 200_000
_PIECE = 65_536
_HIGH = re.compile(rb"[\x80-\xff]")
_WHOLE = re.compile("[^\x00-\x7f\ufffd]")
# In UTF-16 every second byte is the number of a block (0 Latin, 5 Hebrew, 6 Arabic), which text never holds.
_BLOCKS = bytes(range(7))
# Curly quotes and dashes stand at the same place in all three code pages, so they tell nothing.
_SHARED = re.compile(rb"[\x80\x82\x84-\x87\x89\x8b\x91-\x97\x99\x9b\xa0\xa9\xab\xae\xb0\xb7\xbb]")
# Of two or more: a high byte that stands alone is "à" or "و" and tells nothing.
_FOREIGN_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[\x80-\xff]{2,}(?![A-Za-z])")
_WESTERN_WORD = re.compile(rb"[A-Za-z]+[\x80-\xff][A-Za-z\x80-\xff]*|[\x80-\xff]+[A-Za-z][A-Za-z\x80-\xff]*")
# By code page: the letters of its script, and letters that cannot stand where they do.
_SCRIPTS = (
    (
        "cp1255",
        # Points stand on a letter; without one they are what Arabic letters look like here.
        re.compile("[\u05d0-\u05f4][\u05b0-\u05bd\u05bf\u05c1\u05c2]{0,2}\u05be?"),
        re.compile("[ךםןףץ](?=[א-ת])"),
    ),
    (
        "cp1256",
        re.compile(
            "[\u060c\u061b\u061f\u0621-\u064a\u064b-\u0652\u066a-\u066d\u067e\u0686\u0688\u0691\u0698\u06a9\u06af\u06ba\u06be\u06c1\u06d2\u200c\u200d]"
        ),
        re.compile("ى(?=[ء-ي])|(?<![ء-ی\u064b-\u0652])[\u064b-\u0652]"),
    ),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """``name`` is a Python codec; ``sure`` is False for a code page told by its letters, or for damaged UTF-8."""

    name: str
    sure: bool = True
    damaged: bool = False


def guess(chunks: Iterable[bytes]) -> Guess:
    """Decide from a file's chunks; only as many are taken as are needed."""
    sample = b""
    for chunk in chunks:
        if not sample:
            marked = next((name for mark, name in _MARKS if chunk.startswith(mark)), None)
            if marked:
                return Guess(marked)
            sample = chunk
        elif _HIGH.search(chunk):
            sample += chunk
        if _decisive(sample):
            break
    return _wide(sample[:_PIECE]) or _narrow(sample)


def decode(raw: bytes) -> str:
    """The text of a file that is in memory; bytes that are none in its encoding become U+FFFD."""
    pieces = (raw[at : at + _PIECE] for at in range(0, len(raw), _PIECE))
    return raw.decode(guess(pieces).name, errors="replace")


def _decisive(sample: bytes) -> bool:
    return sample.count(0) * 20 >= len(sample) or len(_HIGH.findall(sample, 0, 4 * _ENOUGH)) >= _ENOUGH // 10


def _wide(sample: bytes) -> Guess | None:
    """UTF-16 without a mark."""
    even, odd = (_share_of_blocks(sample[side : len(sample) // 2 * 2 : 2]) for side in (0, 1))
    if max(even, odd) < 0.7 or min(even, odd) > 0.05:
        return None
    return Guess("utf-16-le" if odd > even else "utf-16-be")


def _share_of_blocks(side: bytes) -> float:
    return 1 - len(side.translate(None, _BLOCKS)) / max(1, len(side))


def _narrow(sample: bytes) -> Guess:
    # Not told that this is the end: the sample may stop inside a letter, which is no damage.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoded = decoder.decode(sample)
    broken = decoded.count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    whole = len(_WHOLE.findall(decoded))
    cut_off = bool(decoder.getstate()[0])
    if not broken and (whole or not cut_off):
        return Guess("utf-8")
    # A broken letter in good UTF-8 is a blemish; where most of them are broken, it is another encoding.
    if whole > 2 * broken:
        return Guess("utf-8", sure=False, damaged=True)
    return Guess(_code_page(sample), sure=False)


def _code_page(sample: bytes) -> str:
    """Hebrew and Arabic words are of high bytes alone; Western words have some among plain letters."""
    letters = _SHARED.sub(b" ", sample)
    foreign = b" ".join(_FOREIGN_WORD.findall(letters))
    western = sum(len(_HIGH.findall(word)) for word in _WESTERN_WORD.findall(letters))
    if len(foreign) - foreign.count(b" ") <= western:
        return "cp1252"
    fits = {name: _fit(foreign.decode(name, "replace"), *signs) for name, *signs in _SCRIPTS}
    return max(fits, key=lambda name: fits[name])


def _fit(words: str, letters: re.Pattern[str], misspelt: re.Pattern[str]) -> tuple[float, int]:
    """The share of signs that are letters of the script; where two fit alike, how few of them stand out of place."""
    fitting = sum(map(len, letters.findall(words)))
    return fitting / max(1, len(words) - words.count(" ")), -len(misspelt.findall(words))
