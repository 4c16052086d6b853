"""What ``/overheard`` does beside answering questions; each word of the command is known in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.slack import telling
from assistant.slack.parts import LANGUAGES
from assistant.wording import wording

if TYPE_CHECKING:
    from assistant.renderers.slack import Message
    from assistant.slack.answering import Asked
    from assistant.slack.parts import Parts, Person

_NAMES = ("help", "digest", "watch", "language", "zone")


def named(text: str) -> tuple[str, str] | None:
    """The part of the command that a text begins with, in any language, and what follows; None for a question."""
    first, _, rest = text.partition(" ")
    for name in _NAMES:
        for language in LANGUAGES:
            if first.casefold() in wording(language).say(f"slackbot.commands.{name}").split("|"):
                return name, rest.strip()
    return None


def done(parts: Parts, asked: Asked, person: Person) -> Message | None:
    """What a part of the command does and says; None where the text is a question.

    Words of more than a command's own are a question: "zone" is one, "digest of complaints about delivery" another.
    """
    found = named(asked.text)
    if found is None:
        return None
    name, rest = found
    if name == "help":
        return telling.help_(parts, person.language) if not rest else None
    if name == "language":
        return _language(parts, person, rest)
    if name == "zone":
        return _zone(parts, person, rest)
    return _elsewhere(parts, person, asked, name, rest)


def _language(parts: Parts, person: Person, rest: str) -> Message:
    language = _LANGUAGE_NAMES.get(rest.casefold())
    if language is None:
        return telling.notice("language_unknown", person.language)
    parts.set_person(person.id, language=language)
    return telling.notice("language_set", language)


_LANGUAGE_NAMES = {
    "en": "en", "english": "en", "אנגלית": "en", "انگلیسی": "en",
    "he": "he", "hebrew": "he", "עברית": "he", "عبری": "he",
    "fa": "fa", "persian": "fa", "farsi": "fa", "פרסית": "fa", "فارسی": "fa",
}  # fmt: skip


def _zone(parts: Parts, person: Person, rest: str) -> Message:
    try:
        zone = ZoneInfo(rest).key if rest else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = None
    if zone is None:
        return telling.notice("zone_unknown", person.language)
    parts.set_person(person.id, zone=zone)
    return telling.notice("zone_set", person.language, zone=zone)


def _elsewhere(parts: Parts, person: Person, asked: Asked, name: str, rest: str) -> Message:
    """``digest`` and ``watch``: imported here, because their modules ask in the same way as this one."""
    from assistant.slack import watching

    act = watching.digest_command if name == "digest" else watching.watch_command
    return act(parts, person, asked.channel, rest)
