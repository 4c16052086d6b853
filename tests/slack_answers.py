"""Answers that nobody would think of: any shape, any words, from a number; the same number gives the same answer."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.answer import Answer, Chart, Quote, Row, Status
from assistant.meaning import Kind
from assistant.measures import Cell, Figure, Mean, Measure, Net, Points, Share
from mining.pain import Heed, score
from mining.reading import Heard
from tests.answers import asked

__all__ = ["PIECES", "any_answer", "any_words"]

PIECES = (
    *("<!channel>", "<!here>", "<@U1>", "<#C1>", "<!subteam^S1>", "<http://x.example|y>", "&lt;", "&amp;", "&", "<"),
    *(">", "`", "```", "*bold*", "_it_", "~no~", ":smile:", ":+1:", "@here", "@dana", "dana@x.example"),
    *("http://x.example/a", "www.x.example", "mailto:a@b.example", "\n", "\r\n", "\t", "\x00", "\x1b[31m", "\x1f"),
    *("\u2028", "\u202e", "\u2066", "\u2068", "\u2069", "\u200f", "\u200e", "\u061c", "\u200b", "\u2060", "\ufeff"),
    *("\u00ad", "\ud800", "\udfff", "\ufffe", "😀", "👨\u200d👩\u200d👧", "❤\ufe0f", "a\u0301\u0302\u0303"),
    *("שלום", "המשלוח איחר", "سلام", "سفارش", "می\u200cشه", "۱۲", "late", "delivery", "12%", "1,234", "−5", "(", ")"),
    *("[", "]", "{0}", "{name}", "%s", "“", "”", "|", "#", "- ", "1. "),
)
_LONG = (
    "a",
    "ש",
    "😀",
    "<",
    "&",
    "word ",
    "שלום ",
    "سلام ",
    "\u200b",
    "👨\u200d👩\u200d👧 ",
    "\u2068x\u2069",
    "\ud83d",
)
_METRICS = ("feedback", "share", "net", "rating", "points", "unique", "authors", "before", "after")
_STARTS = datetime(2026, 11, 1, tzinfo=UTC)


def any_words(chance: random.Random, *, most: int = 12) -> str:
    """A few pieces, a long run of one, or nothing."""
    match chance.randrange(12):
        case 0:
            return ""
        case 1:
            return chance.choice(_LONG) * chance.choice((80, 300, 2_000, 5_000))
        case _:
            return chance.choice(("", " ")).join(chance.choices(PIECES, k=chance.randint(1, most)))


def any_answer(number: int) -> Answer:
    """The answer of that number."""
    chance = random.Random(number)
    language = chance.choice(("en", "he", "fa"))
    question = asked(language, chance.choice(list(Kind)), any_words(chance))
    rows = _rows(chance)
    keys = [cell.key for cell in rows[0].cells] if rows else []
    chart = None
    if chance.random() < 0.6:
        key, beside = chance.choice([*keys, "feedback"]), chance.choice([None, *keys])
        chart = Chart(chance.choice(("bars", "lines", "pairs")), key, any_words(chance), beside)

    def several(most: int) -> tuple[str, ...]:
        return tuple(any_words(chance) for _ in range(chance.randint(0, most)))

    def optional() -> Figure | None:
        return _figure(chance) if chance.random() < 0.7 else None

    return Answer(
        chance.choice(list(Status)), question, any_words(chance, most=60),
        rows=rows, quotes=_quotes(chance, chance.choice((0, 0, 0, 0, 3, 3, 3, 50))), said=several(8), chart=chart,
        counted=optional(), denominator=optional(), unnamed=optional(), solicited=optional(),
        more=tuple(Cell("more", any_words(chance), _measure(chance, key)) for key in chance.sample(_METRICS, 3)),
        unknown_share={task: chance.random() for task in ("stage", "touchpoint")},
        freshness={any_words(chance): _STARTS for _ in range(chance.randint(0, 6))},
        notes=several(12), choices=several(chance.choice((0, 6, 30))), next_questions=several(chance.choice((3, 30))),
    )  # fmt: skip


def _rows(chance: random.Random) -> tuple[Row, ...]:
    sizes = ((0, 0), (1, 4), (2, 25), (3, 2), (5, 4), (5, 5), (7, 2), (12, 3), (50, 3), (120, 1))
    [(count, columns)] = chance.choices(sizes, weights=(4, 4, 1, 4, 4, 4, 4, 2, 1, 1))
    keys = [chance.choice(_METRICS) if place >= len(_METRICS) else _METRICS[place] for place in range(columns)]
    labels = [any_words(chance) for _ in keys]
    is_even, is_quoted, is_grouped = chance.random() < 0.7, chance.random() < 0.5, chance.random() < 0.3
    ranked = chance.random() < 0.6
    rows = []
    for place in range(count):
        used = len(keys) if is_even else chance.randint(0, len(keys))
        cells = tuple(Cell(key, label, _measure(chance, key)) for key, label in list(zip(keys, labels))[:used])  # noqa: B905
        rows.append(Row(
            any_words(chance), any_words(chance), cells, place + 1 if ranked else None,
            group=any_words(chance) if is_grouped and place % 5 == 0 else None,
            marks=tuple(any_words(chance) for _ in range(chance.randint(0, 2))),
            pain=score(Heed(3, 3, 2, 1)), small=chance.random() < 0.2,
            quotes=_quotes(chance, chance.randint(0, 3)) if is_quoted else (),
        ))  # fmt: skip
    return tuple(rows)


def _quotes(chance: random.Random, count: int) -> tuple[Quote, ...]:
    said = []
    for place in range(count):
        text = any_words(chance, most=40) or "x"
        url = chance.choice((None, "https://shop.example/r/1", "https://x.example/" + "a" * 480, any_words(chance)))
        said.append(Quote(text, Heard(
            mention_id=f"s:{place}#0", feedback_id=f"s:{place}", text=text,
            language=chance.choice(("en", "he", "fa", "und")), speaker="customer",
            said_at=_STARTS + timedelta(hours=place), source=any_words(chance) or "s", channel="review",
            author=None, url=url, rating=None, product=None,
        )))  # fmt: skip
    return tuple(said)


def _figure(chance: random.Random, most: int = 10**9) -> Figure:
    return Figure(chance.randint(0, most), "feedback", f"q{chance.randrange(16**12):012x}")


def _measure(chance: random.Random, key: str) -> Measure:
    whole = _figure(chance, chance.choice((0, 40, 10**7)))
    measures: dict[str, Any] = {
        "share": lambda: Share(_figure(chance, whole.value), whole),
        "net": lambda: Net(_figure(chance, whole.value), _figure(chance, whole.value), whole),
        "rating": lambda: Mean(chance.choice((None, 1.0, 3.449, 5.0)), whole),
        "points": lambda: Points(
            chance.uniform(-1, 1), chance.uniform(-1, 1), chance.uniform(-1, 1),
            *(Share(_figure(chance, whole.value), whole) for _ in range(2)),
        ),
    }  # fmt: skip
    return measures[key]() if key in measures else whole
