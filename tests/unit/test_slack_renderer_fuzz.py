"""A thousand answers that nobody would think of: whatever they hold, each message is one that Slack takes."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from api.fake_slack.limits import problems
from assistant.answer import Answer
from assistant.renderers import slack
from assistant.wording import wording
from tests.answers import TODAY
from tests.slack_answers import any_answer
from tests.slack_messages import acting, buttons, forms, runs, seen, weight

ANSWERS, AT_ONCE = 1000, 50
LONGEST_ROW = 2_400
# What Slack would make something of in the top-level text.
LIVE = re.compile(r"<[^ ]|[*_~`]|:[\w+'-]+:|://|@\w|^\s*>|^\s*&gt;", re.MULTILINE)

# Controls, halves of surrogate pairs, and marks of direction that reach past their words.
REACHING_OUT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066\u2067]")


@cache
def answer_of(number: int) -> Answer:
    return any_answer(number)


@cache
def message(number: int) -> slack.Message:
    """One of them, shown in one of the ways in which an answer may be."""
    return slack.render(
        answer_of(number), today=TODAY, answer_id="A" * 30 if number % 3 else None, quotes=number % 5 > 0,
        quotes_withheld=number % 7, private=number % 2 > 0, charts=number % 11 > 0,
    )  # fmt: skip


@pytest.mark.parametrize("first", range(0, ANSWERS, AT_ONCE))
def test_a_message_keeps_every_limit_in_each_of_its_forms(first: int) -> None:
    for number in range(first, first + AT_ONCE):
        shown = message(number)
        for step in range(shown.steps):
            payload = shown.payload(step)
            assert json.loads(json.dumps(payload, ensure_ascii=False).encode()) == payload
            found = problems("chat.update", payload)  # whose text may be shorter than that of chat.postMessage
            assert not found, (number, step, found[:5])
            assert weight(payload["blocks"]) < 13_200, (number, step)


@pytest.mark.parametrize("first", range(0, ANSWERS, AT_ONCE))
def test_nobody_s_words_act(first: int) -> None:
    for number in range(first, first + AT_ONCE):
        assert not LIVE.search(message(number).text), number
        for blocks in forms(message(number)):
            assert not list(acting(blocks))
            buttons(blocks)
            shown = "\n".join([*seen(blocks), message(number).text])
            assert not REACHING_OUT.search(shown), number
            for run in runs(blocks):
                assert run["type"] in ("text", "link")
                assert run["text"].count("\u2068") == run["text"].count("\u2069"), (number, run)


def test_the_text_holds_every_number_of_the_rows_unless_it_is_full() -> None:
    for number in range(ANSWERS):
        answer, text = answer_of(number), message(number).text
        words = wording(answer.question.language)
        told = [all(words.measure(cell.measure) in text for cell in row.cells) for row in answer.rows]
        assert all(told) or len(text) > 4_000 - LONGEST_ROW, number


def test_the_same_answer_gives_the_same_message() -> None:
    for number in range(0, ANSWERS, 50):
        assert message(number) == message.__wrapped__(number)
