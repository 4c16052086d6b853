"""Anybody's words in a message for Slack: they do nothing, are cut to size, and begin in their own direction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from api.fake_slack.limits import problems
from assistant.renderers import slack
from assistant.slack_blocks import blocks, texts
from assistant.wording import wording
from tests.answers import TODAY, answered, quotes, shapes
from tests.slack_messages import forms, runs, seen

LANGUAGES = ("en", "he", "fa")
OPEN, CLOSE, LRM, RLM, JOINER = "\u2068", "\u2069", "\u200e", "\u200f", "\u2060"


def kept(language: str, shape: str = "ranking") -> slack.Message:
    """An answer of a shape, as one that was kept under an id."""
    return slack.render(shapes(language)[shape], today=TODAY, answer_id="A1")


# --- words that mean harm ---------------------------------------------------------------------------------------------

HARM = (
    *("<!channel>", "<@U1>", "<http://x.example|y>", "&lt;b&gt;", "`code`", "*bold* _it_ ~no~", ":smile: 10:30:45"),
    *("\u202ereversed", "a\u200bb", "x" * 5_000, "😀" * 3_000, "\ud800 half", "> quoted", "@here @dana", "a@b.example"),
    *("https://x.example/a", "www.x.example", "\x1b[2J\x00", "```\nx\n```", "", " ", "\u2069\u2068"),
)


@pytest.mark.parametrize("place", range(len(HARM)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_harmful_words_are_shown_and_do_nothing(language: str, place: int) -> None:
    text = HARM[place]
    said = quotes(text or "x")
    answer = answered(language, said, text)
    rows = tuple(replace(row, title=text, group=text, marks=(text,), id=text) for row in answer.rows)
    answer = replace(answer, headline=text, said=(text,), rows=rows, choices=(text,), next_questions=(text,))
    message = slack.render(answer, today=TODAY, answer_id="A1", private=True)
    for step in range(message.steps):
        assert not problems("chat.update", message.payload(step))
    assert message.text.isprintable() or "\n" in message.text
    for one in ("<!", "<@", "<http", "`", "*", "://", ":smile:", ":30:", "@here"):
        assert one not in message.text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("&lt;", "&amp;lt;"),
        ("*a* _b_ ~c~ `d`", "∗a∗ ˍbˍ ∼c∼ ˋdˋ"),
        (":smile: 9:30", f":{JOINER}smile: 9:30"),
        ("> a\n>b", f"{JOINER}&gt; a\n{JOINER}&gt;b"),
        ("https://x.example", f"https:{JOINER}//x.example"),
        ("@here", f"@{JOINER}here"),
        ("\ud800", "\ufffd"),
    ],
)
def test_text_is_escaped_for_mrkdwn(text: str, escaped: str) -> None:
    assert texts.escape(text) == escaped


def test_plain_text_shows_entities_and_emoji_codes_as_they_were_written() -> None:
    assert texts.plain("&amp; <b> :+1: *a*") == f"&amp;amp; &lt;b&gt; :{JOINER}+1: *a*"


# --- cutting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [10, 75, 150])
@pytest.mark.parametrize("sign", ["a", "ש", "😀", "&", "<", "ab ", "👨\u200d👩\u200d👧", "\u2068x\u2069 ", ":a: "])
def test_nothing_is_longer_than_it_may_be(sign: str, most: int) -> None:
    for count in (most // 4, most - 1, most, most + 1, 5 * most):
        shown = texts.cut(sign * count, most)
        assert texts.size(shown) <= most
        assert shown == sign * count or shown.endswith(" …")
        assert shown.count(OPEN) == shown.count(CLOSE)
        assert "\u200d …" not in shown
        assert len(blocks.text_object(sign * count, most)["text"].encode("utf-16-le")) // 2 <= most


def test_a_text_is_cut_at_a_word() -> None:
    assert texts.cut("one two three four", 14) == "one two …"
    assert texts.cut("אחת שתיים שלוש ארבע", 14) == "אחת שתיים …"


# --- directions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "Late delivery.", "Late delivery."),
        ("en", "12 of 40", "12 of 40"),
        ("en", f"{OPEN}שלום{CLOSE} (Hebrew)", f"{LRM}{OPEN}שלום{CLOSE} (Hebrew)"),
        ("he", "משלוח באיחור", "משלוח באיחור"),
        ("he", "12 מתוך 40", "12 מתוך 40"),
        ("he", f"{OPEN}Acme{CLOSE} באיחור", f"{RLM}{OPEN}Acme{CLOSE} באיחור"),
        ("he", f"{OPEN}Acme{CLOSE}: 12", f"{RLM}{OPEN}Acme{CLOSE}: 12"),
        ("fa", "۱۲٪ (۳ از ۲۵)", "۱۲٪ (۳ از ۲۵)"),
        ("fa", "۱۲", f"{RLM}۱۲"),
        ("fa", "", ""),
    ],
)
def test_a_line_begins_in_the_direction_of_its_language(language: str, text: str, shown: str) -> None:
    assert texts.directed(text, wording(language)) == shown


@pytest.mark.parametrize("language", ["he", "fa"])
@pytest.mark.parametrize("shape", sorted(shapes("en")))
def test_every_line_of_a_right_to_left_message_begins_at_the_right(shape: str, language: str) -> None:
    message = kept(language, shape)
    lines = [line for form in forms(message) for block in form for line in seen([block]) if is_told(block)]
    for line in [*lines, *message.text.split("\n")]:
        assert texts.directed(line, wording(language)) == line


def is_told(block: Any) -> bool:
    """Whether lines of their own stand in it; a cell, a label and a button begin as their own words do."""
    return block["type"] in ("rich_text", "section", "context")


@pytest.mark.parametrize("language", ["he", "fa"])
def test_bold_is_a_style_and_never_a_sign_beside_a_letter(language: str) -> None:
    message = kept(language)
    first = runs(message.blocks)[0]
    assert first["style"] == {"bold": True}
    assert first["text"].replace(OPEN, "").replace(CLOSE, "") == shapes(language)["ranking"].headline
    assert not any("*" in line for form in forms(message) for line in seen(form))
