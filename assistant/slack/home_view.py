"""The Home tab as blocks: questions to begin with, what is watched, how the data are, language and zone, help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from assistant.directions import harmless
from assistant.renderers import base
from assistant.slack import modals
from assistant.slack.modals import say
from assistant.slack.parts import LANGUAGES
from assistant.slack_blocks import blocks, texts
from assistant.slack_blocks.blocks import Block
from assistant.watches import saying
from assistant.wording import Wording, wording
from mining.language import normalise

if TYPE_CHECKING:
    from assistant.slack.prompts import Prompt
    from mining.watches import Watch

AUTO = "auto"
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Until when a paused watch is silent: until somebody lets it speak again."""

_MOST_BLOCKS, _MOST_WATCHES, _MOST_SOURCES, _MOST_ZONES = 100, 15, 12, 100
_CALLED = {"en": "English", "he": "עברית", "fa": "فارسی"}
_COMMON = (
    "UTC", "Asia/Jerusalem", "Asia/Tehran", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Istanbul",
    "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "America/New_York",
    "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Health:
    """How the data are: counts, when each source was last read, the share of unsure labels by task, rejects."""

    feedback: int
    mentions: int
    read_at: Mapping[str, datetime]
    unsure: Mapping[str, float]
    rejects: int


@dataclass(frozen=True, slots=True)
class Home:
    """All that the tab shows. ``language`` and ``zone`` are what the person set, None where Slack's count."""

    now: datetime
    in_zone: str
    language: str | None
    zone: str | None
    prompts: Sequence[Prompt]
    watches: Sequence[Watch]
    health: Health


# --- the view -------------------------------------------------------------------------------------------------------


def view(home: Home, language: str) -> Block:
    """The tab as Slack takes it: at most 100 blocks."""
    words = wording(language)
    shown = [
        blocks.header(say(words, "home.hello")),
        *blocks.context([say(words, "home.about")]),
        *_questions(home.prompts, words),
        blocks.header(say(words, "home.watches")),
        *_watches(home, words),
        blocks.header(say(words, "home.health")),
        *_health(home, words),
        blocks.header(say(words, "home.yours")),
        *_settings(home, words),
        blocks.header(say(words, "home.help")),
        *_help(words),
    ]
    return {"type": "home", "blocks": shown[:_MOST_BLOCKS]}


def _questions(prompts: Sequence[Prompt], words: Wording) -> list[Block]:
    buttons = [
        blocks.button(f"next:{place}", texts.line(one["title"], words), harmless(texts.clean(one["message"])))
        for place, one in enumerate(prompts)
    ]
    return [*blocks.context([say(words, "home.ask")]), *blocks.actions(buttons)]


def _watches(home: Home, words: Wording) -> Iterator[Block]:
    if not home.watches:
        yield from blocks.context([say(words, "home.no_watches")])
    for one in home.watches[:_MOST_WATCHES]:
        yield from _watch(one, home, words)
    if len(home.watches) > _MOST_WATCHES:
        count = words.number(len(home.watches) - _MOST_WATCHES)
        yield from blocks.context([say(words, "home.more_watches", count=count)])


def _watch(one: Watch, home: Home, words: Wording) -> Iterator[Block]:
    """A watch: what it is about, when and where it speaks, and what can be done with it."""
    silent = one.muted_until if one.muted_until and one.muted_until > home.now else None
    kind = words.say(f"watch.kinds.{one.kind}")
    about = base.titled(one.text, words) if one.text else kind
    when = saying.when(one.schedule, one.zone, words) if one.schedule else ""
    parts = [kind, when, _silence(silent, home, words) if silent else ""]
    yield blocks.section(base.in_its_direction(texts.cut(about, 500), words))
    line = base.in_its_direction(base.sentence(" · ".join(part for part in parts if part), words), words)
    yield {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": f"{texts.escape(line)} · {_place(one.to, words)}"}],
    }
    yield from _doing(one, words, silent=bool(silent))


def _silence(until: datetime, home: Home, words: Wording) -> str:
    if until >= FOREVER - timedelta(days=2):
        return words.say("surfaces.home.paused")
    return words.say("surfaces.home.muted", day=words.date(until.astimezone(ZoneInfo(home.in_zone)).date()))


def _place(to: str, words: Wording) -> str:
    """Where a watch speaks, as Slack shows channels; escaped."""
    if to.startswith(("D", "U", "W")) and to.isalnum():
        return texts.escape(words.say("surfaces.home.to_you"))
    if to.startswith(("C", "G")) and to.isalnum():
        return f"<#{to}>"
    return texts.escape(base.sentence(to, words))


def _doing(one: Watch, words: Wording, *, silent: bool) -> list[Block]:
    def label(name: str) -> str:
        return words.say(f"surfaces.home.{name}")

    sure = modals.confirm(label("end_sure"), label("end_about"), label("end"), words.say("surfaces.cancel"))
    ending: Block = {
        "type": "button", "action_id": "watch_end", "text": blocks.text_object(label("end"), 75), "value": one.id,
        "style": "danger", "confirm": sure,
    }  # fmt: skip
    if silent:
        first = [blocks.button("watch_set:resume", label("resume"), one.id)]
    else:
        names = {"pause": "pause", "day": "mute_day", "week": "mute_week"}
        first = [blocks.button(f"watch_set:{how}", label(name), one.id) for how, name in names.items()]
    return blocks.actions([*first, ending])


def _health(home: Home, words: Wording) -> list[Block]:
    health = home.health
    if not health.feedback:
        return blocks.context([say(words, "home.no_data")])
    counts = {"feedback": words.number(health.feedback), "mentions": words.number(health.mentions)}
    lines = [say(words, "home.held", **counts)]
    zone = ZoneInfo(home.in_zone)
    today = home.now.astimezone(zone).date()
    newest = sorted(health.read_at.items(), key=lambda pair: pair[1], reverse=True)
    for source, at in newest[:_MOST_SOURCES]:
        day = at.astimezone(zone).date()
        when = words.ago((today - day).days) if day <= today else words.date(day)
        lines.append(say(words, "home.source", source=base.titled(source, words), when=when))
    if len(newest) > _MOST_SOURCES:
        lines.append(say(words, "home.more_sources", count=words.number(len(newest) - _MOST_SOURCES)))
    unsure = [f"{words.task(task)} {words.percent(share)}" for task, share in health.unsure.items()]
    lines += [say(words, "home.unsure", labels=words.listed(unsure))] if unsure else []
    lines += [say(words, "home.rejects", count=words.number(health.rejects))] if health.rejects else []
    return blocks.sections(lines)


def _settings(home: Home, words: Wording) -> list[Block]:
    auto = words.say("surfaces.home.auto")
    languages = [(auto, AUTO), *((_CALLED[one], one) for one in LANGUAGES)]
    zone: Block = {
        "type": "external_select", "action_id": "zone", "min_query_length": 0,
        "placeholder": blocks.text_object(words.say("surfaces.home.zone_hint"), 150),
        "initial_option": modals.option(home.zone or auto, home.zone or AUTO),
    }  # fmt: skip
    language = modals.select("language", languages, home.language or AUTO)
    return [
        blocks.section(say(words, "home.language")) | {"accessory": language},
        blocks.section(say(words, "home.zone")) | {"accessory": zone},
    ]


def _help(words: Wording) -> list[Block]:
    lines = words.say("surfaces.home.help_lines").strip().split("\n")
    return blocks.sections(texts.line(one, words) for one in lines)


# --- zones ----------------------------------------------------------------------------------------------------------


def zones(query: str, auto: str) -> list[modals.Option]:
    """Zones to choose from: Slack's own, then common ones, or all whose name holds what was written."""
    wanted = normalise(query).replace(" ", "_").strip("_")
    if not wanted:
        return [(auto, AUTO), *((name, name) for name in _COMMON)]
    named = [name for name in sorted(known_zones()) if wanted in name.lower()]
    # What the last part begins with comes first: "tel" is Asia/Tel_Aviv before Asia/Something_Hotel.
    named.sort(key=lambda name: (not name.lower().rpartition("/")[2].startswith(wanted), name not in _COMMON, name))
    return [(name, name) for name in named[:_MOST_ZONES]]


def known_zones() -> set[str]:
    """Zones that somebody can live in."""
    return {name for name in available_timezones() if "/" in name or name == "UTC"}
