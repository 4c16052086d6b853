"""Files of shared taste: what is shown to people, kept to be looked at."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "fixtures" / "golden"


def golden(name: str, shown: str) -> None:
    """Compare with a kept file; OVERHEARD_GOLDEN=write writes it anew, to be looked at and committed."""
    path = _FOLDER / f"{name}.txt"
    if os.environ.get("OVERHEARD_GOLDEN") == "write":
        path.write_text(shown + "\n", encoding="utf-8")
    assert shown + "\n" == path.read_text(encoding="utf-8")
