"""Sends what watches make: to Slack, by mail, into a file; and finds out after a crash whether it was sent.

:class:`Deliveries` is the scheduler's work (:class:`assistant.watches.work.Work`).
"""

from __future__ import annotations

import logging
import re
import secrets
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from socket import gaierror
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from assistant import kept, watch
from assistant.answer import Answer
from assistant.directions import apart
from assistant.kept import Kept
from assistant.meaning import Asker
from assistant.scheduler import FAILURES, Gone, Made, NotYet, Uncertain
from assistant.watches import letter, places
from assistant.watches.alerts import Alert
from assistant.wording import wording
from connectors.errors import ConfigError, RateLimited, Unreachable
from mining import answered, threads, watches
from mining.answered import Answered
from mining.store import Store
from mining.watches import Watch

if TYPE_CHECKING:
    from assistant.digest import Digest
    from assistant.engine import Engine
    from assistant.renderers.slack import Message
    from assistant.settings import MailTable
    from assistant.slack.parts import Parts
    from assistant.slack.posting import Posted, Posting
    from assistant.watch import Content
    from assistant.wiring import Workspace

log = logging.getLogger(__name__)

# Slack's clock and ours may differ so much.
_SKEW = timedelta(minutes=10)
_PAGES = 10
# Where a message of an earlier run stands: its channel by id, which a name does not tell.
_STANDS = re.compile(r"\b([CDG][A-Z0-9]{6,})/\d+\.\d+")
# Before a letter was handed over.
_NOT_CONNECTED = (ConnectionRefusedError, gaierror, ssl.SSLError, smtplib.SMTPConnectError)


@dataclass
class Deliveries:
    """What is due, made and sent. ``posting`` is None without Slack, ``mail`` without a mail server.

    ``private_sources``: their words are not quoted where others may read along.
    """

    store: Store
    engine: Engine
    asker: Callable[[], Asker]
    clock: Callable[[], datetime]
    posting: Posting | None = None
    mail: MailTable | None = None
    private_sources: frozenset[str] = field(default_factory=frozenset)
    team: str = ""

    # --- the scheduler's work ---------------------------------------------------------------------------------------

    def make(self, due: Watch, due_at: datetime, *, late: bool) -> Made | None:
        """What is to be sent, see :func:`assistant.watch.content`."""
        made = watch.content(
            due, self.engine, self.asker(), store=self.store, due_at=due_at, late=late,
            private_sources=self.private_sources if places.is_public(due.to) else (),
        )  # fmt: skip
        if made is None:
            return None
        return Made(made, made.happened.last.isoformat() if isinstance(made, Alert) else "")

    def send(self, due: Watch, made: Made, key: str) -> str:
        """Send it; returns where it stands, see :meth:`assistant.watches.work.Work.send`."""
        send = {places.SLACK: self._post, places.MAIL: self._mail, places.FILE: self._write}
        return send[places.kind_of(due.to)](due, made.content, key)

    def sent(self, due: Watch, key: str, since: datetime) -> str | None:
        """Where it stands if it was sent, see :meth:`assistant.watches.work.Work.sent`."""
        kind = places.kind_of(due.to)
        if kind == places.FILE:
            return None  # written again, it is the same
        if kind == places.SLACK:
            return self._find(due, key, since)
        raise Uncertain("a letter cannot be looked for", hint="ask who should have got it")

    def tell(self, due: Watch, why: str) -> None:
        """Tell a watch's owner that it is paused; the log says it of owners who are not in Slack."""
        words = wording(due.language)
        text = words.say(
            f"watch.paused_{why}", kind=words.say(f"watch.kinds.{due.kind}"), text=apart(due.text or due.id),
            to=apart(due.to), id=due.id, count=words.number(FAILURES),
        )  # fmt: skip
        user = due.by.rpartition(":")[2]
        if self.posting is None or not re.fullmatch(r"[UW][A-Z0-9]{6,}", user):
            log.warning("watch %s: its owner cannot be told that it is paused", due.id)
            return
        from assistant.renderers.slack import notice

        self.posting.post(user, notice(text, due.language), key=f"{due.id}:paused")

    # --- Slack ------------------------------------------------------------------------------------------------------

    def _post(self, due: Watch, content: Content, key: str) -> str:
        from assistant.slack.refusals import Undeliverable

        posting = self._slack()
        answer = _answer(content)
        answer_id = self._kept(due, answer) if answer else None
        message = self._message(due, content, answer_id)
        try:
            posted = posting.post(places.address(due.to), message, key=key, answer_id=answer_id)
        except Undeliverable as error:
            raise Gone(error.message, hint=error.hint) from error
        if answer:
            self._followed(answer, posted)
        return f"{posted.channel}/{posted.ts}"

    def _slack(self) -> Posting:
        if self.posting is None:
            raise ConfigError("Slack is not set up here", hint="docs/slack.md says how; overheard serve sends")
        return self.posting

    def _message(self, due: Watch, content: Content, answer_id: str | None) -> Message:
        answer = _answer(content)
        if answer is None:
            from assistant.digests.slack import slack

            return slack(_digest(content))
        from assistant.renderers.slack import render

        fit, withheld = self._fit(due, answer)
        today = self.clock().astimezone(answer.question.zone).date()
        return render(fit, today=today, answer_id=answer_id, quotes_withheld=withheld)

    def _fit(self, due: Watch, answer: Answer) -> tuple[Answer, int]:
        """An answer without words of private sources where others read along, and how many quotes went."""
        from assistant.slack.policy import Policy

        return Policy(private_sources=self.private_sources).fit_for(answer, places.is_public(due.to))

    def _fitting(self, due: Watch, content: Content) -> Content:
        answer = _answer(content)
        return content if answer is None else self._fit(due, answer)[0]

    def _kept(self, due: Watch, answer: Answer) -> str:
        """Keep an answer for the buttons below it, before anybody can press one."""
        answer_id, question = secrets.token_hex(8), answer.question
        spec = {
            **kept.as_json(_shown(answer)),
            "figures": [figure.as_json() for figure in answer.figures],
        }
        place = f"watch:{due.id}"
        told = Answered(answer_id, self.clock(), due.by, place, question.text, answer.status.value, spec)
        answered.keep(self.store, told)
        return answer_id

    def _followed(self, answer: Answer, posted: Posted) -> None:
        """Let people go on from the answer in its thread."""
        from assistant.slack.parts import place

        thread = place(self.team, posted.channel, posted.thread)
        threads.remember(self.store, thread, kept.as_json(_shown(answer)), self.clock())

    def _find(self, due: Watch, key: str, since: datetime) -> str | None:
        """Our message with a key, among those of its channel since a time."""
        from slack_sdk.errors import SlackClientError

        channel = self._channel(due)
        if channel is None:
            raise Uncertain(f"{due.to} was never written to: its id is not known", hint="look there")
        client, cursor = self._slack().client, ""
        oldest = f"{(since - _SKEW).timestamp():.6f}"
        for _ in range(_PAGES):
            try:
                page = client.conversations_history(
                    channel=channel, oldest=oldest, include_all_metadata=True, limit=200, cursor=cursor or None
                )
            except (SlackClientError, OSError) as error:
                raise Uncertain(f"{due.to} cannot be read", hint="look there") from error
            for message in page.get("messages") or ():
                if (message.get("metadata") or {}).get("event_payload", {}).get("event") == key:
                    return f"{channel}/{message['ts']}"
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        raise Uncertain(f"{due.to} holds too much to look through", hint="look there")

    def _channel(self, due: Watch) -> str | None:
        """The id of a watch's channel, where it is one or an earlier run noted it."""
        if re.fullmatch(r"[CDG][A-Z0-9]{6,}", due.to):
            return due.to
        noted = (_STANDS.search(run.note) for run in watches.history(self.store, due.id, outcome="sent"))
        return next((found[1] for found in noted if found), None)

    # --- mail and files ---------------------------------------------------------------------------------------------

    def _mail(self, due: Watch, content: Content, key: str) -> str:
        from assistant import mail

        if self.mail is None or not self.mail.sender:
            raise ConfigError("no mail server is set", hint="set host and sender in [mail], see docs/configuration.md")
        message = letter.of(self._fitting(due, content), places.address(due.to), self.mail.sender, key, self.clock())
        try:
            mail.send(message, self.mail)
        except RateLimited as error:
            raise NotYet(error.message, hint=error.hint) from error
        except Unreachable as error:
            if isinstance(error.__cause__, _NOT_CONNECTED):
                raise NotYet(error.message, hint=error.hint) from error
            raise Uncertain(error.message, hint="the letter may have been taken; it is not sent again") from error
        return str(message["Message-ID"])

    def _write(self, due: Watch, content: Content, key: str) -> str:
        day = self.clock().astimezone(ZoneInfo(due.zone)).date()
        path = Path(places.address(due.to).replace("{date}", day.isoformat()))
        beside = path.with_name(f".{path.name}.{key.replace(':', '-')}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(letter.written(self._fitting(due, content), path.suffix, day), encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise ConfigError(
                f"{path} cannot be written: {error.strerror}", hint="check the folder's permissions"
            ) from error
        return str(path)


def _answer(content: Content) -> Answer | None:
    if isinstance(content, Alert):
        return content.answer
    return content if isinstance(content, Answer) else None


def _digest(content: Content) -> Digest:
    from assistant.digest import Digest

    if not isinstance(content, Digest):
        raise TypeError(f"no digest: {type(content).__name__}")
    return content


def _shown(answer: Answer) -> Kept:
    return Kept(answer.question, tuple(row.id for row in answer.rows), answer.question)


def deliveries(where: Workspace, parts: Parts | None = None) -> Deliveries:
    """Deliveries of a workspace; ``parts`` are those of Slack, where it is set up."""
    slack = where.settings.slack
    return Deliveries(
        where.store, where.engine, where.asker, where.engine.now, parts.posting if parts else None,
        where.settings.mail if where.settings.mail.host else None, frozenset(slack.private_sources),
        parts.team if parts else "",
    )  # fmt: skip
