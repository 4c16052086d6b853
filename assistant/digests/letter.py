"""A digest as an e-mail: HTML with its pictures inside, plain text beside it, both right to left where they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from assistant.digest import Digest
from assistant.digests.html import pictures, rendered
from assistant.digests.page import page
from assistant.digests.text import text
from connectors.errors import ConfigError

_DOMAIN = "overheard.invalid"
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f"))


def mail(digest: Digest, to: Sequence[str] | str, sender: str) -> EmailMessage:
    """The letter. Headers are encoded by the library, which refuses line breaks in them; lines stay below 998 signs.

    Raises:
        ConfigError: an address that is none.
    """
    made = page(digest)
    message = EmailMessage()
    message["Subject"] = " ".join(f"{made.title} – {made.period}".translate(_ISOLATES).split())
    message["From"] = address(sender)
    message["To"] = tuple(address(one) for one in ([to] if isinstance(to, str) else to))
    message["Date"] = format_datetime(digest.made_at)
    message["Message-ID"] = make_msgid(domain=address(sender).domain or _DOMAIN)
    message["Content-Language"] = made.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text(digest), charset="utf-8", cte="base64")
    drawn = pictures(digest)
    ids = {key: make_msgid(domain=address(sender).domain or _DOMAIN) for key in drawn}
    body = rendered(made, {key: f"cid:{one[1:-1]}" for key, one in ids.items()}, queries=False)
    message.add_alternative(body, subtype="html", charset="utf-8", cte="base64")
    related = message.get_payload()[1]  # type: ignore[index]
    for key, png in drawn.items():
        related.add_related(  # type: ignore[union-attr]
            png, "image", "png", cid=ids[key], filename=f"{key}.png", disposition="inline"
        )
    return message


_ADDRESS = re.compile(r"(?:(?P<name>[^<>@]*)<(?P<inside>[^<>\s@]+@[^<>\s@]+)>|(?P<spec>[^<>\s@]+@[^<>\s@]+))")


def address(text: str) -> Address:
    """An address as headers take it: ``ana@example.com`` or ``Ana <ana@example.com>``.

    Raises:
        ConfigError: it is none, or holds a line break.
    """
    found = _ADDRESS.fullmatch(text.strip()) if text.isprintable() else None
    try:
        if found:
            return Address((found["name"] or "").strip(' "'), addr_spec=found["inside"] or found["spec"])
    except (ValueError, IndexError, HeaderParseError) as error:
        raise _no_address(text) from error
    raise _no_address(text)


def _no_address(text: str) -> ConfigError:
    return ConfigError(f"{text!r} is no e-mail address", hint="write it as ana@example.com")
