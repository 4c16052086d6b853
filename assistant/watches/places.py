"""Where a watch sends: a channel or a person of Slack, a mail address, a file."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.errors import ConfigError

SLACK, MAIL, FILE = "slack", "mail", "file"
_CHANNEL = re.compile(r"#[^\s#,<>]{1,80}|[CDGUW][A-Z0-9]{6,}")
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\]+")
_HINT = "'#cx' or a channel's or person's id for Slack, mailto:cx@example.com, file:/reports/cx.md"
_FORMATS = (".md", ".html", ".json", ".txt")


def checked(to: str) -> str:
    """A place as it is kept.

    Raises:
        ConfigError: there is no such place.
    """
    told = to.strip()
    kind, _, rest = told.partition(":")
    if kind == "mailto" and _ADDRESS.fullmatch(rest) and rest.isprintable():
        return told
    if kind == "file" and rest and rest.isprintable() and Path(rest).suffix in _FORMATS:
        return f"file:{Path(rest).absolute()}"
    if _CHANNEL.fullmatch(told):
        return told
    raise ConfigError(f"nothing can be sent to {to!r}", hint=_HINT)


def suits(to: str, kind: str) -> str:
    """The same place, for a kind of watch.

    Raises:
        ConfigError: the file's kind cannot show it: a page is for digests, JSON for answers and alerts.
    """
    wrong = ".json" if kind == "digest" else ".html"
    if kind_of(to) == FILE and Path(to).suffix == wrong:
        raise ConfigError(
            f"{kind}: it cannot be written as {wrong}", hint=f"of: {', '.join(sorted({*_FORMATS} - {wrong}))}"
        )
    return to


def is_public(to: str) -> bool:
    """Whether others than one person may read along: all places but direct messages and private groups."""
    return kind_of(to) != SLACK or not to.startswith(("D", "G", "U", "W"))


def kind_of(to: str) -> str:
    """How a place is reached: slack, mail or file."""
    return {"mailto": MAIL, "file": FILE}.get(to.partition(":")[0], SLACK)


def address(to: str) -> str:
    """A place without the word that tells its kind."""
    return to if kind_of(to) == SLACK else to.partition(":")[2]
