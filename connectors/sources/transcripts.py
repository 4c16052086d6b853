"""Calls and chats from transcript files: a file, a pattern, or a folder with all that lies below.

Every file is recognised by its content (:mod:`connectors.transcripts`), one feedback item per conversation. What the
file does not say is taken from its name, from the settings, or from the file itself, and ``extra`` tells which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from connectors.base import Connector, Page, Reject, Window
from connectors.errors import ConfigError
from connectors.languages import language_code
from connectors.record import Channel, Feedback, Speaker
from connectors.settings import Zone, fingerprint, validated
from connectors.transcripts.base import Conversation, Document, RoleSource
from connectors.transcripts.reading.dates import date_in_name
from connectors.transcripts.reading.files import File, families, find, read_bytes
from connectors.transcripts.reading.sniffer import Unreadable, read
from connectors.transcripts.reading.turns import Told, tell

VERSION = 1
# What is said once a run, with a count; the order is that of importance.
_NOTES = {
    "one_voice": ("transcript", "no speakers are told apart in {n}: all the words there count as the customer's"),
    "guess": ("transcript", "who is the customer was guessed from the words in {n}: set roles to say it"),
    "no_customer": ("transcript", "no words of a customer in {n}"),
    "file": ("transcript", "no date in {n}: the file's own was taken; set said_at for a better one"),
    "transcribed": ("transcript", "no date but that of the transcription in {n}: it was taken"),
    "repeated": ("conversation", "{n} found again in another file of the same call, and left out there"),
    "skipped_cues": ("broken cue", "{n} passed over"),
    "foreign": ("file", "{n} recognised as no transcript"),
}


class Config(BaseModel, extra="forbid"):
    """The settings of ``use = "transcripts"``."""

    path: Path
    channel: Literal["call", "chat"] | None = None
    roles: dict[str, Speaker] = Field(default_factory=dict)
    said_at: datetime | date | None = None
    timezone: Zone = "UTC"
    language: str | None = None
    product: str | None = None
    solicited: bool = False
    page_size: int = Field(20, ge=1)
    max_bytes: int = Field(50_000_000, ge=1)


@dataclass
class _Run:
    """What one pull has met so far. ``found`` says that something was a transcript, be it a broken one."""

    now: datetime
    found: bool = False
    notes: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a conversation was found, and what it is called."""

    file: File
    where: str
    format: str
    native_id: str
    read_at: datetime


class Transcripts:
    """The connector; see :func:`plugin`."""

    def __init__(self, name: str, config: Config, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._config = config
        self._clock = clock

    def pull(self, cursor: Mapping[str, object], window: Window) -> Iterator[Page]:
        """New and changed files. A file of which the window leaves something out stays new, for another window.

        Raises:
            ConfigError: there is no file, or none of them is a transcript.
        """
        # A wrong folder is an error of the settings, not a list of rejects: its pages wait for the first transcript.
        run = _Run(self._clock(), found=bool(cursor) or self._config.path.expanduser().is_file())
        held: list[Page] = []
        for page in self._pages(cursor, window, run):
            held.append(page)
            if run.found:
                yield from held
                held.clear()
        rejects = [item for page in held for item in page.items if isinstance(item, Reject)]
        if rejects:
            raise ConfigError(f"no file at {self._config.path} is a transcript", hint=_examples(rejects))

    def retry(self, reject: Reject) -> Feedback | Reject:
        """Read the file named in ``where`` again."""
        for file in self._files():
            if reject.where == file.where or reject.where.startswith(f"{file.where}:"):
                items = {_where(item): item for item, _ in self._items(file, _Run(self._clock()))}
                return items.get(reject.where, Reject(reject.where, "the file holds no such conversation any more"))
        return Reject(reject.where, "the file is gone")

    def _files(self) -> list[File]:
        try:
            return find(self._config.path)
        except ConfigError:
            return []

    def _pages(self, cursor: Mapping[str, object], window: Window, run: _Run) -> Iterator[Page]:
        known = self._known(cursor)
        files = find(self._config.path)
        done = {file.where: _stamp(file) for file in files if known.get(file.where) == _stamp(file)}
        # One call may lie in several files, and which of them counts depends on the others: they are read together.
        todo = [family for family in families(files) if any(file.where not in done for file in family)]
        batches = list(_batches(todo, self._config.page_size))
        for at, batch in enumerate(batches, start=1):
            items: list[Feedback | Reject] = []
            for file in batch:
                found = list(self._items(file, run))
                wanted = [(item, notes) for item, notes in found if isinstance(item, Reject) or _within(item, window)]
                items += [item for item, _ in wanted]
                run.notes.update(kind for _, notes in wanted for kind in notes.elements())
                if len(wanted) == len(found):
                    done[file.where] = _stamp(file)
            cursor = {"v": VERSION, "files": dict(done), "settings": fingerprint(self._config)}
            yield Page(items, cursor, at / len(batches), _said(run.notes) if at == len(batches) else ())

    def _known(self, cursor: Mapping[str, object]) -> Mapping[str, object]:
        """What the cursor says of the files; nothing, if other settings would now read them differently."""
        if cursor and cursor.get("v") != VERSION:
            raise ConfigError(
                f"the place where {self.name} stopped was written by another version of this program",
                hint="install the newer version, or pull this source from the beginning",
            )
        files = cursor.get("files")
        return files if isinstance(files, dict) and cursor.get("settings") == fingerprint(self._config) else {}

    def _items(self, file: File, run: _Run) -> Iterator[tuple[Feedback | Reject, Counter[str]]]:
        """What a file holds, with notes; but for conversations that another file of the run held already."""
        try:
            raw = read_bytes(file, self._config.max_bytes)
            parser, conversations = read(Document(file.where, raw, frozenset(self._config.roles)))
        except Unreadable as error:
            run.found |= not error.foreign
            yield Reject(file.where, error.reason), Counter(foreign=int(error.foreign))
            return
        run.found = True
        if not conversations:
            yield Reject(file.where, f"this {parser.title} file holds no words"), Counter()
        for at, conversation in enumerate(conversations):
            # The first has the file's own name: a file that was broken as a whole is then mended by it.
            place = f":{at + 1}" if at else ""
            told = tell(conversation, self._config.roles)
            native_id = conversation.native_id or f"{file.stem}{place}"
            if not told.turns:
                yield Reject(f"{file.where}{place}", f"this {parser.title} transcript holds no words"), Counter()
            elif native_id in run.seen:
                run.notes["repeated"] += 1
            else:
                run.seen.add(native_id)
                origin = _Origin(file, f"{file.where}{place}", parser.name, native_id, run.now)
                yield self._feedback(origin, conversation, told)

    def _feedback(self, origin: _Origin, conversation: Conversation, told: Told) -> tuple[Feedback, Counter[str]]:
        said_at, said_at_from = self._date(origin.file, conversation)
        customers = sum(turn.speaker is Speaker.CUSTOMER for turn in told.turns)
        extra = {
            "where": origin.where,
            "format": origin.format,
            "role_source": str(told.role_source),
            "said_at_from": said_at_from,
            "customer_turns": str(customers),
        }
        if conversation.skipped_cues:
            extra["skipped_cues"] = str(conversation.skipped_cues)
        notes = Counter(
            one_voice=int(told.one_voice),
            guess=int(told.role_source is RoleSource.GUESS and not told.one_voice),
            no_customer=int(not customers),
            file=int(said_at_from == "file"),
            transcribed=int(said_at_from == "vendor" and conversation.said_at is None),
            skipped_cues=conversation.skipped_cues,
        )
        feedback = Feedback(
            source=self.name,
            native_id=origin.native_id,
            channel=Channel(self._config.channel or conversation.channel),
            said_at=said_at,
            fetched_at=origin.read_at,
            author=told.author,
            url=conversation.url,
            language=language_code(conversation.language) or language_code(self._config.language),
            turns=told.turns,
            product=self._config.product,
            solicited=self._config.solicited,
            extra=extra,
        )
        return feedback, notes

    def _date(self, file: File, conversation: Conversation) -> tuple[datetime, str]:
        """When it was said, and who says so: the payload, the file's name, the settings, or the file's own date."""
        found = (
            (conversation.said_at, "vendor"),
            (date_in_name(file.where), "filename"),
            (self._config.said_at, "config"),
            (conversation.transcribed_at, "vendor"),
        )
        for at, source in found:
            if at is not None:
                return self._aware(at), source
        return datetime.fromtimestamp(file.mtime_ns / 1e9, UTC), "file"

    def _aware(self, at: date) -> datetime:
        moment = at if isinstance(at, datetime) else datetime.combine(at, time())
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self._config.timezone))


def plugin(*, name: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC), **settings: Any) -> Connector:
    """A source of transcript files called ``name``; ``clock`` says when they are read.

    Raises:
        ConfigError: a setting is unknown or wrong.
    """
    return Transcripts(name, validated(Config, name, settings), clock)


def _stamp(file: File) -> dict[str, int]:
    return {"size": file.size, "mtime_ns": file.mtime_ns}


def _batches(todo: Sequence[Sequence[File]], size: int) -> Iterator[list[File]]:
    """Pages of about ``size`` files; the files of one call stay together."""
    batch: list[File] = []
    for family in todo:
        batch += family
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _within(item: Feedback, window: Window) -> bool:
    begun = window.since is None or item.said_at >= window.since
    return begun and (window.until is None or item.said_at < window.until)


def _where(item: Feedback | Reject) -> str:
    return item.extra["where"] if isinstance(item, Feedback) else item.where


def _said(notes: Counter[str]) -> list[str]:
    return [
        sentence.format(n=f"{notes[kind]} {noun}{'s' if notes[kind] > 1 else ''}")
        for kind, (noun, sentence) in _NOTES.items()
        if notes[kind]
    ]


def _examples(rejects: Sequence[Reject]) -> str:
    names = ", ".join(reject.where for reject in rejects[:3])
    return f"{len(rejects)} files looked at, such as {names}: {rejects[0].reason}"
