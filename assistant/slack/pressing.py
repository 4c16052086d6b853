"""What somebody pressed, chose or sent in Slack, and a sentence for them alone.

What comes with it (ids, values) comes from outside and is looked up again before anything is done with it.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError, SlackClientError

from assistant.renderers import slack
from assistant.slack import modals
from assistant.slack.policy import is_public
from assistant.slack.refusals import reason_of
from assistant.wording import wording
from connectors.errors import OverheardError

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts, Person
    from assistant.slack_blocks.blocks import Block

    Builder = Callable[[Person], Block]

log = logging.getLogger(__name__)

_LONGEST_VALUE = 2_000


@dataclass(frozen=True, slots=True)
class Press:
    """Who did what where. ``message`` is the ts of the message below which they did it, ``thread`` that of its thread.

    Of what happens in a view, ``channel`` and ``message`` are empty; ``view`` is the view. ``alone``: nobody but them
    sees the message; ``url`` is where such a message can be answered.
    """

    user: str
    trigger: str
    action_id: str = ""
    value: str = ""
    channel: str = ""
    kind: str = ""
    message: str = ""
    thread: str = ""
    team: str = ""
    url: str = ""
    alone: bool = False
    view: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Press:
        """What a body of Slack's says, whatever is missing from it."""
        action: Mapping[str, Any] = next(iter(body.get("actions") or ()), {})
        container, message = body.get("container") or {}, body.get("message") or {}
        channel = body.get("channel") or {}
        ts = str(message.get("ts") or container.get("message_ts") or body.get("message_ts") or "")
        return cls(
            user=str((body.get("user") or {}).get("id") or ""),
            trigger=str(body.get("trigger_id") or ""),
            action_id=str(action.get("action_id") or ""),
            value=str((action.get("selected_option") or action).get("value") or "")[:_LONGEST_VALUE],
            channel=str(channel.get("id") or container.get("channel_id") or ""),
            kind=str(channel.get("name") or ""),
            message=ts,
            thread=str(message.get("thread_ts") or container.get("thread_ts") or ts),
            team=str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or ""),
            url=str(body.get("response_url") or ""),
            alone=bool(container.get("is_ephemeral")),
            view=body.get("view") or {},
        )

    @property
    def public(self) -> bool:
        """Whether everybody may read what it was pressed below; in a view nobody else reads along."""
        return bool(self.channel) and not self.alone and is_public(self.channel, self.kind)

    def let(self, parts: Parts) -> bool:
        """Whether the rules of the workspace let this person do anything here."""
        return parts.policy.lets(self.team, self.channel or "D", self.user)


def quietly(client: WebClient, press: Press, text: str, language: str) -> None:
    """Say something to whoever pressed, below what they pressed, else in a direct message; never fails."""
    quietly_show(client, press, slack.notice(text, language))


def quietly_show(client: WebClient, press: Press, message: slack.Message) -> None:
    """Show a message to whoever pressed and to nobody else; never fails."""
    if press.channel:
        # Below a message that starts a thread there may be no thread yet: then it is said in the channel itself.
        thread = press.thread if press.thread != press.message else None
        try:
            client.chat_postEphemeral(
                channel=press.channel, user=press.user, thread_ts=thread or None, text=message.text,
                blocks=list(message.blocks),
            )  # fmt: skip
        except SlackApiError as error:
            log.info("nothing could be said below %s: %s", press.message, error.response.get("error"))
        except (SlackClientError, OSError) as error:
            log.warning("nothing could be said below %s: %s", press.message, type(error).__name__)
        else:
            return
    try:
        channel = client.conversations_open(users=press.user)["channel"]["id"]
        client.chat_postMessage(channel=channel, **message.payload())
    except (SlackClientError, OSError) as error:
        log.warning("%s could not be told: %s", press.user, type(error).__name__)


def work(parts: Parts, client: WebClient, press: Press, job: Callable[[Person], None]) -> None:
    """Do what was pressed after it was acknowledged; what goes wrong becomes a sentence with a reference id."""
    later(parts, press, lambda: _guarded(parts, client, press, job))


def later(parts: Parts, press: Press, job: Callable[[], None]) -> None:
    """Do something after what the same person pressed before."""
    parts.work.put(f"press {press.user}", job)


def show(parts: Parts, client: WebClient, press: Press, title: str, build: Builder, *, above: bool = False) -> None:
    """Open a modal at once, for its trigger lasts three seconds, and fill it when what it shows has been made.

    ``title`` is the key of a sentence of the surfaces. What goes wrong is said in the modal.
    """
    language = parts.person(press.user).language
    if not press.let(parts):
        quietly(client, press, wording(language).say("surfaces.not_here"), language)
        return
    try:
        view_id = modals.opened(client, press.trigger, modals.waiting(language, title), above=above)
    except (SlackClientError, OSError) as error:
        noted(press, error)
        view_id = None
    if view_id is None:
        quietly(client, press, wording(language).say("surfaces.late"), language)
        return
    refill(parts, client, press, view_id, title, build)


def refill(parts: Parts, client: WebClient, press: Press, view_id: str, title: str, build: Builder) -> None:
    """Put something else into an open modal, after what the same person pressed before."""
    later(parts, press, lambda: fill(parts, client, press, view_id, title, build))


def reply(client: WebClient, press: Press, language: str, key: str, **values: object) -> None:
    """Say a sentence of the surfaces to whoever pressed."""
    quietly(client, press, wording(language).say(f"surfaces.{key}", **values), language)


def fill(parts: Parts, client: WebClient, press: Press, view_id: str, title: str, build: Builder) -> None:
    """Make what a modal shows and put it there; what goes wrong is said in its place, with a reference id."""
    language = parts.language
    try:
        person = parts.person(press.user, client)
        language = person.language
        modals.filled(client, view_id, build(person))
    except Exception as error:
        reference = noted(press, error)
        words = wording(language)
        sentence = modals.say(words, "failed", reference=reference)
        with suppress(SlackClientError, OSError):
            modals.filled(client, view_id, modals.saying(words, words.say(f"surfaces.{title}"), sentence))


def _guarded(parts: Parts, client: WebClient, press: Press, job: Callable[[Person], None]) -> None:
    language = parts.language
    try:
        person = parts.person(press.user, client)
        language = person.language
        if press.let(parts):
            job(person)
        else:
            quietly(client, press, wording(language).say("surfaces.not_here"), language)
    except Exception as error:
        reference = noted(press, error)
        quietly(client, press, wording(language).say("surfaces.failed", reference=reference), language)


def noted(press: Press, error: Exception) -> str:
    """Whatever went wrong: the log has it under a reference id, without an error's words, which may be a customer's."""
    reference = secrets.token_hex(4)
    what = press.action_id or str(press.view.get("callback_id") or "something pressed")
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("reference %s: %s: %s\n%s", reference, what, reason_of(error), frames)
    if isinstance(error, OverheardError):
        log.error("reference %s: %s", reference, error.message)
    return reference
