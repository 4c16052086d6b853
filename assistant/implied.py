"""What follows from the kind of a question: which of the things seen are conditions, and what the kind implies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant import comparing, names, periods, topics
from assistant.meaning import DEFAULT_N, IMPLIED, LISTED, TIMED, Compare, Kind, Question, narrowed
from assistant.names import Value
from assistant.periods import Window, default_window
from assistant.seen import Seen
from assistant.topics import Topic
from mining.filters import Filters

# Kinds that are about nobody's feedback.
NOTHING = (Kind.CHITCHAT, Kind.OUT_OF_SCOPE)
# Kinds of which so many lines can be wanted.
_COUNTED = LISTED | {Kind.COMPARE, Kind.DRILLDOWN, Kind.ACTION, Kind.SUBSCRIBE, Kind.TREND, Kind.JOURNEY_OVERVIEW}


def meant(seen: Seen, kind: Kind, facts: set[str], topic: Topic | None) -> Question:
    """The question of a kind that some words mean."""
    return _Meant(seen, kind, facts, topic).question()


@dataclass(slots=True)
class _Meant:
    """A question of a known kind, in the making."""

    seen: Seen
    kind: Kind
    facts: set[str]
    topic: Topic | None

    def question(self) -> Question:
        """All that it means."""
        kind, topic, n, rank = self.kind, self.topic, self.seen.n, self.seen.rank
        asked = replace(self._bare(), kind=kind)
        if kind in NOTHING:
            small = next((cue for cue in ("thanks", "help") if cue in self.facts), None)
            return replace(asked, want=small if kind is Kind.CHITCHAT else None)
        compare = self._compare() if kind is Kind.COMPARE else None
        named = self._scope(compare)
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
            theme_name=topic.name if topic and theme else None,
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
            clarify=self._unclear(),
            action=self._action() if kind is Kind.ACTION else None,
            schedule=self.seen.plan if kind is Kind.SUBSCRIBE else {},
            privacy=self._privacy(),
        )

    def _unclear(self) -> tuple[str, ...]:
        """What has to be asked back."""
        if "exclude" in self.facts:
            return ("exclude",)
        said = set(self._says("feelings"))
        opposite = {Kind.TOP_PAIN_POINTS: "positive", Kind.TOP_PRAISE: "negative"}.get(self.kind)
        if opposite in said and len(said) == 1 and "felt_people" not in self.facts:
            return ("feeling",)
        return ("kind",) if self.kind is Kind.AMBIGUOUS else ()

    def _bare(self) -> Question:
        seen, asker = self.seen, self.seen.asker
        return Question(seen.asked, seen.language, self.kind, Filters(), None, asker.zone, taxonomy=asker.taxonomy)

    def _values(self) -> list[Value]:
        """Values named, without those that are part of the topic."""
        swallowed = self.topic.swallowed if self.topic else ()
        return [one for one in self.seen.values if one not in swallowed]

    def _says(self, table: str) -> list[str]:
        return self.seen.says(table)

    def _ranks(self) -> bool:
        return bool({"pain", "praise"} & self.facts)

    def _scope(self, compare: Compare | None) -> Filters:
        called, parts = self.seen.called, self.seen.parts
        by_field: dict[str, list[str]] = {}
        compared = {"feedback_language": "language"}.get(compare.dim, compare.dim) if compare else None
        if compared == "source":
            called = [one for one in called if one.field != "source"]
        for one in (*called, *self._values()):
            if one.field != compared and one.value not in by_field.setdefault(one.field, []):
                by_field[one.field].append(one.value)
        order = {
            value: place
            for task in ("stage", "touchpoint")
            for place, value in enumerate(self.seen.asker.taxonomy.values(task))
        }
        if self.kind is Kind.JOURNEY_OVERVIEW:
            by_field.pop("stage", None)
        fields = {
            name: tuple(sorted(found, key=lambda value: (order.get(value, 0), value)))
            for name, found in by_field.items()
        }
        segment = {
            key: found[0].value
            for key, found in parts.items()
            if (key != compared and compared != "segment") or key == "region" != compared
        }
        return narrowed(Filters(), **fields, segment=segment, **self.seen.rating)

    def _compare(self) -> Compare | None:
        called, parts = self.seen.called, self.seen.parts
        seen = self.seen
        by_dim: dict[str, list[Value]] = {}
        for one in (*called, *self._values()):
            by_dim.setdefault({"language": "feedback_language"}.get(one.field, one.field), []).append(one)
        for key, found in parts.items():
            by_dim.setdefault("region" if key == "region" else "segment", []).extend(found)
        about = topics.found(seen.slate, seen.ours(), self._values(), seen.language)
        by_dim["theme"] = [Value("theme", one.words, one.span) for one in about]
        # "September and October" is one window, and two where they are compared.
        windows = list(self.seen.pairs if len(self.seen.windows) == 1 and len(self.seen.pairs) > 1 else seen.windows)
        dims = [dim for dim, some in by_dim.items() if len({one.value for one in some}) > 1 or dim == "competitor"]
        if len(windows) == 1 and not dims and not self.seen.groups:
            windows.append(periods.before(windows[0], self.seen.clock))
        elif len(windows) == 2:
            windows = _alike(windows)
        return comparing.compared(seen.folded, by_dim, windows, self._plain_groups(), seen.language)

    def _plain_groups(self) -> tuple[str, ...]:
        """Dimensions named by their own word, "by" or not: "compare channels"."""
        table = {key: said for key, said in self.seen.words["groups"].items() if isinstance(said, list)}
        said = [key for key, patterns in table.items() if names.says(self.seen.folded, patterns, self.seen.language)]
        return tuple(dict.fromkeys((*self.seen.groups, *said)))

    def _metric(self) -> str | None:
        kind, said = self.kind, self.seen.metrics
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
            counted = (
                {"count", "mentions", "distinct_authors"} & set(said)
                or self._says("intents")
                or {"pain", "praise", "churn"} & self.facts
            )
            return "count" if counted else "net_sentiment"
        return None

    def _share(self) -> str:
        for one in ("negative_share", "positive_share"):
            if one in self.seen.metrics:
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
            return next(iter(said), None) or (
                "negative"
                if wanted and self._lists()
                else "positive"
                if "praise" in self.facts and self._lists()
                else None
            )
        if kind is Kind.EMERGING and pain and not complains:
            return "negative"
        if metric in ("negative_share", "positive_share", "churn_share"):
            return None
        return next(iter(said), None)

    def _threshold(self) -> str:
        return "threshold" if "alert" in self.facts else ""

    def _lists(self) -> bool:
        """Whether what is to be sent or done is a ranking."""
        return bool(names.says(self.seen.folded, self.seen.words["lists"]["words"], self.seen.language))

    def _window(self, compare: Compare | None) -> tuple[Window | None, str | None]:
        kind = self.kind
        said = self.seen.windows[0] if self.seen.windows else None
        if compare and compare.dim == "time":
            return None, None
        window = said if said or kind not in TIMED else default_window(self.seen.clock.today)
        if kind is not Kind.TREND or window is None:
            return window, None
        grains = self._says("grains")
        grain = grains[0] if grains else periods.grain(window)
        if not grains and self.seen.groups and self.seen.groups[0] in ("day", "week", "month", "quarter"):
            grain = self.seen.groups[0]
        return periods.widened(window, grain, self.seen.clock), grain

    def _baseline(self) -> Window | None:
        if len(self.seen.windows) > 1:
            return _alike(self.seen.windows[:2])[1]
        window = self.seen.windows[0] if self.seen.windows else default_window(self.seen.clock.today)
        return periods.before(window, self.seen.clock)

    def _premise(self) -> str:
        """Which way it is said to have moved."""
        if "drop" in self.facts and "rise" in self.facts:
            return self._first_of("drop", "rise")
        return "drop" if "drop" in self.facts else "rise" if "rise" in self.facts else "change"

    def _first_of(self, *cues: str) -> str:
        return min(cues, key=lambda cue: min(self.seen.cues.found[cue]))

    def _grouped(self) -> tuple[str, ...]:
        if self.kind in (Kind.TREND, Kind.COMPARE, Kind.WHY_CHANGE, Kind.CHURN_RISK, Kind.AMBIGUOUS, Kind.UNANSWERABLE):
            return ()
        groups = self.seen.groups
        if "which_most" in self.facts and self.kind is Kind.COUNT and not groups:
            start, end = self.seen.cues.found["which_most"][0]
            text = self.seen.folded[start:end]
            table = {key: said for key, said in self.seen.words["groups"].items() if isinstance(said, list)}
            groups = tuple(key for key, said in table.items() if names.says(text, said, self.seen.language))[:1]
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


def _alike(windows: Sequence[Window]) -> list[Window]:
    """Two windows, like for like: beside a period that still runs, another of its kind is cut to the same days."""
    first, second = windows
    return [periods.same_days(first, second), periods.same_days(second, first)]
