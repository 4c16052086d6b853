"""The one way from a question that reached us in Slack to the answer posted there, whatever the question came by.

A question is kept before it is acknowledged (:meth:`Answering.take`), answered in its thread's lane, posted in its
channel's lane, and settled once it stands there. What a crash leaves in between is found by
:mod:`assistant.slack.recovery`.

A question that is edited before its answer is posted is answered as it reads then; one edited later is not answered
again, for the answer below it would no longer be the one that people reacted to. One deleted before is let go of.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from assistant.slack import subcommands, telling
from assistant.slack.lanes import Lanes
from assistant.slack.parts import Person, Reply, place
from assistant.slack.policy import is_direct
from assistant.slack.posting import Order, Posted
from assistant.slack.refusals import Undeliverable, reason_of
from connectors.errors import ConfigError, OverheardError, RateLimited, Unreachable
from mining import chats, threads

if TYPE_CHECKING:
    from concurrent.futures import Future

    from assistant.answer import Answer
    from assistant.renderers.slack import Message
    from assistant.slack.parts import Parts

log = logging.getLogger(__name__)

_SIGNS = 4
_WAIT_FOR_SIGN_S = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in Slack. ``ts`` is the message that asked, ``thread`` that under which the answer goes.

    ``by`` is message, mention, command or button; ``kind`` what Slack said of the channel. ``url`` takes the answer to
    a command. ``files``: something other than words came along.
    """

    team: str
    channel: str
    user: str
    text: str
    ts: str
    thread: str
    by: str = "message"
    kind: str | None = None
    url: str | None = None
    files: bool = False
    id: str = ""

    @property
    def key(self) -> str:
        """The same however often Slack sends it, and whether it comes as a message, a mention or both."""
        return self.id or f"slack:{self.team}:{self.channel}:{self.ts}"

    @property
    def place(self) -> str:
        """The conversation that it belongs to."""
        return place(self.team, self.channel, self.thread or f"/{self.user}")

    @property
    def private(self) -> bool:
        """Whether only the asker will see the answer."""
        return self.url is not None

    def payload(self, owner: str) -> dict[str, Any]:
        """What it takes to answer it later, and which process is at it."""
        return {**asdict(self), "owner": owner}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Asked | None:
        """Read back what :meth:`payload` gave; None where it is something else."""
        try:
            return cls(**{name: value for name, value in payload.items() if name != "owner"})
        except TypeError:
            return None


@dataclass(slots=True)
class Flight:
    """A question on its way. ``text`` is what is asked now: it changes while the message is edited; None: deleted."""

    asked: Asked
    text: str | None
    sign: Future[None] | None = None
    before: Mapping[str, Any] | None = None
    answered: str | None = None
    found: bool = False
    asked_again: bool = False
    attempts: int = 0


class Answering:
    """Answers what was asked, once. ``owner`` names this process in what is kept."""

    def __init__(self, parts: Parts, owner: str) -> None:
        self.parts = parts
        self.owner = owner
        self._signs = Lanes(_SIGNS, "slack-signs")
        self._flying: dict[str, Flight] = {}
        self._lock = Lock()

    # --- what comes in ----------------------------------------------------------------------------------------------

    def take(self, asked: Asked) -> bool:
        """Keep a question, before it is acknowledged; False where it is known already."""
        return chats.take(self.parts.store, asked.key, asked.payload(self.owner), self.parts.clock())

    def start(self, asked: Asked, found: bool = False) -> None:
        """Answer a question that was kept, after it was acknowledged.

        One that was ``found`` unanswered is looked for first: its answer may stand there, from before a crash.
        """
        flight = Flight(asked, asked.text, found=found)
        with self._lock:
            self._flying[asked.key] = flight
        if asked.thread and not asked.private:
            flight.sign = self._signs.put(asked.key, lambda: telling.status(self.parts, asked))
        if asked.by == "mention":
            self._signs.put(asked.key, lambda: telling.eyes(self.parts, asked))
        self._work(flight)

    def is_flying(self, key: str) -> bool:
        """Whether this process is at it."""
        return key in self._flying

    def nothing_flies(self) -> bool:
        """Whether all that was asked here is answered, or let go of."""
        return not self._flying

    def speaks_in(self, channel: str, thread: str) -> bool:
        """Whether we have answered in a thread, or are about to."""
        with self._lock:
            soon = any((one.asked.channel, one.asked.thread) == (channel, thread) for one in self._flying.values())
        return soon or chats.speaks_in(self.parts.store, channel, thread)

    def edited(self, key: str, text: str | None) -> bool:
        """A message now reads otherwise, or with None is gone; whether that came in time."""
        with self._lock:
            flight = self._flying.get(key)
            if flight is None:
                return False
            flight.text = text
        return True

    def close(self) -> None:
        """Show no signs any more."""
        self._signs.close()

    # --- the answer -------------------------------------------------------------------------------------------------

    def _work(self, flight: Flight) -> None:
        self.parts.work.put(flight.asked.place, lambda: self._guarded(flight))

    def _guarded(self, flight: Flight) -> None:
        """Answer, or say that it went wrong."""
        try:
            self._answer(flight)
        except Exception as error:
            self._apologise(flight, error)

    def _answer(self, flight: Flight) -> None:
        asked = flight.asked
        person = self.parts.person(asked.user, self.parts.posting.client)
        flight.answered = flight.text
        notice = self._without_asking(flight, person)
        if notice is not None:
            self._hand_over(flight, notice, None)
            return
        reply = self._asked_of_the_engine(flight, person)
        message = self.parts.show(reply.answer, reply.answer_id, asked.channel, asked.private, asked.kind)
        self._hand_over(flight, message, reply)

    def _without_asking(self, flight: Flight, person: Person) -> Message | None:
        """What is said without a look at the feedback: refusals of the policy, help, that a file holds no question."""
        asked, text = flight.asked, (flight.text or "").strip()
        policy, language = self.parts.policy, telling.language_of(text, person.language)
        if not policy.lets(asked.team, asked.channel, asked.user):
            there = policy.lets(asked.team, "D", asked.user)
            return telling.notice("not_here" if there else "not_you", language)
        if not text and asked.files:
            return telling.notice("only_file", language)
        known = replace(person, language=telling.language_of_command(text, person.language))
        if telling.is_help(text):
            return telling.help_(self.parts, known.language)
        return subcommands.done(self.parts, replace(asked, text=text), known) if asked.by == "command" else None

    def _asked_of_the_engine(self, flight: Flight, person: Person) -> Reply:
        asked, store = flight.asked, self.parts.store
        if flight.asked_again:
            # The conversation goes on from the question before, not from this one as it read at first.
            if flight.before:
                threads.remember(store, asked.place, flight.before, self.parts.clock())
            else:
                threads.forget(store, asked.place)
        else:
            flight.before = threads.recall(store, asked.place)
        flight.asked_again = True
        reply = self.parts.answer(flight.text or "", person, asked.place)
        self.parts.note_person(asked.user, asked=reply.answer.question.language)
        return reply

    # --- the way out ------------------------------------------------------------------------------------------------

    def _hand_over(self, flight: Flight, message: Message, reply: Reply | None) -> None:
        asked = flight.asked
        if asked.url is not None:
            telling.respond(self.parts, asked.url, message)
            self._settle(flight)
            return
        answer = reply.answer if reply else None
        order = Order(
            asked.channel, message, asked.key, asked.thread, reply.answer_id if reply else None,
            telling.steps(answer) if answer else (), asked.user, asked.ts,
        )  # fmt: skip
        done = self.parts.posting.lanes.put(asked.channel, lambda: self._post(flight, order, answer))
        done.add_done_callback(lambda ended: self._ended(flight, ended))

    def _post(self, flight: Flight, order: Order, answer: Answer | None) -> Posted | None:
        """Post the answer, in the channel's lane; None where the question reads otherwise by now, or is gone."""
        with self._lock:
            text = flight.text
        if text is None:
            self._settle(flight, "deleted")
            telling.clear(self.parts, flight.asked)
            return None
        if text != flight.answered:
            self._work(flight)
            return None
        self._let_sign_stand(flight)
        flight.attempts += 1
        posted = self.parts.posting.now(order, flight.attempts, look=flight.found)
        self._settle(flight)
        if answer is not None and telling.chart_is_missing(order.message, posted.step):
            telling.draw(self.parts, posted, answer)
        return posted

    def _let_sign_stand(self, flight: Flight) -> None:
        """A status that is set after the answer would stay: it comes before, or not at all."""
        if flight.sign is not None and not flight.sign.cancel():
            with suppress(Exception):
                flight.sign.result(_WAIT_FOR_SIGN_S)

    def _settle(self, flight: Flight, note: str = "") -> None:
        chats.settle(self.parts.store, flight.asked.key, self.parts.clock(), note)
        with self._lock:
            self._flying.pop(flight.asked.key, None)

    # --- what goes wrong --------------------------------------------------------------------------------------------

    def _ended(self, flight: Flight, ended: Future[Any]) -> None:
        error = None if ended.cancelled() else ended.exception()
        if isinstance(error, Exception):
            self._signs.put(flight.asked.key, lambda: self._not_posted(flight, error))

    def _not_posted(self, flight: Flight, error: Exception) -> None:
        """The answer could not be posted: whoever asked is told elsewhere, or it is tried again later."""
        asked = flight.asked
        telling.clear(self.parts, asked)
        if isinstance(error, Undeliverable):
            log.warning("%s: no answer in %s: %s", asked.key, asked.channel, error.reason)
            self._settle(flight, error.reason)
            if not is_direct(asked.channel):
                telling.unreachable(self.parts, asked, error.reason)
        elif isinstance(error, RateLimited | Unreachable):
            # Not settled: the next look at what is unanswered takes it up.
            log.warning("%s: not posted yet: %s", asked.key, error.message)
            with self._lock:
                self._flying.pop(asked.key, None)
        else:
            ref = _noted(asked.key, error)
            self._settle(flight, f"failed {ref}")

    def _apologise(self, flight: Flight, error: Exception) -> None:
        """One calm sentence with a reference id; the log has the rest, but nothing that anybody wrote."""
        asked = flight.asked
        ref = _noted(asked.key, error)
        try:
            person = self.parts.person(asked.user)
            language = telling.language_of(asked.text, person.language)
            message = telling.notice("error", language, ref=ref)
            flight.answered = flight.text
            self._hand_over(flight, message, None)
        except Exception as again:
            _noted(asked.key, again)
            with self._lock:
                self._flying.pop(asked.key, None)


def _noted(key: str, error: BaseException) -> str:
    """Log where something went wrong, under a reference id, without the words of an error: they may be somebody's."""
    ref = secrets.token_hex(4)
    frames = "".join(traceback.format_tb(error.__traceback__))
    if isinstance(error, OverheardError) and not isinstance(error, ConfigError):
        log.error("reference %s: %s", ref, error.message)
    log.error("reference %s: %s: %s\n%s", ref, key, reason_of(error), frames)
    return ref
