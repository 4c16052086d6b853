"""Answers made up for the renderers: every status and shape, three languages, quotes of both directions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

from assistant.answer import Answer, Chart, Quote, Row, Status
from assistant.meaning import Kind, Question
from assistant.measures import Cell, Figure, Mean, Measure, Net, Points, Share
from assistant.periods import Window
from assistant.wording import wording
from mining.filters import Filters
from mining.pain import Heed, score
from mining.reading import Heard
from tests.answer_words import HEADLINES, LABELS, MANY, MORE, QUESTIONS, SAID, TITLES

__all__ = [
    "QUESTIONS", "TODAY", "answered", "asked", "cells", "every_answer", "figure", "heard", "hostile", "net", "quotes",
    "row", "shapes", "share", "unanswered", "windows",
]  # fmt: skip

TODAY = date(2026, 11, 22)
MONTH = Window(date(2026, 11, 1), TODAY, partial=True)


# --- pieces ---------------------------------------------------------------------------------------------------------


def asked(language: str, kind: Kind = Kind.TOP_PAIN_POINTS, text: str | None = None) -> Question:
    """A question about delivery this month."""
    scope = Filters(touchpoint=("delivery",), intent=("complaint",))
    return Question(text or QUESTIONS[language], language, kind, scope, MONTH, sentiment="negative")


def heard(place: int, language: str, text: str, source: str, url: str | None = None) -> Heard:
    """A mention of 3 November 2026 and the days after."""
    return Heard(
        mention_id=f"{source}:{place}#0", feedback_id=f"{source}:{place}", text=text, language=language,
        speaker="customer", said_at=datetime(2026, 11, 3 + place, 9, tzinfo=UTC), source=source, channel="review",
        author=f"author {place}", url=url, rating=0.0, product=None,
    )  # fmt: skip


def quotes(*texts: str) -> tuple[Quote, ...]:
    """Quotes of some words, or of one of each language."""
    said = [("en", text, "shop") for text in texts] or SAID
    return tuple(
        Quote(text, heard(place, language, text, source, f"https://shop.example/reviews/{place}" if place else None))
        for place, (language, text, source) in enumerate(said)
    )


def figure(value: int, name: str, unit: str = "feedback") -> Figure:
    """A count with a query of its own for each name."""
    return Figure(value, unit, "q" + blake2b(name.encode(), digest_size=6).hexdigest())


def share(part: int, whole: int, name: str) -> Share:
    """A part of a whole."""
    return Share(figure(part, name), figure(whole, f"{name} whole"))


def net(positive: int, negative: int, name: str) -> Net:
    """Net sentiment of 40 mentions."""
    return Net(*(figure(n, f"{name} {part}", "mentions") for part, n in enumerate((positive, negative, 40))))


def cells(language: str, **measures: Measure) -> tuple[Cell, ...]:
    """Cells by their keys."""
    return tuple(Cell(key, LABELS[language][key], measure) for key, measure in measures.items())


def row(rank: int, name: str, language: str, count: int, said: tuple[Quote, ...], *, small: bool = False) -> Row:
    """A row of a ranking."""
    query, titles = f"q{rank:012x}", TITLES[name]
    own = Figure(count, "feedback", query)
    measures = cells(
        language, feedback=own, unique=Figure(count - 1, "unique", query), authors=Figure(count - 2, "authors", query),
        share=Share(own, Figure(40, "feedback", "qcounted00000")),
    )  # fmt: skip
    pain = score(Heed(count, count, count - 1, count - 2))
    return Row(name, titles[language], measures, rank, titles, pain=pain, small=small, quotes=said)


# --- answers --------------------------------------------------------------------------------------------------------


def answered(language: str, said: tuple[Quote, ...] | None = None, text: str | None = None) -> Answer:
    """A whole answer in a language: a ranking."""
    question, words = asked(language, text=text), wording(language)
    rows = (
        row(1, "late", language, 24, quotes() if said is None else said),
        row(2, "broken", language, 3, quotes()[:1], small=True),
    )
    return Answer(
        Status.ANSWERED,
        question,
        HEADLINES[language]["ranking"].format(
            scope=words.scope(question), title=rows[0].title, count=words.number(24),
            counted=words.number(40), window=words.window(MONTH),
        ),
        rows=rows,
        counted=Figure(40, "feedback", "qcounted00000"),
        denominator=Figure(1200, "feedback", "qdenominator0"),
        unnamed=Figure(13, "feedback", "qunnamed00000"),
        solicited=Figure(2, "feedback", "qsolicited000"),
        unknown_share={"stage": 0.124, "sentiment": 0.05, "touchpoint": 0.3},
        freshness={"shop": datetime(2026, 11, 21, 5, tzinfo=UTC), "קופה": datetime(2026, 11, 19, 5, tzinfo=UTC)},
        notes=(MORE[language]["left"].format(words=words.listed(["“ios”", "“android”"])), MORE[language]["few"]),
        next_questions=words.examples(apart_from=question),
    )  # fmt: skip


def unanswered(language: str, status: Status, key: str = "unread") -> Answer:
    """An answer without figures."""
    question, words = asked(language), wording(language)
    notes = (MORE[language]["left"].format(words="“<@U1>”, “&”"),)
    return Answer(
        status, question, HEADLINES[language][key], notes=notes, next_questions=words.examples(apart_from=question)
    )


def shapes(language: str) -> dict[str, Answer]:
    """An answer of every shape that there is, by name."""
    return {
        "ranking": answered(language),
        "groups": _groups(language),
        "trend": _trend(language),
        "volume": _volume(language),
        "compare": _compare(language),
        "why": _why(language),
        "count": _shaped(language, "count", Kind.COUNT, more=cells(language, authors=figure(38, "people", "authors"))),
        "share": _shaped(language, "share", Kind.SHARE, more=cells(language, share=share(12, 35, "negative"))),
        "overview": _overview(language),
        "churn": _shaped(language, "churn", Kind.CHURN_RISK, rows=(row(1, "late", language, 7, quotes()),)),
        "emerging": _emerging(language),
        "quotes": _shaped(language, "quotes", Kind.QUOTES, quotes=quotes()),
        "clarify": replace(
            _plain(language, Status.CLARIFY, Kind.AMBIGUOUS, "clarify"), choices=MANY[language]["choices"]
        ),
        "refused": _plain(language, Status.REFUSED, Kind.UNANSWERABLE, "refused"),
        "no_data": unanswered(language, Status.NO_DATA, "empty"),
        "out_of_scope": unanswered(language, Status.OUT_OF_SCOPE),
    }


def every_answer() -> list[Answer]:
    """Every shape in every language, and a ranking without quotes."""
    return [*(answer for language in QUESTIONS for answer in shapes(language).values()), answered("en", ())]


def hostile(language: str, text: str) -> Answer:
    """A ranking in which every place that others fill holds a text."""
    said = tuple(replace(one.mention, text=text or "x", source=text, url=text) for one in quotes())
    shown = tuple(Quote(one.text, one) for one in said)
    answer = answered(language, shown, text)
    rows = tuple(replace(one, title=text, marks=(text,), group=text) for one in answer.rows)
    return replace(
        answer, headline=text, said=(text, f"“{text}”"), rows=rows, quotes=shown, notes=(text, f"“{text}”"),
        freshness={text: datetime(2026, 11, 21, 5, tzinfo=UTC)}, choices=(text,), next_questions=(text,),
    )  # fmt: skip


def windows() -> list[Window]:
    """A window of every kind that is said in words."""
    first, last = date(2026, 10, 23), date(2026, 11, 21)
    return [
        Window(first, last),
        Window(first, first),
        Window(first, last, default=True),
        Window(first, last, partial=True),
        Window(first, last, future=True),
        Window(date(1970, 1, 1), last),
    ]


def _plain(language: str, status: Status, kind: Kind, name: str) -> Answer:
    question, words = asked(language, kind), wording(language)
    examples = words.examples(apart_from=question)
    return Answer(status, question, HEADLINES[language][name], next_questions=examples)


def _shaped(language: str, name: str, kind: Kind, **parts: Any) -> Answer:
    """An answer of some shape with what most answers have."""
    plain = _plain(language, Status.ANSWERED, kind, name)
    whole = answered(language)
    fresh, unknown = whole.freshness, whole.unknown_share
    return replace(plain, counted=figure(40, "counted"), freshness=fresh, unknown_share=unknown, **parts)


def _groups(language: str) -> Answer:
    rows = tuple(
        replace(row(rank, name, language, 9 - rank, said), group=stage)
        for stage, said in ((LABELS[language]["before"], quotes()[:1]), (LABELS[language]["after"], ()))
        for rank, name in enumerate(TITLES, start=1)
    )
    return _shaped(language, "groups", Kind.TOP_PAIN_POINTS, rows=rows)


def _trend(language: str) -> Answer:
    more = MORE[language]
    rows = tuple(
        Row(
            f"time:{place}",
            title,
            cells(
                language,
                net=net(max(0, 20 - 5 * place), 10, f"month {place}"),
                feedback=figure(1000 * (place == 2) + 30 + place, f"month {place}"),
            ),
            marks=(more["running"],) if place == 5 else (),
        )
        for place, title in enumerate(MANY[language]["months"])
    )
    chart = Chart("lines", "net", LABELS[language]["net"])
    return _shaped(language, "trend", Kind.TREND, rows=rows, chart=chart, said=(more["said"],))


def _volume(language: str) -> Answer:
    rows = tuple(
        Row(f"time:{place}", title, cells(language, feedback=figure(count, f"week {place}")))
        for place, (title, count) in enumerate(zip(MANY[language]["weeks"], (0, 8, 25), strict=True))
    )
    return _shaped(language, "volume", Kind.TREND, rows=rows)


def _compare(language: str) -> Answer:
    rows = tuple(
        Row(
            f"product:{name}",
            name,
            cells(
                language, feedback=figure(count, name), share=share(count // 3, count, f"{name} negative"),
                net=net(count // 9, 12, name), rating=Mean(rating, figure(count // 2, f"{name} rated")),
            ),
        )
        for name, count, rating in (("Acme Pro", 120, 3.44), ("Globex", 7, None))
    )  # fmt: skip
    chart = Chart("pairs", "share", LABELS[language]["share"], beside="rating")
    return _shaped(language, "compare", Kind.COMPARE, rows=rows, chart=chart)


def _why(language: str) -> Answer:
    rows = tuple(
        Row(
            name,
            TITLES[name][language],
            cells(
                language,
                points=Points(value, value + 0.03, -0.03, net(20, 5, f"{name} then"), net(10, 9, f"{name} now")),
                before=figure(31, f"{name} then"),
                after=figure(42, f"{name} now"),
            ),
            rank,
            quotes=quotes()[:rank],
        )
        for rank, (name, value) in enumerate((("late", -0.121), ("broken", 0.0214)), start=1)
    )
    return _shaped(language, "why", Kind.WHY_CHANGE, rows=rows, denominator=figure(800, "all"))


def _overview(language: str) -> Answer:
    taxonomy = asked(language).taxonomy
    rows = tuple(
        Row(
            f"stage:{stage}",
            taxonomy.name("stage", stage, language),
            cells(language, feedback=figure(3 * 4**place, stage), net=net(8, 3 * place, stage)),
            marks=(MORE[language]["rising"],) if place == 2 else (),
            small=place == 0,
        )
        for place, stage in enumerate(("awareness", "consideration", "decision", "purchase", "experience", "loyalty"))
    )
    return _shaped(
        language, "overview", Kind.JOURNEY_OVERVIEW, rows=rows, chart=Chart("bars", "net", LABELS[language]["net"])
    )


def _emerging(language: str) -> Answer:
    rows = tuple(replace(one, rank=None, marks=(MORE[language]["rising"],)) for one in answered(language).rows)
    return _shaped(language, "emerging", Kind.EMERGING, rows=rows)
