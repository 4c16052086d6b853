"""Cells: what stands in one column of one row, as clean text, whatever the file's format."""

from __future__ import annotations

import json
import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from connectors.folding import DIGITS, MARKS, PERSIAN, dropped, same
from connectors.record import Speaker

_LONGEST_EMPTY = 12  # none of the words for "nothing" is longer; most cells are, and need no folding
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = dict.fromkeys([0xA0, 0x202F, 0x2009, 0x200A, 0x3000], " ")
_SIGNS = same([(".", "٫"), (",", "٬،"), ("/", "؍"), ("-", "−"), ("%", "٪")])
_PLAIN = MARKS | DIGITS | _SPACES | _SIGNS
# The half space separates nothing that we compare.
_LETTERS = PERSIAN | dropped((0x200C, 0x200C))


@cache
def words() -> Mapping[str, Any]:
    """The tables of ``words.toml``."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


@cache
def _word_set(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words()[name])


def clean(text: str) -> str:
    """Text that every store accepts: no NUL, no lone surrogate, line ends as ``\\n``; else as it was written."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii() and _SURROGATE.search(text):
        # Two halves of one sign, escaped apart in JSON, join here; a half alone becomes the replacement sign.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def plain(text: str) -> str:
    """For reading numbers and dates: digits of any script as 0-9, marks gone, all spaces alike."""
    return text if text.isascii() else text.translate(_PLAIN)


def fold(text: str) -> str:
    """For comparing words: lower case, one form of each letter, single spaces."""
    folded = unicodedata.normalize("NFKC", plain(text)).casefold().translate(_LETTERS)
    return " ".join(folded.split())


def cell(value: object) -> str:
    """A value of CSV, JSON or Parquet as text, without surrounding space; ``""`` where nothing stands."""
    if isinstance(value, str):
        text = clean(value).strip()
        return text.strip("\ufeff").strip() if "\ufeff" in (text[:1], text[-1:]) else text
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return clean(value.decode("utf-8", "replace")).strip()
    if isinstance(value, Mapping | list | tuple):
        return clean(json.dumps(value, ensure_ascii=False, default=str))
    return str(value)


def _number(value: float) -> str:
    if math.isnan(value) or math.isinf(value):
        return ""
    # A tool that met an empty cell writes every whole number of the column as 5.0.
    return str(int(value)) if value.is_integer() else repr(value)


def is_empty(text: str) -> bool:
    """Whether a cell says "nothing here" (``N/A``, ``-``, ``null``); not for the words themselves."""
    return not text or (len(text) <= _LONGEST_EMPTY and fold(text) in _word_set("empty"))


def truth(text: str) -> bool | None:
    """Yes or no, in three languages; None where neither can be read."""
    folded = fold(text)
    if folded in _word_set("yes"):
        return True
    return False if folded in _word_set("no") else None


def sender(text: str) -> Speaker | None:
    """Whose message a cell says that it is, by its direction (``inbound``) or a yes or no; None where neither is."""
    folded = fold(text)
    if folded in _word_set("customer"):
        return Speaker.CUSTOMER
    return Speaker.AGENT if folded in _word_set("agent") else None


def is_removed(text: str) -> bool:
    """Whether a text is one of the marks that Reddit leaves where something was."""
    return text[:1] == "[" and fold(text) in _word_set("reddit_removed")


def look_up(fields: Mapping[str, object], path: str) -> object:
    """The value at a column name or dotted path (``user.name``, ``tags.0``); None where there is none."""
    if path in fields:
        return fields[path]
    value: object = fields
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def leaves(fields: Mapping[str, object], *, depth: int = 5, prefix: str = "") -> dict[str, object]:
    """Dotted paths of all values that are no objects themselves."""
    found: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping) and depth > 1:
            found |= leaves(value, depth=depth - 1, prefix=f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
