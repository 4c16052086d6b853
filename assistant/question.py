"""From a question to its meaning, by lexicons that are data: ``lexicon/*.toml`` and the taxonomy's names and aliases.

What was recognised is taken out of the text piece by piece; what is left in the end was not understood, and is
reported with the question instead of being passed over. A time or a kind of question that was not understood is
never answered as another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from assistant import dates, names, spelling
from assistant.periods import Clock, Window, default_window
from mining.filters import Filters
from mining.language import detect, normalise
from mining.taxonomy import Taxonomy, shipped

LANGUAGES = ("en", "he", "fa")
DEFAULT_N = 5
MAX_N = 50
# More unknown words than this and the question is about something else.
_MAY_BE_LEFT = 2


class Kind(StrEnum):
    """What is asked for."""

    TOP_PAIN_POINTS = "top_pain_points"
    TOP_PRAISE = "top_praise"
    # Not read: another kind of question, or no question of ours at all.
    UNREAD = "unread"


# What a kind implies where no sentiment is said.
_SENTIMENTS = {Kind.TOP_PAIN_POINTS: ("negative", "mixed"), Kind.TOP_PRAISE: ("positive",)}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: their day, zone, and the company's names: ``products`` and the like map each name to its aliases.

    ``taxonomy`` holds the values that may be asked for, under the names that the company gives them. ``events`` are
    days that a question may count from ("since the price increase").
    """

    today: date
    zone: tzinfo = UTC
    week_start: str | None = None
    products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: Mapping[str, date] = field(default_factory=dict)
    competitors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    platforms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taxonomy: Taxonomy = field(default_factory=shipped)

    def called(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        """The catalogue: the filter that a name goes to -> canonical name -> aliases."""
        return {"product": self.products, "competitor": self.competitors, "platform": self.platforms}


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its meaning. ``scope`` holds conditions without time; ``left`` the words not understood.

    ``group_by`` names what a ranking is wanted for, one each ("by stage"); ``read_as`` the slips of the pen that were
    read as words of ours; ``taxonomy`` knows what the values of ``scope`` are called.
    """

    text: str
    language: str
    kind: Kind
    scope: Filters
    window: Window
    zone: tzinfo
    n: int = DEFAULT_N
    left: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)
    taxonomy: Taxonomy = field(default_factory=shipped)

    @property
    def filters(self) -> Filters:
        """All conditions, the window in the asker's zone and what the kind implies included."""
        return _with(self.timed, sentiment=_SENTIMENTS.get(self.kind, ()), intent=self.scope.intent)

    @property
    def timed(self) -> Filters:
        """Scope and window without the feeling asked about: the denominator's conditions."""
        first = datetime.combine(self.window.first, time(), self.zone)
        end = datetime.combine(self.window.last + timedelta(days=1), time(), self.zone)
        return _with(self.scope, intent=(), since=first.astimezone(UTC), until=end.astimezone(UTC))

    def as_json(self) -> dict[str, Any]:
        """The stable shape of ``overheard ask --parse-only``."""
        scope, window = self.scope, self.window
        sentiments = _SENTIMENTS.get(self.kind, ())
        return {
            "kind": self.kind.value,
            "language": self.language,
            "filters": {
                "stage": list(scope.stage),
                "touchpoint": list(scope.touchpoint),
                "channel": list(scope.channel),
                "source": list(scope.source),
                "product": list(scope.product),
                "competitor": list(scope.competitor),
                "platform": list(scope.platform),
                "region": [],
                "feedback_language": list(scope.language),
                "intent": list(scope.intent),
                "sentiment": sentiments[0] if sentiments else None,
                "rating": None,
                "theme": None,
                "phrase": scope.phrase,
                "segment": None,
            },
            "time": {
                "expr": window.expr,
                "from": window.first.isoformat(),
                "to": window.last.isoformat(),
                "default": window.default,
                "partial": window.partial,
                "future": window.future,
                "calendar": window.calendar,
            },
            "n": self.n,
            "group_by": list(self.group_by),
            "metric": None,
            "grain": None,
            "compare": None,
            "baseline": None,
            "premise": None,
            "inherit": False,
            "rank": None,
            "left": list(self.left),
            "read_as": dict(self.read_as),
        }


def _with(filters: Filters, **changes: Any) -> Filters:
    spec = {name: getattr(filters, name) for name in Filters.__slots__}
    return Filters(**{**spec, **changes})


def parse(text: str, asker: Asker) -> Question:
    """Read a question. It never fails: what cannot be read comes back as ``Kind.UNREAD``."""
    # A question in plain Latin letters is taken for English without loading the identifier of other languages.
    spoken = "en" if text.isascii() else detect(text)
    language = spoken if spoken in LANGUAGES else "en"
    folded = normalise(text)
    question = _read(folded, language, text, asker)
    slips = spelling.mended(question.left, language, asker.taxonomy)
    if not slips:
        return question
    for slip, meant in slips.items():
        folded = re.sub(rf"(?<!\w){re.escape(slip)}(?!\w)", meant, folded)
    return replace(_read(folded, language, text, asker), read_as=slips)


def _read(folded: str, language: str, text: str, asker: Asker) -> Question:
    words = names.lexicon(language)
    events = {normalise(name): day for name, day in asker.events.items()}
    clock = Clock.of(asker.today, language, asker.week_start, words["time"].get("calendar", "gregorian"))
    window, left, readable = _window(folded, words, replace(clock, events=events))
    called, left = names.catalogue(left, asker.called(), language, text)
    n, left = _number(left, words, language)
    group_by, left = _groups(left, words)
    intents = tuple(intent for intent, said in words["intents"].items() if names.take(left, said, words)[0])
    kind, left = _kind(left, words, language, asker.taxonomy)
    _, left = names.take(left, words["asides"], words)
    values, left = names.values(left, language, asker.taxonomy)
    unknown = tuple(names.unknown(left, language))
    if len(unknown) > _MAY_BE_LEFT or not readable or _tells_time(left, words):
        kind = Kind.UNREAD
    scope = _with(Filters(intent=intents), **called, **values)
    window = replace(window, expr=_as_said(window.expr, text))
    return Question(text, language, kind, scope, window, asker.zone, n, unknown, group_by, taxonomy=asker.taxonomy)


def _window(text: str, words: Mapping[str, Any], clock: Clock) -> tuple[Window, str, bool]:
    """The window, the text without what was understood, and whether that is all the time that was named."""
    numbers = words["numbers"]["words"]
    found = dates.find(text, words["time"], numbers, clock)
    if not found:
        return default_window(clock.today), text, True
    window, left = found
    if window is None:
        return default_window(clock.today), text, False
    # A second time makes it a comparison, or a condition that would be lost.
    return window, left, dates.find(left, words["time"], numbers, clock) is None


def _tells_time(text: str, words: Mapping[str, Any]) -> bool:
    """Whether a time is left that was not understood, such as 2026-02-31 or "last Tuesday"."""
    there, _ = names.take(text, words["time"]["unread"], words)
    return there or bool(re.search(r"(?<!\d)\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d)", text))


def _as_said(expr: str | None, text: str) -> str | None:
    """The words of the asker, where folding changed no more than their letter case and spaces."""
    if expr is None:
        return None
    said = re.search(r"[\s\u200c]+".join(map(re.escape, expr.split())), text, re.IGNORECASE)
    return said[0] if said else expr


def _kind(text: str, words: Mapping[str, Any], language: str, taxonomy: Taxonomy) -> tuple[Kind, str]:
    later, _ = names.take(names.without_compounds(text, language, taxonomy), words["later"]["words"], words)
    asked = []
    for kind in (Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE):
        there, text = names.take(text, words["kinds"][kind.value], words)
        if there:
            asked.append(kind)
    # Both at once is a comparison, and that kind is not answered yet.
    return (asked[0] if len(asked) == 1 and not later else Kind.UNREAD), text


def _groups(text: str, words: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """What a ranking is wanted for, one each, and the text without it: "by stage", "by stage and channel"."""
    table = dict(words["groups"])
    by, more = table.pop("before"), table.pop("and")
    wanted: list[str] = []
    for said in (by, more):
        for dimension, patterns in table.items():
            found = names.pattern(f"(?:{said})[ -]?{names.any_of(patterns, words)}")
            if (said == by or wanted) and found.search(text):
                wanted.append(dimension)
                text = found.sub(" ", text)
    return tuple(dict.fromkeys(wanted)), text


def _number(text: str, words: Mapping[str, Any], language: str) -> tuple[int, str]:
    """How many lines are wanted: a number that is said of them, not any number."""
    table = words["numbers"]
    number = r"(?<![\d.,:/#])(?<!\d-)(?P<n>\d{1,3}|" + "|".join(sorted(table["words"], key=len, reverse=True)) + ")"
    kinds = names.any_of([said for kind in words["kinds"].values() for said in kind], words)
    # "3 things in the app that people love", but not "3 shops with problems".
    of_lines = rf"(?: {names.ignorable(language)}(?: [\w']+){{0,6}}?)? {kinds}"
    for whole in (
        rf"(?:{'|'.join(table['before'])})[ -](?:the )?{number}",
        f"{number}{of_lines}",
        rf"{number}(?: \w+)? (?:{'|'.join(table['after'])})",
    ):
        if found := names.pattern(whole).search(text):
            n = int(found["n"]) if found["n"].isdecimal() else table["words"][found["n"]]
            start, end = found.span("n")
            return max(1, min(n, MAX_N)), f"{text[:start]} {text[end:]}"
    one = names.pattern("|".join(table["one"])).search(text)
    return (1 if one else DEFAULT_N), text
