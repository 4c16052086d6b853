"""Watches in Slack: the form below an answer and for ``/overheard watch "…"``, which says what would come of it."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant import watch
from assistant.renderers import slack
from assistant.slack import modals, watch_form
from assistant.slack.buttons import answer_id
from assistant.slack.once import first_time
from assistant.slack.parts import LANGUAGES
from assistant.slack.policy import is_direct
from assistant.slack.pressing import Press, quietly_show, refill, reply, show, work
from assistant.slack.watch_form import HERE, Chosen
from assistant.slack_blocks import blocks
from assistant.slack_blocks.blocks import Block
from assistant.wording import wording
from connectors.errors import ConfigError
from mining import answered
from mining.answered import Answered

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.digest import Template
    from assistant.meaning import Question
    from assistant.slack.parts import Parts, Person
    from assistant.watch import Proposal

log = logging.getLogger(__name__)

WISH = "watch"
"""The status of what is kept of ``/overheard watch "…"``: words that no answer was given to."""

_QUOTED = re.compile(r"""^["“”„«״']+|["“”»״']+$""")
_LONGEST = 2_000
_MOST_TOLD = 20


def register(app: App, parts: Parts) -> None:
    """Listen to the button, to every choice in the form, and to the form that was sent."""

    @app.action("watch")
    def opened(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        here = press.channel if press.channel and not is_direct(press.channel) else ""
        held = {"a": answer_id(press.value), "c": here, "d": press.channel, "t": press.thread}
        show(parts, client, press, "watch.title", lambda person: _form(parts, person, held, None))

    @app.action(re.compile(r"^watch:[a-z]+$"))
    def chose(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        # In the order in which they were pressed: before the next press can come.
        press = Press.of(body)
        held, view_id = modals.kept_in(press.view), str(press.view.get("id") or "")
        chosen = watch_form.chosen_in(press.view)
        refill(parts, client, press, view_id, "watch.title", lambda person: _form(parts, person, held, chosen))
        ack()

    @app.view(watch_form.CALLBACK)
    def sent(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        press = Press.of(body)
        chosen, language = watch_form.chosen_in(press.view), parts.person(press.user).language
        if chosen.kind == "threshold" and chosen.number is None:
            ack(response_action="errors", errors={"value": modals.say(wording(language), "watch.no_value")})
            return
        # The form closes; what came of it is said below the answer, for a view put in its place might come too soon.
        ack()
        held = modals.kept_in(press.view)
        below = replace(press, channel=held.get("d", ""), message=held.get("t", ""), thread=held.get("t", ""))
        if first_time(parts, str(press.view.get("id") or "")):
            work(parts, client, below, lambda person: _save(parts, client, below, person, held, chosen))


# --- what is watched ------------------------------------------------------------------------------------------------


def _about(parts: Parts, id_: str) -> tuple[str | None, Question | None] | None:
    """The words of a wish, or the question of an answer; None where neither is kept."""
    found = answered.recall(parts.store, id_)
    if found is None:
        return None
    if found.status == WISH:
        return found.text, None
    held = parts.question(id_)
    return (None, held.question) if held else None


def _propose(parts: Parts, person: Person, held: Mapping[str, str], chosen: Chosen | None) -> Proposal:
    """What would be watched; with nothing chosen, what the words themselves say.

    Raises:
        ConfigError: it cannot be watched so.
        LookupError: the answer is not kept any more, or the channel is closed to the assistant.
    """
    about = _about(parts, held.get("a", ""))
    if about is None:
        raise LookupError
    text, question = about
    to = held.get("c", "") if chosen and chosen.to == HERE else person.id
    if not to or not parts.policy.lets(person.team, to if to != person.id else "D", person.id):
        raise LookupError
    wanted: dict[str, Any] = {}
    if chosen:
        wanted = {"kind": chosen.watch_kind, "schedule": chosen.cron, "rule": chosen.rule}
    return watch.propose(
        parts.store, parts.engine, parts.askers(person.zone), to=to, by=person.key, now=parts.clock(), text=text,
        question=question, zone=person.zone, **wanted,
    )  # fmt: skip


def _form(parts: Parts, person: Person, held: Mapping[str, str], chosen: Chosen | None) -> Block:
    """The form with what is chosen, or at first with what the words say, and what it would mean."""
    words = wording(person.language)
    about = _about(parts, held.get("a", ""))
    if about is None:
        return modals.saying(words, words.say("surfaces.watch.title"), modals.say(words, "gone"))
    text, question = about
    try:
        proposal = _propose(parts, person, held, chosen)
    except (ConfigError, LookupError) as error:
        log.info("cannot be watched: %s", type(error).__name__)
        if chosen is None:
            return modals.saying(words, words.say("surfaces.watch.title"), modals.say(words, "watch.cannot"))
        missing = chosen.kind == "threshold" and chosen.number is None
        says, to = [words.say(f"surfaces.watch.{'no_value' if missing else 'wrong'}")], ""
    else:
        says, to = list(proposal.says), proposal.watch.to
        if chosen is None:
            chosen = watch_form.chosen_of(proposal.watch, HERE if held.get("c") else watch_form.DIRECT)
    asked = question.text if question else text or ""
    return watch_form.view(asked, chosen, says, person.language, held, to)


def _save(
    parts: Parts, client: WebClient, press: Press, person: Person, held: Mapping[str, str], chosen: Chosen
) -> None:
    """Save what was chosen, and say so to whoever did."""
    try:
        proposal = _propose(parts, person, held, chosen)
    except (ConfigError, LookupError) as error:
        log.info("cannot be watched: %s", type(error).__name__)
        reply(client, press, person.language, "watch.cannot")
        return
    saved = watch.save(parts.store, proposal)
    log.info("%s: %s for %s", saved.id, saved.kind, person.id)
    words = wording(person.language)
    told = [words.say("surfaces.watch.saved"), *proposal.says]
    text = slack.notice("\n".join(told), person.language).text
    shown = watch_form.spoken(told, saved.to, words)
    quietly_show(client, press, slack.Message(watch_form.references(text, saved.to), tuple(shown)))


# --- /overheard watch -----------------------------------------------------------------------------------------------


def watch_command(parts: Parts, person: Person, channel: str, text: str) -> slack.Message:
    """What ``/overheard watch`` says: with words what would come of them, and a button; without, what is watched."""
    words = wording(person.language)
    told = _QUOTED.sub("", text.strip()[:_LONGEST]).strip()
    if not told:
        every = watch.listed(parts.store, by=person.key)
        lines = [watch.describe(one, person.language) for one in every[:_MOST_TOLD]]
        hint = slack.notice(words.say("surfaces.watch.ask"), person.language)
        shown = [one for line, of in zip(lines, every, strict=False) for one in watch_form.spoken([line], of.to, words)]
        text_ = slack.notice("\n".join(lines), person.language).text if lines else hint.text
        return slack.Message(text_, (*shown, *hint.blocks))
    here = "" if is_direct(channel) or not parts.policy.lets(person.team, channel, person.id) else channel
    try:
        proposal = watch.propose(
            parts.store, parts.engine, parts.askers(person.zone), to=here or person.id, by=person.key,
            now=parts.clock(), text=told, zone=person.zone,
        )  # fmt: skip
    except ConfigError as error:
        log.info("cannot be watched: %s", type(error).__name__)
        both = [words.say("surfaces.watch.cannot"), words.say("surfaces.watch.ask")]
        return slack.notice("\n".join(both), person.language)
    id_ = secrets.token_hex(8)
    answered.keep(parts.store, Answered(id_, parts.clock(), person.key, channel, told, WISH, {}))
    spoken = wording(proposal.watch.language)
    text_ = slack.notice("\n".join(proposal.says), proposal.watch.language).text
    told_so = watch_form.spoken(proposal.says, proposal.watch.to, spoken)
    button = blocks.button("watch", spoken.say("slack.watch"), f'{{"a":"{id_}"}}')
    return slack.Message(watch_form.references(text_, proposal.watch.to), (*told_so, *blocks.actions([button])))


# --- /overheard digest ----------------------------------------------------------------------------------------------


def digest_command(parts: Parts, person: Person, channel: str, text: str) -> slack.Message:
    """What ``/overheard digest`` says: the weekly digest, or "daily", "monthly"; other words are its conditions.

    Whoever asks sees it alone, so that quotes from private sources may stand in it.
    """
    from assistant import digest
    from assistant.digests.slack import slack as shown

    template, about = _template(text)
    asker = parts.askers(person.zone)
    try:
        plan = digest.plan_of(parts.engine, asker, about, template=template, language=person.language)
        return shown(digest.compose(parts.engine, asker, plan))
    except ConfigError as error:
        log.info("no digest of this: %s", type(error).__name__)
        return slack.notice(wording(person.language).say("surfaces.digest.unclear"), person.language)


def _template(text: str) -> tuple[Template, str]:
    """The digest that the first word names, in any language, and the other words."""
    from assistant.digest import Template

    first, _, rest = text.strip().partition(" ")
    for template in Template:
        for language in LANGUAGES:
            if first.casefold() in wording(language).say(f"surfaces.digest.{template.unit}").split("|"):
                return template, rest.strip()
    return Template.MANAGER_WEEKLY, text.strip()
