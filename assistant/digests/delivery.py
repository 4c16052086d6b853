"""Where a digest goes: a channel of Slack, an address of e-mail, or a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.digest import Digest
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from assistant.renderers.slack import Message
    from assistant.settings import MailTable

Post = Callable[[str, "Message"], object]
"""Posts a message into a channel (an id, or ``#name``) and returns when Slack has it."""

FORMS = {".html": "html", ".htm": "html", ".md": "markdown", ".txt": "text", ".json": "json"}
_CHANNEL = re.compile(r"#[^\s#]+|@[^\s@]+|[CDGUW][A-Z0-9]{6,}")


def form(digest: Digest, name: str) -> str:
    """The digest as text of a form: terminal, text, markdown, html, slack (the message as JSON), json."""
    if name == "html":
        from assistant.digests.html import html

        return html(digest)
    if name == "markdown":
        from assistant.digests.markdown import markdown

        return markdown(digest)
    if name == "slack":
        from assistant.digests.slack import slack

        return json.dumps(slack(digest).payload(), ensure_ascii=False, indent=2) + "\n"
    if name == "json":
        return json.dumps(digest.as_json(), ensure_ascii=False, indent=2) + "\n"
    from assistant.digests.text import text

    return text(digest, queries=name == "terminal") + "\n"


def kind_of(destination: str) -> str:
    """slack, mail or file.

    Raises:
        ConfigError: it is none of them.
    """
    if _CHANNEL.fullmatch(destination):
        return "slack"
    if destination.lower().startswith("mailto:"):
        return "mail"
    if Path(destination).suffix.lower() in FORMS:
        return "file"
    raise ConfigError(
        f"nothing can be sent to {destination!r}",
        hint="name a channel (#cx), an address (mailto:ana@example.com) or a file (.html, .md, .txt, .json)",
    )


def checked(destination: str, mail: MailTable) -> str:
    """The kind of a destination that can be reached as far as the settings tell, before anything is asked.

    Raises:
        ConfigError: it is none, an address is wrong, or no mail server is set.
    """
    kind = kind_of(destination)
    if kind == "mail":
        from assistant.digests.letter import address

        if not mail.host or not mail.sender:
            raise ConfigError("no mail server is set", hint="set host and sender in [mail], see docs/configuration.md")
        for one in (mail.sender, *_recipients(destination)):
            address(one)
    return kind


def _recipients(destination: str) -> list[str]:
    """The addresses of ``mailto:a@b.c,d@e.f``."""
    from urllib.parse import unquote

    return [unquote(one).strip() for one in destination[len("mailto:") :].split(",")]


def deliver(digest: Digest, destination: str, *, mail: MailTable, post: Callable[[], Post]) -> None:
    """Send a digest to one place. ``post`` is called only where that is a channel.

    Raises:
        ConfigError: the destination is none, or not set up; others as the ways themselves raise.
    """
    kind = checked(destination, mail)
    if kind == "slack":
        from assistant.digests.slack import slack

        post()(destination, slack(digest))
    elif kind == "mail":
        from assistant.digests import letter
        from assistant.mail import send

        send(letter.mail(digest, _recipients(destination), mail.sender or ""), mail)
    else:
        write(Path(destination), form(digest, FORMS[Path(destination).suffix.lower()]))


def write(path: Path, content: str) -> None:
    """Write a file whole.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        path.write_text(content, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise ConfigError(f"the digest was not written to {path}: {reason}", hint="name another file") from error
