"""What a check of the doctor says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether all is well, what was seen, what to do if not."""

    check: str
    ok: bool
    says: str
    hint: str = ""
