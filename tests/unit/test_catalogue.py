"""The catalogue, the lexicon and the empty words are data: what everything that reads them relies on."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from mining.language import detect, normalise
from mining.taxonomy import values
from mining.themes import naming
from mining.themes.catalogue import FRICTIONS, SIDES, Theme, catalogue, of_side
from mining.themes.fallback import at_touchpoint, is_fallback, theme_id

LANGUAGES = ("en", "he", "fa")
LETTERS = {"en": re.compile(r"[A-Za-z]"), "he": re.compile(r"[\u05d0-\u05ea]"), "fa": re.compile(r"[\u0621-\u06cc]")}
DATA = files("mining") / "theme_data"
THEMES = list(catalogue().values())

in_each = pytest.mark.parametrize("language", LANGUAGES)


def in_its_script(text: str, language: str) -> bool:
    """Whether a text has letters of its language and of no other."""
    return [of for of, letters in LETTERS.items() if letters.search(text)] == [language]


def doubled(said: list[str]) -> list[str]:
    return [text for text, count in Counter(map(normalise, said)).items() if count > 1]


# --- the catalogue --------------------------------------------------------------------------------------------------


def test_there_are_enough_themes_of_both_sides_in_the_order_of_their_ids() -> None:
    assert len(THEMES) >= 120
    assert [*catalogue()] == sorted(catalogue())
    assert all(len(of_side(side)) >= 40 for side in SIDES)
    assert sorted(theme.id for side in SIDES for theme in of_side(side)) == [*catalogue()]


def test_no_id_is_given_twice() -> None:
    ids = [
        entry["id"]
        for path in (DATA / "catalogue").iterdir()
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["theme"]
    ]
    assert doubled(ids) == []
    assert len(ids) == len(THEMES)
    assert not {theme.id for theme in at_touchpoint()} & set(ids)


def test_a_theme_is_whole() -> None:
    for theme in THEMES:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", theme.id)
        assert theme.side in SIDES
        assert (theme.friction in FRICTIONS) if theme.side == "pain" else theme.friction is None, theme.id
        assert theme.touchpoints, theme.id
        assert set(theme.touchpoints) <= set(values("touchpoint")), theme.id
        assert theme.origin == "catalogue"
        assert set(theme.names) == set(theme.examples) == set(LANGUAGES), theme.id


@in_each
def test_a_name_is_short_and_in_the_letters_of_its_language(language: str) -> None:
    for name in (theme.names[language] for theme in THEMES):
        assert in_its_script(name, language), name
        assert len(name.split()) <= 6, name
        assert name == " ".join(name.split())
        assert not any(letter.isdigit() for letter in name), name


@in_each
def test_a_theme_is_said_in_five_ways_and_in_its_language(language: str) -> None:
    for theme in THEMES:
        examples = theme.examples[language]
        assert len(examples) >= 5, theme.id
        for text in examples:
            assert text == " ".join(text.split())
            assert 2 <= len(text.split()) <= 16, text
            assert detect(text) == language, text


@in_each
@pytest.mark.parametrize("side", SIDES)
def test_no_two_themes_of_a_side_are_called_the_same(side: str, language: str) -> None:
    assert doubled([theme.name(language) for theme in of_side(side)]) == []


def test_no_example_is_of_two_themes() -> None:
    assert doubled([text for theme in THEMES for said in theme.examples.values() for text in said]) == []


def test_a_theme_without_a_name_in_a_language_is_called_by_another() -> None:
    assert Theme("x", "pain", {"en": "late", "he": "מאוחר"}).name("fa") == "late"
    assert Theme("x", "pain", {"he": "מאוחר"}).name("fa") == "מאוחר"
    assert Theme("x", "pain", {}).name("en") == "x"


# --- what no theme claims, by touchpoint ----------------------------------------------------------------------------


def test_every_touchpoint_but_none_has_a_theme_of_each_side() -> None:
    here = {theme.id: theme for theme in at_touchpoint()}
    for touchpoint in set(values("touchpoint")) - {"none"}:
        for side in SIDES:
            theme = here.pop(theme_id(touchpoint, side))
            assert (theme.side, theme.touchpoints, theme.origin) == (side, (touchpoint,), "touchpoint")
            assert set(theme.names) == set(LANGUAGES)
    assert here == {}


def test_only_themes_at_touchpoints_are_taken_for_such() -> None:
    assert all(is_fallback(theme.id) for theme in at_touchpoint())
    assert not any(is_fallback(theme.id) for theme in THEMES)
    assert not is_fallback(None)
    assert not is_fallback("other_things_pain")


# --- words ----------------------------------------------------------------------------------------------------------


def test_the_lexicon_names_each_thing_in_three_languages() -> None:
    lines = (DATA / "lexicon.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == list(LANGUAGES)
    assert all(len(line.split("\t")) == 3 for line in lines)
    assert {len(entries) for entries in naming.lexicon().values()} == {len(lines) - 1}
    assert len(lines) > 500


@in_each
def test_an_entry_of_the_lexicon_is_a_short_name_of_its_own(language: str) -> None:
    entries = naming.lexicon()[language]
    assert doubled(list(entries)) == []
    assert [name for name in entries if not in_its_script(name, language)] == []
    assert [name for name in entries if name != " ".join(name.split()) or len(name.split()) > 5] == []


def test_empty_words_are_single_words_in_one_spelling() -> None:
    table = tomllib.loads((DATA / "empty_words.toml").read_text(encoding="utf-8"))
    assert set(table) == set(LANGUAGES)
    for language, words in table.items():
        assert len(words) > 300
        assert doubled(words) == []
        assert [word for word in words if not in_its_script(word, language)] == []
        assert [word for word in words if len(word.split()) != 1 or normalise(word, zwnj="\u200c") != word] == []


def test_no_thing_of_the_lexicon_is_an_empty_word() -> None:
    assert [name for name in naming.lexicon()["en"] if normalise(name) in naming.empty_words()] == []
