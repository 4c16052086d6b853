"""Questions to begin with, from what there is to ask about: the worst stage, the newest theme, the last question."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from assistant.directions import harmless
from assistant.measures import Net
from assistant.wording import wording
from mining import answered
from mining.taxonomy import Taxonomy

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.slack.parts import Parts, Person

log = logging.getLogger(__name__)

Prompt = dict[str, str]
"""``title`` is what stands on the button, ``message`` the question."""

MOST = 4
"""Source: docs.slack.dev, assistant.threads.setSuggestedPrompts."""

_TITLE, _MESSAGE = 75, 2000
_FRESH = timedelta(minutes=10)
_STAGE = "purchase"


class Prompts:
    """Suggestions for people; what the feedback says is looked up every ten minutes, not for each of them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: dict[str, tuple[datetime, list[Prompt]]] = {}
        self._lock = Lock()

    def of(self, person: Person) -> list[Prompt]:
        """At most four prompts for somebody, their last question among them."""
        again = self._last(person)
        found = self._from_feedback(person)
        several = [*found[:2], *again, *found[2:], *first(person.language, self._parts.taxonomy)]
        different = {one["message"]: one for one in several}
        return list(different.values())[:MOST]

    def _last(self, person: Person) -> list[Prompt]:
        """The last question of somebody, if it was answered."""
        found = answered.last_of(self._parts.store, person.key)
        if found is None or len(found.text) > _MESSAGE:
            return []
        return [_prompt(person.language, "last", found.text, found.text)]

    def _from_feedback(self, person: Person) -> list[Prompt]:
        """The pains of the stage that people like least, and the newest theme."""
        now = self._parts.clock()
        with self._lock:
            known = self._known.get(person.language)
            if known and now - known[0] < _FRESH:
                return known[1]
        words, asker = wording(person.language), self._parts.askers(person.zone)
        engine = self._parts.engine
        found = []
        journey = engine.ask(words.say("slackbot.ask.journey"), asker)
        stage = _worst(journey)
        if stage:
            name = self._parts.taxonomy.name("stage", stage, person.language)
            found.append(_prompt(person.language, "pains", name, words.say("slackbot.ask.pains", name=name)))
        rising = engine.ask(words.say("slackbot.ask.new"), asker)
        if rising.rows:
            title = rising.rows[0].title
            found.append(_prompt(person.language, "theme", title, words.say("slackbot.ask.theme", name=title)))
        with self._lock:
            self._known[person.language] = (now, found)
        return found


def first(language: str, taxonomy: Taxonomy) -> list[Prompt]:
    """Questions that anybody may begin with, whatever was said."""
    words, name = wording(language), taxonomy.name("stage", _STAGE, language)
    pains = _prompt(language, "pains", name, words.say("slackbot.ask.pains", name=name))
    others = [
        {"title": words.say(f"slackbot.prompts.{key}"), "message": words.say(f"slackbot.ask.{key}")}
        for key in ("journey", "new")
    ]
    return [pains, *others]


def _prompt(language: str, key: str, name: str, message: str) -> Prompt:
    title = wording(language).say(f"slackbot.prompts.{key}", name=harmless(name))
    return {"title": title if len(title) <= _TITLE else title[: _TITLE - 2] + " …", "message": message}


def _worst(journey: Answer) -> str | None:
    """The stage with the lowest net sentiment of a journey at a glance."""
    nets = {row.id: cell.measure for row in journey.rows for cell in row.cells if cell.key == "net"}
    known = {
        row_id.partition(":")[2]: net.value
        for row_id, net in nets.items()
        if isinstance(net, Net) and net.value is not None and row_id.startswith("stage:")
    }
    return min(known, key=lambda stage: (known[stage], stage), default=None)
