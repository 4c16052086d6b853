"""A digest set out as a page: its frame, and its sections in their shapes."""

from __future__ import annotations

from assistant.digest import Digest
from assistant.digests.model import Page
from assistant.digests.shapes import Shapes


def page(digest: Digest) -> Page:
    """Set a digest out."""
    made = Shapes(digest)
    parts = [made.part(section) for section in digest.sections]
    return Page(
        words=made.words,
        title=made.say(f"name.{digest.plan.template.value}"),
        period=made.line(made.phrases.when(digest.window, "period")),
        about=tuple(_about(digest, made)),
        headline=made.line(digest.headline) or "–",
        parts=tuple(part for part in parts if part.holds_something),
        notes=tuple(made.line(note) for note in digest.notes),
        footer=tuple(_footer(digest, made)),
        language=made.words.language,
    )


def _about(digest: Digest, made: Shapes) -> list[str]:
    """What it is compared with, and what it is limited to."""
    baseline = made.phrases.when(digest.baseline, "period")
    key = "like_for_like" if digest.baseline.like_for_like else "compared"
    told = [] if digest.empty else [made.say(key, baseline=baseline)]
    taxonomy = digest.sections[0].answer.question.taxonomy
    scope = made.phrases.about(digest.plan.filters, taxonomy).strip()
    return [made.line(one) for one in [*told, *([made.say("only", parts=scope)] if scope else [])]]


def _footer(digest: Digest, made: Shapes) -> list[str]:
    """Where the numbers come from."""
    quoted = any(answer.every_quote for section in digest.sections for answer in section.answers)
    told = [made.say("quoted_as")] if quoted else []
    return [made.line(one) for one in [*told, made.say("made", day=made.words.date(made.day))]]
