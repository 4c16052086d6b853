"""A digest as one HTML file that needs nothing else: for a browser, for print, and as the body of a letter.

It is set in tables, which every reader of e-mail knows; colours follow the reader's light or dark mode.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.digest import Digest
from assistant.digests.model import BETTER, WORSE, Item, Page, Part
from assistant.digests.page import page

if TYPE_CHECKING:
    from jinja2 import Template

# Bars of these go both ways.
_SIGNED = frozenset({"change", "journey", "worse", "better", "fixed"})


def html(digest: Digest) -> str:
    """The whole digest as a file of its own: styles and pictures are in it, scripts there are none."""
    drawn = {key: "data:image/png;base64," + base64.b64encode(png).decode() for key, png in pictures(digest).items()}
    return rendered(page(digest), drawn, queries=True)


def pictures(digest: Digest) -> dict[str, bytes]:
    """The charts of the sections that show one, as PNG, by the section's key."""
    made = {}
    for part in page(digest).parts:
        png = _drawn(part)
        if png:
            made[part.key] = png
    return made


def rendered(made: Page, drawn: Mapping[str, str], *, queries: bool) -> str:
    """A page with the addresses of its pictures; ``queries`` shows the ids of the queries behind the numbers."""
    text: str = _template().render(
        page=made, pictures=drawn, show_queries=queries, signed_parts=_SIGNED, tint=_tint, grouped=_grouped,
        host=_host, series=lambda part: _series(part, made),
    )  # fmt: skip
    return text


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("assistant", "digests")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.get_template("digest.html.j2")


def _drawn(part: Part) -> bytes | None:
    """The chart of a section, None where there is nothing to draw."""
    if part.chart is None:
        return None
    from assistant import charts

    specification: Any = charts.specification(part.chart)
    return charts.png(specification) if specification else None


def _tint(item: Item, key: str) -> str:
    """The colour of a bar without a verdict: only feelings have a good and a bad side by themselves."""
    if key != "journey" or not item.size:
        return ""
    return BETTER if item.size > 0 else WORSE


def _grouped(items: tuple[Item, ...]) -> Iterator[tuple[str, list[Item]]]:
    return ((group, list(some)) for group, some in groupby(items, key=lambda item: item.group))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _series(part: Part, made: Page) -> str:
    """A series for readers who do not see its columns."""
    return made.words.listed([made.words.say("cell", label=one.title, value=one.value) for one in part.series])
