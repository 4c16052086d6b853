"""The workspace: people, channels, messages, files, views. One lock guards all of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.fake_slack.record import Json

TEAM: Final = "T0LUMENO001"
TEAM_NAME: Final = "Lumeno"
APP: Final = "A0OVERHEARD"
BOT: Final = "B0OVERHEARD"
BOT_USER: Final = "U0OVERHEARD"

TRIGGER_LIVES: Final = 3.0
"""Seconds in which a trigger id opens a view, once."""

RESPONSE_LIVES: Final = 30 * 60.0
RESPONSE_USES: Final = 5
STATUS_LIVES: Final = 120.0


@dataclass(frozen=True)
class User:
    """A person, or the bot."""

    id: str
    name: str
    real_name: str
    tz: str
    locale: str
    is_bot: bool = False


@dataclass
class Channel:
    """A public channel (``channel``), a private one (``group``) or a direct message with the app (``im``)."""

    id: str
    name: str
    kind: str
    members: set[str]
    topic: str = ""
    deleted: bool = False
    archived: bool = False

    @property
    def user(self) -> str:
        """The person of a direct message."""
        return next((member for member in sorted(self.members) if member != BOT_USER), "")


@dataclass
class StoredFile:
    """A file with its bytes; ``shared`` says in which channels it shows."""

    id: str
    name: str
    title: str
    mimetype: str
    user: str
    created: int
    alt: str = ""
    content: bytes | None = None
    shared: list[str] = field(default_factory=list)


@dataclass
class View:
    """A modal or a Home tab as the app last sent it, and what its person typed into it."""

    id: str
    user: str
    view: Json
    hash: str
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    root: str = ""
    previous: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    response_urls: list[Json] = field(default_factory=list)


@dataclass
class Trigger:
    """The right to open one view for one person for three seconds."""

    user: str
    until: float
    used: bool = False
    view: str = ""


@dataclass
class ResponseUrl:
    """An address that takes five answers within half an hour."""

    channel: str
    user: str
    until: float
    ts: str = ""
    ephemeral: bool = False
    thread_ts: str = ""
    left: int = RESPONSE_USES


@dataclass
class Status:
    """Such as "is thinking…", in a thread, until the app writes there or two minutes pass."""

    text: str
    loading: tuple[str, ...]
    until: float


NAMELESS: Final = frozenset({"image", "plain_text", "mrkdwn"})
"""Elements that nobody can act on."""

PEOPLE: Final = (
    User("U0DANA00001", "dana", "Dana Levi", "Asia/Jerusalem", "he-IL"),
    User("U0OMID00001", "omid", "Omid Karimi", "Asia/Tehran", "fa-IR"),
    User("U0RUTH00001", "ruth", "Ruth Allen", "Europe/London", "en-GB"),
)


@dataclass
class Workspace:
    """All that Slack would keep. Hold ``lock`` for anything that reads and then writes."""

    bot_name: str
    clock: Callable[[], float] = time.time
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    posts: dict[str, list[Json]] = field(default_factory=dict)
    hidden: list[Json] = field(default_factory=list)
    files: dict[str, StoredFile] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    statuses: dict[tuple[str, str], Status] = field(default_factory=dict)
    prompts: dict[tuple[str, str], Json] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    version: int = 0
    lock: RLock = field(default_factory=RLock)
    _last_ts: int = 0

    def __post_init__(self) -> None:
        for person in (*PEOPLE, User(BOT_USER, self.bot_name.lower(), self.bot_name, "Etc/UTC", "en-US", is_bot=True)):
            self.users[person.id] = person
        everyone = set(self.users)
        people = everyone - {BOT_USER}
        self.add_channel(Channel("C0CX0000001", "cx", "channel", set(everyone), "What customers say"))
        self.add_channel(Channel("C0RANDOM001", "random", "channel", set(people), "Anything else"))
        self.add_channel(Channel("C0LEADS0001", "leads", "group", set(everyone), "Leads only"))
        for person in PEOPLE:
            self.add_channel(Channel(f"D0{person.name.upper()}00001", "", "im", {person.id, BOT_USER}))

    def add_channel(self, channel: Channel) -> Channel:
        """Take a channel in."""
        with self.lock:
            self.channels[channel.id] = channel
            self.posts.setdefault(channel.id, [])
            self.version += 1
        return channel

    def touch(self) -> None:
        """Say that something that the page shows has changed."""
        with self.lock:
            self.version += 1

    def new_id(self, letter: str) -> str:
        """An id such as Slack makes them."""
        return letter + secrets.token_hex(5).upper()

    def next_ts(self) -> str:
        """A message's time, which is its id in a channel: later than every one before."""
        with self.lock:
            self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def find_user(self, who: str) -> User | None:
        """A person by id or by first name."""
        return self.users.get(who) or next((user for user in self.users.values() if user.name == who.lower()), None)

    def find_channel(self, where: str) -> Channel | None:
        """A channel by id, by ``#name``, by name, or a direct message by the person's id; deleted ones are gone."""
        name = where.removeprefix("#")
        for channel in self.channels.values():
            named = channel.kind != "im" and channel.name == name
            direct = channel.kind == "im" and channel.user == where
            if not channel.deleted and (channel.id == where or named or direct):
                return channel
        return None

    def dm_of(self, user: str) -> Channel:
        """The direct message between a person and the app."""
        return next(channel for channel in self.channels.values() if channel.kind == "im" and user in channel.members)

    def message(self, channel: str, ts: str) -> Json | None:
        """A message that everyone in the channel sees."""
        with self.lock:
            return next((post for post in self.posts.get(channel, ()) if post["ts"] == ts), None)

    def ephemeral(self, channel: str, ts: str) -> Json | None:
        """A message that one person alone sees."""
        with self.lock:
            return next((one for one in self.hidden if (one["channel"], one["ts"]) == (channel, ts)), None)

    def thread(self, channel: str, ts: str) -> list[Json]:
        """A thread with its first message, oldest first."""
        with self.lock:
            return [post for post in self.posts.get(channel, ()) if ts in (post["ts"], post.get("thread_ts"))]

    def post(self, channel: str, message: Json) -> Json:
        """Add a message; counts replies of its thread and ends a status there when the bot writes."""
        with self.lock:
            self.posts[channel].append(message)
            root = message.get("thread_ts")
            if root and root != message["ts"] and (first := self.message(channel, root)):
                first.setdefault("thread_ts", root)
                first["reply_count"] = first.get("reply_count", 0) + 1
                first["latest_reply"] = message["ts"]
                first["reply_users"] = sorted({*first.get("reply_users", ()), message["user"]})
            if message.get("user") == BOT_USER:
                self.statuses.pop((channel, root or message["ts"]), None)
            self.version += 1
        return message

    def tz_offset(self, user: User) -> int:
        """Seconds east of Greenwich, now."""
        offset = datetime.fromtimestamp(self.clock(), UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    def new_trigger(self, user: str, view: str = "") -> str:
        """A trigger id for what this person has just done."""
        with self.lock:
            trigger = f"{int(self.clock() * 1000)}.{TEAM}.{secrets.token_hex(8)}"
            self.triggers[trigger] = Trigger(user, self.clock() + TRIGGER_LIVES, view=view)
        return trigger

    def new_response(self, given: ResponseUrl) -> str:
        """The last part of a response address."""
        with self.lock:
            token = secrets.token_hex(12)
            self.responses[token] = given
        return token

    def visible_to(self, user: str) -> Iterable[Channel]:
        """The channels that this person sees: public ones, and others as a member."""
        with self.lock:
            every = list(self.channels.values())
        return [one for one in every if not one.deleted and (one.kind == "channel" or user in one.members)]


def with_ids(workspace: Workspace, blocks: Iterable[Json]) -> list[Json]:
    """Blocks with an id each, and their elements too, as Slack hands them back."""

    def named(element: Any) -> Any:
        if not isinstance(element, dict) or element.get("type") in NAMELESS:
            return element
        return element | {"action_id": element.get("action_id") or workspace.new_id("a")}

    filled = []
    for block in blocks:
        one = block | {"block_id": block.get("block_id") or workspace.new_id("b")}
        for key in ("element", "accessory"):
            if key in one:
                one[key] = named(one[key])
        if block.get("type") in ("actions", "context_actions"):
            one["elements"] = [named(element) for element in block.get("elements") or ()]
        filled.append(one)
    return filled


def new_hash(clock: Callable[[], float]) -> str:
    """A view's version mark."""
    return f"{clock():.0f}.{secrets.token_hex(4)}"


def message_of_bot(ts: str, text: str, **more: Any) -> Json:
    """A message as the app's own, without what is None."""
    message: Json = {"type": "message", "user": BOT_USER, "bot_id": BOT, "app_id": APP, "team": TEAM, "ts": ts}
    message |= {"text": text, **more}
    return {key: value for key, value in message.items() if value is not None}
