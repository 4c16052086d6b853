"""From a question to its meaning, by lexicons that are data: ``lexicon/*.toml`` and the taxonomy's names and aliases.

What was recognised is taken off a slate stretch by stretch; what is left in the end was not understood, and is reported
with the question instead of being passed over. A time that was not understood is asked back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant import comparing, dates, kinds, names, periods, schedules, scope, spelling, topics
from assistant.kinds import Cues
from assistant.meaning import DEFAULT_N, IMPLIED, LISTED, MAX_N, TIMED, Asker, Compare, Kind, Question
from assistant.names import Value
from assistant.periods import Clock, Window, default_window
from assistant.slate import Slate, Span, blanked
from mining.filters import Filters
from mining.language import detect, normalise

LANGUAGES = ("en", "he", "fa")
# Longer than any question; what is behind is not read, and the answer says so.
LONGEST = 2000
_SHORT = 6
_AROUND = " \t?!.؟…,;:،؛"
_SCOPED = ("stage", "touchpoint", "channel", "source", "product", "competitor", "platform", "language")
_TOPICAL = ("stage", "touchpoint", "product", "competitor")
# Kinds that need no time of their own, and those that are about nobody's feedback.
# Kinds of which so many lines can be wanted.
_COUNTED = LISTED | {Kind.COMPARE, Kind.DRILLDOWN, Kind.ACTION, Kind.SUBSCRIBE, Kind.TREND, Kind.JOURNEY_OVERVIEW}
_NOTHING = (Kind.CHITCHAT, Kind.OUT_OF_SCOPE)

Nearest = Callable[[str, str], "Kind | None"]
"""The kind of the known question that is nearest in meaning to a text of a language; None where none is near."""


def parse(text: str, asker: Asker, nearest: Nearest | None = None) -> Question:
    """Read a question. It never fails: what cannot be read comes back as ``Kind.OUT_OF_SCOPE`` with the words left."""
    asked = " ".join(text[:LONGEST].split())
    # A question in plain Latin letters is taken for English without loading the identifier of other languages.
    spoken = "en" if asked.isascii() else detect(asked)
    language = spoken if spoken in LANGUAGES else "en"
    folded = normalise(asked).strip(_AROUND)
    question = _Reader(asked, folded, language, asker, nearest).question()
    slips = spelling.mended(_unplaced(question, folded), language, asker.taxonomy)
    if not slips:
        return replace(question, text=text)
    for slip, meant in slips.items():
        folded = re.sub(rf"(?<!\w){re.escape(slip)}(?!\w)", meant, folded)
    mended = _Reader(asked, folded, language, asker, nearest).question()
    return replace(mended, text=text, read_as=slips)


def _unplaced(question: Question, folded: str) -> list[str]:
    """Words that may be slips of the pen: those left, and those of a topic."""
    topic = names.WORD.findall(question.theme) if question.theme and question.theme in folded else []
    return [*question.left, *topic]


@dataclass(slots=True)
class _Reader:
    """One reading of one question."""

    asked: str
    folded: str
    language: str
    asker: Asker
    nearest: Nearest | None
    slate: Slate = field(init=False)
    cues: Cues = field(init=False)

    def __post_init__(self) -> None:
        self.slate = Slate(self.folded)

    @property
    def words(self) -> Mapping[str, Any]:
        return names.lexicon(self.language)

    def question(self) -> Question:
        words, language = self.words, self.language
        clock = self._clock()
        self.cues = kinds.cues(names.without_compounds(self.folded, language, self.asker.taxonomy), language)
        plan = self._schedule()
        for aside in words["asides"]:
            self.slate.find_all(names.pattern(aside), "aside")
        windows, unread_time = self._times(clock)
        rating = scope.rating(self.slate, language)
        called = scope.catalogue(self.slate, self.asker, language, self.asked)
        parts = scope.segments(self.slate, self.asker, language)
        rank = self._rank()
        groups = self._groups()
        for cue in ("privacy", "injection", "send"):
            for span in self.cues.found.get(cue, ()):
                self.slate.take(span, "cue")
        for said in self.words["intents"].get("purchase_intent", ()):
            self.slate.find_all(names.pattern(said), "intent")
        values = self._values()
        n = self._number()
        metrics = scope.tabled(self.folded, "metrics", language)
        topics_found = topics.found(self.slate, self._spans(), values, language, wide="do" in self.cues)
        facts = self._facts(windows, called, parts, values, rank, groups, metrics, rating, topics_found)
        kind = self._kind(facts)
        topic = self._topic(topics_found, kind)
        if topic:
            values = [one for one in values if one not in topic.swallowed]
        question = _Meant(self, kind, facts, windows, clock, metrics, groups).filled(
            called, values, parts, rating, n, rank, topic, plan
        )
        # "Not seen before" and "opening hours" are no times: what a cue or a topic holds was understood.
        understood = [*self.cues.spans, *([topic.span] if topic else [])]
        unread_time += dates.unread(blanked(self.slate.rest(), understood), words["time"])
        if unread_time:
            question = replace(question, unread_time=tuple(unread_time), clarify=("time",))
        left = self._left(kind, topic, topics_found)
        return replace(question, left=left)

    # --- what stands in the text ------------------------------------------------------------------------------------

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
        return schedules.schedule(self.slate, self.language, threshold="alert" in self.cues and "periodic" not in self.cues)

    def _times(self, clock: Clock) -> tuple[list[Window], list[str]]:
        table = self.words["time"]
        numbers = self.words["numbers"]["words"]
        # "Week by week" says how fine, and is no time.
        steps = [span for said in self.words["steps"] for span in names.says(self.folded, [said], self.language)]
        found = dates.times(blanked(self.slate.rest(), steps), table, numbers, clock)
        windows, unread = [], []
        for one in found:
            self.slate.take((one.start, one.end), "time")
            if one.window is None:
                unread.append(self.folded[one.start : one.end].strip())
            else:
                # "Before and after the release" is one saying and two times.
                both = one.parts if one.parts and all(part.unit == "event" for part in one.parts) else (one.window,)
                windows += [replace(part, expr=_as_said(one.window.expr, self.asked)) for part in both]
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

    def _spans(self) -> list[Span]:
        """Where words stand that are ours: they are no topic."""
        tables = ("intents", "feelings", "metrics", "grains", "wants", "actions", "metrics_unknown")
        found = self.cues.spans
        for table in tables:
            for said in self.words.get(table, {}).values():
                found += names.says(self.folded, said, self.language)
        return found

    # --- what it means ----------------------------------------------------------------------------------------------

    def _facts(
        self,
        windows: Sequence[Window],
        called: Sequence[Value],
        parts: Mapping[str, Sequence[Value]],
        values: Sequence[Value],
        rank: int | None,
        groups: Sequence[str],
        metrics: Sequence[str],
        rating: Mapping[str, float],
        found: Sequence[topics.Topic],
    ) -> set[str]:
        """The cues and what else was seen: what rules on kinds are told."""
        named = {one.field for one in (*called, *values)}
        content = [word for word in names.WORD.findall(self.folded)]
        unknown = scope.tabled(self.folded, "metrics_unknown", self.language)
        seen = {
            "two_times": len(windows) > 1,
            "two_values": self._several(called, values, parts),
            "scoped": bool(named & set(_SCOPED) or parts or rating),
            "topical": bool(named & set(_TOPICAL) or found),
            "timed": bool(windows),
            "short": len(content) <= _SHORT,
            "rank": rank is not None,
            "groups": bool(groups),
            "groups_values": bool(set(groups) - {"day", "week", "month", "quarter", "year"}),
            "metric_known": bool(set(metrics) - {"count", "mentions", "distinct_authors"}),
            "metric_named": bool(unknown),
            "intent": bool(scope.tabled(self.folded, "intents", self.language)),
        }
        return {fact for fact, there in seen.items() if there} | set(self.cues.found)

    def _several(
        self, called: Sequence[Value], values: Sequence[Value], parts: Mapping[str, Sequence[Value]]
    ) -> bool:
        """Whether two values of one condition are named."""
        by_field: dict[str, set[str]] = {}
        for one in (*called, *values, *(value for found in parts.values() for value in found)):
            by_field.setdefault(one.field, set()).add(one.value)
        return any(len(found) > 1 for found in by_field.values())

    def _kind(self, facts: set[str]) -> Kind:
        kind = kinds.judged(facts)
        if kind in (None, Kind.AMBIGUOUS) and self.nearest and len(self.folded.split()) > 2:
            near = self.nearest(self.folded, self.language)
            if near:
                return near
        return kind or Kind.OUT_OF_SCOPE

    def _topic(self, found: Sequence[topics.Topic], kind: Kind) -> topics.Topic | None:
        if kind in _NOTHING or not found:
            return None
        return found[0]

    def _left(
        self, kind: Kind, topic: topics.Topic | None, found: Sequence[topics.Topic]
    ) -> tuple[str, ...]:
        """Words that were not understood."""
        spans = self._spans()
        left = []
        for match in names.WORD.finditer(self.slate.rest()):
            covered = any(start <= match.start() and match.end() <= end for start, end in spans)
            in_topic = topic and topic.span[0] <= match.start() and match.end() <= topic.span[1]
            if not covered and not in_topic and not names.is_small(match[0], self.language):
                left.append(match[0])
        return tuple(left)


def _alike(windows: Sequence[Window]) -> list[Window]:
    """Two windows, like for like: beside a period that still runs, another of its kind is cut to the same days."""
    first, second = windows
    return [periods.same_days(first, second), periods.same_days(second, first)]


def _as_said(expr: str | None, text: str) -> str | None:
    """The words of the asker, where folding changed no more than their letter case and spaces."""
    if expr is None:
        return None
    said = re.search(r"[\s\u200c]+".join(map(re.escape, expr.split())), text, re.IGNORECASE)
    return said[0] if said else expr


@dataclass(slots=True)
class _Meant:
    """What follows from the kind: which of the things seen are conditions, and what a kind implies."""

    reader: _Reader
    kind: Kind
    facts: set[str]
    windows: list[Window]
    clock: Clock
    metrics: list[str]
    groups: tuple[str, ...]

    def filled(
        self,
        called: Sequence[Value],
        values: Sequence[Value],
        parts: Mapping[str, Sequence[Value]],
        rating: Mapping[str, float],
        n: int | None,
        rank: int | None,
        topic: topics.Topic | None,
        plan: Mapping[str, str],
    ) -> Question:
        kind, reader = self.kind, self.reader
        asked = replace(self._bare(), kind=kind)
        if kind in _NOTHING:
            small = next((cue for cue in ("thanks", "help") if cue in self.facts), None)
            return replace(asked, want=small if kind is Kind.CHITCHAT else None)
        compare = self._compare(called, values, parts, topic) if kind is Kind.COMPARE else None
        named = self._scope(called, values, parts, rating, compare)
        metric = self._metric()
        intents = self._intents(metric)
        sentiment = self._sentiment(metric)
        window, grain = self._window(compare)
        baseline = self._baseline() if kind is Kind.WHY_CHANGE else None
        grouped = ("stage",) if kind is Kind.JOURNEY_OVERVIEW else self._grouped()
        theme = topic.words if topic and not (compare and compare.dim == "theme") else None
        ranks = kind is Kind.COMPARE or (kind in (Kind.ACTION, Kind.SUBSCRIBE) and self._lists())
        listed = kind in LISTED or (ranks and sentiment is not None and self._ranks())
        return replace(
            asked,
            scope=replace(named, intent=intents),
            window=window,
            sentiment=sentiment,
            theme=theme,
            n=n if n is not None and kind in _COUNTED else DEFAULT_N if listed else None,
            group_by=grouped,
            metric=metric,
            grain=grain,
            compare=compare,
            baseline=baseline,
            premise=self._premise() if kind is Kind.WHY_CHANGE else None,
            inherit=kind is Kind.DRILLDOWN,
            rank=rank if kind is Kind.DRILLDOWN else None,
            want=self._want(rank) if kind is Kind.DRILLDOWN else None,
            clarify=("exclude",) if "exclude" in self.facts else ("kind",) if kind is Kind.AMBIGUOUS else (),
            action=self._action() if kind is Kind.ACTION else None,
            schedule=plan if kind is Kind.SUBSCRIBE else {},
            privacy=self._privacy(),
        )

    def _bare(self) -> Question:
        reader = self.reader
        asker = reader.asker
        return Question(reader.asked, reader.language, self.kind, Filters(), None, asker.zone, taxonomy=asker.taxonomy)

    def _says(self, table: str) -> list[str]:
        return scope.tabled(self.reader.folded, table, self.reader.language)

    def _ranks(self) -> bool:
        return bool({"pain", "praise"} & self.facts)

    def _scope(
        self,
        called: Sequence[Value],
        values: Sequence[Value],
        parts: Mapping[str, Sequence[Value]],
        rating: Mapping[str, float],
        compare: Compare | None,
    ) -> Filters:
        by_field: dict[str, list[str]] = {}
        compared = {"feedback_language": "language"}.get(compare.dim, compare.dim) if compare else None
        if compared == "source":
            called = [one for one in called if one.field != "source"]
        for one in (*called, *values):
            if one.field != compared and one.value not in by_field.setdefault(one.field, []):
                by_field[one.field].append(one.value)
        order = {
            value: place
            for task in ("stage", "touchpoint")
            for place, value in enumerate(self.reader.asker.taxonomy.values(task))
        }
        if self.kind is Kind.JOURNEY_OVERVIEW:
            by_field.pop("stage", None)
        fields = {
            name: tuple(sorted(found, key=lambda value: (order.get(value, 0), value)))
            for name, found in by_field.items()
        }
        segment = {key: found[0].value for key, found in parts.items() if key != compared and compared != "segment" or key == "region" != compared}
        return Filters(**fields, segment=segment, **rating)

    def _compare(
        self,
        called: Sequence[Value],
        values: Sequence[Value],
        parts: Mapping[str, Sequence[Value]],
        topic: topics.Topic | None,
    ) -> Compare | None:
        reader = self.reader
        by_dim: dict[str, list[Value]] = {}
        for one in (*called, *values):
            by_dim.setdefault({"language": "feedback_language"}.get(one.field, one.field), []).append(one)
        for key, found in parts.items():
            by_dim.setdefault("region" if key == "region" else "segment", []).extend(found)
        found = topics.found(reader.slate, reader._spans(), values, reader.language)
        by_dim["theme"] = [Value("theme", one.words, one.span) for one in found]
        windows = list(self.windows)
        dims = [dim for dim, some in by_dim.items() if len({one.value for one in some}) > 1 or dim == "competitor"]
        if len(windows) == 1 and not dims and not self.groups:
            windows.append(periods.before(windows[0], self.clock))
        elif len(windows) == 2:
            windows = _alike(windows)
        return comparing.compared(reader.folded, by_dim, windows, self._plain_groups(), reader.language)

    def _plain_groups(self) -> tuple[str, ...]:
        """Dimensions named by their own word, "by" or not: "compare channels"."""
        table = {key: said for key, said in self.reader.words["groups"].items() if isinstance(said, list)}
        said = [key for key, patterns in table.items() if names.says(self.reader.folded, patterns, self.reader.language)]
        return tuple(dict.fromkeys((*self.groups, *said)))

    def _metric(self) -> str | None:
        kind, said = self.kind, self.metrics
        unknown = self._says("metrics_unknown")
        if kind is Kind.UNANSWERABLE:
            return None if "privacy" in self.facts else unknown[0] if unknown else (said or ["forecast"])[0]
        if kind is Kind.COUNT:
            return next((one for one in ("distinct_authors", "mentions") if one in said), "count")
        if kind is Kind.SHARE:
            return self._share()
        if kind in (Kind.TREND, Kind.WHY_CHANGE):
            for one in ("negative_share", "positive_share", "rating", "net_sentiment"):
                if one in said:
                    return one
            counted = "count" in said or self._says("intents") or {"pain", "praise", "churn"} & self.facts
            return "count" if counted else "net_sentiment"
        return None

    def _share(self) -> str:
        for one in ("negative_share", "positive_share"):
            if one in self.metrics:
                return one
        feelings = self._says("feelings")
        if feelings and feelings[0] != "neutral" and not self._says("intents"):
            return f"{feelings[0]}_share"
        return "churn_share" if "churn" in self._says("intents") else "share"

    def _intents(self, metric: str | None) -> tuple[str, ...]:
        kind, said = self.kind, self._says("intents")
        if kind is Kind.CHURN_RISK:
            return ("churn",)
        if kind is Kind.TOP_PRAISE or metric == "churn_share" or kind is Kind.JOURNEY_OVERVIEW:
            return ()
        if kind in (Kind.TOP_PAIN_POINTS, Kind.COMPARE, Kind.AMBIGUOUS):
            return ("complaint",) if "complaint" in said else ()
        return tuple(said)

    def _sentiment(self, metric: str | None) -> str | None:
        kind, said = self.kind, self._says("feelings")
        if kind in IMPLIED:
            return IMPLIED[kind]
        if kind in (Kind.CHURN_RISK, Kind.UNANSWERABLE, Kind.AMBIGUOUS, Kind.JOURNEY_OVERVIEW):
            return None
        if kind is Kind.ACTION and self._action() == "reply":
            return next(iter(said), None)
        complains = "complaint" in self._says("intents")
        pain = "pain" in self.facts
        if kind is Kind.COMPARE:
            return "positive" if "praise" in self.facts and not pain else "negative" if pain else next(iter(said), None)
        if kind is Kind.TREND:
            if metric == "count" and (complains or pain):
                return "negative"
            return next(iter(said), None) if metric == "count" else None
        if kind is Kind.WHY_CHANGE:
            return next(iter(said), None) if metric == "count" else None
        if kind in (Kind.ACTION, Kind.SUBSCRIBE):
            wanted = pain and not complains and "threshold" not in self._threshold()
            return next(iter(said), None) or ("negative" if wanted and self._lists() else "positive" if "praise" in self.facts and self._lists() else None)
        if kind is Kind.EMERGING and pain and not complains:
            return "negative"
        if metric in ("negative_share", "positive_share", "churn_share"):
            return None
        return next(iter(said), None)

    def _threshold(self) -> str:
        return "threshold" if "alert" in self.facts else ""

    def _lists(self) -> bool:
        """Whether what is to be sent or done is a ranking."""
        return bool(names.says(self.reader.folded, self.reader.words["lists"]["words"], self.reader.language))

    def _window(self, compare: Compare | None) -> tuple[Window | None, str | None]:
        kind = self.kind
        said = self.windows[0] if self.windows else None
        if compare and compare.dim == "time":
            return None, None
        window = said if said or kind not in TIMED else default_window(self.clock.today)
        if kind is not Kind.TREND or window is None:
            return window, None
        grains = self._says("grains")
        grain = grains[0] if grains else periods.grain(window)
        if not grains and self.groups and self.groups[0] in ("day", "week", "month", "quarter"):
            grain = self.groups[0]
        return periods.widened(window, grain, self.clock), grain

    def _baseline(self) -> Window | None:
        if len(self.windows) > 1:
            second = _alike(self.windows[:2])[1]
            return second
        window = self.windows[0] if self.windows else default_window(self.clock.today)
        return periods.before(window, self.clock)

    def _premise(self) -> str:
        """Which way it is said to have moved."""
        if "drop" in self.facts and "rise" in self.facts:
            return self._first_of("drop", "rise")
        return "drop" if "drop" in self.facts else "rise" if "rise" in self.facts else "change"

    def _first_of(self, *cues: str) -> str:
        return min(cues, key=lambda cue: min(self.reader.cues.found[cue]))

    def _grouped(self) -> tuple[str, ...]:
        if self.kind in (Kind.TREND, Kind.COMPARE, Kind.WHY_CHANGE, Kind.CHURN_RISK, Kind.AMBIGUOUS, Kind.UNANSWERABLE):
            return ()
        groups = self.groups
        if "which_most" in self.facts and self.kind is Kind.COUNT and not groups:
            start, end = self.reader.cues.found["which_most"][0]
            text = self.reader.folded[start:end]
            table = {key: said for key, said in self.reader.words["groups"].items() if isinstance(said, list)}
            groups = tuple(key for key, said in table.items() if names.says(text, said, self.reader.language))[:1]
        return groups

    def _want(self, rank: int | None) -> str | None:
        said = next(iter(self._says("wants")), None)
        return None if said == "more" and rank is not None else said

    def _action(self) -> str:
        return next(iter(self._says("actions")), "other")

    def _privacy(self) -> str | None:
        if self.kind is Kind.CHURN_RISK:
            return "mask_people"
        return "refuse" if self.kind is Kind.UNANSWERABLE and "privacy" in self.facts else None


__all__ = ["Asker", "Kind", "Nearest", "Question", "parse"]
