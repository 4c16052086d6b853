"""The shortcut "Add as feedback": a message of Slack becomes one more remark of a customer, counted in the next answer.

Its identity is its place (team, channel, time), so that it counts once however often it is added.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from slack_sdk.errors import SlackClientError

from assistant.directions import harmless
from assistant.renderers import base
from assistant.slack import intake, mending, modals
from assistant.slack.evidence import named
from assistant.slack.intake import Place
from assistant.slack.lanes import Later
from assistant.slack.modals import say
from assistant.slack.pressing import Press, noted, quietly, reply, show, work
from assistant.slack.refusals import reason_of
from assistant.slack_blocks import blocks
from assistant.slack_blocks.blocks import Block, section
from assistant.wording import Wording, wording
from connectors.errors import Busy
from connectors.record import Channel, Feedback

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts, Person
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

ADD = "add_feedback"
SOURCE = "slack"
LONGEST = 3_000
"""Slack takes no more in a field."""

_LONGEST_SOURCE = 60
# While another run writes, labelling is tried again so often and so much later.
_ATTEMPTS, _AGAIN_S = 40, 30.0
# So many remarks are told with their labels.
_TOLD = 5
_MARKS = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SOMEBODY = re.compile(r"[A-Z][A-Z0-9]{1,30}")


# --- words of a message ---------------------------------------------------------------------------------------------


def words_of(message: Mapping[str, Any]) -> str:
    """What a message says, as people read it: links by their words, mentions gone, Slack's entities undone.

    Of a message without a text, what its attachments say.
    """
    told = [str(message.get("text") or "")]
    if not told[0].strip():
        told = [str(one.get("text") or one.get("fallback") or "") for one in message.get("attachments") or ()]
    plain = _MARKS.sub(_unmarked, "\n".join(told))
    for entity, sign in _ENTITIES:
        plain = plain.replace(entity, sign)
    return plain.strip()


def _unmarked(mark: re.Match[str]) -> str:
    """What stands for a piece in angle brackets: the words of a link, nothing for a person, ``#name`` for a channel."""
    target, label = mark[1], mark[2]
    if target.startswith(("@", "!")):
        return ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    return label or target


# --- add as feedback ------------------------------------------------------------------------------------------------


def add_view(text: str, place: Place, person: Person, author: str) -> Block:
    """The form that takes a message in as feedback; ``author`` is the id of who wrote it."""
    words = wording(person.language)
    day = place.said_at.astimezone(ZoneInfo(person.zone)).date()
    kinds = [(words.say(f"surfaces.add.kinds.{one.value}"), one.value) for one in Channel]
    asked_for = {"type": "checkboxes", "action_id": "solicited", "options": [_asked_for(words)]}
    made = [
        modals.asked("text", words.say("surfaces.add.text"), modals.typed("text", text, lines=True, least=1)),
        modals.asked("kind", words.say("surfaces.add.kind"), modals.select("kind", kinds, Channel.CHAT.value)),
        modals.asked("source", words.say("surfaces.add.source"), modals.typed("source", SOURCE, most=_LONGEST_SOURCE)),
        modals.asked("solicited", words.say("surfaces.add.how"), asked_for, optional=True),
        *blocks.context([say(words, "add.about", day=words.date(day))]),
    ]
    if len(text) > LONGEST:
        made.insert(0, section(say(words, "add.cut", most=words.number(LONGEST))))
    return modals.modal(
        words, words.say("surfaces.add.title"), made, callback=ADD, submit=words.say("surfaces.add.submit"),
        kept={"m": place.native_id, "by": author},
    )  # fmt: skip


def _asked_for(words: Wording) -> Block:
    return modals.option(words.say("surfaces.add.solicited"), "solicited")


def feedback_of(view: Mapping[str, Any], place: Place, at: datetime, url: str | None) -> Feedback:
    """What a sent form says, ready to be masked; who wrote it is hashed with the rest.

    Raises:
        ValueError: nothing is written there, or a kind that there is not.
    """
    text = modals.entered(view, "text").strip()
    if not text:
        raise ValueError("no words")
    source = harmless(modals.entered(view, "source"))[:_LONGEST_SOURCE].replace(":", " ").strip() or SOURCE
    author = modals.kept_in(view).get("by", "")
    return Feedback(
        source=source, native_id=place.native_id, channel=Channel(modals.entered(view, "kind") or Channel.CHAT),
        said_at=place.said_at, fetched_at=at, text=text, author=author if _SOMEBODY.fullmatch(author) else None,
        url=url, solicited="solicited" in modals.ticked(view, "solicited"),
    )  # fmt: skip


# --- handlers: adding -----------------------------------------------------------------------------------------------


def register(app: App, parts: Parts) -> None:
    """Listen to the shortcuts and to what their forms bring back."""
    mending.register(app, parts)

    @app.shortcut(ADD)
    def opened(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        message = body.get("message") or {}
        where = Place.of(Place(press.team or parts.team, press.channel, press.message).native_id)
        text = words_of(message)
        if parts.workspace is None or where is None or not text:
            key = "add.nothing" if parts.workspace else "add.closed"
            work(parts, client, press, lambda person: reply(client, press, person.language, key))
            return
        author = str(message.get("user") or message.get("bot_id") or "")
        show(parts, client, press, "add.title", lambda person: add_view(text, where, person, author))

    @app.view(ADD)
    def sent(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        press, kept = Press.of(body), modals.kept_in(body["view"])
        where = Place.of(kept.get("m", ""))
        if where and not modals.entered(press.view, "text").strip():
            words = wording(parts.person(press.user).language)
            ack(response_action="errors", errors={"text": say(words, "add.empty")})
            return
        ack()
        if where is None or parts.workspace is None:
            log.warning("a remark from nowhere")
            work(parts, client, press, lambda person: reply(client, press, person.language, "add.closed"))
            return
        below = replace(press, channel=where.channel, message=where.ts, thread=where.ts)
        work(parts, client, below, lambda person: _take_in(parts, client, below, person, where))


def _take_in(parts: Parts, client: WebClient, press: Press, person: Person, where: Place) -> None:
    """Keep what was sent, say so, and have it labelled."""
    workspace = parts.workspace
    if workspace is None:
        return
    item = feedback_of(press.view, where, parts.clock(), _permalink(client, where))
    id_, stored = intake.keep(workspace, item)
    if stored.refused:
        reply(client, press, person.language, "add.refused")
    elif stored.unchanged and intake.said_in(parts.store, id_):
        reply(client, press, person.language, "add.unchanged")
    else:
        tries = count(1)
        parts.work.put("intake", lambda: _label(parts, client, press, person, workspace, id_, next(tries)))


def _label(
    parts: Parts, client: WebClient, press: Press, person: Person, workspace: Workspace, id_: str, attempt: int
) -> None:
    """Label what was kept; where another run is writing, later again, and the next run does it in any case.

    Raises:
        Later: another run is writing.
    """
    try:
        intake.understand(workspace)
    except Busy:
        if attempt == 1:
            reply(client, press, person.language, "add.busy")
        if attempt < _ATTEMPTS:
            raise Later(_AGAIN_S) from None
        log.warning("%s waits for the next run to be labelled", id_)
    except Exception as error:
        # It is kept: the next run labels it.
        noted(press, error)
        reply(client, press, person.language, "add.busy")
    else:
        words = wording(person.language)
        told = [words.say("surfaces.add.added" if attempt == 1 else "surfaces.add.ready")]
        for row in intake.said_in(parts.store, id_)[:_TOLD]:
            labels = named(row, words, parts.taxonomy) or words.say("surfaces.fix.none")
            told.append(words.say("surfaces.add.remark", said=base.titled(row.text, words), labels=labels))
        quietly(client, press, "\n".join(told), person.language)


def _permalink(client: WebClient, where: Place) -> str | None:
    """The address of a message; None where Slack does not say."""
    try:
        found = client.chat_getPermalink(channel=where.channel, message_ts=where.ts)
    except (SlackClientError, OSError) as error:
        log.info("no permalink: %s", reason_of(error))
        return None
    return base.link(str(found.get("permalink") or ""))
