"""What a pull gave, sorted out, and the files that it was given."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connectors.base import Page, Reject, Window
from connectors.record import Feedback, Speaker
from connectors.sources import transcripts

TRANSCRIPTS = Path(__file__).parent / "fixtures" / "transcripts"
CUSTOMER, AGENT = Speaker.CUSTOMER, Speaker.AGENT


def items(pages: Iterable[Page]) -> list[Feedback | Reject]:
    return [item for page in pages for item in page.items]


def feedback(pages: Iterable[Page]) -> list[Feedback]:
    return [item for item in items(pages) if isinstance(item, Feedback)]


def rejects(pages: Iterable[Page]) -> list[Reject]:
    return [item for item in items(pages) if isinstance(item, Reject)]


def split(pages: Iterable[Page]) -> tuple[list[Feedback], list[Reject]]:
    pages = list(pages)
    return feedback(pages), rejects(pages)


def notes(pages: Iterable[Page]) -> str:
    return "\n".join(note for page in pages for note in page.notes)


def write(folder: Path, content: str | bytes, name: str = "reviews.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def calls(path: Path, **settings: Any) -> list[Feedback | Reject]:
    """All that the transcripts at a path hold."""
    return items(transcripts.plugin(name="calls", path=path, **settings).pull({}, Window()))


def call(path: Path, **settings: Any) -> Feedback:
    """The one conversation that a transcript holds."""
    [item] = calls(path, **settings)
    assert isinstance(item, Feedback)
    return item
