"""Answers made up for the charts: every mark and measure in three languages, and words that mean harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from assistant.answer import Answer, Chart, Row, Status
from assistant.charts import specification
from assistant.meaning import Kind, Question
from assistant.measures import Cell, Figure, Mean, Measure, Net, Points, Share
from assistant.periods import Window
from assistant.wording import wording
from mining.filters import Filters

LANGUAGES = ("en", "he", "fa")
TITLES = {
    "en": ("late delivery", "arrived broken or with parts missing, and nobody picked up the phone for weeks on end",
           "rude & slow agents", "hidden fees", "app crashes (iOS)", "Acme Pro (Globex)!"),
    "he": ("איחור במשלוח", "הגיע שבור או עם חלקים חסרים, והתמיכה לא ענתה לטלפון במשך שבועות ארוכים",
           "נציגים גסים & איטיים", "עמלות נסתרות", "האפליקציה קורסת (iOS)!", "Acme Pro (Globex)!"),
    "fa": ("دیر رسیدن سفارش", "رسیدن کالای شکسته یا ناقص، و پشتیبانی هفته‌ها پشت سر هم به تلفن جواب نداد",
           "کارکنان بی‌ادب & کند", "هزینه‌های پنهان", "برنامه می‌پرد (iOS)!", "Acme Pro (Globex)!"),
}  # fmt: skip
MONTHS = {
    "en": ("Jun 2026", "Jul 2026", "Aug 2026", "Sep 2026", "Oct 2026", "Nov 2026"),
    "he": ("יוני 2026", "יולי 2026", "אוגוסט 2026", "ספטמבר 2026", "אוקטובר 2026", "נובמבר 2026"),
    "fa": ("خرداد ۱۴۰۵", "تیر ۱۴۰۵", "مرداد ۱۴۰۵", "شهریور ۱۴۰۵", "مهر ۱۴۰۵", "آبان ۱۴۰۵"),
}
WORDS = {
    "en": {"title": "Top pain points", "key": "items", "beside": "before", "groups": ("Purchase", "Delivery")},
    "he": {"title": "נקודות הכאב העיקריות!", "key": "פריטים", "beside": "קודם", "groups": ("רכישה", "משלוחים")},
    "fa": {"title": "مهم‌ترین نقاط درد!", "key": "مورد", "beside": "پیش‌تر", "groups": ("خرید", "ارسال")},
}  # fmt: skip
HOSTILE = (
    "<script>alert('x')</script> \"); datum.label; {{7*7}} ' ]]> &amp;", "\u202eevil \u2066\u2066 text\u202d",
    "x" * 10_000,
    "W" * 300, "a" + "\u0301" * 5_000, "﷽" * 60, "👩\u200d👩\u200d👧" * 60, "one\ntwo\r\n\tthree\x00\x1b[31m",
    "\ud800\ufffe\uffff", "", "datum.value signal(1) data('x')", "𒐫" * 50, "ש\u05b0\u05b1\u05b2\u05b3" * 100,
)  # fmt: skip


def count(value: int, unit: str = "feedback") -> Figure:
    """A count with a query."""
    return Figure(value, unit, "q0123456789ab")


def share(part: int, whole: int) -> Share:
    """A part of a whole."""
    return Share(count(part), count(whole))


def net(positive: int, negative: int, whole: int) -> Net:
    """Net sentiment of some mentions."""
    return Net(count(positive, "mentions"), count(negative, "mentions"), count(whole, "mentions"))


def points(value: float, of: Callable[[int, int], Measure] = share) -> Points:
    """A part of a change."""
    return Points(value, value, 0.0, of(1, 10), of(2, 10))


MEASURES: Mapping[str, Sequence[Measure]] = {
    "figure": [count(value) for value in (1240, 370, 24, 19, 7, 0)],
    "share": [share(12, 35), share(10, 40), share(0, 0), share(9, 30), share(0, 60), share(4, 9)],
    "net": [net(12, 3, 35), net(1, 38, 40), net(0, 0, 0), net(9, 9, 30), net(0, 15, 15), net(15, 0, 15)],
    "mean": [Mean(value, count(12)) for value in (4.4123, 3.0, None, 1.2, 2.5, 5.0)],
    "points": [points(value) for value in (-0.0312, -0.012, 0.004, 0.0, 0.021, 0.0005)],
}


def answer(language: str, rows: Sequence[Row], chart: Chart | None, *, partial: bool = False) -> Answer:
    """An answer with rows."""
    window = Window(date(2026, 6, 1), date(2026, 11, 22), partial=partial)
    question = Question("?", language, Kind.TREND, Filters(), window)
    return Answer(Status.ANSWERED, question, "headline", rows=tuple(rows), chart=chart)


def bars(language: str, measures: Sequence[Measure], **row: Any) -> Answer:
    """A ranking."""
    words = WORDS[language]
    rows = [
        Row(f"theme{place}", title, (Cell("key", str(words["key"]), measure),), rank=place + 1, **row)
        for place, (title, measure) in enumerate(zip(TITLES[language], measures, strict=False))
    ]
    return answer(language, rows, Chart("bars", "key", str(words["title"])))


def pairs(language: str, measures: Sequence[Measure], others: Sequence[Measure]) -> Answer:
    """Two bars a row."""
    words = WORDS[language]
    rows = [
        Row(f"theme{place}", title, (Cell("key", str(words["key"]), one), Cell("other", str(words["beside"]), other)))
        for place, (title, one, other) in enumerate(zip(TITLES[language], measures, others, strict=False))
    ]
    return answer(language, rows, Chart("pairs", "key", str(words["title"]), "other"))


def grouped(language: str, measures: Sequence[Measure]) -> Answer:
    """A ranking under two headings."""
    names, whole = WORDS[language]["groups"], bars(language, measures)
    rows = [
        Row(row.id, row.title, row.cells, group=names[place // 3], small=place == 4)
        for place, row in enumerate(whole.rows)
    ]  # fmt: skip
    return answer(language, rows, whole.chart)


def lines(language: str, measures: Sequence[Measure], *, running: bool = True, groups: int = 1) -> Answer:
    """A trend by months, the last of them running."""
    words = WORDS[language]
    mark = (wording(language).say("partial_window"),)
    rows = [
        Row(f"time:{place}", month, (Cell("key", str(words["key"]), measure),),
            marks=mark if running and place == len(measures) - 1 else (),
            group=words["groups"][group] if groups > 1 else None)
        for group in range(groups)
        for place, (month, measure) in enumerate(zip(MONTHS[language], measures, strict=False))
    ]  # fmt: skip
    return answer(language, rows, Chart("lines", "key", str(words["title"])))


def every_chart() -> Iterator[tuple[str, Answer]]:
    """Every mark with every measure, and the ways of grouping, with a name; the commonest in all languages."""
    for turn, language in enumerate(LANGUAGES):
        for place, (name, measures) in enumerate(MEASURES.items()):
            if name in ("figure", "share") or place % 3 == turn:
                yield f"bars-{name}-{language}", bars(language, measures)
                yield f"pairs-{name}-{language}", pairs(language, measures, measures[::-1])
            if name in ("share", "net") or place % 3 == turn:
                yield f"lines-{name}-{language}", lines(language, measures)
        yield f"grouped-{language}", grouped(language, MEASURES["figure"])
        yield f"panels-{language}", lines(language, MEASURES["share"], groups=2)


def spoilt(language: str, mark: str) -> Answer:
    """An answer all of whose words mean harm."""
    rows = [
        Row(text[:50], text, (Cell("key", text, count(place + 1)), Cell("other", text + "2", count(2 * place))),
            rank=place + 1, small=place % 2 == 0, group=HOSTILE[place % 3] if mark == "bars" else None)
        for place, text in enumerate(HOSTILE)
    ]  # fmt: skip
    return answer(language, rows, Chart(mark, "key", " ".join(HOSTILE), "other"))


def drawn(whole: Answer) -> dict[str, Any]:
    """The specification of an answer that has one."""
    spec = specification(whole)
    assert spec is not None
    return spec


def layers_of(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers of a specification, each with its lines of data under ``rows``."""
    layers = [layer for panel in spec.get("vconcat", [spec]) for layer in panel["layer"]]
    return [{**layer, "rows": spec["datasets"][layer["data"]["name"]]} for layer in layers]


def data_of(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every line of data of a specification, in the order of its layers."""
    return [row for layer in layers_of(spec) for row in layer["rows"]]


def axes(spec: Mapping[str, Any], channel: str) -> list[dict[str, Any]]:
    """What a channel is encoded with, layer by layer; without fixed places."""
    return [found for layer in layers_of(spec) if "field" in (found := layer["encoding"].get(channel, {}))]


def plain(text: str) -> str:
    """A text without the isolates around its parts."""
    return re.sub("[\u2066-\u2069]", "", text)


def strings_at(spec: Any, names: set[str]) -> Iterator[str]:
    """Every string under one of some names, at any depth."""
    if isinstance(spec, Mapping):
        for name, part in spec.items():
            if name in names and isinstance(part, str):
                yield part
            else:
                yield from strings_at(part, names)
    elif isinstance(spec, list):
        for part in spec:
            yield from strings_at(part, names)
