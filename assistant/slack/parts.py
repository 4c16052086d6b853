"""What every handler of Slack works with: one way to ask, to ask again, to show and to know who is asking.

A module of handlers has ``register(app, parts)``; :func:`assistant.slackbot.build` calls each. A handler acknowledges
at once and does its work with ``parts.work``; nothing that takes time is done before ``ack``.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant import kept
from assistant.kept import Kept
from assistant.slack.policy import Policy, is_direct, is_public
from mining import answered, chats, threads
from mining.answered import Answered

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from assistant.answer import Answer
    from assistant.engine import Engine
    from assistant.question import Asker
    from assistant.renderers.slack import Message
    from assistant.settings import SlackTable
    from assistant.slack.answering import Answering
    from assistant.slack.lanes import Lanes
    from assistant.slack.posting import Posting
    from assistant.slack.prompts import Prompts
    from assistant.wiring import Workspace
    from mining.store import Store
    from mining.taxonomy import Taxonomy

log = logging.getLogger(__name__)

LANGUAGES = ("en", "he", "fa")
_KNOWN_FOR = timedelta(hours=1)
"""A person's zone and language are asked of Slack again after so long."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack, and how to speak to them: ``language`` is en, he or fa, ``zone`` an IANA name."""

    id: str
    team: str
    language: str
    zone: str

    @property
    def key(self) -> str:
        """Their id in :mod:`mining.chats` and in what is kept of their questions."""
        return person_key(self.team, self.id)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and the id under which it can be made again."""

    answer_id: str
    answer: Answer


def person_key(team: str, user: str) -> str:
    """How somebody in Slack is called in the store."""
    return f"slack:{team}:{user}"


def place(team: str, channel: str, thread: str) -> str:
    """The id of the conversation of a thread, for follow-ups."""
    return f"slack:{team}:{channel}:{thread}"


@dataclass
class Parts:
    """Everything that handlers share. ``language`` and ``zone`` are the workspace's own.

    ``work`` runs jobs in order within a lane and side by side between lanes, in few threads: ``work.put(lane, job)``.
    """

    store: Store
    engine: Engine
    askers: Callable[[str | None], Asker]
    settings: SlackTable
    taxonomy: Taxonomy
    clock: Callable[[], datetime]
    posting: Posting
    work: Lanes
    language: str = "en"
    zone: str = "UTC"
    team: str = ""
    bot_user: str = ""
    # Where feedback can be taken in; None where nobody may write.
    workspace: Workspace | None = None
    # Built from these parts, see :func:`assistant.slackbot.build`.
    answering: Answering = field(init=False)
    prompts: Prompts = field(init=False)
    # Python runs one thread at a time: several answers at once only make each of them later, unless they wait for a
    # language model.
    at_once: int = 1
    _turns: BoundedSemaphore = field(init=False)
    _known: dict[str, tuple[datetime, str | None, str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._turns = BoundedSemaphore(self.at_once)

    @property
    def policy(self) -> Policy:
        """Where we may speak, to whom, and what is not quoted."""
        return Policy.of(self.settings)

    # --- answers ----------------------------------------------------------------------------------------------------

    def answer(self, text: str, person: Person, place: str, *, follow: bool = True) -> Reply:
        """Answer a question in a conversation and keep the answer; ``follow`` lets it go on from the one before."""
        asker = self.askers(person.zone)
        with self._turns:
            if not follow:
                threads.forget(self.store, place)
            found = self.engine.ask(text, asker, place)
        return self.keep(found, person, place)

    def keep(self, answer: Answer, person: Person, place: str) -> Reply:
        """Keep an answer that is to be shown, under an id of its own."""
        answer_id = secrets.token_hex(8)
        question = answer.question
        spec = {
            **kept.as_json(Kept(question, tuple(row.id for row in answer.rows), question)),
            "figures": [figure.as_json() for figure in answer.figures],
        }
        at = self.clock()
        answered.keep(self.store, Answered(answer_id, at, person.key, place, question.text, answer.status.value, spec))
        return Reply(answer_id, answer)

    def question(self, answer_id: str) -> Kept | None:
        """The question behind an answer and the rows that it showed; None where it is not kept any more."""
        found = answered.recall(self.store, answer_id)
        return kept.from_json(found.spec, self.taxonomy) if found else None

    def again(self, answer_id: str, person: Person) -> Answer | None:
        """The answer to the same question, over what is stored now; None where it is not kept any more."""
        found = self.question(answer_id)
        if found is None:
            return None
        with self._turns:
            return self.engine.answer(found.question, self.askers(person.zone))

    def show(
        self, answer: Answer, answer_id: str | None, channel: str, private: bool = False, kind: str | None = None
    ) -> Message:
        """An answer as a message for a channel. ``private``: only the asker sees it, so it may be shared from there.

        ``kind`` is what Slack said of the channel, see :func:`assistant.slack.policy.is_public`.
        """
        from assistant.renderers import slack

        today = self.clock().astimezone(answer.question.zone).date()
        fit, held = self.policy.fit_for(answer, not private and is_public(channel, kind))
        # What somebody reads alone, in a direct message too, they may share.
        alone = private or is_direct(channel)
        return slack.render(fit, today=today, answer_id=answer_id, quotes_withheld=held, private=alone)

    # --- people -----------------------------------------------------------------------------------------------------

    def person(self, user: str, client: WebClient | None = None) -> Person:
        """Somebody as they want to be spoken to: what they set, else what Slack knows, else what the workspace has.

        Without a ``client`` Slack is not asked.
        """
        set_ = chats.person(self.store, person_key(self.team, user))
        language, zone = set_.language, set_.zone
        if language is None or zone is None:
            slack_language, slack_zone = self._from_slack(user, client)
            asked = set_.context.get("asked")
            language = language or (asked if asked in LANGUAGES else None) or slack_language
            zone = zone or slack_zone
        return Person(user, self.team, language or self.language, zone or self.zone)

    def set_person(self, user: str, *, language: str | None = None, zone: str | None = None) -> None:
        """Keep what somebody said about themselves; None changes nothing."""
        known = chats.person(self.store, person_key(self.team, user))
        changed = chats.Person(known.id, language or known.language, zone or known.zone, known.context)
        chats.put_person(self.store, changed, self.clock())

    def note_person(self, user: str, **context: Any) -> None:
        """Keep what was seen of somebody: the language they ask in (``asked``), what they look at (``viewing``)."""
        known = chats.person(self.store, person_key(self.team, user))
        merged: Mapping[str, Any] = {**known.context, **context}
        if merged != known.context:
            chats.put_person(self.store, chats.Person(known.id, known.language, known.zone, merged), self.clock())

    def _from_slack(self, user: str, client: WebClient | None) -> tuple[str | None, str | None]:
        """Language and zone of somebody's profile, asked for at most once an hour."""
        known = self._known.get(user)
        if known and self.clock() - known[0] < _KNOWN_FOR:
            return known[1], known[2]
        if client is None:
            return None, None
        from slack_sdk.errors import SlackClientError

        try:
            profile = client.users_info(user=user, include_locale=True).get("user") or {}
        except (SlackClientError, OSError) as error:
            log.info("the profile of %s could not be asked for: %s", user, type(error).__name__)
            profile = {}
        language = str(profile.get("locale") or "")[:2]
        found = (language if language in LANGUAGES else None, _zone(profile.get("tz")))
        self._known[user] = (self.clock(), *found)
        return found


def _zone(name: object) -> str | None:
    """A zone that is known here."""
    try:
        return ZoneInfo(name).key if isinstance(name, str) and name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
