"""Sharing: what one person saw goes to a channel, as far as it may be shown there, under a line that says by whom."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant import kept
from assistant.renderers.slack import Message
from assistant.slack import modals
from assistant.slack.buttons import answer_id
from assistant.slack.modals import say
from assistant.slack.once import first_time
from assistant.slack.parts import place
from assistant.slack.pressing import Press, quietly_show, reply, work
from assistant.slack.refusals import Undeliverable
from assistant.slack_blocks import texts
from assistant.slack_blocks.blocks import MOST_BLOCKS, Block
from assistant.wording import Wording, wording
from mining import threads

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts, Person

log = logging.getLogger(__name__)

CALLBACK = "share"


def register(app: App, parts: Parts) -> None:
    """Listen to the button and to the form that was sent."""

    @app.action("share")
    def opened(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        language = parts.person(press.user).language
        form = view(language, answer_id(press.value), press)
        if not press.let(parts) or modals.opened(client, press.trigger, form) is None:
            key = "late" if press.let(parts) else "not_here"
            work(parts, client, press, lambda person: reply(client, press, person.language, key))

    @app.view(CALLBACK)
    def sent(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        press = Press.of(body)
        held, to = modals.kept_in(press.view), modals.entered(press.view, "to")
        if not parts.policy.lets(press.team, to, press.user):
            words = wording(parts.person(press.user).language)
            ack(response_action="errors", errors={"to": say(words, "share.refused" if to else "share.none")})
            return
        ack()
        if first_time(parts, str(press.view.get("id") or "")):
            below = replace(press, channel=held.get("c", ""), message=held.get("t", ""), thread=held.get("t", ""))
            work(parts, client, below, lambda person: _share(parts, client, below, person, held.get("a", ""), to))


def view(language: str, id_: str, press: Press) -> Block:
    """The form that asks for a channel."""
    words = wording(language)
    channels: Block = {
        "type": "conversations_select", "action_id": "to",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }  # fmt: skip
    hint = words.say("surfaces.share.hint")
    return modals.modal(
        words, words.say("surfaces.share.title"),
        [modals.asked("to", words.say("surfaces.share.to"), channels, hint=hint)],
        callback=CALLBACK, submit=words.say("surfaces.share.submit"),
        kept={"a": id_, "c": press.channel, "t": press.thread},
    )  # fmt: skip


def _share(parts: Parts, client: WebClient, press: Press, person: Person, id_: str, to: str) -> None:
    """Post the answer as of now; what may not be said in a channel that everybody reads stays out of it."""
    answer, found = parts.again(id_, person), parts.question(id_)
    if answer is None or found is None:
        reply(client, press, person.language, "gone")
        return
    message = signed(parts.show(answer, id_, to), person.id, wording(answer.question.language))
    key = f"slack:share:{press.view.get('id')}"
    try:
        posted = parts.posting.post(to, message, key=key, answer_id=id_)
    except Undeliverable as error:
        log.info("%s is closed to us: %s", to, error.reason)
        reply(client, press, person.language, "share.closed")
        return
    # Follow-ups in the new thread go on from what was shared.
    threads.remember(parts.store, place(parts.team, posted.channel, posted.thread), kept.as_json(found), parts.clock())
    log.info("answer %s shared in %s by %s", id_, to, person.id)
    done = _referring("share.done", wording(person.language), channel=f"<#{to}>")
    quietly_show(client, press, Message(wording(person.language).say("surfaces.share.short"), (done,)))


def signed(message: Message, user: str, words: Wording) -> Message:
    """The same message under a line that says who shared it."""
    first = _referring("share.by", words, who=f"<@{user}>")

    def under(form: tuple[Block, ...]) -> tuple[Block, ...]:
        return (first, *form) if len(form) < MOST_BLOCKS else form

    return replace(message, blocks=under(message.blocks), fallbacks=tuple(map(under, message.fallbacks)))


def _referring(key: str, words: Wording, **references: str) -> Block:
    """A small line with references of Slack's own (``<@U…>``, ``<#C…>``) in it, all else escaped."""
    marks = {name: f"{{{name}}}" for name in references}
    line = texts.escape(texts.line(words.say(f"surfaces.{key}", **marks), words)).format(**references)
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": line}]}
