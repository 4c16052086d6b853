"""Sentences of answers: complete in every language, numbers and dates as people write them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.meaning import Asker, Kind, Question, from_stars
from assistant.measures import Figure, Mean, Measure, Net, Points, Share
from assistant.question import parse
from assistant.wording import wording
from mining.filters import Filters
from tests.answers import windows

LANGUAGES = ("en", "he", "fa")
ASKER = Asker(date(2026, 11, 22))
OPEN, CLOSE = "\u2068", "\u2069"


def table(folder: str, language: str) -> dict[str, Any]:
    return tomllib.loads((files("assistant") / folder / f"{language}.toml").read_text(encoding="utf-8"))


def leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


# --- the data ---------------------------------------------------------------------------------------------------------


def sentences(language: str) -> dict[str, Any]:
    """Every sentence of a language, whichever file it stands in."""
    names = [path.name.removesuffix(".toml") for path in (files("assistant") / "phrasing").iterdir()]
    return {key: said for name in names if name.endswith(language) for key, said in leaves(table("phrasing", name))}


@pytest.mark.parametrize("language", ["he", "fa"])
def test_every_sentence_is_there_in_every_language_with_the_same_blanks(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert set(english) == set(other) - {"calendar"}
    for key, template in english.items():
        if isinstance(template, str):
            assert fields(template) == fields(other[key]), key


@pytest.mark.parametrize("language", ["he", "fa"])
def test_no_sentence_of_another_language_is_left_in_english(language: str) -> None:
    commands = {
        "chat",
        "overheard",
        "ingest",
        "files",
        "PATH",
        "source",
        "sources",
        "NAME",
        "show",
        "QUERY",
        "themes",
        "hidden",
        "update",
        "toml",
        "rejects",
        "watch",
        "watches",
        "resume",
        "digest",
        "language",
        "zone",
        "help",
        "invite",
    }
    names = {"Slack", "NPS", "CSAT", "CES", "ltr", "rtl", "jalali", "en", "he", "fa", "Asia", "Jerusalem", "Tehran"}
    for key, said in sentences(language).items():
        texts = said if isinstance(said, list) else [said]
        for text in texts:
            words = set(re.findall("[A-Za-z]{2,}", re.sub(r"{[^}]*}", "", text)))
            assert words <= commands | names, f"{key}: {text}"


@pytest.mark.parametrize("language", ["he", "fa"])
def test_the_words_of_questions_are_of_the_same_kinds_in_every_language(language: str) -> None:
    english, other = table("lexicon", "en"), table("lexicon", language)
    for part in ("cues", "intents", "feelings", "metrics", "groups", "grains", "channels", "languages", "segments"):
        assert set(english[part]) == set(other[part]), part


@pytest.mark.parametrize("name", [*LANGUAGES, *(f"time_{language}" for language in LANGUAGES)])
def test_every_pattern_of_a_lexicon_can_be_compiled(name: str) -> None:
    def patterns(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            for one in value:
                yield from patterns(one)

    for key, value in leaves(table("lexicon", name)):
        assert all(re.compile(pattern) for pattern in patterns(value)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_are_questions_that_are_read_to_the_last_word(language: str) -> None:
    for kind, questions in table("phrasing", language)["examples"].items():
        for text in questions:
            question = parse(text, ASKER)
            assert (question.kind, question.language, question.left) == (Kind(kind), language, ()), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_just_asked_is_not_proposed_again(language: str) -> None:
    first = wording(language).examples(apart_from=asked(language, text=""))[0]
    again = wording(language).examples(apart_from=asked(language, text=first))
    assert first not in again
    assert len(again) == 3


# --- numbers ----------------------------------------------------------------------------------------------------------


def count(value: int) -> Figure:
    return Figure(value, "feedback", "q1")


def percent_of(part: int, whole: int) -> Share:
    return Share(count(part), count(whole))


@given(st.integers(0, 10**9))
def test_persian_numbers_have_persian_digits_and_the_others_plain_ones(number: int) -> None:
    assert wording("en").number(number) == wording("he").number(number) == f"{number:,}"
    persian = wording("fa").number(number)
    assert not re.search("[0-9,]", persian)
    assert int(persian.replace("٬", "")) == number


def test_thousands_and_decimals_are_set_apart_as_the_language_does() -> None:
    assert [wording(language).number(1234567) for language in LANGUAGES] == ["1,234,567", "1,234,567", "۱٬۲۳۴٬۵۶۷"]
    assert [wording(language).decimal(1234.56) for language in LANGUAGES] == ["1,234.6", "1,234.6", "۱٬۲۳۴٫۶"]
    assert wording("en").decimal(3.14159, 3) == "3.142"


def test_a_share_is_a_whole_percentage_with_the_sign_of_the_language() -> None:
    assert [wording(language).percent(0.126) for language in LANGUAGES] == ["13%", "13%", "۱۳٪"]
    assert [wording("en").percent(part / 1000) for part in (125, 135, 285, 994, 995)] == [
        "13%",
        "14%",
        "29%",
        "99%",
        "100%",
    ]


@pytest.mark.parametrize(
    ("measure", "english", "hebrew", "persian"),
    [
        (count(37), "37", "37", "۳۷"),
        (percent_of(12, 35), "34% (12 of 35)", "34% (12 מתוך 35)", "۳۴٪ (۱۲ از ۳۵)"),
        (percent_of(0, 0), "– (0 of 0)", "– (0 מתוך 0)", "– (۰ از ۰)"),
        (Net(count(1), count(13), count(100)), "−12", "⁨−12⁩", "⁨−۱۲⁩"),
        (Net(count(13), count(5), count(100)), "+8", "⁨+8⁩", "⁨+۸⁩"),
        (Net(count(5), count(5), count(10)), "0", "0", "۰"),
        (Net(count(501), count(500), count(1001)), "0", "0", "۰"),
        (Net(count(0), count(0), count(0)), "–", "–", "–"),
        (Mean(3.44, count(9)), "3.4", "3.4", "۳٫۴"),
        (Mean(None, count(0)), "–", "–", "–"),
        (Points(-0.3, -0.3, 0, Mean(4.0, count(2)), Mean(3.7, count(2))), "−0.3", "⁨−0.3⁩", "⁨−۰٫۳⁩"),
        (Points(-1200, -1200, 0, count(1300), count(100)), "−1,200", "⁨−1,200⁩", "⁨−۱٬۲۰۰⁩"),
    ],
)
def test_what_is_measured_is_told_as_people_write_it(measure: Measure, english: str, hebrew: str, persian: str) -> None:
    assert [wording(language).measure(measure) for language in LANGUAGES] == [english, hebrew, persian]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "+2.1 pts (+3.2 itself, −1.1 by its weight)"),
        ("he", "⁨+2.1⁩ נק׳ (⁨+3.2⁩ בו עצמו, ⁨−1.1⁩ בגלל משקלו)"),
        ("fa", "⁨+۲٫۱⁩ واحد (⁨+۳٫۲⁩ از خودش، ⁨−۱٫۱⁩ از وزنش)"),
    ],
)
def test_a_part_of_a_change_in_shares_is_told_with_what_it_comes_from(language: str, shown: str) -> None:
    assert wording(language).measure(Points(0.021, 0.032, -0.011, percent_of(1, 9), percent_of(2, 9))) == shown


@given(st.floats(-1e6, 1e6, allow_nan=False), st.integers(0, 2), st.sampled_from(LANGUAGES))
def test_a_sign_stands_before_its_number_and_is_never_torn_from_it(value: float, digits: int, language: str) -> None:
    shown = wording(language).signed(value, digits)
    number = shown.strip(OPEN + CLOSE)
    if language != "en" and number[0] in "+−":
        assert shown == f"{OPEN}{number}{CLOSE}"
    else:
        assert shown == number
    assert (number[0] == "+", number[0] == "−") == (
        value > 0 and number[0] not in "0۰", value < 0 and number[0] not in "0۰"
    )  # fmt: skip
    plain = number.translate({ord("−"): "-", ord(","): None, ord("٬"): None, ord("٫"): "."})
    assert abs(float(plain) - value) <= 0.5 * 10**-digits + 1e-6


# --- times ------------------------------------------------------------------------------------------------------------


def test_dates_are_written_as_people_write_them() -> None:
    shown = [wording(language).date(date(2026, 11, 22)) for language in LANGUAGES]
    assert shown == ["22 Nov 2026", "22 בנובמבר 2026", "۱ آذر ۱۴۰۵"]
    assert wording("fa").date(date(2026, 3, 20)) == "۲۹ اسفند ۱۴۰۴"
    assert wording("fa").date(date(2026, 3, 21)) == "۱ فروردین ۱۴۰۵"


def test_an_age_is_told_in_days() -> None:
    assert [wording("en").ago(days) for days in (0, 1, 2, 1200)] == [
        "today",
        "yesterday",
        "2 days ago",
        "1,200 days ago",
    ]
    assert [wording("he").ago(days) for days in (0, 1, 3)] == ["היום", "אתמול", "לפני 3 ימים"]
    assert [wording("fa").ago(days) for days in (0, 1, 3)] == ["امروز", "دیروز", "۳ روز پیش"]
    with pytest.raises(ValueError, match="still to come"):
        wording("en").ago(-1)


def test_a_window_says_what_is_special_about_it() -> None:
    assert [wording("en").window(window) for window in windows()] == [
        "23 Oct 2026 to 21 Nov 2026",
        "23 Oct 2026",
        "23 Oct 2026 to 21 Nov 2026 (the last 30 days, since no time was named)",
        "23 Oct 2026 to 21 Nov 2026 (not over yet)",
        "23 Oct 2026 to 21 Nov 2026 (not begun yet)",
        "up to 21 Nov 2026",
    ]
    persian = [wording("fa").window(window) for window in windows()]
    assert persian[0] == "۱ آبان ۱۴۰۵ تا ۳۰ آبان ۱۴۰۵"
    assert not any(re.search("[0-9]", shown) for shown in persian)


# --- conditions -------------------------------------------------------------------------------------------------------


def asked(
    spoken: str, kind: Kind = Kind.TOP_PAIN_POINTS, text: str = "", scope: Mapping[str, Any] | None = None
) -> Question:
    return Question(text, spoken, kind, Filters(**(scope or {})), None, sentiment="negative")


@pytest.mark.parametrize(
    ("language", "scope", "shown"),
    [
        ("en", {}, ""),
        ("en", {"touchpoint": ("delivery",), "intent": ("complaint",), "channel": ("call",), "language": ("he",)},
         " (delivery, complaint, calls, in Hebrew)"),
        ("en", {"stage": ("purchase",), "product": ("Acme Pro",)}, " (purchase stage, Acme Pro)"),
        ("en", {"language": ("fr", "de")}, " (in French, in German)"),
        ("en", {"platform": ("ios", "Kiosk"), "competitor": ("Globex",)}, " (Globex, iOS, Kiosk)"),
        ("en", {"segment": {"region": "Germany", "plan": "business"}}, " (Germany, plan business)"),
        ("en", {"source": ("reddit",), "effort": ("high",)}, " (high effort, from reddit)"),
        ("en", {"phrase": "on hold"}, " (“on hold”)"),
        ("he", {"touchpoint": ("delivery",), "intent": ("complaint",), "channel": ("review",)},
         " (משלוח, תלונה, ביקורות)"),
        ("he", {"source": ("reddit",), "segment": {"region": "Israel"}}, " (מקור reddit, Israel)"),
        ("fa", {"stage": ("purchase",), "touchpoint": ("delivery",), "intent": ("complaint",)},
         " (مرحلهٔ خرید، ارسال و تحویل، شکایت)"),
        ("fa", {"phrase": "گران"}, " («گران»)"),
    ],
)  # fmt: skip
def test_the_conditions_of_a_question_are_said_in_its_language(
    language: str, scope: Mapping[str, Any], shown: str
) -> None:
    assert wording(language).scope(asked(language, scope=scope)) == shown


@pytest.mark.parametrize(
    ("low", "high", "english", "hebrew", "persian"),
    [
        (1, 1, "rated 1", "דירוג 1", "امتیاز ۱"),
        (4, None, "rated 4 or more", "דירוג 4 ומעלה", "امتیاز ۴ یا بیشتر"),
        (None, 2, "rated 2 or less", "דירוג 2 ומטה", "امتیاز ۲ یا کمتر"),
        (2, 4, "rated 2 to 4", "דירוג 2 עד 4", "امتیاز ۲ تا ۴"),
    ],
)
def test_ratings_are_said_in_stars(low: int | None, high: int | None, english: str, hebrew: str, persian: str) -> None:
    bounds = {name: from_stars(end) for name, end in (("rating_min", low), ("rating_max", high)) if end is not None}
    shown = [wording(language).scope(asked(language, scope=bounds)) for language in LANGUAGES]
    assert shown == [f" ({english})", f" ({hebrew})", f" ({persian})"]


def test_a_topic_is_said_in_the_asker_s_words() -> None:
    assert wording("en").scope(replace(asked("en"), theme="late delivery")) == " (“late delivery”)"


@pytest.mark.parametrize(
    ("kind", "sentiment", "intent", "shown"),
    [
        (Kind.TOP_PAIN_POINTS, "negative", (), ""),
        (Kind.TOP_PRAISE, "positive", (), ""),
        (Kind.TREND, "negative", ("complaint",), " (complaint)"),
        (Kind.TREND, "positive", ("praise",), " (praise)"),
        (Kind.TREND, "positive", ("complaint",), " (complaint, positive)"),
        (Kind.COUNT, "negative", (), " (negative)"),
        (Kind.QUOTES, "neutral", (), " (neutral)"),
        (Kind.QUOTES, None, (), ""),
    ],
)
def test_a_feeling_is_said_where_nothing_else_implies_it(
    kind: Kind, sentiment: str | None, intent: tuple[str, ...], shown: str
) -> None:
    question = replace(asked("en", kind, scope={"intent": intent}), sentiment=sentiment)
    assert wording("en").scope(question) == shown
