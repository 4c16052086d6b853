"""Why a remark has its labels: which words carry each, found by leaving them out and reading the rest (occlusion).

What is measured is what the reader does, not what it thinks: a label's drop is the chance it loses when some words are
gone and everything else stays, cues and rating included. Words that say the same twice carry a label together, and
then no single one of them matters; that is said too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from embeddings.base import Reader
from mining import cues, schema
from mining.mention_rules.tokens import EMOJI
from mining.store import Store
from mining.taggers.base import SUPPORTED, Label, Tagger, load_all, softmax
from mining.taxonomy import TASKS

# Words are strong when leaving them out moves the chance by so much, and by this share of what the strongest move.
STRONG, OF_THE_STRONGEST = 0.05, 0.2
# Neighbours are left out in pairs too where a remark has no more words than this.
PAIRS_UP_TO = 40
# Longer remarks are left out several words at a time, in at most so many pieces; in fewer where all readings together
# had more signs than this, which is some seconds of work.
MOST_PIECES, FEWEST_PIECES, MOST_SIGNS = 200, 10, 2_000_000
TOP, SPANS = 3, 3

# What can be left out: a masked detail such as [phone], a word, emoji that stand together, what asks or exclaims.
_UNIT = re.compile(rf"\[[A-Za-z_]{{2,30}}\]|{cues.WORD.pattern}|(?:(?:{EMOJI.pattern})[\ufe0f\u200d]*)+|[!?؟]+")

Floats = NDArray[np.float32]
# Pieces from the first up to, and without, the last.
Run = tuple[int, int]
_NOTHING: Run = (0, 0)


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said: the text as stored, the language that its labels are given in, stars from 0 to 1 if any."""

    text: str
    language: str
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Chance:
    """A value, and how likely it is (0 to 1) after the temperature."""

    value: str
    chance: float


@dataclass(frozen=True, slots=True)
class Span:
    """Literal words, ``text[start:end]`` of the remark, and what the label's chance loses without them (-1 to 1)."""

    start: int
    end: int
    text: str
    drop: float


@dataclass(frozen=True, slots=True)
class Why:
    """One task's label today and what it rests on.

    Attributes:
        label: what the models of today say; where labels are not given in the language, the least, with score 0, and
            nothing below says anything.
        temperature: what the raw scores were divided by.
        top: the likeliest values, best first.
        carried: words that carry the label, strongest first; none where none is strong.
        largest: the largest drop that was found, 0 where nothing takes any chance from the label.
        against: the words that speak most against it; their drop is below 0.
        unrated: the label without the rating, and None where the rating changes nothing.
        rating: what the label's chance loses without the rating, 0 where that changes nothing.
        nearly: the value that comes second.
        flip: the fewest words without which ``nearly`` would be the label, if one span does.
    """

    label: Label
    temperature: float
    top: tuple[Chance, ...] = ()
    carried: tuple[Span, ...] = ()
    largest: float = 0.0
    against: Span | None = None
    unrated: Chance | None = None
    rating: float = 0.0
    nearly: Chance | None = None
    flip: Span | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A remark and why it has its labels, by task; ``together`` words were left out at a time, 1 but for long texts."""

    remark: Remark
    reader: str
    supported: bool
    words: int
    together: int
    cues: tuple[cues.Cue, ...]
    tasks: Mapping[str, Why]


def explain(reader: Reader, remark: Remark, tasks: Iterable[str] = TASKS) -> Explained:
    """Why a reader's scores give a remark its labels; the same remark and reader always give the same."""
    wanted = set(tasks)
    taggers = [tagger for tagger in load_all(reader) if tagger.name in wanted]
    classes = {tagger.name: reader.classes[tagger.name] for tagger in taggers}
    pieces, words, together = _pieces(remark.text)
    readings = _Readings(reader, taggers, remark, pieces)
    supported = remark.language in SUPPORTED
    readings.read([_NOTHING, *(_tried(len(pieces)) if supported else ())])
    if supported:
        # Neighbours that are strong each for themselves become one span, whose own drop has to be read.
        readings.read([run for tagger in taggers for sign in (1, -1) for run in readings.strong(tagger.name, sign)])
    return Explained(
        remark=remark,
        reader=reader.version,
        supported=supported,
        words=words,
        together=together,
        cues=tuple(cues.hits(remark.text, remark.language, classes)),
        tasks={task: readings.why(task) for task in classes},
    )


def stored(store: Store, mention_id: str) -> dict[str, Label]:
    """The labels that a mention has in the store, by task; of a person's ``by`` is ``human:NAME``."""
    labels = schema.labels
    with store.transaction() as connection:
        rows = connection.execute(select(labels).where(labels.c.mention_id == mention_id))
        return {row.task: Label(row.value, row.score, row.by) for row in rows}


def _pieces(text: str) -> tuple[list[tuple[int, int]], int, int]:
    """Where the pieces to be left out stand, how many words there are, and how many of them make a piece."""
    units = [found.span() for found in _UNIT.finditer(text)]
    most = min(MOST_PIECES, max(FEWEST_PIECES, MOST_SIGNS // max(1, len(text))))
    together = max(1, math.ceil(len(units) / most))
    parts = [units[start : start + together] for start in range(0, len(units), together)]
    return [(part[0][0], part[-1][1]) for part in parts], len(units), together


def _tried(count: int) -> list[Run]:
    alone = [(place, place + 1) for place in range(count)]
    pairs = [(place, place + 2) for place in range(count - 1)] if count <= PAIRS_UP_TO else []
    return alone + pairs


def _without(text: str, start: int, end: int) -> str:
    """The text without some words, and with one blank in their place."""
    return f"{text[:start].rstrip()} {text[end:].lstrip()}".strip() if start < end else text


@dataclass(frozen=True, slots=True)
class _Said:
    """What the models say of one variant for one task: chances, (classes,), and the label."""

    chances: Floats
    label: Label


class _Readings:
    """What the models say of a remark when runs of its pieces are left out."""

    def __init__(
        self, reader: Reader, taggers: Sequence[Tagger], remark: Remark, pieces: Sequence[tuple[int, int]]
    ) -> None:
        self._reader, self._taggers, self._remark, self._pieces = reader, taggers, remark, pieces
        self._said: dict[Run, dict[str, _Said]] = {}
        self._unrated = self._read([remark.text], None)[0] if remark.rating is not None else None

    def read(self, runs: Iterable[Run]) -> None:
        """Read in one batch what has not been read yet."""
        new = [run for run in dict.fromkeys(runs) if run not in self._said]
        if new:
            text = self._remark.text
            texts = [_without(text, *self._place(run)) for run in new]
            self._said.update(zip(new, self._read(texts, self._remark.rating), strict=True))

    def _read(self, texts: Sequence[str], rating: float | None) -> list[dict[str, _Said]]:
        languages = [self._remark.language] * len(texts)
        raw = self._reader.read(texts).scores
        scores = cues.heeded(raw, self._reader.classes, texts, languages, [rating] * len(texts))
        said: list[dict[str, _Said]] = [{} for _ in texts]
        for tagger in self._taggers:
            chances = softmax(scores[tagger.name] / np.float32(self._temperature(tagger.name)))
            for row, label in enumerate(tagger.labels(scores[tagger.name], languages)):
                said[row][tagger.name] = _Said(chances[row], label)
        return said

    def _temperature(self, task: str) -> float:
        known = self._reader.temperatures.get(task, {})
        return known.get(self._remark.language, known.get("*", 1.0))

    def _place(self, run: Run) -> tuple[int, int]:
        return (self._pieces[run[0]][0], self._pieces[run[1] - 1][1]) if run[0] < run[1] else _NOTHING

    def why(self, task: str) -> Why:
        """What a task's label rests on; nothing more than the label where none is given in the language."""
        said = self._said[_NOTHING][task]
        if self._remark.language not in SUPPORTED:
            return Why(said.label, self._temperature(task))
        top = self._top(task, said)
        nearly = next((one for one in top if one.value != said.label.value), None)
        against = self._spans(task, -1)[:1]
        unrated, part = self._rated(task, said)
        return Why(
            label=said.label,
            temperature=self._temperature(task),
            top=top,
            carried=tuple(self._spans(task, 1)[:SPANS]),
            largest=max((0.0, *self._drops(task, 1).values())),
            against=against[0] if against else None,
            unrated=unrated,
            rating=part,
            nearly=nearly,
            flip=self._flip(task, nearly.value) if nearly else None,
        )

    def _top(self, task: str, said: _Said) -> tuple[Chance, ...]:
        order = np.argsort(-said.chances, kind="stable")[:TOP]
        return tuple(Chance(self._reader.classes[task][at], round(float(said.chances[at]), 4)) for at in order)

    def _rated(self, task: str, said: _Said) -> tuple[Chance | None, float]:
        if self._unrated is None:
            return None, 0.0
        other, column = self._unrated[task], self._column(task)
        if np.allclose(other.chances, said.chances, atol=1e-4):
            return None, 0.0
        part = round(float(said.chances[column] - other.chances[column]), 4)
        return Chance(other.label.value, round(other.label.score, 4)), part

    def _column(self, task: str) -> int:
        return self._reader.classes[task].index(self._said[_NOTHING][task].label.value)

    def _drops(self, task: str, sign: int) -> dict[Run, float]:
        """What the label's chance loses (1) or gains (-1) without each run, rounded so that noise decides nothing."""
        column = self._column(task)
        whole = float(self._said[_NOTHING][task].chances[column])
        return {
            run: round(sign * (whole - float(said[task].chances[column])), 4)
            for run, said in self._said.items()
            if run != _NOTHING
        }

    def strong(self, task: str, sign: int) -> list[Run]:
        """Runs of neighbouring strong pieces; a pair is strong by what it does beyond the better of the two."""
        drops, tried = self._drops(task, sign), _tried(len(self._pieces))
        least = max(STRONG, OF_THE_STRONGEST * max((drops[run] for run in tried), default=0.0))
        marked: set[int] = set()
        for run in tried:
            alone = max(drops[run[0], run[0] + 1], drops[run[1] - 1, run[1]], 0.0) if run[1] - run[0] > 1 else 0.0
            if drops[run] - alone >= least:
                marked.update(range(*run))
        return _runs(marked)

    def _spans(self, task: str, sign: int) -> list[Span]:
        """The strong runs, or of each the part that does more than the whole, strongest first."""
        drops = self._drops(task, sign)
        best = [
            max(
                (run for run in drops if first <= run[0] and run[1] <= last),
                key=lambda run: (drops[run], run[0] - run[1], -run[0]),
            )
            for first, last in self.strong(task, sign)
        ]
        return [self._span(run, sign * drops[run]) for run in sorted(best, key=lambda run: (-drops[run], run))]

    def _flip(self, task: str, to: str) -> Span | None:
        """The fewest words, not all of them, without which the label is another one."""
        drops = self._drops(task, 1)
        everything = (0, len(self._pieces))
        runs = [run for run in drops if run != everything and self._said[run][task].label.value == to]
        if not runs:
            return None
        run = min(runs, key=lambda run: (run[1] - run[0], -drops[run], run))
        return self._span(run, drops[run])

    def _span(self, run: Run, drop: float) -> Span:
        start, end = self._place(run)
        return Span(start, end, self._remark.text[start:end], drop)


def _runs(places: set[int]) -> list[Run]:
    """Neighbouring places as runs, in order."""
    starts = sorted(place for place in places if place - 1 not in places)
    ends = sorted(place + 1 for place in places if place + 1 not in places)
    return list(zip(starts, ends, strict=True))
