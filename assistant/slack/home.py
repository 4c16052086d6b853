"""What people do on the Home tab: open it, choose a language or a zone, silence and end what is watched for them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from assistant import watch as watching
from assistant.slack import modals
from assistant.slack.home_view import AUTO, FOREVER, Health, Home, known_zones, view, zones
from assistant.slack.parts import LANGUAGES
from assistant.slack.pressing import Press, reply, work
from assistant.wording import wording
from mining import chats, reading
from mining.filters import Filters

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts, Person

log = logging.getLogger(__name__)

_TASKS = ("stage", "intent", "sentiment", "touchpoint")
_SILENT = {"day": timedelta(days=1), "week": timedelta(days=7)}
# Counting everything takes long where there is much: it is told as it was at most so long ago.
_FRESH = timedelta(minutes=2)


# --- what there is --------------------------------------------------------------------------------------------------


class Tab:
    """The tab of everybody; what it says of the data is counted now and then."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._health: tuple[datetime, Health] | None = None
        self._lock = Lock()

    def publish(self, client: WebClient, person: Person) -> None:
        """Show the tab to somebody as it is now."""
        now = self._parts.clock()
        with self._lock:
            if self._health is None or now - self._health[0] > _FRESH:
                self._health = now, health(self._parts)
            found = self._health[1]
        client.views_publish(user_id=person.id, view=view(gathered(self._parts, person, found), person.language))


def gathered(parts: Parts, person: Person, found: Health) -> Home:
    """All that the tab shows to somebody."""
    set_ = chats.person(parts.store, person.key)
    return Home(
        parts.clock(), person.zone, set_.language, set_.zone, parts.prompts.of(person),
        watching.listed(parts.store, by=person.key), found,
    )  # fmt: skip


def health(parts: Parts) -> Health:
    """How the data are now."""
    everything = Filters()
    total = reading.total(parts.store, everything)
    unsure = {task: reading.unsure_share(parts.store, everything, task) for task in _TASKS}
    return Health(
        parts.store.count_feedback(), total.mentions, reading.freshness(parts.store),
        unsure if total.mentions else {}, len(parts.store.rejects()),
    )  # fmt: skip


# --- handlers -------------------------------------------------------------------------------------------------------


def register(app: App, parts: Parts) -> None:
    """Listen to the tab and to what is pressed and chosen on it."""

    tab = Tab(parts)

    @app.event("app_home_opened", matchers=[lambda event: event.get("tab") == "home"])
    def opened(event: Mapping[str, Any], body: Mapping[str, Any], client: WebClient) -> None:
        press = Press(str(event.get("user") or ""), "", team=str(body.get("team_id") or ""))
        work(parts, client, press, lambda person: tab.publish(client, person))

    @app.action("language")
    def language(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        if press.value in (*LANGUAGES, AUTO):
            work(parts, client, press, lambda person: _set(parts, tab, client, person, language=press.value))

    @app.action("zone")
    def zone(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        if press.value == AUTO or press.value in known_zones():
            work(parts, client, press, lambda person: _set(parts, tab, client, person, zone=press.value))

    @app.options("zone")
    def offered(ack: Ack, body: dict[str, Any]) -> None:
        words = wording(parts.person(Press.of(body).user).language)
        ack(options=modals.options(zones(str(body.get("value") or "")[:80], words.say("surfaces.home.auto"))))

    _watch_buttons(app, parts, tab)


def _set(parts: Parts, tab: Tab, client: WebClient, person: Person, **values: str) -> None:
    """Keep what somebody chose; AUTO takes it back."""
    known = chats.person(parts.store, person.key)
    chosen = {name: None if value == AUTO else value for name, value in values.items()}
    parts_of = {"language": known.language, "zone": known.zone} | chosen
    chats.put_person(parts.store, chats.Person(known.id, context=known.context, **parts_of), parts.clock())
    tab.publish(client, parts.person(person.id, client))


def _watch_buttons(app: App, parts: Parts, tab: Tab) -> None:
    @app.action(re.compile(r"^watch_set:(pause|day|week|resume)$"))
    def silence(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        how = press.action_id.partition(":")[2]
        work(parts, client, press, lambda person: _silenced(parts, tab, client, press, person, how))

    @app.action("watch_end")
    def end(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        work(parts, client, press, lambda person: _ended(parts, tab, client, press, person))


def _own(parts: Parts, person: Person, watch_id: str) -> bool:
    """Whether somebody has such a watch: nobody touches another one's."""
    return any(one.id == watch_id for one in watching.listed(parts.store, by=person.key))


def _silenced(parts: Parts, tab: Tab, client: WebClient, press: Press, person: Person, how: str) -> None:
    now = parts.clock()
    until = {"pause": FOREVER, "resume": None}.get(how, now + _SILENT.get(how, timedelta()))
    if not _own(parts, person, press.value) or not watching.mute(parts.store, press.value, until):
        reply(client, press, person.language, "watch.gone")
    tab.publish(client, person)


def _ended(parts: Parts, tab: Tab, client: WebClient, press: Press, person: Person) -> None:
    if not _own(parts, person, press.value) or not watching.end(parts.store, press.value, parts.clock()):
        reply(client, press, person.language, "watch.gone")
    tab.publish(client, person)
