"""Thumbs below an answer: kept once for each person and answer, and for a thumb down the reason, if they give one."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.slack import modals
from assistant.slack.modals import say
from assistant.slack.pressing import Press, reply, work
from assistant.slack.reasons import LONGEST, REASONS, reason
from assistant.slack_blocks.blocks import Block, section
from assistant.wording import wording
from mining import answered

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts, Person

log = logging.getLogger(__name__)

CALLBACK = "verdict_reason"


def reason_view(language: str, answer_id: str, channel: str = "", thread: str = "") -> Block:
    """The form that asks what was wrong; thanks for it are said in the channel and thread named."""
    words = wording(language)
    own = modals.typed("own", lines=True, most=LONGEST)
    choices = [(words.say(f"surfaces.verdict.reasons.{key}"), key) for key in REASONS]
    return modals.modal(
        words,
        words.say("surfaces.verdict.title"),
        [
            section(say(words, "verdict.why")),
            modals.asked("reason", words.say("surfaces.verdict.reason"), modals.radios("reason", choices)),
            modals.asked("own", words.say("surfaces.verdict.own"), own, optional=True),
        ],
        callback=CALLBACK,
        submit=words.say("surfaces.send"),
        kept={"a": answer_id, "c": channel, "t": thread},
    )


# --- handlers -------------------------------------------------------------------------------------------------------


def register(app: App, parts: Parts) -> None:
    """Listen to thumbs and to the reasons for them."""

    @app.action(re.compile(r"^verdict(:good|:bad)?$"))
    def pressed(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        said, _, answer_id = press.value.partition("|")
        person = parts.person(press.user)
        if said not in ("good", "bad") or answered.recall(parts.store, answer_id) is None:
            log.warning("a verdict on no answer: %s", press.message)
            work(parts, client, press, lambda person: reply(client, press, person.language, "gone"))
            return
        _keep(parts, answer_id, person, good=said == "good")
        form = reason_view(person.language, answer_id, press.channel, press.thread)
        if said == "good" or modals.opened(client, press.trigger, form) is None:
            key = "verdict.thanks" if said == "good" else "verdict.thanks_bad"
            work(parts, client, press, lambda person: reply(client, press, person.language, key))

    @app.view(CALLBACK)
    def sent(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        kept = modals.kept_in(press.view)
        told = reason(modals.entered(press.view, "reason"), modals.entered(press.view, "own"))
        press = replace(press, channel=kept.get("c", ""), thread=kept.get("t", ""))
        work(parts, client, press, lambda person: _give_reason(parts, client, press, person, kept.get("a", ""), told))


def _keep(parts: Parts, answer_id: str, person: Person, *, good: bool) -> None:
    """Keep a thumb; the same one again changes nothing, so that a reason given for it stays."""
    known = answered.verdict_of(parts.store, answer_id, person.key)
    if known is None or known[0] is not good:
        answered.judge(parts.store, answer_id, person.key, good, parts.clock())
    log.info("answer %s: %s", answer_id, "good" if good else "bad")


def _give_reason(parts: Parts, client: WebClient, press: Press, person: Person, answer_id: str, told: str) -> None:
    """Keep a reason beside the thumb; one for an answer that this person never judged is not kept."""
    if answered.verdict_of(parts.store, answer_id, person.key) is None:
        log.warning("a reason without a verdict")
        reply(client, press, person.language, "gone")
        return
    answered.judge(parts.store, answer_id, person.key, False, parts.clock(), told)
    reply(client, press, person.language, "verdict.thanks_bad")
