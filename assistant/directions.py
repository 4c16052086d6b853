"""Words that keep their own direction within a line of another, and that cannot turn the line around them."""

from __future__ import annotations

import re

# First-strong isolate … pop: whatever direction the words have, the line around them keeps its own.
_OPEN, _CLOSE = "\u2068", "\u2069"
# Control characters that are no white space, among them the escapes that move a terminal's cursor, and marks that
# reach past the words.
_REACHING_OUT = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Text without what could act on a terminal or on its surroundings; every letter stays, breaks become blanks."""
    return " ".join(_REACHING_OUT.sub("", text).split())


def apart(text: str) -> str:
    """Harmless text between Unicode isolates."""
    return f"{_OPEN}{harmless(text)}{_CLOSE}"
