"""What stands in a question: times, names, conditions, numbers, cues and topics, each taken off the slate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant import dates, kinds, names, schedules, scope, topics
from assistant.kinds import Cues
from assistant.meaning import MAX_N, Asker, Kind
from assistant.names import Value
from assistant.periods import Clock, Window
from assistant.slate import Slate, Span, blanked
from assistant.topics import Topic
from mining.language import normalise

_SHORT = 6
_SCOPED = ("stage", "touchpoint", "channel", "source", "product", "competitor", "platform", "language")
_TOPICAL = ("stage", "touchpoint", "product", "competitor")
_TIMES = frozenset({"day", "week", "month", "quarter", "year"})
# Cues whose words are no names: "phone numbers" are no calls.
_SWALLOWED = ("privacy", "injection", "send")
# Tables of words that are ours: they are no topic.
_OURS = ("intents", "feelings", "metrics", "grains", "wants", "actions", "metrics_unknown")


@dataclass(slots=True)
class Seen:
    """One look at one question; ``asked`` is its text, ``folded`` the same in one spelling."""

    asked: str
    folded: str
    language: str
    asker: Asker
    slate: Slate = field(init=False)
    cues: Cues = field(init=False)
    clock: Clock = field(init=False)
    plan: Mapping[str, str] = field(init=False)
    windows: list[Window] = field(init=False)
    pairs: list[Window] = field(default_factory=list)
    unread_time: list[str] = field(init=False)
    rating: Mapping[str, float] = field(init=False)
    called: list[Value] = field(init=False)
    parts: Mapping[str, list[Value]] = field(init=False)
    rank: int | None = field(init=False)
    groups: tuple[str, ...] = field(init=False)
    values: list[Value] = field(init=False)
    n: int | None = field(init=False)
    metrics: list[str] = field(init=False)
    topics: list[Topic] = field(init=False)

    def __post_init__(self) -> None:
        # The order counts: what is taken by one is not there for the next.
        self.slate = Slate(self.folded)
        self.clock = self._clock()
        self.cues = kinds.cues(names.without_compounds(self.folded, self.language, self.asker.taxonomy), self.language)
        self.plan = self._schedule()
        for aside in self.words["asides"]:
            self.slate.find_all(names.pattern(aside), "aside")
        self.windows, self.unread_time = self._times()
        # "Since the price increase" says no rise.
        self.cues = self.cues.outside(self.slate.spans("time"))
        self.rating = scope.rating(self.slate, self.language)
        self.called = scope.catalogue(self.slate, self.asker, self.language, self.asked)
        self.parts = scope.segments(self.slate, self.asker, self.language)
        self.rank = self._rank()
        self.groups = self._groups()
        self._swallow()
        self.values = self._values()
        self.n = self._number()
        self.metrics = self.says("metrics")
        self.topics = topics.found(self.slate, self.ours(), self.values, self.language, wide="do" in self.cues)

    @property
    def words(self) -> Mapping[str, Any]:
        """The lexicon of the question's language."""
        return names.lexicon(self.language)

    def says(self, table: str) -> list[str]:
        """The keys of a table of the lexicon whose words are said, in the table's order."""
        return scope.tabled(self.folded, table, self.language)

    def _clock(self) -> Clock:
        events = {normalise(name): day for name, day in self.asker.events.items()}
        calendar = self.words["time"].get("calendar", "gregorian")
        clock = Clock.of(self.asker.today, self.language, self.asker.week_start, calendar)
        return replace(clock, events=events)

    def _schedule(self) -> dict[str, str]:
        """How often it is wanted, before its words could be read as a time."""
        wanted = kinds.judged({cue for cue in self.cues.found})
        if wanted is not Kind.SUBSCRIBE:
            return {}
        return schedules.schedule(
            self.slate, self.language, threshold="alert" in self.cues and "periodic" not in self.cues
        )

    def _times(self) -> tuple[list[Window], list[str]]:
        table = self.words["time"]
        numbers = self.words["numbers"]["words"]
        # "Week by week" says how fine, and is no time.
        steps = [span for said in self.words["steps"] for span in names.says(self.folded, [said], self.language)]
        found = dates.times(blanked(self.slate.rest(), steps), table, numbers, self.clock)
        windows, unread = [], []
        # What is reckoned from another time ("the month before") comes after it, wherever it stands.
        for one in sorted(found, key=lambda one: one.relative):
            self.slate.take((one.start, one.end), "time")
            self.pairs += [replace(part, expr=_as_said(part.expr, self.asked)) for part in one.parts]
            if one.window is None and not one.parts:
                unread.append(self.folded[one.start : one.end].strip())
            else:
                # "Before and after the release" is one saying and two times.
                whole = one.window or one.parts[0]
                both = one.parts if one.window is None or _are_sides(one.parts) else (whole,)
                windows += [replace(part, expr=_as_said(part.expr or whole.expr, self.asked)) for part in both]
        return windows, unread

    def _rank(self) -> int | None:
        """The row of the last answer that is meant; -1 is the last one."""
        table = self.words["ranks"]
        for said in table["patterns"]:
            found = self.slate.find(names.pattern(said), "rank")
            if found:
                told = found.groupdict()
                return int(told["n"]) if told.get("n") else int(table["words"][told["word"]])
        return None

    def _groups(self) -> tuple[str, ...]:
        """What an answer is wanted for, one each: "by stage", "by stage and channel"."""
        table = dict(self.words["groups"])
        by, more = table.pop("before"), table.pop("and")
        wanted: list[str] = []
        for said in (by, more):
            for dimension, patterns in table.items():
                whole = names.pattern(rf"(?:{said})[ -]?{names.any_of(patterns, self.words)}")
                if (said == by or wanted) and self.slate.find(whole, "group"):
                    wanted.append(dimension)
        return tuple(dict.fromkeys(wanted))

    def _swallow(self) -> None:
        """Take what looks like the name of a condition and is part of something else."""
        for cue in _SWALLOWED:
            for span in self.cues.found.get(cue, ()):
                self.slate.take(span, "cue")
        # "Which product has the most" is about no touchpoint.
        table = [said for said in self.words["groups"].values() if isinstance(said, list)]
        for start, end in self.cues.found.get("which_most", ()):
            spans = [span for said in table for span in names.says(self.folded[start:end], said, self.language)]
            for first, last in spans:
                self.slate.take((start + first, start + last), "group")
        for said in self.words["intents"].get("purchase_intent", ()):
            self.slate.find_all(names.pattern(said), "intent")

    def _values(self) -> list[Value]:
        found = names.values(self.slate.rest(), self.language, self.asker.taxonomy)
        for one in found:
            self.slate.take(one.span, "touchpoint" if one.field == "touchpoint" else one.field)
        return sorted(found, key=lambda one: one.span)

    def _number(self) -> int | None:
        """How many lines are wanted: a number that is said of them, not any number."""
        table = self.words["numbers"]
        number = r"(?<![\d.,:/#])(?<!\d-)(?P<n>\d{1,3}|" + "|".join(sorted(table["words"], key=len, reverse=True)) + ")"
        number += r"(?!\w|[.,:/]\d)"
        said = [*self.words["cues"]["pain"], *self.words["cues"]["praise"], *table["nouns"]]
        heads = names.any_of(said, self.words)
        text = self.slate.rest(keep=("touchpoint", "stage", "channel"))
        # "3 things in the app that people love", but not "3 shops with problems".
        of_lines = rf"(?: {names.ignorable(self.language)}(?: [\w']+){{0,6}}?)? {heads}"
        for whole in (
            rf"(?:{'|'.join(table['before'])})[ -](?:the )?{number}(?! ?(?:stars?|%))",
            f"{number}{of_lines}",
            rf"{number}(?: \w+)? (?:{'|'.join(table['after'])})",
        ):
            if found := names.pattern(whole).search(text):
                n = int(found["n"]) if found["n"].isdecimal() else table["words"][found["n"]]
                self.slate.take(found.span("n"), "number")
                return max(1, min(n, MAX_N))
        one = names.pattern("|".join(table["one"])).search(text)
        return 1 if one else None

    def ours(self) -> list[Span]:
        """Where words stand that are ours: they are no topic."""
        found = self.cues.spans
        for table in _OURS:
            for said in self.words.get(table, {}).values():
                found += names.says(self.folded, said, self.language)
        return found

    # --- what is made of it -----------------------------------------------------------------------------------------

    def facts(self) -> set[str]:
        """The cues and what else was seen: what the rules on kinds are told, see ``lexicon/kinds.toml``."""
        named = {one.field for one in (*self.called, *self.values)}
        seen = {
            "two_times": len(self.windows) > 1,
            "two_values": self._several(),
            "scoped": bool(named & set(_SCOPED) or self.parts or self.rating),
            "topical": bool(named & set(_TOPICAL) or self.topics),
            "timed": bool(self.windows),
            "short": len(names.WORD.findall(self.folded)) <= _SHORT,
            "rank": self.rank is not None,
            "groups": bool(self.groups),
            "groups_values": bool(set(self.groups) - _TIMES),
            "metric_known": bool(set(self.metrics) - {"count", "mentions", "distinct_authors"}),
            "intent": bool(self.says("intents")),
        }
        return {fact for fact, there in seen.items() if there} | set(self.cues.found)

    def _several(self) -> bool:
        """Whether two values of one condition are named."""
        by_field: dict[str, set[str]] = {}
        for one in (*self.called, *self.values, *(value for found in self.parts.values() for value in found)):
            by_field.setdefault(one.field, set()).add(one.value)
        return any(len(found) > 1 for found in by_field.values())

    def is_time(self, topic: Topic) -> bool:
        """Whether a topic is nothing but a time that was not understood."""
        return len(dates.unread(topic.words, self.words["time"])) >= len(names.WORD.findall(topic.words))

    def time_left(self, topic: Topic | None) -> list[str]:
        """Words of a time that was not understood; "not seen before" and "opening hours" are none."""
        understood = [*self.cues.spans, *([topic.span] if topic else [])]
        return [*self.unread_time, *dates.unread(blanked(self.slate.rest(), understood), self.words["time"])]

    def left(self, topic: Topic | None) -> tuple[str, ...]:
        """Words that were not understood."""
        understood = [*self.ours(), *([topic.span] if topic else [])]
        return tuple(
            match[0]
            for match in names.WORD.finditer(blanked(self.slate.rest(), understood))
            if not names.is_small(match[0], self.language)
        )


def _are_sides(parts: Sequence[Window]) -> bool:
    """Whether parts of a saying stand side by side: before and after an event, this week and the one before."""
    return len(parts) == 2 and (all(part.unit == "event" for part in parts) or parts[0].first > parts[1].first)


def _as_said(expr: str | None, text: str) -> str | None:
    """The words of the asker, where folding changed no more than their letter case and spaces."""
    if expr is None:
        return None
    said = re.search(r"[\s\u200c]+".join(map(re.escape, expr.split())), text, re.IGNORECASE)
    return said[0] if said else expr
