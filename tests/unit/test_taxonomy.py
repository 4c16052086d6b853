"""The taxonomy: the values of each task, named and defined in three languages."""

from __future__ import annotations

import re

import pytest

from mining.language import detect, normalise
from mining.taxonomy import TASKS, categories, name, values

LANGUAGES = ("en", "he", "fa")
JOURNEY = ("awareness", "consideration", "decision", "purchase", "experience", "loyalty")
SCRIPTS = {"en": "[a-z]", "he": "[\u05d0-\u05ea]", "fa": "[\u0620-\u06d5]"}


def test_the_journey_has_six_stages_in_order_and_none() -> None:
    assert values("stage") == (*JOURNEY, "none")


def test_the_values_of_the_tasks_are_those_of_the_guidelines() -> None:
    assert values("sentiment") == ("negative", "neutral", "positive", "mixed")
    assert set(values("intent")) == {
        *("complaint", "praise", "question", "request", "suggestion", "purchase_intent", "churn", "statement"),
    }
    assert set(values("effort")) == {"none", "high"}
    assert "none" in values("touchpoint")


@pytest.mark.parametrize("task", TASKS)
def test_every_value_has_a_name_in_every_language_and_no_two_share_one(task: str) -> None:
    for language in LANGUAGES:
        names = [category.names[language] for category in categories(task).values()]
        assert len(set(names)) == len(names)
        assert all(re.search(SCRIPTS[language], said, re.IGNORECASE) for said in names)


def test_every_stage_is_defined_in_every_language() -> None:
    for category in categories("stage").values():
        assert set(category.definitions) == set(LANGUAGES), category.value


@pytest.mark.parametrize("task", TASKS)
def test_aliases_are_written_in_their_language(task: str) -> None:
    for category in categories(task).values():
        for table in (category.aliases, category.beside):
            for language, said in table.items():
                assert all(re.search(SCRIPTS[language], word, re.IGNORECASE) for word in said), category.value


def test_a_word_of_one_touchpoint_names_no_other() -> None:
    for language in LANGUAGES:
        seen: dict[str, str] = {}
        for value, category in categories("touchpoint").items():
            for said in {normalise(category.name(language)), *map(normalise, category.aliases.get(language, ()))}:
                assert seen.setdefault(said, value) == value, said


def test_other_stage_vocabularies_are_aliases_of_ours() -> None:
    known = {
        "buy": "purchase", "action": "purchase", "use": "experience", "usage": "experience", "service": "experience",
        "post-purchase": "experience", "retention": "loyalty", "advocacy": "loyalty", "renewal": "loyalty",
    }  # fmt: skip
    for said, stage in known.items():
        category = categories("stage")[stage]
        assert said in (*category.aliases["en"], *category.beside.get("en", ()))
    unions = {"before purchase": JOURNEY[:3], "during purchase": ("purchase",), "after purchase": JOURNEY[4:]}
    for said, stages in unions.items():
        named = [value for value, category in categories("stage").items() if said in category.aliases.get("en", ())]
        assert tuple(named) == stages


def test_a_value_that_the_taxonomy_does_not_know_is_shown_as_it_is() -> None:
    assert name("stage", "purchase", "he") == "רכישה"
    assert name("stage", "onboarding_2", "he") == "onboarding_2"
    assert name("stage", "purchase", "de") == "purchase"


def test_definitions_are_in_their_language() -> None:
    for category in categories("stage").values():
        for language in ("he", "fa"):
            assert detect(category.definitions[language]) == language
