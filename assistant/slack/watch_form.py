"""The form that makes a watch of a question: what to do, when, where to, by which rule, and what would come of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.slack import modals
from assistant.slack.modals import Option
from assistant.slack_blocks import blocks, texts
from assistant.slack_blocks.blocks import Block, section
from assistant.watches.rule import Rule
from assistant.wording import Wording, wording
from connectors.errors import ConfigError
from mining.watches import Watch

CALLBACK = "watch"
HERE, DIRECT = "here", "dm"
KINDS = ("answer", "section", "threshold", "unusual")
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
EVERY = ("day", "weekday", *DAYS, "month")
_FIELDS = {"day": "* * *", "weekday": "* * MON-FRI", "month": "1 * *"}
_MEASURES = ("count", "share", "net_sentiment")
_PERIODS, _SENSITIVITIES = ("day", "week"), ("low", "normal", "high")
_DIRECTIONS = {"threshold": ("above", "below"), "unusual": ("above", "below", "either")}
_NUMBER = re.compile(r"[-−]?\d{1,9}(?:[.,٫]\d{1,4})?")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
# Shares and balances are kept as parts of one, and written as parts of a hundred.
_HUNDRED = 100.0
_QUESTION, _SPOKEN = 500, 2_800
_ID = re.compile(r"[CGUW][A-Z0-9]{6,}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands in the form. ``value`` is as it is written, in parts of a hundred for shares and balances."""

    kind: str = "answer"
    every: str = "MON"
    at: str = "09:00"
    to: str = DIRECT
    measure: str = "count"
    direction: str = "above"
    value: str = ""
    period: str = "day"
    sensitivity: str = "normal"

    @property
    def watch_kind(self) -> str:
        """The kind of watch that it makes."""
        return "alert" if self.kind in ("threshold", "unusual") else self.kind

    @property
    def cron(self) -> str | None:
        """When, as a line of cron; None where the digest says when."""
        hour, minute = self.at.split(":")
        fields = _FIELDS.get(self.every) or f"* * {self.every}"
        return None if self.kind == "section" else f"{int(minute)} {int(hour)} {fields}"

    @property
    def number(self) -> float | None:
        """The number of a threshold; None where none is written."""
        plain = self.value.strip().translate(_DIGITS).replace("−", "-").replace("٫", ".").replace(",", ".")
        if not _NUMBER.fullmatch(plain):
            return None
        return float(plain) if self.measure == "count" else float(plain) / _HUNDRED

    @property
    def rule(self) -> Rule | None:
        """The rule of an alert; None for what is none.

        Raises:
            ConfigError: it contradicts itself, or the number is missing.
        """
        if self.kind == "unusual":
            return Rule.of(self.measure, kind="anomaly", direction=self.direction, sensitivity=self.sensitivity)
        if self.kind != "threshold":
            return None
        if self.number is None:
            raise ConfigError("a threshold needs a number", hint="such as 20")
        given = {"direction": self.direction, "value": self.number, "period": self.period}
        return Rule.of(self.measure, kind="threshold", **given)


def _sort(kind: str) -> str:
    """Alerts look each day where nothing else is said, answers are given weekly: each has a menu of its own."""
    return "alert" if kind in _DIRECTIONS else "answer"


_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)


def chosen_in(view: Mapping[str, Any]) -> Chosen:
    """What stands in a form that came back; what is missing or unknown there is as it was at first."""
    usual = Chosen()

    def one_of(name: str, known: Sequence[str], otherwise: str) -> str:
        found = modals.entered(view, name)
        return found if found in known else otherwise

    kind = one_of("kind", KINDS, usual.kind)
    at = modals.entered(view, "at")
    return Chosen(
        kind=kind,
        every=one_of(f"every_{_sort(kind)}", EVERY, "day" if kind in _DIRECTIONS else usual.every),
        at=at if _TIME.fullmatch(at) else usual.at,
        to=one_of("to", (HERE, DIRECT), usual.to),
        measure=one_of("measure", _MEASURES, usual.measure),
        direction=one_of(f"direction_{kind}", _DIRECTIONS.get(kind, ()), usual.direction),
        value=modals.entered(view, "value"),
        period=one_of("period", _PERIODS, usual.period),
        sensitivity=one_of("sensitivity", _SENSITIVITIES, usual.sensitivity),
    )  # fmt: skip


def chosen_of(watch: Watch, to: str) -> Chosen:
    """What the form begins with for a watch that was proposed from somebody's words."""
    rule = Rule.from_json(watch.spec["rule"]) if watch.kind == "alert" else Rule()
    kinds = {"alert": "unusual" if rule.kind == "anomaly" else "threshold", "section": "section"}
    at, every = _said(watch.schedule)
    value = "" if rule.value is None else f"{rule.value * (1 if rule.measure == 'count' else _HUNDRED):g}"
    return Chosen(
        kinds.get(watch.kind, "answer"), every, at, to, rule.measure, rule.direction, value, rule.period,
        rule.sensitivity,
    )  # fmt: skip


def _said(line: str) -> tuple[str, str]:
    """The time and the days of a line of cron, as near as the form can say them."""
    fields = line.split()
    if len(fields) != 5 or not (fields[0].isdecimal() and fields[1].isdecimal()):
        return "09:00", "MON"
    days = " ".join(fields[2:])
    every = next((name for name, told in _FIELDS.items() if told == days), fields[4][:3])
    return f"{int(fields[1]):02}:{int(fields[0]):02}", every if every in EVERY else "MON"


# --- the view -------------------------------------------------------------------------------------------------------


def view(text: str, chosen: Chosen, says: Sequence[str], language: str, kept: Mapping[str, str], to: str = "") -> Block:
    """The form with what is chosen there, and what it would mean; ``says`` are whole sentences that may name ``to``.

    ``kept`` needs ``c``, the channel that it was opened from, where that is one to post to.
    """
    words = wording(language)
    told = texts.cut(words.say("surfaces.watch.about", text=text), _QUESTION)
    made: list[Block] = [section(texts.line(told, words)), _kind(chosen, words)]
    made += _rule(chosen, words)
    # Here it is seen while the rule is being chosen.
    made += [{"type": "divider"}, *spoken(says, to, words), {"type": "divider"}]
    made += [] if chosen.kind == "section" else _when(chosen, words)
    places = [(words.say("surfaces.watch.here"), HERE)] if kept.get("c") else []
    places.append((words.say("surfaces.watch.dm"), DIRECT))
    where = chosen.to if chosen.to in [value for _, value in places] else DIRECT
    made.append(_asked("to", words, modals.radios("watch:to", places, where)))
    return modals.modal(
        words, words.say("surfaces.watch.title"), made, callback=CALLBACK, submit=words.say("surfaces.watch.submit"),
        kept=kept,
    )  # fmt: skip


def spoken(says: Sequence[str], to: str, words: Wording) -> list[Block]:
    """Sentences, in which Slack shows the name of the person or channel whose id ``to`` is."""
    lines = [references(texts.escape(line), to) for one in says if (line := texts.line(one, words))]
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(some)}}
        for some in blocks.packed((texts.first(line, _SPOKEN) for line in lines), _SPOKEN)
    ]


def references(escaped: str, to: str) -> str:
    """Escaped text with an id as Slack shows whom or what it is of."""
    if not _ID.fullmatch(to):
        return escaped
    return escaped.replace(to, f"<@{to}>" if to.startswith(("U", "W")) else f"<#{to}>")


def _asked(name: str, words: Wording, element: Block, block_id: str | None = None) -> Block:
    """A question of the form; each choice comes to us at once, for what it would mean is shown below."""
    return modals.asked(block_id or name, words.say(f"surfaces.watch.{name}"), element, at_once=True)


def _named(name: str, values: Sequence[str], words: Wording) -> list[Option]:
    return [(words.say(f"surfaces.watch.{name}.{value}"), value) for value in values]


def _kind(chosen: Chosen, words: Wording) -> Block:
    return _asked("kind", words, modals.radios("watch:kind", _named("kinds", KINDS, words), chosen.kind))


def _rule(chosen: Chosen, words: Wording) -> Iterator[Block]:
    """What an alert needs to be told."""
    if chosen.kind not in _DIRECTIONS:
        return

    def menu(name: str, plural: str, values: Sequence[str], now: str, block_id: str | None = None) -> Block:
        return _asked(name, words, modals.select(f"watch:{name}", _named(plural, values, words), now), block_id)

    yield menu("measure", "measures", _MEASURES, chosen.measure)
    directions = _DIRECTIONS[chosen.kind]
    now = chosen.direction if chosen.direction in directions else directions[0]
    yield menu("direction", "directions", directions, now, f"direction_{chosen.kind}")
    if chosen.kind == "unusual":
        yield menu("sensitivity", "sensitivities", _SENSITIVITIES, chosen.sensitivity)
        return
    number = modals.typed("watch:value", chosen.value, most=15)
    number["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    yield _asked("value", words, number)
    yield menu("period", "periods", _PERIODS, chosen.period)


def _when(chosen: Chosen, words: Wording) -> list[Block]:
    every: list[Option] = [(words.say(f"surfaces.watch.every.{name}"), name) for name in ("day", "weekday")]
    for place, day in enumerate(DAYS):
        every.append((words.say("surfaces.watch.every.week", day=words.say(f"watch.weekdays.{place}")), day))
    every.append((words.say("surfaces.watch.every.month"), "month"))
    clock: Block = {"type": "timepicker", "action_id": "watch:at", "initial_time": chosen.at}
    return [
        _asked("when", words, modals.select("watch:every", every, chosen.every), f"every_{_sort(chosen.kind)}"),
        _asked("at", words, clock),
    ]
