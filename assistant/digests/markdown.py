"""A digest as Markdown: CommonMark with GitHub's tables, in which nobody else's words mean anything but themselves."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.digest import Digest
from assistant.digests.model import Item, Part, Tile
from assistant.digests.page import page
from assistant.renderers.markdown import escaped
from assistant.wording import Wording

_TICK, _BLOCKS = "█", 20


def markdown(digest: Digest) -> str:
    """The whole digest."""
    made = page(digest)
    blocks = [
        f"# {escaped(made.title)}",
        f"**{escaped(made.period)}**" + "".join(f"  \n{escaped(line)}" for line in made.about),
        f"> **{escaped(made.headline)}**",
        *(block for part in made.parts for block in _part(part, made.words)),
        "---",
        "\n".join(f"{escaped(line)}  " for line in made.footer).rstrip(),
    ]
    if made.words.right_to_left:
        blocks = ['<div dir="rtl">', *blocks, "</div>"]
    return "\n\n".join(blocks) + "\n"


def _part(part: Part, words: Wording) -> Iterator[str]:
    yield f"## {escaped(part.title)}"
    if part.lead:
        yield escaped(part.lead)
    if part.tiles:
        yield _tiles(part.tiles)
    group = None
    for item in part.items:
        if item.group and item.group != group:
            group = item.group
            yield f"### {escaped(group)}"
        yield _item(item, words)
    if part.series:
        yield _series(part.series)
    yield from (f"_{escaped(note)}_" for note in part.notes)
    yield f"<sub>{escaped(words.say('digest.asked', question=part.question))}</sub>"


def _tiles(tiles: tuple[Tile, ...]) -> str:
    """Numbers of now and before in a table without words of its own."""
    lines = [["", *(escaped(tile.label) for tile in tiles)], [":---", *["---"] * len(tiles)]]
    lines.append(["", *(f"**{escaped(tile.value)}**" for tile in tiles)])
    if any(tile.before for tile in tiles):
        lines.append(["", *(escaped(tile.before) for tile in tiles)])
        lines.append(["", *(escaped(tile.change) for tile in tiles)])
        lines.append(["", *(escaped(tile.verdict) for tile in tiles)])
    lines.append(["", *(" ".join(f"`{query}`" for query in tile.queries) for tile in tiles)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _series(columns: tuple[Item, ...]) -> str:
    lines = []
    for column in columns:
        bar = _TICK * max(1 if column.size else 0, round((column.size or 0) * _BLOCKS))
        lines.append(f"| {escaped(column.title)} | {escaped(column.value)} | {bar} |")
    return "\n".join(["|  |  |  |", "| --- | --- | --- |", *lines])


def _item(item: Item, words: Wording) -> str:
    lines = []
    if item.title:
        value = f": {escaped(item.value)}" if item.value else ""
        detail = f" – {escaped(item.detail)}" if item.detail else ""
        marks = f" ({escaped(words.listed(item.marks))})" if item.marks else ""
        ids = "".join(f" `{query}`" for query in item.queries[:2])
        lines.append(f"* **{escaped(item.title)}**{value}{detail}{marks}{ids}")
    indent = "  " if item.title else ""
    for quote in item.quotes:
        about = words.listed([*map(escaped, quote.about), *([f"<{quote.url}>"] if quote.url else [])])
        lines += [*([""] if item.title else []), f"{indent}> {escaped(quote.text)} ({about})"]
    return "\n".join(lines)
