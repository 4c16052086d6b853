"""What every renderer promises; a new file under assistant/renderers is held to it on the day it is added."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from assistant.answer import Answer
from connectors import plugins
from tests.answers import answered, every_answer, quotes

NAMES = plugins.names("assistant.renderers")


def rendered(name: str, answer: Answer) -> Any:
    return plugins.load("assistant.renderers", name)(answer)


def text_of(name: str, answer: Answer) -> str:
    """Whatever a renderer gives, as text."""
    shown = rendered(name, answer)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_can_be_shown(name: str) -> None:
    for answer in every_answer():
        assert text_of(name, answer).strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_renderer_is_pure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a renderer asks nobody")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("sqlalchemy.engine.Engine.connect", refuse)
    for answer in every_answer():
        assert rendered(name, answer) == rendered(name, answer)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_row_and_quote_of_an_answer_is_shown(name: str) -> None:
    for language in ("en", "he", "fa"):
        answer = answered(language)
        shown = text_of(name, answer)
        for row in answer.rows:
            assert row.title in shown
        for figure in answer.figures:
            assert figure.query in shown
        for word in ("Acme Pro", "WhatsApp", "سفارش", "המשלוח"):
            assert word in shown


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["<@U1> & <!channel>", "[bold]x[/bold] :smile:", "\x1b[2J", "‮reversed", "a" * 50_000])
def test_words_of_customers_are_shown_and_do_nothing(name: str, text: str) -> None:
    shown = text_of(name, answered("en", quotes(text)))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 20_000
