"""A thousand answers that nobody would think of: whatever they hold, each message is one that Slack takes."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache

import pytest

from api.fake_slack.limits import problems
from assistant.renderers import slack
from assistant.wording import wording
from tests.answers import TODAY
from tests.slack_answers import any_answer
from tests.slack_messages import acting, buttons, forms, runs, seen, weight

ANSWERS, AT_ONCE = 1000, 50
LONGEST_ROW = 2_400
# What Slack would make something of in the top-level text.
LIVE = re.compile(r"<[^ ]|[*_~`]|:[\w+'-]+:|://|@\w|^\s*>|^\s*&gt;", re.MULTILINE)


@cache
def message(number: int) -> slack.Message:
    """One of them, shown in one of the ways in which an answer may be."""
    return slack.render(
        any_answer(number), today=TODAY, answer_id="A" * 30 if number % 3 else None, quotes=number % 5 > 0,
        quotes_withheld=number % 7, private=number % 2 > 0, charts=number % 11 > 0,
    )  # fmt: skip


@pytest.mark.parametrize("first", range(0, ANSWERS, AT_ONCE))
def test_a_message_keeps_every_limit_in_each_of_its_forms(first: int) -> None:
    for number in range(first, first + AT_ONCE):
        shown = message(number)
        for step in range(shown.steps):
            payload = json.loads(json.dumps(shown.payload(step)).encode())
            found = problems("chat.update", payload)  # whose text may be shorter than that of chat.postMessage
            assert not found, (number, step, found[:5])
            assert weight(payload["blocks"]) < 13_200, (number, step)
            # Urlencoded forms, as some clients send them, must hold every sign.
            json.dumps(payload, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("first", range(0, ANSWERS, AT_ONCE))
def test_nobody_s_words_act(first: int) -> None:
    for number in range(first, first + AT_ONCE):
        shown = message(number)
        assert not LIVE.search(shown.text), number
        for blocks in forms(shown):
            assert not list(acting(blocks))
            buttons(blocks)
            for line in [*seen(blocks), *shown.text.split("\n")]:
                signs = {sign for sign in line if unicodedata.category(sign) in ("Cc", "Cs")}
                assert not signs | set(re.findall("[\u202a-\u202e\u2066\u2067]", line)), number
            for run in runs(blocks):
                assert run["type"] in ("text", "link")
                assert run["text"].count("\u2068") == run["text"].count("\u2069"), (number, run)


def test_the_text_holds_every_number_of_the_rows_unless_it_is_full() -> None:
    for number in range(ANSWERS):
        answer, text = any_answer(number), message(number).text
        words = wording(answer.question.language)
        told = [all(words.measure(cell.measure) in text for cell in row.cells) for row in answer.rows]
        assert all(told) or len(text) > 4_000 - LONGEST_ROW, number


def test_the_same_answer_gives_the_same_message() -> None:
    for number in range(0, ANSWERS, 50):
        assert message(number) == message.__wrapped__(number)
