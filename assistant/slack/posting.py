"""Our messages on their way to Slack: in order, no more than one a second in a channel, and whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from assistant.slack.lanes import Lanes
from assistant.slack.refusals import BAD_FORM, meant, reason_of
from assistant.slack.streams import Streams, forms
from mining import chats
from mining.chats import Post

if TYPE_CHECKING:
    from concurrent.futures import Future

    from slack_sdk import WebClient

    from assistant.renderers.slack import Message
    from mining.store import Store

log = logging.getLogger(__name__)

PACE_S = 1.0
"""Seconds between two messages to one channel. Source: docs.slack.dev, rate limits of chat.postMessage."""

EVENT_TYPE = "overheard_answer"
"""The ``event_type`` of the metadata by which a message of ours is found again."""

TRIES = 6
"""So often a message is sent again that Slack wants later, or did not answer."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of ours: ``thread`` is the first message of its thread, ``step`` the form that Slack took, from 0."""

    channel: str
    ts: str
    thread: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """A message that is to be posted: see :meth:`Posting.post`. ``steps`` are told while it is streamed to ``reader``.

    ``since`` is the ts after which the message must stand, where it may have been posted already.
    """

    channel: str
    message: Message
    key: str
    thread: str | None = None
    answer_id: str | None = None
    steps: tuple[str, ...] = ()
    reader: str | None = None
    since: str | None = None

    @property
    def metadata(self) -> dict[str, Any]:
        """By what the message is found again."""
        return {"event_type": EVENT_TYPE, "event_payload": {"event": self.key}}


class Posting:
    """Posts messages. ``client`` retries what can be retried in a moment; what takes longer waits in the lane.
    ``quick`` retries nothing: it is for what is worth nothing later, such as a status.

    ``pace_s`` is :data:`PACE_S`; tests go faster.
    """

    def __init__(
        self,
        client: WebClient,
        store: Store,
        clock: Callable[[], datetime],
        *,
        quick: WebClient | None = None,
        team: str = "",
        pace_s: float = PACE_S,
        workers: int = 4,
    ) -> None:
        self.client = client
        self.quick = quick or client
        self.lanes = Lanes(workers, "slack-posts", pace_s)
        self.tries = TRIES
        self._store = store
        self._clock = clock
        self._streams = Streams(client, team)

    def post(
        self,
        channel: str,
        message: Message,
        *,
        key: str,
        thread: str | None = None,
        answer_id: str | None = None,
    ) -> Posted:
        """Post a message when its channel's turn comes, and wait for that. ``key`` says which message this is: it
        travels in the metadata, so that :meth:`find` knows the message again after a crash.

        ``channel`` is an id, ``#name``, or a person's id for a direct message.

        Raises:
            Undeliverable: the channel is gone, archived or closed to us.
            AuthFailed: the token is refused, or lacks a scope.
            RateLimited: Slack asked us to wait, again and again.
            Unreachable: Slack did not answer, again and again.
        """
        return self.put(Order(channel, message, key, thread, answer_id)).result()

    def put(self, order: Order, then: Callable[[Posted], None] = lambda _: None) -> Future[Posted]:
        """Post a message when its channel's turn comes, without waiting; ``then`` is done in the same turn.

        The future fails as :meth:`post` does.
        """
        tries = count(1)

        def job() -> Posted:
            posted = self.now(order, next(tries))
            then(posted)
            return posted

        return self.lanes.put(order.channel, job)

    def now(self, order: Order, attempt: int = 1, *, look: bool = False) -> Posted:
        """Post a message in this thread; it is for the caller to stand in the channel's lane.

        With ``look``, and from the second ``attempt`` on, it is looked for first: it may stand there already.

        Raises:
            Later: Slack wants it later, or did not answer, and the attempt was not the last one.
            Undeliverable: and others, as :meth:`post`.
        """
        from slack_sdk.errors import SlackClientError

        try:
            posted = self.find(order) if look or attempt > 1 else None
            posted = posted or self._streamed(order) or self._posted(order)
        except (SlackClientError, OSError) as error:
            raise meant(error, order.channel, attempt, self.tries) from error
        chats.note_post(self._store, Post(posted.channel, posted.ts, posted.thread, order.answer_id, self._clock()))
        return posted

    def find(self, order: Order) -> Posted | None:
        """The message where an earlier attempt, or a process before this one, has posted it already.

        Half a message that was being streamed then goes.
        """
        from slack_sdk.errors import SlackClientError

        try:
            found = list(self._own(order))
            for message in found:
                if (message.get("metadata") or {}).get("event_payload", {}).get("event") == order.key:
                    return Posted(order.channel, message["ts"], message.get("thread_ts") or message["ts"])
            for message in filter(_is_half, found):
                self.client.chat_delete(channel=order.channel, ts=message["ts"])
        except (SlackClientError, OSError) as error:
            # Without the right to read there is no knowing; an answer twice is better than none.
            log.info("what was posted in %s cannot be read: %s", order.channel, reason_of(error))
        return None

    def _own(self, order: Order) -> Iterator[Mapping[str, Any]]:
        """Our own messages where this one would stand."""
        if order.thread:
            read = self.client.conversations_replies(
                channel=order.channel, ts=order.thread, include_all_metadata=True, limit=100, oldest=order.since
            )
        else:
            read = self.client.conversations_history(
                channel=order.channel, include_all_metadata=True, limit=100, oldest=order.since
            )
        yield from (message for message in read.get("messages") or () if message.get("bot_id"))

    def _streamed(self, order: Order) -> Posted | None:
        """The message as a stream; None where Slack does not take one, and nothing of it is left."""
        if not (order.steps and order.thread and order.reader):
            return None
        taken = self._streams.send(order)
        return Posted(order.channel, taken[0], order.thread, taken[1]) if taken else None

    def _posted(self, order: Order) -> Posted:
        """The message in the richest form that Slack takes."""
        from slack_sdk.errors import SlackApiError

        for step, form in enumerate(forms(order.message)):
            try:
                sent = self.client.chat_postMessage(
                    channel=order.channel, thread_ts=order.thread, metadata=order.metadata, **form
                )
            except SlackApiError as error:
                if reason_of(error) not in BAD_FORM or step == order.message.steps:
                    raise
                log.warning("Slack does not take form %d of a message: %s", step, reason_of(error))
                continue
            ts = str(sent["ts"])
            return Posted(str(sent["channel"]), ts, order.thread or ts, step)
        raise AssertionError("a message has at least one form")

    def upload(self, channel: str, thread: str | None, picture: bytes, name: str, title: str, alt: str) -> Future[None]:
        """Show a picture in a thread when the channel's turn comes; failing that, only the log says so."""
        from slack_sdk.errors import SlackClientError

        def job() -> None:
            try:
                self.client.files_upload_v2(
                    channel=channel, thread_ts=thread, filename=name, content=picture, title=title, alt_txt=alt
                )
            except (SlackClientError, OSError) as error:
                log.warning("a chart could not be shown in %s: %s", channel, reason_of(error))

        return self.lanes.put(channel, job)

    def close(self) -> None:
        """Post nothing any more."""
        self.lanes.close()


def _is_half(message: Mapping[str, Any]) -> bool:
    """Whether a message of ours is a stream that never got its answer: steps, and nothing else."""
    kinds = {block.get("type") for block in message.get("blocks") or ()}
    return (
        not message.get("metadata")
        and not message.get("files")
        and kinds <= {"plan", "task_card"}
        and not (message.get("text") or "").strip()
    )
