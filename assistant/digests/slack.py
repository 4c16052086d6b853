"""A digest as one message for Slack: a heading and a block a section, within 50 blocks, the numbers in its text."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.digest import Digest
from assistant.digests.model import Item, Page, Part, Tile
from assistant.digests.page import page
from assistant.renderers import base
from assistant.renderers.slack import Message
from assistant.slack_blocks import blocks
from assistant.slack_blocks.blocks import Block
from assistant.slack_blocks.texts import clean, cut, escape, first, size

# All of a message stays well below the 13,200 signs at which Slack says msg_blocks_too_long, and a section takes no
# more than its share; whoever wants the rest presses its button.
_ROOM, _PART, _LINE, _QUOTE = 11_500, 1_900, 400, 260
_ITEMS, _QUOTES = 8, 4
# Of these nothing is left without their quotes.
_QUOTED = ("quotes", "to_answer")
_TEXT, _TEXT_LINE = 3_900, 500
_BUTTONS, _TITLE = 5, 60
# A block each for the heading, the headline, what it is about, the buttons and the end, and two for a section.
_FRAME = 6
# Sections whose button leads somewhere that the digest does not show.
_ASKED = ("pains", "new", "worse", "journey", "churn", "quotes", "to_answer", "change")


def slack(digest: Digest, *, buttons: bool = True) -> Message:
    """The whole digest; a form of plain text falls in where Slack refuses rich text.

    ``buttons`` ask the questions of its sections again (``ask:0`` …, the value is the question's text).
    """
    made = page(digest)
    asked = _buttons(made) if buttons else []
    rich = [*_head(made), *(block for part in _fitting(made) for block in _rich(part, made)), *asked, *_foot(made)]
    plain = [*_head(made), *(block for part in _fitting(made) for block in _plain(part, made)), *_foot(made)]
    return Message(_text(made), tuple(rich), (tuple(plain),))


def _head(made: Page) -> list[Block]:
    title = f"{made.title} – {made.period}"
    line = base.in_its_direction(made.headline, made.words)
    return [
        blocks.header(base.in_its_direction(title, made.words)),
        blocks.rich(blocks.told(blocks.run(clean(line), bold=True))),
        *blocks.context([base.in_its_direction(line, made.words) for line in made.about]),
    ]


def _foot(made: Page) -> list[Block]:
    return blocks.context([base.in_its_direction(line, made.words) for line in made.footer])


def _fitting(made: Page) -> Iterator[Part]:
    """The sections that there are blocks for: the last one, which says how far to trust it all, among them."""
    most = (blocks.MOST_BLOCKS - _FRAME) // 2
    yield from (*made.parts[: most - 1], *made.parts[-1:]) if len(made.parts) > most else made.parts


def _share(made: Page) -> int:
    """The signs that a section may take."""
    return min(_PART, _ROOM // max(1, len(list(_fitting(made)))))


def _rich(part: Part, made: Page) -> list[Block]:
    """A heading and the section below it in rich text."""
    room = _share(made)
    told: list[Block] = []
    for line in _lines(part, made):
        text = cut(clean(line.text), _QUOTE if line.kind == "quote" else _LINE)
        if not text.strip():
            continue
        room -= size(text) + 1
        if room < 0:
            break
        if line.kind == "quote":
            told.append(blocks.quote(blocks.run(text)))
        else:
            told.append(blocks.told(blocks.run(text, **({line.kind: True} if line.kind else {}))))
    return [blocks.header(base.in_its_direction(part.title, made.words)), *([blocks.rich(*told)] if told else [])]


def _plain(part: Part, made: Page) -> list[Block]:
    """The same as one section of plain text."""
    room, kept = _share(made), []
    for line in _lines(part, made):
        text = cut(clean(line.text), _QUOTE if line.kind == "quote" else _LINE)
        if not text.strip():
            continue
        room -= size(text) + 1
        if room < 0:
            break
        kept.append(text)
    return [blocks.header(base.in_its_direction(part.title, made.words)), *blocks.sections(kept)[:1]]


class _Line:
    """A line and its kind: "" for plain text, bold, italic, or quote."""

    __slots__ = ("kind", "text")

    def __init__(self, text: str, kind: str, made: Page) -> None:
        self.text = base.in_its_direction(text, made.words)
        self.kind = kind


def _lines(part: Part, made: Page) -> Iterator[_Line]:
    if part.lead:
        yield _Line(part.lead, "", made)
    yield from (_Line(_tile(tile, made), "", made) for tile in part.tiles)
    group, quotes = "", 0
    for item in part.items[:_ITEMS] if not part.items or not part.items[0].group else part.items:
        if item.group != group:
            group = item.group
            yield _Line(group, "bold", made)
        if item.title:
            yield _Line(f"• {_item(item, made)}", "", made)
        for quote in item.quotes if quotes < _QUOTES or part.key in _QUOTED else ():
            quotes += 1
            about = made.words.listed([*quote.about])
            yield _Line(f"{quote.text} ({about})", "quote", made)
    if part.series:
        values = made.words.listed([column.value for column in part.series])
        yield _Line(made.words.say("digest.said.series", values=values), "", made)
    yield from (_Line(note, "italic", made) for note in part.notes)


def _tile(tile: Tile, made: Page) -> str:
    words = made.words
    told = [one for one in (tile.before, tile.change, tile.verdict) if one]
    return words.say("cell", label=tile.label, value=tile.value) + (f" ({words.listed(told)})" if told else "")


def _item(item: Item, made: Page) -> str:
    words = made.words
    value = words.say("cell", label=item.title, value=item.value) if item.value else item.title
    detail = f" ({item.detail})" if item.detail else ""
    return f"{value}{detail}" + (f" [{words.listed(item.marks)}]" if item.marks else "")


def _buttons(made: Page) -> list[Block]:
    """Questions of the sections, to be asked again."""
    parts = [part for part in made.parts if part.key in _ASKED][:_BUTTONS]
    return blocks.actions(
        blocks.button(f"ask:{place}", cut(part.title, _TITLE), _asked(part)) for place, part in enumerate(parts)
    )


def _asked(part: Part) -> str:
    """The question without isolates, which would be read as words."""
    return first(clean(part.question.replace("\u2068", "").replace("\u2069", "")), blocks.VALUE)


def _text(made: Page) -> str:
    """What notifications and screen readers say: heading, headline, then the numbers, as many as there is room for."""
    lines = [f"{made.title} – {made.period}", made.headline]
    for part in made.parts:
        numbers = [_tile(tile, made) for tile in part.tiles]
        numbers += [_item(item, made) for item in part.items if item.title and item.value]
        lines += [part.title, *numbers[:_ITEMS]] if numbers else []
    kept: list[str] = []
    room = _TEXT
    for line in lines:
        shown = escape(cut(base.in_its_direction(line, made.words), _TEXT_LINE))
        room -= size(shown) + 1
        if room < 0:
            break
        kept.append(shown)
    return "\n".join(kept)
