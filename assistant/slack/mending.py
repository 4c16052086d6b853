"""Mending labels: which remark, and what is right; a person's word goes before the model's, now and later."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.renderers import base
from assistant.slack import evidence, intake, modals
from assistant.slack.evidence import LABELS, literal, named
from assistant.slack.modals import say
from assistant.slack.pressing import Press, fill, refill, reply, show, work
from assistant.slack_blocks import blocks, texts
from assistant.slack_blocks.blocks import Block, section
from assistant.wording import Wording, wording
from connectors.errors import Busy, ConfigError
from mining import chats, corrections, reading

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts, Person
    from assistant.wiring import Workspace
    from mining.reading import Heard
    from mining.taxonomy import Taxonomy

log = logging.getLogger(__name__)

FIX = "fix_label"
# A correction of these may move a remark from pains to praises, or out of both.
_TELLS_SIDE = ("sentiment", "intent")
_NOTHING = "–"


# --- the form --------------------------------------------------------------------------------------------------------


def fix_view(
    mentions: Sequence[Heard], chosen: str | None, language: str, taxonomy: Taxonomy, kept: Mapping[str, str]
) -> Block:
    """The form that mends a label: which remark, where there are several, and what it is."""
    words = wording(language)
    row = next((one for one in mentions if one.mention_id == chosen), mentions[0])
    made: list[Block] = []
    if len(mentions) > 1:
        some = [(_short(one, words), one.mention_id) for one in mentions if texts.size(one.mention_id) <= 150]
        which = modals.select("fix_mention", some, row.mention_id)
        made.append(modals.asked("mention", words.say("surfaces.fix.mention"), which, at_once=True))
    made.append(section(literal(row)))
    labels = named(row, words, taxonomy) or words.say("surfaces.fix.none")
    made += blocks.context([say(words, "fix.now", labels=labels)])
    made.append(modals.asked("value", words.say("surfaces.fix.value"), _values(words, taxonomy)))
    made += blocks.context([say(words, "fix.about")])
    return modals.modal(
        words, words.say("surfaces.fix.title"), made, callback=FIX, submit=words.say("surfaces.fix.submit"),
        kept={**kept, "id": row.mention_id},
    )  # fmt: skip


def _short(row: Heard, words: Wording) -> str:
    """The beginning of a remark, as a menu shows it."""
    return texts.cut(base.titled(row.text, words), 75)


def _values(words: Wording, taxonomy: Taxonomy) -> Block:
    """Every value of every task in one menu, each under the name of its task."""
    groups = [
        {
            "label": blocks.text_object(words.task(task), 75),
            "options": modals.options(
                [(taxonomy.name(task, value, words.language), f"{task}={value}") for value in taxonomy.values(task)]
            ),
        }
        for task in LABELS
    ]
    return {"type": "static_select", "action_id": "value", "option_groups": groups}


def label_of(view: Mapping[str, Any]) -> tuple[str, str]:
    """The task and the value that were chosen; they are checked where they are kept."""
    task, _, value = modals.entered(view, "value").partition("=")
    return task, value


# --- handlers ------------------------------------------------------------------------------------------------------


def register(app: App, parts: Parts) -> None:
    """Listen to the shortcut, to the choice of a remark, and to the form that was sent."""

    @app.shortcut(FIX)
    def opened(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        held = {"c": press.channel, "ts": press.message, "t": press.thread, "pub": "1" if press.public else ""}
        show(parts, client, press, "fix.title", lambda person: _form_of(parts, person, held, None))

    @app.action("fix_mention")
    def chose(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        # In the order in which they were pressed: before the next press can come.
        press = Press.of(body)
        held, view_id = modals.kept_in(press.view), str(press.view.get("id") or "")
        refill(parts, client, press, view_id, "fix.title", lambda who: _form_of(parts, who, held, press.value))
        ack()

    @app.view(FIX)
    def sent(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        press = Press.of(body)
        held, (task, value) = modals.kept_in(press.view), label_of(press.view)
        if task not in LABELS or value not in parts.taxonomy.values(task):
            words = wording(parts.person(press.user).language)
            ack(response_action="errors", errors={"value": say(words, "fix.choose")})
            return
        ack()
        below = replace(press, channel=held.get("c", ""), message=held.get("ts", ""), thread=held.get("t", ""))
        work(parts, client, below, lambda person: _mend(parts, client, below, person, task, value))


def _form_of(parts: Parts, person: Person, held: Mapping[str, str], chosen: str | None) -> Block:
    """The form for the remarks of a message, or for the one that was chosen in a list of evidence."""
    if held.get("c"):
        rows = _remarks(parts, person, held["c"], held.get("ts", ""))
    else:
        rows = reading.by_ids(parts.store, [held.get("id", "")])
    if held.get("pub"):
        rows = [row for row in rows if row.source not in parts.policy.private_sources]
    words = wording(person.language)
    if not rows:
        return modals.saying(words, words.say("surfaces.fix.title"), say(words, "fix.nothing"))
    return fix_view(rows, chosen, person.language, parts.taxonomy, held)


def form_of_one(parts: Parts, person: Person, mention_id: str, held: Mapping[str, str]) -> Block:
    """The form for one remark; ``held`` is what the view beneath kept."""
    return _form_of(parts, person, {**held, "c": "", "id": mention_id}, mention_id)


def _remarks(parts: Parts, person: Person, channel: str, ts: str) -> list[Heard]:
    """What a message shows: the quotes of an answer of ours, or what was taken in from it."""
    post = chats.post_at(parts.store, channel, ts)
    answer = parts.again(post.answer_id, person) if post and post.answer_id else None
    if answer is None:
        return intake.taken_from(parts.store, intake.Place(parts.team, channel, ts).native_id)
    by_id = {quote.mention.mention_id: quote.mention for quote in answer.every_quote}
    # As they are labelled now: an answer made again may still hold what it counted a moment ago.
    return reading.by_ids(parts.store, list(by_id))


def _mend(parts: Parts, client: WebClient, press: Press, person: Person, task: str, value: str) -> None:
    """Put a person's word in the place of the model's, and say what became of it."""
    held = modals.kept_in(press.view)
    id_ = modals.entered(press.view, "mention") or held.get("id", "")
    try:
        changes = corrections.correct(parts.store, id_, {task: value}, person.key, known=parts.taxonomy)
    except ConfigError as error:
        log.info("%s: %s", person.id, type(error).__name__)
        reply(client, press, person.language, "fix.gone")
        return
    log.info("%s: %s labelled by %s", id_, task, person.id)
    if task in _TELLS_SIDE and parts.workspace is not None:
        _sort_again(parts.workspace)
    if held.get("root"):
        # It was mended in a list of evidence, which shows it.
        fill(parts, client, press, held["root"], "evidence.title", lambda who: evidence.shown(parts, who, held))
        return
    words = wording(person.language)
    done = next((one for one in changes if one.task == task), None)
    if done is None or done.before == done.after:
        reply(client, press, person.language, "fix.same")
        return
    before, after = (
        parts.taxonomy.name(task, one, words.language) if one else _NOTHING for one in (done.before, done.after)
    )
    reply(client, press, person.language, "fix.done", task=words.task(task), before=before, after=after)


def _sort_again(where: Workspace) -> None:
    """Another feeling or intent may mean another theme; a run that is writing now sorts it when it ends."""
    with suppress(Busy), where.writing():
        intake.sort_again(where)
