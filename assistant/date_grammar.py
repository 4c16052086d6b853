"""The patterns of a time lexicon, ready to be looked for: compiled once for each language and set of events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.date_words import filled, words_of

LAYERS = ("rules", "pieces", "pieces", "ranges", "lists")
# Signs that stand for times, of private use: one range for each kind that patterns tell apart.
KINDS = ("time", "day", "weekday", "month", "year", "event")
_FIRST_SIGN, SIGNS = 0xF0000, 0x1000
SIGN = f"[{chr(_FIRST_SIGN)}-{chr(_FIRST_SIGN + SIGNS * len(KINDS) - 1)}]"
# How far back it matters what stands before a time.
_REACH = 60


def sign(kind: str, number: int) -> str:
    """The sign of the n-th time of a kind."""
    return chr(_FIRST_SIGN + KINDS.index(kind) * SIGNS + number)


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what it means; ``extra`` says what its words do not.

    Of the words just before it, ``only`` are those it needs and ``never`` those that make it something else.
    """

    pattern: re.Pattern[str]
    name: str
    extra: Mapping[str, str]
    only: re.Pattern[str] | None
    never: re.Pattern[str] | None

    def stands(self, text: str, start: int) -> bool:
        """Whether it may stand at a place of a text."""
        before = text[max(0, start - _REACH) : start]
        return not (self.only and not self.only.search(before)) and not (self.never and self.never.search(before))


@dataclass(frozen=True, slots=True)
class Grammar:
    """The patterns of a language, ready for the events of a company; ``events``: a way to say one -> its name."""

    layers: Mapping[str, tuple[Rule, ...]]
    around: re.Pattern[str]
    versus: re.Pattern[str]
    doubtful: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    events: tuple[tuple[re.Pattern[str], str], ...]

    def doubts(self, text: str, start: int, end: int) -> bool:
        """Whether a word that is mostly no time, such as "may", has nothing beside it that makes it one."""
        before, after = self.doubtful.get(text[start:end], (None, None))
        there = text[max(0, start - _REACH) : start]
        return bool(before and after and not (before.search(there) or after.match(text, end)))

    def compares(self, text: str, start: int) -> bool:
        """Whether the words before a place say that two things are compared."""
        return bool(self.versus.search(text[max(0, start - _REACH) : start]))


class _Same:
    """A mapping as a key: equal to itself only, and kept as long as the key is."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value


def grammar(lexicon: Mapping[str, Any], numbers: Mapping[str, int], events: Mapping[str, Any]) -> Grammar:
    """The patterns of a time lexicon and its numbers, for the events of a company."""
    return _compiled(_Same(lexicon), _Same(numbers), tuple(sorted(events)))


@lru_cache(maxsize=32)
def _compiled(lexicon: _Same, numbers: _Same, events: tuple[str, ...]) -> Grammar:
    table = lexicon.value
    words = {**words_of(table, numbers.value), **_signs()}
    glued = table.get("clings", ""), table.get("article", "")
    return Grammar(
        layers={layer: tuple(_rule(row, words, glued) for row in table[layer]) for layer in {*LAYERS}},
        around=re.compile(rf"(?:(?<!\w)(?:{table['before']}))?(?P<time>{SIGN})(?:{table['after']})?"),
        versus=re.compile(rf"(?<!\w)(?:{table['versus']})\W*\w*$"),
        doubtful={
            word: (re.compile(rf"(?<!\w)(?:{before}) ?$"), re.compile(after))
            for word, (before, after) in table.get("doubtful", {}).items()
        },
        events=tuple(_called(events, table, glued)),
    )


def _signs() -> dict[str, str]:
    """The words of the later layers' patterns: a time of one kind, and any."""
    firsts = {kind: _FIRST_SIGN + SIGNS * place for place, kind in enumerate(KINDS)}
    one_of = {f"a_{kind}": f"[{chr(first)}-{chr(first + SIGNS - 1)}]" for kind, first in firsts.items()}
    return {**one_of, "time": SIGN}


def _rule(row: list[Any], words: Mapping[str, str], glued: tuple[str, str]) -> Rule:
    pattern, name, *more = row
    extra = dict(more[0]) if more else {}
    only, never = (_at_end(extra.pop(kind, None)) for kind in ("only", "never"))
    return Rule(_bounded(filled(pattern, words), glued), name, extra, only, never)


def _at_end(words: str | None) -> re.Pattern[str] | None:
    return re.compile(rf"(?:^|(?<!\w))(?:{words})\W?$") if words is not None else None


def _bounded(pattern: str, glued: tuple[str, str]) -> re.Pattern[str]:
    """A pattern as whole words, apart from what the language writes onto them, and not inside of other figures."""
    return re.compile(rf"(?<!\w)(?<!\d[-./]){glued[0]}(?P<expr>{glued[1]}(?:{pattern}))(?!\w|[-./]\d)")


def _called(
    events: tuple[str, ...], table: Mapping[str, Any], glued: tuple[str, str]
) -> Iterator[tuple[re.Pattern[str], str]]:
    """How each event may be called: by its name, in other words, and in general where there is only one such event."""
    for name in events:
        yield _bounded(re.escape(name), glued), name
        for pattern, *said in table.get("event_names", ()):
            if found := re.fullmatch(pattern, name):
                alike = sum(bool(re.fullmatch(pattern, other)) for other in events)
                for way in said[: 2 if alike == 1 else 1]:
                    words = {part: re.escape(value or "") for part, value in found.groupdict().items()}
                    yield _bounded(filled(way, words), glued), name
