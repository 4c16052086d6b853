"""What watches send as letters and files: digests as they render, answers as text and a plain page."""

from __future__ import annotations

import json
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.watches.alerts import Alert
from assistant.wording import wording

if TYPE_CHECKING:
    from assistant.watch import Content

_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f"))
_SUBJECT = 150
_STYLE = "font: 15px/1.5 sans-serif; white-space: pre-wrap; max-width: 46em; margin: 1em auto;"


def of(content: Content, to: str, sender: str, key: str, at: datetime) -> EmailMessage:
    """The letter; its ``Message-ID`` is made of the run's key, so that a server can tell a copy.

    Raises:
        ConfigError: an address that is none.
    """
    from assistant.digests.letter import address, mail

    from_ = address(sender)
    answer = _answer(content)
    if answer is None:
        message = mail(content, to, sender)  # type: ignore[arg-type]
        del message["Message-ID"]
    else:
        message = EmailMessage()
        message["Subject"] = " ".join(answer.headline.translate(_ISOLATES).split())[:_SUBJECT]
        message["From"] = from_
        message["To"] = address(to)
        message["Date"] = format_datetime(at)
        message["Content-Language"] = answer.question.language
        message["Auto-Submitted"] = "auto-generated"
        today = at.astimezone(answer.question.zone).date()
        message.set_content(written(answer, ".txt", today), charset="utf-8", cte="base64")
        message.add_alternative(_page(answer, today), subtype="html", charset="utf-8", cte="base64")
    message["Message-ID"] = f"<{key.replace('@', '.').replace(':', '')}@{from_.domain}>"
    return message


def written(content: Content, suffix: str, today: date) -> str:
    """The content as a file of a kind: .md, .txt; a digest also .html, an answer also .json."""
    answer = _answer(content)
    if answer is None:
        return _digest(content, suffix)
    from assistant.renderers import markdown, terminal

    if suffix == ".json":
        return json.dumps(answer.as_json(), ensure_ascii=False, indent=2) + "\n"
    render = markdown.plugin if suffix == ".md" else terminal.plugin
    return render(answer, today=today) + "\n"


def _digest(content: Content, suffix: str) -> str:
    from assistant.digests.html import html
    from assistant.digests.markdown import markdown
    from assistant.digests.text import text

    render = {".html": html, ".md": markdown}.get(suffix, text)
    return render(content)  # type: ignore[arg-type]


def _answer(content: Content) -> Answer | None:
    if isinstance(content, Alert):
        return content.answer
    return content if isinstance(content, Answer) else None


def _page(answer: Answer, today: date) -> str:
    words = wording(answer.question.language)
    direction = "rtl" if words.right_to_left else "ltr"
    return (
        f'<!doctype html><html lang="{words.language}" dir="{direction}"><meta charset="utf-8">'
        f'<body style="{_STYLE}">{escape(written(answer, ".txt", today))}</body></html>'
    )
