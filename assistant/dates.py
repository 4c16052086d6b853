"""Windows of time as people name them, in three languages and two calendars.

Rules are data (``lexicon/time_*.toml``): a pattern and the name of a function. They are tried in layers. ``rules`` name
a time by itself; each that is found is written as one sign, and the patterns of the later layers speak of such signs:
``pieces`` of a time ("the first week of October"), ``ranges`` ("since", "between"), ``lists`` of several. Of readings
that overlap the longest wins.

Weeks start where the asker's language says (Sunday in Hebrew, Saturday in Persian, Monday otherwise) unless the
workspace says differently; months and years of Persian questions are Jalali unless the month named is a Gregorian one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from assistant.date_pieces import EDGES, LEANING, PARTS, PIECES
from assistant.date_rules import FLOATING, KINDS, NAMED
from assistant.date_words import DeclinedError, Said, Time, any_of, filled, words_of
from assistant.periods import Clock, Window, settled

_LAYERS = ("rules", "pieces", "pieces", "ranges", "lists")
# Signs that stand for times, of private use: one range for each kind that patterns tell apart.
_KINDS = ("time", "day", "weekday", "month", "event")
_FIRST_SIGN, _SIGNS = 0xF0000, 0x1000
_SIGN = f"[{chr(_FIRST_SIGN)}-{chr(_FIRST_SIGN + _SIGNS * len(_KINDS) - 1)}]"
# A year goes to the time before it over no more than this: "October vs November 2025".
_NEAR = 25
_DATE_IN_FIGURES = r"(?<!\d)\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d)"


@dataclass(frozen=True, slots=True)
class Found:
    """A time that was named, and its place in the text, prepositions included.

    ``window`` is None where what was named does not exist (31 September) or is no single window (March and October).
    ``parts`` are the windows of a time that names several: of a list or a range its members, of "before and after"
    both sides, of "month over month" this month and the same days of the last. ``relative``: the window was reckoned
    from another one of the text ("the month before").
    """

    window: Window | None
    start: int
    end: int
    parts: tuple[Window, ...] = ()
    relative: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern and what it means; ``extra`` says what its words do not.

    Of the words just before it, ``only`` are those it needs and ``never`` those that make it something else.
    """

    pattern: re.Pattern[str]
    name: str
    extra: Mapping[str, str]
    only: re.Pattern[str] | None
    never: re.Pattern[str] | None

    def stands(self, before: str) -> bool:
        """Whether it may stand after a text."""
        return not (self.only and not self.only.search(before)) and not (self.never and self.never.search(before))


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The patterns of a language, ready for the events of a company; ``events``: a way to say one -> its name."""

    layers: Mapping[str, tuple[_Rule, ...]]
    around: re.Pattern[str]
    versus: re.Pattern[str]
    doubtful: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    events: tuple[tuple[re.Pattern[str], str], ...]


class _Same:
    """A mapping as a key: equal to itself only, and kept as long as the key is."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value


class _Line:
    """A text in which times are written as one sign each. ``places`` is where each of its letters came from."""

    def __init__(self, text: str) -> None:
        # Nobody types signs of private use, and those that come anyway must not be taken for times.
        self.text = re.sub(_SIGN, " ", text)
        self.places = [(place, place + 1) for place in range(len(text))]
        self.times: dict[str, Time] = {}

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the line stands in the text."""
        return self.places[start][0], self.places[end - 1][1]

    def put(self, start: int, end: int, time: Time) -> None:
        """Write a time as its sign, where there are signs left."""
        kind = _KINDS.index(time.kind)
        number = sum(other.kind == time.kind for other in self.times.values())
        if number >= _SIGNS:
            return
        sign = chr(_FIRST_SIGN + kind * _SIGNS + number)
        self.times[sign] = time
        place = self.place(start, end)
        self.text = f"{self.text[:start]}{sign}{self.text[end:]}"
        self.places[start:end] = [place]


def times(text: str, lexicon: Mapping[str, Any], numbers: Mapping[str, int], clock: Clock) -> list[Found]:
    """Every time that is named in folded text, in the order of the text; none overlaps another."""
    grammar = _grammar(_Same(lexicon), _Same(numbers), tuple(sorted(clock.events)))
    line = _Line(text)
    for layer in _LAYERS:
        _read(line, layer, grammar, clock, (lexicon, numbers))
    named = []
    for match in grammar.around.finditer(line.text):
        time = line.times[match["time"]]
        if time.kind != "event":
            said = line.place(*match.span("time"))
            named.append((time, text[slice(*said)].strip(), line.place(*match.span())))
    return _resolved(named, text, grammar, clock)


def unread(text: str, lexicon: Mapping[str, Any]) -> list[str]:
    """The words of time in folded text: what is left of them when the times were taken out, nobody understood."""
    words = f"{lexicon.get('clings', '')}{any_of(lexicon['unread'])}{lexicon.get('endings', '')}"
    return re.findall(rf"(?<!\w){words}(?!\w)|{_DATE_IN_FIGURES}", text)


def find(
    text: str, lexicon: Mapping[str, Any], numbers: Mapping[str, int], clock: Clock
) -> tuple[Window | None, str] | None:
    """The first time named in folded text, and the text without it; None where no time is named."""
    found = times(text, lexicon, numbers, clock)
    if not found:
        return None
    return found[0].window, f"{text[: found[0].start]} {text[found[0].end :]}"


def _resolved(
    named: list[tuple[Time, str, tuple[int, int]]], text: str, grammar: _Grammar, clock: Clock
) -> list[Found]:
    """The windows of all times, each with a look at those beside it."""
    found: list[Found] = []
    for place, (time, expr, (start, end)) in enumerate(named):
        at = _year_of_next(named[place : place + 2], clock)
        window, parts = _window(time, at), _parts(time, clock)
        done = settled(window, clock, expr) if window else None
        found.append(Found(done, start, end, tuple(settled(part, clock, expr) for part in parts)))
    return [_leaning(place, named, found, text, grammar, clock) for place in range(len(found))]


def _year_of_next(pair: list[tuple[Time, str, tuple[int, int]]], clock: Clock) -> Clock:
    """The day to read the first of two times from: "October vs November 2025" are both of 2025."""
    if len(pair) < 2:
        return clock
    (one, said, (_, end)), (two, other, (start, _)) = pair
    window = _window(two, clock)
    close = start - end <= _NEAR and one.rule == two.rule and one.floating and two.said.dated()
    if not (close and window) or other.startswith(said):
        return clock
    return replace(clock, today=min(clock.today, window.first.replace(month=12, day=31)))


def _leaning(
    place: int,
    named: list[tuple[Time, str, tuple[int, int]]],
    found: list[Found],
    text: str,
    grammar: _Grammar,
    clock: Clock,
) -> Found:
    """A time as it is meant beside the nearest other one, those before it first."""
    here, (time, expr, _) = found[place], named[place]
    compared = time.rule == "previous" and grammar.versus.search(text[: here.start])
    leans = LEANING["ago"] if compared else LEANING.get(time.rule)
    beside = [
        found[i].window
        for i in (*range(place - 1, -1, -1), *range(place + 1, len(found)))
        if named[i][0].rule not in LEANING
    ]
    others = [window for window in beside if window]
    if not (leans and others):
        return here
    try:
        window = leans(clock, time.said, others[0])
    except (ValueError, OverflowError):
        return here
    if not window:
        return here
    return Found(_retold(settled(window, clock, expr), window), here.start, here.end, relative=True)


def _retold(done: Window, window: Window) -> Window:
    return replace(done, like_for_like=window.like_for_like)


def _window(time: Time, clock: Clock) -> Window | None:
    try:
        window = time.reads(clock)
    except (ValueError, OverflowError, DeclinedError):
        return None
    return window if window and window.first <= window.last else None


def _parts(time: Time, clock: Clock) -> tuple[Window, ...]:
    try:
        return time.parts(clock) if time.parts else ()
    except (ValueError, OverflowError, DeclinedError):
        return ()


def _read(
    line: _Line,
    layer: str,
    grammar: _Grammar,
    clock: Clock,
    words: tuple[Mapping[str, Any], Mapping[str, int]],
) -> None:
    """Write the times of one layer as signs, the longest first."""
    found = list(_candidates(line, layer, grammar, words))
    found.sort(key=lambda one: (one[0][0] - one[0][1], one[0][0]))
    chosen: list[tuple[tuple[int, int], tuple[int, int], Time]] = []
    for place, span, time in found:
        if not any(place[0] < other[1] and other[0] < place[1] for other, _, _ in chosen) and _holds(time, clock):
            chosen.append((place, span, time))
    for _, span, time in sorted(chosen, key=lambda one: -one[1][0]):
        line.put(*span, time)


def _candidates(
    line: _Line,
    layer: str,
    grammar: _Grammar,
    words: tuple[Mapping[str, Any], Mapping[str, int]],
) -> Iterator[tuple[tuple[int, int], tuple[int, int], Time]]:
    """Everything that a layer's patterns match: its place in the text, its place in the line, and what it is."""
    for rule in grammar.layers[layer]:
        for match in rule.pattern.finditer(line.text):
            span = match.span("expr")
            if span[0] < span[1] and rule.stands(line.text[: span[0]]) and not _doubted(line.text, span, grammar):
                groups = {name: value for name, value in match.groupdict().items() if value} | dict(rule.extra)
                said = Said(groups, *words, times=line.times)
                yield line.place(*span), span, _time(rule.name, said)
    for pattern, name in grammar.events if layer == "rules" else ():
        for match in pattern.finditer(line.text):
            said = Said({"event": name}, *words)
            yield line.place(*match.span("expr")), match.span("expr"), _time("event", said)


def _time(name: str, said: Said) -> Time:
    reader = NAMED.get(name) or PIECES[name]
    parts = PARTS.get(name)
    return Time(
        rule=name,
        said=said,
        reads=lambda clock: reader(clock, said),
        kind=KINDS.get(name, "time"),
        floating=name in FLOATING and not said.dated(),
        edge=EDGES.get(name),
        parts=(lambda clock: parts(clock, said)) if parts else None,
    )


def _holds(time: Time, clock: Clock) -> bool:
    """Whether the words are a time at all; one that does not exist is."""
    try:
        time.reads(clock)
    except DeclinedError:
        return False
    except (ValueError, OverflowError):
        pass
    return True


def _doubted(text: str, span: tuple[int, int], grammar: _Grammar) -> bool:
    """Whether a word that is mostly no time, such as "may", has nothing beside it that makes it one."""
    before, after = grammar.doubtful.get(text[slice(*span)], (None, None))
    return bool(before and after and not (before.search(text[: span[0]]) or after.match(text[span[1] :])))


@lru_cache(maxsize=32)
def _grammar(lexicon: _Same, numbers: _Same, events: tuple[str, ...]) -> _Grammar:
    """The patterns of a time lexicon, compiled once for each set of events."""
    table = lexicon.value
    words = {**words_of(table, numbers.value), **_signs()}
    glued = table.get("clings", "")
    return _Grammar(
        layers={layer: tuple(_rule(row, words, glued) for row in table[layer]) for layer in {*_LAYERS}},
        around=re.compile(rf"(?:(?<!\w)(?:{table['before']}))?(?P<time>{_SIGN})(?:{table['after']})?"),
        versus=re.compile(rf"(?<!\w)(?:{table['versus']})\W*\w*$"),
        doubtful={
            word: (re.compile(rf"(?<!\w)(?:{before}) ?$"), re.compile(after))
            for word, (before, after) in table.get("doubtful", {}).items()
        },
        events=tuple(_called(events, table, glued)),
    )


def _signs() -> dict[str, str]:
    """The words of the later layers' patterns: a time of one kind, and any."""
    firsts = {kind: _FIRST_SIGN + _SIGNS * place for place, kind in enumerate(_KINDS)}
    one_of = {f"a_{kind}": f"[{chr(first)}-{chr(first + _SIGNS - 1)}]" for kind, first in firsts.items()}
    return {**one_of, "time": _SIGN}


def _rule(row: list[Any], words: Mapping[str, str], glued: str) -> _Rule:
    pattern, name, *more = row
    extra = dict(more[0]) if more else {}
    only, never = (_at_end(extra.pop(kind, None)) for kind in ("only", "never"))
    return _Rule(_bounded(filled(pattern, words), glued), name, extra, only, never)


def _at_end(words: str | None) -> re.Pattern[str] | None:
    return re.compile(rf"(?:^|(?<!\w))(?:{words})\W?$") if words is not None else None


def _bounded(pattern: str, glued: str) -> re.Pattern[str]:
    """A pattern as whole words, apart from what the language writes onto them, and not inside of other figures."""
    return re.compile(rf"(?<!\w)(?<!\d[-./]){glued}(?P<expr>{pattern})(?!\w|[-./]\d)")


def _called(events: tuple[str, ...], table: Mapping[str, Any], glued: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """How each event may be called: by its name, in other words, and in general where there is only one such event."""
    for name in events:
        yield _bounded(re.escape(name), glued), name
        for pattern, *said in table.get("event_names", ()):
            if found := re.fullmatch(pattern, name):
                alike = sum(bool(re.fullmatch(pattern, other)) for other in events)
                for way in said[: 2 if alike == 1 else 1]:
                    words = {part: re.escape(value or "") for part, value in found.groupdict().items()}
                    yield _bounded(filled(way, words), glued), name
