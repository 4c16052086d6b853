"""A company's own stages, touchpoints and words: heeded at once, asked for and shown like those that ship."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import Asker, Question, parse
from assistant.wording import wording
from connectors.errors import ConfigError
from mining import corrections
from mining.own_words import read_with, version_in, version_of
from mining.pipeline import Miner
from mining.store import Store
from mining.taxonomy import Own, extended, shipped, values
from tests.fakes import HashingReader, keep, said

OWN = {
    "stage": {
        "experience": Own("Usage", {"he": "שלב חדש", "fa": "کاربری"}),
        "trial": Own("Free trial", {"he": "ניסיון", "fa": "دوره آزمایشی"}, words=("free month", "חודש חינם")),
    },
    "touchpoint": {
        "kiosk": Own(words=("kiosk", "קיוסק", "کیوسک")),
        "delivery": Own(words=("locker",)),
        "pop_up": Own(),
    },
}
TAXONOMY = extended(OWN)
READER = read_with(HashingReader(), OWN)
ASKER = Asker(date(2026, 11, 22), taxonomy=TAXONOMY, competitors={"Globex": ("גלובקס",)}, platforms={"X": ()})


def labels(text: str, language: str = "en") -> dict[str, str]:
    [by_task], _ = Miner(READER).tag([text], [language], [None])
    return {task: label.value for task, label in by_task.items()}


def ask(text: str, asker: Asker = ASKER) -> Question:
    return parse(text, asker)


# --- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "task", "value"),
    [
        ("The Kiosk's screen froze", "en", "touchpoint", "kiosk"),
        ("kiosks in the store, in the app, at the checkout", "en", "touchpoint", "kiosk"),
        ("בקיוסק לא קיבלו כרטיס", "he", "touchpoint", "kiosk"),
        ("כיוסק וקיוסק", "he", "touchpoint", "kiosk"),
        ("كيوسك‌ها خراب بود", "fa", "touchpoint", "kiosk"),
        ("the free-month was too short", "en", "stage", "trial"),
        ("נהניתי מחודש חינם", "he", "stage", "trial"),
    ],
)
def test_own_words_decide_at_once(text: str, language: str, task: str, value: str) -> None:
    assert labels(text, language)[task] == value


@given(st.text(alphabet="abcdefgh ,.", max_size=60))
def test_a_text_without_own_words_keeps_its_labels(text: str) -> None:
    [before], _ = Miner(HashingReader()).tag([text], ["en"], [None])
    assert labels(text) == {task: label.value for task, label in before.items()}


def test_a_word_of_a_value_that_ships_is_a_cue_among_others() -> None:
    reader = HashingReader()
    read, heeded = reader.read(["in the locker"]), READER.read(["in the locker"])
    column = reader.classes["touchpoint"].index("delivery")
    assert heeded.scores["touchpoint"][0, column] == read.scores["touchpoint"][0, column] + 2
    assert (heeded.vectors == read.vectors).all()


def test_a_trained_column_is_used_and_its_words_still_decide() -> None:
    trained = HashingReader()
    trained.classes = {**trained.classes, "touchpoint": (*values("touchpoint"), "kiosk")}
    reader = read_with(trained, OWN)
    assert reader.classes["touchpoint"] == (*values("touchpoint"), "kiosk", "pop_up")
    [found], _ = Miner(reader).tag(["the kiosk froze"], ["en"], [None])
    assert found["touchpoint"].value == "kiosk"


def test_the_version_tells_the_words_and_nothing_else() -> None:
    by = Miner(READER).versions["stage"]
    assert version_in(by) == version_of(OWN) != ""
    named = {"stage": {"trial": Own("Test", examples=("x",))}}
    assert version_of(named) == "" == version_in(Miner(read_with(HashingReader(), named)).versions["stage"])
    assert read_with(HashingReader(), named).version == HashingReader().version
    assert version_of({"touchpoint": {"kiosk": Own(words=("kiosk",))}}) != version_of(OWN)


def test_nothing_of_ones_own_leaves_everything_as_it_was() -> None:
    reader = HashingReader()
    assert read_with(reader, {"stage": {}, "touchpoint": {}}) is reader
    assert extended({"stage": {}, "touchpoint": {}}) is shipped()


# --- questions and answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("top pain points in the usage stage", "stage", "experience"),
        ("top pain points in the experience stage", "stage", "experience"),
        ("top complaints after purchase", "stage", "experience"),
        ("complaints in trial stage", "stage", "trial"),
        ("complaints in the free trial", "stage", "trial"),
        ("complaints at the kiosk", "touchpoint", "kiosk"),
        ("problems with the pop up", "touchpoint", "pop_up"),
        ("על מה מתלוננים בקיוסק?", "touchpoint", "kiosk"),
        ("תלונות בשלב הניסיון", "stage", "trial"),
        ("مشکلات مشتریان در مرحله کاربری", "stage", "experience"),
        ("شکایت از کیوسک", "touchpoint", "kiosk"),
        ("complaints about Globex", "competitor", "Globex"),
        ("תלונות על גלובקס", "competitor", "Globex"),
        ("what do people say about Globex", "competitor", "Globex"),
        ("complaints about X", "platform", "X"),
    ],
)
def test_what_is_ones_own_is_understood_where_what_ships_is(text: str, field: str, value: str) -> None:
    question = ask(text)
    assert value in getattr(question.scope, field), question.left
    assert value in question.as_json()["filters"][field]


def test_an_alias_of_a_letter_is_meant_in_its_own_letter_case() -> None:
    assert ask("complaints about x").scope.platform == ()


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("pain points in the usage stage", "en", "Usage stage"),
        ("complaints at the kiosk", "en", "kiosk"),
        ("problems with Globex in trial stage", "en", "Free trial stage, Globex"),
        ("תלונות בשלב הניסיון", "he", "ניסיון"),
        ("مشکلات در مرحله کاربری", "fa", "کاربری"),
    ],
)
def test_an_answer_shows_the_company_s_names(text: str, language: str, shown: str) -> None:
    assert shown in wording(language).scope(ask(text))


def test_the_shipped_names_mean_what_they_meant_without_any_of_ones_own() -> None:
    plain = Asker(date(2026, 11, 22))
    assert ask("complaints in trial stage", plain).scope.stage == ()
    assert ask("top pain points in the experience stage", plain).scope.stage == ("experience",)
    assert wording("en").scope(ask("pain points in the experience stage", plain)) == " (experience stage)"


# --- corrections ----------------------------------------------------------------------------------------------------


def test_people_may_correct_to_an_own_value(sqlite: Store) -> None:
    keep(sqlite, said("1"))
    corrections.correct(sqlite, "shop:1#0", {"touchpoint": "kiosk"}, "dana", known=TAXONOMY)
    assert corrections.listed(sqlite)[0].labels == {"touchpoint": "kiosk"}
    assert corrections.allowed("stage", TAXONOMY)[-2:] == ("trial", "none")
    with pytest.raises(ConfigError, match="there is no touchpoint 'kiosk'"):
        corrections.correct(sqlite, "shop:1#0", {"touchpoint": "kiosk"}, "dana")
