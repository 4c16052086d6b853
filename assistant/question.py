"""From a question to its meaning, by lexicons that are data: ``lexicon/*.toml`` and the taxonomy's names and aliases.

What was recognised is taken out of the text piece by piece, longest names first; what is left in the end was not
understood, and is reported with the question instead of being passed over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from assistant import dates
from mining.filters import Filters
from mining.language import detect, normalise
from mining.taxonomy import categories

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
    """Who asks: their day, zone, and the company's names. ``products`` maps each name to its aliases."""

    today: date
    zone: tzinfo = UTC
    week_start: str | None = None
    products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its meaning. ``scope`` holds conditions without time; ``left`` the words not understood."""

    text: str
    language: str
    kind: Kind
    scope: Filters
    window: dates.Window
    zone: tzinfo
    n: int = DEFAULT_N
    left: tuple[str, ...] = ()

    @property
    def filters(self) -> Filters:
        """All conditions, the window in the asker's zone and what the kind implies included."""
        return _with(self.timed, sentiment=_SENTIMENTS.get(self.kind, ()))

    @property
    def timed(self) -> Filters:
        """Scope and window without what the kind implies: the denominator's conditions."""
        first = datetime.combine(self.window.first, time(), self.zone)
        end = datetime.combine(self.window.last + timedelta(days=1), time(), self.zone)
        return _with(self.scope, since=first.astimezone(UTC), until=end.astimezone(UTC))

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
                "competitor": [],
                "platform": [],
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
                "calendar": window.calendar,
            },
            "n": self.n,
            "group_by": [],
            "metric": None,
            "grain": None,
            "compare": None,
            "baseline": None,
            "premise": None,
            "inherit": False,
            "rank": None,
            "left": list(self.left),
        }


def _with(filters: Filters, **changes: Any) -> Filters:
    spec = {name: getattr(filters, name) for name in Filters.__slots__}
    return Filters(**{**spec, **changes})


@cache
def lexicon(language: str) -> Mapping[str, Any]:
    """The words of one language, its patterns folded as questions are."""
    path = files("assistant") / "lexicon" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Name:
    """A way to name a value of a filter, as a pattern."""

    pattern: re.Pattern[str]
    field: str
    value: str
    length: int


@cache
def _names(language: str) -> tuple[_Name, ...]:
    """Every way to name a stage, touchpoint, channel or language in one language, longest first."""
    words = lexicon(language)
    before, after = words["affixes"]
    marker = "|".join(words["stage_words"])
    names: list[_Name] = []
    for task in ("stage", "touchpoint"):
        for value, category in categories(task).items():
            if value == "none":
                continue
            for said in {category.name(language), *category.aliases.get(language, ())}:
                alias = re.escape(normalise(said)).replace(r"\ ", " ")
                whole = rf"{before}{alias}{after}"
                names.append(_Name(_pattern(whole), task, value, len(said)))
                if task == "stage":
                    marked = rf"(?:(?:{before})(?:{marker}) )(?:{before}){alias}{after}|{whole} (?:{marker})"
                    names.append(_Name(_pattern(marked), task, value, len(said) + 100))
    for field_, table in (("channel", words["channels"]), ("language", words["languages"])):
        for value, patterns in table.items():
            names.extend(_Name(_pattern(f"{before}(?:{said}){after}"), field_, value, len(said)) for said in patterns)
    return tuple(sorted(names, key=lambda name: (-name.length, name.field, name.value)))


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def parse(text: str, asker: Asker) -> Question:
    """Read a question. It never fails: what cannot be read comes back as ``Kind.UNREAD``."""
    spoken = detect(text)
    language = spoken if spoken in LANGUAGES else "en"
    words = lexicon(language)
    left = normalise(text)
    clock = dates.Clock.of(asker.today, language, asker.week_start, words["time"].get("calendar", "gregorian"))
    found = dates.find(left, words["time"], words["numbers"]["words"], clock)
    window, left = found or (dates.default_window(asker.today), left)
    products, left = _products(left, asker, words)
    one = bool(_pattern("|".join(words["numbers"]["one"])).search(left))
    kind, left = _kind(left, words)
    values, left = _values(left, language)
    n, left = _number(left, words)
    unknown = tuple(_unknown(left, words))
    if len(unknown) > _MAY_BE_LEFT:
        kind = Kind.UNREAD
    scope = _with(Filters(product=products), **values)
    return Question(text, language, kind, scope, window, asker.zone, n or (1 if one else DEFAULT_N), unknown)


def _take(text: str, patterns: list[str], words: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether any pattern stands in the text, and the text without it."""
    before, after = words["affixes"]
    found = _pattern(f"{before}(?:{'|'.join(sorted(patterns, key=len, reverse=True))}){after}")
    return bool(found.search(text)), found.sub(" ", text)


def _kind(text: str, words: Mapping[str, Any]) -> tuple[Kind, str]:
    later, _ = _take(text, words["later"]["words"], words)
    asked = []
    for kind in (Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE):
        there, text = _take(text, words["kinds"][kind.value], words)
        if there:
            asked.append(kind)
    # Both at once is a comparison, and that kind is not answered yet.
    return (asked[0] if len(asked) == 1 and not later else Kind.UNREAD), text


def _values(text: str, language: str) -> tuple[dict[str, tuple[str, ...]], str]:
    """Filter values named in the text. One alias may name several values ("before purchase"); all are meant."""
    found: dict[str, list[str]] = {}
    taken: dict[tuple[int, int], str] = {}
    for name in _names(language):
        for match in name.pattern.finditer(text):
            span = match.span()
            if taken.get(span, name.field) != name.field or any(_crosses(span, other) for other in taken):
                continue
            taken[span] = name.field
            if name.value not in found.setdefault(name.field, []):
                found[name.field].append(name.value)
    for start, end in taken:
        text = text[:start] + " " * (end - start) + text[end:]
    order = {value: place for task in ("stage", "touchpoint") for place, value in enumerate(categories(task))}
    return {field_: tuple(sorted(found[field_], key=lambda value: order.get(value, 0))) for field_ in found}, text


def _crosses(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and span[0] < other[1] and other[0] < span[1]


def _products(text: str, asker: Asker, words: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    found = []
    aliases = [(alias, name) for name, more in asker.products.items() for alias in (name, *more)]
    for alias, name in sorted(aliases, key=lambda pair: -len(pair[0])):
        there, text = _take(text, [re.escape(normalise(alias))], words)
        if there and name not in found:
            found.append(name)
    return tuple(sorted(found)), text


def _number(text: str, words: Mapping[str, Any]) -> tuple[int | None, str]:
    numbers = words["numbers"]["words"]
    found = _pattern(r"\d{1,2}|" + "|".join(sorted(numbers, key=len, reverse=True))).search(text)
    if not found:
        return None, text
    n = int(found[0]) if found[0].isdecimal() else numbers[found[0]]
    return max(1, min(n, MAX_N)), f"{text[: found.start()]} {text[found.end() :]}"


def _unknown(text: str, words: Mapping[str, Any]) -> Iterator[str]:
    """Words that are left, without those that carry no condition."""
    ignored = frozenset(normalise(words["ignore"]).split()) | {normalise(word) for word in words["stage_words"]}
    for word in re.findall(r"\w[\w'\"]*", text):
        bare = re.sub(r"^[ובלמשהכ]{1,2}(?=\w{2})", "", word)
        if word not in ignored and bare not in ignored and word.strip("'\"") not in ignored:
            yield word
