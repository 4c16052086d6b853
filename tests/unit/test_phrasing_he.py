"""The Hebrew sentences of answers: complete, right whatever fills them; what they propose to ask is read as meant."""

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

TODAY = date(2026, 11, 22)
PRODUCTS = {"Acme App": (), "Acme Pro": ("אקמי פרו",), "אקמי בייסיק": ()}
ASKER = Asker(TODAY, products=PRODUCTS)
NUMBERS = ("0", "1", "2", "11")
# Commands, files and names of scores that are called so in every language.
ENGLISH = {"overheard", "chat", "toml", "NPS", "CSAT", "json"}
# How many of something: 1 may stand there. Not among them: weeks looked back on (eight at least), the least that is
# looked at (three), letters that were read (hundreds), rows that were asked for where fewer are shown (two at least).
COUNTS = ("count", "counted", "feedback", "mentions", "authors", "shown", "tested", "part", "whole", "total", "points")


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


HEBREW = sentences("answers_he")


# --- complete, and Hebrew ---------------------------------------------------------------------------------------------


def test_every_sentence_of_the_planners_is_told_with_the_same_blanks() -> None:
    english = sentences("answers_en")
    assert list(HEBREW) == list(english)
    assert {key: blanks(said) for key, said in HEBREW.items()} == {key: blanks(said) for key, said in english.items()}


def test_no_sentence_stands_in_both_files() -> None:
    assert not set(HEBREW) & set(sentences("he"))


@pytest.mark.parametrize("key", HEBREW)
def test_a_sentence_is_written_in_hebrew(key: str) -> None:
    said = outside_blanks(HEBREW[key])
    assert set(re.findall("[A-Za-z]+", said)) <= ENGLISH
    assert not re.search("[\u0600-\u06ff]", said)


@pytest.mark.parametrize("key", HEBREW)
def test_quoted_words_stand_in_the_marks_that_renderers_set_apart(key: str) -> None:
    said = HEBREW[key]
    assert not re.search("[\"'„‟«»]", re.sub("(?<=[א-ת])['\"](?=[א-ת])", "", said))
    assert re.sub("[^“”]", "", said) == "“”" * said.count("“")


def test_a_prefix_is_written_onto_figures_and_our_own_names_only() -> None:
    # A title may be of other letters; before a figure or a date stands a dash.
    onto = {(key, *found) for key, said in HEBREW.items() for found in re.findall(r"(?<![א-ת])[א-ת](-?){(\w+)}", said)}
    assert {name for _, dash, name in onto if dash} <= {"high", "day", "least"}
    assert {(key, name) for key, dash, name in onto if not dash} == {("ask_scope.channel", "name")}


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("key", [
    key for key, said in HEBREW.items() if set(blanks(said)) & set(COUNTS) and key != "headline.too_long"
])  # fmt: skip
def test_a_sentence_with_a_count_reads_well_with_any_number(key: str, number: str) -> None:
    figures = dict.fromkeys(COUNTS, number)
    filled = HEBREW[key].format(**{**dict.fromkeys(blanks(HEBREW[key]), "…"), **figures})
    # "1 פריטים" is wrong, "פריטים: 1" is right: no plural, and no verb in the plural, comes after a number.
    assert not re.search(rf"(?<!\d){number} ה?[א-ת]+(?:ים|ות|ו)(?![א-ת])", filled)
    assert not re.search(rf"-{number}(?!\d)", filled)


@pytest.mark.parametrize("number", [0, 1, 2, 11])
def test_the_headline_of_a_count_names_what_it_counts_before_each_number(number: int) -> None:
    shown = wording("he").number(number)
    figures = dict.fromkeys(("feedback", "mentions", "authors"), shown)
    said = wording("he").say("headline.count_feedback", scope=" (משלוח)", window="באותו זמן", **figures)
    assert said == f"פריטים (משלוח): {number}, אמירות: {number}, כותבים ידועים: {number}, באותו זמן."


@pytest.mark.parametrize(("first", "last", "shown"), [
    (date(2026, 10, 1), date(2026, 10, 31), "אוקטובר 2026"),
    (date(2026, 10, 1), date(2026, 10, 1), "1 באוקטובר 2026"),
    (date(2026, 10, 1), date(2026, 11, 22), "1 באוקטובר 2026 עד 22 בנובמבר 2026"),
])  # fmt: skip
def test_a_month_has_its_bare_name_and_a_day_is_one_in_it(first: date, last: date, shown: str) -> None:
    assert wording("he").dates(Window(first, last)) == shown


@pytest.mark.parametrize(("line", "shown"), [
    ("0 9 * * MON", "בימי שני בשעה 09:00"),
    ("30 16 * * THU,SUN", "בימי חמישי, ראשון בשעה 16:30"),
    ("0 8 * * *", "בכל יום בשעה 08:00"),
    ("0 9 1 * *", "בראשון בכל חודש בשעה 09:00"),
    ("0 9 1 1,4,7,10 *", "בתחילת כל רבעון בשעה 09:00"),
])  # fmt: skip
def test_how_often_something_is_sent_is_told_in_words(line: str, shown: str) -> None:
    assert wording("he").cron(line) == shown


def test_everything_whose_change_is_told_is_of_one_gender() -> None:
    # "עלה", "ירד" and "השתנה" follow on it: all are masculine and begin with a masculine word.
    heads = {said.split()[0] for key, said in HEBREW.items() if key.startswith("metrics.")}
    assert heads == {"הסנטימנט", "שיעור", "הדירוג", "מספר"}


# --- what is proposed to be asked -------------------------------------------------------------------------------------

LAST_MONTH = ("2026-10-01", "2026-10-31")
THIS_MONTH = ("2026-11-01", "2026-11-22")
DEFAULT = ("2026-10-24", "2026-11-22")
# Whole questions by their key: kind, and what else has to be read from them.
ASKED: dict[str, dict[str, Any]] = {
    "top_pain_points": {"kind": "top_pain_points", "time": DEFAULT},
    "top_praise": {"kind": "top_praise", "time": DEFAULT},
    "trend": {"kind": "trend", "metric": "net_sentiment", "time": ("2026-06-01", "2026-11-22")},
    "quotes": {"kind": "quotes", "n": 5, "time": DEFAULT},
    "count": {"kind": "count", "metric": "distinct_authors", "intent": ["complaint"], "time": THIS_MONTH},
    "share": {"kind": "share", "metric": "negative_share", "group_by": ["stage"], "time": DEFAULT},
    "compare": {"kind": "compare", "sides": 2},
    "why": {"kind": "why_change", "metric": "net_sentiment", "premise": "change", "time": LAST_MONTH},
    "journey": {"kind": "journey_overview", "time": LAST_MONTH},
    "emerging": {"kind": "emerging", "time": ("2026-11-22", "2026-11-22")},
    "churn": {"kind": "churn_risk", "time": DEFAULT},
}
# Touchpoints that are called like a channel, which is what a question then means, as in English.
NAMED_ALIKE = ("none", "social_media", "survey")
SCOPES: dict[str, dict[str, list[str]]] = {
    "": {},
    **{f"stage {one}": {"stage": [one]} for one in ASKER.taxonomy.values("stage") if one != "none"},
    **{
        f"touchpoint {one}": {"touchpoint": [one]}
        for one in ASKER.taxonomy.values("touchpoint")
        if one not in NAMED_ALIKE
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
    return wording("he").say(f"ask.{key}", about=about)


def _condition(name: str, value: str) -> str:
    words = wording("he")
    called = words.channel(value) if name == "channel" else value
    if name in ("stage", "touchpoint"):
        called = ASKER.taxonomy.name(name, value, "he")
    return words.say(f"ask_scope.{name}", name=called)


def read(text: str) -> dict[str, Any]:
    """What is read of a question, flat; what was not said is left out."""
    question = parse(text, ASKER)
    meant = question.as_json()
    names = ("stage", "touchpoint", "product", "channel", "intent")
    flat = {name: meant["filters"].get(name) for name in names} | {
        "kind": meant["kind"],
        "metric": meant.get("metric"),
        "theme": question.theme,
        "left": list(question.left),
        "sides": len(question.compare.windows) if question.compare else 0,
    }
    return {name: value for name, value in flat.items() if value}


@pytest.mark.parametrize(("key", "scope"), [
    (key, scope)
    for key in ASKED
    for scope in SCOPES
    if not scope or "{about}" in HEBREW[f"ask.{key}"]
])  # fmt: skip
def test_a_question_that_is_proposed_is_read_as_it_is_meant(key: str, scope: str) -> None:
    text = proposed(key, scope)
    expected = {name: value for name, value in ASKED[key].items() if name in ("kind", "metric", "intent", "sides")}
    found = read(text)
    if key == "churn":
        found.pop("intent", None)
    assert found == {**expected, **SCOPES[scope]}, text
    assert parse(text, ASKER).language == "he"


@pytest.mark.parametrize("key", ASKED)
def test_a_question_that_is_proposed_is_of_the_time_and_the_length_that_it_says(key: str) -> None:
    question = parse(proposed(key, ""), ASKER)
    window, wanted = question.window, ASKED[key]
    assert (window and (window.first.isoformat(), window.last.isoformat())) == wanted.get("time")
    assert question.n == wanted.get("n", question.n)
    assert question.premise == wanted.get("premise")
    if "group_by" in wanted:
        assert list(question.group_by) == wanted["group_by"]


@pytest.mark.parametrize(("key", "times"), [
    ("clarify.time", [LAST_MONTH, LAST_MONTH, ("2026-09-01", "2026-11-22"), ("2026-10-01", "2026-10-15")]),
    ("elsewhere", [("1970-01-01", "2026-11-22")]),
])  # fmt: skip
def test_a_time_that_is_given_as_an_example_is_understood(key: str, times: list[tuple[str, str]]) -> None:
    words, clock = lexicon("he"), Clock.of(TODAY, "he", None)
    shown = re.findall("“([^“”]+)”", HEBREW[key])
    found = [dates.times(normalise(one), words["time"], words["numbers"]["words"], clock) for one in shown]
    windows = [one.window for some in found for one in some if one.window]
    assert [(one.first.isoformat(), one.last.isoformat()) for one in windows] == times
