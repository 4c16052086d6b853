"""The rows behind a figure, in a modal, a page at a time: exactly those that the figure counts, looked up anew.

A modal is read by one person, but opened from a public channel it shows no more than may be said there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from assistant.directions import harmless
from assistant.renderers import base
from assistant.slack import modals
from assistant.slack.modals import say
from assistant.slack_blocks import blocks, texts
from assistant.slack_blocks.blocks import Block
from assistant.wording import Wording, wording
from connectors.errors import ConfigError
from mining import reading
from mining.language import name as language_name
from mining.reading import Counts, Heard, Query

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from assistant.slack.parts import Parts, Person
    from mining.store import Store
    from mining.taxonomy import Taxonomy

CALLBACK = "evidence"
PER_PAGE = 8
MOST = 2_000
"""So many rows can be paged through; ``overheard show`` lists more."""

LABELS = ("stage", "touchpoint", "intent", "sentiment")
_NONE = "none"
_WORDS = 2_500


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the rows behind a query. ``was`` is the feedback that it counted when the figure was shown.

    ``counts`` are of all rows, those ``withheld`` and those beyond :data:`MOST` too. Pages count from 0.
    """

    query_id: str
    was: int
    counts: Counts
    withheld: int
    rows: tuple[Heard, ...]
    number: int
    pages: int


def page(store: Store, query_id: str, number: int, private: Collection[str] = ()) -> Page | None:
    """A page of the rows behind a figure, the nearest where there is none such; None where no figure has this query.

    The words of ``private`` sources are left out, and counted.
    """
    try:
        query, was, _ = reading.recall(store, query_id)
    except ConfigError:
        return None
    counts = _counts(store, query)
    hidden = _of_sources(query, private)
    withheld = _counts(store, hidden).mentions if hidden else 0
    shown = min(counts.mentions - withheld, MOST)
    pages = max(1, -(-shown // PER_PAGE))
    number = max(0, min(number, pages - 1))
    # What is left out is only known row by row.
    enough = MOST + withheld if withheld else (number + 1) * PER_PAGE
    rows = [row for row in reading.heard(store, query, limit=enough) if row.source not in private]
    return Page(query_id, was, counts, withheld, tuple(rows[number * PER_PAGE :][:PER_PAGE]), number, pages)


def _counts(store: Store, query: Query) -> Counts:
    """Counted in SQL where no ids are named: a figure may stand for more rows than can be listed."""
    return reading.counts(reading.heard(store, query)) if query.members else reading.total(store, query.filters)


def _of_sources(query: Query, sources: Collection[str]) -> Query | None:
    """The rows of a query that come from some sources; None where it asks for none of these."""
    asked = query.filters.source
    named = tuple(one for one in sorted(sources) if not asked or one in asked)
    return replace(query, filters=replace(query.filters, source=named)) if named else None


# --- the view -------------------------------------------------------------------------------------------------------


def view(shown: Page, language: str, zone: str, taxonomy: Taxonomy, kept: dict[str, str]) -> Block:
    """A page as a modal; ``kept`` is what its buttons need, and the page is noted beside it."""
    words = wording(language)
    kept = {**kept, "q": shown.query_id, "page": str(shown.number)}
    made = [*_head(shown, words), *_rows(shown, words, zone, taxonomy), *_turning(shown, words)]
    return modals.modal(words, words.say("surfaces.evidence.title"), made, callback=CALLBACK, kept=kept)


def _head(shown: Page, words: Wording) -> Iterator[Block]:
    counts = shown.counts
    told = {name: words.number(counts.of(name)) for name in ("feedback", "mentions", "authors")}
    yield blocks.header(say(words, "evidence.counted", **told))
    lines = []
    if shown.was != counts.feedback:
        was, now = words.number(shown.was), words.number(counts.feedback)
        lines.append(say(words, "evidence.changed", was=was, now=now))
    if shown.withheld:
        lines.append(say(words, "evidence.withheld", count=words.number(shown.withheld)))
    if counts.mentions - shown.withheld > MOST:
        lines.append(say(words, "evidence.most", count=words.number(MOST), query=shown.query_id))
    if shown.rows:
        page_, pages = words.number(shown.number + 1), words.number(shown.pages)
        lines.append(say(words, "evidence.page", page=page_, pages=pages))
    elif not counts.mentions:
        lines.append(say(words, "evidence.nothing"))
    yield from blocks.context(lines)


def _rows(shown: Page, words: Wording, zone: str, taxonomy: Taxonomy) -> Iterator[Block]:
    for place, row in enumerate(shown.rows):
        fix = blocks.button(f"fix:{place}", words.say("surfaces.fix.button"), row.mention_id)
        said = blocks.section(literal(row))
        yield said | ({"accessory": fix} if fix else {})
        yield _about(row, words, zone, taxonomy)


def literal(row: Heard) -> str:
    """A remark in quotation marks, in its own direction, and cut only where Slack shows no more."""
    told = f"“{texts.cut(harmless(texts.clean(row.text)), _WORDS)}”"
    return base.in_its_direction(told, wording(row.language if row.language in ("he", "fa") else "en"))


def _about(row: Heard, words: Wording, zone: str, taxonomy: Taxonomy) -> Block:
    """When and where it was said, in which language, under which labels, and a way to the original."""
    day = row.said_at.astimezone(ZoneInfo(zone)).date()
    language = base.sentence(language_name(row.language, words.language), words)
    told = [words.date(day), base.titled(row.source, words), language, named(row, words, taxonomy)]
    line = base.in_its_direction(" · ".join(one for one in told if one), words)
    elements: list[Block] = [{"type": "plain_text", "text": texts.plain(texts.cut(line, 1_500)), "emoji": True}]
    if url := base.link(row.url):
        address = url.replace("&", "&amp;")
        elements.append({"type": "mrkdwn", "text": f"<{address}|{texts.escape(words.say('surfaces.evidence.open'))}>"})
    return {"type": "context", "elements": elements}


def named(row: Heard, words: Wording, taxonomy: Taxonomy) -> str:
    """The labels of a remark as people call them, those that say nothing left out."""
    labels = {task: row.labels[task] for task in LABELS if row.labels.get(task, _NONE) != _NONE}
    called = [taxonomy.name(task, value, words.language) for task, value in labels.items()]
    return base.sentence(words.listed(called), words)


def _turning(shown: Page, words: Wording) -> list[Block]:
    """Back and forth, where there is something."""
    back, on = words.say("surfaces.evidence.back"), words.say("surfaces.evidence.on")
    before = blocks.button("page:back", back, str(shown.number - 1)) if shown.number else None
    after = blocks.button("page:on", on, str(shown.number + 1)) if shown.number + 1 < shown.pages else None
    return blocks.actions([before, after])


def shown(parts: Parts, person: Person, held: Mapping[str, str]) -> Block:
    """The page that a view kept (query ``q``, number ``page``, ``pub``: from a public channel), as of now."""
    private = parts.policy.private_sources if held.get("pub") else frozenset[str]()
    number = held.get("page", "0")
    found = page(parts.store, held.get("q", ""), int(number) if number.isdecimal() else 0, private)
    words = wording(person.language)
    if found is None:
        return modals.saying(words, words.say("surfaces.evidence.title"), say(words, "evidence.gone"))
    return view(found, person.language, person.zone, parts.taxonomy, {"pub": held.get("pub", "")})
