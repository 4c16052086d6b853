"""Text out of HTML, as a reader sees it: paragraphs and lines as lines, signs as signs, no script and no style."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from connectors.tabular.cells import clean

_LINES = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "pre", "blockquote", "tr", "table", "h1", "h2", "h3", "h4", "hr"}
)
_UNSEEN = frozenset({"script", "style", "template", "noscript"})
_SHORTENED = ("...", "…")
_BLANKS = re.compile(r"[ \t\u00a0]*\n[ \t\u00a0\n]*")


def plain(html: str) -> str:
    """The text of a piece of HTML; a link that is shown shortened is written out."""
    reader = _Reader()
    reader.feed(clean(html))
    reader.close()
    return _BLANKS.sub("\n", "".join(reader.text)).strip()


class _Reader(HTMLParser):
    """Collects what is seen. Never raises: what is no markup is text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._unseen = 0
        self._link: str | None = None
        self._shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LINES:
            self._write("\n")
        if tag in _UNSEEN:
            self._unseen += 1
        if tag == "a":
            self._end_link()
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "a":
            self._end_link()
        elif tag in _LINES:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._write(data)

    def close(self) -> None:
        super().close()
        self._end_link()

    def _write(self, text: str) -> None:
        (self.text if self._link is None else self._shown).append(text)

    def _end_link(self) -> None:
        if self._link is None:
            return
        shown = "".join(self._shown)
        stem = next((shown.removesuffix(dots) for dots in _SHORTENED if shown.endswith(dots)), None)
        self.text.append(self._link if stem and self._link.startswith(stem) else shown)
        self._link, self._shown = None, []
