"""Words that keep their own direction within a line of another, and that cannot turn the line around them."""

from __future__ import annotations

import re

# First-strong isolate … pop: whatever direction the words have, the line around them keeps its own.
_OPEN, _CLOSE = "\u2068", "\u2069"
# Control characters, among them the escapes that move a terminal's cursor, and marks that reach past the words.
_REACHING_OUT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Text without what could act on a terminal or on its surroundings; every letter stays, breaks become blanks."""
    return _REACHING_OUT.sub("", " ".join(text.split()))


def apart(text: str) -> str:
    """Harmless text between Unicode isolates."""
    return f"{_OPEN}{harmless(text)}{_CLOSE}"
