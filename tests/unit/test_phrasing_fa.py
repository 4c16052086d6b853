"""The Persian sentences of answers: complete, right whatever fills them; what they propose to ask is read as meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import pytest

from assistant import dates
from assistant.meaning import Asker
from assistant.names import lexicon
from assistant.periods import Clock, Window
from assistant.question import parse
from assistant.wording import wording
from mining.language import normalise

TODAY = date(2026, 11, 22)  # 1 Azar 1405, a Sunday
PRODUCTS = {"Acme App": (), "Acme Pro": ("اکمی پرو",), "اکمی بیسیک": ()}
ASKER = Asker(TODAY, products=PRODUCTS)
# Commands, files and names of scores that are called so in every language.
ENGLISH = {"overheard", "chat", "toml", "NPS", "CSAT", "json"}
FIGURES = (
    "count", "counted", "feedback", "mentions", "authors", "shown", "asked", "tested", "least", "weeks", "part",
    "whole", "total", "points", "n",
)  # fmt: skip
# Patterns that match nothing keep the place of cues that nobody wrote yet.
READS_QUESTIONS = pytest.mark.skipif(
    lexicon("fa").get("cues", {}).get("trend", ["(?!)"]) == ["(?!)"], reason="the Persian lexicon has no cues yet"
)


@cache
def sentences(name: str) -> Mapping[str, str]:
    """The sentences of a file by their dotted keys; each of a list by its place in it."""
    path = files("assistant") / "phrasing" / f"{name}.toml"
    return dict(leaves(tomllib.loads(path.read_text(encoding="utf-8"))))


def leaves(table: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(table, str):
        yield key, table
        return
    for name, value in table.items() if isinstance(table, Mapping) else enumerate(table):
        yield from leaves(value, f"{key}.{name}" if key else str(name))


def blanks(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name)


def outside_blanks(template: str) -> str:
    return re.sub(r"{[^}]*}", "", template)


PERSIAN = sentences("answers_fa")
COUNTING = [key for key, said in PERSIAN.items() if set(blanks(said)) & set(FIGURES)]


# --- complete, and Persian --------------------------------------------------------------------------------------------


def test_every_sentence_of_the_planners_is_told_with_the_same_blanks() -> None:
    english = sentences("answers_en")
    assert list(PERSIAN) == list(english)
    assert {key: blanks(said) for key, said in PERSIAN.items()} == {key: blanks(said) for key, said in english.items()}


def test_no_sentence_stands_in_both_files() -> None:
    assert not set(PERSIAN) & set(sentences("fa"))


@pytest.mark.parametrize("key", PERSIAN)
def test_a_sentence_is_written_in_persian(key: str) -> None:
    said = outside_blanks(PERSIAN[key])
    assert set(re.findall("[A-Za-z]+", said)) <= ENGLISH
    # Digits, commas, question and percent signs are Persian ones, and so are Yeh and Kaf.
    assert not re.search("[0-9\u0660-\u0669,;?%\u064a\u0643\u0590-\u05ff]", said)


@pytest.mark.parametrize("key", PERSIAN)
def test_endings_and_prefixes_are_joined_by_half_spaces(key: str) -> None:
    said = PERSIAN[key]
    assert not re.search(r"(?<!\S)(?:ن?می|ها|های|هایی|تر|ترین|اند) ", said)
    assert not re.search("\u200c(?![\u0621-\u06cc])|(?<![\u0621-\u06cc])\u200c", said)
    assert not re.search(r" [،؛؟.:]|  ", said)


@pytest.mark.parametrize("key", PERSIAN)
def test_quoted_words_stand_in_the_marks_that_renderers_set_apart(key: str) -> None:
    said = PERSIAN[key]
    assert not re.search("[\"'„‟«»]", said)
    assert re.sub("[^“”]", "", said) == "“”" * said.count("“")


def test_no_ending_is_written_onto_what_fills_a_blank() -> None:
    # A title may end in any letter, or be of other letters: an ending or an ezafe would not fit all of them.
    assert not [key for key, said in PERSIAN.items() if re.search("}[\u200c\u0621-\u065f\u066e-\u06ff]", said)]


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 2, 11])
@pytest.mark.parametrize("key", COUNTING)
def test_a_sentence_with_a_count_reads_well_with_any_number(key: str, number: int) -> None:
    shown = wording("fa").number(number)
    filled = PERSIAN[key].format(**{**dict.fromkeys(blanks(PERSIAN[key]), "…"), **dict.fromkeys(FIGURES, shown)})
    # What is counted stays in the singular, and so does its verb: "۱۱ مورد است", never "۱۱ موردها هستند".
    assert not re.search(
        rf"{shown} [\u0621-\u06cc]+(?:\u200cها|\u200cهای|ها|های|ان|ات)(?![\u0621-\u06cc\u200c])", filled
    )
    assert not re.search(rf"{shown} (?:مورد|نفر|گفته|ردیف|موضوع|نقل‌قول)[^.،؛:]* \S+ند(?!\S)", filled)


@pytest.mark.parametrize(("number", "said"), [
    (0, "۰ مورد (ارسال و تحویل)، در این زمان: ۰ گفته از ۰ نفر با حساب مشخص."),
    (1, "۱ مورد (ارسال و تحویل)، در این زمان: ۱ گفته از ۱ نفر با حساب مشخص."),
    (2, "۲ مورد (ارسال و تحویل)، در این زمان: ۲ گفته از ۲ نفر با حساب مشخص."),
    (11, "۱۱ مورد (ارسال و تحویل)، در این زمان: ۱۱ گفته از ۱۱ نفر با حساب مشخص."),
])  # fmt: skip
def test_the_headline_of_a_count_names_what_it_counts_after_each_number(number: int, said: str) -> None:
    words = wording("fa")
    figures = dict.fromkeys(("feedback", "mentions", "authors"), words.number(number))
    scope, window = " (ارسال و تحویل)", words.say("that_time")
    assert words.say("headline.count_feedback", scope=scope, window=window, **figures) == said


@pytest.mark.parametrize(("first", "last", "shown"), [
    (date(2026, 9, 23), date(2026, 10, 22), "مهر ۱۴۰۵"),
    (date(2026, 9, 23), date(2026, 9, 23), "۱ مهر ۱۴۰۵"),
    (date(2026, 9, 23), date(2026, 11, 22), "۱ مهر ۱۴۰۵ تا ۱ آذر ۱۴۰۵"),
])  # fmt: skip
def test_a_whole_month_of_the_persian_calendar_is_called_by_its_name(first: date, last: date, shown: str) -> None:
    assert wording("fa").dates(Window(first, last)) == shown


@pytest.mark.parametrize(("line", "shown"), [
    ("0 9 * * MON", "هر دوشنبه ساعت ۰۹:۰۰"),
    ("30 16 * * THU,SUN", "هر پنج‌شنبه، یکشنبه ساعت ۱۶:۳۰"),
    ("0 8 * * *", "هر روز ساعت ۰۸:۰۰"),
    ("0 9 1 * *", "اول هر ماه ساعت ۰۹:۰۰"),
    ("0 9 1 1,4,7,10 *", "آغاز هر سه‌ماهه ساعت ۰۹:۰۰"),
])  # fmt: skip
def test_how_often_something_is_sent_is_told_in_words(line: str, shown: str) -> None:
    assert wording("fa").cron(line) == shown


# --- what is proposed to be asked -------------------------------------------------------------------------------------

LAST_MONTH = ("2026-10-23", "2026-11-21")
DEFAULT = ("2026-10-24", "2026-11-22")
# Whole questions by their key: kind, and what else has to be read from them.
ASKED: dict[str, dict[str, Any]] = {
    "top_pain_points": {"kind": "top_pain_points", "time": DEFAULT},
    "top_praise": {"kind": "top_praise", "time": DEFAULT},
    "trend": {"kind": "trend", "metric": "net_sentiment", "time": ("2026-06-22", "2026-11-22")},
    "quotes": {"kind": "quotes", "n": 5, "time": DEFAULT},
    "count": {
        "kind": "count", "metric": "distinct_authors", "intent": ["complaint"], "time": ("2026-11-22", "2026-11-22"),
    },
    "share": {"kind": "share", "metric": "negative_share", "group_by": ["stage"], "time": DEFAULT},
    "compare": {"kind": "compare", "sides": 2},
    "why": {"kind": "why_change", "metric": "net_sentiment", "premise": "change", "time": LAST_MONTH},
    "journey": {"kind": "journey_overview", "group_by": ["stage"], "time": LAST_MONTH},
    "emerging": {"kind": "emerging", "time": ("2026-11-21", "2026-11-22")},
    "churn": {"kind": "churn_risk", "intent": ["churn"], "time": DEFAULT},
}  # fmt: skip
# Touchpoints that are called like a channel are read as the channel, and a bare word for paying as what is said of it.
READ_AS: dict[str, dict[str, Any]] = {
    "social_media": {"channel": ["social"]},
    "survey": {"channel": ["survey"]},
    "checkout": {"theme": True},
}
SCOPES: dict[str, dict[str, Any]] = {
    "": {},
    **{f"stage {one}": {"stage": [one]} for one in ASKER.taxonomy.values("stage") if one != "none"},
    **{
        f"touchpoint {one}": READ_AS.get(one, {"touchpoint": [one]})
        for one in ASKER.taxonomy.values("touchpoint")
        if one != "none"
    },
    **{f"product {one}": {"product": [one]} for one in PRODUCTS},
    **{f"channel {one}": {"channel": [one]} for one in ("call", "chat", "email", "social", "review", "survey")},
    "stage purchase, touchpoint delivery": {"stage": ["purchase"], "touchpoint": ["delivery"]},
    "touchpoint delivery, channel call": {"touchpoint": ["delivery"], "channel": ["call"]},
    "product Acme Pro, channel review": {"product": ["Acme Pro"], "channel": ["review"]},
}


def proposed(key: str, scope: str) -> str:
    """A question as it is proposed after an answer of a scope."""
    about = "".join(f" {_condition(*one.split(' ', 1))}" for one in scope.split(", ") if one)
    return wording("fa").say(f"ask.{key}", about=about)


def _condition(name: str, value: str) -> str:
    words = wording("fa")
    called = words.channel(value) if name == "channel" else value
    if name in ("stage", "touchpoint"):
        called = ASKER.taxonomy.name(name, value, "fa")
    return words.say(f"ask_scope.{name}", name=called)


def read(text: str) -> dict[str, Any]:
    """What is read of a question but its time, flat; what was not said is left out."""
    question = parse(text, ASKER)
    meant = question.as_json()
    names = ("stage", "touchpoint", "product", "channel", "intent")
    flat = {name: meant["filters"].get(name) for name in names} | {
        "kind": meant["kind"],
        "metric": meant.get("metric"),
        "group_by": list(question.group_by),
        "premise": question.premise,
        "theme": bool(question.theme),
        "left": list(question.left),
        "sides": len(question.compare.windows) if question.compare else 0,
    }
    return {name: value for name, value in flat.items() if value}


@READS_QUESTIONS
@pytest.mark.parametrize(("key", "scope"), [
    (key, scope) for key in ASKED for scope in SCOPES if not scope or "{about}" in PERSIAN[f"ask.{key}"]
])  # fmt: skip
def test_a_question_that_is_proposed_is_read_as_it_is_meant(key: str, scope: str) -> None:
    text = proposed(key, scope)
    expected = {name: value for name, value in ASKED[key].items() if name not in ("n", "time")}
    assert read(text) == {**expected, **SCOPES[scope]}, text
    assert parse(text, ASKER).language == "fa"


@READS_QUESTIONS
@pytest.mark.parametrize("key", ASKED)
def test_a_question_that_is_proposed_is_of_the_time_and_the_length_that_it_says(key: str) -> None:
    question = parse(proposed(key, ""), ASKER)
    window, wanted = question.window, ASKED[key]
    assert (window and (window.first.isoformat(), window.last.isoformat())) == wanted.get("time")
    assert question.n == wanted.get("n", question.n)


@pytest.mark.parametrize(("key", "times"), [
    ("clarify.time", [
        LAST_MONTH, ("2026-09-23", "2026-10-22"), ("2026-08-23", "2026-11-22"), ("2026-09-23", "2026-10-07"),
    ]),
    ("elsewhere", [("1970-01-01", "2026-11-22")]),
])  # fmt: skip
def test_a_time_that_is_given_as_an_example_is_understood(key: str, times: list[tuple[str, str]]) -> None:
    words = lexicon("fa")
    clock = Clock.of(TODAY, "fa", None, words["time"]["calendar"])
    shown = re.findall("“([^“”]+)”", PERSIAN[key])
    found = [dates.times(normalise(one), words["time"], words["numbers"]["words"], clock) for one in shown]
    windows = [one.window for some in found for one in some if one.window]
    assert [(one.first.isoformat(), one.last.isoformat()) for one in windows] == times
