"""A digest as plain text: for a terminal, and for readers of e-mail who see no HTML."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.digest import Digest
from assistant.digests.model import Item, Page, Part, Tile
from assistant.digests.page import page
from assistant.renderers import base
from assistant.wording import Wording

_BLOCKS = 20
_BLOCK = "█"


def text(digest: Digest, *, queries: bool = False) -> str:
    """The whole digest, lines separated by newlines; ``queries`` puts the id of the query behind each number."""
    made = page(digest)
    blocks = [_head(made), *(list(_part(part, made.words, queries=queries)) for part in made.parts), list(made.footer)]
    lines = "\n\n".join("\n".join(block) for block in blocks if block).split("\n")
    return "\n".join(base.in_its_direction(line, made.words) for line in lines)


def _head(made: Page) -> list[str]:
    return [made.title, made.period, *made.about, "", made.headline]


def _part(part: Part, words: Wording, *, queries: bool) -> Iterator[str]:
    yield f"── {part.title} ──"
    if part.lead:
        yield part.lead
    for tile in part.tiles:
        yield f"  {_tile(tile, words)}{_ids(tile.queries, shown=queries)}"
    group = ""
    for item in part.items:
        if item.group and item.group != group:
            group = item.group
            yield f"  {group}"
        yield from _item(item, words, queries=queries, indent="    " if group else "  ")
    for column in part.series:
        bar = _BLOCK * max(1 if column.size else 0, round((column.size or 0) * _BLOCKS))
        yield f"  {column.title}: {column.value} {bar}".rstrip() + _ids(column.queries, shown=queries)
    yield from part.notes
    yield words.say("digest.asked", question=part.question)


def _tile(tile: Tile, words: Wording) -> str:
    told = [one for one in (tile.before, tile.change, tile.verdict) if one]
    return words.say("cell", label=tile.label, value=tile.value) + (f" ({words.listed(told)})" if told else "")


def _item(item: Item, words: Wording, *, queries: bool, indent: str) -> Iterator[str]:
    if item.title:
        marks = f" [{words.listed(item.marks)}]" if item.marks else ""
        value = words.say("cell", label=item.title, value=item.value) if item.value else item.title
        detail = f" ({item.detail})" if item.detail else ""
        yield f"{indent}• {value}{detail}{marks}{_ids(item.queries, shown=queries)}"
    for quote in item.quotes:
        about = words.listed([*quote.about, *([quote.url] if quote.url else [])])
        yield f"{indent}  {quote.text} ({about})"


def _ids(queries: tuple[str, ...], *, shown: bool) -> str:
    return "".join(f" [{query}]" for query in queries[:2]) if shown else ""
