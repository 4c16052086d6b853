"""What the assistant says of itself in Slack: in three languages, and what it suggests is read as it is meant."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from assistant.meaning import Kind
from assistant.question import parse
from assistant.slack import prompts, telling
from assistant.slack.messages import words_in
from assistant.slack.parts import LANGUAGES
from assistant.slack.subcommands import named
from assistant.wording import wording
from mining.taxonomy import shipped
from tests.engine_store import ASKER

STAGES = [stage for stage in shipped().values("stage") if stage != "none"]


def table(language: str) -> dict[str, Any]:
    read: dict[str, Any] = tomllib.loads(
        (files("assistant") / "phrasing" / f"slackbot_{language}.toml").read_text(encoding="utf-8")
    )["slackbot"]
    return read


def keys(tree: dict[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in tree.items():
        found |= keys(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_in_every_language_with_the_same_blanks(language: str) -> None:
    english, told = keys(table("en")), keys(table(language))
    assert told.keys() == english.keys()
    for key, sentence in told.items():
        assert sorted(part[1] for part in _blanks(sentence)) == sorted(part[1] for part in _blanks(english[key])), key


def _blanks(sentence: str) -> list[tuple[str, str]]:
    from string import Formatter

    return [(before, name) for before, name, _, _ in Formatter().parse(sentence) if name]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", STAGES)
def test_a_suggested_question_about_a_stage_is_read_as_it_is_meant(language: str, stage: str) -> None:
    name = shipped().name("stage", stage, language)
    read = parse(wording(language).say("slackbot.ask.pains", name=name), ASKER)
    assert (read.kind, read.scope.stage, read.language) == (Kind.TOP_PAIN_POINTS, (stage,), language)
    assert read.left == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("key", "kind"), [("new", Kind.EMERGING), ("journey", Kind.JOURNEY_OVERVIEW)])
def test_other_suggestions_are_read_as_they_are_meant(language: str, key: str, kind: Kind) -> None:
    read = parse(wording(language).say(f"slackbot.ask.{key}"), ASKER)
    assert (read.kind, read.left) == (kind, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_questions_fit_on_their_buttons(language: str) -> None:
    told = prompts.first(language, shipped())
    assert len(told) == 3
    assert all(0 < len(one["title"]) <= 75 for one in told)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U1> top pains", "top pains"),
        ("<@U1|overheard>  top   pains", "top pains"),
        ("what of <#C1|cx> and <@U2|dana>?", "what of cx and dana?"),
        ("see <https://a.example/x|the page> or <https://b.example>", "see the page or https://b.example"),
        ("a &lt; b &amp; c &gt; d", "a < b & c > d"),
        ("&amp;lt;", "&lt;"),
        ("<!here> all", "all"),
        ("<@U1>", ""),
        ("1 < 2", "1 < 2"),
    ],
)
def test_what_was_written_is_read_as_people_see_it(text: str, words: str) -> None:
    assert words_in(text, "U1") == words


@pytest.mark.parametrize(
    ("text", "otherwise", "language"),
    [
        ("top pains", "he", "en"), ("מה כואב", "en", "he"), ("مشکلات چیست", "en", "fa"), ("?", "fa", "fa"),
        ("", "he", "he"), ("#2", "he", "he"), ("App בעיות באפליקציה", "en", "he"),
    ],
)  # fmt: skip
def test_the_language_of_a_text_is_told_by_its_letters(text: str, otherwise: str, language: str) -> None:
    assert telling.language_of(text, otherwise) == language


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("digest", ("digest", "")), ("Watch top pains --every monday", ("watch", "top pains --every monday")),
        ("שפה עברית", ("language", "עברית")), ("زبان فارسی", ("language", "فارسی")),
        ("zone Asia/Tehran", ("zone", "Asia/Tehran")), ("top pains", None), ("watching paint dry", None), ("", None),
    ],
)  # fmt: skip
def test_a_command_is_told_from_a_question_by_its_first_word(text: str, part: tuple[str, str] | None) -> None:
    assert named(text) == part
