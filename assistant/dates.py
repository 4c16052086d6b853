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
from datetime import date
from typing import Any

from assistant.date_grammar import KINDS, LAYERS, SIGN, SIGNS, Grammar, sign
from assistant.date_grammar import grammar as compiled
from assistant.date_pieces import EDGES, PIECES
from assistant.date_ranges import LEANING, PARTS, RANGES
from assistant.date_rules import FLOATING, KIND_OF, NAMED
from assistant.date_words import DeclinedError, Said, Time, any_of
from assistant.periods import Clock, Window, dated, months, settled

# Nothing was said before; "the last 2000 years" is no window.
_OLDEST = date(1900, 1, 1)
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


class _Line:
    """A text in which times are written as one sign each. ``places`` is where each of its letters came from."""

    def __init__(self, text: str) -> None:
        # Nobody types signs of private use, and those that come anyway must not be taken for times.
        self.said = text
        self.text = re.sub(SIGN, " ", text)
        self.places = [(place, place + 1) for place in range(len(text))]
        self.times: dict[str, Time] = {}
        self._used = dict.fromkeys(KINDS, 0)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the line stands in the text."""
        return self.places[start][0], self.places[end - 1][1]

    def put(self, start: int, end: int, time: Time) -> None:
        """Write a time as its sign, where there are signs left."""
        number = self._used[time.kind]
        if number >= SIGNS:
            return
        self._used[time.kind] += 1
        place = self.place(start, end)
        self.times[sign(time.kind, number)] = replace(time, expr=self.said[slice(*place)].strip())
        self.text = f"{self.text[:start]}{sign(time.kind, number)}{self.text[end:]}"
        self.places[start:end] = [place]


def times(text: str, lexicon: Mapping[str, Any], numbers: Mapping[str, int], clock: Clock) -> list[Found]:
    """Every time that is named in folded text, in the order of the text; none overlaps another."""
    grammar = compiled(lexicon, numbers, clock.events)
    line = _Line(text)
    for layer in LAYERS:
        _read(line, layer, grammar, clock, (lexicon, numbers))
    named = []
    for match in grammar.around.finditer(line.text):
        time = line.times[match["time"]]
        if time.kind != "event":
            named.append((time, line.place(*match.span())))
    return _resolved(named, text, grammar, clock)


def unread(text: str, lexicon: Mapping[str, Any]) -> list[str]:
    """The words of time in folded text: what is left of them when the times were taken out, nobody understood."""
    before, after = lexicon.get("clings", "") + lexicon.get("article", ""), lexicon.get("endings", "")
    return re.findall(rf"(?<!\w){before}{any_of(lexicon['unread'])}{after}(?!\w)|{_DATE_IN_FIGURES}", text)


def find(
    text: str, lexicon: Mapping[str, Any], numbers: Mapping[str, int], clock: Clock
) -> tuple[Window | None, str] | None:
    """The first time named in folded text, and the text without it; None where no time is named."""
    found = times(text, lexicon, numbers, clock)
    if not found:
        return None
    return found[0].window, f"{text[: found[0].start]} {text[found[0].end :]}"


def _resolved(named: list[tuple[Time, tuple[int, int]]], text: str, grammar: Grammar, clock: Clock) -> list[Found]:
    """The windows of all times, each with a look at those beside it."""
    found: list[Found] = []
    for place, (time, (start, end)) in enumerate(named):
        at = _year_of_next(named[place : place + 2], clock)
        window, parts = _window(time, at), _parts(time, clock)
        done = settled(window, clock, time.expr) if window else None
        found.append(Found(done, start, end, tuple(settled(part, clock, part.expr) for part in parts)))
    return [_leaning(place, named, found, text, grammar, clock) for place in range(len(found))]


def _year_of_next(pair: list[tuple[Time, tuple[int, int]]], clock: Clock) -> Clock:
    """The day to read the first of two times from: "October vs November 2025" are both of 2025."""
    if len(pair) < 2:
        return clock
    (one, (_, end)), (two, (start, _)) = pair
    window = _window(two, clock)
    close = start - end <= _NEAR and one.rule == two.rule and one.floating and two.said.dated()
    if not (close and window) or (two.expr or "").startswith(one.expr or ""):
        return clock
    year = months(window.calendar, dated(window.calendar, window.first).year, 1, 12)
    return replace(clock, today=min(clock.today, year.last))


def _leaning(
    place: int,
    named: list[tuple[Time, tuple[int, int]]],
    found: list[Found],
    text: str,
    grammar: Grammar,
    clock: Clock,
) -> Found:
    """A time as it is meant beside the nearest other one, those before it first."""
    here, time = found[place], named[place][0]
    compared = time.rule == "previous" and time.said.unit == "year" and grammar.compares(text, here.start)
    leans = LEANING["ago"] if compared else LEANING.get(time.rule)
    others = [*range(place - 1, -1, -1), *range(place + 1, len(found))] if leans else []
    windows = (found[other].window for other in others if named[other][0].rule not in LEANING)
    beside = next((window for window in windows if window), None)
    if not (leans and beside):
        return here
    try:
        window = leans(clock, time.said, beside)
    except (ValueError, OverflowError):
        return here
    return Found(settled(window, clock, time.expr), here.start, here.end, relative=True) if window else here


def _window(time: Time, clock: Clock) -> Window | None:
    try:
        window = time.reads(clock)
    except (ValueError, OverflowError, DeclinedError):
        return None
    return window if window and _OLDEST <= window.first <= window.last else None


def _parts(time: Time, clock: Clock) -> tuple[Window, ...]:
    try:
        parts = time.parts(clock) if time.parts else ()
    except (ValueError, OverflowError, DeclinedError):
        return ()
    return parts if all(_OLDEST <= part.first <= part.last for part in parts) else ()


def _read(
    line: _Line,
    layer: str,
    grammar: Grammar,
    clock: Clock,
    words: tuple[Mapping[str, Any], Mapping[str, int]],
) -> None:
    """Write the times of one layer as signs, the longest first."""
    found = list(_candidates(line, layer, grammar, words))
    found.sort(key=lambda one: (one[0][0] - one[0][1], one[0][0]))
    free = bytearray(b"1" * len(line.text))
    chosen: dict[tuple[int, int], Time] = {}
    for _, (start, end), time in found:
        if free[start:end].isdigit() and _holds(time, clock):
            free[start:end] = b" " * (end - start)
            chosen[start, end] = time
    for start, end in sorted(chosen, reverse=True):
        line.put(start, end, chosen[start, end])


def _candidates(
    line: _Line,
    layer: str,
    grammar: Grammar,
    words: tuple[Mapping[str, Any], Mapping[str, int]],
) -> Iterator[tuple[tuple[int, int], tuple[int, int], Time]]:
    """Everything that a layer's patterns match: its place in the text, its place in the line, and what it is."""
    for rule in grammar.layers[layer]:
        for match in rule.pattern.finditer(line.text):
            span = match.span("expr")
            if span[0] < span[1] and rule.stands(line.text, span[0]) and not grammar.doubts(line.text, *span):
                groups = {name: value for name, value in match.groupdict().items() if value} | dict(rule.extra)
                said = Said(groups, *words, times=line.times)
                yield line.place(*span), span, _time(rule.name, said)
    for pattern, name in grammar.events if layer == "rules" else ():
        for match in pattern.finditer(line.text):
            said = Said({"event": name}, *words)
            yield line.place(*match.span("expr")), match.span("expr"), _time("event", said)


def _time(name: str, said: Said) -> Time:
    reader = {**NAMED, **PIECES, **RANGES}[name]
    parts = PARTS.get(name)
    return Time(
        rule=name,
        said=said,
        reads=lambda clock: reader(clock, said),
        kind=KIND_OF.get(name, "time"),
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
