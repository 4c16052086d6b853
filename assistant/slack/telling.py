"""What the assistant says and shows in Slack around its answers: signs of work, steps, help, apologies, pictures."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from assistant.directions import apart
from assistant.measures import Figure
from assistant.renderers import slack
from assistant.slack import prompts
from assistant.slack.refusals import reason_of
from assistant.slack_blocks import blocks
from assistant.slack_blocks.texts import line
from assistant.wording import wording

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.renderers.slack import Message
    from assistant.slack.answering import Asked
    from assistant.slack.parts import Parts
    from assistant.slack.posting import Posted
    from assistant.wording import Wording

log = logging.getLogger(__name__)

_LOADING = ("read", "count", "quote")
_HEBREW, _ARABIC = re.compile("[\u0590-\u05ff]"), re.compile("[\u0600-\u06ff\u0750-\u077f]")
_STEP = 150


def language_of(text: str, otherwise: str) -> str:
    """The language that a question seems to be in, by its letters alone: for what is said before it is read."""
    return _language_from_the_right(text) or ("en" if re.search("[A-Za-z]{2}", text) else otherwise)


def language_of_command(text: str, otherwise: str) -> str:
    """The same for a word of a command: those in Latin letters are everybody's."""
    return _language_from_the_right(text) or otherwise


def _language_from_the_right(text: str) -> str | None:
    counts = {"he": len(_HEBREW.findall(text)), "fa": len(_ARABIC.findall(text))}
    return max(counts, key=lambda name: counts[name]) if any(counts.values()) else None


# --- signs of work --------------------------------------------------------------------------------------------------


def status(parts: Parts, asked: Asked) -> None:
    """Say that somebody is at it, in the thread; that it cannot be said changes nothing."""
    from slack_bolt.context.set_status import SetStatus
    from slack_sdk.errors import SlackClientError

    words = wording(language_of(asked.text, parts.person(asked.user).language))
    say = SetStatus(parts.posting.quick, asked.channel, asked.thread)
    loading = [line(words.say(f"slackbot.loading.{name}"), words) for name in _LOADING]
    try:
        say(line(words.say("slackbot.status"), words), loading)
    except (SlackClientError, OSError) as error:
        log.info("%s: no status: %s", asked.key, reason_of(error))


def clear(parts: Parts, asked: Asked) -> None:
    """Take the status away where no message of ours does."""
    from slack_bolt.context.set_status import SetStatus
    from slack_sdk.errors import SlackClientError

    if asked.private or not asked.thread:
        return
    try:
        SetStatus(parts.posting.quick, asked.channel, asked.thread)("")
    except (SlackClientError, OSError) as error:
        log.info("%s: the status stays: %s", asked.key, reason_of(error))


def eyes(parts: Parts, asked: Asked) -> None:
    """Show on the message that it was seen."""
    from slack_sdk.errors import SlackClientError

    try:
        parts.posting.quick.reactions_add(channel=asked.channel, timestamp=asked.ts, name="eyes")
    except (SlackClientError, OSError) as error:
        log.info("%s: no reaction: %s", asked.key, reason_of(error))


def steps(answer: Answer) -> tuple[str, ...]:
    """How an answer came about: a heading and what was done, each on a line; nothing where nothing was counted."""
    if answer.counted is None:
        return ()
    question, words = answer.question, wording(answer.question.language)
    key = f"titles.{question.kind.value}"
    title = words.say(key, scope=words.scope(question)) if words.has(key) else words.scope(question)
    meaning = words.listed([part for part in (title, words.timed(question) if question.window else "") if part])
    told = ["slackbot.step.title", "slackbot.step.read", _counted_key(answer)]
    values = {"meaning": meaning, **_counts(answer.counted, answer.denominator, words)}
    quotes = len(answer.every_quote)
    if quotes:
        told.append("slackbot.step.quoted")
        values["count"] = words.number(quotes)
    return tuple(blocks.text_object(line(words.say(key, **values), words), _STEP)["text"] for key in told)


def _counted_key(answer: Answer) -> str:
    return "slackbot.step.counted" if answer.denominator else "slackbot.step.counted_alone"


def _counts(counted: Figure, whole: Figure | None, words: Wording) -> dict[str, str]:
    told = {"counted": words.number(counted.value)}
    return told | ({"whole": words.number(whole.value)} if whole else {})


# --- sentences ------------------------------------------------------------------------------------------------------


def notice(key: str, language: str, **values: object) -> Message:
    """A sentence of ours; what is filled in keeps its own direction."""
    told = {name: apart(str(value)) for name, value in values.items()}
    return slack.notice(wording(language).say(f"slackbot.{key}", **told), language)


def is_help(text: str) -> bool:
    """Whether nothing is asked but what may be asked."""
    told = text.strip().strip("?!.؟").casefold()
    return not told or any(
        told in wording(language).say("slackbot.commands.help").split("|") for language in ("en", "he", "fa")
    )


def help_(parts: Parts, language: str) -> Message:
    """What may be asked and how, with questions to begin with."""
    told = notice("help", language)
    words = wording(language)
    asked = prompts.first(language, parts.taxonomy)
    buttons = blocks.actions(
        blocks.button(f"next:{place}", line(one["message"], words), one["message"]) for place, one in enumerate(asked)
    )
    return slack.Message(told.text, (*told.blocks, *buttons), (told.blocks,))


# --- elsewhere ------------------------------------------------------------------------------------------------------


def respond(parts: Parts, url: str, message: Message) -> None:
    """Answer a command for whoever gave it alone, in the richest form that Slack takes.

    Raises:
        RuntimeError: Slack takes none.
    """
    from slack_sdk.webhook import WebhookClient

    from assistant.slack.streams import forms

    refused = ""
    for form in forms(message):
        sent = WebhookClient(url, timeout=parts.posting.client.timeout).send(
            text=form["text"], blocks=form.get("blocks"), response_type="ephemeral",
            unfurl_links=False, unfurl_media=False,
        )  # fmt: skip
        if sent.status_code == 200 and sent.body.strip() in ("", "ok"):
            return
        refused = f"{sent.status_code} {sent.body.strip()[:40]}"
        log.warning("a command's answer is refused: %s", refused)
    raise RuntimeError(f"a command's answer is refused: {refused}")


def unreachable(parts: Parts, asked: Asked, reason: str) -> None:
    """Tell whoever asked, in a direct message, that their answer could not be posted."""
    from slack_sdk.errors import SlackClientError

    person = parts.person(asked.user)
    message = notice("unreachable", person.language, channel=asked.channel, reason=reason)
    try:
        parts.posting.client.chat_postMessage(channel=asked.user, **message.payload(0))
    except (SlackClientError, OSError) as error:
        log.warning("%s: nobody could be told: %s", asked.key, reason_of(error))


def chart_is_missing(message: Message, step: int) -> bool:
    """Whether the form that Slack took shows no chart where there is one."""

    def drawn(form: tuple[blocks.Block, ...]) -> bool:
        return any(block["type"] == "data_visualization" for block in form)

    shown = (message.blocks, *message.fallbacks)
    there = message.chart or drawn(message.blocks)
    return there and not (step < len(shown) and drawn(shown[step]))


def draw(parts: Parts, posted: Posted, answer: Answer) -> None:
    """Show the chart as a picture in the thread."""
    from assistant import charts

    specification = charts.specification(answer)
    if specification is None or answer.chart is None:
        return
    words = wording(answer.question.language)
    parts.posting.upload(
        posted.channel, posted.thread, charts.png(specification), "chart.png", answer.chart.title,
        line(answer.headline, words),
    )  # fmt: skip
