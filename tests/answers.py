"""Answers made up for the renderers: every status, three languages, quotes of both directions."""

from __future__ import annotations

from datetime import UTC, date, datetime

from assistant.answer import Answer, Figure, Quote, Row, Status
from assistant.periods import Window
from assistant.question import Asker, Question, parse
from assistant.wording import wording
from mining.pain import Heed, score
from mining.reading import Heard

ASKER = Asker(date(2026, 11, 22))
QUESTIONS = {
    "en": "top 2 complaints about delivery this month",
    "he": "2 התלונות העיקריות על משלוחים החודש",
    "fa": "۲ شکایت اصلی از ارسال در آبان",
}
TITLES = {
    "late": {"en": "late delivery", "he": "איחור במשלוח", "fa": "دیر رسیدن سفارش"},
    "broken": {"en": "arrived broken", "he": "הגיע שבור", "fa": "رسیدن کالای شکسته"},
}
WORDS = (
    ("en", "The parcel came two weeks late & nobody <called>.", "shop"),
    ("he", "המשלוח של Acme Pro איחר בשבועיים, ואף אחד לא ענה לי ב-WhatsApp!", "קופה"),
    ("fa", "سفارش ۱۲۳ دو هفته دیر رسید؛ پشتیبانی گفت «فردا» و خبری نشد.", "shop"),
)


def heard(place: int, language: str, text: str, source: str) -> Heard:
    """A mention of 3 November 2026 and the days after."""
    return Heard(
        mention_id=f"{source}:{place}#0", feedback_id=f"{source}:{place}", text=text, language=language,
        speaker="customer", said_at=datetime(2026, 11, 3 + place, 9, tzinfo=UTC), source=source, channel="review",
        author=f"author {place}", url=None, rating=0.0, product=None,
    )  # fmt: skip


def quotes(*texts: str) -> tuple[Quote, ...]:
    """Quotes of some words, or of the three above."""
    said = [("en", text, "shop") for text in texts] or WORDS
    return tuple(
        Quote(text, heard(place, language, text, source)) for place, (language, text, source) in enumerate(said)
    )


def row(rank: int, name: str, language: str, count: int, said: tuple[Quote, ...], *, small: bool = False) -> Row:
    """A row of a ranking."""
    query, titles = f"q{rank:012x}", TITLES[name]
    return Row(
        rank, name, titles[language], titles, Figure(count, "feedback", query), Figure(count - 1, "unique", query),
        Figure(count - 2, "authors", query), count / 40, (count / 50, count / 30),
        score(Heed(count, count, count - 1, count - 2)), small, said,
    )  # fmt: skip


def answered(language: str, said: tuple[Quote, ...] | None = None, text: str | None = None) -> Answer:
    """A whole answer in a language."""
    question = parse(text or QUESTIONS[language], ASKER)
    words = wording(language)
    rows = (
        row(1, "late", language, 24, quotes() if said is None else said),
        row(2, "broken", language, 3, quotes()[:1], small=True),
    )
    return Answer(
        Status.ANSWERED,
        question,
        words.say(
            "headline.top_pain_points", scope=words.scope(question), title=rows[0].title, count=words.number(24),
            counted=words.number(40), window=words.window(question.window),
        ),
        rows=rows,
        counted=Figure(40, "feedback", "qcounted00000"),
        denominator=Figure(120, "feedback", "qdenominator0"),
        unnamed=Figure(13, "feedback", "qunnamed00000"),
        solicited=2,
        unknown_share={"stage": 0.124, "sentiment": 0.05, "touchpoint": 0.3},
        freshness={"shop": datetime(2026, 11, 21, 5, tzinfo=UTC), "קופה": datetime(2026, 11, 20, 5, tzinfo=UTC)},
        notes=(words.say("left", words=words.listed(["“ios”", "“android”"])), words.say("small_note")),
        next_questions=words.examples(apart_from=question),
    )  # fmt: skip


def unanswered(language: str, status: Status, key: str = "unread") -> Answer:
    """An answer without figures."""
    question = parse(QUESTIONS[language], ASKER)
    words = wording(language)
    notes = (words.say("unread_words", words="“<@U1>”, “&”"),)
    return Answer(status, question, words.say(key), notes=notes, next_questions=words.examples(apart_from=question))


def every_answer() -> list[Answer]:
    """One answer of every status in every language."""
    plain = [
        unanswered(language, status, key)
        for language in QUESTIONS
        for status, key in (
            (Status.OUT_OF_SCOPE, "unread"),
            (Status.NO_DATA, "empty"),
            (Status.CLARIFY, "unread"),
            (Status.REFUSED, "unread"),
        )
    ]
    return [*plain, *(answered(language) for language in QUESTIONS), answered("en", ())]


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


__all__ = ["Question", "answered", "every_answer", "heard", "quotes", "row", "unanswered", "windows"]
