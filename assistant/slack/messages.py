"""Messages that ask: direct ones, mentions, replies in threads where we speak, and the older assistant threads."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt import Assistant, BoltResponse
from slack_bolt.context.assistant.thread_context_store.store import AssistantThreadContextStore

from assistant.slack import telling
from assistant.slack.answering import Answering, Asked
from assistant.slack.parts import place
from assistant.slack.refusals import reason_of
from assistant.wording import wording
from mining import threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, BoltContext
    from slack_bolt.context.assistant.thread_context import AssistantThreadContext
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts

log = logging.getLogger(__name__)

Event = Mapping[str, Any]

# What people write; all other subtypes are things that Slack says.
_WORDS_OF_PEOPLE = frozenset({None, "file_share", "thread_broadcast", "me_message"})
_LONGEST_MENTION = 40


def register(app: App, parts: Parts) -> None:
    """Listen to messages, mentions, the Messages tab and what people look at."""
    answering = parts.answering
    app.middleware(_edits(answering))
    app.use(_assistant(parts, answering))

    def heard(context: BoltContext, event: Event, next: Callable[[], Any]) -> BoltResponse | None:
        return _taken(answering, context, asked_by(parts, answering, context, event), next)

    @app.event("app_mention", middleware=[heard])
    def mentioned(context: BoltContext) -> None:
        answering.start(context["asked"])

    @app.event("message", middleware=[heard])
    def written(context: BoltContext) -> None:
        answering.start(context["asked"])

    @app.event("app_home_opened", matchers=[lambda event: event.get("tab") == "messages"])
    def opened(event: Event, client: WebClient) -> None:
        parts.work.put(f"prompts {event.get('user')}", lambda: suggest(parts, client, event["user"], event["channel"]))

    @app.event("app_context_changed")
    def looking_elsewhere(event: Event) -> None:
        seen = event.get("context")
        parts.work.put(f"person {event.get('user')}", lambda: _note_viewing(parts, event.get("user"), seen))


# --- what is a question ---------------------------------------------------------------------------------------------


def asked_by(parts: Parts, answering: Answering, context: BoltContext, event: Event) -> Asked | None:
    """The question in a message or a mention; None where there is none for us."""
    channel, user, ts = event.get("channel"), event.get("user"), event.get("ts")
    if not (channel and user and ts) or event.get("bot_id") or event.get("subtype") not in _WORDS_OF_PEOPLE:
        return None
    team = str(context.team_id or event.get("team") or parts.team)
    thread, text = str(event.get("thread_ts") or ts), str(event.get("text") or "")
    mentioned = event.get("type") == "app_mention" or f"<@{parts.bot_user}" in text
    direct = event.get("channel_type") == "im"
    first = mentioned and not direct and not answering.speaks_in(channel, thread)
    if not (direct or mentioned) and not _goes_on(answering, event, channel):
        return None
    asked = Asked(
        team, str(channel), str(user), words_in(text, parts.bot_user), str(ts), thread,
        "mention" if first else "message", event.get("channel_type"), files=bool(event.get("files")),
    )  # fmt: skip
    # A file that is shared in a thread is no question to us.
    return None if asked.files and not asked.text and not (direct or mentioned) else asked


def _goes_on(answering: Answering, event: Event, channel: str) -> bool:
    """Whether somebody writes in a thread of a channel in which we speak, and to nobody else."""
    thread, text = event.get("thread_ts"), str(event.get("text") or "")
    if not thread or thread == event.get("ts") or re.match(r"\s*<@", text):
        return False
    return answering.speaks_in(channel, str(thread))


def words_in(text: str, bot_user: str) -> str:
    """What was written, as it was typed: without the mention of us, links and names as people see them."""
    plain = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text) if bot_user else text
    plain = re.sub(r"<(?:[@#!][^|>]*|[^|>]*)\|([^>]*)>", r"\1", plain)
    plain = re.sub(rf"<[@#!][^>]{{0,{_LONGEST_MENTION}}}>", " ", plain)
    plain = re.sub(r"<((?:https?|mailto):[^>]*)>", r"\1", plain)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, sign)
    return " ".join(plain.split())


def _taken(
    answering: Answering, context: BoltContext, asked: Asked | None, go_on: Callable[[], Any]
) -> BoltResponse | None:
    """Keep a question before it is acknowledged; what is none, and one that is known, is only acknowledged."""
    if asked is None or not answering.take(asked):
        return BoltResponse(status=200, body="")
    context["asked"] = asked
    go_on()
    return None


# --- edits ----------------------------------------------------------------------------------------------------------


def _edits(answering: Answering) -> Callable[..., BoltResponse | None]:
    """Heed edits and deletions before anything else sees them: older assistant threads would swallow them."""

    def edits(body: dict[str, Any], context: BoltContext, next: Callable[[], Any]) -> BoltResponse | None:
        event = body.get("event") or {}
        if event.get("type") != "message" or event.get("subtype") not in ("message_changed", "message_deleted"):
            next()
            return None
        before, now = event.get("previous_message") or {}, event.get("message") or {}
        ts = str(now.get("ts") or before.get("ts") or event.get("deleted_ts") or "")
        key = Asked(str(context.team_id or ""), str(event.get("channel") or ""), "", "", ts, ts).key
        if event["subtype"] == "message_deleted":
            changed = answering.edited(key, None)
        elif now.get("bot_id") or now.get("text") == before.get("text"):
            changed = False  # our own message, or a link that unfolded
        else:
            changed = answering.edited(key, words_in(str(now.get("text") or ""), answering.parts.bot_user))
        if changed:
            log.info("%s: %s while it was being answered", key, event["subtype"])
        return BoltResponse(status=200, body="")

    return edits


# --- the older assistant threads ------------------------------------------------------------------------------------


class _Contexts(AssistantThreadContextStore):
    """What people look at beside an assistant thread, in the store instead of in the metadata of a message."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def save(self, *, channel_id: str, thread_ts: str, context: dict[str, str]) -> None:
        """Keep it."""
        threads.remember(self._parts.store, self._key(channel_id, thread_ts), context, self._parts.clock())

    def find(self, *, channel_id: str, thread_ts: str) -> AssistantThreadContext | None:
        """Look it up."""
        from slack_bolt.context.assistant.thread_context import AssistantThreadContext

        found = threads.recall(self._parts.store, self._key(channel_id, thread_ts))
        return AssistantThreadContext(dict(found)) if found else None

    def _key(self, channel: str, thread: str) -> str:
        return f"{place(self._parts.team, channel, thread)}:viewing"


def _assistant(parts: Parts, answering: Answering) -> Assistant:
    """Handlers of ``assistant_view``, for apps that were installed before July 2026: the same answers."""
    assistant = Assistant(thread_context_store=_Contexts(parts))

    def heard(context: BoltContext, event: Event, next: Callable[[], Any]) -> BoltResponse | None:
        return _taken(answering, context, asked_by(parts, answering, context, event), next)

    @assistant.thread_started
    def started(event: Event, client: WebClient) -> None:
        thread = event["assistant_thread"]
        parts.work.put(f"prompts {thread['user_id']}", lambda: _greet(parts, client, thread))

    # Bolt adds what it needs to a list of middleware, and takes no other.
    @assistant.user_message(middleware=[_middleware(heard)])  # type: ignore[arg-type, untyped-decorator]
    def written(context: BoltContext) -> None:
        answering.start(context["asked"])

    @assistant.thread_context_changed
    def looking_elsewhere(event: Event, save_thread_context: Callable[[dict[str, str]], None]) -> None:
        thread = event["assistant_thread"]
        save_thread_context(thread.get("context") or {})
        _note_viewing(parts, thread.get("user_id"), thread.get("context"))

    return assistant


def _middleware(function: Callable[..., Any]) -> Any:
    from slack_bolt.middleware.custom_middleware import CustomMiddleware

    return CustomMiddleware(app_name="overheard", func=function)


# --- around the conversation ----------------------------------------------------------------------------------------


def suggest(parts: Parts, client: WebClient, user: str, channel: str, thread: str | None = None) -> None:
    """Show questions to begin with; that they cannot be shown changes nothing."""
    from slack_sdk.errors import SlackClientError

    person = parts.person(user, client)
    title = wording(person.language).say("slackbot.prompts.title")
    try:
        client.assistant_threads_setSuggestedPrompts(
            channel_id=channel, thread_ts=thread, title=title, prompts=parts.prompts.of(person)
        )
    except (SlackClientError, OSError) as error:
        log.info("no prompts in %s: %s", channel, reason_of(error))


def _greet(parts: Parts, client: WebClient, thread: Mapping[str, Any]) -> None:
    channel, ts, user = thread["channel_id"], thread["thread_ts"], thread["user_id"]
    person = parts.person(user, client)
    message = telling.notice("greeting", person.language)
    parts.posting.post(channel, message, key=f"{place(parts.team, channel, ts)}:greeting", thread=ts)
    suggest(parts, client, user, channel, ts)


def _note_viewing(parts: Parts, user: object, seen: object) -> None:
    """Keep what somebody looks at, whatever shape it comes in."""
    if isinstance(user, str) and user and isinstance(seen, Mapping):
        parts.note_person(user, viewing=dict(seen))
