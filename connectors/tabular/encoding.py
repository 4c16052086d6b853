"""In which encoding a file is written, decided from its bytes.

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
_HIGH = re.compile(rb"[\x80-\xff]")
# Curly quotes and dashes stand at the same place in all three code pages, so they tell nothing.
_SHARED = re.compile(rb"[\x80\x82\x84-\x87\x89\x8b\x91-\x97\x99\x9b\xa0\xa9\xab\xae\xb0\xb7\xbb]")
_RUNS = re.compile(rb"[\x80-\xff]{2,}")
_HEBREW = re.compile("[\u05d0-\u05ea\u05b0-\u05c2]")
_ARABIC = re.compile(
    "[\u060c\u061b\u061f\u0621-\u064a\u064b-\u0652\u066a-\u066d\u067e\u0686\u0688\u0691\u0698\u06a9\u06af\u06ba\u06be\u06c1\u06d2\u200c\u200d]"
)
_TEXTUAL = re.compile("[\t\n\r -~\u05d0-\u05ea\u0600-\u06ff\u00a0-\u017f]")


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
    return _wide(sample) or _narrow(sample)


def _decisive(sample: bytes) -> bool:
    return sample.count(0) * 20 >= len(sample) or len(_HIGH.findall(sample, 0, 4 * _ENOUGH)) >= _ENOUGH // 10


def _wide(sample: bytes) -> Guess | None:
    """UTF-16 without a mark: line ends and digits leave a zero in every second byte."""
    if sample.count(0) * 20 < len(sample):
        return None
    even = sample[: len(sample) // 2 * 2]
    scored = [(_share(even.decode(name, "replace")), name) for name in ("utf-16-le", "utf-16-be")]
    share, name = max(scored)
    return Guess(name) if share > 0.7 else None


def _share(text: str) -> float:
    return len(_TEXTUAL.findall(text)) / max(1, len(text))


def _narrow(sample: bytes) -> Guess:
    # Not told that this is the end: the sample may stop inside a letter, which is no damage.
    decoded = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    broken = decoded.count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    if not broken:
        return Guess("utf-8")
    whole = sum(1 for sign in decoded if sign > "\x7f" and sign != "\ufffd")
    if whole >= 4 * broken:
        return Guess("utf-8", sure=False, damaged=True)
    return Guess(_code_page(sample), sure=False)


def _code_page(sample: bytes) -> str:
    """Hebrew and Arabic words are runs of high bytes; in Western words a high byte mostly stands alone."""
    letters = _SHARED.sub(b" ", sample)
    runs = b" ".join(_RUNS.findall(letters))
    high = len(_HIGH.findall(letters))
    if not high or len(_HIGH.findall(runs)) < 0.5 * high:
        return "cp1252"
    scores = {
        "cp1252": 0.5,
        "cp1255": _fit(runs, "cp1255", _HEBREW),
        "cp1256": _fit(runs, "cp1256", _ARABIC),
    }
    return max(scores, key=lambda name: scores[name])


def _fit(runs: bytes, name: str, letters: re.Pattern[str]) -> float:
    return len(letters.findall(runs.decode(name, "replace"))) / max(1, len(runs) - runs.count(b" "))
