"""A message that is streamed: first the steps that led to it, then the whole answer. Never half of it stays."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING, Any

from assistant.slack.refusals import BAD_FORM, UNDELIVERABLE, reason_of, retry_after

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web.chat_stream import ChatStream

    from assistant.renderers.slack import Message
    from assistant.slack.posting import Order

log = logging.getLogger(__name__)

A_MINUTE = 20
"""Streams begun in a minute. Source: docs.slack.dev, chat.startStream is of tier 2."""

# Where streams are not to be had, they are not asked for again so soon.
_NOT_FOR_S = 600.0
_JOINER = "\u2060"


class Budget:
    """So many uses of a method a minute; what is beyond them is done in another way. ``stop`` closes it for a while."""

    def __init__(self, a_minute: int) -> None:
        self._most = a_minute
        self._used: list[float] = []
        self._not_before = 0.0
        self._lock = Lock()

    def take(self) -> bool:
        """Whether it may be used now; then it is."""
        now = time.monotonic()
        with self._lock:
            self._used = [at for at in self._used if now - at < 60]
            if now < self._not_before or len(self._used) >= self._most:
                return False
            self._used.append(now)
        return True

    def stop(self, seconds: float) -> None:
        """Do not use it for so long."""
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + seconds)


class Streams:
    """Sends messages as streams, as long as Slack takes them."""

    def __init__(self, client: WebClient, team: str) -> None:
        self._client = client
        self._team = team
        self._budget = Budget(A_MINUTE)

    def send(self, order: Order) -> tuple[str, int] | None:
        """Stream a message; its ts and the form that Slack took. None where it has to be posted in the ordinary way.

        Raises:
            SlackApiError: the channel is closed to us.
        """
        from slack_sdk.errors import SlackApiError, SlackClientError

        if not self._budget.take():
            return None
        stream = self._begun(order)
        try:
            stream.append(chunks=_tasks(order))
        except (SlackClientError, OSError) as error:
            if isinstance(error, SlackApiError) and reason_of(error) in UNDELIVERABLE:
                raise
            self._budget.stop(_pause(error))
            log.info("no stream in %s: %s", order.channel, reason_of(error))
            return None
        try:
            return str(stream.ts), self._ended(stream, order)
        except (SlackClientError, OSError) as error:
            log.warning("a stream in %s broke: %s", order.channel, reason_of(error))
            return self._mended(str(stream.ts), order)

    def _begun(self, order: Order) -> ChatStream:
        from slack_bolt.context.say_stream import SayStream

        say_stream = SayStream(
            client=self._client,
            channel=order.channel,
            recipient_team_id=self._team,
            recipient_user_id=order.reader,
            thread_ts=order.thread,
        )
        return say_stream(task_display_mode="plan")

    def _ended(self, stream: ChatStream, order: Order) -> int:
        """Give the stream its answer, in the richest form that Slack takes; returns which that was."""
        from slack_sdk.errors import SlackApiError
        from slack_sdk.models.messages.chunk import MarkdownTextChunk

        told, rest = _told(order.message)
        for step in range(order.message.steps + 1):
            blocks = rest[step] if step < order.message.steps else []
            text = told if step < order.message.steps else order.message.text
            try:
                stream.stop(chunks=[MarkdownTextChunk(text=text)], blocks=blocks or None, metadata=order.metadata)
            except SlackApiError as error:
                if reason_of(error) not in BAD_FORM or step == order.message.steps:
                    raise
                log.warning("Slack does not take form %d of a stream: %s", step, reason_of(error))
            else:
                return step
        raise AssertionError("a message has at least one form")

    def _mended(self, ts: str, order: Order) -> tuple[str, int] | None:
        """Put the whole answer in the place of what was streamed; failing that take it away."""
        from slack_sdk.errors import SlackClientError

        for step, form in enumerate(forms(order.message)):
            shown = {name: value for name, value in form.items() if not name.startswith("unfurl")}
            try:
                self._client.chat_update(channel=order.channel, ts=ts, metadata=order.metadata, **shown)
            except (SlackClientError, OSError) as error:
                log.warning("a stream in %s cannot be mended: %s", order.channel, reason_of(error))
                if reason_of(error) not in BAD_FORM:
                    break
            else:
                return ts, step
        try:
            self._client.chat_delete(channel=order.channel, ts=ts)
        except (SlackClientError, OSError) as error:
            log.warning("half a message stays in %s: %s", order.channel, reason_of(error))
        return None


def forms(message: Message) -> Iterator[dict[str, Any]]:
    """What to send, richest first; at last the text alone."""
    for step in range(message.steps):
        yield message.payload(step)
    yield {"text": message.text, "unfurl_links": False, "unfurl_media": False}


def _pause(error: BaseException) -> float:
    """For how long streams are not tried again."""
    wait = retry_after(error)
    if wait is not None:
        return wait
    return _NOT_FOR_S if hasattr(error, "response") else 5.0


def _tasks(order: Order) -> list[Any]:
    """The steps, all done."""
    from slack_sdk.models.messages.chunk import PlanUpdateChunk, TaskUpdateChunk

    title, *steps = order.steps
    tasks = [TaskUpdateChunk(id=f"step-{place}", title=step, status="complete") for place, step in enumerate(steps)]
    return [PlanUpdateChunk(title=title), *tasks]


def _told(message: Message) -> tuple[str, list[list[dict[str, Any]]]]:
    """The text of a stream, and the blocks of each form that follow it.

    Slack takes the top-level text of a streamed message from what was streamed: that is the headline and the sentences
    below it, the first block of every form, so that this block is left out.
    """
    first = message.blocks[0] if message.blocks else {}
    lines = message.text.split("\n")[: max(1, len(first.get("elements") or ()))]
    every = [message.payload(step)["blocks"][1:] for step in range(message.steps)]
    return "\n\n".join(map(_as_markdown, lines)), every


def _as_markdown(line: str) -> str:
    """A line of a message's text, which formats nothing where it is read as Markdown."""
    calm = line.replace("](", f"]{_JOINER}(").replace("|", "∣")
    return _JOINER + calm if calm[:1] in "#-+=>" or calm[:3].rstrip(" )").rstrip(".").isdigit() else calm
