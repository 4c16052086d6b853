"""Why an answer was not liked: a reason from a short list, and what people wrote beside it, kept as one text."""

from __future__ import annotations

REASONS = ("numbers", "misread", "quotes", "missing", "unclear", "other")
"""What may be wrong with an answer; people see it in their language."""

LONGEST = 1_000
"""Signs of their own words."""


def reason(chosen: str, own: str) -> str:
    """A reason as it is kept: ``misread: I asked for October``; the key stands alone where nobody wrote anything."""
    key = chosen if chosen in REASONS else "other"
    told = " ".join(own[:LONGEST].split())
    return f"{key}: {told}" if told else key


def parted(kept: str) -> tuple[str, str]:
    """The key and the words of a reason as :func:`reason` made it; ("", "") where none was given."""
    key, _, told = kept.partition(": ")
    return (key, told) if key in REASONS else ("other" if kept else "", kept)
