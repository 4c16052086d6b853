"""The word lists of ``words.toml``, compiled once: what announces a number, a secret or an amount."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

_DATA: dict[str, Any] = tomllib.loads(files("mining.privacy").joinpath("words.toml").read_text(encoding="utf-8"))

IBAN_LENGTHS: dict[str, int] = _DATA["iban_length"]
NOBODY = frozenset(name.casefold() for name in _DATA["authors"]["nobody"])
NOT_A_VALUE = frozenset(_DATA["secret"]["not_a_value"].split())
SPOKEN: dict[str, list[str]] = {name: words.split() for name, words in _DATA["spoken"].items()}


def pattern(*path: str) -> str:
    """The alternatives of one entry of the file as the source of one regular expression, longest first as written."""
    entry: Any = _DATA
    for name in path:
        entry = entry[name]
    lines = [line.strip() for line in entry.splitlines() if line.strip()]
    return "(?:" + "|".join(_blank_means_any_space(line) for line in lines) + ")"


def _blank_means_any_space(line: str) -> str:
    """A blank becomes ``\\s+``, but not inside a look-behind, which must know its length, nor in a class."""
    parts = re.split(r"(\(\?<!.*?\)|\[[^\]]*\])", line)
    return "".join(
        part if part[:1] == "[" or part[:4] == "(?<!" else re.sub(" (?![?*])", r"\\s+", part) for part in parts
    )
