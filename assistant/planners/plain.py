"""Answers without a ranking: a bare topic, what feedback cannot tell, small talk, and what others will do one day."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant import kinds, suggestions
from assistant.answer import Answer, Status
from assistant.directions import apart
from assistant.meaning import Kind, Question
from assistant.measures import Cell
from mining.language import normalise

if TYPE_CHECKING:
    from assistant.desk import Desk

_QUOTES = 2


def ambiguous(desk: Desk) -> Answer:
    """What there is on a topic, and one question back with choices."""
    question, words, filters = desk.question, desk.words, desk.filters
    choices = suggestions.choices(desk)
    chosen = desk.select(filters)
    if not len(chosen):
        return desk.nothing(filters)
    net, negative = desk.net(filters, chosen), desk.felt(filters, chosen=chosen)
    headline = words.say(
        "headline.ambiguous",
        topic=words.scope(question).strip(" ()") or words.say("everything"),
        count=words.number(chosen.counts().feedback),
        percent=words.percent(negative.value),
        net=words.measure(net),
        window=words.timed(question),
    )
    answer = desk.answered(
        headline, counted=filters,
        whole=desk.within(replace(desk.scope, touchpoint=(), stage=(), product=(), intent=())),
        more=(desk.cell("net", net), desk.cell("negative_share", negative)), quotes=desk.quotes(chosen, _QUOTES),
        said=(words.say("clarify.kind"),), choices=choices,
    )  # fmt: skip
    return replace(answer, status=Status.CLARIFY, next_questions=())


def unanswerable(desk: Desk) -> Answer:
    """Says what is missing, and what can be told instead: a measured one, never a guess."""
    question, words = desk.question, desk.words
    if question.privacy == "refuse":
        return desk.unanswered(Status.REFUSED, words.say("headline.private"), next_questions=suggestions.choices(desk))
    metric = question.metric or "forecast"
    known = desk.words.has(f"unknown.{metric}")
    headline = words.say(f"unknown.{metric if known else 'other'}", metric=metric)
    if question.window and question.window.future:
        headline = words.say("unknown.forecast")
    instead = replace(question, window=None, scope=replace(question.scope, intent=()))
    # Whoever named a time of their own is not told that none was named.
    named = question.window is not None and not question.window.default
    lately = replace(suggestions.lately(desk), default=not named)
    filters = desk.within(instead.scope, lately)
    more: tuple[Cell, ...] = ()
    if len(desk.select(filters)):
        net = desk.net(filters)
        more = (desk.cell("net", net),)
        headline += " " + words.say("unknown.instead", net=words.measure(net), window=words.window(lately))
    return desk.unanswered(
        Status.NO_DATA,
        headline,
        more=more,
        freshness=desk.freshness,
        next_questions=suggestions.instead_of_metric(desk),
    )


def out_of_scope(desk: Desk) -> Answer:
    """Not about feedback, or not understood."""
    question, words = desk.question, desk.words
    if not question.text.strip():
        return desk.unanswered(Status.CLARIFY, words.say("headline.empty_question"))
    key = "unread" if question.left else "out_of_scope"
    return desk.unanswered(Status.OUT_OF_SCOPE, words.say(f"headline.{key}"))


def chitchat(desk: Desk) -> Answer:
    """One friendly line; whoever asks for help gets questions to begin with."""
    said = desk.question.want if desk.question.want in ("thanks", "help") else "chitchat"
    nexts = suggestions.after(desk, ()) if said != "thanks" else ()
    answer = desk.unanswered(Status.ANSWERED, desk.words.say(f"headline.{said}"))
    return replace(answer, next_questions=nexts)


def action(desk: Desk) -> Answer:
    """Not set up: says so, and shows what the thing to do would be about."""
    words = desk.words
    headline = words.say("headline.action", action=words.say(f"actions.{desk.question.action or 'other'}"))
    return desk.unanswered(Status.OUT_OF_SCOPE, headline, next_questions=suggestions.choices(desk))


def subscribe(desk: Desk) -> Answer:
    """What would be sent and when, and how to have it so: nothing is saved by asking."""
    question, words = desk.question, desk.words
    cron = question.schedule.get("cron")
    when = words.cron(cron) if cron else words.say("schedules.threshold")
    scope = replace(question.scope, speaker=None).spec()
    if not (scope or question.sentiment or question.theme or question.metric or "digest" in _cues(question)):
        headline = words.say("watch.subscribe_what", when=when)
        return desk.unanswered(Status.CLARIFY, headline, choices=suggestions.choices(desk))
    command = f"overheard watch {shlex.quote(' '.join(question.text.split()))} --to '#cx'"
    headline = words.say("watch.subscribe", scope=words.scope(question), when=when)
    said = words.say("watch.subscribe_how", command=apart(command))
    return desk.unanswered(Status.ANSWERED, headline, said=(said,), next_questions=suggestions.choices(desk))


def _cues(question: Question) -> kinds.Cues:
    return kinds.cues(normalise(question.text), question.language)


KINDS = {
    Kind.AMBIGUOUS: ambiguous,
    Kind.UNANSWERABLE: unanswerable,
    Kind.OUT_OF_SCOPE: out_of_scope,
    Kind.CHITCHAT: chitchat,
    Kind.ACTION: action,
    Kind.SUBSCRIBE: subscribe,
}
