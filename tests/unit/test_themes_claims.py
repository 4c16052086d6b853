"""Claims, names and the parts behind them, each by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.themes import naming
from mining.themes.catalogue import catalogue, of_side
from mining.themes.claims import Claimer
from mining.themes.naming import Background
from mining.themes.space import space_of
from tests.fakes import HashingEmbedder
from tests.theme_parts import (
    EXAMPLES,
    REMARK,
    SPACE,
    Model,
    claims,
    encode,
    named,
    parted,
    rule,
    squeak,
)


@pytest.fixture(scope="module")
def claimer() -> Claimer:
    return Claimer(SPACE, encode)


def test_the_name_is_what_many_of_the_group_say_and_others_do_not() -> None:
    texts = ["my loyalty card vanished", "where is the loyalty card", "loyalty card!", "they forgot the loyalty card"]
    background = Background()
    background.add([*texts, *["the card vanished, they forgot it"] * 20])
    made = naming.name(texts, ["en"] * 4, encode(texts).mean(axis=0), "pain", background, encode)
    assert made.names["en"] == made.keywords[0] == "loyalty card"


@pytest.mark.parametrize(
    ("text", "language", "side", "name"),
    [
        ("postcode", "en", "pain", "problems with postcode"),
        ("postcode", "en", "praise", "praise for postcode"),
        ("המיקוד", "he", "pain", "בעיות עם המיקוד"),
        ("המיקוד", "he", "praise", "שבחים על המיקוד"),
        ("کدپستی", "fa", "pain", "مشکل با کدپستی"),
        ("کدپستی", "fa", "praise", "تعریف از کدپستی"),
        ("late postcode", "en", "pain", "late postcode"),
    ],
)
def test_a_single_word_is_said_in_full(text: str, language: str, side: str, name: str) -> None:
    assert named([text], language, side).names[language] == name


def test_a_language_that_enough_speak_has_its_own_phrase_and_the_others_an_entry_with_the_name_behind() -> None:
    texts = [*["courier lost parcel"] * 5, *["שליח איבד חבילה"] * 3, "بسته گم شد"]
    languages = [*["en"] * 5, *["he"] * 3, "fa"]
    made = naming.name(texts, languages, encode(texts).mean(axis=0), "pain", Background(), encode)
    assert made.names["en"] == "courier lost parcel"
    assert made.names["he"] == "שליח איבד חבילה"
    entry, behind = made.names["fa"].split(" (", 1)
    assert entry in naming.lexicon()["fa"]
    assert behind == "courier lost parcel)"


@pytest.mark.parametrize("language", ["he", "fa"])
def test_right_to_left_names_keep_their_letters_and_hold_no_marks_of_direction(language: str) -> None:
    text = {"he": "חבילה פגומה מהמחסן", "fa": "بسته‌ی خراب انبار"}[language]
    made = named([text] * 6, language)
    assert made.names[language] == text
    assert not any(mark in name for name in made.names.values() for mark in "\u200e\u200f\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    "text", ["😀😀", "?!", "", "12345", "สินค้าไม่ดี", "ਮਾੜਾ", "ⵜⴰⵎ", "\U0001f1ee\U0001f1f1", "a", "\u202e\u200f"]
)
def test_texts_that_no_word_is_known_of_do_not_break_naming(text: str) -> None:
    made = named([text] * 7, "und")
    assert {"en", "he", "fa", "und"} == set(made.names)
    assert all(made.names.values())


def test_two_groups_are_not_called_the_same_if_another_phrase_is_there() -> None:
    background = Background()
    texts = ["courier lost parcel"] * 4
    first, second = (
        naming.name(texts, ["en"] * 4, encode(texts)[0], "pain", background, encode).names["en"] for _ in range(2)
    )
    assert first != second


def test_entries_of_the_lexicon_are_compared_in_the_space_of_the_model_that_asks() -> None:
    for dimensions in (64, 128):
        model = Model(dimensions)
        centre = model(["late parcel"])[0]
        assert naming.name(["late parcel"], ["en"], centre, "pain", Background(), model).names["en"] == "late parcel"


@rule
@given(remarks=st.lists(REMARK, min_size=1, max_size=6), random=st.randoms(use_true_random=False))
def test_what_claims_a_remark_depends_on_no_other_remark_and_on_no_order(
    claimer: Claimer, remarks: list[tuple[str, str, str | None]], random: Any
) -> None:
    together = claims(claimer, *remarks)
    order = random.sample(range(len(remarks)), len(remarks))
    shuffled = claims(claimer, *(remarks[row] for row in order))
    assert shuffled.themes == [together.themes[row] for row in order]
    assert shuffled.scores == pytest.approx(together.scores[order], abs=1e-5)
    for row, remark in enumerate(remarks):
        alone = claims(claimer, remark)
        assert alone.themes == [together.themes[row]]
        assert alone.scores == pytest.approx(together.scores[row : row + 1], abs=1e-5)
        assert alone.margins == pytest.approx(together.margins[row : row + 1], abs=1e-5)


@rule
@given(remarks=st.lists(REMARK, min_size=1, max_size=15))
def test_sides_never_mix(claimer: Claimer, remarks: list[tuple[str, str, str | None]]) -> None:
    found = claims(claimer, *remarks)
    for (_, side, _), theme in zip(remarks, found.themes, strict=True):
        assert theme is None or catalogue()[theme].side == side
    assert (found.margins >= 0).all()
    assert (found.margins <= found.scores + 1e-6).all()


def test_what_the_catalogue_gives_as_an_example_is_claimed_by_its_own_theme(claimer: Claimer) -> None:
    found = claims(claimer, *((text, side, None) for _, side, text in EXAMPLES))
    own = [theme == id_ for theme, (id_, _, _) in zip(found.themes, EXAMPLES, strict=True)]
    assert np.mean(own) > 0.98


def test_where_it_happens_speaks_for_a_theme(claimer: Claimer) -> None:
    theme = of_side("pain")[0]
    [text, *_] = theme.examples["en"]
    found = claims(claimer, (text, "pain", "none"), (text, "pain", theme.touchpoints[0]))
    assert found.scores[1] == pytest.approx(found.scores[0] + 0.06, abs=1e-5)


def test_what_people_added_comes_before_the_catalogue_and_the_last_word_holds() -> None:
    by_word, by_example = squeak("a", words=("crashes",)), squeak("b", examples=("app crashes as soon as I open it",))
    remark, other = (
        ("app crashes as soon as I open it", "pain", "app"),
        ("it crashes on start since yesterday", "pain", "app"),
    )
    assert claims(Claimer(SPACE, encode), remark).themes == ["app_crashes"]
    assert claims(Claimer(SPACE, encode, [by_word]), remark, other).themes == ["a", "a"]
    assert claims(Claimer(SPACE, encode, [by_word, by_example]), remark).themes == ["b"]
    assert claims(Claimer(SPACE, encode, [by_example, by_word]), remark).themes == ["a"]
    found = claims(Claimer(SPACE, encode, [by_word]), remark)
    assert (found.scores.tolist(), found.margins.tolist()) == ([1], [1])


@pytest.mark.parametrize(
    ("word", "text", "claimed"),
    [
        ("squeaky hinge", "It has a SQUEAKY,  hinge!", True),
        ("squeak", "it is squeaky", False),
        ("it's late", "It’s late again", True),
        ("كيف", "کیف پاره شد", True),
        ("ציר", "הציר חורק", False),
        ("ציר", "יש כאן ציר.", True),
        ("!!", "late!!", False),
        ("", "anything", False),
    ],
)
def test_words_are_looked_for_as_they_stand_in_one_spelling(word: str, text: str, claimed: bool) -> None:
    made = Claimer(SPACE, encode, [squeak(words=(word,))], catalogue=False)
    assert claims(made, (text, "pain", None)).themes == ["squeak" if claimed else None]


def test_an_added_theme_claims_nothing_of_the_other_side() -> None:
    made = Claimer(SPACE, encode, [squeak(words=("door",), examples=("the door",))], catalogue=False)
    found = claims(made, ("the door", "praise", None), ("the door", "pain", None), ("the door", "none", None))
    assert found.themes == [None, "squeak", None]


def test_what_was_split_from_a_theme_claims_nothing_else() -> None:
    remark = ("app crashes as soon as I open it", "pain", "app")
    elsewhere = ("my order is a week late and still nothing", "pain", "delivery")
    part = squeak(words=("open it", "still nothing"), within="app_crashes")
    deeper = squeak("deeper", words=("as soon as", "a week"), within="squeak")
    assert claims(Claimer(SPACE, encode), remark, elsewhere).themes == ["app_crashes", "late_delivery"]
    assert parted([part], remark, elsewhere) == ["squeak", "late_delivery"]
    assert parted([part, deeper], remark, elsewhere) == ["deeper", "late_delivery"]
    assert parted([deeper, part], remark) == ["squeak"]


def test_remarks_come_to_an_added_theme_by_nearness_to_its_members() -> None:
    part = squeak(members=("shop:1#0", "shop:gone#0"), within="app_crashes")
    vectors = {"shop:1#0": encode(["app crashes as soon as I open it"])[0]}
    near = ("app crashes as soon as I open it", "pain", "app")
    far = ("keeps closing by itself every few minutes", "pain", "app")
    assert parted([part], near, far, vectors=vectors) == ["squeak", "app_crashes"]
    assert parted([part], near) == ["app_crashes"]


def test_without_the_catalogue_and_additions_nothing_is_claimed() -> None:
    found = claims(Claimer(SPACE, encode, catalogue=False), *((text, side, None) for _, side, text in EXAMPLES[:50]))
    assert found.themes == [None] * 50


def test_another_version_says_that_all_has_to_be_claimed_anew() -> None:
    versions = [
        Claimer(SPACE, encode),
        Claimer(SPACE, encode, catalogue=False),
        Claimer(SPACE, encode, [squeak(words=("a",))]),
        Claimer(SPACE, encode, [squeak(words=("b",))]),
        Claimer(SPACE, encode, [squeak(examples=("a",))]),
        Claimer(SPACE, encode, [squeak(words=("a",), within="app_crashes")]),
        Claimer(SPACE, encode, [squeak(words=("a",), side="praise")]),
        Claimer(SPACE, encode, [squeak(words=("a",)), squeak("b", words=("b",))]),
        Claimer(SPACE, encode, [squeak("b", words=("b",)), squeak(words=("a",))]),
        Claimer(space_of(HashingEmbedder("another@1", 256)), encode),
    ]
    assert len({one.version for one in versions}) == len(versions)
    assert Claimer(SPACE, encode, [squeak(words=("a",))]).version == versions[2].version
