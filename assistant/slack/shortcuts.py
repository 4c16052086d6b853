"""Shortcuts on a message: take its words in as feedback, and mend a label of something that an answer quotes."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from assistant.directions import harmless
from assistant.renderers import base
from assistant.slack import modals
from assistant.slack.evidence import LABELS, literal, named
from assistant.slack.modals import say
from assistant.slack_blocks import blocks, texts
from assistant.slack_blocks.blocks import Block, section
from assistant.wording import Wording, wording
from connectors.record import Channel, Feedback

if TYPE_CHECKING:
    from assistant.slack.parts import Person
    from mining.reading import Heard
    from mining.taxonomy import Taxonomy

log = logging.getLogger(__name__)

ADD, FIX = "add_feedback", "fix_label"
SOURCE = "slack"
# Slack takes no more in a field.
LONGEST = 3_000
_LONGEST_SOURCE = 60
_MARKS = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


# --- words of a message ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: what makes its words the same feedback each time they are added."""

    team: str
    channel: str
    ts: str

    @property
    def native_id(self) -> str:
        """The id within the source."""
        return f"{self.team}:{self.channel}:{self.ts}"

    @property
    def said_at(self) -> datetime:
        """When it was written; ``ValueError`` for what is no time of Slack's."""
        return datetime.fromtimestamp(float(self.ts), UTC)

    @classmethod
    def of(cls, native_id: str) -> Place | None:
        """The place that an id names; None where it names none."""
        found = re.fullmatch(r"([A-Z0-9]*):([A-Z0-9]+):(\d{1,11}\.\d{1,6})", native_id)
        return cls(*found.groups()) if found else None


def words_of(message: Mapping[str, Any]) -> str:
    """What a message says, as people read it: links by their words, mentions gone, Slack's entities undone.

    Of a message without a text, what its attachments say.
    """
    told = [str(message.get("text") or "")]
    if not told[0].strip():
        told = [str(one.get("text") or one.get("fallback") or "") for one in message.get("attachments") or ()]
    plain = _MARKS.sub(_unmarked, "\n".join(told))
    for entity, sign in _ENTITIES:
        plain = plain.replace(entity, sign)
    return plain.strip()


def _unmarked(mark: re.Match[str]) -> str:
    """What stands for a piece in angle brackets: the words of a link, nothing for a person, ``#name`` for a channel."""
    target, label = mark[1], mark[2]
    if target.startswith(("@", "!")):
        return ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    return label or target


# --- add as feedback ------------------------------------------------------------------------------------------------


def add_view(text: str, place: Place, person: Person, permalink: str) -> Block:
    """The form that takes a message in as feedback."""
    words = wording(person.language)
    day = place.said_at.astimezone(ZoneInfo(person.zone)).date()
    kinds = [(words.say(f"surfaces.add.kinds.{one.value}"), one.value) for one in Channel]
    asked_for = {"type": "checkboxes", "action_id": "solicited", "options": [_asked_for(words)]}
    made = [
        modals.asked("text", words.say("surfaces.add.text"), modals.typed("text", text, lines=True, least=1)),
        modals.asked("kind", words.say("surfaces.add.kind"), modals.select("kind", kinds, Channel.CHAT.value)),
        modals.asked("source", words.say("surfaces.add.source"), modals.typed("source", SOURCE, most=_LONGEST_SOURCE)),
        modals.asked("solicited", words.say("surfaces.add.how"), asked_for, optional=True),
        *blocks.context([say(words, "add.about", day=words.date(day))]),
    ]
    if len(text) > LONGEST:
        made.insert(0, section(say(words, "add.cut", most=words.number(LONGEST))))
    return modals.modal(
        words, words.say("surfaces.add.title"), made, callback=ADD, submit=words.say("surfaces.add.submit"),
        kept={"m": place.native_id, "u": permalink},
    )  # fmt: skip


def _asked_for(words: Wording) -> Block:
    return modals.option(words.say("surfaces.add.solicited"), "solicited")


def feedback_of(view: Mapping[str, Any], place: Place, author: str, at: datetime) -> Feedback:
    """What a sent form says, ready to be masked.

    Raises:
        ValueError: nothing is written there, or a kind that there is not.
    """
    text = modals.entered(view, "text").strip()
    if not text:
        raise ValueError("no words")
    source = harmless(modals.entered(view, "source"))[:_LONGEST_SOURCE].replace(":", " ").strip() or SOURCE
    return Feedback(
        source=source, native_id=place.native_id, channel=Channel(modals.entered(view, "kind") or Channel.CHAT),
        said_at=place.said_at, fetched_at=at, text=text, author=author or None,
        url=base.link(modals.kept_in(view).get("u")), solicited="solicited" in modals.ticked(view, "solicited"),
    )  # fmt: skip


# --- fix a label ----------------------------------------------------------------------------------------------------


def fix_view(
    mentions: Sequence[Heard], chosen: str | None, language: str, taxonomy: Taxonomy, kept: Mapping[str, str]
) -> Block:
    """The form that mends a label: which remark, where there are several, and what it is."""
    words = wording(language)
    row = next((one for one in mentions if one.mention_id == chosen), mentions[0])
    made: list[Block] = []
    if len(mentions) > 1:
        some = [(_short(one, words), one.mention_id) for one in mentions if texts.size(one.mention_id) <= 150]
        which = modals.select("fix_mention", some, row.mention_id)
        made.append(modals.asked("mention", words.say("surfaces.fix.mention"), which, at_once=True))
    made.append(section(literal(row)))
    labels = named(row, words, taxonomy) or words.say("surfaces.fix.none")
    made += blocks.context([say(words, "fix.now", labels=labels)])
    made.append(modals.asked("value", words.say("surfaces.fix.value"), _values(words, taxonomy)))
    made += blocks.context([say(words, "fix.about")])
    return modals.modal(
        words, words.say("surfaces.fix.title"), made, callback=FIX, submit=words.say("surfaces.fix.submit"),
        kept={**kept, "id": row.mention_id},
    )  # fmt: skip


def _short(row: Heard, words: Wording) -> str:
    """The beginning of a remark, as a menu shows it."""
    return texts.cut(base.titled(row.text, words), 75)


def _values(words: Wording, taxonomy: Taxonomy) -> Block:
    """Every value of every task in one menu, each under the name of its task."""
    groups = [
        {
            "label": blocks.text_object(words.task(task), 75),
            "options": modals.options(
                [(taxonomy.name(task, value, words.language), f"{task}={value}") for value in taxonomy.values(task)]
            ),
        }
        for task in LABELS
    ]
    return {"type": "static_select", "action_id": "value", "option_groups": groups}


def label_of(view: Mapping[str, Any]) -> tuple[str, str]:
    """The task and the value that were chosen; they are checked where they are kept."""
    task, _, value = modals.entered(view, "value").partition("=")
    return task, value
