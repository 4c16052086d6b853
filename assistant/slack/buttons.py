"""Buttons below an answer: look closer, ask on, draw, open the rows behind a figure, share.

A button names a kept answer by its id; the answer is looked up or made again, so that a button of an old message, of
one that somebody deleted, or one pressed twice or by somebody else does nothing that was not meant.
"""

from __future__ import annotations

import json
import logging
import re
import time
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from assistant import kept
from assistant.kept import Kept
from assistant.renderers import base
from assistant.slack import evidence, mending, modals
from assistant.slack.answering import Asked
from assistant.slack.pressing import Press, refill, reply, show, work
from assistant.slack_blocks import texts
from assistant.wording import Wording, wording
from mining import threads

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.answer import Answer
    from assistant.slack.parts import Parts, Person

log = logging.getLogger(__name__)

_ALT = 1_000
_MOST_SHOWN = 500
# A second chart so soon after the first was no wish for two.
_SAME_WISH_S = 60.0


def register(app: App, parts: Parts) -> None:
    """Listen to the buttons below answers and to those of the evidence."""
    _asking(app, parts)
    _showing(app, parts)
    _evidence(app, parts)


def told(value: str) -> dict[str, Any]:
    """What a button carries; ``{}`` where that is not ours."""
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def answer_id(value: str) -> str:
    """The answer that a button names, "" where it names none."""
    found = told(value).get("a")
    return found if isinstance(found, str) else ""


# --- asking on ------------------------------------------------------------------------------------------------------


def _asking(app: App, parts: Parts) -> None:
    @app.action(re.compile(r"^(next|choice|ask):\d+$"))
    def ask(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        press = Press.of(body)
        if press.channel:
            _ask(ack, parts, client, press, press.value)
            return
        ack()
        work(parts, client, press, lambda person: _ask_directly(parts, client, press))

    @app.action(re.compile(r"^drill:\d+$"))
    def drill(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        press = Press.of(body)
        value = told(press.value)
        found = parts.question(answer_id(press.value))
        looked = looked_into(found, value.get("row"), value.get("rank")) if found else None
        if looked is None:
            ack()
            key = "nothing_behind" if found else "gone"
            work(parts, client, press, lambda person: reply(client, press, person.language, key))
            return
        list_, rank = looked
        text = wording(list_.question.language).say("surfaces.drill", rank=rank)
        _ask(ack, parts, client, press, text, list_)


def looked_into(found: Kept, row: object, rank: object) -> tuple[Kept, int] | None:
    """The list of an answer and the number by which a question means one row of it; None where it has no such row."""
    if not isinstance(row, str) or row not in found.shown:
        return None
    number = rank if isinstance(rank, int) and 0 < rank <= _MOST_SHOWN else found.shown.index(row) + 1
    shown = [*found.shown, *[""] * (number - len(found.shown))]
    # The number that people see beside a row is the one that they mean by it.
    shown[number - 1] = row
    return Kept(found.question, tuple(shown), found.question), number


def _ask(ack: Ack, parts: Parts, client: WebClient, press: Press, text: str, after: Kept | None = None) -> None:
    """Ask in the thread of the message, as if whoever pressed had written it there; once a day for a button.

    ``after`` is the list that the question goes on from, whatever was asked in the thread since.
    """
    asked = _asked(parts, press, text)
    new = bool(text) and press.let(parts) and parts.answering.take(asked)
    if new and after:
        _remember(parts, asked.place, after)
    ack()
    if new:
        if after:
            # Once more in the thread's turn: a question on its way there leaves its own list behind.
            parts.work.put(asked.place, lambda: _remember(parts, asked.place, after))
        parts.answering.start(asked)
    else:
        work(parts, client, press, lambda person: reply(client, press, person.language, "already"))


def _asked(parts: Parts, press: Press, text: str) -> Asked:
    """The question of a button. Below what only one person sees it is answered for them alone."""
    team = press.team or parts.team
    day = parts.clock().date().isoformat()
    alone = bool(press.alone and press.url)
    what = press.message or press.trigger
    return Asked(
        team, press.channel, press.user, text, "" if alone else press.message, "" if alone else press.thread, "button",
        press.kind, press.url if alone else None, id=f"slack:{team}:{press.channel}:{what}:{press.action_id}:{day}",
    )  # fmt: skip


def _remember(parts: Parts, where: str, list_: Kept) -> None:
    threads.remember(parts.store, where, kept.as_json(list_), parts.clock())


def _ask_directly(parts: Parts, client: WebClient, press: Press) -> None:
    """Ask a question of the Home tab: it is put into the direct messages, and answered below."""
    channel = str(client.conversations_open(users=press.user)["channel"]["id"])
    language = parts.person(press.user).language
    first = client.chat_postMessage(
        channel=channel, text=texts.escape(texts.line(f"“{press.value}”", wording(language))), unfurl_links=False,
        unfurl_media=False,
    )  # fmt: skip
    here = replace(press, channel=channel, message=str(first["ts"]), thread=str(first["ts"]))
    asked = _asked(parts, here, press.value)
    if parts.answering.take(asked):
        parts.answering.start(asked)


# --- showing --------------------------------------------------------------------------------------------------------


class Wishes:
    """What was wished for lately, so that a second press of a button is known for one. For ``seconds`` each."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lately: dict[str, float] = {}
        self._lock = Lock()

    def take(self, wish: str) -> bool:
        """Note a wish; False where it is the same as one of just now."""
        now = time.monotonic()
        with self._lock:
            self._lately = {one: at for one, at in self._lately.items() if now - at < self._seconds}
            return self._lately.setdefault(wish, now) == now


def _showing(app: App, parts: Parts) -> None:
    wishes = Wishes(_SAME_WISH_S)

    @app.action("chart")
    def chart(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        if wishes.take(f"{press.channel} {press.thread} {press.value}"):
            work(parts, client, press, lambda person: _draw(parts, client, press, person))
        else:
            work(parts, client, press, lambda person: reply(client, press, person.language, "chart.there"))


def _draw(parts: Parts, client: WebClient, press: Press, person: Person) -> None:
    """Put the chart into the thread; for what only one person sees, into their direct messages."""
    from assistant import charts

    answer = parts.again(answer_id(press.value), person)
    if answer is None:
        reply(client, press, person.language, "gone")
        return
    specification = charts.specification(answer)
    if specification is None or answer.chart is None:
        reply(client, press, person.language, "chart.nothing")
        return
    channel, thread = press.channel, press.thread or None
    if press.alone or not channel:
        channel, thread = str(client.conversations_open(users=press.user)["channel"]["id"]), None
    parts.posting.upload(
        channel, thread, charts.png(specification), "chart.png", answer.chart.title,
        in_words(answer, wording(answer.question.language)),
    )  # fmt: skip


def in_words(answer: Answer, words: Wording) -> str:
    """What a chart shows, for whoever cannot see it: its title and each row with its numbers."""
    title = answer.chart.title if answer.chart else answer.headline
    rows = []
    for row in answer.rows:
        numbers = words.listed([f"{label} {value}" for label, value in base.cells(row, words)])
        rows.append(f"{base.titled(row.title, words)} – {numbers}")
    return texts.cut(modals.say(words, "chart.rows", title=title, rows="; ".join(rows)), _ALT)


# --- evidence -------------------------------------------------------------------------------------------------------


def _evidence(app: App, parts: Parts) -> None:
    @app.action("evidence")
    def open_(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        held = {"q": str(told(press.value).get("q")), "pub": "1" if press.public else ""}
        show(parts, client, press, "evidence.title", lambda person: evidence.shown(parts, person, held))

    @app.action(re.compile(r"^page:(back|on)$"))
    def turn(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        # In the order in which they were pressed: before the next press can come.
        press = Press.of(body)
        held = {**modals.kept_in(press.view), "page": press.value}
        view_id = str(press.view.get("id") or "")
        refill(parts, client, press, view_id, "evidence.title", lambda person: evidence.shown(parts, person, held))
        ack()

    @app.action(re.compile(r"^fix:\d+$"))
    def fix(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        beneath = {**modals.kept_in(press.view), "root": str(press.view.get("id") or "")}
        show(
            parts, client, press, "fix.title", lambda person: mending.form_of_one(parts, person, press.value, beneath),
            above=True,
        )  # fmt: skip
